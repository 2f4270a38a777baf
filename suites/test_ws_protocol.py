"""RFC 6455 below the requests: pings, frames in pieces, and violations of it."""

from collections.abc import Sequence

import pytest

from ivschat_conformance.fixtures import raw_socket
from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.chat_connection import (
    ChatConnection,
    NothingReceivedError,
)
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.fixtures.raw_socket import client_frame

CONTINUATION, TEXT, CLOSE, PING, PONG = 0x0, 0x1, 0x8, 0x9, 0xA

REQUEST = (
    '{"Action":"SEND_MESSAGE","RequestId":"r-1","Content":"in pieces: 花"}'.encode()
)
INSIDE_A_CHARACTER = REQUEST.index("花".encode()) + 1

PINGS = [
    case([client_frame(PING)], b"", name="empty"),
    case([client_frame(PING, b"hello")], b"hello", name="text"),
    case([client_frame(PING, b"\x00\xff\x80")], b"\x00\xff\x80", name="bytes"),
    case([client_frame(PING, b"p" * 125)], b"p" * 125, name="as-long-as-can-be"),
    case(
        [client_frame(TEXT, b"{", fin=False), client_frame(PING, b"amid")],
        b"amid",
        name="between-two-pieces",
    ),
]

# The same request each time, in frames that RFC 6455 allows a client.
IN_PIECES = [
    case(
        [
            client_frame(TEXT, REQUEST[:10], fin=False),
            client_frame(CONTINUATION, REQUEST[10:]),
        ],
        name="two",
    ),
    case(
        [
            client_frame(TEXT, REQUEST[:INSIDE_A_CHARACTER], fin=False),
            client_frame(CONTINUATION, REQUEST[INSIDE_A_CHARACTER:]),
        ],
        name="parted-inside-a-character",
    ),
    case(
        [
            client_frame(TEXT, b"", fin=False),
            client_frame(CONTINUATION, REQUEST, fin=False),
            client_frame(CONTINUATION, b""),
        ],
        name="empty-ones-around",
    ),
    case(
        [
            client_frame(TEXT, REQUEST[:10], fin=False),
            client_frame(PING, b"amid"),
            client_frame(CONTINUATION, REQUEST[10:]),
        ],
        name="a-ping-between",
    ),
    case(
        [client_frame(PONG, b"unasked for"), client_frame(TEXT, REQUEST)],
        name="behind-a-pong-nobody-asked-for",
    ),
]

VIOLATIONS = [
    case([client_frame(TEXT, REQUEST, masked=False)], 1002, name="unmasked"),
    case([client_frame(TEXT, REQUEST, reserved=4)], 1002, name="first-reserved-bit"),
    case([client_frame(TEXT, REQUEST, reserved=2)], 1002, name="second-reserved-bit"),
    case([client_frame(TEXT, REQUEST, reserved=1)], 1002, name="third-reserved-bit"),
    case([client_frame(0x3, b"x")], 1002, name="reserved-opcode-3"),
    case([client_frame(0xB, b"x")], 1002, name="reserved-opcode-11"),
    case([client_frame(PING, b"x", fin=False)], 1002, name="ping-in-pieces"),
    case([client_frame(PING, b"x" * 300)], 1002, name="ping-of-300-bytes"),
    case([client_frame(CONTINUATION, b"x")], 1002, name="continuation-of-nothing"),
    case(
        [client_frame(TEXT, b"{", fin=False), client_frame(TEXT, REQUEST)],
        1002,
        name="text-amid-a-text",
    ),
    case([client_frame(CLOSE, b"\x03")], 1002, name="close-of-one-byte"),
    case([client_frame(TEXT, b"\xff")], 1007, name="no-utf-8"),
    case([client_frame(TEXT, b"\xc0\xaf")], 1007, name="overlong-utf-8"),
    case([client_frame(TEXT, b"\xed\xa0\x80")], 1007, name="surrogate-in-utf-8"),
    case([client_frame(TEXT, REQUEST + b"\xe8")], 1007, name="utf-8-cut-short"),
    case(
        [client_frame(TEXT, b"{", fin=False), client_frame(CONTINUATION, b"\xff")],
        1007,
        name="no-utf-8-in-pieces",
    ),
]


@verifies("WS-CLOSE-01")
@pytest.mark.parametrize(("frames", "payload"), PINGS)
def test_ping_is_answered_with_its_payload(
    connections: Connections, frames: Sequence[bytes], payload: bytes
) -> None:
    """A pong comes back, and says what the ping said."""
    assert _pong(connections, b"".join(frames)) == payload, (
        "the pong does not repeat the ping's payload"
    )


@verifies("WS-CLOSE-01")
def test_pings_are_answered_as_often_as_they_come(connections: Connections) -> None:
    """A session that only pings is answered, every time."""
    session = connections.open()

    for _ in range(5):
        session.ping()


@verifies("WS-CLOSE-13")
@pytest.mark.parametrize("frames", IN_PIECES)
def test_what_the_protocol_allows_closes_nothing(
    connections: Connections, frames: Sequence[bytes]
) -> None:
    """A request in such frames is answered, whatever the answer."""
    session = connections.open(capabilities=["SEND_MESSAGE"])

    session.send_raw(b"".join(frames))

    session.next_answer("r-1")


@verifies("WS-CLOSE-13")
@pytest.mark.parametrize(("frames", "code"), VIOLATIONS)
def test_violation_is_closed_with_its_code(
    connections: Connections, frames: Sequence[bytes], code: int
) -> None:
    """Frames that break the protocol end the connection with the RFC's code."""
    session = connections.open(capabilities=["SEND_MESSAGE"])

    session.send_raw(b"".join(frames))

    _expect_code(session, code)


@verifies("WS-CLOSE-13")
def test_frame_beyond_all_measure_is_closed_as_too_big(
    connections: Connections,
) -> None:
    """Who announces a frame of a terabyte is not waited for."""
    session = connections.open(capabilities=["SEND_MESSAGE"])

    session.send_raw(client_frame(TEXT, b"{", length=1 << 40))

    try:
        _expect_code(session, 1009)
    except NothingReceivedError:
        pytest.skip("the target waits for the rest, and no limit is documented")


def _expect_code(session: ChatConnection, code: int) -> None:
    closed = session.wait_closed()
    assert closed.code == code, f"the connection ended with {closed.code}, not {code}"


def _pong(connections: Connections, frames: bytes) -> bytes:
    """Send frames on a connection made by hand, and return the first pong's payload.

    The library would answer for itself, and shows no payload.
    """
    request = raw_socket.handshake_request(connections.endpoint, connections.token())
    with raw_socket.open_stream(connections.endpoint) as stream:
        stream.settimeout(raw_socket.TIMEOUT_SECONDS)
        stream.sendall(request)
        with stream.makefile("rb") as reader:
            if b" 101 " not in reader.readline():
                pytest.skip("a good token opened nothing")
            while reader.readline().strip():
                pass
            stream.sendall(frames)
            try:
                while head := reader.read(2):
                    length = head[1]
                    if length > 125:
                        size = reader.read(2 if length == 126 else 8)
                        length = int.from_bytes(size, "big")
                    payload = reader.read(length)
                    if head[0] & 0xF == PONG:
                        return payload
            except TimeoutError:
                pass
    raise AssertionError("a ping was not answered")
