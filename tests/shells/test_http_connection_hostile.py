"""Clients that send what is no request, or too much, or too slowly, or never read."""

import gc
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime

import pytest

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
    Reply,
    TransportFault,
)
from ivschat_conformance.reference_impl.shells.http_connection import (
    HttpConnection,
    Timeouts,
)
from ivschat_conformance.reference_impl.shells.http_reader import RequestReader
from ivschat_conformance.reference_impl.shells.server import ServerThread

DEADLINE = 5.0  # seconds; what is late by more has hung
GOOD = b"GET /good HTTP/1.1\r\nHost: here\r\n\r\n"
POST = b"POST /good HTTP/1.1\r\nHost: here\r\n"
STATUS = {
    TransportFault.MALFORMED: 400,
    TransportFault.TOO_SLOW: 408,
    TransportFault.BODY_TOO_LARGE: 413,
    TransportFault.HEAD_TOO_LARGE: 431,
}


class StubCore:
    """Answers `/large...` with its own target in 100 KB, and anything else with OK."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []

    def answer(self, request: HttpRequest, machine_now: datetime) -> Reply:
        """Answer and take note."""
        del machine_now
        self.requests.append(request)
        size = 100_000 if request.path == "/large" else 0
        return Reply(HttpResponse(200, body=request.target.ljust(size).encode()))

    def refuse(self, fault: TransportFault, machine_now: datetime) -> HttpResponse:
        """Answer with the fault's own status."""
        del machine_now
        return HttpResponse(STATUS[fault], body=fault.value.encode())


@pytest.fixture
def core() -> StubCore:
    """Return the core that the server of the test talks to."""
    return StubCore()


@pytest.fixture
def server(core: StubCore, timeouts: Timeouts) -> Iterator[ServerThread]:
    """Run a server that, whatever the test did, still answers afterwards."""
    with ServerThread(core, timeouts=timeouts) as thread:
        yield thread

        assert ask_well(thread).startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.fixture
def client(server: ServerThread) -> Iterator[socket.socket]:
    """Return a socket that is connected."""
    with connect(server) as connected:
        yield connected


def connect(server: ServerThread) -> socket.socket:
    """Connect a socket, each wait on which has a deadline."""
    address = server.address
    return socket.create_connection((address.host, address.port), timeout=DEADLINE)


def ask_well(server: ServerThread) -> bytes:
    """Return what a good request gets on a connection of its own."""
    with connect(server) as client:
        client.sendall(GOOD)
        return client.recv(1000)


def receive_all(client: socket.socket) -> bytes:
    """Receive until the server ends the connection; a reset raises."""
    return b"".join(iter(lambda: client.recv(1_000_000), b""))


def wait_until(server: ServerThread, condition: Callable[[], bool]) -> None:
    """Ask the server's thread until it is so, or fail at the deadline."""
    deadline = clock.monotonic() + DEADLINE
    while not server.call(condition):
        assert clock.monotonic() < deadline, "it did not come true in time"


# What is refused.


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(b"\x00\xff garbage \r\n\r\n", 400, id="garbage"),
        pytest.param(
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xaa" * 502,
            400,
            id="a TLS hello",
        ),
        pytest.param(
            POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"0\r\n\r\n" + GOOD,
            400,
            id="two framings",
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: " + b"a" * 1_000_000, 431, id="endless field"
        ),
        pytest.param(b"GET /" + b"a" * 1_000_000, 431, id="endless request line"),
        pytest.param(
            POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"A: b\r\n" * 200_000,
            431,
            id="endless trailers",
        ),
        pytest.param(
            POST + b"Content-Length: 5000000\r\n\r\n" + b"a" * 5_000_000,
            413,
            id="too large by its length",
        ),
        pytest.param(
            POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"4\r\nabcd\r\n" * 500_000,
            413,
            id="too large in chunks",
        ),
    ],
)
def test_refused_client_may_finish_sending_and_reads_why(
    client: socket.socket, core: StubCore, sent: bytes, status: int
) -> None:
    """A reset in the middle of its sending would cost it the answer."""
    client.sendall(sent)

    received = receive_all(client)

    assert received.startswith(b"HTTP/1.1 %d " % status)
    assert received.count(b"HTTP/1.1") == 1
    assert b"\r\nConnection: close\r\n" in received
    assert core.requests == []


def test_refused_client_that_never_stops_is_cut_off(client: socket.socket) -> None:
    """Nobody may send for ever what nobody wants."""
    client.sendall(POST + b"Content-Length: 1000000000000\r\n\r\n")

    with pytest.raises(ConnectionError):
        client.sendall(b"a" * 100_000_000)


@pytest.mark.parametrize("timeouts", [Timeouts(60, 60, linger=0.05)], ids=["50 ms"])
def test_refused_client_that_falls_silent_is_dropped(
    server: ServerThread, client: socket.socket
) -> None:
    """Waiting for the client to stop has an end."""
    client.sendall(b"\x00")
    receive_all(client)

    wait_until(server, lambda: not server.server.connections)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"GET /good HT", id="head"),
        pytest.param(POST + b"Content-Length: 3\r\n\r\na", id="body"),
    ],
)
def test_half_a_request_with_an_end_is_refused(
    client: socket.socket, sent: bytes
) -> None:
    """Who stops in the middle can still read what was wrong."""
    client.sendall(sent)
    client.shutdown(socket.SHUT_WR)

    assert receive_all(client).startswith(b"HTTP/1.1 400 ")


