"""`ivschat-conformance sweep`, and what `check` leaves for it when it is cut short.

Between the command and the server stands somebody who can hold up what is deleted, or
refuse it: so the moment at which a run is killed is no matter of luck.
"""

import http.client
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import boto3
import pytest

if TYPE_CHECKING:
    from tests.conftest import Serve

DEADLINE = 60  # seconds for a command that takes one on an idle machine
ONE_CHECK = ("-k", "test_answer_has_no_state")
TAG = "ivschat-conformance-run"
OLD = {TAG: "2026-01-02T03:04:05Z 3f2a9c1b5d7e"}


@dataclass(slots=True)
class Door:
    """Somebody before the server; `refuse` and `hold` are of what is to be deleted."""

    endpoint: str
    refuse: bool = False
    hold: bool = False
    came: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)


class _DoorHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    onward: ClassVar[str]
    door: ClassVar[Door]

    def do_GET(self) -> None:
        self.pass_on(b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/Delete"):
            self.door.came.set()
            if self.door.hold:
                self.door.go.wait(DEADLINE)
            if self.door.refuse:
                self.answer(403, {"X-Amzn-Errortype": "AccessDeniedException"}, b"{}")
                return
        self.pass_on(body)

    def pass_on(self, body: bytes) -> None:
        connection = http.client.HTTPConnection(self.onward, timeout=DEADLINE)
        connection.request(self.command, self.path, body or None, dict(self.headers))
        with connection.getresponse() as got:
            told = {name.title(): value for name, value in got.headers.items()}
            self.answer(got.status, told, got.read())
        connection.close()

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        headers |= {"Content-Length": str(len(body))}
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        with suppress(ConnectionError):  # whoever asked may have been killed
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command left: its exit code, and what it wrote."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class House:
    """A target behind its door, and commands that keep their journals in one folder."""

    door: Door
    server: str
    home: Path

    @property
    def journals(self) -> list[Path]:
        """The journals that there are."""
        return list(self.home.rglob("*.jsonl"))

    @property
    def environment(self) -> dict[str, str]:
        """The commands' environment."""
        clean = {k: v for k, v in os.environ.items() if k[:4] not in {"AWS_", "XDG_"}}
        return {**clean, "HOME": str(self.home)}

    def start(
        self, *arguments: str, module: str = "ivschat_conformance"
    ) -> subprocess.Popen[str]:
        """Start one of our commands, in a group of processes of its own."""
        return subprocess.Popen(
            [sys.executable, "-P", "-m", module, *arguments],
            cwd=self.home,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, **options: str) -> Ended:
        """Run one of our commands to its end."""
        with self.start(*arguments, **options) as process:
            out, err = process.communicate(timeout=DEADLINE)
        assert "Traceback" not in err
        return Ended(process.returncode, out, err)

    def sweep(self, *options: str) -> Ended:
        """Sweep."""
        return self.run("sweep", self.door.endpoint, *options)


class Target:
    """What is there."""

    def __init__(self, client: object) -> None:
        self.client: Any = client

    @property
    def rooms(self) -> list[str]:
        """The ARNs of all rooms."""
        return [room["arn"] for room in self.client.list_rooms()["rooms"]]

    def room(self, tags: dict[str, str]) -> str:
        """Create one and return its ARN."""
        return str(self.client.create_room(tags=tags)["arn"])


@contextmanager
def door_before(server: str) -> Iterator[Door]:
    """Stand before a server for the length of a `with`."""
    members = {"onward": server.removeprefix("http://")}
    handler = type("Handler", (_DoorHandler,), members)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        door = Door(f"http://127.0.0.1:{listening.server_port}")
        handler.door = door  # type: ignore[attr-defined]
        listening.daemon_threads = True
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield door

        door.go.set()
        listening.shutdown()
        thread.join()


@pytest.fixture
def house(serve: "Serve", tmp_path: Path) -> Iterator[House]:
    """Give a target on real time, with nothing in it."""
    with (
        serve("--no-control", "--signatures", "ignore") as served,
        door_before(served.endpoint) as door,
    ):
        yield House(door, served.endpoint, tmp_path)


@pytest.fixture
def target(house: House) -> Iterator[Target]:
    """Give the way round the door, as somebody else's client."""
    client = boto3.session.Session().client(
        "ivschat",
        endpoint_url=house.server,
        region_name="us-west-2",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the fake's own
    )
    yield Target(client)
    client.close()


def test_run_that_ends_well_leaves_nothing(house: House, target: Target) -> None:
    """Neither rooms nor a journal: there is nothing to sweep."""
    ended = house.run("check", house.door.endpoint, *ONE_CHECK)

    assert ended.code == 0, ended.out + ended.err
    assert house.door.came.is_set()
    assert target.rooms == []
    assert house.journals == []
    assert house.sweep() == Ended(0, "0 removed\n", "")


def test_run_that_is_killed_is_swept_by_its_journal(
    house: House, target: Target
) -> None:
    """SIGKILL for the command and its children: the next sweep removes what they left.

    At once, whatever its age; and a run that is still under way keeps all it has.
    """
    house.door.hold = True
    with house.start("check", house.door.endpoint, *ONE_CHECK) as process:
        assert house.door.came.wait(DEADLINE)
        [arn] = target.rooms
        meanwhile = house.sweep("--older-than", "0s")
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    house.door.hold = False
    house.door.refuse = True
    house.door.go.set()
    refused = house.sweep()
    house.door.refuse = False
    swept = house.sweep()

    assert meanwhile.code == 0
    assert f"left {arn} (journal of run " in meanwhile.out
    assert "): its run is under way\n0 removed, 1 left\n" in meanwhile.out
    assert refused.code == 3
    assert f"could not remove {arn} (journal of run " in refused.out
    assert refused.out.endswith(
        "DeleteRoom was answered 403 (AccessDeniedException)\n"
        "0 removed, 1 could not be removed\n"
    )
    assert swept.code == 0, swept.out
    assert f"removed {arn} (journal of run " in swept.out
    assert target.rooms == []
    assert house.journals == []


def test_run_that_is_interrupted_clears_up_itself(house: House, target: Target) -> None:
    """Ctrl+C in the middle of a check: its room goes before the process does."""
    house.door.hold = True
    with house.start("check", house.door.endpoint, *ONE_CHECK) as process:
        assert house.door.came.wait(DEADLINE)
        assert len(target.rooms) == 1
        os.killpg(process.pid, signal.SIGINT)
        house.door.hold = False
        house.door.go.set()
        process.communicate(timeout=DEADLINE)

    assert process.returncode == 130
    assert target.rooms == []
    assert house.journals == []


def test_what_cannot_be_removed_is_a_warning_and_no_failure(
    house: House, target: Target
) -> None:
    """The verdict is what it would be; the report says what stays, and what to do."""
    house.door.refuse = True

    ended = house.run("check", house.door.endpoint, *ONE_CHECK)

    assert ended.code == 0, ended.out + ended.err
    [arn] = target.rooms
    said = " ".join(ended.out.split())
    assert f"not removed: {arn} (DeleteRoom was answered 403" in said
    assert f"`ivschat-conformance sweep {house.door.endpoint}`" in said
    assert len(house.journals) == 1


def test_pytest_by_itself_tells_what_stays(house: House, target: Target) -> None:
    """Without our command it is one of the warnings in pytest's summary."""
    house.door.refuse = True

    ended = house.run(
        *("--ivschat-endpoint", house.door.endpoint, *ONE_CHECK),
        *("-p", "no:cacheprovider", "--pyargs", "ivschat_conformance.suites"),
        module="pytest",
    )

    assert ended.code == 0, ended.out + ended.err
    [arn] = target.rooms
    assert f"not removed: {arn} (DeleteRoom was answered 403" in ended.out
    assert "1 passed" in ended.out


def test_tags_tell_what_runs_on_other_machines_left(
    house: House, target: Target
) -> None:
    """Without any journal: what is old enough goes, and nothing that is not ours."""
    old, foreign = target.room(OLD), target.room({"team": "chat"})
    young = target.room({TAG: "2126-01-02T03:04:05Z 4f2a9c1b5d7e"})

    dry = house.sweep("--dry-run")
    there = target.rooms
    swept = house.sweep()

    assert dry.code == swept.code == 0
    assert f"would remove {old} (tag of run 3f2a9c1b5d7e, " in dry.out
    assert dry.out.endswith("1 would be removed, 1 left\n")
    assert {*there} == {old, foreign, young}
    assert f"left {young} (tag of run 4f2a9c1b5d7e, 0 s old): younger than" in swept.out
    assert swept.out.endswith("1 removed, 1 left\n")
    assert {*target.rooms} == {foreign, young}


def test_both_kinds_go_and_the_rooms_first(house: House, target: Target) -> None:
    """A logging configuration that a room uses cannot go before it."""
    bucket = {"s3": {"bucketName": "chat-logs"}}
    made = target.client.create_logging_configuration(
        destinationConfiguration=bucket, tags=OLD
    )
    target.client.create_room(loggingConfigurationIdentifiers=[made["arn"]], tags=OLD)

    swept = house.sweep()

    assert swept.code == 0, swept.out
    assert swept.out.endswith("2 removed\n")
    assert target.rooms == []
    left = target.client.list_logging_configurations()
    assert left["loggingConfigurations"] == []


def test_journals_of_other_targets_are_told_and_kept(
    house: House, target: Target
) -> None:
    """Under another URL nothing of them is found; the sweep says which to give."""
    house.door.refuse = True
    house.run("check", house.door.endpoint, *ONE_CHECK)

    elsewhere = house.run("sweep", house.server, "--older-than", "1d")

    assert elsewhere.code == 0
    assert elsewhere.out.endswith(
        "journals tell of leftovers elsewhere, too: "
        f"`ivschat-conformance sweep {house.door.endpoint}`\n"
    )
    assert len(target.rooms) == len(house.journals) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ([], 2, "the following arguments are required: URL"),
        (["ftp://127.0.0.1"], 2, "endpoint: give an http or https URL"),
        (["http://192.0.2.1"], 2, "no credentials to sign with"),
        (["http://127.0.0.1", "--older-than", "soon"], 2, "write a number and s, m,"),
        (["http://127.0.0.1:1"], 3, "http://127.0.0.1:1 cannot be reached: "),
    ],
)
def test_what_cannot_be_swept_is_one_sentence(
    tmp_path: Path, arguments: list[str], code: int, sentence: str
) -> None:
    """Exit code 2 for what must be said otherwise, 3 for who is not there."""
    nowhere = House(Door(""), "", tmp_path)

    ended = nowhere.run("sweep", *arguments)

    assert ended.code == code
    assert sentence in ended.out + ended.err
    assert (ended.out + ended.err).count("\n") == 1


def test_server_of_something_else_loses_no_journal(house: House) -> None:
    """Its 404 is no word on a room; nothing is forgotten."""
    house.door.refuse = True
    house.run("check", house.door.endpoint, *ONE_CHECK)
    [journal] = house.journals

    class NotFound(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), NotFound) as other:
        thread = threading.Thread(target=other.serve_forever, args=(0.01,))
        thread.start()
        url = f"http://127.0.0.1:{other.server_port}"
        text = journal.read_text("utf-8").replace(house.door.endpoint, url)
        journal.write_text(text, "utf-8")

        ended = house.run("sweep", url)

        other.shutdown()
        thread.join()
    assert ended.code == 3
    assert "not searched by tag: ListRooms was answered 404" in ended.out
    assert "could not remove arn:" in ended.out
    assert house.journals == [journal]
