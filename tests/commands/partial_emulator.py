"""An emulator as somebody writes one in an afternoon: two operations, and no more.

CreateRoom and CreateChatToken; no signatures, no other operation, no WebSocket. It says
of every name and text what it was told, and validates next to nothing.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from ivschat_conformance import clock

_ARN = "arn:aws:ivschat:us-west-2:000000000000:room/"


class _Emulator(BaseHTTPRequestHandler):
    """Answers a POST by its path."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one segment: none waits for an acknowledgement

    def do_POST(self) -> None:
        """Perform an operation, or say that there is none."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            members = json.loads(body or b"{}")
        except ValueError:
            members = None
        if self.path not in ("/CreateRoom", "/CreateChatToken"):
            self._answer(404, {"message": "no such operation"})
        elif not isinstance(members, dict):
            self._answer(400, {"message": "no JSON object"}, "ValidationException")
        elif self.path == "/CreateRoom":
            self._answer(200, _room(members))
        elif "roomIdentifier" not in members or "userId" not in members:
            self._answer(400, {"message": "incomplete"}, "ValidationException")
        else:
            self._answer(200, _token(members))

    def do_GET(self) -> None:
        """Say that there is nothing, also to a handshake."""
        self._answer(404, {"message": "not found"})

    do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

    def _answer(self, status: int, body: dict[str, Any], error: str = "") -> None:
        written = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(written)))
        self.send_header("x-amzn-RequestId", str(uuid4()))
        if error:
            self.send_header("x-amzn-ErrorType", error)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(written)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _room(members: dict[str, Any]) -> dict[str, Any]:
    id_ = uuid4().hex[:12]
    now = _time(timedelta())
    return {
        "arn": _ARN + id_,
        "createTime": now,
        "id": id_,
        "maximumMessageLength": members.get("maximumMessageLength", 500),
        "maximumMessageRatePerSecond": members.get("maximumMessageRatePerSecond", 10),
        "name": members.get("name", ""),
        "tags": members.get("tags", {}),
        "updateTime": now,
    }


def _token(members: dict[str, Any]) -> dict[str, Any]:
    minutes = members.get("sessionDurationInMinutes") or 60
    if not isinstance(minutes, int):
        minutes = 60
    return {
        "token": uuid4().hex,
        "sessionExpirationTime": _time(timedelta(minutes=min(max(minutes, 0), 10_000))),
        "tokenExpirationTime": _time(timedelta(minutes=1)),
    }


def _time(ahead: timedelta) -> str:
    return (clock.now() + ahead).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def partial_emulator() -> Iterator[str]:
    """Run it on a free port and give its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Emulator) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
