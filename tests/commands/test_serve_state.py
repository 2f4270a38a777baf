"""`serve --state` and `--log-directory`: nothing acknowledged is lost, come what may.

The processes are real, and so is the SIGKILL that ends them. `IVSCHAT_TEST_KILLS` sets
how often one comes, 10 times unless it says otherwise.
"""

import http.client
import json
import os
import resource
import shlex
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import connect

from ivschat_conformance.__main__ import main

if TYPE_CHECKING:
    from tests.conftest import Serve, Served

Refuse = Callable[[str], str]

DEADLINE = 20.0
KILLS = int(os.environ.get("IVSCHAT_TEST_KILLS", "10"))
GONE = (
    *(OSError, EOFError, http.client.HTTPException),
    *(InvalidHandshake, ConnectionClosed),
)
STILL = ("--clock", "2026-01-02T03:04:05Z")  # within the minute of every token
NO_ROOM = 4_096  # bytes a file: enough for messages, too few for any commit
UNSIGNED = ("--signatures", "ignore")


@dataclass(frozen=True, slots=True)
class Token:
    """A chat token, which no failure shows."""

    text: str = field(repr=False)


class Caller:
    """Calls one server over one connection."""

    def __init__(self, served: "Served") -> None:
        self.endpoint = served.endpoint
        self._http = http.client.HTTPConnection(
            urlsplit(self.endpoint).netloc, timeout=DEADLINE
        )

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def answer(self, target: str, method: str = "POST", **body: Any) -> tuple[int, Any]:
        """Make a call and return the status and the members of its answer."""
        self._http.request(method, target, json.dumps(body))
        with self._http.getresponse() as response:
            return response.status, json.loads(response.read() or b"null")

    def call(self, operation: str, **body: Any) -> Any:
        """Make a call that succeeds."""
        status, members = self.answer(f"/{operation}", **body)
        assert status in {200, 204}, members
        return members

    def token(self, room: str) -> Token:
        """Return a token for a room."""
        asked = {"roomIdentifier": room, "userId": "user-1"}
        return Token(self.call("CreateChatToken", **asked)["token"])

    def opens(self, token: Token) -> bool:
        """Return whether a token opens a connection, which is dropped at once."""
        endpoint = self.endpoint.replace("http", "ws", 1)
        opened = False
        try:
            with connect(
                endpoint,
                subprotocols=[token.text],  # type: ignore[list-item]
                open_timeout=DEADLINE,
            ):
                opened = True
        except InvalidStatus:
            return False
        except ConnectionClosed:  # the server was killed: before it opened, or after?
            if not opened:
                raise
        return True

    def rooms(self) -> dict[str, Any]:
        """Return every room by its ARN."""
        found: dict[str, Any] = {}
        more = {"nextToken": ""}
        while more:
            page = self.call("ListRooms", **more)
            found |= {room["arn"]: room for room in page["rooms"]}
            more = {"nextToken": page["nextToken"]} if "nextToken" in page else {}
        return found


