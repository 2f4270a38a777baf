"""The load of a room tells what is lost or out of order; its speed is no test."""

import json
import runpy
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from typing import Any

import pytest

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.shells.server import ServerThread

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
DEADLINE = 20.0  # seconds; what is late by more has hung
PATIENCE = 0.2  # seconds for what will never come

# The answer to the one key that the members send.
UPGRADED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Accept: OdZBNyvKotkeIQWkKM4qwRf3I3Y=\r\n\r\n"
)


def text(number: int, filling: int = 0) -> bytes:
    """Return a server's frame with this number in it."""
    return frame(0x81, b'{"text":"number-%08d"}' % number + b" " * filling)


def frame(opcode: int, payload: bytes) -> bytes:
    """Return a server's frame, its length written as short as it can be."""
    length = len(payload)
    if length <= 125:
        return bytes((opcode, length)) + payload
    if length < 2**16:
        return bytes((opcode, 126)) + length.to_bytes(2, "big") + payload
    return bytes((opcode, 127)) + length.to_bytes(8, "big") + payload


@pytest.fixture(scope="module")
def deliveries() -> dict[str, Any]:
    """Give the names of benchmarks/deliveries.py, which is in no package."""
    return runpy.run_path(str(BENCHMARKS / "deliveries.py"))


@pytest.mark.parametrize(
    ("numbers", "faults"),
    [
        pytest.param([0, 1, 2, 3], (0, 0, 0), id="all in order"),
        pytest.param([0, 2, 3], (1, 0, 0), id="one lost within"),
        pytest.param([2, 3], (2, 0, 0), id="the first lost"),
        pytest.param([0, 1], (2, 0, 0), id="the last lost"),
        pytest.param([], (4, 0, 0), id="all lost"),
        pytest.param([0, 2, 1, 3], (0, 1, 0), id="two exchanged"),
        pytest.param([3, 0, 1, 2], (0, 3, 0), id="one much too early"),
        pytest.param([0, 1, 1, 2, 3], (0, 0, 1), id="one twice"),
        pytest.param([0, 3, 1], (1, 1, 0), id="one late and one lost"),
    ],
)
@pytest.mark.parametrize("pieces", ["at once", "frame by frame", "byte by byte"])
def test_a_tally_tells_what_went_wrong(
    deliveries: dict[str, Any],
    numbers: list[int],
    faults: tuple[int, int, int],
    pieces: str,
) -> None:
    """Of four texts it counts the lost, the late and the repeated, however cut."""
    frames = [text(number) for number in numbers]
    whole = b"".join(frames)
    cut = {
        "at once": [whole],
        "frame by frame": frames,
        "byte by byte": [whole[at : at + 1] for at in range(len(whole))],
    }
    tally = deliveries["Tally"]()

    taken = [number for piece in cut[pieces] for number in tally.take(piece)]

    assert taken == numbers
    assert (tally.lost(4), tally.reordered, tally.repeated) == faults
    assert tally.text_bytes == 26 * len(numbers)


@pytest.mark.parametrize("filling", [0, 99, 100, 65_509, 65_510, 70_000])
def test_frames_of_any_length_are_read(
    deliveries: dict[str, Any], filling: int
) -> None:
    """A length in 7, in 16 and in 64 bits leads to the next frame."""
    stream = text(5, filling) + text(6, filling)

    chunk = deliveries["read_frames"](stream + b"\x81")

    assert (chunk.numbers, chunk.rest) == ((5, 6), b"\x81")
    assert chunk.text_bytes == 2 * (26 + filling)


def test_pings_are_passed_over(deliveries: dict[str, Any]) -> None:
    """A server may ping; that delivers nothing."""
    stream = frame(0x89, b"there?") + text(0) + frame(0x8A, b"")

    chunk = deliveries["read_frames"](stream)

    assert (chunk.numbers, chunk.consecutive, chunk.rest) == ((0,), True, b"")


