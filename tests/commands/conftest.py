"""What real clients need beside a server: an environment, and somebody in between."""

import http.client
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest


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


class _Relay(BaseHTTPRequestHandler):
    """Passes a POST on as it came, but for the user whose name is to be forged."""

    onward: ClassVar[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
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
def forging_relay(request: pytest.FixtureRequest) -> Iterator[str]:
    """Relay to the module's `served`; the user `signed-1` arrives as `forged-1`."""
    endpoint = request.getfixturevalue("served").endpoint
    handler = type("Relay", (_Relay,), {"onward": endpoint.removeprefix("http://")})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"

        server.shutdown()
        thread.join()
