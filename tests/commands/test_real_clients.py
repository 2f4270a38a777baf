"""Unmodified boto3 and AWS CLI against `serve` in another process.

The server's clock stands still in 2020, so the times are literals; signatures are fresh
by the machine's clock. Everything that the clients know is in their environment.
"""

import http.client
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore.exceptions
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from freezegun import freeze_time

from ivschat_conformance import clock

if TYPE_CHECKING:
    from tests.conftest import Serve, Served

ARN = r"arn:aws:ivschat:us-west-2:123456789012:room/[A-Za-z0-9]{12}"
TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,4096}"  # noqa: S105 - a pattern
ABSENT = "arn:aws:ivschat:us-west-2:123456789012:room/AbsentRoom12"
HOUR = timedelta(hours=1)
DEADLINE = 60  # seconds for a command that takes half of one on an idle machine

Aws = Callable[..., subprocess.CompletedProcess[str]]
Open = Callable[..., Any]


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
    served: "Served", monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Set what the clients read, and hide what a developer has of their own."""
    for name in tuple(filter(re.compile("AWS_|BOTO_").match, os.environ)):
        monkeypatch.delenv(name)
    empty = tmp_path / "empty"
    empty.touch()
    for name, value in {
        "AWS_CONFIG_FILE": str(empty),
        "AWS_SHARED_CREDENTIALS_FILE": str(empty),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "NO_PROXY": "127.0.0.1",
        "AWS_ENDPOINT_URL_IVSCHAT": served.endpoint,
        "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def lobby(served: "Served") -> str:
    """Return the ARN of the room that is there from the start."""
    return served.rooms["Lobby"]


@pytest.fixture
def connect() -> Iterator[Open]:
    """Open boto3's client as anybody does, with what is given besides."""
    opened = []

    def open_client(**settings: Any) -> Any:
        opened.append(boto3.session.Session().client("ivschat", **settings))
        return opened[-1]

    yield open_client

    for client in opened:
        client.close()


@pytest.fixture
def relay(served: "Served") -> Iterator[str]:
    """Relay requests to the server, the user `signed` replaced by `forged`."""

    class Relay(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            onward = http.client.HTTPConnection(served.endpoint.removeprefix("http://"))
            onward.request(
                "POST",
                self.path,
                body.replace(b'"signed"', b'"forged"'),
                dict(self.headers),
            )
            with onward.getresponse() as answer:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.read())
            onward.close()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Relay) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"

        server.shutdown()
        thread.join()


def an_hour_ago() -> datetime:
    """Return an instant before both of the clocks that a signature may be fresh by."""
    return clock.now() - HOUR


def refusal(call: Callable[[], object]) -> tuple[str, int]:
    """Return the error's name and the status with which the call is refused."""
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        call()
    response = refused.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