@pytest.mark.parametrize(
    ("stream", "complaint"),
    [
        pytest.param(
            frame(0x81, b'{"Type":"ERROR","ErrorCode":429}'),
            'a text without a number came: {"Type":"ERROR","ErrorCode":429}',
            id="another text",
        ),
        pytest.param(
            frame(0x81, b"number-0000001"),
            "a text without a number came: number-0000001",
            id="too few digits",
        ),
        pytest.param(
            frame(0x88, b"\x03\xe8enough"),
            "the server closed the connection: enough",
            id="a close",
        ),
        pytest.param(
            frame(0x82, b"number-00000000"),
            "a frame came that begins with 0x82: number-00000000",
            id="a binary frame",
        ),
    ],
)
def test_anything_else_ends_the_load(
    deliveries: dict[str, Any], stream: bytes, complaint: str
) -> None:
    """What is no numbered text would be counted wrongly, so it is complained of."""
    with pytest.raises(deliveries["DeliveryError"]) as raised:
        deliveries["Tally"]().take(text(0) + stream)

    assert str(raised.value) == complaint


def load(port: int, **order: object) -> subprocess.CompletedProcess[str]:
    """Carry out an order against the server on this port."""
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / "room_load.py")],
        input=json.dumps({"port": port, "patience": PATIENCE, **order}),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def client_text(number: int) -> str:
    """Return a client's frame with this number in it, masked with zeros."""
    plain = text(number)
    masked = plain[:1] + bytes((0x80 | plain[1],)) + bytes(4) + plain[2:]
    return masked.decode("latin-1")


