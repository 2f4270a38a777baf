"""Members of a wrong JSON type, or null where no null may be (contract.md 2.4).

A whole number written `60.0` is not judged, and null in a member's place is absence.
"""

from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import ChatTokens, Rooms, case, verifies
from ivschat_conformance.fixtures.control_plane import ControlPlane

# One value of each type that JSON has, null apart.
TYPES = {
    "true": True,
    "number": 7,
    "text": "60",
    "array": ["60"],
    "object": {"k": "60"},
}
NO_INTEGERS = {
    "fraction": 1.5,
    "past-32-bits": 2_147_483_648,
    "past-64-bits": 9_223_372_036_854_775_808,
    "below-32-bits": -2_147_483_649,
}


def _others(own: str) -> dict[str, Any]:
    """Return the values of every type but a member's own."""
    return {kind: value for kind, value in TYPES.items() if kind != own}


def _rows(*members: tuple[str, dict[str, Any], Any]) -> list[Any]:
    """Return a row for each member and each value that is not of its type."""
    return [
        case(member, value, right, name=f"{member}-{kind}")
        for member, wrong, right in members
        for kind, value in wrong.items()
    ]


def _no_text(kind: str, text: str) -> object:
    """Return a value of another type, or one that wraps a text that would do."""
    wrapped = {"array": [text], "object": {"k": text}}
    return wrapped.get(kind, TYPES[kind])


every_type_but_text = pytest.mark.parametrize(
    "kind", ["true", "number", "array", "object"]
)

OF_A_CHAT_TOKEN = _rows(
    ("userId", _others("text"), "user-1"),
    (
        "capabilities",
        _others("array") | {"text": "SEND_MESSAGE"},
        ["SEND_MESSAGE"],
    ),
    ("sessionDurationInMinutes", _others("number") | NO_INTEGERS, 60),
    ("attributes", _others("object"), {"k": "60"}),
)
OF_A_ROOM = _rows(
    ("name", _others("text"), "60"),
    ("maximumMessageRatePerSecond", _others("number") | NO_INTEGERS, 60),
    ("maximumMessageLength", _others("number") | NO_INTEGERS, 60),
    ("messageReviewHandler", _others("object"), {"uri": ""}),
    ("tags", _others("object"), {"k": "60"}),
    ("loggingConfigurationIdentifiers", _others("array"), []),
)


@verifies("PARSE-04")
@pytest.mark.parametrize(("member", "wrong", "right"), OF_A_CHAT_TOKEN)
def test_member_of_a_chat_token_has_one_type(
    chat_tokens: ChatTokens, member: str, wrong: object, right: object
) -> None:
    """A value of another type is refused, not made into one of the right type."""
    refused = chat_tokens.ask(**{member: wrong})
    twin = chat_tokens.ask(**{member: right})

    expect.refused_somehow(refused, field=member)
    expect.twin_accepted(twin)


@verifies("PARSE-04")
@every_type_but_text
def test_room_of_a_chat_token_is_a_text(
    chat_tokens: ChatTokens, room: str, kind: str
) -> None:
    """An ARN wrapped in something else is no ARN."""
    refused = chat_tokens.ask(roomIdentifier=_no_text(kind, room))
    twin = chat_tokens.ask()

    expect.refused_somehow(refused, field="roomIdentifier")
    expect.twin_accepted(twin)


@verifies("PARSE-04")
@every_type_but_text
def test_capability_is_a_text(chat_tokens: ChatTokens, kind: str) -> None:
    """A capability wrapped in something else is none."""
    refused = chat_tokens.ask(capabilities=[_no_text(kind, "SEND_MESSAGE")])
    twin = chat_tokens.ask(capabilities=["SEND_MESSAGE"])

    expect.refused_somehow(refused)
    expect.twin_accepted(twin)


@verifies("PARSE-04")
@every_type_but_text
def test_value_of_an_attribute_is_a_text(chat_tokens: ChatTokens, kind: str) -> None:
    """Attributes have no numbers and nothing within them."""
    refused = chat_tokens.ask(attributes={"k": _no_text(kind, "60")})
    twin = chat_tokens.ask(attributes={"k": "60"})

    expect.refused_somehow(refused)
    expect.twin_accepted(twin)


