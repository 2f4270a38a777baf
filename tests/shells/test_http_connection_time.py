"""The times of a connection, on a clock that the test moves."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

import pytest

from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
    Reply,
    TransportFault,
)
from ivschat_conformance.reference_impl.shells.http_connection import (
    HttpConnection,
    Surroundings,
    Timeouts,
)

GOOD = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


class StubCore:
    """Answers 200, and refuses with 408."""

    def answer(self, request: HttpRequest, machine_now: datetime) -> Reply:
        """Answer anything."""
        del request, machine_now
        return Reply(HttpResponse(200))

    def refuse(self, fault: TransportFault, machine_now: datetime) -> HttpResponse:
        """Refuse anything."""
        del fault, machine_now
        return HttpResponse(408)


@dataclass(slots=True)
class StillTimer:
    """One call that falls due."""

    when: float
    callback: Callable[[], object]
    cancelled: bool = False

    def cancel(self) -> None:
        """Let it never fall due."""
        self.cancelled = True


@dataclass(slots=True)
class StillLoop:
    """What a connection needs of an event loop; its clock moves with `pass_time`."""

    now: float = 0.0
    timers: list[StillTimer] = field(default_factory=list)

    def time(self) -> float:
        """Return the instant that the test has reached."""
        return self.now

    def call_at(self, when: float, callback: Callable[[], object]) -> StillTimer:
        """Set a timer."""
        self.timers.append(StillTimer(when, callback))
        return self.timers[-1]

    def pass_time(self, seconds: int) -> None:
        """Move on, second by second, and call what falls due."""
        for _ in range(seconds):
            self.now += 1
            for timer in [timer for timer in self.timers if timer.when <= self.now]:
                self.timers.remove(timer)
                if not timer.cancelled:
                    timer.callback()


class StubTransport(asyncio.Transport):
    """Keeps what is written, and how the connection ended."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.ends: list[str] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep it."""
        self.written += data

    def is_closing(self) -> bool:
        """Say whether one side has ended it."""
        return bool(self.ends)

    def close(self) -> None:
        """End it once everything is sent."""
        self.ends.append("closed")

    def abort(self) -> None:
        """End it at once."""
        self.ends.append("aborted")

    def can_write_eof(self) -> bool:
        """Say no, as TLS does."""
        return False

    def pause_reading(self) -> None:
        """Do nothing."""

    def resume_reading(self) -> None:
        """Do nothing."""


@pytest.fixture
def loop() -> StillLoop:
    """Return a loop at the instant 0."""
    return StillLoop()


@pytest.fixture
def connection(loop: StillLoop) -> HttpConnection:
    """Return a connection with 10 s for a request, 30 idle, 2 after a refusal."""
    event_loop = cast("asyncio.AbstractEventLoop", loop)
    timeouts = Timeouts(request=10, idle=30, linger=2)
    connection = HttpConnection(Surroundings(StubCore(), event_loop, timeouts))
    connection.connection_made(StubTransport())
    return connection


@pytest.fixture
def transport(connection: HttpConnection) -> StubTransport:
    """Return the connection's transport."""
    return cast("StubTransport", connection.transport)


def test_every_answer_starts_the_idle_time_anew(
    loop: StillLoop, connection: HttpConnection, transport: StubTransport
) -> None:
    """A connection in use lives on, and ends 30 s after its last answer."""
    for _ in range(5):
        loop.pass_time(29)
        connection.data_received(GOOD)
    loop.pass_time(29)
    assert transport.ends == []

    loop.pass_time(1)

    assert transport.ends == ["closed"]
    assert transport.written.count(b"HTTP/1.1 200 OK") == 5
    assert b"408" not in transport.written


@pytest.mark.parametrize("before", [0, 1, 7, 29])
def test_request_has_its_time_whenever_it_begins(
    loop: StillLoop, connection: HttpConnection, transport: StubTransport, before: int
) -> None:
    """The timer never sleeps past a deadline that a request has set since."""
    loop.pass_time(before)
    connection.data_received(GOOD[:5])
    loop.pass_time(9)
    connection.data_received(GOOD[5:10])
    assert transport.written == b""

    loop.pass_time(1)

    assert transport.written.startswith(b"HTTP/1.1 408 ")


def test_every_request_of_a_connection_has_the_same_time(
    loop: StillLoop, connection: HttpConnection, transport: StubTransport
) -> None:
    """What the first one took is not taken off the second."""
    for _ in range(3):
        connection.data_received(GOOD[:5])
        loop.pass_time(9)
        connection.data_received(GOOD[5:])

    assert transport.written.count(b"HTTP/1.1 200 OK") == 3
    assert b"408" not in transport.written


def test_client_that_reads_slowly_has_the_idle_time_again_and_again(
    loop: StillLoop, connection: HttpConnection, transport: StubTransport
) -> None:
    """It is dropped 30 s after it last took something, and not before."""
    for _ in range(3):
        loop.pass_time(29)
        connection.pause_writing()
        connection.data_received(GOOD)
        loop.pass_time(29)
        assert transport.ends == []
        connection.resume_writing()
    connection.pause_writing()
    connection.data_received(GOOD)

    loop.pass_time(30)

    assert transport.ends == ["aborted"]
    assert transport.written.count(b"HTTP/1.1 200 OK") == 3


@pytest.mark.parametrize(
    ("sent", "before"),
    [
        pytest.param(GOOD.replace(b"1.1", b"1.0"), 0, id="at the client's wish"),
        pytest.param(GOOD, 30, id="when idle"),
    ],
)
def test_close_that_the_client_does_not_take_becomes_an_abort(
    loop: StillLoop,
    connection: HttpConnection,
    transport: StubTransport,
    sent: bytes,
    before: int,
) -> None:
    """An answer that nobody fetches does not keep a closed connection for ever."""
    connection.data_received(sent)
    loop.pass_time(before)
    assert transport.ends == ["closed"]

    loop.pass_time(30)

    assert transport.ends == ["closed", "aborted"]


def test_refused_client_has_the_time_to_stop(
    loop: StillLoop, connection: HttpConnection, transport: StubTransport
) -> None:
    """Two seconds after the refusal the connection is gone, whatever still arrives."""
    connection.data_received(b"\x00")
    loop.pass_time(1)
    connection.data_received(GOOD)
    assert transport.ends == []

    loop.pass_time(1)

    assert transport.ends == ["aborted"]
    assert transport.written.count(b"HTTP/1.1") == 1


def test_requests_set_no_timers(loop: StillLoop, connection: HttpConnection) -> None:
    """One timer a connection looks at the deadline, however many requests move it."""
    for _ in range(100):
        connection.data_received(GOOD)

    assert len(loop.timers) == 1
