"""What CreateRoom makes: settings, defaults and identity of a room (contract.md 5)."""

from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import (
    LoggingConfigurations,
    Rooms,
    case,
    verifies,
)
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.exchange import Exchange
from ivschat_conformance.fixtures.pages import entries
from ivschat_conformance.fixtures.polling import Reads

NOT_FOUND = {"ResourceNotFoundException"}

SETTINGS: dict[str, Any] = {
    "name": "lobby",
    "maximumMessageRatePerSecond": 20,
    "maximumMessageLength": 100,
    "tags": {"team": "chat"},
}


@verifies("ROOM-CREATE-01")
@pytest.mark.parametrize(
    "members",
    [
        case({}, name="none"),
        *(case({name: value}, name=name) for name, value in SETTINGS.items()),
        case({"messageReviewHandler": {"uri": ""}}, name="messageReviewHandler"),
        case(
            {"loggingConfigurationIdentifiers": []},
            name="loggingConfigurationIdentifiers",
        ),
        case(SETTINGS, name="several"),
    ],
)
def test_every_member_is_optional(rooms: Rooms, members: dict[str, Any]) -> None:
    """A room is made of no member, of each alone, and of several."""
    exchange = rooms.create(**members)

    expect.accepted(exchange)


@verifies("ROOM-CREATE-02")
def test_answer_has_identity_times_and_limits(rooms: Rooms) -> None:
    """Whatever was given, the answer has these six members."""
    exchange = rooms.create()

    expect.accepted(exchange)
    for name in ("arn", "id", "createTime", "updateTime"):
        value = exchange.json.get(name)
        assert isinstance(value, str), f"{name} is no text, or missing"
        assert value, f"{name} is empty"
    for name in ("maximumMessageRatePerSecond", "maximumMessageLength"):
        assert type(exchange.json.get(name)) is int, f"{name} is no integer, or missing"


@verifies("ROOM-CREATE-02")
@pytest.mark.parametrize(
    ("name", "value"),
    [case(name, value, name=name) for name, value in SETTINGS.items()],
)
def test_answer_has_the_setting_that_was_given(
    rooms: Rooms, name: str, value: object
) -> None:
    """A setting comes back as it was asked for."""
    exchange = rooms.create(**SETTINGS)

    expect.accepted(exchange)
    assert exchange.json.get(name) == value, f"{name} is not what was given"


@verifies("ROOM-CREATE-02")
def test_answer_has_the_logging_configurations_that_were_given(
    rooms: Rooms, logging_configurations: LoggingConfigurations
) -> None:
    """The room's logging configurations come back."""
    arn = logging_configurations.new()

    exchange = rooms.create(loggingConfigurationIdentifiers=[arn])

    expect.accepted(exchange)
    assert exchange.json.get("loggingConfigurationIdentifiers") == [arn], (
        "loggingConfigurationIdentifiers is not what was given"
    )


@verifies("ROOM-CREATE-02")
def test_answer_has_the_review_handler_that_was_given(rooms: Rooms) -> None:
    """The handler's function and its fallback come back."""
    handler = {"uri": _function(rooms), "fallbackResult": "DENY"}

    exchange = _created_with(rooms, handler)

    held = exchange.json.get("messageReviewHandler")
    assert isinstance(held, dict), "messageReviewHandler is no object, or missing"
    for name, value in handler.items():
        assert held.get(name) == value, f"{name} is not what was given"


@verifies("ROOM-CREATE-03")
def test_arn_names_region_account_and_id(api: ControlPlane, rooms: Rooms) -> None:
    """The ARN is of the target's region and ends in the room's id of 12 characters."""
    exchange = rooms.create()

    expect.accepted(exchange)
    parts = str(exchange.json.get("arn")).split(":")
    assert parts[:4] == ["arn", "aws", "ivschat", api.target.region], (
        "arn does not begin with arn:aws:ivschat and the region"
    )
    assert len(parts) == 6, "arn has not six parts"
    assert parts[4].isdigit(), "arn has no account's number"
    assert parts[5] == f"room/{exchange.json.get('id')}", "arn does not end in the id"
    assert len(parts[5]) == len("room/") + 12, "the id has not 12 characters"


@verifies("ROOM-CREATE-04")
@pytest.mark.parametrize(
    ("name", "default"),
    [
        case("maximumMessageRatePerSecond", 10, name="rate"),
        case("maximumMessageLength", 500, name="length"),
    ],
)
def test_default_is_applied_and_told(
    rooms: Rooms, reads: Reads, name: str, default: int
) -> None:
    """A limit that was not given has its default, in the answer and when read."""
    created = rooms.create()

    def has_it(exchange: Exchange) -> None:
        expect.accepted(exchange)
        assert exchange.json.get(name) == default, f"{name} is not {default}"

    has_it(created)
    reads.until("GetRoom", {"identifier": created.json["arn"]}, has_it)


