"""How `serve` in another process refuses unmodified boto3 and AWS CLI."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from freezegun import freeze_time

from ivschat_conformance import clock

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from tests.commands.conftest import Aws, Connect, Relay

ABSENT = "arn:aws:ivschat:us-west-2:123456789012:room/AbsentRoom12"
SLOW_BY_AN_HOUR = (
    "-c",
    "import datetime, sys, awscli.clidriver, freezegun\n"
    "an_hour = datetime.timedelta(hours=1)\n"
    "with freezegun.freeze_time(datetime.datetime.now(datetime.UTC) - an_hour):\n"
    "    sys.exit(awscli.clidriver.main())",
)

pytestmark = pytest.mark.usefixtures("environment")


def refusal(call: Callable[..., object], **members: object) -> tuple[str, int]:
    """Return the name and the status with which the service refuses the call."""
    with pytest.raises(ClientError) as refused:
        call(**members)
    response = refused.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.ivschat_verifies("SIG-04", "SIG-05")
def test_boto3_is_refused_with_a_wrong_secret(
    connect: "Connect", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another secret than the key's is an InvalidSignatureException."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")

    assert refusal(connect().create_room) == ("InvalidSignatureException", 403)


@pytest.mark.ivschat_verifies("SIG-06")
def test_boto3_is_refused_with_an_unknown_key(
    connect: "Connect", monkeypatch: pytest.MonkeyPatch
) -> None:
    """An access key that nobody has is an UnrecognizedClientException."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")

    assert refusal(connect().create_room) == ("UnrecognizedClientException", 403)


@pytest.mark.ivschat_verifies("SIG-01", "SIG-02")
def test_boto3_is_refused_unsigned(connect: "Connect") -> None:
    """No signature at all is a MissingAuthenticationTokenException."""
    client = connect(config=Config(signature_version=UNSIGNED))

    assert refusal(client.create_room) == ("MissingAuthenticationTokenException", 403)


@pytest.mark.ivschat_verifies("SIG-08")
def test_boto3_is_refused_with_a_date_an_hour_old(connect: "Connect") -> None:
    """A client whose clock is an hour slow gets an InvalidSignatureException."""
    client = connect()

    with freeze_time(clock.now() - timedelta(hours=1)):
        refused = refusal(client.create_room)
    accepted = client.create_room()

    assert refused == ("InvalidSignatureException", 403)
    assert accepted["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.ivschat_verifies("SIG-04", "SIG-05")
def test_boto3_is_refused_with_a_changed_body(
    connect: "Connect", relay: "Relay", lobby: str
) -> None:
    """What was changed after it was signed is an InvalidSignatureException."""
    client = connect(endpoint_url=relay.endpoint)

    changed = refusal(client.create_chat_token, roomIdentifier=lobby, userId="signed-1")
    unchanged = client.create_chat_token(roomIdentifier=lobby, userId="signed-2")

    assert changed == ("InvalidSignatureException", 403)
    assert unchanged["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(
    ("member", "most", "past"),
    [
        pytest.param("sessionDurationInMinutes", 180, 181, id="minutes"),
        pytest.param("userId", "u" * 128, "u" * 129, id="user-id"),
    ],
)
def test_boto3_leaves_maxima_to_the_server(
    connect: "Connect", lobby: str, member: str, most: object, past: object
) -> None:
    """One past a maximum is a ValidationException that names the member."""
    client = connect()
    members = {"roomIdentifier": lobby, "userId": "visitor-1"}

    accepted = client.create_chat_token(**members | {member: most})
    with pytest.raises(client.exceptions.ValidationException) as refused:
        client.create_chat_token(**members | {member: past})

    assert accepted["ResponseMetadata"]["HTTPStatusCode"] == 200
    response = refused.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert response["reason"] == "FIELD_VALIDATION_FAILED"
    assert [field["name"] for field in response["fieldList"]] == [member]


@pytest.mark.ivschat_verifies("ERR-11")
def test_boto3_finds_the_missing_room_in_the_exception(connect: "Connect") -> None:
    """ResourceNotFoundException is a class of its own and says which resource."""
    client = connect()

    with pytest.raises(client.exceptions.ResourceNotFoundException) as refused:
        client.create_chat_token(roomIdentifier=ABSENT, userId="visitor-1")

    response = refused.value.response
    assert response["resourceId"] == "AbsentRoom12"
    assert response["resourceType"] == "ROOM"
    assert response["message"]


def token_for(room: str) -> tuple[str, ...]:
    """Return a command that is accepted as it stands."""
    return "create-chat-token", "--room-identifier", room, "--user-id", "signed-1"


def shown_error(ended: "CompletedProcess[str]") -> str:
    """Return the name of the service's error in what a refused command shows."""
    assert ended.returncode == 255
    assert not ended.stdout
    shown = re.search(
        r"An error occurred \((\w+)\) when calling the CreateChatToken operation: .",
        ended.stderr,
    )
    assert shown, ended.stderr
    return shown[1]


@pytest.mark.ivschat_verifies("SIG-04", "SIG-05")
def test_aws_cli_is_refused_with_a_wrong_secret(
    aws: "Aws", lobby: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another secret than the key's is an InvalidSignatureException."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")

    ended = aws(*token_for(lobby))

    assert shown_error(ended) == "InvalidSignatureException"


@pytest.mark.ivschat_verifies("SIG-01", "SIG-02")
def test_aws_cli_is_refused_unsigned(aws: "Aws", lobby: str) -> None:
    """No signature at all is a MissingAuthenticationTokenException."""
    ended = aws(*token_for(lobby), "--no-sign-request")

    assert shown_error(ended) == "MissingAuthenticationTokenException"


@pytest.mark.ivschat_verifies("SIG-08")
def test_aws_cli_is_refused_with_a_date_an_hour_old(aws: "Aws", lobby: str) -> None:
    """A client whose clock is an hour slow is told that its signature expired."""
    ended = aws(*token_for(lobby), start=SLOW_BY_AN_HOUR)

    assert shown_error(ended) == "InvalidSignatureException"
    assert "Signature expired: " in ended.stderr


@pytest.mark.ivschat_verifies("SIG-04", "SIG-05")
def test_aws_cli_is_refused_with_a_changed_body(
    aws: "Aws", lobby: str, relay: "Relay"
) -> None:
    """What was changed after it was signed is an InvalidSignatureException."""
    ended = aws(*token_for(lobby), "--endpoint-url", relay.endpoint)

    assert shown_error(ended) == "InvalidSignatureException"


def test_aws_cli_leaves_maxima_to_the_server(aws: "Aws", lobby: str) -> None:
    """181 minutes reach the server, which answers with a ValidationException."""
    ended = aws(*token_for(lobby), "--session-duration-in-minutes", "181")

    assert shown_error(ended) == "ValidationException"
