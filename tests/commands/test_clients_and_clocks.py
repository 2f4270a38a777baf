"""Real clients whose clock is not the server's: who signs with the true time is let in.

boto3 signs with the machine's clock, the server lives in a time of its own.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from tests.commands.conftest import Aws, Connect
    from tests.conftest import Serve, Served

DEADLINE = 20

pytestmark = pytest.mark.usefixtures("isolation")


def advance(served: "Served", minutes: int) -> None:
    """Move the server's clock on."""
    answer = requests.post(
        f"{served.endpoint}/_control/clock/advance",
        json={"seconds": minutes * 60},
        timeout=DEADLINE,
    )
    assert answer.status_code == 200


def create_chat_token(client: Any, served: "Served") -> datetime:
    """Return when the token ends."""
    answer = client.create_chat_token(
        roomIdentifier=served.rooms["Lobby"], userId="ann"
    )
    ends: datetime = answer["tokenExpirationTime"]
    return ends


def client_of(connect: "Connect", served: "Served") -> Any:
    """Return boto3's client for a server."""
    return connect(
        endpoint_url=served.endpoint,
        region_name="us-west-2",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the default
    )


@pytest.mark.parametrize("options", [[], ["--clock", "2020-01-02T03:04:05Z"]])
def test_boto3_goes_on_after_an_hour_has_been_skipped(
    serve: "Serve", connect: "Connect", options: list[str]
) -> None:
    """The same client, on a real clock and on a frozen one, again and again."""
    with serve("--room", "Lobby", *options) as served:
        client = client_of(connect, served)
        ends = [create_chat_token(client, served)]
        for _ in range(2):
            advance(served, minutes=61)
            ends.append(create_chat_token(client, served))

    hour = timedelta(minutes=61)
    passed = [ends[1] - ends[0], ends[2] - ends[1]]
    assert all(hour <= step < hour + timedelta(seconds=DEADLINE) for step in passed)


@pytest.mark.parametrize("instant", ["2030-01-01T00:00:00Z", "1999-12-31T23:59:59Z"])
def test_boto3_works_under_another_time(
    serve: "Serve", connect: "Connect", instant: str
) -> None:
    """The years between do not matter, and the answer's times are the server's."""
    with serve("--room", "Lobby", "--clock", instant) as served:
        ends = create_chat_token(client_of(connect, served), served)

    assert ends == datetime.fromisoformat(instant) + timedelta(seconds=60)


def test_aws_cli_works_under_another_time(
    serve: "Serve", aws: "Aws", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Version 1, which is another signer in another process."""
    with serve("--room", "Lobby", "--clock", "2030-01-01T00:00:00Z") as served:
        monkeypatch.setenv("AWS_ENDPOINT_URL_IVSCHAT", served.endpoint)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        ended = aws("get-room", "--identifier", served.rooms["Lobby"])

    assert ended.returncode == 0, ended.stderr
    assert '"createTime": "2030-01-01T00:00:00.000Z"' in ended.stdout


def test_client_that_is_an_hour_behind_both_is_refused(
    serve: "Serve", connect: "Connect", monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are two true times and no third."""
    with serve("--room", "Lobby", "--clock", "2030-01-01T00:00:00Z") as served:
        client = client_of(connect, served)
        behind = datetime(2029, 12, 31, 23, 0, 0, tzinfo=UTC)
        monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_: behind)

        with pytest.raises(client.exceptions.ClientError, match="InvalidSignature"):
            create_chat_token(client, served)
