"""The server's life, in a thread and in a loop of the caller's."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from freezegun import freeze_time

from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
    Reply,
    TransportFault,
)
from ivschat_conformance.reference_impl.shells import server as server_module
from ivschat_conformance.reference_impl.shells.http_connection import (
    HttpConnection,
    Timeouts,
)
from ivschat_conformance.reference_impl.shells.server import (
    Address,
    RealTimeEventLoop,
    ServerStartError,
    ServerThread,
    start,
)

DEADLINE = 5.0  # seconds; what is late by more has hung
GOOD = b"GET /good HTTP/1.1\r\nHost: here\r\n\r\n"


class StubCore:
    """Answers 200 and keeps the instants it was told."""

    def __init__(self) -> None:
        self.instants: list[datetime] = []
        self.thread: threading.Thread | None = None

    def answer(self, request: HttpRequest, machine_now: datetime) -> Reply:
        """Answer anything."""
        del request
        self.instants.append(machine_now)
        self.thread = threading.current_thread()
        return Reply(HttpResponse(200))

    def refuse(self, fault: TransportFault, machine_now: datetime) -> HttpResponse:
        """Refuse anything."""
        del fault
        self.instants.append(machine_now)
        return HttpResponse(400)


@pytest.fixture
def core() -> StubCore:
    """Return the core that the server of the test talks to."""
    return StubCore()


@pytest.fixture
def server(core: StubCore) -> Iterator[ServerThread]:
    """Run a server on a free port."""
    with ServerThread(core) as thread:
        yield thread


@pytest.fixture
def taken() -> Iterator[int]:
    """Return a port that somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def connect(address: Address) -> socket.socket:
    """Open a connection, each wait on which has a deadline."""
    return socket.create_connection((address.host, address.port), timeout=DEADLINE)


def answers(address: Address) -> bool:
    """Say whether a request to this address is answered."""
    with connect(address) as client:
        client.sendall(GOOD)
        return client.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")


# Addresses.


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:4570"),
        ("localhost", "http://localhost:4570"),
        ("::1", "http://[::1]:4570"),
        ("0.0.0.0", "http://127.0.0.1:4570"),  # noqa: S104 - not bound here
        ("::", "http://[::1]:4570"),
    ],
)
def test_address_is_a_url_for_both_apis(host: str, url: str) -> None:
    """IPv6 stands in brackets, and no client can connect to "every interface"."""
    address = Address(host, 4570)

    assert address.url == url
    assert address.ws_url == url.replace("http", "ws")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_port_0_is_one_free_port(core: StubCore, host: str) -> None:
    """A name with two addresses gets one of them: two would get two free ports."""
    with ServerThread(core, host, 0) as server:
        assert server.address.port > 0
        assert answers(server.address)
        assert server.address.host in {"127.0.0.1", "::1"}


def test_port_of_ones_choice_is_listened_on(core: StubCore, taken: int) -> None:
    """The address has the host as it was given."""
    del taken
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with ServerThread(core, "localhost", port) as server:
        assert server.address == Address("localhost", port)
        assert answers(Address("127.0.0.1", port))


# What keeps a server from starting.


def test_taken_port_is_named_and_the_way_out(core: StubCore, taken: int) -> None:
    """A start that cannot be comes out of `start` at once, and can be tried again."""
    server = ServerThread(core, "127.0.0.1", taken)

    for _ in range(2):
        with pytest.raises(ServerStartError) as raised:
            server.start()

        assert f"port {taken} of 127.0.0.1 is taken" in str(raised.value)
        assert "--port 0" in str(raised.value)
    server.stop()


@pytest.mark.parametrize(
    ("host", "port", "sentence"),
    [
        ("", 0, "no host to listen on"),
        ("a" * 64, 0, "cannot be resolved"),
        ("::1%nowhere", 4570, "cannot be resolved"),
        ("192.0.2.1", 0, "192.0.2.1 is no address of this machine"),
        ("127.0.0.1", -1, "there is no port -1"),
        ("127.0.0.1", 65536, "there is no port 65536"),
    ],
)
def test_place_that_cannot_be_listened_on_is_explained(
    core: StubCore, host: str, port: int, sentence: str
) -> None:
    """The error says what is wrong with host or port, in one sentence."""
    with pytest.raises(ServerStartError) as raised:
        ServerThread(core, host, port).start()

    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


