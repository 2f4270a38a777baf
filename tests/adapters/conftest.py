"""Handlers that review messages, and an event loop that asks them."""

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any, cast

import pytest

from ivschat_conformance.reference_impl.adapters import review_call
from ivschat_conformance.reference_impl.adapters.review_call import ReviewCalls
from ivschat_conformance.reference_impl.core.effects import Review
from ivschat_conformance.reference_impl.core.review import (
    PendingMessage,
    ReviewTarget,
)
from ivschat_conformance.reference_impl.shells.server import RealTimeEventLoop

DEADLINE = 20.0
DOCUMENT = {"Content": "hidden", "Sender": {"UserId": "hidden", "Attributes": {}}}

Serve = Callable[..., AbstractContextManager["Program"]]
Play = Callable[[Callable[["Asker"], Awaitable[None]]], None]
AnswerOf = Callable[[ReviewTarget], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the path of a state file that is not there yet."""
    return tmp_path / "state.db"


@pytest.fixture
def document() -> dict[str, Any]:
    """Return what every handler is given."""
    return DOCUMENT


@pytest.fixture
def long_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give handlers a hundred times the time that they have."""
    monkeypatch.setattr(review_call, "SECONDS", DEADLINE)


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one handler be at work at a time."""
    monkeypatch.setattr(review_call, "MAX_THREADS", 1)


class Asker:
    """Asks in an event loop like the server's, and collects what comes back."""

    def __init__(self) -> None:
        self.told: list[tuple[PendingMessage, object]] = []
        self.calls = ReviewCalls(asyncio.get_running_loop(), self._answered)
        self._more = asyncio.Event()

    def ask(self, target: ReviewTarget) -> PendingMessage:
        """Ask about a message of its own, and return it."""
        message = PendingMessage(cast("Any", None), cast("Any", None), "ALLOW", 500, 1)
        self.calls.ask(Review(message, target, DOCUMENT))
        return message

    async def answers(self, *messages: PendingMessage) -> list[object]:
        """Wait for the answers to these messages."""
        async with asyncio.timeout(DEADLINE):
            while not set(messages) <= {message for message, _ in self.told}:
                self._more.clear()
                await self._more.wait()
        told = dict(self.told)
        return [told[message] for message in messages]

    async def answer(self, target: ReviewTarget) -> object:
        """Ask and wait."""
        return (await self.answers(self.ask(target)))[0]

    def _answered(self, message: PendingMessage, answer: object) -> None:
        self.told.append((message, answer))
        self._more.set()


@pytest.fixture
def play() -> Play:
    """Give what plays a scenario from beginning to end."""

    def run(scenario: Callable[[Asker], Awaitable[None]]) -> None:
        async def played() -> None:
            asker = Asker()
            await scenario(asker)
            asker.calls.close()

        with asyncio.Runner(loop_factory=RealTimeEventLoop) as runner:
            runner.run(played())

    return run


@pytest.fixture
def answer_of(play: Play) -> AnswerOf:
    """Give what asks one handler once and returns the answer."""

    def ask(target: ReviewTarget) -> object:
        answers = []

        async def scenario(asker: Asker) -> None:
            answers.append(await asker.answer(target))

        play(scenario)
        return answers[0]

    return ask


class Program(ThreadingTCPServer):
    """A handler at a URL: replies, then goes on saying `more` until the client goes."""

    daemon_threads = True

    def __init__(self, host: str, reply: bytes, more: bytes | None) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, 0), _Conversation)
        host = f"[{host}]" if ":" in host else host
        self.url = f"http://{host}:{self.server_address[1]}"
        self.reply, self.more = reply, more
        self.requests: list[tuple[str, Mapping[str, str], object]] = []
        self.asked, self.left = threading.Event(), threading.Event()


class _Conversation(StreamRequestHandler):
    def handle(self) -> None:
        program = cast("Program", self.server)
        head = list(takewhile(lambda line: line != b"\r\n", self.rfile))
        if not head:  # it was cut off before it asked
            return
        first, *lines = (line.decode().strip() for line in head)
        headers = {
            name.lower(): value
            for name, _, value in (line.partition(": ") for line in lines)
        }
        document = json.loads(self.rfile.read(int(headers["content-length"])))
        program.requests.append((first, headers, document))
        program.asked.set()
        with suppress(ConnectionError):
            self.connection.sendall(program.reply)
            self.connection.settimeout(0.05)
            while program.more is not None and self._is_silent():
                self.connection.sendall(program.more)
        program.left.set()

    def _is_silent(self) -> bool:
        """Return False once the client has gone."""
        try:
            self.connection.recv(1)
        except TimeoutError:
            return True
        return False


@contextmanager
def _program(
    reply: bytes, *, more: bytes | None = None, host: str = "127.0.0.1"
) -> Iterator[Program]:
    """Serve a handler at a URL."""
    with Program(host, reply, more) as served:
        thread = threading.Thread(target=served.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield served
        finally:
            served.shutdown()
            thread.join(DEADLINE)


@pytest.fixture
def program() -> Serve:
    """Give what serves a handler at a URL."""
    return _program