@dataclass(slots=True)
class Acknowledged:
    """What servers have said is so; what was asked for last may be so or not."""

    tags: dict[str, dict[str, str]] = field(default_factory=dict)  # by a room's ARN
    deleted: set[str] = field(default_factory=set)
    used: set[Token] = field(default_factory=set)
    unused: set[Token] = field(default_factory=set)
    in_doubt: str | Token | None = None  # an ARN, or a token

    def ask_for_ever(self, caller: Caller, random: Random, lobby: str) -> None:
        """Call and connect until the server is gone."""
        number = 0
        while True:
            number += 1
            match random.choices(range(5), weights=[3, 2, 1, 2, 2])[0]:
                case 0:
                    arn = caller.call("CreateRoom", name=f"room-{number}")["arn"]
                    self.tags[arn] = {}
                case 1 if self.tags:
                    self._tag(caller, random.choice([*self.tags]), str(number))
                case 2 if self.tags:
                    self._delete(caller, random.choice([*self.tags]))
                case 3:
                    self.unused.add(caller.token(lobby))
                case 4 if self.unused:
                    self._use(caller, random.choice([*self.unused]))

    def _tag(self, caller: Caller, arn: str, value: str) -> None:
        self.in_doubt = arn
        target = f"/tags/{quote(arn, safe='')}"
        assert caller.answer(target, tags={"number": value}) == (200, None)
        self.tags[arn] = {"number": value}
        self.in_doubt = None

    def _delete(self, caller: Caller, arn: str) -> None:
        self.in_doubt = arn
        caller.call("DeleteRoom", identifier=arn)
        self.deleted.add(arn)
        del self.tags[arn]
        self.in_doubt = None

    def _use(self, caller: Caller, token: Token) -> None:
        self.in_doubt = token
        assert caller.opens(token)
        self.used.add(token)
        self.unused.discard(token)
        self.in_doubt = None

    def hold(self, caller: Caller) -> None:
        """Hold a new server against all that; what was in doubt is settled now."""
        rooms = caller.rooms()
        assert not self.deleted & rooms.keys()
        assert not [token for token in self.used if caller.opens(token)]
        if isinstance(self.in_doubt, Token):
            self.unused.discard(self.in_doubt)
        elif self.in_doubt is not None:
            self.tags.pop(self.in_doubt, None)
        self.in_doubt = None
        assert {arn: rooms[arn]["tags"] for arn in self.tags} == self.tags
        for token in [*self.unused][:3]:  # some, so that others wait for the next one
            assert caller.opens(token)
            self.unused.discard(token)
            self.used.add(token)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the path of a state file that is not there yet."""
    return tmp_path / "state.db"


@pytest.fixture
def options(path: Path) -> tuple[str, ...]:
    """Give the options of a server that keeps a lobby."""
    return (*UNSIGNED, "--room", "Lobby", "--state", str(path))


@pytest.fixture
def refuse(capsys: pytest.CaptureFixture[str]) -> Iterator[Refuse]:
    """Run `serve` with options that it refuses, and return its one sentence.

    The port is taken: an option that ought to be refused and is not starts no server.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = str(listener.getsockname()[1])

        def run(given: str) -> str:
            with pytest.raises(SystemExit) as ended:
                main(["serve", "--port", taken, *shlex.split(given)])
            written = capsys.readouterr()
            assert ended.value.code == 2
            assert not written.out
            assert written.err.count("\n") == 1
            return written.err.removeprefix("ivschat-conformance serve: error: ")[:-1]

        yield run


@pytest.mark.ivschat_verifies("TOKEN-LIFE-03", "TOKEN-LIFE-01")
def test_nothing_acknowledged_is_lost_when_the_process_is_killed(
    serve: "Serve", options: tuple[str, ...]
) -> None:
    """At any moment, again and again: rooms, tags, deletions, tokens used or not."""
    random = Random(20260102)  # noqa: S311 - must be repeatable
    known = Acknowledged()
    lobbies = set()

    for _ in range(KILLS):
        with serve(*options, *STILL) as served, closing(Caller(served)) as caller:
            lobbies.add(served.rooms["Lobby"])
            known.hold(caller)
            moment = threading.Timer(random.uniform(0.05, 0.25), served.process.kill)
            moment.start()
            with suppress(*GONE):
                known.ask_for_ever(caller, random, served.rooms["Lobby"])
            moment.join()
            assert served.end(signal.SIGKILL) == -signal.SIGKILL

    with serve(*options, *STILL) as served, closing(Caller(served)) as caller:
        known.hold(caller)
    assert len(lobbies) == 1
    assert min(len(known.deleted), len(known.used), len(known.tags)) >= KILLS


