"""How frames leave: in one piece a turn, encoded once, and in order."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.core.effects import (
    Close,
    CloseCode,
    Deliver,
)
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.sessions import Session
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.core.tokens import ChatToken
from ivschat_conformance.reference_impl.shells.deliveries import Deliveries
from ivschat_conformance.reference_impl.shells.http_connection import (
    HttpConnection,
    Surroundings,
)
from ivschat_conformance.reference_impl.shells.server import RealTimeEventLoop
from ivschat_conformance.reference_impl.shells.websocket_connection import (
    WebSocketConnection,
)

if TYPE_CHECKING:
    from tests.shells.conftest import Lobby

TEXT, CLOSE = 1, 8
PONG = b"\x8a\x80\0\0\0\0"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"


class StubTransport(asyncio.Transport):
    """Keeps each write, and whether it is to bring more."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.reading = True
        self.protocol: asyncio.BaseProtocol | None = None

    def pause_reading(self) -> None:
        """Bring no more."""
        self.reading = False

    def resume_reading(self) -> None:
        """Bring more."""
        self.reading = True

    def write(self, data: Any) -> None:
        """Keep it."""
        self.writes.append(bytes(data))

    def is_closing(self) -> bool:
        """Stay open."""
        return False

    def can_write_eof(self) -> bool:
        """Have no half."""
        return False

    def set_write_buffer_limits(
        self, high: int | None = None, low: int | None = None
    ) -> None:
        """Have no buffer."""

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Take note of it."""
        self.protocol = protocol


@pytest.fixture
def loop() -> Iterator[RealTimeEventLoop]:
    """Return a loop that the test turns."""
    loop = RealTimeEventLoop()
    yield loop

    loop.close()


def turn(loop: RealTimeEventLoop) -> None:
    """Do what is in line."""
    loop.run_until_complete(asyncio.sleep(0))


@pytest.fixture
def core() -> Endpoint:
    """Return a fake with one room."""
    settings = Settings(rooms=[ROOM], verify_signatures=False)
    return Endpoint(settings, Random(20260102), NOW)  # noqa: S311 - repeatable


@pytest.fixture
def deliveries(core: Endpoint, loop: RealTimeEventLoop) -> Deliveries:
    """Return what delivers to nobody yet."""
    return Deliveries(core, loop)


def new_session() -> Session:
    """Return a session of somebody's."""
    return Session(ChatToken(0, ROOM, "ann", (), {}, NOW, NOW, NOW), "", NOW)


def joined(deliveries: Deliveries) -> tuple[Session, StubTransport]:
    """Return somebody's session, and what keeps all that is written for it."""
    session, transport = new_session(), StubTransport()
    WebSocketConnection(transport, session, deliveries).start(b"")
    return session, transport


def frame(text: bytes, opcode: int = TEXT) -> bytes:
    """Return a short frame as a server sends it."""
    return bytes([128 | opcode, len(text)]) + text


def test_frames_of_one_turn_leave_in_one_write(
    deliveries: Deliveries, loop: RealTimeEventLoop
) -> None:
    """In their order, and those of the next turn in the next write."""
    session, transport = joined(deliveries)

    deliveries.carry_out([Deliver([session], "a"), Deliver([session], "b")])
    deliveries.carry_out([Deliver([session], "c")])
    assert transport.writes == []
    turn(loop)
    deliveries.carry_out([Deliver([session], "d")])
    turn(loop)

    assert transport.writes == [b"\x81\x01a\x81\x01b\x81\x01c", b"\x81\x01d"]


def test_close_comes_behind_what_was_before_it(
    deliveries: Deliveries, loop: RealTimeEventLoop
) -> None:
    """And nothing comes behind a close, though somebody asks for it."""
    session, transport = joined(deliveries)
    close = Close(session, CloseCode.NORMAL, "why")

    deliveries.carry_out([Deliver([session], "a"), close, Deliver([session], "b")])
    deliveries.carry_out([close])
    turn(loop)

    assert b"".join(transport.writes) == frame(b"a") + frame(b"\x03\xe8why", CLOSE)


@dataclass(eq=False)
class StubOutlet:
    """An outlet that never sends."""

    outgoing: list[bytes] = field(default_factory=list)

    def flush(self) -> None:
        """Keep what waits."""

    def close(self, code: int, reason: str) -> None:
        """Stay."""

    def abort(self) -> None:
        """Stay."""


def test_frame_is_encoded_once_however_many_receive_it(deliveries: Deliveries) -> None:
    """All of them get the same bytes, not some of their own."""
    outlets = [StubOutlet() for _ in range(100)]
    sessions = [new_session() for _ in outlets]
    for session, outlet in zip(sessions, outlets, strict=True):
        deliveries.add(session, outlet)

    deliveries.carry_out([Deliver(sessions, "h\u00e9llo")])

    assert all(outlet.outgoing == [frame("h\u00e9llo".encode())] for outlet in outlets)
    assert len({id(outlet.outgoing[0]) for outlet in outlets}) == 1


def test_answers_keep_the_order_of_requests(lobby: "Lobby") -> None:
    """Errors wait behind messages, and messages behind errors."""
    client = lobby.connect()
    frames = [
        client.frame(TEXT, client.message("", RequestId=str(n)) if n % 2 else b"")
        if n % 3
        else client.frame(TEXT, client.message("hello", RequestId=str(n)))
        for n in range(9)
    ]

    client.send(b"".join(frames))
    heard = [client.hear() for _ in range(9)]

    assert [member["Type"] for member in heard] == ["MESSAGE", "ERROR", "ERROR"] * 3
    named = [member["RequestId"] for member in heard]
    assert named == [str(n) if n % 3 == 0 or n % 2 else "" for n in range(9)]


@pytest.mark.parametrize("late", [False, True])
def test_flood_is_read_as_it_is_taken(
    core: Endpoint, deliveries: Deliveries, loop: RealTimeEventLoop, late: bool
) -> None:
    """Also where the handshake had to wait until the answers before it were read."""
    transport = StubTransport()
    shared = Surroundings(core, loop, deliveries=deliveries)
    connection = HttpConnection(shared)
    transport.set_protocol(connection)
    connection.connection_made(transport)

    if late:
        connection.pause_writing()
    connection.data_received(new_handshake(core) + PONG * 20_000)
    if late:
        assert not transport.reading
        connection.resume_writing()

    assert isinstance(transport.protocol, WebSocketConnection)
    turns = 0
    while not transport.reading:
        turn(loop)
        turns += 1
    assert turns > 4
    transport.protocol.connection_lost(None)


def new_handshake(core: Endpoint) -> bytes:
    """Return a handshake with a token of its own."""
    output = core.perform(
        "CreateChatToken", {"roomIdentifier": ROOM, "userId": "ann"}, clock.now()
    ).output
    assert output is not None
    return (
        "GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MTYgYnl0ZXMgb2Yga2V5Lg==\r\n"
        f"Sec-WebSocket-Protocol: {output['token']}\r\n\r\n"
    ).encode()
