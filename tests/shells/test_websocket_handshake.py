"""Handshakes as clients send them: what opens a session, and what uses no token up."""

import json
import threading
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.handshakes import Opening
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
    Reply,
    TransportFault,
)
from ivschat_conformance.reference_impl.shells.server import ServerThread

if TYPE_CHECKING:
    from tests.shells.conftest import Lobby, OpenLobby, RawClient

SWITCHING = "HTTP/1.1 101 Switching Protocols"
KEY = "MTYgYnl0ZXMgb2Yga2V5Lg=="
PRIVATE = "alice@example.com"


@pytest.mark.parametrize(
    "target", ["/", "//", "/a/path?with=query", "/CreateChatToken", "http://here/"]
)
@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_any_path_and_origin_opens_a_session(
    lobby: "Lobby", target: str, origin: str
) -> None:
    """Browsers come from everywhere, and the token alone says which room."""
    client = lobby.client()
    handshake = client.handshake(lobby.token(), target)

    client.send(
        handshake.replace(b"\r\n\r\n", f"\r\nOrigin: {origin}\r\n\r\n".encode())
    )

    assert client.head()[0] == SWITCHING


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        pytest.param("Version: 13", "Version: 12", 426, id="version 12"),
        pytest.param("Version: 13", "Version: 013", 426, id="version 013"),
        pytest.param("Version: 13", "Version:", 426, id="version of nothing"),
        pytest.param("Sec-WebSocket-Version: 13", "X: y", 400, id="no version"),
        pytest.param(
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13",
            400,
            id="two versions",
        ),
        pytest.param(f"Sec-WebSocket-Key: {KEY}", "X: y", 400, id="no key"),
        pytest.param(KEY, "c2hvcnQ=", 400, id="short key"),
        pytest.param(KEY, KEY[:-2], 400, id="key that is no base64"),
        pytest.param(KEY, f"{KEY}\r\nSec-WebSocket-Key: {KEY}", 400, id="two keys"),
        pytest.param(": websocket", ": websocket, h2c", 426, id="two protocols"),
        pytest.param("GET", "POST", 400, id="POST"),
        pytest.param("Connection: Upgrade\r\n", "", 400, id="no wish to upgrade"),
        pytest.param("Host: here\r\n", "", 400, id="no Host"),
    ],
)
def test_unsound_handshake_uses_no_token_up(
    lobby: "Lobby", old: str, new: str, status: int
) -> None:
    """TOKEN-LIFE-05: it is refused, and the next one with this token is not."""
    client, token = lobby.client(), lobby.token()

    client.send(client.handshake(token).decode().replace(old, new, 1).encode())
    line, fields = client.head()

    assert int(line.split()[1]) == status
    assert fields.get("sec-websocket-version") == (
        "13" if new.startswith("Version") else None
    )
    assert lobby.client().shake(token)[0] == SWITCHING


@pytest.mark.parametrize("offer", ["garbage", "a token", ", ,", "", '"', "\xff"])
def test_refused_handshake_says_why_and_closes(lobby: "Lobby", offer: str) -> None:
    """OPEN-01: 401 in JSON before the upgrade, and nothing after it."""
    client = lobby.client()

    line, fields = client.shake(offer)
    body = client.file.read()

    assert line == "HTTP/1.1 401 Unauthorized"
    assert fields["connection"] == "close"
    assert fields["content-length"] == str(len(body))
    assert list(json.loads(body)) == ["message"]


def test_handshake_in_single_bytes_opens_a_session(lobby: "Lobby") -> None:
    """Where the network cuts means nothing."""
    client = lobby.client()

    client.send_in_bytes(client.handshake(lobby.token()))

    assert client.head()[0] == SWITCHING


def test_handshake_behind_a_request_opens_a_session(lobby: "Lobby") -> None:
    """It is answered after the request, on the same connection."""
    client = lobby.client()
    call = b"POST /_control/clock/advance HTTP/1.1\r\nHost: here\r\nContent-Length: 13"

    client.send(call + b'\r\n\r\n{"seconds":1}' + client.handshake(lobby.token()))
    first, fields = client.head()
    client.file.read(int(fields["content-length"]))

    assert first == "HTTP/1.1 200 OK"
    assert client.head()[0] == SWITCHING
    lobby.wait_for_people(1)


