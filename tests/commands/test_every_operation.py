"""All 17 operations, by clients that real applications have: one story, four tellers.

boto3, both versions of the AWS CLI and the AWS SDK for JavaScript are unmodified.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from ivschat_conformance.schemas.operations import load_operations

if TYPE_CHECKING:
    from tests.commands.conftest import Connect
    from tests.conftest import Served

DEADLINE = 60  # seconds for a command that takes half of one on an idle machine
NODE = Path(__file__).parents[2] / "examples" / "node"
SECOND_CLI = "/usr/bin/aws"  # where Debian has version 2, beside the first in a venv

BUCKET = {"s3": {"bucketName": "chat-logs"}}
LOGGING = "loggingConfigurationIdentifiers"
SETTINGS = {
    "maximumMessageRatePerSecond": 100,
    "maximumMessageLength": 1,
    "messageReviewHandler": {
        "uri": "arn:aws:lambda:us-west-2:123456789012:function:review",
        "fallbackResult": "DENY",
    },
}

# Times come as the SDK's own dates, which JSON has not.
ONE_CALL = """
import * as sdk from "@aws-sdk/client-ivschat";

const [operation, members] = process.argv.slice(1);
const client = new sdk.IvschatClient({ maxAttempts: 1 });
try {
  const command = new sdk[`${operation}Command`](JSON.parse(members));
  const { $metadata, ...answer } = await client.send(command);
  const dates = Object.entries(answer).filter(([, value]) => value instanceof Date);
  const told = dates.map(([name, value]) => [name, `Date ${value.toISOString()}`]);
  console.log(JSON.stringify({ ...answer, ...Object.fromEntries(told) }));
} catch (error) {
  console.log(JSON.stringify({ refused: error.name }));
  process.exitCode = 1;
}
"""

pytestmark = pytest.mark.usefixtures("environment")


class RefusedError(Exception):
    """The service refused; the message is the error's name, as the client has it."""


class Teller(Protocol):
    """A client that tells the story; what it asked for is in `asked`."""

    asked: set[str]
    times: tuple[str, str]
    """03:04:05 and a minute later, of 2 January 2020, as it shows them."""

    def call(self, operation: str, **members: Any) -> Any:
        """Return the answer's members, or raise RefusedError."""


class Boto3:
    """boto3, whose times are datetimes."""

    times = (
        "datetime 2020-01-02T03:04:05+00:00",
        "datetime 2020-01-02T03:05:05+00:00",
    )

    def __init__(self, client: Any) -> None:
        self.asked: set[str] = set()
        self._client = client
        client.meta.events.register(
            "before-call", lambda model, **_: self.asked.add(model.name)
        )

    def call(self, operation: str, **members: Any) -> Any:
        """Call the operation's method."""
        try:
            answer = getattr(self._client, xform_name(operation))(**members)
        except ClientError as error:
            raise RefusedError(error.response["Error"]["Code"]) from None
        assert answer.pop("ResponseMetadata")["RequestId"]
        return {
            name: f"datetime {value.isoformat()}"
            if isinstance(value, datetime)
            else value
            for name, value in answer.items()
        }


