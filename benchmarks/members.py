"""A member of a room: a WebSocket connection by hand, cheaper than any library's."""

import base64
import hashlib
import socket
from dataclasses import dataclass, field

from deliveries import DeliveryError, Tally
from load_generator import HOST, LoadError

_PATIENCE = 10.0  # seconds for a handshake to be answered
_LARGEST_READ = 65_536
_KEY = base64.b64encode(b"always this one.").decode()
_ACCEPT = base64.b64encode(
    hashlib.sha1(
        f"{_KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode(), usedforsecurity=False
    ).digest()
)


@dataclass(slots=True)
class Member:
    """A connection to the room and the tally of what came over it."""

    stream: socket.socket
    tally: Tally = field(default_factory=Tally)

    def receive(self) -> tuple[int, ...]:
        """Read what has come; return the numbers in it. Raises DeliveryError."""
        data = self.stream.recv(_LARGEST_READ)
        if not data:
            raise DeliveryError("the server cut a connection")
        return self.tally.take(data)


def join(port: int, token: str) -> Member:
    """Open a connection, with this token where there is one. Raises LoadError."""
    lines = [
        "GET / HTTP/1.1",
        f"Host: {HOST}:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {_KEY}",
        "Sec-WebSocket-Version: 13",
    ]
    if token:
        lines.append(f"Sec-WebSocket-Protocol: {token}")
    stream = socket.create_connection((HOST, port), _PATIENCE)
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream.sendall("\r\n".join((*lines, "", "")).encode())
    received = b""
    while b"\r\n\r\n" not in received:
        data = stream.recv(_LARGEST_READ)
        if not data:
            raise LoadError("the server closed the connection during the handshake")
        received += data
    head, _, early = received.partition(b"\r\n\r\n")
    if head[9:12] != b"101":
        raise LoadError(f"the handshake was answered {head[:12].decode('latin-1')}")
    if b": %b\r\n" % _ACCEPT not in head + b"\r\n":
        raise LoadError("the handshake was answered with a wrong Sec-WebSocket-Accept")
    stream.settimeout(None)  # read only when something is there
    member = Member(stream)
    member.tally.take(early)
    return member
