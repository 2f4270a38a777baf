"""`ivschat-conformance serve`: its first line, what its options do, its end."""

import re
import shlex
import signal
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from ivschat_conformance import clock
from ivschat_conformance.schemas import timestamps

if TYPE_CHECKING:
    from tests.conftest import Serve, Served

DEADLINE = 20
ARN = "arn:aws:ivschat:us-west-2:210987654321:room/g1H2I3j4k5L6"
ID = re.compile(r"[A-Za-z0-9]{12}")
SECRET = "hidden/secret:of+colons"  # noqa: S105 - invented


def call(served: "Served", operation: str, **members: object) -> Any:
    """Call an operation without a signature and return the answer's members."""
    answer = requests.post(
        f"{served.endpoint}/{operation}", json=members, timeout=DEADLINE
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def create_room(endpoint: str, key: str, secret: str) -> str:
    """Return "200", or the name under which boto3 is refused a room."""
    client = boto3.client(
        "ivschat",
        region_name="us-west-2",
        endpoint_url=endpoint,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )
    try:
        return str(client.create_room()["ResponseMetadata"]["HTTPStatusCode"])
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    finally:
        client.close()


def test_first_line_says_where_it_listens(serve: "Serve") -> None:
    """One JSON object on stdout, and nothing after it; for people all is on stderr."""
    with serve() as served:
        port = served.endpoint.rpartition(":")[2]
        code = served.end()

        assert code == 0
        assert served.first_line == {
            "endpoint": f"http://127.0.0.1:{port}",
            "messagingEndpoint": f"ws://127.0.0.1:{port}",
            "region": "us-west-2",
            "accountId": "123456789012",
            "rooms": {},
        }
        assert served.stdout == ""
        assert served.stderr == (
            "Amazon IVS Chat, the reference implementation. Paste into a shell:\n"
            f"  export AWS_ENDPOINT_URL_IVSCHAT=http://127.0.0.1:{port}\n"
            f"  export IVSCHAT_MESSAGING_ENDPOINT=ws://127.0.0.1:{port}\n"
            "  export AWS_REGION=us-west-2\n"
            "  export AWS_DEFAULT_REGION=us-west-2\n"
            "  export AWS_ACCESS_KEY_ID=test\n"
            "  export AWS_SECRET_ACCESS_KEY=test\n"
            "Ctrl+C ends it.\n"
        )


@pytest.mark.usefixtures("isolation")
def test_pasted_lines_are_all_that_a_client_needs(
    serve: "Serve", monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stderr tells to export makes boto3 reach the server and be let in."""
    with serve("--region", "eu-west-1", "--room", "Lobby") as served:
        for line in served.stderr.splitlines():
            if line.startswith("  export "):
                name, _, value = shlex.split(line)[1].partition("=")
                monkeypatch.setenv(name, value)
        client = boto3.session.Session().client("ivschat")
        answer = client.get_room(identifier=served.rooms["Lobby"])
        client.close()

    assert answer["name"] == "Lobby"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it_with_exit_code_0(
    serve: "Serve", number: signal.Signals
) -> None:
    """Ctrl+C and a polite kill are how a server ends, and no failure."""
    with serve() as served, requests.Session() as session:
        session.get(f"{served.endpoint}/_control/clock", timeout=DEADLINE)

        assert served.end(number) == 0
        assert "Traceback" not in served.stderr


def test_rooms_are_there_from_the_start(serve: "Serve") -> None:
    """A name becomes a room; an ARN fixes account and id, and the id stands for it."""
    with serve("--room", "Lobby", "--room", ARN, "--signatures", "ignore") as served:
        lobby = call(served, "GetRoom", identifier=served.rooms["Lobby"])
        fixed = call(served, "GetRoom", identifier=ARN)

    start, _, room_id = served.rooms["Lobby"].partition("room/")
    assert start == "arn:aws:ivschat:us-west-2:210987654321:"
    assert ID.fullmatch(room_id)
    assert served.rooms == {"Lobby": f"{start}room/{room_id}", "g1H2I3j4k5L6": ARN}
    assert served.first_line["accountId"] == "210987654321"
    assert (lobby["name"], lobby["id"]) == ("Lobby", room_id)
    assert fixed["id"] == "g1H2I3j4k5L6"
    assert "name" not in fixed


def test_region_and_account_id_stand_in_every_arn(serve: "Serve") -> None:
    """The server stands for the region and the account that were asked for."""
    with serve(
        *("--region", "eu-central-1", "--account-id", "111122223333"),
        *("--room", "Lobby"),
    ) as served:
        pass

    assert served.first_line["region"] == "eu-central-1"
    assert served.first_line["accountId"] == "111122223333"
    assert served.rooms["Lobby"].startswith(
        "arn:aws:ivschat:eu-central-1:111122223333:room/"
    )


@pytest.mark.parametrize(
    ("options", "token_expires", "session_expires"),
    [
        pytest.param([], "2020-01-02T03:05:05Z", "2020-01-02T04:04:05Z", id="default"),
        pytest.param(
            ["--token-lifetime", "90"],
            "2020-01-02T03:05:35Z",
            "2020-01-02T04:04:05Z",
            id="90-seconds",
        ),
        pytest.param(
            ["--token-lifetime", "86400000000"],
            "2020-01-02T04:04:05Z",
            "2020-01-02T04:04:05Z",
            id="longer-than-the-session",
        ),
    ],
)
def test_frozen_clock_makes_the_times_exact(
    serve: "Serve", options: list[str], token_expires: str, session_expires: str
) -> None:
    """A token lives for `--token-lifetime` from the instant of `--clock`."""
    with serve(
        *("--clock", "2020-01-02T04:04:05.999+01:00", "--signatures", "ignore"),
        *("--room", "Lobby", *options),
    ) as served:
        answer = call(
            served,
            "CreateChatToken",
            roomIdentifier=served.rooms["Lobby"],
            userId="visitor-1",
        )

    assert answer["tokenExpirationTime"] == token_expires
    assert answer["sessionExpirationTime"] == session_expires


def test_real_clock_is_the_machines(serve: "Serve") -> None:
    """Unless it is told otherwise, the server lives now."""
    with serve("--signatures", "ignore") as served:
        before = clock.now() - timedelta(milliseconds=1)  # the answer's are cut
        room = call(served, "CreateRoom")
        after = clock.now()

    assert before <= timestamps.parse(room["createTime"]) <= after


@pytest.mark.usefixtures("isolation")
def test_given_credentials_take_the_place_of_the_default(serve: "Serve") -> None:
    """Each `--credential` may sign; `test:test` may only where none was given."""
    with serve(
        *("--credential", f"AKIDFIRST:{SECRET}", "--credential", "AKIDSECOND:two"),
    ) as served:
        first = create_room(served.endpoint, "AKIDFIRST", SECRET)
        second = create_room(served.endpoint, "AKIDSECOND", "two")
        crossed = create_room(served.endpoint, "AKIDSECOND", SECRET)
        default = create_room(served.endpoint, "test", "test")

    assert (first, second) == ("200", "200")
    assert crossed == "InvalidSignatureException"
    assert default == "UnrecognizedClientException"


@pytest.mark.usefixtures("isolation")
def test_chosen_secret_is_never_written(serve: "Serve") -> None:
    """Neither stream shows it, not even among the lines to paste or after a refusal."""
    with serve("--credential", f"AKID$FIRST:{SECRET}") as served:
        create_room(served.endpoint, "AKID$FIRST", "wrong")
        served.end()

        written = str(served.first_line) + served.stdout + served.stderr
        assert "hidden" not in written
        assert "  export AWS_ACCESS_KEY_ID='AKID$FIRST'\n" in served.stderr
        assert "export AWS_SECRET_ACCESS_KEY" not in served.stderr
        assert (
            "Set AWS_SECRET_ACCESS_KEY to the secret that --credential gave this key.\n"
        ) in served.stderr


@pytest.mark.parametrize(
    ("lifetime", "warned"),
    [pytest.param("30", True, id="30"), pytest.param("31", False, id="31")],
)
def test_lifetime_that_makes_clients_spin_is_warned_of(
    serve: "Serve", lifetime: str, *, warned: bool
) -> None:
    """30 seconds make AWS's JavaScript SDK renew without pause, 31 do not."""
    with serve("--token-lifetime", lifetime) as served:
        warnings = [
            line for line in served.stderr.splitlines() if line.startswith("warning: ")
        ]

    assert len(warnings) == (1 if warned else 0)