class AwsCli:
    """One of the versions of the AWS CLI, a process a command."""

    def __init__(self, *command: str, zone: str, endpoint: str = "") -> None:
        self.asked: set[str] = set()
        self.times = (f"2020-01-02T03:04:05{zone}", f"2020-01-02T03:05:05{zone}")
        self._command = command
        self._more = ["--endpoint-url", endpoint] if endpoint else []

    def call(self, operation: str, **members: Any) -> Any:
        """Run the command: texts as they are, other members as JSON."""
        self.asked.add(operation)
        options = [
            word
            for name, value in members.items()
            for word in (
                f"--{xform_name(name, '-')}",
                value if isinstance(value, str) else json.dumps(value),
            )
        ]
        done = subprocess.run(
            [
                *(*self._command, "ivschat", xform_name(operation, "-")),
                *(*options, *self._more),
            ],
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        if done.returncode:
            before, _, rest = done.stderr.partition("An error occurred (")
            name, _, place = rest.partition(") when calling the ")
            assert not before.strip(), done.stderr
            assert place.startswith(f"{operation} operation"), done.stderr
            raise RefusedError(name)
        assert not done.stderr
        # Version 1 shows times as they were sent, some with milliseconds.
        return json.loads(done.stdout.replace(".000Z", "Z") or "{}")


class Node:
    """The AWS SDK for JavaScript, a process a call."""

    times = ("Date 2020-01-02T03:04:05.000Z", "Date 2020-01-02T03:05:05.000Z")

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def call(self, operation: str, **members: Any) -> Any:
        """Send the operation's command."""
        self.asked.add(operation)
        told = operation, json.dumps(members)
        done = subprocess.run(
            ["node", "--input-type=module", "-e", ONE_CALL, *told],  # noqa: S607
            cwd=NODE,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        assert done.stdout, done.stderr
        answer = json.loads(done.stdout)
        if done.returncode:
            raise RefusedError(answer["refused"])
        return answer


@pytest.fixture(params=["boto3", "aws-cli-1", "aws-cli-2", "javascript"])
def teller(
    request: pytest.FixtureRequest,
    served: "Served",
    connect: "Connect",
    monkeypatch: pytest.MonkeyPatch,
) -> Teller:
    """Give one of the clients; skip one that is not installed."""
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    monkeypatch.setenv("AWS_PAGER", "")
    match request.param:
        case "boto3":
            return Boto3(connect())
        case "aws-cli-1":
            return AwsCli(sys.executable, "-m", "awscli", zone="Z")
        case "aws-cli-2":
            # Before 2.13 it knows no AWS_ENDPOINT_URL_IVSCHAT.
            command = second_cli()
            return AwsCli(command, zone="+00:00", endpoint=served.endpoint)
    if shutil.which("node") is None or not (NODE / "node_modules").is_dir():
        pytest.skip("Node.js or its packages are not installed: npm ci, examples/node")
    return Node()


def second_cli() -> str:
    """Return the path of version 2 of the AWS CLI, or skip."""
    if not Path(SECOND_CLI).exists():
        pytest.skip("version 2 of the AWS CLI is not installed: apt install awscli")
    said = subprocess.run(
        [SECOND_CLI, "--version"], capture_output=True, text=True, check=True
    )
    if not said.stdout.startswith("aws-cli/2."):
        pytest.skip(f"{SECOND_CLI} is not version 2 of the AWS CLI")
    return SECOND_CLI


def refusal(teller: Teller, operation: str, **members: Any) -> str:
    """Return the name of the error that a call is refused with."""
    with pytest.raises(RefusedError) as caught:
        teller.call(operation, **members)
    return str(caught.value)


def holds(answer: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Hold an answer against some of its members."""
    assert {name: answer[name] for name in expected} == expected


def test_client_goes_through_all_operations(
    teller: Teller, request: pytest.FixtureRequest
) -> None:
    """Members, times, pages and errors are what the service's model promises."""
    call, (now, _) = teller.call, teller.times
    name = request.node.callspec.id

    logging = call("CreateLoggingConfiguration", destinationConfiguration=BUCKET)
    arn = logging["arn"]
    holds(logging, {"state": "ACTIVE", "destinationConfiguration": BUCKET, "tags": {}})
    renamed = call("UpdateLoggingConfiguration", identifier=arn, name=name)
    assert renamed == {**logging, "name": name}
    assert call("GetLoggingConfiguration", identifier=arn) == renamed
    every = call("ListLoggingConfigurations", maxResults=50)["loggingConfigurations"]
    assert arn in [one["arn"] for one in every]

    tags = {"team": "chat", "Cost Center": "é&=/+"}
    created = call("CreateRoom", name=name, tags=tags, **SETTINGS, **{LOGGING: [arn]})
    room = created["arn"]
    expected = {"name": name, "tags": tags, **SETTINGS, LOGGING: [arn]}
    holds(created, {**expected, "createTime": now, "updateTime": now})
    updated = call("UpdateRoom", identifier=room, maximumMessageLength=500)
    assert updated == {**created, "maximumMessageLength": 500}
    assert call("GetRoom", identifier=room) == updated

    call("TagResource", resourceArn=room, tags={"k 1": "v"})
    call("UntagResource", resourceArn=room, tagKeys=["k 1", "team"])
    assert call("ListTagsForResource", resourceArn=room) == {
        "tags": {"Cost Center": "é&=/+"}
    }

    other = call("CreateRoom", name=name)["arn"]
    first = call("ListRooms", name=name, maxResults=1)
    second = call("ListRooms", name=name, maxResults=1, nextToken=first["nextToken"])
    pages = [first["rooms"], second["rooms"]]
    assert {one["arn"] for page in pages for one in page} == {room, other}
    assert [len(page) for page in pages] == [1, 1]
    assert not second.get("nextToken")

    assert call("CreateChatToken", roomIdentifier=room, userId="ann").keys() == {
        "token",
        "tokenExpirationTime",
        "sessionExpirationTime",
    }
    event = call("SendEvent", roomIdentifier=room, eventName="x", attributes={"a": "b"})
    asked = call("DeleteMessage", roomIdentifier=room, id="Ab3dEf6hIj9L", reason="spam")
    assert len(event["id"]) == len(asked["id"]) == 12
    assert call("DisconnectUser", roomIdentifier=room, userId="ann") == {}

    in_use = refusal(teller, "DeleteLoggingConfiguration", identifier=arn)
    wrong = refusal(teller, "CreateRoom", name="two words")
    assert (in_use, wrong) == ("ConflictException", "ValidationException")
    for one in (room, other):
        assert call("DeleteRoom", identifier=one) == {}
    assert call("DeleteLoggingConfiguration", identifier=arn) == {}
    gone = refusal(teller, "GetRoom", identifier=room)
    assert gone == "ResourceNotFoundException"

    assert teller.asked == {*load_operations()}


def test_client_reads_the_times_of_a_token(teller: Teller, lobby: str) -> None:
    """As dates where the language has them: a minute, and the minutes asked for."""
    answer = teller.call(
        "CreateChatToken",
        roomIdentifier=lobby,
        userId="ann",
        capabilities=["SEND_MESSAGE"],
        sessionDurationInMinutes=1,
        attributes={"displayName": "Ann"},
    )

    _, later = teller.times
    assert answer["tokenExpirationTime"] == later
    assert answer["sessionExpirationTime"] == later


@pytest.mark.parametrize("others", [False, True], ids=["quiet", "while-others-come"])
def test_51_rooms_are_paged_exactly_once_each(
    connect: "Connect", request: pytest.FixtureRequest, *, others: bool
) -> None:
    """Whoever creates rooms of the name between two pages adds nothing twice."""
    client, name = connect(), request.node.callspec.id
    rooms = {client.create_room(name=name)["arn"] for _ in range(51)}
    more: dict[str, str] = {}
    found: list[str] = []

    while True:
        page = client.list_rooms(name=name, maxResults=10, **more)
        found += [room["arn"] for room in page["rooms"]]
        if "nextToken" not in page:
            break
        more = {"nextToken": page["nextToken"]}
        for _ in range(3 * others):
            client.create_room(name=name)

    assert sorted(arn for arn in found if arn in rooms) == sorted(rooms)
    assert len(found) == len({*found})
    assert others or len(found) == 51
