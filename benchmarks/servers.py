"""The servers as processes: start one, call it, weigh it, end it."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, NamedTuple

import psutil

from ivschat_conformance.fixtures.signing import Signing
from ivschat_conformance.fixtures.target import Credentials

HOST = "127.0.0.1"
_REGION = "us-west-2"
_CREDENTIALS = Credentials("test", "test")
_PATIENCE = 30.0  # seconds for a process to start or to end
_JSON = "application/json"
_MIB = 1024 * 1024

CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
"""The cores that this process began with; none where the system cannot say."""


class BenchmarkError(Exception):
    """Nothing could be measured; the message says why."""


class Call(NamedTuple):
    """A POST of JSON; unsigned it has no headers."""

    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "POST"
    query: str = ""

    def wire(self) -> str:
        """Return the request as it goes over the wire, as Latin-1 text."""
        lines = [f"{self.method} {self.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines += [f"Content-Length: {len(self.body)}", "", ""]
        return "\r\n".join(lines) + self.body.decode("latin-1")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs as a process; `started` is when, by `perf_counter`."""

    service: str
    port: int
    process: subprocess.Popen[str]
    started: float

    def signed(self, operation: str, members: Mapping[str, object]) -> Call:
        """Return a call of one of its service's operations, signed now."""
        headers = (("Host", f"{HOST}:{self.port}"), ("Content-Type", _JSON))
        call = Call(f"/{operation}", json.dumps(members).encode(), headers)
        signing = Signing(_CREDENTIALS, _REGION, datetime.now(UTC), self.service)
        return call._replace(headers=(*headers, *signing.headers(call).items()))

    def perform(self, operation: str, members: Mapping[str, object]) -> Any:
        """Perform one of its service's operations; return the answer's members."""
        return json.loads(self.send(self.signed(operation, members)))

    def send(self, call: Call) -> bytes:
        """Return the body of the answer, which must be a good one."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=_PATIENCE)
        with closing(connection):
            connection.request(call.method, call.path, call.body, dict(call.headers))
            response = connection.getresponse()
            body = response.read()
        if response.status not in {200, 204}:
            raise BenchmarkError(f"{call.path} was answered with {response.status}")
        return body

    def age(self) -> float:
        """Return how many seconds ago the process was started."""
        return perf_counter() - self.started

    def resident_mib(self) -> float:
        """Return the resident memory of the process and all its children, in MiB."""
        parent = psutil.Process(self.process.pid)
        family = (parent, *parent.children(recursive=True))
        return float(sum(member.memory_info().rss for member in family) / _MIB)


@contextmanager
def ours() -> Iterator[Server]:
    """Run `ivschat-conformance serve` until it has said where it listens."""
    command = (program("ivschat-conformance"), "serve", "--port", "0")
    with _process(*command) as (process, started):
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise BenchmarkError("`ivschat-conformance serve` did not start")
        port = int(json.loads(line)["endpoint"].rpartition(":")[2])
        yield Server("ivschat", port, process, started)


@contextmanager
def moto() -> Iterator[Server]:
    """Run `moto_server` until its port is open; it says nothing that would tell."""
    port = _free_port()
    command = (program("moto_server"), "-H", HOST, "-p", str(port))
    with _process(*command) as (process, started):
        while process.poll() is None and perf_counter() - started < _PATIENCE:
            try:
                socket.create_connection((HOST, port)).close()
            except ConnectionRefusedError:
                sleep(0.001)
            else:
                break
        else:
            raise BenchmarkError("`moto_server` did not start")
        yield Server("ivs", port, process, started)


@contextmanager
def bare() -> Iterator[Server]:
    """Run the bare broadcasting server until it has said where it listens."""
    script = Path(__file__).with_name("bare_broadcast.py")
    with _process(sys.executable, str(script)) as (process, started):
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise BenchmarkError("bare_broadcast.py did not start")
        yield Server("none", json.loads(line)["port"], process, started)


def allow_open_files(number: int) -> None:
    """Let this process and those it starts have so many files and sockets open."""
    import resource  # where there is none, nothing here limits them

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < number:
        raise BenchmarkError(f"{number} open files are needed and {hard} allowed")
    if soft != resource.RLIM_INFINITY and soft < number:
        resource.setrlimit(resource.RLIMIT_NOFILE, (number, hard))


def program(name: str) -> str:
    """Return the path of a console script that is installed beside this Python."""
    found = shutil.which(name, path=sysconfig.get_path("scripts"))
    if found is None:
        raise BenchmarkError(
            f"`{name}` is not installed beside this Python: see benchmarks/README.md"
        )
    return found


@contextmanager
def pinned(*cores: int) -> Iterator[None]:
    """Keep this process, and what it starts meanwhile, on these cores, where given."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def _process(*command: str) -> Iterator[tuple[subprocess.Popen[str], float]]:
    """Start a server on the first core; end it by SIGTERM, as its users do."""
    with pinned(*CORES[:1]):
        started = perf_counter()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    try:
        yield process, started
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