def test_start_that_takes_too_long_is_given_up(
    core: StubCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that does not resolve holds nobody up, and nothing listens later on."""
    resolve, resolved = socket.getaddrinfo, threading.Event()

    def resolve_late(*args: Any, **options: Any) -> Any:
        resolved.wait(DEADLINE)
        return resolve(*args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_late)
    monkeypatch.setattr(server_module, "_PATIENCE", 0.05)
    before = set(threading.enumerate())

    with pytest.raises(ServerStartError, match="nothing listens after"):
        ServerThread(core, "localhost", 0).start()

    (thread,) = (
        thread
        for thread in set(threading.enumerate()) - before
        if thread.name == "ivschat-server"
    )
    resolved.set()
    thread.join(DEADLINE)
    assert not thread.is_alive()


# In a thread.


def test_thread_serves_until_it_is_stopped(core: StubCore) -> None:
    """After `stop` nobody listens, and the same object can start again."""
    server = ServerThread(core)
    for _ in range(2):
        address = server.start()
        assert answers(address)

        server.stop()
        server.stop()

        with pytest.raises(ConnectionRefusedError):
            connect(address)
        with pytest.raises(RuntimeError, match="start it first"):
            server.call(lambda: None)


def test_thread_is_started_once(server: ServerThread) -> None:
    """A second start would lose the first server."""
    with pytest.raises(RuntimeError, match="started already"):
        server.start()


def test_stopped_thread_has_no_address_and_takes_no_calls(core: StubCore) -> None:
    """Both say what to do, and neither waits for ever."""
    server = ServerThread(core)

    with pytest.raises(RuntimeError, match="start it first"):
        _ = server.address
    with pytest.raises(RuntimeError, match="start it first"):
        server.call(lambda: None)


def test_two_servers_share_nothing(server: ServerThread) -> None:
    """Many servers run in one process."""
    with ServerThread(StubCore()) as other:
        assert other.address != server.address
        assert answers(other.address)

    assert answers(server.address)


def test_stop_drops_open_connections(core: StubCore) -> None:
    """No client keeps a server alive, whatever it is doing."""
    server = ServerThread(core)
    address = server.start()
    with connect(address) as idle, connect(address) as busy:
        busy.sendall(GOOD[:10])
        idle.sendall(GOOD)
        idle.recv(100)

        server.stop()

        for client in (idle, busy):
            try:
                assert client.recv(1) == b""
            except ConnectionResetError:
                continue


def test_call_runs_on_the_thread_of_the_server(
    core: StubCore, server: ServerThread
) -> None:
    """What a fixture does to the core never happens during a request."""
    answers(server.address)

    thread = server.call(threading.current_thread)

    assert thread is core.thread
    assert thread is not threading.current_thread()
    assert server.call(divmod, 7, 4) == (1, 3)


def test_call_may_call(server: ServerThread) -> None:
    """A call out of a call is on the right thread already, and does not wait for it."""
    assert server.call(lambda: server.call(lambda: "inner")) == "inner"


def test_error_of_a_call_reaches_the_caller(server: ServerThread) -> None:
    """The server goes on, and the caller learns what was wrong."""

    def fail() -> None:
        raise LookupError("no such room")

    with pytest.raises(LookupError, match="no such room"):
        server.call(fail)

    assert answers(server.address)


def test_connections_send_small_answers_at_once(server: ServerThread) -> None:
    """TCP_NODELAY is set: without it an answer may wait 40 ms for the one before."""
    with connect(server.address) as client:
        client.sendall(GOOD)
        client.recv(100)

        (option,) = server.call(
            lambda: [
                connection.transport.get_extra_info("socket").getsockopt(
                    socket.IPPROTO_TCP, socket.TCP_NODELAY
                )
                for connection in server.server.connections
                if isinstance(connection, HttpConnection)
            ]
        )

    assert option


# Under a frozen clock.


def test_frozen_clock_reaches_the_core(core: StubCore) -> None:
    """The core is told the instant at which the clock of the process stands."""
    with ServerThread(core) as server, freeze_time("2020-02-29T12:00:00Z") as frozen:
        answers(server.address)
        frozen.move_to("2031-01-01T00:00:00Z")
        answers(server.address)

    assert core.instants == [
        datetime(2020, 2, 29, 12, tzinfo=UTC),
        datetime(2031, 1, 1, tzinfo=UTC),
    ]


@pytest.mark.parametrize("freeze_first", [True, False])
def test_frozen_clock_stops_no_timer(core: StubCore, *, freeze_first: bool) -> None:
    """Timeouts are real time, whether the clock froze before the start or after."""
    timeouts = Timeouts(request=0.05, idle=60, linger=60)
    freezer, server = freeze_time("2020-02-29"), ServerThread(core, timeouts=timeouts)
    first, second = (freezer, server) if freeze_first else (server, freezer)

    with first, second, connect(server.address) as client:
        client.sendall(b"G")
        received = client.recv(100)

    assert received.startswith(b"HTTP/1.1 400 ")


# In a loop of the caller's.


def test_server_runs_in_the_callers_loop_and_leaves_nothing(core: StubCore) -> None:
    """`close` returns when all of its connections are gone."""

    async def serve() -> None:
        server = await start(core, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.address.port)
        with closing(writer):
            writer.write(GOOD)
            assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
            assert len(server.connections) == 1

            await server.close()

            assert not server.connections

    with asyncio.Runner(loop_factory=RealTimeEventLoop) as runner:
        runner.run(asyncio.wait_for(serve(), DEADLINE))
