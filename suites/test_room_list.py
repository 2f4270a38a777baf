"""How ListRooms lists: members, order and pages (contract.md 5).

Others may have rooms on the target, too: only this check's own are judged by name.
"""

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
from ivschat_conformance.fixtures.pages import arns, entries, pages
from ivschat_conformance.fixtures.polling import Reads
from ivschat_conformance.fixtures.target import ScenarioClock


@verifies("ROOM-LIST-01")
@pytest.mark.parametrize(
    "suffix", [case("", name="of-some-room"), case("-none", name="of-no-room")]
)
def test_list_has_an_array_of_rooms(rooms: Rooms, reads: Reads, suffix: str) -> None:
    """`rooms` is there, be it empty."""
    name = rooms.new().rpartition("/")[2]
    rooms.new(name=name)

    page = reads.until("ListRooms", {"name": name + suffix}, expect.accepted)

    assert isinstance(page.json.get("rooms"), list), "rooms is no array, or missing"


@verifies("ROOM-LIST-01")
def test_token_leads_to_a_page_with_rooms(
    api: ControlPlane, rooms: Rooms, reads: Reads
) -> None:
    """There is a nextToken only where more remain: no page after the first is empty."""
    name, made = _of_one_name(rooms, 4)
    _wait_for(reads, name, made)

    found = list(pages(api, "ListRooms", {"name": name, "maxResults": 2}))

    assert len(found) > 1, "four rooms stand on one page of two"
    assert all(entries(page) for page in found), "a token led to an empty page"


@verifies("ROOM-LIST-02")
def test_page_is_in_descending_order_of_update_time(rooms: Rooms, reads: Reads) -> None:
    """No room comes after one that was updated before it."""
    _of_one_name(rooms, 3)

    page = reads.until("ListRooms", {}, expect.accepted)

    times = [expect.instant(room.get("updateTime")) for room in entries(page)]
    assert times == sorted(times, reverse=True), "a later room stands further down"


@verifies("ROOM-LIST-02")
def test_room_updated_last_is_first(
    api: ControlPlane, rooms: Rooms, reads: Reads, clock: ScenarioClock
) -> None:
    """Rooms stand in the order of their last updates, the newest first."""
    made = []
    for _ in range(3):
        made.append(rooms.new())
        clock.advance(seconds=1)
    api.call("UpdateRoom", {"identifier": made[0], "maximumMessageLength": 100})

    def in_order(page: Exchange) -> None:
        expect.accepted(page)
        own = [arn for arn in arns(page) if arn in made]
        assert own == [made[0], made[2], made[1]], (
            "the rooms do not stand in descending order of their updates"
        )

    reads.until("ListRooms", {}, in_order)


@verifies("ROOM-LIST-03")
@pytest.mark.parametrize("member", ["arn", "id", "createTime", "updateTime"])
def test_listed_room_has_identity_and_times(
    rooms: Rooms, reads: Reads, member: str
) -> None:
    """A room in a list has these members, of the values that it was created with."""
    created = rooms.create(name="lobby")
    expect.accepted(created)

    room = _listed(reads, created)

    assert room.get(member), f"{member} is missing"
    assert room.get(member) == created.json.get(member), f"{member} is another one"


@verifies("ROOM-LIST-03")
@pytest.mark.parametrize(
    ("member", "value"),
    [case("name", "lobby", name="name"), case("tags", {"team": "chat"}, name="tags")],
)
def test_listed_room_has_the_setting_that_was_given(
    rooms: Rooms, reads: Reads, member: str, value: object
) -> None:
    """What was given is listed."""
    created = rooms.create(**{member: value})
    expect.accepted(created)

    room = _listed(reads, created)

    assert room.get(member) == value, f"{member} is not what was given"


@verifies("ROOM-LIST-03")
def test_listed_room_has_its_logging_configurations(
    rooms: Rooms, logging_configurations: LoggingConfigurations, reads: Reads
) -> None:
    """What the room logs to is listed."""
    configuration = logging_configurations.new()
    created = rooms.create(loggingConfigurationIdentifiers=[configuration])
    expect.accepted(created)

    room = _listed(reads, created)

    held = room.get("loggingConfigurationIdentifiers")
    assert held == [configuration], "loggingConfigurationIdentifiers is another one"


