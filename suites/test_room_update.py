"""What UpdateRoom changes, and what it leaves as it was (contract.md 5)."""

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
from ivschat_conformance.fixtures.polling import Judge, Reads
from ivschat_conformance.fixtures.target import ScenarioClock

LOGGING = "loggingConfigurationIdentifiers"

BEFORE: dict[str, Any] = {
    "name": "lobby",
    "maximumMessageRatePerSecond": 20,
    "maximumMessageLength": 100,
    "tags": {"team": "chat"},
}


@verifies("ROOM-UPD-01")
def test_room_to_update_must_be_named(api: ControlPlane, rooms: Rooms) -> None:
    """Without `identifier` there is nothing to update."""
    arn = rooms.new()

    refused = api.call("UpdateRoom", {"name": "hall"})
    twin = api.call("UpdateRoom", {"identifier": arn, "name": "hall"})

    expect.refused(refused, field="identifier")
    expect.twin_accepted(twin)


@verifies("ROOM-UPD-01")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        case("name", "hall", name="name"),
        case("name", "", name="name-to-none"),
        case("maximumMessageRatePerSecond", 30, name="rate"),
        case("maximumMessageLength", 200, name="length"),
        case("messageReviewHandler", {"uri": ""}, name="handler"),
        case(LOGGING, [], name="logging"),
    ],
)
def test_what_is_left_out_of_an_update_stays(
    api: ControlPlane, rooms: Rooms, reads: Reads, name: str, value: object
) -> None:
    """A change of one setting shows, in the answer and later, beside all others."""
    arn = rooms.new(**BEFORE)
    kept = {other: held for other, held in BEFORE.items() if other != name}
    expected = {**kept, name: value} if name in BEFORE else kept

    updated = api.call("UpdateRoom", {"identifier": arn, name: value})

    _shows(expected)(updated)
    reads.until("GetRoom", {"identifier": arn}, _shows(expected))


@verifies("ROOM-UPD-01")
def test_empty_update_changes_nothing(
    api: ControlPlane, rooms: Rooms, reads: Reads
) -> None:
    """An update of nothing leaves every setting."""
    arn = rooms.new(**BEFORE)

    updated = api.call("UpdateRoom", {"identifier": arn})

    _shows(BEFORE)(updated)
    reads.until("GetRoom", {"identifier": arn}, _shows(BEFORE))


@verifies("ROOM-UPD-02")
def test_logging_configurations_are_replaced_whole(
    api: ControlPlane,
    rooms: Rooms,
    logging_configurations: LoggingConfigurations,
    reads: Reads,
) -> None:
    """The new list is what is left, not the old one and the new one."""
    first, second = logging_configurations.new(), logging_configurations.new()
    arn = rooms.new(**{LOGGING: [first]})

    updated = api.call("UpdateRoom", {"identifier": arn, LOGGING: [second]})

    _logs_to(second)(updated)
    reads.until("GetRoom", {"identifier": arn}, _logs_to(second))


@verifies("ROOM-UPD-02")
def test_empty_list_takes_the_logging_configurations_away(
    api: ControlPlane,
    rooms: Rooms,
    logging_configurations: LoggingConfigurations,
    reads: Reads,
) -> None:
    """After an empty list the room logs to nothing."""
    configuration = logging_configurations.new()
    arn = rooms.new(**{LOGGING: [configuration]})

    updated = api.call("UpdateRoom", {"identifier": arn, LOGGING: []})

    _logs_to()(updated)
    reads.until("GetRoom", {"identifier": arn}, _logs_to())


@verifies("ROOM-UPD-03")
def test_order_of_logging_configurations_is_kept(
    api: ControlPlane,
    rooms: Rooms,
    logging_configurations: LoggingConfigurations,
    reads: Reads,
) -> None:
    """The identifiers come back in the order in which they were given."""
    made = [logging_configurations.new() for _ in range(2)]
    arn = rooms.new()

    for given in (made, made[::-1]):
        updated = api.call("UpdateRoom", {"identifier": arn, LOGGING: given})

        _logs_in_order(given)(updated)
        reads.until("GetRoom", {"identifier": arn}, _logs_in_order(given))


@verifies("ROOM-UPD-04")
def test_empty_uri_takes_the_review_handler_away(
    api: ControlPlane, rooms: Rooms, reads: Reads
) -> None:
    """No function is left in the room, in the answer and later."""
    arn, _ = _with_handler(rooms)

    updated = api.call(
        "UpdateRoom", {"identifier": arn, "messageReviewHandler": {"uri": ""}}
    )

    def has_none(exchange: Exchange) -> None:
        expect.accepted(exchange)
        assert not _handler(exchange).get("uri"), "the room still has a handler"

    has_none(updated)
    reads.until("GetRoom", {"identifier": arn}, has_none)


