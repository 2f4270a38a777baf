"""A session without a socket: what a line in memory does at its ends."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from ivschat_conformance.fixtures.chat_connection import SendError
from ivschat_conformance.fixtures.incoming_frames import Closed, NothingReceivedError
from ivschat_conformance.fixtures.memory_connection import MemoryConnection
from ivschat_conformance.fixtures.mock import MockIvsChat
from ivschat_conformance.fixtures.websocket_client import HandshakeRefusedError


@pytest.fixture
def fake() -> Any:
    """Give a fake without a socket, at an instant that stays."""
    with MockIvsChat(clock=datetime(2026, 1, 2, tzinfo=UTC)) as fake:
        yield fake


@pytest.fixture
def ann(fake: MockIvsChat) -> MemoryConnection:
    """Let somebody in."""
    room = fake.create_room(name="hall")
    ann = room.connect("ann", capabilities=["SEND_MESSAGE"])
    assert isinstance(ann, MemoryConnection)
    return ann


def test_client_leaves(fake: MockIvsChat, ann: MemoryConnection) -> None:
    """Its close frame is answered, and then it is in no room."""
    bob = fake.connect(fake.create_chat_token(room_of(fake), "bob"))

    assert bob.close(1000, "bye") == Closed(1000, "bye", clean=True)

    ann.send("hello")
    assert ann.next_message().content == "hello"
    with pytest.raises(NothingReceivedError):
        bob.next_message(timeout=0.01)
    with pytest.raises(SendError, match="closed with 1000"):
        bob.send("hello")


def room_of(fake: MockIvsChat) -> str:
    """Return the only room's ARN."""
    return str(fake.perform("ListRooms")["rooms"][0]["arn"])


def test_cut_is_no_clean_end(ann: MemoryConnection) -> None:
    """Whoever cuts the connection sees 1006, as with a socket."""
    ann.cut()

    assert ann.closed == Closed(1006, "", clean=False)
    assert not ann.is_open
    with pytest.raises(NothingReceivedError, match="pong"):
        ann.ping(timeout=0.1)


def test_what_came_before_the_end_is_read(
    fake: MockIvsChat, ann: MemoryConnection
) -> None:
    """A session that is over has still the frames that it was told before."""
    ann.send("hello")
    fake.clock.advance(hours=3)

    assert ann.next_message().content == "hello"
    assert ann.next_error().error_code == 401
    assert ann.wait_closed().code == 1000


@pytest.mark.parametrize(
    ("data", "code"), [(b"\xff", 1007), (b" " * 16_385, 1009)], ids=["bytes", "size"]
)
def test_frame_that_is_none_ends_it(
    ann: MemoryConnection, data: bytes, code: int
) -> None:
    """A text that is not UTF-8 or too large closes the session, as with a socket."""
    ann.send_frame(data)

    assert ann.wait_closed().code == code


@pytest.mark.parametrize(
    "ask",
    [
        lambda ann: ann.send_frame("not JSON"),
        lambda ann: ann.send_frame({"Action": "DANCE"}),
        lambda ann: ann.delete_message("M2YcHkgffEvU"),
    ],
)
def test_refused_request_leaves_it_open(
    ann: MemoryConnection, ask: Callable[[MemoryConnection], object]
) -> None:
    """An ERROR comes, and the next message is heard."""
    ask(ann)

    assert ann.next_error().error_code in {400, 403}
    ann.send("hello")
    assert ann.next_message().content == "hello"


def test_handshake_is_refused_with_a_status(fake: MockIvsChat) -> None:
    """What is no token of this fake opens nothing."""
    with pytest.raises(HandshakeRefusedError) as refused:
        fake.connect("token")

    assert refused.value.status == 401


def test_raw_bytes_are_for_a_socket(ann: MemoryConnection) -> None:
    """Who wants to break RFC 6455 is told which fake to use."""
    with pytest.raises(NotImplementedError, match="`ivschat`"):
        ann.send_raw(b"\x00")


def test_subprotocol_is_the_token(fake: MockIvsChat, ann: MemoryConnection) -> None:
    """The handshake looks like one: what was offered is what was agreed on."""
    token = fake.create_chat_token(room_of(fake), "bob")

    bob = fake.connect(token)

    assert bob.subprotocol == token
    assert bob.handshake_headers["Sec-WebSocket-Protocol"] == token
    assert token not in repr(bob) + repr(ann)


def test_defect_of_the_core_ends_the_session(
    fake: MockIvsChat,
    ann: MemoryConnection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As a server it closes with 1011, and its log says where but not what."""

    def fail(*_args: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(fake._core, "receive", fail)  # noqa: SLF001 - breaks it
    ann.send("hello")

    assert ann.wait_closed().code == 1011
    assert "ZeroDivisionError" in caplog.text
    assert "a secret" not in caplog.text