@pytest.mark.ivschat_verifies("TOKEN-LIFE-03")
def test_tokens_of_two_lives_have_different_numbers(
    serve: "Serve", options: tuple[str, ...]
) -> None:
    """A token of after the kill opens although one of before has been used."""
    with serve(*options) as served, closing(Caller(served)) as caller:
        before = caller.token(served.rooms["Lobby"])
        unused = caller.token(served.rooms["Lobby"])
        assert caller.opens(before)
        served.end(signal.SIGKILL)

    with serve(*options) as served, closing(Caller(served)) as caller:
        after = [caller.token(served.rooms["Lobby"]) for _ in range(2)]

        assert [caller.opens(token) for token in after] == [True, True]
        assert caller.opens(unused)
        assert not caller.opens(before)


@pytest.mark.ivschat_verifies("TOKEN-LIFE-02", "TOKEN-LIFE-03")
def test_times_of_tokens_are_the_clocks_of_each_life(
    serve: "Serve", options: tuple[str, ...]
) -> None:
    """The clock ends with its process; what it made expire comes back, unless used."""
    with serve(*options, "--clock", "2026-01-02T03:04:05Z") as served:
        with closing(Caller(served)) as caller:
            used, unused = (caller.token(served.rooms["Lobby"]) for _ in range(2))
            assert caller.opens(used)
            caller.answer("/_control/clock/advance", seconds=61)
            assert not caller.opens(unused)
        served.end(signal.SIGKILL)

    with (
        serve(*options, "--clock", "2026-01-02T03:05:06Z") as served,
        closing(Caller(served)) as caller,
    ):
        assert not caller.opens(unused)

    with (
        serve(*options, "--clock", "2026-01-02T03:05:04Z") as served,
        closing(Caller(served)) as caller,
    ):
        assert not caller.opens(used)
        assert caller.opens(unused)


def test_seeded_room_that_is_in_the_file_keeps_its_arn(
    serve: "Serve", options: tuple[str, ...]
) -> None:
    """Also one that was changed; another name is another room, in the same file."""
    with serve(*options) as served, closing(Caller(served)) as caller:
        lobby = served.rooms["Lobby"]
        caller.call("CreateRoom", name="Lobby")
        caller.call("UpdateRoom", identifier=lobby, maximumMessageLength=7)

    with (
        serve(*options, "--room", "Lounge") as served,
        closing(Caller(served)) as caller,
    ):
        assert served.rooms["Lobby"] == lobby
        assert len(caller.rooms()) == 3
        room = caller.call("GetRoom", identifier=lobby)
        assert room["maximumMessageLength"] == 7


def test_reset_clears_the_file(serve: "Serve", options: tuple[str, ...]) -> None:
    """The next start finds what a first one would have made, and no token of before."""
    with serve(*options) as served, closing(Caller(served)) as caller:
        lobby = served.rooms["Lobby"]
        caller.call("CreateRoom")
        bucket = {"s3": {"bucketName": "chat-logs"}}
        caller.call("CreateLoggingConfiguration", destinationConfiguration=bucket)
        token = caller.token(lobby)
        assert caller.answer("/_control/reset")[0] == 204
        served.end(signal.SIGKILL)

    with serve(*options) as served, closing(Caller(served)) as caller:
        assert list(caller.rooms()) == [lobby]
        listed = caller.call("ListLoggingConfigurations")
        assert listed == {"loggingConfigurations": []}
        assert not caller.opens(token)
        assert caller.opens(caller.token(lobby))


