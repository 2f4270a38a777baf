"""How the members of a request are named, and what null and others mean."""

from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import (
    WITHOUT,
    ChatTokens,
    Rooms,
    case,
    verifies,
)
from ivschat_conformance.fixtures.control_plane import ControlPlane

# Two values each that no server may take, of a wrong type and out of bounds: a server
# that lets one of them pass still shows by the other that it reads the member.
OF_NO_CHAT_TOKEN = [
    case("roomIdentifier", ([], "room"), name="roomIdentifier"),
    case("userId", ([], ""), name="userId"),
    case("capabilities", ({}, ["BAN_USER"]), name="capabilities"),
    case("sessionDurationInMinutes", ("60", 10_000), name="sessionDurationInMinutes"),
    case("attributes", ([], {"k": "v" * 2_100}), name="attributes"),
]
OF_NO_ROOM = [
    case("name", ([], "two words"), name="name"),
    case("maximumMessageRatePerSecond", ("10", 101), name="rate"),
    case("maximumMessageLength", ("10", 501), name="length"),
    case("messageReviewHandler", ([], {"fallbackResult": "NO"}), name="handler"),
    case("tags", ([], {"k": "v" * 257}), name="tags"),
    case("loggingConfigurationIdentifiers", ({}, ["log"]), name="logging"),
]


@verifies("HTTP-REQ-07")
@pytest.mark.parametrize(("member", "values"), OF_NO_CHAT_TOKEN)
def test_member_of_a_chat_token_is_read_under_its_name(
    chat_tokens: ChatTokens, member: str, values: tuple[Any, ...]
) -> None:
    """What stands under the lower-camel name counts."""
    statuses = [chat_tokens.ask(**{member: value}).status for value in values]
    twin = chat_tokens.ask()

    assert any(400 <= status < 500 for status in statuses), f"{member} is not read"
    expect.twin_accepted(twin)


@verifies("HTTP-REQ-07")
@pytest.mark.parametrize(("member", "values"), OF_NO_ROOM)
def test_member_of_a_room_is_read_under_its_name(
    rooms: Rooms, member: str, values: tuple[Any, ...]
) -> None:
    """What stands under the lower-camel name counts."""
    statuses = [rooms.create(**{member: value}).status for value in values]
    twin = rooms.create()

    assert any(400 <= status < 500 for status in statuses), f"{member} is not read"
    expect.twin_accepted(twin)


@verifies("HTTP-REQ-08")
@pytest.mark.parametrize(
    ("member", "spelling"),
    [
        case("roomIdentifier", "RoomIdentifier", name="RoomIdentifier"),
        case("roomIdentifier", "roomidentifier", name="roomidentifier"),
        case("roomIdentifier", "ROOMIDENTIFIER", name="ROOMIDENTIFIER"),
        case("roomIdentifier", "room_identifier", name="room_identifier"),
        case("userId", "UserId", name="UserId"),
        case("userId", "userid", name="userid"),
        case("userId", "userID", name="userID"),
    ],
)
def test_required_member_in_another_spelling_is_missing(
    chat_tokens: ChatTokens, member: str, spelling: str
) -> None:
    """Names are compared letter by letter."""
    value = chat_tokens.valid[member]

    refused = chat_tokens.ask(**{member: WITHOUT, spelling: value})
    twin = chat_tokens.ask()

    expect.refused(refused, field=member)
    expect.twin_accepted(twin)


@verifies("HTTP-REQ-08")
def test_identifier_in_another_spelling_is_missing(
    api: ControlPlane, room: str
) -> None:
    """`Identifier` is not GetRoom's `identifier`."""
    refused = api.call("GetRoom", {"Identifier": room})
    twin = api.call("GetRoom", {"identifier": room})

    expect.refused(refused, field="identifier")
    expect.twin_accepted(twin)


@verifies("HTTP-REQ-09")
@pytest.mark.parametrize(
    "member",
    [
        case({"color": "red"}, name="text"),
        case({"color": 7}, name="number"),
        case({"color": None}, name="null"),
        case({"color": ["red", {"k": [1.5]}]}, name="array"),
        case({"color": {"roomIdentifier": 1}}, name="object"),
        case({"": "red"}, name="empty-name"),
        case({"tags": {"k": "v"}}, name="member-of-another-operation"),
    ],
)
def test_unknown_member_of_a_chat_token_is_ignored(
    chat_tokens: ChatTokens, member: dict[str, Any]
) -> None:
    """What the operation does not know does not matter, of whatever type it is."""
    exchange = chat_tokens.ask(**member)
    twin = chat_tokens.ask()

    expect.accepted(exchange)
    expect.twin_accepted(twin)


@verifies("HTTP-REQ-09")
@pytest.mark.parametrize(
    "members",
    [
        case({"color": "red"}, name="at-the-top"),
        case({"messageReviewHandler": {"uri": "", "color": "red"}}, name="within"),
    ],
)
def test_unknown_member_of_a_room_is_ignored(
    rooms: Rooms, members: dict[str, Any]
) -> None:
    """What the operation does not know does not matter, however deep it stands."""
    exchange = rooms.create(**members)
    twin = rooms.create(messageReviewHandler={"uri": ""})

    expect.accepted(exchange)
    expect.twin_accepted(twin)


@verifies("HTTP-REQ-10")
@pytest.mark.parametrize(
    "member", ["capabilities", "sessionDurationInMinutes", "attributes"]
)
def test_null_for_an_optional_member_of_a_chat_token_is_as_if_absent(
    chat_tokens: ChatTokens, member: str
) -> None:
    """Null is no value of a wrong type."""
    exchange = chat_tokens.ask(**{member: None})

    expect.accepted(exchange)


@verifies("HTTP-REQ-10")
@pytest.mark.parametrize(
    "members",
    [
        case({"name": None}, name="name"),
        case({"maximumMessageRatePerSecond": None}, name="rate"),
        case({"maximumMessageLength": None}, name="length"),
        case({"messageReviewHandler": None}, name="handler"),
        case({"messageReviewHandler": {"uri": None}}, name="uri"),
        case(
            {"messageReviewHandler": {"uri": "", "fallbackResult": None}},
            name="fallbackResult",
        ),
        case({"tags": None}, name="tags"),
        case({"loggingConfigurationIdentifiers": None}, name="logging"),
    ],
)
def test_null_for_an_optional_member_of_a_room_is_as_if_absent(
    rooms: Rooms, members: dict[str, Any]
) -> None:
    """Null is no value of a wrong type."""
    exchange = rooms.create(**members)

    expect.accepted(exchange)


@verifies("HTTP-REQ-10")
@pytest.mark.parametrize("member", ["roomIdentifier", "userId"])
def test_null_for_a_required_member_of_a_chat_token_is_missing(
    chat_tokens: ChatTokens, member: str
) -> None:
    """A required member that is null breaks the rule of one that is not there."""
    refused = chat_tokens.ask(**{member: None})
    twin = chat_tokens.ask()

    expect.refused(refused, field=member)
    expect.twin_accepted(twin)


@verifies("HTTP-REQ-10")
@pytest.mark.parametrize("operation", ["GetRoom", "DeleteRoom"])
def test_null_for_an_identifier_is_missing(
    api: ControlPlane, room: str, operation: str
) -> None:
    """A required member that is null breaks the rule of one that is not there."""
    refused = api.call(operation, {"identifier": None})
    twin = api.call("GetRoom", {"identifier": room})

    expect.refused(refused, field="identifier")
    expect.twin_accepted(twin)
