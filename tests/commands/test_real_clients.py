"""What unmodified boto3 and AWS CLI get from `serve` in another process."""

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.commands.conftest import Aws, Connect, Relay, Request

ARN = r"arn:aws:ivschat:us-west-2:123456789012:room/[A-Za-z0-9]{12}"
TCHARS = r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,4095}"

pytestmark = pytest.mark.usefixtures("environment")


def status(answer: dict[str, Any]) -> int:
    """Return the HTTP status of boto3's answer."""
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])


def assert_is_what_clients_send(request: "Request", lobby: str) -> None:
    """Hold the request against the one that was seen of the AWS CLI (HTTP-REQ-02)."""
    assert request.line == "POST /CreateChatToken HTTP/1.1"
    headers = dict(request.headers)
    assert [name for name, _ in request.headers] == [
        "Host",
        "Accept-Encoding",
        "Content-Type",
        "User-Agent",
        "X-Amz-Date",
        "Authorization",
        "amz-sdk-invocation-id",
        "amz-sdk-request",
        "Content-Length",
    ]
    assert headers["Accept-Encoding"] == "identity"
    assert headers["Content-Type"] == "application/json"
    assert re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=test/[0-9]{8}/us-west-2/ivschat/aws4_request, "
        r"SignedHeaders=content-type;host;x-amz-date, Signature=[0-9a-f]{64}",
        headers["Authorization"],
    )
    assert request.body.decode("ascii") == (
        f'{{"roomIdentifier": "{lobby}", "userId": "11231234", '
        '"capabilities": ["SEND_MESSAGE", "DELETE_MESSAGE"], '
        '"sessionDurationInMinutes": 30, '
        '"attributes": {"displayName": "DemoUser", "color": "red"}}'
    )


def test_boto3_creates_a_room_and_a_token(connect: "Connect") -> None:
    """Times arrive as aware datetimes: a minute and the session after the call."""
    client = connect()

    room = client.create_room(name="Cinema", tags={"team": "chat"})
    answer = client.create_chat_token(
        roomIdentifier=room["arn"],
        userId="visitor-1",
        capabilities=["SEND_MESSAGE", "DELETE_MESSAGE", "DISCONNECT_USER"],
        sessionDurationInMinutes=180,
        attributes={"displayName": "Ünïcode ✓"},
    )

    assert re.fullmatch(ARN, room["arn"])
    assert room["name"] == "Cinema"
    assert room["tags"] == {"team": "chat"}
    assert room["createTime"] == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    del answer["ResponseMetadata"]
    assert re.fullmatch(TCHARS, answer.pop("token"))
    assert answer == {
        "tokenExpirationTime": datetime(2020, 1, 2, 3, 5, 5, tzinfo=UTC),
        "sessionExpirationTime": datetime(2020, 1, 2, 6, 4, 5, tzinfo=UTC),
    }


def test_boto3_reads_and_deletes_a_room(connect: "Connect") -> None:
    """What was created can be read, and is gone once it is deleted."""
    client = connect()
    created = client.create_room(name="Cinema")

    read = client.get_room(identifier=created["arn"])
    deleted = client.delete_room(identifier=created["arn"])

    assert status(deleted) == 204
    del created["ResponseMetadata"], read["ResponseMetadata"]
    assert read == created
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_room(identifier=created["arn"])


@pytest.mark.ivschat_verifies("HTTP-REQ-02")
def test_boto3_sends_what_the_contract_says(
    connect: "Connect", relay: "Relay", lobby: str
) -> None:
    """The bytes on the wire are those that the contract took from real clients."""
    connect(endpoint_url=relay.endpoint).create_chat_token(
        roomIdentifier=lobby,
        userId="11231234",
        capabilities=["SEND_MESSAGE", "DELETE_MESSAGE"],
        sessionDurationInMinutes=30,
        attributes={"displayName": "DemoUser", "color": "red"},
    )

    (request,) = relay.requests
    assert_is_what_clients_send(request, lobby)


def test_boto3_is_let_in_by_the_second_credential(
    connect: "Connect", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each `--credential` may sign, and a secret may have colons."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "colons:are/allowed+here")

    assert status(connect().create_room()) == 200


@pytest.mark.ivschat_verifies("HTTP-REQ-03")
def test_boto3_is_let_in_with_a_session_token(
    connect: "Connect", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporary credentials work: their token is sent, and signed with the rest."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", "FwoGZXIvYXdzEXAMPLE//token==")
    client = connect()
    sent = []
    client.meta.events.register(
        "before-send", lambda request, **_: sent.append(request.headers)
    )

    answer = client.create_room()

    assert status(answer) == 200
    assert sent[0]["X-Amz-Security-Token"] == b"FwoGZXIvYXdzEXAMPLE//token=="
    assert b";x-amz-security-token," in sent[0]["Authorization"]


def test_aws_cli_goes_the_whole_way_of_a_room(aws: "Aws") -> None:
    """It creates a room and a token, shows the times as sent, and deletes the room."""
    created = aws("create-room", "--name", "Cinema")
    room = json.loads(created.stdout)
    token = aws(
        *("create-chat-token", "--room-identifier", room["arn"]),
        *("--user-id", "visitor-1"),
        *("--capabilities", "SEND_MESSAGE", "DELETE_MESSAGE"),
        *("--session-duration-in-minutes", "30"),
        *("--attributes", "displayName=Visitor"),
    )
    read = aws("get-room", "--identifier", room["arn"])
    deleted = aws("delete-room", "--identifier", room["arn"])

    assert re.fullmatch(ARN, room["arn"])
    answer = json.loads(token.stdout)
    assert re.fullmatch(TCHARS, answer.pop("token"))
    assert answer == {
        "tokenExpirationTime": "2020-01-02T03:05:05Z",
        "sessionExpirationTime": "2020-01-02T03:34:05Z",
    }
    assert json.loads(read.stdout) == room
    assert (deleted.returncode, deleted.stdout, deleted.stderr) == (0, "", "")


@pytest.mark.ivschat_verifies("HTTP-REQ-02")
def test_aws_cli_sends_what_the_contract_says(
    aws: "Aws", relay: "Relay", lobby: str
) -> None:
    """The bytes on the wire are those that the contract took from real clients."""
    ended = aws(
        *("create-chat-token", "--endpoint-url", relay.endpoint),
        *("--room-identifier", lobby, "--user-id", "11231234"),
        *("--capabilities", "SEND_MESSAGE", "DELETE_MESSAGE"),
        *("--session-duration-in-minutes", "30"),
        *("--attributes", "displayName=DemoUser,color=red"),
    )

    assert ended.returncode == 0, ended.stderr
    (request,) = relay.requests
    assert_is_what_clients_send(request, lobby)
