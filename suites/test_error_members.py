"""What the modelled errors say: their statuses and members (contract.md 2.3)."""

from collections.abc import Callable
from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import (
    WITHOUT,
    Rooms,
    case,
    changed,
    unknown_room,
    verifies,
)
from ivschat_conformance.fixtures.control_plane import (
    ControlPlane,
    Exchange,
    ExchangeError,
)

Ask = Callable[[str, dict[str, Any]], Exchange]

REASONS = {"UNKNOWN_OPERATION", "FIELD_VALIDATION_FAILED", "OTHER"}

INVALID = [
    case("CreateChatToken", {"userId": WITHOUT}, name="missing-member"),
    case("CreateChatToken", {"sessionDurationInMinutes": 10_000}, name="too-great"),
    case("CreateChatToken", {"capabilities": ["BAN_USER"]}, name="unknown-word"),
    case("CreateRoom", {"name": "two words"}, name="room-to-create"),
    case("GetRoom", {"identifier": "lobby"}, name="room-to-get"),
    case("DeleteRoom", {"identifier": "lobby"}, name="room-to-delete"),
    case("CreateChatToken", {"userId": "", "roomIdentifier": "lobby"}, name="two"),
]
ONE_MEMBER_INVALID = [
    case("CreateChatToken", "roomIdentifier", "lobby", name="roomIdentifier"),
    case("CreateChatToken", "userId", "", name="empty-userId"),
    case("CreateChatToken", "userId", "u" * 129, name="long-userId"),
    case("CreateChatToken", "sessionDurationInMinutes", 0, name="short-session"),
    case("CreateChatToken", "sessionDurationInMinutes", 10_000, name="long-session"),
    case("CreateChatToken", "attributes", {"k": "v" * 2_100}, name="attributes"),
    case("CreateRoom", "name", "two words", name="name"),
    case("CreateRoom", "maximumMessageRatePerSecond", 101, name="rate"),
    case("CreateRoom", "maximumMessageLength", 501, name="length"),
    case("GetRoom", "identifier", "lobby", name="identifier-to-get"),
    case("DeleteRoom", "identifier", "lobby", name="identifier-to-delete"),
]
UNKNOWN = [
    case("CreateChatToken", "roomIdentifier", name="CreateChatToken"),
    case("GetRoom", "identifier", name="GetRoom"),
    case("DeleteRoom", "identifier", name="DeleteRoom"),
]


@pytest.fixture
def ask(api: ControlPlane, rooms: Rooms, room: str) -> Ask:
    """Give a way to send a request that is valid but for these members."""

    def send(operation: str, members: dict[str, Any]) -> Exchange:
        if operation == "CreateRoom":
            return rooms.create(**members)
        valid = {"CreateChatToken": {"roomIdentifier": room, "userId": "user-1"}}
        return api.call(operation, changed(valid.get(operation, {}), members))

    return send


@verifies("ERR-11")
@pytest.mark.parametrize(("operation", "member"), UNKNOWN)
def test_room_that_is_not_there_is_a_404_that_names_it(
    ask: Ask, room: str, operation: str, member: str
) -> None:
    """ResourceNotFoundException is 404 and tells the resource's id and type."""
    exchange = ask(operation, {member: unknown_room(room)})

    expect.refused(exchange, status=404, types={"ResourceNotFoundException"})
    assert exchange.error_message, "there is no text in message"
    for name in ("resourceId", "resourceType"):
        said = _not_found(exchange).get(name)
        assert isinstance(said, str), f"{name} is no text, or missing"
        assert said, f"{name} is empty"


@verifies("ERR-14")
@pytest.mark.parametrize(("operation", "members"), INVALID)
def test_validation_error_is_a_400_with_a_reason(
    ask: Ask, operation: str, members: dict[str, Any]
) -> None:
    """ValidationException has message and reason, and perhaps a fieldList."""
    exchange = ask(operation, members)

    body = _validation_error(exchange)
    assert exchange.status == 400, f"ValidationException came with {exchange.status}"
    assert exchange.error_message, "there is no text in message"
    assert isinstance(body.get("reason"), str), "reason is no text, or missing"
    assert isinstance(body.get("fieldList", []), list), "fieldList is no array"


