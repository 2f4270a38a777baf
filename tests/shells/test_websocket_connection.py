"""One session's frames: whole, in pieces, wrong, too long, and how the end comes."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.shells.conftest import Lobby, RawClient

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
MOST = 16_384
NOTHING = b"\0" * 4  # the mask that changes nothing
PRIVATE = "alice@example.com"


@pytest.fixture
def client(lobby: "Lobby") -> "RawClient":
    """Return somebody in the lobby."""
    return lobby.connect()


def of_size(client: "RawClient", size: int) -> bytes:
    """Return a message of so many bytes, by a member that nobody looks at."""
    shortest = client.message("hello", Padding="")
    return client.message("hello", Padding="a" * (size - len(shortest)))


# Messages, whole and in pieces.


def test_frames_in_single_bytes_are_messages(client: "RawClient") -> None:
    """Where the network cuts means nothing."""
    client.send_in_bytes(client.frame(TEXT, client.message("one")))
    client.send_in_bytes(client.frame(TEXT, client.message("two" * 100)))

    assert client.hear_contents(2) == ["one", "two" * 100]


def test_many_frames_at_once_are_as_many_messages(client: "RawClient") -> None:
    """And nothing of the last is lost that came in two parts."""
    frames = [client.frame(TEXT, client.message(str(n))) for n in range(10)]
    together = b"".join(frames)

    client.send(together[:-7])
    assert client.hear_contents(9) == [str(n) for n in range(9)]
    client.send(together[-7:])
    assert client.hear_contents(1) == ["9"]


def test_fragments_are_one_message(client: "RawClient") -> None:
    """With pings between, empty ones among them, and cut inside a character."""
    message = client.message("x").replace(b"x", "h\u00e9llo".encode())

    client.send_frame(TEXT, b"", fin=False)
    for at in range(len(message)):
        client.send_frame(CONT, message[at : at + 1], fin=False)
        client.send_frame(PING, b"%d" % at)
        client.send_frame(CONT, b"", fin=False)
    client.send_frame(CONT)

    frames = [client.receive() for _ in range(len(message) + 1)]
    pongs = [payload for opcode, payload in frames if opcode == PONG]
    [text] = [payload for opcode, payload in frames if opcode == TEXT]
    assert pongs == [b"%d" % at for at in range(len(message))]
    assert json.loads(text)["Content"] == "h\u00e9llo"


def test_binary_frame_is_taken_like_text(client: "RawClient") -> None:
    """WS-REQ-22: somebody's library sends nothing else."""
    client.send_frame(BINARY, client.message("from a library"))

    assert client.hear()["Content"] == "from a library"


@pytest.mark.parametrize("size", [0, 1, 125])
def test_ping_is_answered_with_its_payload(client: "RawClient", size: int) -> None:
    """WS-CLOSE-01, and the connection goes on."""
    client.send_frame(PING, b"\xff" * size)
    assert client.receive() == (PONG, b"\xff" * size)
    client.say("still here")

    assert client.hear()["Content"] == "still here"


def test_pong_that_nobody_asked_for_is_nothing(client: "RawClient") -> None:
    """Some clients send them to keep the way open (RFC 6455, 5.5.3)."""
    client.send_frame(PONG, b"I am here")
    client.say("still here")

    assert client.hear()["Content"] == "still here"


@pytest.mark.parametrize("fragment", [1, 1000, MOST])
def test_message_may_have_16384_bytes(client: "RawClient", fragment: int) -> None:
    """OPEN-05: in one frame and in as many as anybody likes."""
    message = of_size(client, MOST)

    for at in range(0, MOST, fragment):
        last = at + fragment >= MOST
        piece = message[at : at + fragment]
        client.send(client.frame(CONT if at else TEXT, piece, fin=last))

    assert client.hear()["Content"] == "hello"


