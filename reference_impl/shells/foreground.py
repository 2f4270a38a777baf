"""The asyncio server in the main thread, until a signal ends it."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ssl import SSLContext
from types import FrameType

from ivschat_conformance.reference_impl.adapters.storage import (
    NOTHING_STORED,
    Storage,
)
from ivschat_conformance.reference_impl.core.http_messages import AnswersHttp
from ivschat_conformance.reference_impl.shells.server import (
    Address,
    RealTimeEventLoop,
    start,
)

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(  # noqa: PLR0913 - what is served, where, and how
    core: AnswersHttp,
    host: str,
    port: int,
    ready: Callable[[Address], None],
    *,
    storage: Storage = NOTHING_STORED,
    tls: SSLContext | None = None,
) -> None:
    """Serve in the main thread until SIGINT or SIGTERM; call `ready` once it listens.

    After a signal both stay ignored: the process is about to end, and a second one, as
    a terminal and a wrapper send it, must not turn that into a failure.
    """
    stopping = asyncio.Event()

    async def serve() -> None:
        server = await start(core, host, port, storage=storage, tls=tls)
        try:
            ready(server.address)
            await stopping.wait()
        finally:
            await server.close()

    _allow_many_connections()
    with asyncio.Runner(loop_factory=RealTimeEventLoop) as runner:
        loop = runner.get_loop()

        def end(_number: int, _frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(stopping.set)

        previous = {number: signal.signal(number, end) for number in _SIGNALS}
        try:
            with _woken_by_signals(loop):
                runner.run(serve())
        finally:
            for number, handler in previous.items():
                ignored = stopping.is_set()
                signal.signal(number, signal.SIG_IGN if ignored else handler)


def _allow_many_connections() -> None:
    """Let the process open as many files as the system lets it ask for.

    By custom that is 1,024 until somebody asks, and one more client would hang.
    """
    try:
        import resource  # noqa: PLC0415 - POSIX only
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextmanager
def _woken_by_signals(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Have any signal end the loop's wait, whenever it comes.

    Python runs a handler between two of its steps. A signal that comes as the wait
    begins, or in another thread, would otherwise be seen when the next client calls.
    """
    heard, written = socket.socketpair()
    with heard, written:
        heard.settimeout(0)
        written.settimeout(0)
        loop.add_reader(heard, heard.recv, 64)
        before = signal.set_wakeup_fd(written.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            loop.remove_reader(heard)
