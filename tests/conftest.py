"""`serve` in a process of its own, as anybody starts it, for whatever client it is."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any

import pytest

DEADLINE = 20.0  # seconds for what takes a quarter of one on an idle machine

Serve = Callable[..., AbstractContextManager["Served"]]


@dataclass(slots=True)
class Served:
    """A server that listens: its first line, and what it has said otherwise.

    `stdout` is what came after that line; it and `exit_code` are known after `end`.
    """

    process: subprocess.Popen[str]
    first_line: dict[str, Any]
    errors: IO[str]
    stdout: str = ""

    @property
    def endpoint(self) -> str:
        """The URL of its control plane."""
        return str(self.first_line["endpoint"])

    @property
    def rooms(self) -> dict[str, str]:
        """The ARNs of the rooms that are there from the start, by their names."""
        return dict(self.first_line["rooms"])

    @property
    def stderr(self) -> str:
        """What it has written to stderr up to now."""
        self.errors.seek(0)
        return self.errors.read()

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for the end and return the exit code."""
        assert self.process.stdout is not None
        self.process.send_signal(number)
        code = self.process.wait(DEADLINE)
        self.stdout = self.process.stdout.read()  # `communicate` forgets what is read
        return code


@contextmanager
def _serve(*options: str) -> Iterator[Served]:
    command = [sys.executable, "-m", "ivschat_conformance", "serve", "--port", "0"]
    with (
        TemporaryFile("w+", encoding="utf-8") as errors,
        subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            line = _first_line(process)
            served = Served(process, json.loads(line) if line else {}, errors)
            assert line, f"it did not start: {served.stderr}"
            yield served

            if process.returncode is None:
                assert served.end() == 0, served.stderr
            assert "Traceback" not in served.stderr
        finally:
            process.kill()


def _first_line(process: subprocess.Popen[str]) -> str:
    """Return the line, or nothing: a process that says none in time is ended."""
    assert process.stdout is not None
    watchdog = threading.Timer(DEADLINE, process.kill)
    watchdog.start()
    try:
        return process.stdout.readline()
    finally:
        watchdog.cancel()


@pytest.fixture(scope="session")
def serve() -> Serve:
    """Give what opens a server for a `with`, and at its end holds SIGTERM to exit 0."""
    return _serve
