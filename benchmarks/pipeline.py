"""One HTTP connection over which requests are sent without waiting for answers."""

import socket
from dataclasses import dataclass, field

from load_generator import HOST, LoadError, content_length

_PATIENCE = 10.0  # seconds for an answer that is waited for
_LARGEST_READ = 65_536


@dataclass(slots=True)
class Pipeline:
    """Sends requests as they stand; every answer must be a 200 with a length."""

    port: int
    awaited: int = 0
    stream: socket.socket = field(init=False)
    _received: bytes = b""

    def __post_init__(self) -> None:
        """Connect; the loopback does that at once."""
        self.stream = socket.create_connection((HOST, self.port), _PATIENCE)
        self.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        """Send a request, whose answer is then awaited."""
        self.awaited += 1
        self.stream.sendall(request)

    def receive(self) -> list[bytes]:
        """Read once; return the bodies of the answers that are whole now."""
        data = self.stream.recv(_LARGEST_READ)
        if not data:
            raise LoadError("the server closed the connection that requests came by")
        self._received += data
        bodies = []
        while (body := self._next_body()) is not None:
            bodies.append(body)
        self.awaited -= len(bodies)
        return bodies

    def perform(self, request: bytes) -> bytes:
        """Send one request, while no other is awaited; return its answer's body."""
        self.send(request)
        while not (bodies := self.receive()):
            pass
        return bodies[0]

    def _next_body(self) -> bytes | None:
        head, blank, rest = self._received.partition(b"\r\n\r\n")
        if not blank:
            return None
        if head[9:12] != b"200":
            raise LoadError(f"the server answered {head[:12].decode('latin-1')}")
        length = content_length(head) or 0
        if len(rest) < length:
            return None
        self._received = rest[length:]
        return rest[:length]
