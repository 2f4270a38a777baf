"""The server in the foreground of a process of its own, and the signals that end it."""

import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

DEADLINE = 10.0  # seconds; what is late by more has hung
GOOD = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"

SCRIPT = """
import resource, signal, sys, threading
from ivschat_conformance.reference_impl.core.http_messages import HttpResponse, Reply
from ivschat_conformance.reference_impl.shells.foreground import run
from ivschat_conformance.reference_impl.shells.server import ServerStartError

class Core:
    def answer(self, request, machine_now):
        return Reply(HttpResponse(200))

def ready(address):
    print(address.port, flush=True)
    if "limits" in sys.argv:
        print(*resource.getrlimit(resource.RLIMIT_NOFILE), flush=True)
    if "threaded" in sys.argv:
        threading.Timer(0.2, signal_myself).start()

def signal_myself():
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    run(Core(), "127.0.0.1", int(sys.argv[1]), ready)
    signal.raise_signal(signal.SIGTERM)
    print("ended")
except ServerStartError:
    ctrl_c = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    print("not started, and Ctrl-C", "works" if ctrl_c else "is dead")
"""


@contextmanager
def run_script(port: int, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run a process that serves on this port, with its output in pipes."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(port), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(
    "signals",
    [
        pytest.param([signal.SIGINT], id="SIGINT"),
        pytest.param([signal.SIGTERM], id="SIGTERM"),
        pytest.param([signal.SIGINT, signal.SIGTERM, signal.SIGINT], id="three"),
    ],
)
def test_signal_ends_the_foreground_cleanly(signals: list[signal.Signals]) -> None:
    """`run` returns in spite of open connections; one signal more changes nothing."""
    with run_script(0) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as client:
            client.sendall(GOOD)
            assert client.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")
            for number in signals:
                process.send_signal(number)

            out, err = process.communicate(timeout=DEADLINE)

        assert (process.returncode, out, err) == (0, "ended\n", "")


def test_signal_that_another_thread_takes_ends_the_foreground_too() -> None:
    """A signal ends the wait though the waiting thread is not the one it interrupts."""
    with run_script(0, "threaded") as process:
        out, err = process.communicate(timeout=DEADLINE)

    assert (process.returncode, out.splitlines()[1:], err) == (0, ["ended"], "")


def test_foreground_that_cannot_start_leaves_the_signals_alone() -> None:
    """A failed start is an exception, and Ctrl-C works as it did before."""
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        run_script(other.getsockname()[1]) as process,
    ):
        out, err = process.communicate(timeout=DEADLINE)

    assert (out, err) == ("not started, and Ctrl-C works\n", "")


def test_foreground_may_open_as_many_files_as_the_system_allows() -> None:
    """A shell's soft limit does not become a limit of connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(200, hard), hard))
    try:
        with run_script(0, "limits") as process:
            assert process.stdout is not None
            process.stdout.readline()
            found = process.stdout.readline().split()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert found == [str(hard), str(hard)]
