"""Which rooms ListRooms gives: by name, handler and logging (contract.md 5).

Others may have rooms on the target, too: only this check's own are judged.
"""

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import (
    LoggingConfigurations,
    Rooms,
    case,
    verifies,
)
from ivschat_conformance.fixtures.exchange import Exchange
from ivschat_conformance.fixtures.pages import arns
from ivschat_conformance.fixtures.polling import Judge, Reads


@verifies("ROOM-LIST-06")
@pytest.mark.parametrize(
    "other",
    [
        case("{id}X-lobb", name="beginning"),
        case("{id}X-lobby2", name="continuation"),
        case("0{id}X-lobby", name="end"),
        case("{id}x-lobby", name="lower-case"),
    ],
)
def test_name_filters_by_equality(rooms: Rooms, reads: Reads, other: str) -> None:
    """A room is found by its name, letter by letter, and no room of another name."""
    room_id = rooms.new().rpartition("/")[2]
    name = f"{room_id}X-lobby"
    wanted = rooms.new(name=name)
    others = [rooms.new(name=other.format(id=room_id))]

    reads.until("ListRooms", {"name": name}, _has([wanted], not_these=others))


@verifies("ROOM-LIST-06")
def test_every_room_of_a_name_is_found(rooms: Rooms, reads: Reads) -> None:
    """Names need not be unique: two rooms of one name are both found."""
    name = rooms.new().rpartition("/")[2]
    wanted = [rooms.new(name=name) for _ in range(2)]

    reads.until("ListRooms", {"name": name}, _has(wanted, not_these=[]))


@verifies("ROOM-LIST-07")
def test_review_handler_filters(rooms: Rooms, reads: Reads) -> None:
    """Rooms are found by the function that they ask, and none that asks another."""
    plain = rooms.new()
    function = _function(plain)
    wanted = _with_handler(rooms, function)
    others = [plain, _with_handler(rooms, f"{function}2")]

    reads.until(
        "ListRooms",
        {"messageReviewHandlerUri": function},
        _has([wanted], not_these=others),
    )


@verifies("ROOM-LIST-07")
@pytest.mark.parametrize("place", [0, 1])
def test_logging_configuration_filters(
    rooms: Rooms,
    logging_configurations: LoggingConfigurations,
    reads: Reads,
    place: int,
) -> None:
    """Rooms are found by each configuration that they log to, and no others."""
    both = [logging_configurations.new() for _ in range(2)]
    wanted = rooms.new(loggingConfigurationIdentifiers=both)
    others = [
        rooms.new(),
        rooms.new(loggingConfigurationIdentifiers=[both[1 - place]]),
    ]

    reads.until(
        "ListRooms",
        {"loggingConfigurationIdentifier": both[place]},
        _has([wanted], not_these=others),
    )


@verifies("ROOM-LIST-08")
def test_filters_combine(
    rooms: Rooms, logging_configurations: LoggingConfigurations, reads: Reads
) -> None:
    """A room must match the name and the logging configuration."""
    name = rooms.new().rpartition("/")[2]
    logging = [logging_configurations.new()]
    wanted = rooms.new(name=name, loggingConfigurationIdentifiers=logging)
    others = [
        rooms.new(name=name),
        rooms.new(name="other", loggingConfigurationIdentifiers=logging),
    ]

    reads.until(
        "ListRooms",
        {"name": name, "loggingConfigurationIdentifier": logging[0]},
        _has([wanted], not_these=others),
    )


@verifies("ROOM-LIST-08")
def test_name_and_handler_combine(rooms: Rooms, reads: Reads) -> None:
    """A room must match the name and the handler."""
    plain = rooms.new()
    name, function = plain.rpartition("/")[2], _function(plain)
    wanted = _with_handler(rooms, function, name=name)
    others = [rooms.new(name=name), _with_handler(rooms, function, name="other")]

    reads.until(
        "ListRooms",
        {"name": name, "messageReviewHandlerUri": function},
        _has([wanted], not_these=others),
    )


@verifies("ROOM-LIST-09")
@pytest.mark.parametrize("member", ["name", "messageReviewHandlerUri"])
def test_empty_filter_is_none(rooms: Rooms, reads: Reads, member: str) -> None:
    """An empty text filters nothing out: rooms with a name or handler stay."""
    plain = rooms.new(name="lobby")
    made = [plain, _with_handler(rooms, _function(plain), name="hall")]

    reads.until("ListRooms", {member: ""}, _has(made, not_these=[]))


def _has(wanted: list[str], *, not_these: list[str]) -> Judge:
    """Return the judge of a page that must have these rooms and not those."""

    def judge(page: Exchange) -> None:
        expect.accepted(page)
        found = arns(page)
        assert set(wanted) <= set(found), "a room that matches is not in the list"
        assert not set(not_these) & set(found), "a room in the list does not match"

    return judge


def _function(room: str) -> str:
    """Return the ARN of a function that no other room asks, of the room's account."""
    account, _, room_id = room.replace(":ivschat:", ":lambda:").partition(":room/")
    return f"{account}:function:review-{room_id}"


def _with_handler(rooms: Rooms, uri: str, **members: str) -> str:
    """Return the ARN of a room that asks the function; skip where none is made."""
    created = rooms.create(messageReviewHandler={"uri": uri}, **members)
    if created.status != 200:
        pytest.skip("the target takes no function that it cannot invoke")
    return str(created.json["arn"])
