"""A server in another process, as `serve` starts it, and many who mean it ill.

Whatever they do, somebody who means well is served meanwhile and afterwards, the
server's memory stays bounded, and at its end there is no traceback on stderr.
"""

import http.client
import json
import os
import selectors
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from ivschat_conformance import clock
from ivschat_conformance.fixtures.signing import Signing
from ivschat_conformance.fixtures.target import Credentials
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest

if TYPE_CHECKING:
    from tests.conftest import Serve, Served

DEADLINE = 30.0  # seconds; a request that stops is refused after ten
IDLE = 10_000
SLOW = 1_000
MIB = 1024 * 1024
MOST_MEMORY = 256 * MIB  # with 10,000 connections it takes a third of that
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
ASKED = json.dumps({"roomIdentifier": ROOM, "userId": "ann"}).encode()

GET = b"GET /GetRoom HTTP/1.1\r\nHost: here\r\n"
POST = b"POST /CreateRoom HTTP/1.1\r\nHost: here\r\n"
SHAKE = (
    b"GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MTYgYnl0ZXMgb2Yga2V5Lg==\r\n"
    b"Sec-WebSocket-Protocol: "
)


@pytest.fixture(scope="module")
def served(serve: "Serve") -> "Iterator[Served]":
    """Run a server with one room, for the whole module."""
    with serve("--room", ROOM) as running:
        yield running


@pytest.fixture(autouse=True)
def held_out(served: "Served") -> Iterator[None]:
    """Hold the server to it that it has done well before and after a test."""
    assert token_of(served)
    yield

    assert token_of(served)
    assert memory_of(served) < MOST_MEMORY
    assert "Traceback" not in served.stderr


def connect(served: "Served") -> socket.socket:
    """Connect a socket that leaves by a reset, and so no port in TIME_WAIT."""
    address = urlsplit(served.endpoint)
    assert address.hostname
    assert address.port
    client = socket.create_connection((address.hostname, address.port), DEADLINE)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return client


def token_of(served: "Served") -> str:
    """Return the token that a signed call on a connection of its own is given."""
    address = urlsplit(served.endpoint).netloc
    bare = HttpRequest("POST", "/CreateChatToken", (("host", address),), ASKED)
    signing = Signing(Credentials("test", "test"), "us-west-2", clock.now())
    connection = http.client.HTTPConnection(address, timeout=DEADLINE)
    try:
        connection.request("POST", bare.target, ASKED, signing.headers(bare))
        answer = connection.getresponse()
        assert answer.status == 200
        return str(json.load(answer)["token"])
    finally:
        connection.close()


def memory_of(served: "Served") -> int:
    """Return the bytes that the server's process has in memory; 0 where none says."""
    statm = Path(f"/proc/{served.process.pid}/statm")
    if not statm.exists():
        return 0
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def send_what_is_taken(client: socket.socket, data: bytes) -> None:
    """Send up to where the server cuts the connection, if it does."""
    with suppress(ConnectionError):
        client.sendall(data)


def answer_of(client: socket.socket) -> bytes:
    """Return all that comes up to the end, which has to come."""
    received = b""
    with suppress(ConnectionError):
        while data := client.recv(65_536):
            received += data
    return received


def answers_of(clients: list[socket.socket]) -> list[bytes]:
    """Return what each of them is told up to its end, or fail at the deadline."""
    told = dict.fromkeys(clients, b"")
    deadline = clock.monotonic() + DEADLINE
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client, selectors.EVENT_READ, client)
        while selector.get_map():
            assert clock.monotonic() < deadline, "some were neither told nor dropped"
            for key, _ in selector.select(1):
                client = key.data
                data = b""
                with suppress(ConnectionError):
                    data = client.recv(65_536)
                told[client] += data
                if not data:
                    selector.unregister(client)
    return list(told.values())