@verifies("ERR-15")
@pytest.mark.parametrize(
    ("operation", "members"),
    [*INVALID, case("NoSuchOperation", {}, name="unknown-operation")],
)
def test_reason_is_one_of_three(
    ask: Ask, operation: str, members: dict[str, Any]
) -> None:
    """UNKNOWN_OPERATION, FIELD_VALIDATION_FAILED or OTHER."""
    exchange = ask(operation, members)

    reason = _validation_error(exchange).get("reason")
    if reason is None:
        pytest.skip("the error has no reason: ERR-14 judges that")
    assert reason in REASONS, f"reason is {reason}, none of the three"


@verifies("ERR-16")
@pytest.mark.parametrize(("operation", "members"), INVALID)
def test_every_entry_of_the_field_list_has_a_name_and_a_message(
    ask: Ask, operation: str, members: dict[str, Any]
) -> None:
    """Both are JSON strings; there need not be a fieldList (ERR-17)."""
    exchange = ask(operation, members)

    entries = _validation_error(exchange).get("fieldList")
    for entry in entries if isinstance(entries, list) else []:
        assert isinstance(entry, dict), "an entry of fieldList is no object"
        for name in ("name", "message"):
            assert isinstance(entry.get(name), str), (
                f"an entry of fieldList has no text in {name}"
            )


@verifies("ERR-17")
@pytest.mark.parametrize(("operation", "member", "value"), ONE_MEMBER_INVALID)
def test_broken_constraint_is_blamed_on_the_member(
    ask: Ask, operation: str, member: str, value: object
) -> None:
    """The reason is FIELD_VALIDATION_FAILED, and a fieldList names the member."""
    exchange = ask(operation, {member: value})

    reason = _validation_error(exchange).get("reason")
    assert reason == "FIELD_VALIDATION_FAILED", f"reason is {reason}"
    expect.refused(exchange, field=member)


@verifies("ERR-18")
@pytest.mark.parametrize(("operation", "member", "value"), ONE_MEMBER_INVALID)
def test_field_is_named_as_in_the_request(
    ask: Ask, operation: str, member: str, value: object
) -> None:
    """The name in fieldList is the member's, with no slash or path before it."""
    exchange = ask(operation, {member: value})

    _validation_error(exchange)
    if not exchange.fields:
        pytest.skip("the error has no fieldList with names")
    assert member in exchange.fields, f"fieldList does not call {member} so"


@verifies("ERR-19")
@pytest.mark.parametrize(("operation", "member"), UNKNOWN)
def test_resource_id_is_the_id_part_of_the_arn(
    ask: Ask, room: str, operation: str, member: str
) -> None:
    """What was asked for is named by its id, not by its ARN."""
    absent = unknown_room(room)

    exchange = ask(operation, {member: absent})

    said = _not_found(exchange).get("resourceId")
    if said is None:
        pytest.skip("the error has no resourceId: ERR-11 judges that")
    assert said == "NoRoomHere12", "resourceId is not the id part of the ARN"


@verifies("ERR-21")
@pytest.mark.parametrize(("operation", "members"), INVALID)
def test_validation_error_has_what_it_must_have(
    ask: Ask, operation: str, members: dict[str, Any]
) -> None:
    """A message and a reason, whatever they say."""
    exchange = ask(operation, members)

    body = _validation_error(exchange)
    assert exchange.error_message is not None, "message is missing"
    assert body.get("reason") is not None, "reason is missing"


@verifies("ERR-21")
@pytest.mark.parametrize(("operation", "member"), UNKNOWN)
def test_not_found_error_has_what_it_must_have(
    ask: Ask, room: str, operation: str, member: str
) -> None:
    """A message, a resource's id and its type, whatever they say."""
    exchange = ask(operation, {member: unknown_room(room)})

    body = _not_found(exchange)
    assert exchange.error_message is not None, "message is missing"
    assert body.get("resourceId") is not None, "resourceId is missing"
    assert body.get("resourceType") is not None, "resourceType is missing"


def _validation_error(exchange: Exchange) -> dict[str, Any]:
    """Return what the error says; whether it is this error is judged elsewhere."""
    return _body_of(exchange, "ValidationException")


def _not_found(exchange: Exchange) -> dict[str, Any]:
    """Return what the error says; whether it is this error is judged elsewhere."""
    return _body_of(exchange, "ResourceNotFoundException")


def _body_of(exchange: Exchange, error: str) -> dict[str, Any]:
    if exchange.error_type != error:
        pytest.skip(f"{exchange.operation} was not answered with {error}")
    try:
        body = exchange.json
    except ExchangeError:
        return {}  # ERR-01 judges that
    return body if isinstance(body, dict) else {}
