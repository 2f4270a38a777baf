"""The asyncio server, in the caller's event loop or in a thread of its own."""

import asyncio
import errno
import socket
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from ssl import SSLContext
from typing import Self, TypeVar, TypeVarTuple

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.adapters.storage import (
    NOTHING_STORED,
    Storage,
)
from ivschat_conformance.reference_impl.core.effects import Effect
from ivschat_conformance.reference_impl.core.http_messages import AnswersHttp
from ivschat_conformance.reference_impl.shells.deliveries import (
    Deliveries,
    HoldsSessions,
    Outlet,
)
from ivschat_conformance.reference_impl.shells.http_connection import (
    DEFAULT_TIMEOUTS,
    HttpConnection,
    Surroundings,
    Timeouts,
)

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_MAX_PORT = 65_535
_BACKLOG = 1_024
_PATIENCE = 10.0  # seconds for a thread to start or to end; both take milliseconds
_REACHABLE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - replaces it


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens; a URL names the loopback for "every interface"."""

    host: str
    port: int
    encrypted: bool = False

    @property
    def url(self) -> str:
        """The endpoint of the control plane: `http://127.0.0.1:4570`, or https."""
        return f"{'https' if self.encrypted else 'http'}://{self._authority}"

    @property
    def ws_url(self) -> str:
        """The endpoint of the messaging API: `ws://127.0.0.1:4570`, or wss."""
        return f"{'wss' if self.encrypted else 'ws'}://{self._authority}"

    @property
    def _authority(self) -> str:
        host = _REACHABLE.get(self.host, self.host)
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"


class ServerStartError(Exception):
    """The server cannot listen; the message says why, and what to do."""


class RealTimeEventLoop(asyncio.SelectorEventLoop):
    """An event loop whose timers fire although somebody froze the clock."""

    def time(self) -> float:
        """Return seconds of the real monotonic clock."""
        return clock.monotonic()


class RunningServer:
    """A server that listens; its methods are for its event loop's thread."""

    __slots__ = ("_listener", "_shared", "address")

    def __init__(
        self, address: Address, listener: asyncio.Server, shared: Surroundings
    ) -> None:
        self.address = address
        self._listener = listener
        self._shared = shared

    @property
    def connections(self) -> frozenset[HttpConnection | Outlet]:
        """The connections that are open now."""
        deliveries = self._shared.deliveries
        outlets = deliveries.outlets if deliveries else frozenset[Outlet]()
        return frozenset(self._shared.connections) | outlets

    def carry_out(self, effects: Iterable[Effect]) -> None:
        """Do what the core, called directly, wants done on connections."""
        if self._shared.deliveries is not None:
            self._shared.deliveries.carry_out(effects)

    async def close(self) -> None:
        """Stop listening and drop every connection at once."""
        self._shared.closed = True
        self._listener.close()
        if self._shared.deliveries is not None:
            self._shared.deliveries.close()
        while connections := self.connections:
            for connection in connections:
                connection.abort()
            await asyncio.sleep(0)


async def start(  # noqa: PLR0913 - what is served, where, and how
    core: AnswersHttp,
    host: str,
    port: int,
    *,
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    storage: Storage = NOTHING_STORED,
    tls: SSLContext | None = None,
) -> RunningServer:
    """Listen with the running event loop; port 0 takes any free one.

    With `tls`, such as `ServerCertificate.context`, both APIs are encrypted. Raises
    ServerStartError where that cannot be.
    """
    loop = asyncio.get_running_loop()
    deliveries = (
        Deliveries(core, loop, storage) if isinstance(core, HoldsSessions) else None
    )
    shared = Surroundings(core, loop, timeouts, deliveries, storage)
    if not host:
        raise ServerStartError("no host to listen on: give one, such as 127.0.0.1")
    if not 0 <= port <= _MAX_PORT:
        raise ServerStartError(
            f"there is no port {port}: choose 1 to {_MAX_PORT}, or --port 0 for any"
        )
    try:
        if port == 0:
            host = await _first_address(host)
        # The loop binds: a socket of our own would lack TCP_NODELAY where it was made
        # without its protocol, and every answer would then wait for 40 ms.
        listener = await loop.create_server(
            lambda: HttpConnection(shared),
            host,
            port,
            backlog=_BACKLOG,
            ssl=tls,
            ssl_handshake_timeout=timeouts.request if tls else None,
            ssl_shutdown_timeout=timeouts.linger if tls else None,
        )
    except (OSError, UnicodeError) as error:
        raise ServerStartError(_explain(error, host, port)) from error
    port = listener.sockets[0].getsockname()[1]
    return RunningServer(Address(host, port, tls is not None), listener, shared)


