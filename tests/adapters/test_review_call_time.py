"""Message review handlers have 200 ms of real time, and hold up nobody beyond that."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest
from freezegun import freeze_time

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.adapters import review_call
from ivschat_conformance.reference_impl.core.review import NO_ANSWER, ReviewTarget

if TYPE_CHECKING:
    from tests.adapters.conftest import Asker, Play, Serve

DEADLINE = 20.0
LIMIT = 0.2
LATE = 1.0  # what lies between is a busy machine's
ENDLESS = {
    "silence": (b"", b""),
    "head": (b"HTTP/1.1 200 OK\r\nX-Filler: ", b"x"),
    "interim": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": (b"HTTP/1.1 200 OK\r\n\r\n{}", b" "),
}


class Held:
    """A handler that does not return before it is released."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.threads: list[threading.Thread] = []

    def __call__(self, _document: object) -> object:
        """Wait."""
        self.threads.append(threading.current_thread())
        self.released.wait(DEADLINE)
        return "late"

    def release(self) -> None:
        """Let it return, and wait until its thread has told so."""
        self.released.set()
        for thread in self.threads:
            thread.join(DEADLINE)


@pytest.fixture
def held() -> Iterator[Held]:
    """Return a handler that hangs until the test's end at most."""
    handler = Held()
    yield handler
    handler.release()


@pytest.fixture(params=["function", *ENDLESS])
def slow(
    request: pytest.FixtureRequest, program: "Serve", held: Held
) -> Iterator[ReviewTarget]:
    """Return a handler that takes forever."""
    with ExitStack() as stack:
        if request.param == "function":
            yield held
        else:
            reply, more = ENDLESS[request.param]
            yield stack.enter_context(program(reply, more=more)).url


def at_once(_document: object) -> object:
    """Answer."""
    return "prompt"


def at_work() -> list[threading.Thread]:
    """Return the threads that ask handlers now."""
    return [t for t in threading.enumerate() if t.name == "ivschat-review"]


def test_slow_handler_gives_no_answer_after_200_ms(
    play: "Play", slow: ReviewTarget, caplog: pytest.LogCaptureFixture
) -> None:
    """However it is slow; those who are asked meanwhile are heard before."""

    async def scenario(asker: "Asker") -> None:
        start = clock.monotonic()
        first = asker.ask(slow)
        second = asker.ask(at_once)

        assert await asker.answers(first, second) == [NO_ANSWER, "prompt"]

        assert LIMIT <= clock.monotonic() - start < LATE
        assert [message for message, _ in asker.told] == [second, first]

    play(scenario)
    assert caplog.messages == ["a message review handler did not answer within 200 ms"]


def test_frozen_clock_gives_no_handler_more_time(play: "Play", held: Held) -> None:
    """The 200 ms are real ones."""

    async def scenario(asker: "Asker") -> None:
        with freeze_time("2031-05-06T07:08:09Z"):
            assert await asker.answer(held) is NO_ANSWER

    play(scenario)


def test_late_answer_is_dropped(play: "Play", held: Held) -> None:
    """A message has one verdict."""

    async def scenario(asker: "Asker") -> None:
        assert await asker.answer(held) is NO_ANSWER

        held.release()

        assert await asker.answer(at_once) == "prompt"
        assert [answer for _, answer in asker.told] == [NO_ANSWER, "prompt"]

    play(scenario)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("kind", ENDLESS)
def test_url_that_never_ends_is_cut_off(
    play: "Play", program: "Serve", kind: str
) -> None:
    """Its place is another's again, although it would have gone on."""
    reply, more = ENDLESS[kind]

    async def scenario(asker: "Asker") -> None:
        assert await asker.answer(handler.url) is NO_ANSWER

        assert await asker.answer(at_once) == "prompt"

    with program(reply, more=more) as handler:
        play(scenario)


@pytest.mark.usefixtures("one_thread")
def test_time_runs_while_a_review_waits_its_turn(play: "Play", held: Held) -> None:
    """Whoever waits longer than that is not asked any more."""
    asked: list[object] = []

    async def scenario(asker: "Asker") -> None:
        start = clock.monotonic()
        first, second = asker.ask(held), asker.ask(asked.append)

        assert await asker.answers(first, second) == [NO_ANSWER, NO_ANSWER]
        assert LIMIT <= clock.monotonic() - start < LATE

        third = asker.ask(at_once)
        held.release()

        assert await asker.answers(third) == ["prompt"]
        assert not asked

    play(scenario)


