"""What CreateRoom takes: name, limits, tags, review handler (contract.md 3)."""

from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import Rooms, case, verifies

FUNCTION = "arn:aws:lambda:us-west-2:123456789012:function:"


def _refused_beside_a_twin(rooms: Rooms, field: str, **members: Any) -> None:
    refused = rooms.create(**members)
    twin = rooms.create()

    expect.refused(refused, field=field)
    expect.twin_accepted(twin)


@verifies("VAL-09")
@pytest.mark.parametrize(
    "name",
    [
        case("", name="empty"),
        case("a", name="one-letter"),
        case("-", name="hyphen"),
        case("_", name="underscore"),
        case("Lobby_1-a", name="every-kind"),
        case("0123456789", name="digits"),
        case("n" * 127, name="127-characters"),
        case("n" * 128, name="128-characters"),
    ],
)
def test_room_name_of_the_alphabet_is_accepted(rooms: Rooms, name: str) -> None:
    """Letters, digits, hyphens and underscores, up to 128, or none."""
    exchange = rooms.create(name=name)

    expect.accepted(exchange)


@verifies("VAL-09")
@pytest.mark.parametrize(
    "name",
    [
        case("n" * 129, name="129-characters"),
        case("a b", name="space"),
        case("a.b", name="point"),
        case("a/b", name="slash"),
        case("a:b", name="colon"),
        case("a@b", name="at-sign"),
        case("Zoë", name="accent"),
        case("日本", name="japanese"),
        case("😀", name="emoji"),
        case("\u0661", name="another-digit"),
        case("\u212a", name="kelvin-sign"),
    ],
)
def test_room_name_beyond_the_alphabet_is_refused(rooms: Rooms, name: str) -> None:
    """Nothing else, and no 129 characters."""
    _refused_beside_a_twin(rooms, "name", name=name)


@verifies("VAL-02")
@pytest.mark.parametrize(
    "name",
    [
        case("lobby\n", name="newline-after"),
        case("\nlobby", name="newline-before"),
        case("lobby\nbar", name="two-lines"),
        case(" lobby", name="space-before"),
        case("lobby ", name="space-after"),
        case("\n", name="a-newline-alone"),
    ],
)
def test_pattern_is_for_the_whole_name(rooms: Rooms, name: str) -> None:
    """A name with something around it is no name."""
    _refused_beside_a_twin(rooms, "name", name=name)


@verifies("VAL-09")
def test_rooms_may_share_a_name(rooms: Rooms) -> None:
    """Names need not be unique."""
    exchanges = [rooms.create(name="lobby") for _ in range(2)]

    for exchange in exchanges:
        expect.accepted(exchange)


@verifies("VAL-13")
@pytest.mark.parametrize(
    "tags",
    [
        case({}, name="none"),
        case({f"k{n}": "v" for n in range(50)}, name="50-tags"),
        case({"k" * 128: "v"}, name="key-of-128"),
        case({"é" * 128: "v"}, name="key-of-128-two-byte-characters"),
        case({"k": ""}, name="empty-value"),
        case({"k": "v" * 256}, name="value-of-256"),
        case({"k": "é" * 256}, name="value-of-256-two-byte-characters"),
    ],
)
def test_tags_within_the_limits_are_accepted(
    rooms: Rooms, tags: dict[str, str]
) -> None:
    """50 tags, keys of 1 to 128 and values of 0 to 256 characters."""
    exchange = rooms.create(tags=tags)

    expect.accepted(exchange)


@verifies("VAL-13")
@pytest.mark.parametrize(
    "tags",
    [
        case({f"k{n}": "v" for n in range(51)}, name="51-tags"),
        case({"": "v"}, name="empty-key"),
        case({"k" * 129: "v"}, name="key-of-129"),
        case({"é" * 129: "v"}, name="key-of-129-two-byte-characters"),
        case({"k": "v" * 257}, name="value-of-257"),
        case({"k": "é" * 257}, name="value-of-257-two-byte-characters"),
        case({"a": "v", "b": "v" * 257}, name="one-of-two"),
    ],
)
def test_tags_past_the_limits_are_refused(rooms: Rooms, tags: dict[str, str]) -> None:
    """One past each limit."""
    _refused_beside_a_twin(rooms, "tags", tags=tags)


