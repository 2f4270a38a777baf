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
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from ivschat_conformance.__main__ import main
from tests.commands.kept_by_server import Acknowledged, Caller

if TYPE_CHECKING:
    from tests.conftest import Serve

Refuse = Callable[[str], str]

KILLS = int(os.environ.get("IVSCHAT_TEST_KILLS", "10"))
GONE = (
    *(OSError, EOFError, http.client.HTTPException),
    *(InvalidHandshake, ConnectionClosed),
)
STILL = ("--clock", "2026-01-02T03:04:05Z")  # within the minute of every token
NO_ROOM = 4_096  # bytes a file: enough for messages, too few for any commit
UNSIGNED = ("--signatures", "ignore")


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
