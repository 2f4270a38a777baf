"""What a message may say, how much of it, and that it arrives untouched."""

import pytest

from ivschat_conformance.fixtures.cases import Rooms, case, verifies
from ivschat_conformance.fixtures.chat_connection import ChatConnection
from ivschat_conformance.fixtures.connections import Connections

FAMILY = "👩‍👩‍👧‍👦"  # seven code points: four people and three joiners

# One code point each, of one to four bytes in UTF-8; those of four are two in UTF-16.
ONE_CODE_POINT = {
    "one-byte": "a",
    "two-bytes": "é",
    "three-bytes": "€",
    "four-bytes": "😀",
    "combining": "\u0301",
}

UNTOUCHED = {
    "markup": "<b>bold</b> & <i>italic</i>",
    "script": "<script>alert('x')</script>",
    "entities": "&lt;b&gt; &amp;amp; &#39;",
    "json": '{"Type":"MESSAGE","Content":"x"}',
    "backslashes": "a\\b \\n \\u0041 \\",
    "percent": "100%25 %s %(name)s {name}",
    "spaces-around": "  a  b  ",
    "spaces-only": "   ",
    "newlines": "\n a\nb\r\n\n",
    "no-break-space": "\u00a0a\u202fb\u3000",
    "byte-order-mark": "\ufeffa",
    "nul": "a\x00b",
    "controls": "\x01\x07\x08\x1b[31m\x7f\x85",
    "composed": "\u00e9",
    "decomposed": "e\u0301",
    "full-width": "\uff21\uff22",
    "right-to-left": "مرحبا שלום",
    "direction-override": "a\u202ecba\u202c \u2067b\u2069",
    "family": FAMILY,
    "many-accents": "e" + "\u0301\u0327" * 20,
    "no-character": "\ufffe\uffff\U0010ffff",
    "profanity-like": "f*** @everyone /ban bob #topic",
}


@pytest.fixture
def alice(connections: Connections, rooms: Rooms) -> ChatConnection:
    """Give a session that may send, in a room with all its defaults."""
    return _sender(connections, rooms.new())


def _sender(connections: Connections, room: str) -> ChatConnection:
    return connections.open(user_id="alice", capabilities=["SEND_MESSAGE"], room=room)


@verifies("WS-REQ-09")
@pytest.mark.parametrize("limit", [2, 10, 240, 499, 500])
def test_content_below_the_rooms_limit_is_accepted(
    connections: Connections, rooms: Rooms, limit: int
) -> None:
    """A character less than the limit is legal, whatever the limit is."""
    alice = _sender(connections, rooms.new(maximumMessageLength=limit))

    alice.send("a" * (limit - 1))

    assert len(alice.next_message().content) == limit - 1, "the length is another"


@verifies("WS-REQ-09")
@pytest.mark.parametrize("limit", [2, 10, 240, 499, 500])
def test_content_over_the_rooms_limit_is_refused(
    connections: Connections, rooms: Rooms, limit: int
) -> None:
    """A character more than the limit reaches nobody."""
    alice = _sender(connections, rooms.new(maximumMessageLength=limit))

    alice.send("a" * (limit + 1))

    _expect_too_long(alice, "a")


@verifies("WS-REQ-09")
def test_limit_of_a_room_without_settings_is_500(alice: ChatConnection) -> None:
    """Where nobody has said anything, 499 characters fit and 501 do not."""
    alice.send("a" * 499)
    assert len(alice.next_message().content) == 499, "the length is another"

    alice.send("a" * 501)
    _expect_too_long(alice, "a")


@verifies("WS-REQ-10")
@pytest.mark.parametrize(
    "character", [case(text, name=name) for name, text in ONE_CODE_POINT.items()]
)
def test_499_code_points_fit_however_many_bytes_they_have(
    alice: ChatConnection, character: str
) -> None:
    """499 emoji of one code point each are as long as 499 letters."""
    alice.send(character * 499)

    assert len(alice.next_message().content) == 499, "the length is another"


@verifies("WS-REQ-10")
@pytest.mark.parametrize(
    "text",
    [
        case("é" * 600, name="600-letters-of-two-bytes"),
        case("😀" * 600, name="600-emoji"),
        case(FAMILY * 72, name="504-in-72-families"),
        case("e\u0301" * 300, name="600-in-300-letters-with-accents"),
        case("🇨🇭" * 300, name="600-in-300-flags"),
        case("\r\n" * 300, name="600-in-300-line-ends"),
    ],
)
def test_code_points_over_500_do_not_fit_however_few_they_look(
    alice: ChatConnection, text: str
) -> None:
    """A family emoji of 7 code points counts 7: 72 families are too many."""
    alice.send(text)

    _expect_too_long(alice, text[:10])


@verifies("WS-REQ-10")
@pytest.mark.parametrize(
    ("limit", "text"),
    [
        case(500, FAMILY * 71, name="497-in-71-families"),
        case(20, FAMILY * 2, name="14-in-2-families"),
        case(20, "😀" * 19, name="19-emoji"),
        case(20, "🇨🇭" * 9, name="18-in-9-flags"),
        case(20, "e\u0301" * 9, name="18-in-9-letters-with-accents"),
    ],
)
def test_characters_of_many_code_points_fit_as_long_as_those_do(
    connections: Connections, rooms: Rooms, limit: int, text: str
) -> None:
    """A family emoji of 7 code points counts 7, and neither 11 nor 25."""
    alice = _sender(connections, rooms.new(maximumMessageLength=limit))

    alice.send(text)

    assert alice.next_message().content == text, "the content is another"


@verifies("WS-REQ-12")
def test_empty_content_is_a_400(alice: ChatConnection) -> None:
    """A message says something."""
    alice.send("")

    assert alice.next_error().error_code == 400, "the ERROR is no 400"
    twin = alice.quiet_until(alice.send("a"))
    assert twin.kind == "MESSAGE", "a message that says something was refused as well"


@verifies("WS-REQ-13")
@pytest.mark.parametrize(
    "text", [case(text, name=name) for name, text in UNTOUCHED.items()]
)
def test_content_arrives_as_it_was_sent(connections: Connections, text: str) -> None:
    """Nothing is trimmed, escaped, normalized or taken out on the way."""
    bob = connections.open(user_id="bob")
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    alice.send(text)

    assert bob.next_message().content == text, "the content is another"


@verifies("WS-ERR-14")
@pytest.mark.parametrize(
    ("limit", "length"),
    [case(500, 5_000, name="any-rooms"), case(20, 200, name="this-rooms")],
)
def test_code_of_content_that_is_far_too_long_is_400_or_413(
    connections: Connections, rooms: Rooms, limit: int, length: int
) -> None:
    """AWS's table has 413 for a field that is too large, and its sample 400."""
    alice = _sender(connections, rooms.new(maximumMessageLength=limit))

    alice.send("a" * length)

    code = alice.next_error().error_code
    assert code in {400, 413}, f"the ERROR is {code}, neither 400 nor 413"


def _expect_too_long(alice: ChatConnection, twin: str) -> None:
    """Expect an ERROR that has to do with the request, and that nothing was sent."""
    code = alice.next_error().error_code
    assert 400 <= code < 500, f"the ERROR is {code}"
    marker = alice.quiet_until(alice.send(twin))
    assert marker.kind == "MESSAGE", "a shorter message was refused as well"