def test_handshake_behind_answers_that_wait_opens_a_session(lobby: "Lobby") -> None:
    """A client may read its answers late, and frames behind the handshake count."""
    client, token = lobby.client(receive_buffer=2_304), lobby.token()
    request = b"GET /_control/clock HTTP/1.1\r\nHost: here\r\n\r\n"
    behind = client.frame(1) * 2_000
    sending = threading.Thread(
        target=client.send,
        args=(request * 20_000 + client.handshake(token) + behind,),
    )
    sending.start()

    for _ in range(20_000):
        client.file.read(int(client.head()[1]["content-length"]))
    assert client.head()[0] == SWITCHING
    errors = [client.hear()["ErrorCode"] for _ in range(2_000)]
    sending.join()

    assert set(errors) == {400, 429}


def test_frames_sent_with_the_handshake_are_taken(lobby: "Lobby") -> None:
    """A client need not wait for the answer before it speaks (WS-CONN-04)."""
    client = lobby.client()
    texts = [str(number) for number in range(5)]
    frames = [client.frame(1, client.message(text)) for text in texts]

    client.send(client.handshake(lobby.token()) + b"".join(frames))

    assert client.head()[0] == SWITCHING
    assert client.hear_contents(5) == texts


def test_one_of_simultaneous_handshakes_with_one_token_wins(lobby: "Lobby") -> None:
    """TOKEN-LIFE-04, and the others are told that the token is used."""
    token = lobby.token()
    clients = [lobby.client() for _ in range(8)]
    together = threading.Barrier(len(clients))

    def shake(client: "RawClient") -> None:
        together.wait()
        client.send(client.handshake(token))

    threads = [threading.Thread(target=shake, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = sorted(client.head()[0] for client in clients)

    assert lines == [SWITCHING] + ["HTTP/1.1 401 Unauthorized"] * 7


class Defective(Endpoint):
    """A core that fails where a handshake names a path of failure."""

    def open_session(
        self, request: HttpRequest, address: str, machine_now: datetime
    ) -> Opening | HttpResponse:
        """Fail, or answer with what cannot be sent, or open a session."""
        match request.path:
            case "/defect":
                raise LookupError(PRIVATE)
            case "/unsendable":
                return HttpResponse(401, (("X-Name", "\u65e5"),))
        return super().open_session(request, address, machine_now)


@pytest.mark.parametrize("target", ["/defect", "/unsendable"])
def test_defect_of_the_core_is_a_plain_500(
    open_lobby: "OpenLobby", caplog: pytest.LogCaptureFixture, target: str
) -> None:
    """Neither client nor log learns what the exception says, only the log where."""
    with open_lobby(Defective) as lobby:
        client = lobby.client()
        line, fields = client.shake("garbage", target)
        body = client.file.read()
        [record] = caplog.records
        said = record.getMessage()
        text = caplog.text
        caplog.clear()

    assert line == "HTTP/1.1 500 Internal Server Error"
    assert fields["connection"] == "close"
    assert json.loads(body)["__type"] == "InternalServerException"
    assert fields["x-amzn-requestid"] in said
    assert ".py:" in said
    assert PRIVATE not in text + body.decode()


class WithoutSessions:
    """A core with no messaging API."""

    def answer(self, request: HttpRequest, machine_now: datetime) -> Reply:
        """Answer anything."""
        del machine_now
        return Reply(HttpResponse(200, body=request.target.encode()))

    def refuse(self, fault: TransportFault, machine_now: datetime) -> HttpResponse:
        """Refuse anything."""
        del fault, machine_now
        return HttpResponse(400)


def test_core_without_sessions_answers_a_handshake_like_any_request(
    lobby: "Lobby",
) -> None:
    """And the connection ends there: no client goes on with HTTP."""
    with ServerThread(WithoutSessions()) as server:
        client = type(lobby.client())(server.address)
        line, fields = client.shake("token", "/somewhere")
        body = client.file.read()
        client.hang_up()

    assert (line, body) == ("HTTP/1.1 200 OK", b"/somewhere")
    assert fields["connection"] == "close"
