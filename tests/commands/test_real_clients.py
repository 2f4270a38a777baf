"""Unmodified boto3 and AWS CLI against `serve` in another process.

The server's clock stands still in 2020, so the times are literals; signatures are fresh
by the machine's clock. Everything that the clients know is in their environment.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from freezegun import freeze_time

from ivschat_conformance import clock

if TYPE_CHECKING:
    from tests.conftest import Serve, Served

ARN = r"arn:aws:ivschat:us-west-2:123456789012:room/[A-Za-z0-9]{12}"
TCHARS = r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,4095}"
ABSENT = "arn:aws:ivschat:us-west-2:123456789012:room/AbsentRoom12"
DEADLINE = 60  # seconds for a command that takes half of one on an idle machine

ON_TIME = "-m", "awscli"
SLOW_BY_AN_HOUR = (
    "-c",
    "import datetime, sys, awscli.clidriver, freezegun\n"
    "an_hour = datetime.timedelta(hours=1)\n"
    "with freezegun.freeze_time(datetime.datetime.now(datetime.UTC) - an_hour):\n"
    "    sys.exit(awscli.clidriver.main())",
)

Connect = Callable[..., Any]


@pytest.fixture(scope="module")
def served(serve: "Serve") -> "Iterator[Served]":
    """Run a server with one room and two access keys."""
    with serve(
        *("--clock", "2020-01-02T03:04:05Z"),
        *("--room", "Lobby"),
        *("--credential", "test:test"),
        *("--credential", "AKIDEXAMPLE:colons:are/allowed+here"),
    ) as running:
        yield running


@pytest.fixture(autouse=True)
def environment(
    served: "Served",
    isolation: None,  # noqa: ARG001 - comes first
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Set what the clients read."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_IVSCHAT", served.endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.fixture
def lobby(served: "Served") -> str:
    """Return the ARN of the room that is there from the start."""
    return served.rooms["Lobby"]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Open boto3's client, which learns the endpoint from the environment alone."""
    opened = []

    def open_client(**settings: object) -> Any:
        opened.append(boto3.session.Session().client("ivschat", **settings))
        return opened[-1]

    yield open_client

    for client in opened:
        client.close()


def refusal(call: Callable[..., object], **members: object) -> tuple[str, int]:
    """Return the name and the status with which the service refuses the call."""
    with pytest.raises(ClientError) as refused:
        call(**members)
    response = refused.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def status(answer: dict[str, Any]) -> int:
    """Return the HTTP status of boto3's answer."""
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])


def test_boto3_creates_a_room_and_a_token(connect: Connect) -> None:
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


def test_boto3_reads_and_deletes_a_room(connect: Connect) -> None:
    """What was created can be read, and is gone once it is deleted."""
    client = connect()
    created = client.create_room(name="Cinema")

    read = client.get_room(identifier=created["arn"])
    deleted = client.delete_room(identifier=created["arn"])

    assert status(deleted) == 204
    del created["ResponseMetadata"], read["ResponseMetadata"]
    assert read == created
    assert refusal(client.get_room, identifier=created["arn"]) == (
        "ResourceNotFoundException",
        404,
    )


