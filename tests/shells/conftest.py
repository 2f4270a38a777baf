"""A server with a lobby, and clients who speak to it byte by byte.

Whatever a test does to it, at the end nobody is left in it and nothing was logged as an
error; a test that wants an error logged takes it out of `caplog`.
"""

import gc
import json
import logging
import socket
import struct
import tracemalloc
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import chain
from random import Random
from typing import Any

import pytest

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.shells.http_connection import Timeouts
from ivschat_conformance.reference_impl.shells.server import Address, ServerThread

DEADLINE = 5.0  # seconds; what is late by more has hung
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
EVERYTHING = ("SEND_MESSAGE", "DELETE_MESSAGE", "DISCONNECT_USER")
KEY = b64encode(b"16 bytes of key.").decode()
TEXT, CLOSE, PING = 1, 8, 9

_MASK = b"\x37\xfa\x21\x3d"

OpenLobby = Callable[..., AbstractContextManager["Lobby"]]


class RawClient:
    """A raw socket; every wait on it has a deadline."""

    def __init__(self, address: Address, *, receive_buffer: int = 0) -> None:
        self.socket = socket.socket()
        self.socket.settimeout(DEADLINE)
        if receive_buffer:  # has to be so before it connects
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect((address.host, address.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def send_in_bytes(self, data: bytes) -> None:
        """Send each byte in a packet of its own."""
        for byte in data:
            self.send(bytes([byte]))

    def send_frame(
        self, opcode: int, payload: bytes = b"", *, fin: bool = True
    ) -> None:
        """Send one masked frame."""
        self.send(self.frame(opcode, payload, fin=fin))

    def say(self, content: str, **members: str) -> None:
        """Send a message."""
        self.send_frame(TEXT, self.message(content, **members))

    def shake(self, token: str, target: str = "/") -> tuple[str, dict[str, str]]:
        """Ask for a session; return the answer's line and fields."""
        self.send(self.handshake(token, target))
        return self.head()

    def head(self) -> tuple[str, dict[str, str]]:
        """Receive a status line and its fields, names in lower case."""
        line = self.file.readline().decode().rstrip("\r\n")
        fields: dict[str, str] = {}
        while field := self.file.readline().strip().decode():
            name, _, value = field.partition(": ")
            assert name.lower() not in fields
            fields[name.lower()] = value
        return line, fields

    def receive(self) -> tuple[int, bytes]:
        """Receive one frame as servers send it; return its opcode and payload."""
        first, size = self._read(2)
        assert first >> 4 == 0b1000, "FIN and no reserved bit"
        assert size < 128, "a server masks nothing"
        if size > 125:
            size = int.from_bytes(self._read(2 if size == 126 else 8))
        return first & 15, self._read(size)

    def hear(self) -> dict[str, Any]:
        """Receive one text frame, pings left aside, and return its members."""
        while (frame := self.receive()) == (PING, b""):
            pass
        opcode, payload = frame
        assert opcode == TEXT, (opcode, payload)
        members: dict[str, Any] = json.loads(payload)
        return members

    def hear_contents(self, count: int) -> list[str]:
        """Receive so many messages or events; return what they say."""
        frames = [self.hear() for _ in range(count)]
        return [frame.get("Content") or frame["EventName"] for frame in frames]

    def closing(self) -> tuple[int, str]:
        """Receive a close frame, and return its code and reason."""
        opcode, payload = self.receive()
        assert opcode == CLOSE, (opcode, payload)
        return int.from_bytes(payload[:2]), payload[2:].decode()

    def at_end(self) -> bool:
        """Wait for the end that the server sets; a reset raises."""
        return self.file.read(1) == b""

    def is_cut(self) -> bool:
        """Read what is left up to the end, and say whether that is a reset."""
        try:
            self.file.read()
        except ConnectionError:
            return True
        return False

    def hang_up(self) -> None:
        """Close."""
        self.file.close()
        self.socket.close()

    def reset(self) -> None:
        """Cut the connection with a RST."""
        now = struct.pack("ii", 1, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
        self.hang_up()

    @staticmethod
    def frame(opcode: int, payload: bytes = b"", *, fin: bool = True) -> bytes:
        """Return one masked frame, its payload masked."""
        size = len(payload)
        head = bytes([fin << 7 | opcode])
        if size < 126:
            head += bytes([128 | size])
        elif size < 65_536:
            head += struct.pack("!BH", 254, size)
        else:
            head += struct.pack("!BQ", 255, size)
        mask = int.from_bytes((_MASK * (size // 4 + 1))[:size])
        return head + _MASK + (int.from_bytes(payload) ^ mask).to_bytes(size)

    @staticmethod
    def message(content: str, **members: str) -> bytes:
        """Return a message as it is sent."""
        named = {"Action": "SEND_MESSAGE", "Content": content, **members}
        return json.dumps(named).encode()

    @staticmethod
    def handshake(token: str, target: str = "/") -> bytes:
        """Return a handshake with no more than there has to be."""
        return (
            f"GET {target} HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\n"
            f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Protocol: {token}\r\n\r\n"
        ).encode()

    def _read(self, size: int) -> bytes:
        data = self.file.read(size)
        if len(data) < size:
            raise EOFError
        return data


class Lobby:
    """A server with one room."""

    def __init__(self, core: Endpoint, server: ServerThread, hold: ExitStack) -> None:
        self.core = core
        self.server = server
        self._hold = hold

    def token(
        self,
        user_id: str = "ann",
        *,
        capabilities: Iterable[str] = EVERYTHING,
        **asked: Any,
    ) -> str:
        """Return a token for the room."""
        asked |= {"userId": user_id, "capabilities": list(capabilities)}
        return str(self.call("/CreateChatToken", **asked)["token"])

    def event(self, name: str) -> None:
        """Send an event to everybody."""
        self.call("/SendEvent", eventName=name)

    def call(self, path: str, **asked: Any) -> Any:
        """Make a call that succeeds, and return its output."""
        if not path.startswith("/_control"):
            asked["roomIdentifier"] = ROOM
        request = HttpRequest("POST", path, (), json.dumps(asked).encode())

        def answer() -> Any:
            reply = self.core.answer(request, clock.now())
            self.server.server.carry_out(reply.effects)
            assert reply.response.status in {200, 204}, reply.response.body
            return json.loads(reply.response.body or b"null")

        return self.server.call(answer)

    def client(self, *, receive_buffer: int = 0) -> RawClient:
        """Return a connection over which nothing has been said."""
        client = RawClient(self.server.address, receive_buffer=receive_buffer)
        self._hold.callback(client.hang_up)
        return client

    def connect(
        self, user_id: str = "ann", *, receive_buffer: int = 0, **asked: Any
    ) -> RawClient:
        """Let somebody in who has a token of their own."""
        client = self.client(receive_buffer=receive_buffer)
        line, _ = client.shake(self.token(user_id, **asked))
        assert line == "HTTP/1.1 101 Switching Protocols"
        return client

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Ask the server's thread until it is so, or fail at the deadline."""
        deadline = clock.monotonic() + DEADLINE
        while not self.server.call(condition):
            assert clock.monotonic() < deadline, "it did not come true in time"

    def wait_for_people(self, count: int) -> None:
        """Wait until so many have a connection and a session, and nobody else."""
        live, server = self.core.service.live, self.server.server
        self.wait_until(lambda: len(server.connections) == len(live.sessions) == count)


@pytest.fixture
def timeouts() -> Timeouts:
    """Return times that no test reaches; some tests shorten one of them."""
    return Timeouts(request=60, idle=60, linger=60)


@pytest.fixture
def open_lobby(caplog: pytest.LogCaptureFixture) -> OpenLobby:
    """Give what opens a lobby for a `with`, on a core of this class."""

    @contextmanager
    def opened(core_class: type[Endpoint] = Endpoint, **chosen: Any) -> Iterator[Lobby]:
        settings = Settings(rooms=[ROOM], verify_signatures=False, **chosen)
        random = Random(20260102)  # noqa: S311 - must be repeatable
        core = core_class(settings, random, clock.now())
        with ServerThread(core) as server:
            with ExitStack() as hold:
                lobby = Lobby(core, server, hold)
                yield lobby

                assert_serves(lobby)
            lobby.wait_for_people(0)
        records = (caplog.get_records(when) for when in ("setup", "call", "teardown"))
        errors = [r for r in chain(*records) if r.levelno >= logging.ERROR]
        assert [record.getMessage() for record in errors] == []

    return opened


def assert_serves(lobby: Lobby) -> None:
    """Hold the lobby to it that messages still arrive."""
    lobby.call("/_control/clock/advance", seconds=1)  # and the rates refill
    last = lobby.connect("last")
    last.say("it works")
    assert last.hear()["Content"] == "it works"


@pytest.fixture
def lobby(open_lobby: OpenLobby) -> Iterator[Lobby]:
    """Run a server with one room."""
    with open_lobby() as opened:
        yield opened


@pytest.fixture
def in_use(lobby: Lobby) -> Iterator[Callable[[], int]]:
    """Give what counts Python's bytes, garbage apart, while the server stands still."""

    def collected() -> int:
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    yield lambda: lobby.server.call(collected)

    tracemalloc.stop()
