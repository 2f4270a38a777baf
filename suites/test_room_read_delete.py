"""Rooms looked up and deleted: GetRoom and DeleteRoom (contract.md 5)."""

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import (
    LoggingConfigurations,
    Rooms,
    case,
    unknown_room,
    verifies,
)
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.exchange import Exchange
from ivschat_conformance.fixtures.pages import arns
from ivschat_conformance.fixtures.polling import Reads

NOT_FOUND = {"ResourceNotFoundException"}


@verifies("ROOM-GET-01")
@pytest.mark.parametrize(
    "members",
    [
        case({}, name="no-setting"),
        case(
            {
                "name": "lobby",
                "maximumMessageRatePerSecond": 20,
                "maximumMessageLength": 100,
                "tags": {"team": "chat"},
            },
            name="several-settings",
        ),
    ],
)
def test_room_is_read_as_it_was_created(
    rooms: Rooms, reads: Reads, members: dict[str, object]
) -> None:
    """GetRoom answers with the members of CreateRoom's answer, and their values."""
    created = rooms.create(**members)
    expect.accepted(created)

    def is_the_same(read: Exchange) -> None:
        expect.accepted(read)
        for name, value in created.json.items():
            found = read.json.get(name)
            if name in {"createTime", "updateTime"}:
                same = expect.instant(found) == expect.instant(value)
            else:
                same = found == value
            assert same, f"{name} is not what CreateRoom answered"

    reads.until("GetRoom", {"identifier": created.json["arn"]}, is_the_same)


@verifies("ROOM-GET-02")
def test_unknown_room_is_not_found(api: ControlPlane, rooms: Rooms) -> None:
    """GetRoom of a room that never was is a 404."""
    arn = rooms.new()

    refused = api.call("GetRoom", {"identifier": unknown_room(arn)})

    expect.refused(refused, status=404, types=NOT_FOUND)


@verifies("ROOM-DEL-01")
def test_deleted_room_is_gone_from_lookup(
    api: ControlPlane, rooms: Rooms, reads: Reads
) -> None:
    """After the deletion, GetRoom finds nothing."""
    arn = rooms.new()
    reads.until("GetRoom", {"identifier": arn}, expect.accepted)

    deleted = api.call("DeleteRoom", {"identifier": arn})

    expect.accepted(deleted, 204)
    reads.until("GetRoom", {"identifier": arn}, _is_not_found)


@verifies("ROOM-DEL-01")
def test_deleted_room_is_gone_from_the_list(
    api: ControlPlane, rooms: Rooms, reads: Reads
) -> None:
    """After the deletion, ListRooms has the others only."""
    kept = rooms.new()
    name = kept.rpartition("/")[2]
    arn, other = (rooms.new(name=name) for _ in range(2))

    def has_both(page: Exchange) -> None:
        expect.accepted(page)
        assert {arn, other} <= set(arns(page)), "the list has not the new rooms"

    def has_the_other(page: Exchange) -> None:
        expect.accepted(page)
        assert arn not in arns(page), "the list has the deleted room"
        assert other in arns(page), "the list has lost another room"

    reads.until("ListRooms", {"name": name}, has_both)
    deleted = api.call("DeleteRoom", {"identifier": arn})

    expect.accepted(deleted, 204)
    reads.until("ListRooms", {"name": name}, has_the_other)


@verifies("ROOM-DEL-03")
def test_unknown_room_cannot_be_deleted(api: ControlPlane, rooms: Rooms) -> None:
    """DeleteRoom of a room that never was is a 404."""
    arn = rooms.new()

    refused = api.call("DeleteRoom", {"identifier": unknown_room(arn)})

    expect.refused(refused, status=404, types=NOT_FOUND)


@verifies("ROOM-DEL-03")
def test_room_cannot_be_deleted_twice(
    api: ControlPlane, rooms: Rooms, reads: Reads
) -> None:
    """DeleteRoom of a room that is gone is a 404."""
    arn = rooms.new()
    expect.accepted(api.call("DeleteRoom", {"identifier": arn}), 204)

    reads.until("DeleteRoom", {"identifier": arn}, _is_not_found)


@verifies("ROOM-DEL-04")
def test_logging_configuration_outlives_its_room(
    api: ControlPlane,
    rooms: Rooms,
    logging_configurations: LoggingConfigurations,
    reads: Reads,
) -> None:
    """A deleted room leaves the configurations that it logged to."""
    configuration = logging_configurations.new()
    arn = rooms.new(loggingConfigurationIdentifiers=[configuration])

    deleted = api.call("DeleteRoom", {"identifier": arn})

    expect.accepted(deleted, 204)
    reads.until(
        "GetLoggingConfiguration", {"identifier": configuration}, expect.accepted
    )


def _is_not_found(exchange: Exchange) -> None:
    expect.refused(exchange, status=404, types=NOT_FOUND)
