"""How one session's connection ends, by whomever, and what still comes behind it."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from ivschat_conformance.reference_impl.core.effects import Effect
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.sessions import Session
from ivschat_conformance.reference_impl.shells import websocket_connection
from ivschat_conformance.reference_impl.shells.websocket_connection import (
    WebSocketConnection,
)

if TYPE_CHECKING:
    from tests.shells.conftest import Lobby, OpenLobby, RawClient

CONT, TEXT, CLOSE, PONG = 0, 1, 8, 10
PRIVATE = "alice@example.com"


@pytest.fixture
def client(lobby: "Lobby") -> "RawClient":
    """Return somebody in the lobby."""
    return lobby.connect()


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"", id="no code"),
        pytest.param(b"\x03\xe8", id="1000"),
        pytest.param(b"\x03\xe9gone \xf0\x9f\x98\x80", id="1001 with a reason"),
        pytest.param(b"\x0f\xa0" + b"a" * 123, id="4000 with the longest reason"),
    ],
)
def test_close_is_echoed(lobby: "Lobby", client: "RawClient", payload: bytes) -> None:
    """Then the session is over at once, whatever the client still sends."""
    other = lobby.connect("bob")
    too_late = client.frame(TEXT, client.message("too late"))

    client.send(client.frame(CLOSE, payload) + too_late)
    assert client.receive() == (CLOSE, payload)
    client.send(too_late)
    other.say("in time")

    assert client.at_end()
    assert other.hear()["Content"] == "in time"


def test_message_on_its_way_comes_before_the_echo(client: "RawClient") -> None:
    """A client that closes behind its request still learns what became of it."""
    client.send(client.frame(TEXT, client.message("bye")) + client.frame(CLOSE))

    assert client.hear()["Content"] == "bye"
    assert client.receive() == (CLOSE, b"")
    assert client.at_end()


def test_end_without_a_close_frame_is_an_end(
    lobby: "Lobby", client: "RawClient"
) -> None:
    """Whoever has left is in the room no longer, though it may still read."""
    lobby.wait_for_people(1)
    client.socket.shutdown(1)

    assert client.at_end()
    lobby.wait_for_people(0)


def test_answer_to_the_last_request_comes_before_the_end(client: "RawClient") -> None:
    """Also to whoever has stopped sending right behind it."""
    client.say("last")
    client.socket.shutdown(1)

    assert client.hear()["Content"] == "last"
    assert client.at_end()


def test_client_that_left_and_never_reads_is_cut(
    lobby: "Lobby", monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for it, little as it is, keeps no connection."""
    monkeypatch.setattr(websocket_connection, "LINGER_SECONDS", 0.001)
    client = lobby.connect(receive_buffer=2_304)
    server = lobby.server.server

    def waiting() -> bool:
        [connection] = server.connections
        assert isinstance(connection, WebSocketConnection)
        return connection.transport.get_write_buffer_size() > 0

    while not lobby.server.call(waiting):
        lobby.call("/SendEvent", eventName="long", attributes={"a": "b" * 1000})
    client.socket.shutdown(1)

    lobby.wait_for_people(0)


def test_client_that_answers_the_close_ends_in_peace(
    lobby: "Lobby", client: "RawClient"
) -> None:
    """WS-CLOSE-08: the reason is the moderator's, and no connection is cut."""
    lobby.call("/DisconnectUser", userId="ann", reason="rude")

    assert client.hear()["EventName"] == "aws:DISCONNECT_USER"
    assert client.closing() == (1000, "rude")
    client.send_frame(CLOSE, b"\x03\xe8rude")
    assert client.at_end()


@pytest.mark.parametrize("reads", [True, False])
def test_client_that_never_answers_the_close_is_cut(
    lobby: "Lobby", monkeypatch: pytest.MonkeyPatch, *, reads: bool
) -> None:
    """It had its time, and keeps no connection."""
    monkeypatch.setattr(websocket_connection, "LINGER_SECONDS", 0.001)
    client = lobby.connect()

    lobby.call("/DisconnectUser", userId="ann")
    if reads:
        assert client.hear()["EventName"] == "aws:DISCONNECT_USER"
        assert client.closing()[0] == 1000

    lobby.wait_until(lambda: not lobby.server.server.connections)


@pytest.mark.parametrize(
    "final", [pytest.param("close", id="closed"), pytest.param("fail", id="failed")]
)
def test_flood_behind_the_end_needs_no_memory(
    lobby: "Lobby",
    monkeypatch: pytest.MonkeyPatch,
    in_use: Callable[[], int],
    final: str,
) -> None:
    """What nobody will take is thrown away as it comes."""
    monkeypatch.setattr(websocket_connection, "LINGER_SECONDS", 60)
    client = lobby.connect()
    if final == "close":
        lobby.call("/DisconnectUser", userId="ann")
    else:
        client.send(b"\x81\x02hi")
        assert client.closing()[0] == 1002
    flood = client.frame(TEXT, b"a" * 1000) * 1000
    before = in_use()

    for _ in range(20):  # more than the system takes for a server that does not read
        client.send(flood)

    assert in_use() - before < 1_000_000


class Defective(Endpoint):
    """A core that fails on a frame of failure."""

    def receive(
        self, session: Session, frame: bytes, machine_now: datetime
    ) -> tuple[Effect, ...]:
        """Fail, or take the frame."""
        if b"defect" in frame:
            raise LookupError(PRIVATE)
        return super().receive(session, frame, machine_now)


@pytest.mark.parametrize("before", [0, 1000])
def test_defect_of_the_core_ends_one_connection(
    open_lobby: "OpenLobby", caplog: pytest.LogCaptureFixture, before: int
) -> None:
    """Its log says where, and not what; everybody else goes on."""
    with open_lobby(Defective) as lobby:
        client, other = lobby.connect(), lobby.connect("bob")
        frames = client.frame(PONG, b"a" * 10) * before
        client.send(frames + client.frame(TEXT, b"defect"))

        assert client.closing()[0] == 1011
        client.hang_up()
        lobby.wait_for_people(1)
        other.say("still here")
        assert other.hear()["Content"] == "still here"
        text = caplog.text
        caplog.clear()

    assert "LookupError" in text
    assert PRIVATE not in text


def test_client_that_sends_on_and_on_is_told_all_the_same(
    lobby: "Lobby", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sends all before it reads is not held up, nor cut off in between."""
    monkeypatch.setattr(websocket_connection, "LINGER_SECONDS", 60)
    client = lobby.connect()

    client.send(client.frame(TEXT, b"a" * 20_000_000))

    assert client.closing()[0] == 1009
    assert client.at_end()
