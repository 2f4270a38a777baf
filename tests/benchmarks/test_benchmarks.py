"""The benchmarks count what they say they count; how long anything takes is no test."""

import json
import runpy
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
    Reply,
    TransportFault,
)
from ivschat_conformance.reference_impl.shells.server import ServerThread

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
DEADLINE = 20.0  # seconds; what is late by more has hung


class CountingCore:
    """Answers one path with 200, every other with 403, and counts."""

    def __init__(self) -> None:
        self.requests = 0

    def answer(self, request: HttpRequest, machine_now: datetime) -> Reply:
        """Answer and count."""
        del machine_now
        self.requests += 1
        return Reply(HttpResponse(200 if request.path == "/good" else 403, (), b"{}"))

    def refuse(self, fault: TransportFault, machine_now: datetime) -> HttpResponse:
        """Refuse what is no request."""
        del fault, machine_now
        return HttpResponse(400)


@pytest.fixture
def server() -> Iterator[tuple[CountingCore, int]]:
    """Serve a counting core; give it and its port."""
    core = CountingCore()
    with ServerThread(core) as running:
        yield core, running.address.port


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """Give the names of benchmarks/figures.py, which is in no package."""
    return runpy.run_path(str(BENCHMARKS / "figures.py"))


def load(port: int, request: str, **changes: float) -> subprocess.CompletedProcess[str]:
    """Run the load generator until five answers are counted."""
    asked = {"connections": 1, "seconds": DEADLINE, "limit": 5} | changes
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / "load_generator.py")],
        input=json.dumps({"port": port, "request": request, **asked}),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def test_the_load_generator_counts_answers(server: tuple[CountingCore, int]) -> None:
    """It stops at the limit, with an answer counted for every request but the last."""
    core, port = server

    ended = load(port, "GET /good HTTP/1.1\r\nHost: here\r\n\r\n")

    found = json.loads(ended.stdout)
    assert (found["answers"], found["reconnections"]) == (5, 0)
    assert core.requests in {5, 6}  # the next one was under way


def test_the_load_generator_connects_again(server: tuple[CountingCore, int]) -> None:
    """A server that closes after each answer is asked again on a new connection."""
    _, port = server

    ended = load(port, "GET /good HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")

    found = json.loads(ended.stdout)
    assert (found["answers"], found["reconnections"]) == (5, 5)


def test_the_load_generator_counts_no_refusal(server: tuple[CountingCore, int]) -> None:
    """A refusal is cheaper than an answer, so the first one ends the run."""
    _, port = server

    ended = load(port, "GET /bad HTTP/1.1\r\nHost: here\r\n\r\n")

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "load generator: the server answered HTTP/1.1 403\n"


def test_the_load_generator_ends_in_time(server: tuple[CountingCore, int]) -> None:
    """Without a limit that is ever reached, the time ends it."""
    _, port = server

    ended = load(
        port,
        "GET /good HTTP/1.1\r\nHost: here\r\n\r\n",
        connections=2,
        seconds=0.01,
        limit=10**9,
    )

    assert json.loads(ended.stdout)["seconds"] >= 0.01


@pytest.mark.parametrize(
    ("ours", "verdict"), [(2_000.0, "reached"), (1_990.0, "**missed**")]
)
def test_a_row_says_what_is_missed(
    figures: dict[str, Any], ours: float, verdict: str
) -> None:
    """A ratio is of medians, and short of its target by little is short of it."""
    row = figures["Row"](
        "answers a second",
        figures["Unit"].PER_SECOND,
        figures["Figures"]((1.0, ours, 9_000.0)),
        figures["Figures"]((100.0,)),
        figures["Target"]("ratio", 20, "20 times"),
    )

    assert row.verdict == verdict


def test_a_row_takes_the_smaller_for_the_better(figures: dict[str, Any]) -> None:
    """Of times and sizes the ratio is turned round; the spread is written beside."""
    row = figures["Row"](
        "start",
        figures["Unit"].MILLISECONDS,
        figures["Figures"]((150.0, 100.0, 120.0)),
        figures["Figures"]((360.0,)),
        figures["Target"]("ours", 200, "under 200 ms"),
    )

    lines = figures["table"]([row])

    assert lines[-1] == (
        "| start | 120 ms (100 to 150) | 360 ms | 3.0 | under 200 ms | reached |"
    )


def test_the_table_goes_between_its_marks(figures: dict[str, Any]) -> None:
    """A new table takes the old one's place; what stands around it stays."""
    readme = (BENCHMARKS / "README.md").read_text("utf-8")

    written = figures["inserted"](readme, ["THE NEW TABLE"])

    begin, end = "<!-- figures: written by run.py -->", "<!-- end of figures -->"
    before, _, rest = readme.partition(begin)
    after = rest.partition(end)[2]
    assert written == f"{before}{begin}\n\nTHE NEW TABLE\n\n{end}{after}"


def test_each_table_has_marks_of_its_own(figures: dict[str, Any]) -> None:
    """A table goes to the end of a document that has no marks of its name."""
    first = figures["inserted"]("", ["ONE"], "one")
    both = figures["inserted"](first, ["TWO"], "two")

    written = figures["inserted"](both, ["NEW"], "one")

    assert written == both.replace("ONE", "NEW")
    assert written.index("NEW") < written.index("TWO")


def test_a_table_names_what_ours_is_beside(figures: dict[str, Any]) -> None:
    """The heading says whose the second figures are; none lost has no ratio."""
    row = figures["Row"](
        "lost",
        figures["Unit"].DELIVERIES,
        figures["Figures"]((0,)),
        figures["Figures"]((7,)),
        figures["Target"]("ours", 1, "none"),
        "another server",
    )

    lines = figures["table"]([row])

    assert lines[0] == "| what | ours | another server | times better | target | |"
    assert lines[-1] == "| lost | 0 deliveries | 7 deliveries | - | none | reached |"


GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"


@pytest.mark.parametrize(
    ("pieces", "bodies"),
    [
        ([GOOD + b"{}" + GOOD + b"[]"], [[b"{}", b"[]"]]),
        ([GOOD + b"{}" + GOOD + b"[", b"]"], [[b"{}"], [b"[]"]]),
        ([GOOD[:20], GOOD[20:] + b"{}" + GOOD + b"[]"], [[], [b"{}", b"[]"]]),
    ],
)
def test_a_pipeline_tells_answers_apart(
    monkeypatch: pytest.MonkeyPatch, pieces: list[bytes], bodies: list[list[bytes]]
) -> None:
    """However answers are cut, each is whole, and none is awaited in the end."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    pipeline_class = runpy.run_path(str(BENCHMARKS / "pipeline.py"))["Pipeline"]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        pipeline = pipeline_class(listener.getsockname()[1])
        with pipeline.stream, listener.accept()[0] as connection:
            pipeline.send(b"first")
            pipeline.send(b"second")
            received = []
            for piece in pieces:
                connection.sendall(piece)
                received.append(pipeline.receive())

    assert received == bodies
    assert pipeline.awaited == 0