def sized(body: bytes) -> bytes:
    """Return a POST with this body."""
    return POST + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def chunked(chunk: bytes, count: int) -> bytes:
    """Return a POST of so many chunks that are the same."""
    piece = b"%x\r\n%b\r\n" % (len(chunk), chunk)
    return POST + b"Transfer-Encoding: chunked\r\n\r\n" + piece * count


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(
            lambda: GET + b"".join(b"X-%d: a\r\n" % n for n in range(100_000)),
            431,
            id="100,000 headers",
        ),
        pytest.param(lambda: GET + b"A: b\r\n" * 3000, 431, id="3,000 equal ones"),
        pytest.param(
            lambda: GET + b"X-Note: " + b"a" * 8 * MIB, 431, id="one of 8 MiB"
        ),
        pytest.param(lambda: b"GET /" + b"a" * 8 * MIB, 431, id="a line of 8 MiB"),
        pytest.param(lambda: b"\r\n" * 4 * MIB, 431, id="8 MiB of blank lines"),
        pytest.param(lambda: sized(b"a" * 65_537), 413, id="a body one byte too long"),
        pytest.param(lambda: sized(b"a" * 8 * MIB), 413, id="a body of 8 MiB"),
        pytest.param(
            lambda: POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
            400,
            id="a length of 5,000 digits",
        ),
        pytest.param(lambda: chunked(b"a" * 1000, 8000), 413, id="8 MB in chunks"),
        pytest.param(lambda: chunked(b"a", 200_000), 413, id="chunks of a byte"),
        pytest.param(lambda: sized(b"[" * 100_000), 413, id="100,000 brackets"),
        pytest.param(lambda: b"\x00\xff\r\n" * 100_000, 400, id="garbage"),
        pytest.param(
            lambda: SHAKE + b"a" * 15_000 + b"\r\n\r\n" + b"\xff" * MIB,
            401,
            id="a handshake without a token, and frames of garbage",
        ),
    ],
)
def test_flood_is_refused_once_and_the_connection_ends(
    served: "Served", sent: Callable[[], bytes], status: int
) -> None:
    """Whoever sends too much is told so, and is not listened to for ever."""
    with connect(served) as client:
        send_what_is_taken(client, sent())
        received = answer_of(client)

    assert received.startswith(b"HTTP/1.1 %d " % status)
    assert received.count(b"HTTP/1.1 4") == 1


def test_deep_json_is_refused_and_its_connection_goes_on(served: "Served") -> None:
    """A body of nothing but brackets is no failure of the server's."""
    with connect(served) as client:
        for opened in (b"[", b'{"":', b'{"name":['):
            body = opened * (65_536 // len(opened))
            client.sendall(signed(served, body))
            line, *_ = client.recv(65_536).split(b"\r\n")
            assert line == b"HTTP/1.1 400 Bad Request"


def signed(served: "Served", body: bytes) -> bytes:
    """Return a CreateRoom with this body, its signature right."""
    host = (("host", urlsplit(served.endpoint).netloc),)
    bare = HttpRequest("POST", "/CreateRoom", host, body)
    signing = Signing(Credentials("test", "test"), "us-west-2", clock.now())
    added = signing.headers(bare).items()
    fields = (*host, *added, ("Content-Length", str(len(body))))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return f"POST /CreateRoom HTTP/1.1\r\n{head}\r\n".encode() + body


def test_garbage_behind_a_request_does_not_cost_it_its_answer(
    served: "Served",
) -> None:
    """What was whole is answered in its order, and what follows is refused once."""
    with connect(served) as client:
        send_what_is_taken(client, (GET + b"\r\n") * 100 + b"\x00\xff" * MIB)
        received = answer_of(client)

    assert received.count(b"HTTP/1.1 400 ") == received.count(b"HTTP/1.1 4") == 101


def test_clients_that_stop_in_the_middle_are_refused_in_time(served: "Served") -> None:
    """A thousand who send a byte, and a thousand half handshakes, are told 408."""
    with many_files(2 * SLOW), ExitStack() as hold:
        clients = [hold.enter_context(connect(served)) for _ in range(2 * SLOW)]
        for number, client in enumerate(clients):
            client.sendall(b"P" if number % 2 else SHAKE)
        assert token_of(served)

        told = answers_of(clients)

    assert {each[:13] for each in told} == {b"HTTP/1.1 408 "}


def test_ten_thousand_idle_connections_are_held_and_let_go(served: "Served") -> None:
    """All are accepted, others are served, and a second wave takes no more memory."""
    held = []
    with many_files(IDLE):
        for _ in range(2):
            with ExitStack() as hold:
                for _ in range(IDLE):
                    hold.enter_context(connect(served))
                assert token_of(served)  # accepted in their order, it comes last
                held.append(memory_of(served))
            assert token_of(served)

    first, second = held
    assert first < MOST_MEMORY
    assert second < first + 16 * MIB


@contextmanager
def many_files(count: int) -> Iterator[None]:
    """Let this process open so many files more, where the system lets it ask."""
    resource = pytest.importorskip("resource", reason="no limits to raise here")
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 500
    if most != resource.RLIM_INFINITY and most < wanted:
        pytest.skip(f"a process may open {most} files here, and this takes {wanted}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before, wanted), most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))