@pytest.mark.ivschat_verifies("SIG-04", "SIG-05")
def test_boto3_is_refused_with_a_wrong_secret(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another secret than the key's is an InvalidSignatureException."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")

    assert refusal(connect().create_room) == ("InvalidSignatureException", 403)


@pytest.mark.ivschat_verifies("SIG-06")
def test_boto3_is_refused_with_an_unknown_key(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An access key that nobody has is an UnrecognizedClientException."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")

    assert refusal(connect().create_room) == ("UnrecognizedClientException", 403)


@pytest.mark.ivschat_verifies("SIG-01", "SIG-02")
def test_boto3_is_refused_unsigned(connect: Connect) -> None:
    """No signature at all is a MissingAuthenticationTokenException."""
    client = connect(config=Config(signature_version=UNSIGNED))

    assert refusal(client.create_room) == ("MissingAuthenticationTokenException", 403)


@pytest.mark.ivschat_verifies("SIG-08")
def test_boto3_is_refused_with_a_date_an_hour_old(connect: Connect) -> None:
    """A client whose clock is an hour slow gets an InvalidSignatureException."""
    client = connect()

    with freeze_time(clock.now() - timedelta(hours=1)):
        refused = refusal(client.create_room)
    accepted = client.create_room()

    assert refused == ("InvalidSignatureException", 403)
    assert status(accepted) == 200


@pytest.mark.ivschat_verifies("SIG-04", "SIG-05")
def test_boto3_is_refused_with_a_changed_body(
    connect: Connect, forging_relay: str, lobby: str
) -> None:
    """What was changed after it was signed is an InvalidSignatureException."""
    client = connect(endpoint_url=forging_relay)

    changed = refusal(client.create_chat_token, roomIdentifier=lobby, userId="signed-1")
    unchanged = client.create_chat_token(roomIdentifier=lobby, userId="signed-2")

    assert changed == ("InvalidSignatureException", 403)
    assert status(unchanged) == 200


def test_boto3_is_let_in_by_the_second_credential(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each `--credential` may sign, and a secret may have colons."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "colons:are/allowed+here")

    assert status(connect().create_room()) == 200


@pytest.mark.ivschat_verifies("HTTP-REQ-03")
def test_boto3_is_let_in_with_a_session_token(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
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


@pytest.mark.parametrize(
    ("member", "most", "past"),
    [
        pytest.param("sessionDurationInMinutes", 180, 181, id="minutes"),
        pytest.param("userId", "u" * 128, "u" * 129, id="user-id"),
    ],
)
def test_boto3_leaves_maxima_to_the_server(
    connect: Connect, lobby: str, member: str, most: object, past: object
) -> None:
    """One past a maximum is a ValidationException that names the member."""
    client = connect()
    members = {"roomIdentifier": lobby, "userId": "visitor-1"}

    accepted = client.create_chat_token(**members | {member: most})
    with pytest.raises(client.exceptions.ValidationException) as refused:
        client.create_chat_token(**members | {member: past})

    assert status(accepted) == 200
    response = refused.value.response
    assert status(response) == 400
    assert response["reason"] == "FIELD_VALIDATION_FAILED"
    assert [field["name"] for field in response["fieldList"]] == [member]


@pytest.mark.ivschat_verifies("ERR-11")
def test_boto3_finds_the_missing_room_in_the_exception(connect: Connect) -> None:
    """ResourceNotFoundException is a class of its own and says which resource."""
    client = connect()

    with pytest.raises(client.exceptions.ResourceNotFoundException) as refused:
        client.create_chat_token(roomIdentifier=ABSENT, userId="visitor-1")

    response = refused.value.response
    assert response["resourceId"] == "AbsentRoom12"
    assert response["resourceType"] == "ROOM"
    assert response["message"]


def aws(
    *arguments: str, start: tuple[str, ...] = ON_TIME
) -> subprocess.CompletedProcess[str]:
    """Run one command of the AWS CLI on the service."""
    return subprocess.run(
        [sys.executable, *start, "ivschat", *arguments],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def token_for(room: str) -> tuple[str, ...]:
    """Return a command that is accepted as it stands."""
    return "create-chat-token", "--room-identifier", room, "--user-id", "signed-1"


def shown_error(ended: subprocess.CompletedProcess[str]) -> str:
    """Return the name of the service's error in what a refused command shows."""
    assert ended.returncode == 255
    assert not ended.stdout
    shown = re.search(
        r"An error occurred \((\w+)\) when calling the CreateChatToken operation: .",
        ended.stderr,
    )
    assert shown, ended.stderr
    return shown[1]


def test_aws_cli_goes_the_whole_way_of_a_room() -> None:
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


@pytest.mark.ivschat_verifies("SIG-04", "SIG-05")
def test_aws_cli_is_refused_with_a_wrong_secret(
    lobby: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another secret than the key's is an InvalidSignatureException."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")

    ended = aws(*token_for(lobby))

    assert shown_error(ended) == "InvalidSignatureException"


@pytest.mark.ivschat_verifies("SIG-01", "SIG-02")
def test_aws_cli_is_refused_unsigned(lobby: str) -> None:
    """No signature at all is a MissingAuthenticationTokenException."""
    ended = aws(*token_for(lobby), "--no-sign-request")

    assert shown_error(ended) == "MissingAuthenticationTokenException"


@pytest.mark.ivschat_verifies("SIG-08")
def test_aws_cli_is_refused_with_a_date_an_hour_old(lobby: str) -> None:
    """A client whose clock is an hour slow is told that its signature expired."""
    ended = aws(*token_for(lobby), start=SLOW_BY_AN_HOUR)

    assert shown_error(ended) == "InvalidSignatureException"
    assert "Signature expired: " in ended.stderr


@pytest.mark.ivschat_verifies("SIG-04", "SIG-05")
def test_aws_cli_is_refused_with_a_changed_body(lobby: str, forging_relay: str) -> None:
    """What was changed after it was signed is an InvalidSignatureException."""
    ended = aws(*token_for(lobby), "--endpoint-url", forging_relay)

    assert shown_error(ended) == "InvalidSignatureException"


def test_aws_cli_leaves_maxima_to_the_server(lobby: str) -> None:
    """181 minutes reach the server, which answers with a ValidationException."""
    ended = aws(*token_for(lobby), "--session-duration-in-minutes", "181")

    assert shown_error(ended) == "ValidationException"
