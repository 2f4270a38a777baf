"""What CreateRoom takes: name, limits, review handler, logging (contract.md 3)."""

from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import Rooms, case, verifies


def _expect_refused(
    rooms: Rooms, field: str, member: str, *, value: Any, twin_value: Any
) -> None:
    """Expect no room with this value of the member, and one with the twin's."""
    refused = rooms.create(**{member: value})
    twin = rooms.create(**{member: twin_value})

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
    _expect_refused(rooms, "name", "name", value=name, twin_value="lobby")


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
    _expect_refused(rooms, "name", "name", value=name, twin_value="lobby")


@verifies("VAL-09")
def test_rooms_may_share_a_name(rooms: Rooms) -> None:
    """Names need not be unique."""
    exchanges = [rooms.create(name="lobby") for _ in range(2)]

    for exchange in exchanges:
        expect.accepted(exchange)


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
    _expect_refused(rooms, member, member, value=value, twin_value=50)


@verifies("VAL-18")
def test_review_handler_may_be_empty(rooms: Rooms) -> None:
    """An empty uri is legal, and means that there is no handler."""
    exchange = rooms.create(messageReviewHandler={"uri": ""})

    expect.accepted(exchange)


@verifies("VAL-18")
@pytest.mark.parametrize(
    "name",
    [
        case("f", name="one-letter"),
        case("review:1", name="a-version"),
        case("review:$LATEST", name="the-latest-version"),
        case("Review_2-b:live", name="an-alias"),
        case(169, name="169-characters"),
        case(170, name="170-characters"),
    ],
)
def test_review_handler_may_be_any_function(rooms: Rooms, name: str | int) -> None:
    """Where a plain function is taken, so is one of every name, up to 170 in all."""
    function = _function(rooms)
    if rooms.create(messageReviewHandler={"uri": f"{function}review"}).status != 200:
        pytest.skip("the target takes no function that it cannot invoke")
    name = name if isinstance(name, str) else "f" * (name - len(function))

    exchange = rooms.create(messageReviewHandler={"uri": function + name})

    expect.accepted(exchange)


@verifies("VAL-18")
@pytest.mark.parametrize("length", [171, 172, 1_000])
def test_review_handler_past_170_characters_is_refused(
    rooms: Rooms, length: int
) -> None:
    """One character more than 170 is too many."""
    function = _function(rooms)
    uri = function + "f" * (length - len(function))

    _expect_refused(
        rooms,
        "uri",
        "messageReviewHandler",
        value={"uri": uri},
        twin_value={"uri": ""},
    )


@verifies("VAL-18")
@pytest.mark.parametrize(
    "uri",
    [
        case("review", name="only-a-name"),
        case(" ", name="a-space"),
        case("arn:aws:lambda:us-west-2:123456789012:function:", name="no-name"),
        case("arn:aws:lambda:us-west-2:123456789012:function", name="no-colon"),
        case("arn:aws:lambda:us-west-2:123456789012:function/f", name="a-slash"),
        case("arn:aws:lambda:us-west-2:123456789012:Function:f", name="capital-type"),
        case("arn:aws:lambda:us-west-2:123456789012:layer:review", name="a-layer"),
        case("arn:aws:lambda:us-west-2:12345678901:function:f", name="11-digits"),
        case("arn:aws:lambda:us-west-2:1234567890123:function:f", name="13-digits"),
        case("arn:aws:lambda:us-west-2:12345678901a:function:f", name="a-letter"),
        case("arn:aws:lambda:us-west-2::function:f", name="no-account"),
        case("arn:aws:lambda::123456789012:function:f", name="no-region"),
        case("arn:aws:lambda:US-WEST-2:123456789012:function:f", name="capital-region"),
        case("arn:aws:sns:us-west-2:123456789012:function:f", name="another-service"),
        case("arn:aws-cn:lambda:cn-north-1:123456789012:function:f", name="partition"),
        case("ARN:aws:lambda:us-west-2:123456789012:function:f", name="capital-arn"),
        case("https://example.com/review", name="a-url"),
    ],
)
def test_review_handler_of_another_form_is_refused(rooms: Rooms, uri: str) -> None:
    """Anything but a Lambda function's ARN."""
    _expect_refused(
        rooms,
        "uri",
        "messageReviewHandler",
        value={"uri": uri},
        twin_value={"uri": ""},
    )


@verifies("VAL-02")
@pytest.mark.parametrize(
    "before",
    [case(" ", name="space"), case("x", name="letter"), case("\n", name="line")],
)
def test_pattern_is_for_the_whole_uri(rooms: Rooms, before: str) -> None:
    """A function's ARN with something before it is none."""
    uri = f"{before}{_function(rooms)}review"

    _expect_refused(
        rooms,
        "uri",
        "messageReviewHandler",
        value={"uri": uri},
        twin_value={"uri": ""},
    )


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
    _expect_refused(
        rooms,
        "fallbackResult",
        "messageReviewHandler",
        value={"uri": "", "fallbackResult": result},
        twin_value={"uri": "", "fallbackResult": "DENY"},
    )


@verifies("VAL-22")
@pytest.mark.parametrize("result", ["allow", "Deny", "aLLOW", "deny"])
def test_case_of_a_word_counts(rooms: Rooms, result: str) -> None:
    """An enum's member is written in capitals."""
    _expect_refused(
        rooms,
        "fallbackResult",
        "messageReviewHandler",
        value={"uri": "", "fallbackResult": result},
        twin_value={"uri": "", "fallbackResult": "DENY"},
    )


def _account(rooms: Rooms) -> str:
    """Return what the target's own ARNs have before the resource."""
    return rooms.new().rpartition(":")[0]


def _function(rooms: Rooms) -> str:
    """Return the ARN of a function of the rooms' own account, up to its name."""
    return f"{_account(rooms).replace(':ivschat:', ':lambda:')}:function:"
