"""What the `ivschat` command is run against and in: an endpoint, an environment."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ivschat_conformance.reference_impl.shells import command_line

DEADLINE = 20  # seconds for what takes a fifth of one on an idle machine
ARN = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
IVSCHAT = (
    sys.executable,
    "-m",
    "ivschat_conformance.reference_impl.shells.command_line",
)
TOKEN = ("create-chat-token", "--room-identifier", ARN, "--user-id", "u-1")
BUCKET = "s3={bucketName=abc}"
SECRET = "s3cr3t-of-the-test"  # noqa: S105 - no secret of anybody

Answer = tuple[int, dict[str, str], bytes]

OK: Answer = (200, {"Content-Type": "application/json"}, b'{"token": "t"}')
THROTTLED: Answer = (
    429,
    {"X-Amzn-ErrorType": "ThrottlingException"},
    b'{"message": "slow"}',
)
BROKEN: Answer = (500, {}, b"<html>")


@dataclass(slots=True)
class Endpoint:
    """Answers one request after another as it was told, and keeps what it got."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """Serve on the loopback; without an answer to give, cut the connection."""
    kept = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fields = {name.lower(): value for name, value in self.headers.items()}
            kept.requests.append((self.command, self.path, fields, body))
            if not kept.answers:
                return
            status, headers, body = kept.answers.pop(0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_DELETE = do_POST  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield kept
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide what a developer has set up for AWS; give keys and a region."""
    for name in [*os.environ]:
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the waits that would have been, and have none."""
    kept: list[float] = []
    monkeypatch.setattr("time.sleep", kept.append)
    monkeypatch.setattr("random.random", lambda: 0.5)
    return kept


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Give what runs a command line in this process."""

    def run(*words: str) -> Ended:
        code = command_line.main(words)
        stdout, stderr = capsys.readouterr()
        assert SECRET not in stdout + stderr
        assert "Signature=" not in stdout + stderr
        return Ended(code, stdout, stderr)

    return run


def started(*words: str, **settings: Any) -> subprocess.Popen[str]:
    """Start the command in a process of its own."""
    return subprocess.Popen(
        [*IVSCHAT, *words], stderr=subprocess.PIPE, text=True, **settings
    )