def test_empty_fragments_need_no_memory(
    client: "RawClient", in_use: Callable[[], int]
) -> None:
    """Who never ends a message makes the server hold nothing but what it says."""
    many = client.frame(CONT, fin=False) * 10_000

    def exchange() -> None:
        client.send(many)
        client.send_frame(PING, b"taken")
        assert client.receive() == (PONG, b"taken")

    client.send_frame(TEXT, client.message("at last")[:9], fin=False)
    exchange()
    before = in_use()
    for _ in range(3):
        exchange()
    grown = in_use() - before
    client.send_frame(CONT, client.message("at last")[9:])

    assert client.hear()["Content"] == "at last"
    assert grown < 10_000


# What is against the protocol.


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        pytest.param(b"\x81\x02hi", 1002, id="not masked"),
        pytest.param(b"\xc1\x82" + NOTHING + b"hi", 1002, id="compressed"),
        pytest.param(b"\xa1\x82" + NOTHING + b"hi", 1002, id="reserved bit 2"),
        pytest.param(b"\x91\x82" + NOTHING + b"hi", 1002, id="reserved bit 3"),
        *(
            pytest.param(bytes([128 | n, 128]) + NOTHING, 1002, id=f"opcode {n}")
            for n in (3, 7, 11, 15)
        ),
        pytest.param(b"\x80\x80" + NOTHING, 1002, id="goes on with nothing"),
        pytest.param(
            b"\x01\x80" + NOTHING + b"\x81\x80" + NOTHING, 1002, id="does not go on"
        ),
        pytest.param(b"\x09\x80" + NOTHING, 1002, id="fragment of a ping"),
        pytest.param(
            b"\x89\xfe\x00\x7e" + NOTHING + b"a" * 126, 1002, id="ping of 126 bytes"
        ),
        pytest.param(b"\x88\x81" + NOTHING + b"a", 1002, id="half a close code"),
        pytest.param(b"\x88\x82" + NOTHING + b"\x03\xed", 1002, id="close with 1005"),
        pytest.param(b"\x88\x82" + NOTHING + b"\x00\x00", 1002, id="close with 0"),
        pytest.param(
            b"\x88\x83" + NOTHING + b"\x03\xe8\xff", 1007, id="reason that is no text"
        ),
        pytest.param(b"\x81\x82" + NOTHING + b"\xc3\x28", 1007, id="no UTF-8"),
        pytest.param(b"\x82\x82" + NOTHING + b"\xc3\x28", 1007, id="binary, no UTF-8"),
        pytest.param(
            b"\x01\x81" + NOTHING + b"\xc3" + b"\x80\x80" + NOTHING,
            1007,
            id="half a character in fragments",
        ),
        pytest.param(b"\x81\x83" + NOTHING + b"\xed\xa0\x80", 1007, id="surrogate"),
        pytest.param(b"\x81\xfe\x40\x01", 1009, id="16,385 bytes"),
        pytest.param(b"\x81\xff" + b"\x7f" + b"\xff" * 7, 1009, id="2**63 bytes"),
        pytest.param(
            b"\x01\xfe\x40\x00" + NOTHING + b"a" * MOST + b"\x80\x81",
            1009,
            id="16,385 bytes in fragments",
        ),
    ],
)
def test_violation_closes_with_the_code_of_the_rfc(
    lobby: "Lobby", client: "RawClient", frames: bytes, code: int
) -> None:
    """WS-CLOSE-13: after it nothing is taken, and nothing comes any more."""
    client.send(frames + client.frame(TEXT, client.message("too late")))

    assert client.closing()[0] == code
    lobby.wait_until(lambda: not len(lobby.core.service.live.sessions))
    lobby.event("too late")
    assert client.at_end()


def test_messages_before_a_violation_are_delivered(
    lobby: "Lobby", client: "RawClient"
) -> None:
    """The sender still gets its own, before the close."""
    other = lobby.connect("bob")

    client.send(client.frame(TEXT, client.message("hello")) + b"\x81\x02hi")

    assert other.hear()["Content"] == "hello"
    assert client.hear()["Content"] == "hello"
    assert client.closing()[0] == 1002
