"""The core in place of the network for `requests`: the same answers, no socket."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random, SystemRandom
from typing import Any

import pytest
import requests
import responses
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.shells.in_process import InProcess
from ivschat_conformance.reference_impl.shells.mock_requests import answering_requests
from ivschat_conformance.reference_impl.shells.server import (
    RealTimeEventLoop,
    ServerThread,
)

URL = "https://ivschat.us-west-2.amazonaws.com"
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
TAGS = "/tags/arn%3Aaws%3Aivschat%3Aus-west-2%3A123456789012%3Aroom%2Fg1H2I3j4k5L6"
EVENT = json.dumps({"roomIdentifier": ROOM, "eventName": "Ünï"}, ensure_ascii=False)
PREFLIGHT = {"Access-Control-Request-Method": "POST"}


def a_core(**settings: Any) -> Endpoint:
    """Return a core that draws what every other one draws, at the same instant."""
    said: dict[str, Any] = {
        "rooms": [ROOM],
        "verify_signatures": False,
        "clock": datetime(2026, 1, 2, tzinfo=UTC),
        **settings,
    }
    random = Random(7)  # noqa: S311 - must be repeatable
    return Endpoint(Settings(**said), random, datetime(2026, 1, 2, tzinfo=UTC))


def is_ours(host: str) -> bool:
    """Say whether a host is answered."""
    return host.endswith(".amazonaws.com")


@contextmanager
def mounted(core: Endpoint) -> Iterator[None]:
    """Answer `requests` with this core."""
    door = InProcess(core, RealTimeEventLoop)
    with answering_requests(door.answer, is_ours):
        yield


@pytest.mark.parametrize(
    ("method", "target", "body", "headers", "status"),
    [
        ("POST", "/SendEvent", EVENT.encode(), {}, 200),
        ("POST", "/SendEvent", EVENT, {}, 200),
        ("POST", "/CreateRoom", iter([b'{"name"', b':"a"}']), {}, 200),
        ("POST", "/ListRooms", None, {}, 200),
        ("POST", "/CreateRoom", b'{"name":"\xff"}', {}, 400),
        ("POST", "/CreateRoom", b"{}", {"Content-Type": "text/plain"}, 415),
        ("POST", "/CreateRoom", b"[" + b" " * 70_000, {}, 413),
        ("GET", TAGS, None, {}, 200),
        ("DELETE", f"{TAGS}?tagKeys=a%20b&tagKeys=c", None, {}, 200),
        ("POST", "/DeleteRoom", f'{{"identifier":"{ROOM}"}}', {}, 204),
        ("OPTIONS", "/ListRooms", None, PREFLIGHT, 200),
        ("PATCH", "/ListRooms", None, {}, 400),
        ("PUT", "/Nothing", None, {}, 400),
    ],
)
def test_answer_is_a_servers(
    method: str, target: str, body: Any, headers: dict[str, str], status: int
) -> None:
    """Status, headers and body are byte for byte those of the same core on a socket."""
    sent = b"".join(body) if isinstance(body, Iterator) else body
    with ServerThread(a_core()) as server:
        over_a_socket = requests.request(
            method, server.address.url + target, data=sent, headers=headers, timeout=5
        )
    again = iter([sent]) if isinstance(body, Iterator) else body

    with mounted(a_core()):
        answer = requests.request(
            method, URL + target, data=again, headers=headers, timeout=5
        )

    assert answer.status_code == over_a_socket.status_code == status
    assert answer.content == over_a_socket.content
    expected = {k: v for k, v in over_a_socket.headers.items() if k != "Connection"}
    assert dict(answer.headers) == expected


def test_signature_is_verified() -> None:
    """A call that nobody signed is refused as by a server."""
    with mounted(a_core(verify_signatures=True)):
        answer = requests.post(f"{URL}/ListRooms", json={}, timeout=5)

    assert answer.status_code == 403
    assert answer.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"


@pytest.mark.parametrize("url", [URL, "https://IVSCHAT.us-west-2.amazonaws.com:443"])
def test_signed_call_is_answered(url: str) -> None:
    """Whoever signs for `requests` need not give it the Host, as with a server."""
    request = AWSRequest("POST", f"{url}/ListRooms", data=b"{}")
    SigV4Auth(Credentials("test", "test"), "ivschat", "us-west-2").add_auth(request)
    core = Endpoint(Settings(rooms=[ROOM]), SystemRandom(), clock.now())
    door = InProcess(core, RealTimeEventLoop)

    with answering_requests(door.answer, lambda host: host == URL[8:]):
        answer = requests.post(
            f"{url}/ListRooms", data=b"{}", headers=dict(request.headers), timeout=5
        )

    assert [room["arn"] for room in answer.json()["rooms"]] == [ROOM]


class Echo(BaseHTTPRequestHandler):
    """Answers with how the body came: in chunks or in one piece."""

    def do_POST(self) -> None:
        """Read the first chunk's length, and answer."""
        how = self.headers.get("Transfer-Encoding", "whole").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(how)))
        self.end_headers()
        self.wfile.write(how)
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def other_host() -> Iterator[str]:
    """Serve something else on the loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_other_hosts_pass_untouched(other_host: str) -> None:
    """What is for another host is sent as ever: a stream stays a stream."""
    with mounted(a_core()):
        answer = requests.post(other_host, data=iter([b"a"]), timeout=5)

    assert answer.text == "chunked"


def test_mock_of_somebody_else_goes_on() -> None:
    """Another `responses` that was there before has the other hosts, as before."""
    with responses.RequestsMock() as theirs:
        theirs.get("https://example.com/", body="theirs")
        with mounted(a_core()):
            ours = requests.post(f"{URL}/ListRooms", timeout=5)
            answer = requests.get("https://example.com/", timeout=5)

        assert (ours.status_code, answer.text) == (200, "theirs")
        with pytest.raises(requests.ConnectionError):
            requests.post(f"{URL}/ListRooms", timeout=5)


def test_defect_of_the_core_is_a_500(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As a server the mock outlives it, and logs the place but not the message."""
    core = a_core()

    def fail(*_args: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(core, "answer", fail)
    with mounted(core):
        answer = requests.post(f"{URL}/ListRooms", timeout=5)

    assert (answer.status_code, answer.json()["__type"]) == (
        500,
        "InternalServerException",
    )
    assert "ZeroDivisionError" in caplog.text
    assert "a secret" not in caplog.text