class TestBoto3:
    """The client of most Python backends."""

    def test_creates_a_room_and_a_token(self, connect: Open) -> None:
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
        assert re.fullmatch(TOKEN, answer["token"])
        assert answer["tokenExpirationTime"] == datetime(2020, 1, 2, 3, 5, 5, tzinfo=UTC)
        assert answer["sessionExpirationTime"] == datetime(
            2020, 1, 2, 6, 4, 5, tzinfo=UTC
        )

    def test_reads_and_deletes_a_room(self, connect: Open) -> None:
        """What was created can be read, and is gone once deleted."""
        client = connect()
        created = client.create_room(name="Cinema")

        read = client.get_room(identifier=created["arn"])
        deleted = client.delete_room(identifier=created["arn"])

        del created["ResponseMetadata"], read["ResponseMetadata"]
        assert read == created
        assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
        assert refusal(lambda: client.get_room(identifier=created["arn"])) == (
            "ResourceNotFoundException",
            404,
        )

    @pytest.mark.ivschat_verifies("SIG-04", "SIG-05")
    def test_is_refused_with_a_wrong_secret(self, connect: Open) -> None:
        """Another secret than the key's is an InvalidSignatureException."""
        client = connect(aws_access_key_id="test", aws_secret_access_key="wrong")

        assert refusal(client.create_room) == ("InvalidSignatureException", 403)

    @pytest.mark.ivschat_verifies("SIG-06")
    def test_is_refused_with_an_unknown_key(self, connect: Open) -> None:
        """An access key that nobody has is an UnrecognizedClientException."""
        client = connect(aws_access_key_id="nobody", aws_secret_access_key="test")

        assert refusal(client.create_room) == ("UnrecognizedClientException", 403)

    @pytest.mark.ivschat_verifies("SIG-01", "SIG-02")
    def test_is_refused_unsigned(self, connect: Open) -> None:
        """No signature at all is a MissingAuthenticationTokenException."""
        client = connect(config=Config(signature_version=UNSIGNED))

        assert refusal(client.create_room) == (
            "MissingAuthenticationTokenException",
            403,
        )

    @pytest.mark.ivschat_verifies("SIG-08")
    def test_is_refused_with_a_date_an_hour_old(self, connect: Open) -> None:
        """A client whose clock is an hour slow gets an InvalidSignatureException."""
        client = connect()

        with freeze_time(an_hour_ago()):
            refused = refusal(client.create_room)

        assert refused == ("InvalidSignatureException", 403)
        assert client.create_room()["ResponseMetadata"]["HTTPStatusCode"] == 200

    @pytest.mark.ivschat_verifies("SIG-04", "SIG-05")
    def test_is_refused_with_a_changed_body(
        self, connect: Open, relay: str, lobby: str
    ) -> None:
        """What was changed after it was signed is an InvalidSignatureException."""
        client = connect(endpoint_url=relay)

        unchanged = client.create_chat_token(roomIdentifier=lobby, userId="other")
        changed = refusal(
            lambda: client.create_chat_token(roomIdentifier=lobby, userId="signed")
        )

        assert unchanged["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert changed == ("InvalidSignatureException", 403)

    def test_is_let_in_by_each_access_key(self, connect: Open) -> None:
        """Every `--credential` may sign, whatever characters its secret has."""
        client = connect(
            aws_access_key_id="AKIDEXAMPLE",
            aws_secret_access_key="colons:are/allowed+here",
        )

        assert client.create_room()["ResponseMetadata"]["HTTPStatusCode"] == 200

    def test_is_let_in_with_a_session_token(
        self, connect: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Temporary credentials work: their token is sent and signed with the rest."""
        monkeypatch.setenv("AWS_SESSION_TOKEN", "FwoGZXIvYXdzEXAMPLE//token==")
        client = connect()
        sent = []
        client.meta.events.register("before-send.ivschat", lambda request, **_: sent.append(request.headers))

        answer = client.create_room()

        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert b";x-amz-security-token," in sent[0]["Authorization"]

    @pytest.mark.parametrize(
        ("member", "most", "past"),
        [
            pytest.param("sessionDurationInMinutes", 180, 181, id="minutes"),
            pytest.param("userId", "u" * 128, "u" * 129, id="user-id"),
        ],
    )
    def test_leaves_maxima_to_the_server(
        self, connect: Open, lobby: str, member: str, most: object, past: object
    ) -> None:
        """One past the maximum is a ValidationException that names the member."""
        client = connect()
        members = {"roomIdentifier": lobby, "userId": "visitor-1"}

        accepted = client.create_chat_token(**{**members, member: most})
        with pytest.raises(client.exceptions.ValidationException) as refused:
            client.create_chat_token(**{**members, member: past})

        assert accepted["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert refused.value.response["reason"] == "FIELD_VALIDATION_FAILED"
        assert [field["name"] for field in refused.value.response["fieldList"]] == [
            member
        ]

    def test_finds_the_missing_room_in_the_exception(self, connect: Open) -> None:
        """ResourceNotFoundException is a class of its own and says which resource."""
        client = connect()

        with pytest.raises(client.exceptions.ResourceNotFoundException) as refused:
            client.create_chat_token(roomIdentifier=ABSENT, userId="visitor-1")

        assert refused.value.response["resourceId"] == "AbsentRoom12"
        assert refused.value.response["resourceType"] == "ROOM"
        assert refused.value.response["message"] == refused.value.response["Error"]["Message"]


def aws(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command of the AWS CLI's `ivschat`."""
    return run("-m", "awscli", "ivschat", *arguments)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


FROZEN = """
import sys, freezegun, awscli.clidriver
with freezegun.freeze_time(sys.argv.pop(1)):
    sys.exit(awscli.clidriver.main())
"""


class TestAwsCli:
    """The command that the project began with, in the version that is on PyPI."""

    def test_goes_the_whole_way_of_a_room(self) -> None:
        """It creates a room and a token, reads the room and deletes it."""
        created = aws("create-room", "--name", "Cinema")
        room = json.loads(created.stdout)
        token = aws(
            *("create-chat-token", "--room-identifier", room["arn"]),
            *("--user-id", "visitor-1"),
            *("--capabilities", "SEND_MESSAGE", "DELETE_MESSAGE"),
            *("--session-duration-in-minutes", "30"),
            *("--attributes", "displayName=Ünïcode"),
        )
        read = aws("get-room", "--identifier", room["arn"])
        deleted = aws("delete-room", "--identifier", room["arn"])

        assert re.fullmatch(ARN, room["arn"])
        answer = json.loads(token.stdout)
        assert re.fullmatch(TOKEN, answer.pop("token"))
        assert answer == {
            "tokenExpirationTime": "2020-01-02T03:05:05Z",
            "sessionExpirationTime": "2020-01-02T03:34:05Z",
        }
        assert json.loads(read.stdout) == room
        assert (deleted.returncode, deleted.stdout, deleted.stderr) == (0, "", "")