@pytest.fixture
def bare_port() -> Iterator[int]:
    """Run the bare broadcasting server; give its port."""
    command = [sys.executable, str(BENCHMARKS / "bare_broadcast.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["port"]
        finally:
            process.terminate()


@pytest.mark.parametrize("senders", [1, 3])
@pytest.mark.parametrize("pace", [{"window": 1}, {"window": 8}, {"interval": 0.001}])
def test_a_room_of_the_bare_server_is_filled(
    bare_port: int, senders: int, pace: dict[str, float]
) -> None:
    """Everybody has every text, and those of the warm-up are not timed."""
    sends = [client_text(number) for number in range(10)]

    ended = load(
        bare_port, connections=4, sends=sends, senders=senders, warm_up=2, **pace
    )

    found = json.loads(ended.stdout)
    assert (found["sent"], found["lost"], found["repeated"]) == (40, 0, 0)
    assert found["text_bytes"] == 26
    assert 0 < found["deliveries"] <= 32
    assert senders > 1 or found["reordered"] == 0


def request(operation: str, **members: object) -> str:
    """Return a request of one of our server's operations, unsigned."""
    body = json.dumps(members)
    head = f"POST /{operation} HTTP/1.1\r\nHost: here\r\n"
    fields = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}{fields}\r\n{body}"


def test_a_room_of_our_server_is_filled() -> None:
    """Each member comes with a token of its own, and has every event once, in order."""
    settings = Settings(rooms=("lobby",), verify_signatures=False)
    core = Endpoint(settings, SystemRandom(), clock.now())
    room = {"roomIdentifier": core.service.seeded_room_arns["lobby"]}
    tokens = [
        request("CreateChatToken", userId=f"user-{number}", **room)
        for number in range(3)
    ]
    events = [
        request(
            "SendEvent", eventName="load", attributes={"n": f"number-{n:08}"}, **room
        )
        for n in range(10)
    ]

    with ServerThread(core) as running:
        port = running.address.port
        ended = load(port, connections=3, token_requests=tokens, sends=events, window=4)

    found = json.loads(ended.stdout)
    assert (found["sent"], found["deliveries"]) == (30, 30)
    assert (found["lost"], found["reordered"], found["repeated"]) == (0, 0, 0)


@dataclass
class Scripted:
    """A server whose answers are written beforehand, and what it has received."""

    port: int
    received: list[bytes] = field(default_factory=list)


@contextmanager
def scripted(
    accepted: bytes, frames: bytes, connections: int = 1
) -> Iterator[Scripted]:
    """Answer all handshakes alike, and the first text of each connection with frames.

    What each has sent is known once the load has ended.
    """

    def serve() -> None:
        with ExitStack() as stack:
            opened = []
            for _ in range(connections):
                connection = stack.enter_context(listener.accept()[0])
                connection.settimeout(DEADLINE)
                read_to(connection, b"\r\n\r\n")
                connection.sendall(accepted)
                opened.append(connection)
            for connection in opened:
                first = read_to(connection, b"}")
                connection.sendall(frames)
                rest = read_to(connection, b"what no client says")
                server.received.append(first + rest)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Scripted(listener.getsockname()[1])
        thread = threading.Thread(target=serve)
        thread.start()
        yield server
        thread.join(DEADLINE)


def read_to(connection: socket.socket, end: bytes) -> bytes:
    """Return what the peer sends until it has sent this or has gone."""
    received = b""
    while end not in received:
        data = connection.recv(65_536)
        if not data:
            break
        received += data
    return received


@pytest.mark.parametrize(
    ("numbers", "lost", "reordered"),
    [([0, 1, 2], 0, 0), ([0, 2], 1, 0), ([0, 1], 1, 0), ([1, 0, 2], 0, 1)],
)
def test_a_server_that_fails_is_told_of(
    numbers: Sequence[int], lost: int, reordered: int
) -> None:
    """What is lost is not waited for for ever, and what is late is counted."""
    frames = b"".join(map(text, numbers))
    sends = [client_text(number) for number in range(3)]

    with scripted(UPGRADED, frames) as server:
        ended = load(server.port, connections=1, sends=sends, senders=1, window=3)

    found = json.loads(ended.stdout)
    assert (found["sent"], found["lost"], found["reordered"]) == (3, lost, reordered)


@pytest.mark.parametrize(
    ("accepted", "frames", "complaint"),
    [
        pytest.param(
            b"HTTP/1.1 401 Unauthorized\r\n\r\n",
            b"",
            "the handshake was answered HTTP/1.1 401",
            id="refused",
        ),
        pytest.param(
            UPGRADED.replace(b"Accept: ", b"Accept: not"),
            b"",
            "the handshake was answered with a wrong Sec-WebSocket-Accept",
            id="not understood",
        ),
        pytest.param(
            UPGRADED,
            frame(0x81, b'{"ErrorCode":429}'),
            'a text without a number came: {"ErrorCode":429}',
            id="an error",
        ),
    ],
)
def test_a_server_that_refuses_ends_the_load(
    accepted: bytes, frames: bytes, complaint: str
) -> None:
    """A refusal is cheaper than a delivery, so the first one ends the run."""
    with scripted(accepted, frames) as server:
        ended = load(server.port, connections=1, sends=[client_text(0)], senders=1)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"room load: {complaint}\n"


def test_a_window_bounds_what_is_on_its_way() -> None:
    """Where nothing comes back, no more is sent than may be on its way."""
    sends = [client_text(number) for number in range(5)]

    with scripted(UPGRADED, b"") as server:
        ended = load(server.port, connections=1, sends=sends, senders=1, window=2)

    found = json.loads(ended.stdout)
    assert (found["sent"], found["lost"]) == (2, 2)
    assert server.received[0].count(b"number-") == 2


def test_senders_take_turns() -> None:
    """The first members send one after the other; the others only listen."""
    sends = [client_text(number) for number in range(5)]

    with scripted(UPGRADED, b"", connections=3) as server:
        load(server.port, connections=3, sends=sends, senders=2, window=5)

    sent = [
        [number for number in range(5) if b"%08d" % number in received]
        for received in server.received
    ]
    assert sent == [[0, 2, 4], [1, 3], []]