def test_whole_request_with_an_end_is_answered(client: socket.socket) -> None:
    """Who says no more may still listen."""
    client.sendall(GOOD)
    client.shutdown(socket.SHUT_WR)

    assert receive_all(client).startswith(b"HTTP/1.1 200 ")


# Time.


@pytest.mark.parametrize("timeouts", [Timeouts(0.05, 60, 60)], ids=["50 ms"])
@pytest.mark.parametrize(
    ("sent", "statuses"),
    [
        pytest.param(b"G", [408], id="one byte"),
        pytest.param(GOOD[:-2], [408], id="half a head"),
        pytest.param(POST + b"Content-Length: 3\r\n\r\nab", [408], id="half a body"),
        pytest.param(GOOD + GOOD[:-2], [200, 408], id="half of the second request"),
    ],
)
def test_request_that_does_not_arrive_in_time_is_refused(
    client: socket.socket, sent: bytes, statuses: list[int]
) -> None:
    """The time runs from the first byte of a request to its last."""
    client.sendall(sent)

    answers = receive_all(client).split(b"HTTP/1.1 ")[1:]

    assert [int(answer[:3]) for answer in answers] == statuses


@pytest.mark.parametrize("timeouts", [Timeouts(0.1, 60, 60)], ids=["100 ms"])
def test_trickling_bytes_do_not_extend_the_time(client: socket.socket) -> None:
    """A client that sends a byte now and then is as slow as one that stopped."""
    client.sendall(b"GET /")
    client.settimeout(0.01)
    received = b""
    deadline = clock.monotonic() + DEADLINE

    while not received and clock.monotonic() < deadline:
        client.sendall(b"a")
        try:
            received = client.recv(100)
        except TimeoutError:
            continue

    assert received.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("timeouts", [Timeouts(60, idle=0.2)], ids=["200 ms"])
@pytest.mark.parametrize("sent", [b"", GOOD], ids=["new", "used"])
def test_idle_connection_is_closed_silently(client: socket.socket, sent: bytes) -> None:
    """Between requests there is nobody to tell."""
    client.sendall(sent)

    assert receive_all(client).count(b"HTTP/1.1") == sent.count(b"HTTP/1.1")


@pytest.mark.parametrize("timeouts", [Timeouts(60, idle=0.2)], ids=["200 ms"])
def test_request_under_way_is_not_idle(client: socket.socket) -> None:
    """The time between requests does not run during one."""
    client.sendall(GOOD[:10])
    client.settimeout(0.4)
    with pytest.raises(TimeoutError):
        client.recv(1)

    client.sendall(GOOD[10:])

    assert client.recv(100).startswith(b"HTTP/1.1 200 ")


# Clients that do not read, and clients that go.


def ask_much(client: socket.socket, server: ServerThread, count: int = 200) -> None:
    """Ask for 100 KB so many times, read nothing, and let the server see it."""
    large = b"GET /large?%d HTTP/1.1\r\nHost: here\r\n\r\n"
    client.sendall(b"".join(large % number for number in range(count)))
    ask_well(server)


def test_client_that_does_not_read_is_answered_no_further(
    server: ServerThread, client: socket.socket, core: StubCore
) -> None:
    """What waits for it stays small; when it reads at last, it gets all, in order."""
    ask_much(client, server)

    buffered, reading = server.call(
        lambda: max(
            (transport.get_write_buffer_size(), transport.is_reading())
            for transport in (
                each.transport
                for each in server.server.connections
                if isinstance(each, HttpConnection)
            )
        )
    )
    asked = len(core.requests)
    client.sendall(GOOD.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    received = receive_all(client)

    assert 0 < buffered < 300_000
    assert not reading
    assert asked < 200
    assert [word for word in received.split() if word.startswith(b"/")] == [
        *(b"/large?%d" % number for number in range(200)),
        b"/good",
    ]


def test_little_is_parsed_ahead_of_the_answers(
    server: ServerThread, client: socket.socket, core: StubCore
) -> None:
    """Requests take more room than their bytes: the bytes wait, not the requests."""
    ask_much(client, server, 4000)

    waiting = server.call(lambda: _kept(HttpRequest)) - len(core.requests)

    assert 0 < waiting < 1000


@pytest.mark.parametrize("timeouts", [Timeouts(60, idle=0.2)], ids=["200 ms"])
def test_client_that_never_reads_is_dropped(
    server: ServerThread, client: socket.socket
) -> None:
    """Waiting for it has an end as well."""
    ask_much(client, server)

    wait_until(server, lambda: not server.server.connections)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(GOOD[:-2], id="half a head"),
        pytest.param(GOOD * 50, id="answers unread"),
        pytest.param(b"\x00", id="a refusal unread"),
    ],
)
def test_clients_that_hang_up_leave_nothing_behind(
    server: ServerThread, sent: bytes
) -> None:
    """Neither connections nor parsers, and without help of the garbage collector."""
    kinds = (HttpConnection, RequestReader)
    before = _kept(*kinds)
    with ExitStack() as clients:
        for _ in range(50):
            clients.enter_context(connect(server)).sendall(sent)
        wait_until(server, lambda: _kept(*kinds) >= before + 100)

    wait_until(server, lambda: not server.server.connections)

    assert _kept(*kinds) <= before


def _kept(*kinds: type) -> int:
    # Not isinstance(): it asks a weak proxy that somebody has left behind.
    return sum(issubclass(type(thing), kinds) for thing in gc.get_objects())