async def _first_address(host: str) -> str:
    """Return one address of the host: two would get two different free ports."""
    with suppress(OSError):
        socket.inet_pton(socket.AF_INET, host)
        return host  # spares the thread that resolves names
    found = await asyncio.get_running_loop().getaddrinfo(
        host, 0, type=socket.SOCK_STREAM
    )
    return str(min(found, key=lambda entry: entry[0] != socket.AF_INET)[4][0])


def _explain(error: OSError | UnicodeError, host: str, port: int) -> str:
    if isinstance(error, socket.gaierror | UnicodeError):
        return f"the host {host!r} cannot be resolved: give an address of this machine"
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"port {port} of {host} is taken: stop the program that listens there, "
                "or choose another with --port (--port 0 takes any free one)"
            )
        case errno.EADDRNOTAVAIL | None:  # asyncio drops the number since 3.13
            return (
                f"{host} is no address of this machine: listen on 127.0.0.1, "
                "or on one that this machine has"
            )
        case errno.EACCES:
            return (
                f"port {port} needs more rights than this process has: choose one "
                "above 1023 with --port (--port 0 takes any free one)"
            )
    return f"cannot listen on port {port} of {host}: {error.strerror}"


class ServerThread:
    """A server in a daemon thread of this process, with an event loop of its own.

    `start` returns the address or raises, `stop` may be called at any time and again.
    As a context manager it is started on entry and stopped on exit.
    """

    def __init__(  # noqa: PLR0913 - what is served, where, and how
        self,
        core: AnswersHttp,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        storage: Storage = NOTHING_STORED,
        tls: SSLContext | None = None,
    ) -> None:
        self._core = core
        self._where = (host, port)
        self._timeouts = timeouts
        self._storage = storage
        self._tls = tls
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()  # while it is held, the loop goes on running
        self._running: _Running | None = None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Stop."""
        self.stop()

    @property
    def server(self) -> RunningServer:
        """The running server, whose methods are for its thread: see `call`."""
        if (running := self._running) is None:
            raise RuntimeError("the server does not run: start it first")
        return running.server

    @property
    def address(self) -> Address:
        """Where the running server listens."""
        return self.server.address

    def start(self) -> Address:
        """Start the thread; return once it listens, or raise what kept it from that."""
        if self._thread is not None:
            raise RuntimeError("the server has been started already: stop it first")
        started: Future[Address] = Future()
        thread = threading.Thread(
            target=self._main, args=(started,), name="ivschat-server", daemon=True
        )
        thread.start()
        try:
            address = started.result(_PATIENCE)
        except TimeoutError:
            if started.cancel():  # else it has started just now
                raise ServerStartError(
                    f"nothing listens after {_PATIENCE:g} s: give an address of this "
                    "machine as the host, since a name may take long to resolve"
                ) from None
            address = started.result()
        except BaseException:
            thread.join(_PATIENCE)
            raise
        self._thread = thread
        return address

    def stop(self) -> None:
        """Drop every connection and end the thread."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        with self._lock:
            if self._running is not None:
                self._running.loop.call_soon_threadsafe(self._running.stopping.set)
        thread.join(_PATIENCE)
        if thread.is_alive():
            raise TimeoutError("the server's thread does not end: a call holds it up")

    def call(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Run a function between two requests; return its result or raise its error."""
        if threading.current_thread() is self._thread:
            return function(*args)
        outcome: Future[T] = Future()

        def work() -> None:
            try:
                outcome.set_result(function(*args))
            except BaseException as error:  # the caller's, whatever it is
                outcome.set_exception(error)

        with self._lock:
            if self._running is None:
                raise RuntimeError("the server does not run: start it first")
            self._running.loop.call_soon_threadsafe(work)
        return outcome.result()

    def _main(self, started: Future[Address]) -> None:
        try:
            with asyncio.Runner(loop_factory=RealTimeEventLoop) as runner:
                runner.run(self._serve(started))
        except BaseException as error:
            if not started.done():
                started.set_exception(error)
            elif not started.cancelled():
                raise

    async def _serve(self, started: Future[Address]) -> None:
        server = await start(
            self._core,
            *self._where,
            timeouts=self._timeouts,
            storage=self._storage,
            tls=self._tls,
        )
        stopping = asyncio.Event()
        try:
            if started.set_running_or_notify_cancel():
                loop = asyncio.get_running_loop()
                self._running = _Running(server, loop, stopping)
                started.set_result(server.address)
                await stopping.wait()
        finally:
            with self._lock:
                self._running = None
            await server.close()  # and what `call` has put in line still runs


@dataclass(frozen=True, slots=True)
class _Running:
    """What a running thread is reached by."""

    server: RunningServer
    loop: asyncio.AbstractEventLoop
    stopping: asyncio.Event