@verifies("ROOM-LIST-03")
def test_listed_room_has_its_review_handler(rooms: Rooms, reads: Reads) -> None:
    """The function that the room asks is listed."""
    account = rooms.new().rpartition(":")[0].replace(":ivschat:", ":lambda:")
    uri = f"{account}:function:review"
    created = rooms.create(messageReviewHandler={"uri": uri})
    if created.status != 200:
        pytest.skip("the target takes no function that it cannot invoke")

    room = _listed(reads, created)

    handler = room.get("messageReviewHandler") or {}
    assert handler.get("uri") == uri, "messageReviewHandler has another uri, or none"


@verifies("ROOM-LIST-04")
def test_page_has_50_rooms_by_default_and_at_most(rooms: Rooms, reads: Reads) -> None:
    """Of 51 rooms a page shows 50, whether 50 are asked for or nothing is said."""
    name, _ = _of_one_name(rooms, 51)

    def is_full(page: Exchange) -> None:
        expect.accepted(page)
        assert len(entries(page)) == 50, "a page of 51 rooms has not 50"
        assert page.json.get("nextToken"), "there is no token to the 51st room"

    reads.until("ListRooms", {"name": name}, is_full)
    reads.until("ListRooms", {"name": name, "maxResults": 50}, is_full)


@verifies("ROOM-LIST-05")
@pytest.mark.parametrize("most", [1, 3])
def test_pages_have_every_room_once(
    api: ControlPlane, rooms: Rooms, reads: Reads, most: int
) -> None:
    """However many stand on a page, four rooms are found, each once."""
    name, made = _of_one_name(rooms, 4)
    _wait_for(reads, name, made)

    found = list(pages(api, "ListRooms", {"name": name, "maxResults": most}))

    for page in found:
        assert len(entries(page)) <= most, f"a page has more than {most} rooms"
    own = [arn for page in found for arn in arns(page) if arn in made]
    assert len(own) == len(set(own)), "a room stands on two pages"
    assert set(own) == set(made), "a room stands on no page"


@verifies("ROOM-LIST-05")
def test_pages_of_rooms_of_different_times_have_every_room_once(
    api: ControlPlane, rooms: Rooms, reads: Reads, clock: ScenarioClock
) -> None:
    """So they are where each room has an update time of its own."""
    name = rooms.new().rpartition("/")[2]
    made = []
    for _ in range(4):
        made.append(rooms.new(name=name))
        clock.advance(seconds=1)
    _wait_for(reads, name, made)

    found = list(pages(api, "ListRooms", {"name": name, "maxResults": 1}))

    own = [arn for page in found for arn in arns(page) if arn in made]
    assert sorted(own) == sorted(made), "not every room stands on one page"


@verifies("ROOM-LIST-10")
@pytest.mark.parametrize(
    "token",
    [
        case("x", name="one-letter"),
        case("bm8gdG9rZW4gb2YgYW55Ym9keSdz", name="base64"),
        case("no token 😀", name="other-characters"),
    ],
)
def test_token_of_nobody_is_refused(
    api: ControlPlane, rooms: Rooms, token: str
) -> None:
    """What no page gave leads nowhere: a 400."""
    rooms.new()

    refused = api.call("ListRooms", {"nextToken": token})
    twin = api.call("ListRooms", {})

    expect.refused(refused, field="nextToken")
    expect.twin_accepted(twin)


def _of_one_name(rooms: Rooms, count: int) -> tuple[str, list[str]]:
    """Return a name that no other room has, and new rooms of that name.

    It is the first one's id, which is nobody else's.
    """
    name = rooms.new().rpartition("/")[2]
    return name, [rooms.new(name=name) for _ in range(count)]


def _wait_for(reads: Reads, name: str, made: list[str]) -> None:
    """Wait until a list has all of the rooms."""

    def has_all(page: Exchange) -> None:
        expect.accepted(page)
        assert set(made) <= set(arns(page)), "the list has not all of the new rooms"

    reads.until("ListRooms", {"name": name}, has_all)


def _listed(reads: Reads, created: Exchange) -> dict[str, Any]:
    """Return the new room as the list tells it, on whose first page it stands."""
    arn = created.json["arn"]

    def has_it(page: Exchange) -> None:
        expect.accepted(page)
        assert arn in arns(page), "the new room is not on the list's first page"

    page = reads.until("ListRooms", {}, has_it)
    return next(room for room in entries(page) if room.get("arn") == arn)