@pytest.mark.usefixtures("one_thread", "long_time")
def test_turns_come_in_the_order_of_asking(play: "Play") -> None:
    """Who has waited longest has the least time left."""

    async def scenario(asker: "Asker") -> None:
        messages = [asker.ask(at_once) for _ in range(5)]

        await asker.answers(*messages)

        assert [message for message, _ in asker.told] == messages

    play(scenario)


def test_nothing_is_posted_too_late(
    play: "Play", program: "Serve", monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that took all the time to open is of no use any more."""
    may_connect = threading.Event()
    connect = HTTPConnection.connect

    def connect_late(connection: HTTPConnection) -> None:
        may_connect.wait(DEADLINE)
        connect(connection)

    async def scenario(asker: "Asker") -> None:
        assert await asker.answer(handler.url) is NO_ANSWER

        may_connect.set()
        for thread in at_work():
            thread.join(DEADLINE)

        assert not handler.requests

    monkeypatch.setattr(HTTPConnection, "connect", connect_late)
    with program(b"HTTP/1.1 200 OK\r\n\r\n{}") as handler:
        play(scenario)


@pytest.mark.usefixtures("long_time")
def test_64_handlers_are_at_work_at_once(play: "Play") -> None:
    """More wait their turn, and each message gets its own handler's answer."""
    gate = threading.Event()

    def handler(number: int) -> Callable[[object], object]:
        return lambda _document: number if gate.wait(DEADLINE) else None

    async def scenario(asker: "Asker") -> None:
        messages = [asker.ask(handler(number)) for number in range(200)]
        threads = at_work()
        gate.set()

        assert len(threads) == 64
        assert await asker.answers(*messages) == list(range(200))
        assert len(asker.told) == 200

    play(scenario)


def test_system_without_threads_gives_no_answer(
    play: "Play", monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server goes on, and asks again as soon as there are some."""

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def scenario(asker: "Asker") -> None:
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", refuse)
            message = asker.ask(at_once)

        assert await asker.answers(message) == [NO_ANSWER]
        assert await asker.answer(at_once) == "prompt"

    play(scenario)


@pytest.mark.usefixtures("one_thread")
def test_nothing_is_answered_after_close(
    play: "Play",
    held: Held,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither what is under way nor what waits nor what comes then."""
    monkeypatch.setattr(review_call, "SECONDS", 0.01)
    asked: list[object] = []

    async def scenario(asker: "Asker") -> None:
        asker.ask(held)
        asker.ask(asked.append)
        asker.calls.close()
        asker.ask(asked.append)
        due = asyncio.Event()
        asyncio.get_running_loop().call_later(0.02, due.set)

        held.release()
        await due.wait()

        assert not asker.told

    play(scenario)
    assert not asked
    assert not caplog.messages


@pytest.mark.usefixtures("long_time")
def test_close_cuts_connections(play: "Play", program: "Serve") -> None:
    """The other side learns that nobody waits any more."""

    async def scenario(asker: "Asker") -> None:
        asker.ask(handler.url)
        assert await asyncio.to_thread(handler.asked.wait, DEADLINE)

        asker.calls.close()

        assert await asyncio.to_thread(handler.left.wait, DEADLINE / 2)

    with program(b"", more=b"") as handler:
        play(scenario)


HANGING = """
import asyncio, threading
from ivschat_conformance.reference_impl.adapters.review_call import ReviewCalls
from ivschat_conformance.reference_impl.core.effects import Review

async def main():
    asked, told = threading.Event(), asyncio.Event()
    def hang(document):
        asked.set()
        threading.Event().wait()
    calls = ReviewCalls(asyncio.get_running_loop(), lambda *_: told.set())
    calls.ask(Review(None, hang, {}))
    await told.wait()
    assert asked.is_set()
    calls.close()

asyncio.run(main())
print("over")
"""


def test_hanging_function_does_not_keep_a_process_from_ending() -> None:
    """A program that the fake runs in ends when it wants to."""
    done = subprocess.run(
        [sys.executable, "-c", HANGING],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "over\n"), done.stderr