@verifies("PARSE-04")
@pytest.mark.parametrize(("member", "wrong", "right"), OF_A_ROOM)
def test_member_of_a_room_has_one_type(
    rooms: Rooms, member: str, wrong: object, right: object
) -> None:
    """A value of another type is refused, not made into one of the right type."""
    refused = rooms.create(**{member: wrong})
    twin = rooms.create(**{member: right})

    expect.refused_somehow(refused, field=member)
    expect.twin_accepted(twin)


@verifies("PARSE-04")
@every_type_but_text
@pytest.mark.parametrize(
    ("member", "held", "right"),
    [
        case("messageReviewHandler", "uri", {"uri": ""}, name="uri"),
        case(
            "messageReviewHandler",
            "fallbackResult",
            {"fallbackResult": "DENY", "uri": ""},
            name="fallbackResult",
        ),
        case("tags", "k", {"k": "60"}, name="tag"),
    ],
)
def test_what_a_member_of_a_room_holds_is_text(
    rooms: Rooms, member: str, held: str, right: dict[str, str], kind: str
) -> None:
    """A handler's uri and fallback, and each tag's value, are JSON strings."""
    refused = rooms.create(**{member: {**right, held: _no_text(kind, "60")}})
    twin = rooms.create(**{member: right})

    expect.refused_somehow(refused)
    expect.twin_accepted(twin)


@verifies("PARSE-04")
@every_type_but_text
def test_logging_configuration_of_a_room_is_a_text(rooms: Rooms, kind: str) -> None:
    """Each identifier of one is a JSON string."""
    refused = rooms.create(loggingConfigurationIdentifiers=[_no_text(kind, "60")])
    twin = rooms.create(loggingConfigurationIdentifiers=[])

    expect.refused_somehow(refused)
    expect.twin_accepted(twin)


@verifies("PARSE-04")
@pytest.mark.parametrize("operation", ["GetRoom", "DeleteRoom"])
@every_type_but_text
def test_identifier_is_a_text(
    api: ControlPlane, rooms: Rooms, operation: str, kind: str
) -> None:
    """An ARN wrapped in something else is no ARN."""
    arn = rooms.new()

    refused = api.call(operation, {"identifier": _no_text(kind, arn)})
    twin = api.call("GetRoom", {"identifier": arn})

    expect.refused_somehow(refused, field="identifier")
    expect.twin_accepted(twin)


@verifies("PARSE-05")
@pytest.mark.parametrize(
    ("members", "right"),
    [
        case({"capabilities": [None]}, {"capabilities": []}, name="capability"),
        case(
            {"capabilities": ["SEND_MESSAGE", None]},
            {"capabilities": ["SEND_MESSAGE"]},
            name="second-capability",
        ),
        case({"attributes": {"k": None}}, {"attributes": {}}, name="attribute"),
        case(
            {"attributes": {"a": "v", "b": None}},
            {"attributes": {"a": "v"}},
            name="second-attribute",
        ),
    ],
)
def test_null_within_a_member_of_a_chat_token_is_refused(
    chat_tokens: ChatTokens, members: dict[str, Any], right: dict[str, Any]
) -> None:
    """A list or a map has no absent entries: null in one is no text."""
    refused = chat_tokens.ask(**members)
    twin = chat_tokens.ask(**right)

    expect.refused_somehow(refused)
    expect.twin_accepted(twin)


@verifies("PARSE-05")
@pytest.mark.parametrize(
    "tags",
    [case({"k": None}, name="tag"), case({"a": "v", "b": None}, name="second-tag")],
)
def test_null_for_a_tag_is_refused(rooms: Rooms, tags: dict[str, Any]) -> None:
    """A map has no absent entries: null in one is no text."""
    refused = rooms.create(tags=tags)
    twin = rooms.create(tags={"k": "v"})

    expect.refused_somehow(refused)
    expect.twin_accepted(twin)