@verifies("ROOM-UPD-05")
def test_review_handler_taken_away_is_absent_or_empty(
    api: ControlPlane, rooms: Rooms, reads: Reads
) -> None:
    """What is read has no handler, or one whose uri is the empty text."""
    arn, _ = _with_handler(rooms)
    api.call("UpdateRoom", {"identifier": arn, "messageReviewHandler": {"uri": ""}})

    def has_none(exchange: Exchange) -> None:
        expect.accepted(exchange)
        if "messageReviewHandler" in exchange.json:
            said = _handler(exchange).get("uri")
            assert said == "", "the handler's uri is not the empty text"

    reads.until("GetRoom", {"identifier": arn}, has_none)


@verifies("ROOM-UPD-06")
def test_update_moves_the_update_time_forward(
    api: ControlPlane, rooms: Rooms, reads: Reads, clock: ScenarioClock
) -> None:
    """A second later, updateTime is a second later."""
    created = rooms.create()
    expect.accepted(created)
    before = expect.instant(created.json.get("updateTime"))
    clock.advance(seconds=1)

    updated = api.call(
        "UpdateRoom", {"identifier": created.json["arn"], "name": "hall"}
    )

    def is_later(exchange: Exchange) -> None:
        expect.accepted(exchange)
        after = expect.instant(exchange.json.get("updateTime"))
        assert after > before, "updateTime has not moved forward"

    is_later(updated)
    reads.until("GetRoom", {"identifier": created.json["arn"]}, is_later)


@verifies("ROOM-UPD-06")
@pytest.mark.parametrize("name", ["createTime", "id", "arn"])
def test_update_leaves_what_a_room_is_by(
    api: ControlPlane, rooms: Rooms, clock: ScenarioClock, name: str
) -> None:
    """The room stays the one that was created when it was."""
    created = rooms.create()
    expect.accepted(created)
    clock.advance(seconds=1)

    updated = api.call(
        "UpdateRoom", {"identifier": created.json["arn"], "name": "hall"}
    )

    expect.accepted(updated)
    assert updated.json.get(name) == created.json.get(name), f"{name} has changed"


@verifies("ROOM-UPD-07")
def test_update_to_the_same_values_succeeds(api: ControlPlane, rooms: Rooms) -> None:
    """Nothing to change is no error."""
    arn = rooms.new(name="lobby", maximumMessageLength=100)

    updated = api.call(
        "UpdateRoom", {"identifier": arn, "name": "lobby", "maximumMessageLength": 100}
    )

    expect.accepted(updated)


@verifies("ROOM-UPD-08")
def test_fallback_alone_keeps_the_function(
    api: ControlPlane, rooms: Rooms, reads: Reads
) -> None:
    """A handler of which only the fallback is given goes on asking its function."""
    arn, uri = _with_handler(rooms)

    updated = api.call(
        "UpdateRoom",
        {"identifier": arn, "messageReviewHandler": {"fallbackResult": "DENY"}},
    )

    def asks_it(exchange: Exchange) -> None:
        expect.accepted(exchange)
        handler = _handler(exchange)
        assert handler.get("uri") == uri, "the handler's uri has changed"
        assert handler.get("fallbackResult") == "DENY", "fallbackResult is not DENY"

    asks_it(updated)
    reads.until("GetRoom", {"identifier": arn}, asks_it)


def _shows(expected: dict[str, Any]) -> Judge:
    """Return the judge of an answer that must have these settings."""

    def judge(exchange: Exchange) -> None:
        expect.accepted(exchange)
        for name, value in expected.items():
            # A name that was taken away may be left out as one never given is.
            found = exchange.json.get(name, "" if name == "name" else None)
            assert found == value, f"{name} is not what it should be"

    return judge


def _logs_to(*configurations: str) -> Judge:
    """Return the judge of a room that logs to these, in whatever order."""

    def judge(exchange: Exchange) -> None:
        expect.accepted(exchange)
        held = exchange.json.get(LOGGING) or []
        assert sorted(held) == sorted(configurations), (
            "the room's logging configurations are not those of the update"
        )

    return judge


def _logs_in_order(configurations: list[str]) -> Judge:
    """Return the judge of a room that logs to these, in this order."""

    def judge(exchange: Exchange) -> None:
        expect.accepted(exchange)
        assert exchange.json.get(LOGGING) == configurations, "the order is another one"

    return judge


def _with_handler(rooms: Rooms) -> tuple[str, str]:
    """Return a room with a handler and its function; skip where none is made."""
    account = rooms.new().rpartition(":")[0]
    uri = f"{account.replace(':ivschat:', ':lambda:')}:function:review"
    created = rooms.create(messageReviewHandler={"uri": uri, "fallbackResult": "ALLOW"})
    if created.status != 200:
        pytest.skip("the target takes no function that it cannot invoke")
    return str(created.json["arn"]), uri


def _handler(exchange: Exchange) -> dict[str, Any]:
    held = exchange.json.get("messageReviewHandler")
    return held if isinstance(held, dict) else {}
