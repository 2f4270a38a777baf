"""Send one request again and again over kept-alive connections, and count the answers.

A process of its own: it reads what to do from stdin, one JSON object, and writes what
it found to stdout, another.

    {"port", "request", "connections", "seconds", "limit"}
    -> {"answers", "seconds", "cpu_seconds", "reconnections"}

`request` is the whole request as Latin-1 text, sent as it stands, so that nothing is
signed while the clock runs. Every answer must be a 200; any other ends the run. It
stops after `seconds` or `limit` answers. Where a server closes the connection after
its answer, the next request has a new one, as its clients would have to.
"""

import json
import socket
import sys
from dataclasses import dataclass, field
from selectors import EVENT_READ, DefaultSelector
from time import perf_counter, process_time

HOST = "127.0.0.1"
_PATIENCE = 10.0  # seconds without any answer, and the server counts as hung
_LARGEST_READ = 65_536


class LoadError(Exception):
    """The server refused the request, hung up or fell silent."""


@dataclass(slots=True)
class Connection:
    """One connection with one request under way at a time."""

    port: int
    request: bytes
    received: bytes = b""
    stream: socket.socket = field(init=False)

    def open(self) -> None:
        """Connect; the loopback does that at once."""
        self.stream = socket.create_connection((HOST, self.port), _PATIENCE)
        self.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self) -> None:
        """Send the request, which fits any socket's buffer."""
        self.received = b""
        self.stream.sendall(self.request)

    def is_answered(self) -> bool:
        """Read what there is; return whether the answer is whole now."""
        data = self.stream.recv(_LARGEST_READ)
        self.received += data
        head, blank, body = self.received.partition(b"\r\n\r\n")
        if not blank:
            if not data:
                raise LoadError("the server closed the connection without an answer")
            return False
        if head[9:12] != b"200":
            raise LoadError(f"the server answered {head[:12].decode('latin-1')}")
        length = content_length(head)
        return not data if length is None else len(body) >= length

    def is_kept(self) -> bool:
        """Return whether the server, which has answered, leaves this one open."""
        head = self.received.partition(b"\r\n\r\n")[0].lower()
        return head.startswith(b"http/1.1") and b"\r\nconnection: close" not in head


def content_length(head: bytes) -> int | None:
    """Return what an answer's head says of the body's length, if anything."""
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else None


def generate(
    *, port: int, request: str, connections: int, seconds: float, limit: int
) -> dict[str, float]:
    """Keep this many connections busy; return how many answers came in what time."""
    answers = reconnections = 0
    with DefaultSelector() as selector:
        for _ in range(connections):
            connection = Connection(port, request.encode("latin-1"))
            connection.open()
            selector.register(connection.stream, EVENT_READ, connection)
        started, cpu_started = perf_counter(), process_time()
        for key in list(selector.get_map().values()):
            key.data.send()
        while (elapsed := perf_counter() - started) < seconds and answers < limit:
            ready = selector.select(_PATIENCE)
            if not ready:
                raise LoadError(f"no answer came for {_PATIENCE:g} s")
            for key, _ in ready:
                connection = key.data
                if not connection.is_answered():
                    continue
                answers += 1
                if not connection.is_kept():
                    reconnections += 1
                    selector.unregister(connection.stream)
                    connection.stream.close()
                    connection.open()
                    selector.register(connection.stream, EVENT_READ, connection)
                connection.send()
        cpu_seconds = process_time() - cpu_started
        for key in list(selector.get_map().values()):
            key.data.stream.close()
    return {
        "answers": answers,
        "seconds": elapsed,
        "cpu_seconds": cpu_seconds,
        "reconnections": reconnections,
    }


def main() -> int:
    """Do what stdin says; 1 and a sentence on stderr where the server did not."""
    try:
        found = generate(**json.load(sys.stdin))
    except (LoadError, OSError) as error:
        print(f"load generator: {error}", file=sys.stderr)
        return 1
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