@pytest.mark.skipif(
    not hasattr(resource, "prlimit"), reason="another process's disk cannot be filled"
)
@pytest.mark.ivschat_verifies("TOKEN-LIFE-03")
def test_full_disk_costs_calls_and_not_the_server(
    serve: "Serve", options: tuple[str, ...]
) -> None:
    """500 for what could not be kept, which has not happened; the rest goes on."""
    with serve(*options) as served, closing(Caller(served)) as caller:
        process, lobby = served.process.pid, served.rooms["Lobby"]
        tokens = [caller.token(lobby) for _ in range(2)]
        soft, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (NO_ROOM, hard))

        refused = [
            caller.answer("/CreateRoom", name="lost")[0],
            caller.answer("/DeleteRoom", identifier=lobby)[0],
        ]
        opened = caller.opens(tokens[0])
        listed = list(caller.rooms())
        resource.prlimit(process, resource.RLIMIT_FSIZE, (soft, hard))

        assert refused == [500, 500]
        assert not opened
        assert listed == [lobby]
        assert caller.opens(tokens[0])
        kept = caller.call("CreateRoom", name="kept")["arn"]
        assert "the state file was not written" in served.stderr
        served.end(signal.SIGKILL)

    with serve(*options) as served, closing(Caller(served)) as caller:
        assert caller.rooms().keys() == {lobby, kept}
        assert not caller.opens(tokens[0])
        assert caller.opens(tokens[1])


def test_second_server_on_one_file_is_refused(
    serve: "Serve", options: tuple[str, ...], path: Path, refuse: Refuse
) -> None:
    """The first goes on, and after its end, however sudden, the file is free."""
    with serve(*options) as served, closing(Caller(served)) as caller:
        assert refuse(f"--state {path}") == (
            f"state file: {path} is in use by another server; stop that one, or give "
            "another file"
        )
        caller.call("CreateRoom")
        served.end(signal.SIGKILL)

    with serve(*options) as served, closing(Caller(served)) as caller:
        assert len(caller.rooms()) == 2


def test_file_of_another_region_or_account_is_refused(
    serve: "Serve", options: tuple[str, ...], path: Path, refuse: Refuse
) -> None:
    """Its rooms could not be reached; it says how to start."""
    with serve(*options):
        pass

    for other in ("--region eu-west-1", "--account-id 111122223333"):
        assert refuse(f"{other} --state {path}") == (
            f"state file: {path} is of account 123456789012 in us-west-2; start with "
            "--account-id 123456789012 --region us-west-2, or give another file"
        )


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("--state DIR/text", "state file: DIR/text is no state file; move it away"),
        ("--state DIR/no/state.db", "state file: cannot open DIR/no/state.db: No such"),
        ("--state DIR", "state file: cannot open DIR: "),
        ("--log-directory DIR/text", "log directory: cannot write to DIR/text: File"),
        ("--log-directory DIR/text/a", "log directory: cannot write to DIR/text/a: "),
    ],
)
def test_place_that_cannot_be_used_is_one_sentence_and_exit_code_2(
    tmp_path: Path, refuse: Refuse, option: str, sentence: str
) -> None:
    """It says which one, and what to do."""
    (tmp_path / "text").write_text("no database")

    refused = refuse(option.replace("DIR", str(tmp_path)))

    assert refused.startswith(sentence.replace("DIR", str(tmp_path)))
    assert "; " in refused


def test_log_directory_has_what_was_said(serve: "Serve", tmp_path: Path) -> None:
    """The folder is made, and each event of a room that logs is in it at once."""
    logs = tmp_path / "logs"
    with serve(*UNSIGNED, "--room", "Lobby", "--log-directory", str(logs)) as served:
        with closing(Caller(served)) as caller:
            lobby = served.rooms["Lobby"]
            configuration = caller.call(
                "CreateLoggingConfiguration",
                destinationConfiguration={"cloudWatchLogs": {"logGroupName": "chat"}},
            )["arn"]
            caller.call(
                "UpdateRoom",
                identifier=lobby,
                loggingConfigurationIdentifiers=[configuration],
            )
            sent = caller.call("SendEvent", roomIdentifier=lobby, eventName="app:x")
        served.end(signal.SIGKILL)

    [file] = [path for path in logs.rglob("*") if path.is_file()]
    [record] = map(json.loads, file.read_text("utf-8").splitlines())
    assert record["payload"]["Id"] == sent["id"]
    room = lobby.rpartition("/")[2]
    assert file.relative_to(logs).as_posix() == (
        f"cloudwatch-logs/chat/aws/IVSChatLogs/1.0/room_{room}.log"
    )