@verifies("VAL-17")
@pytest.mark.parametrize(
    ("member", "value"),
    [
        case(member, value, name=f"{member}-{value}")
        for member, values in (
            ("maximumMessageLength", (1, 2, 499, 500)),
            ("maximumMessageRatePerSecond", (1, 2, 10, 99, 100)),
        )
        for value in values
    ],
)
def test_limit_of_messages_within_its_own_limits_is_accepted(
    rooms: Rooms, member: str, value: int
) -> None:
    """Messages of 1 to 500 characters, 1 to 100 of them a second."""
    exchange = rooms.create(**{member: value})

    expect.accepted(exchange)


@verifies("VAL-17")
@pytest.mark.parametrize(
    ("member", "value"),
    [
        case(member, value, name=f"{member}-{value}")
        for member, values in (
            ("maximumMessageLength", (-1, 0, 501, 2_147_483_647)),
            ("maximumMessageRatePerSecond", (-1, 0, 101, 2_147_483_647)),
        )
        for value in values
    ],
)
def test_limit_of_messages_past_its_own_limits_is_refused(
    rooms: Rooms, member: str, value: int
) -> None:
    """One past each limit, and far past it."""
    _refused_beside_a_twin(rooms, member, **{member: value})


@verifies("VAL-18")
@pytest.mark.parametrize(
    "uri",
    [
        case("", name="empty"),
        case(f"{FUNCTION}review", name="a-function"),
        case(f"{FUNCTION}review:1", name="a-version"),
        case(f"{FUNCTION}f", name="one-letter"),
        case(f"{FUNCTION}{'f' * (170 - len(FUNCTION))}", name="170-characters"),
    ],
)
def test_review_handler_is_a_function_or_empty(rooms: Rooms, uri: str) -> None:
    """The ARN is well-formed; whether the function may be invoked is another matter."""
    exchange = rooms.create(messageReviewHandler={"uri": uri})

    assert exchange.error_type != "ValidationException" or not any(
        "uri" in field for field in exchange.fields
    ), "the uri was refused for its form"
    if not uri:
        expect.accepted(exchange)


@verifies("VAL-18")
@pytest.mark.parametrize(
    "uri",
    [
        case(f"{FUNCTION}{'f' * (171 - len(FUNCTION))}", name="171-characters"),
        case("review", name="only-a-name"),
        case(FUNCTION, name="no-name"),
        case("arn:aws:lambda:us-west-2:123456789012:layer:review", name="a-layer"),
        case("arn:aws:lambda:us-west-2:12345678901:function:f", name="11-digits"),
        case("arn:aws:lambda:us-west-2:1234567890123:function:f", name="13-digits"),
        case("arn:aws:lambda:US-WEST-2:123456789012:function:f", name="capital-region"),
        case("arn:aws:sns:us-west-2:123456789012:function:f", name="another-service"),
        case("https://example.com/review", name="a-url"),
        case(f" {FUNCTION}review", name="space-before"),
    ],
)
def test_review_handler_of_another_form_is_refused(rooms: Rooms, uri: str) -> None:
    """Anything but a Lambda function's ARN."""
    _refused_beside_a_twin(rooms, "uri", messageReviewHandler={"uri": uri})


@verifies("VAL-19")
@pytest.mark.parametrize("result", ["ALLOW", "DENY"])
def test_fallback_result_is_allow_or_deny(rooms: Rooms, result: str) -> None:
    """Both words are legal."""
    exchange = rooms.create(messageReviewHandler={"uri": "", "fallbackResult": result})

    expect.accepted(exchange)


@verifies("VAL-19")
@pytest.mark.parametrize(
    "result",
    [
        case("", name="empty"),
        case("MAYBE", name="another-word"),
        case("ALLOW,DENY", name="both"),
    ],
)
def test_fallback_result_of_another_word_is_refused(rooms: Rooms, result: str) -> None:
    """No other word is."""
    handler = {"uri": "", "fallbackResult": result}

    _refused_beside_a_twin(rooms, "fallbackResult", messageReviewHandler=handler)


@verifies("VAL-22")
@pytest.mark.parametrize("result", ["allow", "Deny", "aLLOW", "deny"])
def test_case_of_a_word_counts(rooms: Rooms, result: str) -> None:
    """An enum's member is written in capitals."""
    handler = {"uri": "", "fallbackResult": result}

    _refused_beside_a_twin(rooms, "fallbackResult", messageReviewHandler=handler)
