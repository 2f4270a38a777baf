"""Real clients: a server for them, their environment, and somebody in between.

And reports in files, for the commands that read them.

The server's clock stands still in 2020, so the times are literals; signatures are fresh
by the machine's clock. All that the clients know is in their environment.
"""

import http.client
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import boto3
import pytest

from ivschat_conformance.fixtures.outcomes import Check, Outcome
from ivschat_conformance.fixtures.reports import json_report
from ivschat_conformance.fixtures.reports.model import report
from ivschat_conformance.fixtures.run import Run, TargetSeen
from ivschat_conformance.schemas.requirements import load_requirements

if TYPE_CHECKING:
    from tests.conftest import Serve, Served

DEADLINE = 60  # seconds for a command that takes half of one on an idle machine

Connect = Callable[..., Any]
WrittenReport = Callable[..., Path]
Aws = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def isolation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide from the clients what a developer has set up for AWS, and never retry."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "BOTO_"))]:
        monkeypatch.delenv(name)
    empty = tmp_path / "empty"
    empty.touch()
    monkeypatch.setenv("AWS_CONFIG_FILE", str(empty))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(empty))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture(scope="module")
def served(serve: "Serve") -> "Iterator[Served]":
    """Run a server with one room and two access keys."""
    with serve(
        *("--clock", "2020-01-02T03:04:05Z"),
        *("--room", "Lobby"),
        *("--credential", "test:test"),
        *("--credential", "AKIDEXAMPLE:colons:are/allowed+here"),
    ) as running:
        yield running


@pytest.fixture
def environment(
    served: "Served",
    isolation: None,  # noqa: ARG001 - comes first
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Set what the clients read."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_IVSCHAT", served.endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.fixture
def lobby(served: "Served") -> str:
    """Return the ARN of the room that is there from the start."""
    return served.rooms["Lobby"]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Open boto3's client, which learns the endpoint from the environment alone."""
    opened = []

    def open_client(**settings: Any) -> Any:
        opened.append(boto3.session.Session().client("ivschat", **settings))
        return opened[-1]

    yield open_client

    for client in opened:
        client.close()


@pytest.fixture
def aws() -> Aws:
    """Run one command of the AWS CLI on the service, in a process of its own."""

    def run(
        *arguments: str, start: tuple[str, ...] = ("-m", "awscli")
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *start, "ivschat", *arguments],
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )

    return run


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a client put it on the wire; headers in order, names as written."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class Relay:
    """Somebody between client and server, and the requests that they have seen."""

    endpoint: str
    requests: list[Request]


class _RelayHandler(BaseHTTPRequestHandler):
    """Passes a POST on as it came, but for the user whose name is to be forged."""

    onward: ClassVar[str]
    requests: ClassVar[list[Request]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.requests.append(Request(self.requestline, self.headers.items(), body))
        forged = body.replace(b'"signed-1"', b'"forged-1"')
        connection = http.client.HTTPConnection(self.onward)
        connection.request("POST", self.path, forged, dict(self.headers))
        with connection.getresponse() as answer:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.read())
        connection.close()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def relay(served: "Served") -> Iterator[Relay]:
    """Relay to the server; the user `signed-1` arrives there as `forged-1`."""
    seen: list[Request] = []
    members = {"onward": served.endpoint.removeprefix("http://"), "requests": seen}
    handler = type("Handler", (_RelayHandler,), members)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield Relay(f"http://127.0.0.1:{server.server_port}", seen)

        server.shutdown()
        thread.join()


STATEMENTS = {
    "SIG-01": "Unsigned requests are refused.",
    "TOKEN-REQ-09": "A duration of 181 is refused.",
    "TOKEN-RESP-16": "Times have whole seconds.",
}


@pytest.fixture
def written_report(tmp_path: Path) -> WrittenReport:
    """Give what writes a report of three requirements, each with one check."""

    def write(
        file: str, *, outcomes: Mapping[str, str], name: str = "Emulator"
    ) -> Path:
        registry = {
            id_: replace(load_requirements()[id_], statement=statement)
            for id_, statement in STATEMENTS.items()
        }
        checks = [
            Check(
                f"test_x.py::test_{id_}",
                (id_,),
                Outcome(outcome),
                reason="" if outcome == "passed" else "it was not as it should be",
            )
            for id_, outcome in outcomes.items()
        ]
        target = TargetSeen(name, "http://x", "us-west-2", "wall", ("signatures",))
        run = Run(tuple(checks), target, pytest_exit=0, seconds=1, output="")
        path = tmp_path / file
        path.write_text(json_report.write(report(run, registry, strict=False)))
        return path

    return write