@verifies("ROOM-CREATE-05")
def test_room_without_tags_has_an_empty_map(rooms: Rooms, reads: Reads) -> None:
    """`tags` is there where there are none: created, read and listed."""
    created = rooms.create()
    expect.accepted(created)

    for room in (created.json, *_read_and_listed(reads, created)):
        assert room.get("tags") == {}, "tags is no empty object, or missing"


@verifies("ROOM-CREATE-06")
@pytest.mark.parametrize(
    "name", ["messageReviewHandler", "loggingConfigurationIdentifiers"]
)
def test_setting_that_was_never_given_is_absent(
    rooms: Rooms, reads: Reads, name: str
) -> None:
    """Neither is there where it never was set: created, read and listed."""
    created = rooms.create()
    expect.accepted(created)

    for room in (created.json, *_read_and_listed(reads, created)):
        assert name not in room, f"{name} is there, though it was never given"


@verifies("ROOM-CREATE-07")
def test_new_room_was_updated_when_it_was_created(rooms: Rooms) -> None:
    """Right after its creation, both times are equal."""
    exchange = rooms.create()

    expect.accepted(exchange)
    created = expect.instant(exchange.json.get("createTime"))
    updated = expect.instant(exchange.json.get("updateTime"))
    assert created == updated, "createTime and updateTime differ"


@verifies("ROOM-CREATE-08")
def test_rooms_of_one_name_are_two(rooms: Rooms, reads: Reads) -> None:
    """The second room of a name has an id of its own, and leaves the first."""
    first, second = (rooms.create(name="lobby") for _ in range(2))

    for exchange in (first, second):
        expect.accepted(exchange)
        reads.until("GetRoom", {"identifier": exchange.json["arn"]}, expect.accepted)
    assert first.json["arn"] != second.json["arn"], "both have one id in their ARNs"


@verifies("ROOM-CREATE-09")
def test_fallback_is_allow_where_none_was_given(rooms: Rooms, reads: Reads) -> None:
    """A handler of which only the function was given lets messages pass."""
    created = _created_with(rooms, {"uri": _function(rooms)})

    def falls_back(exchange: Exchange) -> None:
        expect.accepted(exchange)
        handler = exchange.json.get("messageReviewHandler") or {}
        assert handler.get("fallbackResult") == "ALLOW", "fallbackResult is not ALLOW"

    reads.until("GetRoom", {"identifier": created.json["arn"]}, falls_back)


@verifies("ROOM-CREATE-10")
def test_logging_configuration_that_is_not_there_is_a_404(
    rooms: Rooms, logging_configurations: LoggingConfigurations
) -> None:
    """A room cannot log to what does not exist."""
    arn = logging_configurations.new()
    absent = f"{arn.rpartition('/')[0]}/NoConfigHere"

    refused = rooms.create(loggingConfigurationIdentifiers=[absent])
    twin = rooms.create(loggingConfigurationIdentifiers=[arn])

    expect.refused(refused, status=404, types=NOT_FOUND)
    expect.twin_accepted(twin)


@verifies("ROOM-CREATE-12")
def test_many_logging_configurations_are_refused(
    rooms: Rooms, logging_configurations: LoggingConfigurations
) -> None:
    """A room logs to no six places."""
    made = [logging_configurations.new() for _ in range(6)]

    refused = rooms.create(loggingConfigurationIdentifiers=made)
    twin = rooms.create(loggingConfigurationIdentifiers=made[:2])

    expect.refused(refused, field="loggingConfigurationIdentifiers")
    expect.twin_accepted(twin)


@verifies("ROOM-CREATE-13")
def test_logging_configuration_given_twice_is_refused_or_one(
    rooms: Rooms, logging_configurations: LoggingConfigurations
) -> None:
    """Twice the same is a 400, or the same as once."""
    arn = logging_configurations.new()

    exchange = rooms.create(loggingConfigurationIdentifiers=[arn, arn])

    if exchange.status == 400:
        expect.refused(exchange, field="loggingConfigurationIdentifiers")
        return
    expect.accepted(exchange)
    held = exchange.json.get("loggingConfigurationIdentifiers")
    assert held == [arn], "the identifier that was given twice is not there once"


def _read_and_listed(reads: Reads, created: Exchange) -> list[dict[str, Any]]:
    """Return the new room as GetRoom and as ListRooms tell it: the newest come first.

    A list without it is judged elsewhere, and tells nothing here.
    """
    arn = created.json["arn"]
    read = reads.until("GetRoom", {"identifier": arn}, expect.accepted)
    page = reads.until("ListRooms", {}, expect.accepted)
    return [read.json, *(room for room in entries(page) if room.get("arn") == arn)]


def _function(rooms: Rooms) -> str:
    """Return the ARN of a function of the rooms' own account."""
    account = rooms.new().rpartition(":")[0]
    return f"{account.replace(':ivschat:', ':lambda:')}:function:review"


def _created_with(rooms: Rooms, handler: dict[str, str]) -> Exchange:
    """Return the answer that a room with the handler got; skip where none is made."""
    exchange = rooms.create(messageReviewHandler=handler)
    if exchange.status != 200:
        pytest.skip("the target takes no function that it cannot invoke")
    return exchange
