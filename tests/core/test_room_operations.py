"""Rooms through the control plane: created, shown, changed, deleted and listed."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.reference_impl.core.http_messages import HttpResponse

if TYPE_CHECKING:
    from tests.core.conftest import LiveRoom, OpenRoom

LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"
NOBODYS = "arn:aws:ivschat:us-west-2:123456789012:room/AAAAaaaa0000"
ELSEWHERE = "arn:aws:ivschat:eu-west-1:123456789012:logging-configuration/AAAAaaaa0000"
BUCKET = {"s3": {"bucketName": "chat-logs"}}


@pytest.fixture
def fake(open_room: "OpenRoom") -> "LiveRoom":
    """Return a fake with a room and a clock that only the test moves."""
    return open_room()


def configuration(fake: "LiveRoom") -> str:
    """Return the ARN of a new logging configuration."""
    made = fake.perform("CreateLoggingConfiguration", destinationConfiguration=BUCKET)
    return str(made["arn"])


def error(response: HttpResponse) -> tuple[int, dict[str, Any]]:
    """Return the status and the members of a refusal."""
    return response.status, json.loads(response.body)


def names(fake: "LiveRoom", **filters: Any) -> list[str]:
    """Return the names of the rooms that are listed."""
    listed = fake.perform("ListRooms", **filters)
    assert listed.keys() == {"rooms"}
    return [room.get("name", "") for room in listed["rooms"]]


@pytest.mark.ivschat_verifies("ROOM-GET-01", "ROOM-CREATE-02", "ROOM-CREATE-07")
def test_room_is_read_as_it_was_created(fake: "LiveRoom") -> None:
    """GetRoom answers with the very members of CreateRoom."""
    given = {
        "name": "lobby",
        "maximumMessageRatePerSecond": 20,
        "maximumMessageLength": 100,
        "messageReviewHandler": {"uri": LAMBDA, "fallbackResult": "DENY"},
        "loggingConfigurationIdentifiers": [configuration(fake)],
        "tags": {"stage": "test"},
    }

    created = fake.perform("CreateRoom", **given)

    assert {name: created[name] for name in given} == given
    assert created["createTime"] == created["updateTime"] == "2026-01-02T03:04:05.678Z"
    assert fake.perform("GetRoom", identifier=created["arn"]) == created


@pytest.mark.ivschat_verifies("ROOM-CREATE-08")
def test_two_rooms_may_have_one_name(fake: "LiveRoom") -> None:
    """They differ in their ids, and both are there."""
    first, second = (fake.perform("CreateRoom", name="lobby") for _ in range(2))

    assert first["id"] != second["id"]
    assert names(fake, name="lobby") == ["lobby", "lobby"]


@pytest.mark.ivschat_verifies("ROOM-CREATE-14")
def test_room_beyond_the_quota_is_refused(open_room: "OpenRoom") -> None:
    """402 says how many there may be, and a deletion makes room for another."""
    fake = open_room(room_quota=2)
    second = fake.perform("CreateRoom")

    status, members = error(fake.call("/CreateRoom"))
    fake.perform("DeleteRoom", identifier=second["arn"])

    assert (status, members["limit"], members["resourceType"]) == (402, 2, "ROOM")
    assert fake.call("/CreateRoom").status == 200


@pytest.mark.ivschat_verifies("ROOM-CREATE-10", "ERR-24")
@pytest.mark.parametrize("operation", ["CreateRoom", "UpdateRoom"])
def test_room_cannot_log_to_what_is_not_here(fake: "LiveRoom", operation: str) -> None:
    """404, and nothing of the request is done: another region's is not here either."""
    room = fake.perform("CreateRoom", name="before")
    before = fake.perform("ListRooms")

    status, members = error(
        fake.call(
            f"/{operation}",
            identifier=room["arn"],
            name="after",
            loggingConfigurationIdentifiers=[configuration(fake), ELSEWHERE],
        )
    )

    assert (status, members["resourceId"]) == (404, "AAAAaaaa0000")
    assert fake.perform("ListRooms") == before


@pytest.mark.ivschat_verifies("ROOM-CREATE-13", "ROOM-UPD-02", "ROOM-UPD-03")
def test_list_of_logging_configurations_is_replaced_as_a_whole(
    fake: "LiveRoom",
) -> None:
    """Its order is kept, repeated ones collapse, and an empty one clears it."""
    one, two, three = (configuration(fake) for _ in range(3))
    member = "loggingConfigurationIdentifiers"
    room = fake.perform("CreateRoom", **{member: [one]})

    def update(*arns: str) -> Any:
        changes = {"identifier": room["arn"], member: arns}
        return fake.perform("UpdateRoom", **changes)[member]

    assert update(three, two, three) == [three, two]
    assert update(two, three) == [two, three]
    assert update() == []
    assert fake.perform("GetRoom", identifier=room["arn"])[member] == []


@pytest.mark.ivschat_verifies("ROOM-UPD-01", "ROOM-UPD-06", "ROOM-UPD-09")
def test_update_changes_what_it_names_and_the_update_time(fake: "LiveRoom") -> None:
    """What is left out stays, and so do creation time, id and tags."""
    room = fake.perform(
        "CreateRoom", name="before", maximumMessageLength=100, tags={"stage": "test"}
    )
    fake.pass_time(1)

    updated = fake.perform(
        "UpdateRoom", identifier=room["arn"], name="after", tags={"stage": "other"}
    )

    assert updated == room | {
        "name": "after",
        "updateTime": "2026-01-02T03:04:06.678Z",
    }
    assert fake.perform("GetRoom", identifier=room["arn"]) == updated


@pytest.mark.ivschat_verifies("ROOM-UPD-07")
def test_update_that_changes_nothing_succeeds(fake: "LiveRoom") -> None:
    """It moves the update time all the same."""
    room = fake.perform("CreateRoom")
    fake.pass_time(1)

    updated = fake.perform("UpdateRoom", identifier=room["arn"])

    assert updated == room | {"updateTime": "2026-01-02T03:04:06.678Z"}


@pytest.mark.ivschat_verifies("ROOM-UPD-04", "ROOM-UPD-05", "ROOM-UPD-08")
def test_review_handler_is_set_changed_and_taken_away(fake: "LiveRoom") -> None:
    """A fallback alone keeps the uri, an empty uri removes both."""
    room = fake.perform("CreateRoom")["arn"]

    def update(**handler: str) -> Any:
        updated = fake.perform(
            "UpdateRoom", identifier=room, messageReviewHandler=handler
        )
        return updated.get("messageReviewHandler")

    assert update(fallbackResult="DENY") is None
    assert update(uri=LAMBDA) == {"uri": LAMBDA, "fallbackResult": "ALLOW"}
    assert update(fallbackResult="DENY") == {"uri": LAMBDA, "fallbackResult": "DENY"}
    assert update(uri="") is None
    assert "messageReviewHandler" not in fake.perform("GetRoom", identifier=room)


@pytest.mark.ivschat_verifies("ROOM-DEL-01", "ROOM-DEL-02", "ROOM-DEL-04")
def test_deleted_room_is_gone_and_its_people_with_it(fake: "LiveRoom") -> None:
    """Other rooms and the logging configuration stay."""
    arn = configuration(fake)
    other = fake.perform("CreateRoom", name="other")
    visitor = fake.connect()
    room = visitor.session.token.room_arn
    fake.perform("UpdateRoom", identifier=room, loggingConfigurationIdentifiers=[arn])

    response = fake.call("/DeleteRoom", identifier=room)

    assert (response.status, response.body) == (204, b"")
    assert visitor.closed is not None
    assert error(fake.call("/GetRoom", identifier=room))[0] == 404
    assert fake.perform("ListRooms")["rooms"][0]["arn"] == other["arn"]
    assert names(fake) == ["other"]
    assert fake.perform("GetLoggingConfiguration", identifier=arn)["arn"] == arn


@pytest.mark.ivschat_verifies("ROOM-GET-02", "ROOM-DEL-03")
@pytest.mark.parametrize("operation", ["GetRoom", "UpdateRoom", "DeleteRoom"])
def test_unknown_room_is_not_found(fake: "LiveRoom", operation: str) -> None:
    """404 names the room."""
    status, members = error(fake.call(f"/{operation}", identifier=NOBODYS))

    assert (status, members["resourceType"]) == (404, "ROOM")
    assert members["resourceId"] == "AAAAaaaa0000"


@pytest.mark.ivschat_verifies("ROOM-LIST-02", "ROOM-LIST-03")
def test_list_has_summaries_in_the_order_of_their_updates(fake: "LiveRoom") -> None:
    """The room that was changed last stands first, and no summary has a maximum."""
    rooms = []
    for name in ("one", "two", "three"):
        fake.pass_time(1)
        rooms.append(fake.perform("CreateRoom", name=name))
    fake.pass_time(1)
    fake.perform("UpdateRoom", identifier=rooms[0]["arn"])

    listed = fake.perform("ListRooms")["rooms"]

    assert [room.get("name") for room in listed] == ["one", "three", "two", None]
    shown = {key: rooms[1][key] for key in rooms[1] if not key.startswith("maximum")}
    assert listed[2] == shown


@pytest.mark.ivschat_verifies("ROOM-LIST-04", "ROOM-LIST-05", "ROOM-LIST-01")
def test_list_comes_in_pages_of_50(fake: "LiveRoom") -> None:
    """51 rooms are two pages where no size is asked for."""
    for _ in range(50):
        fake.perform("CreateRoom")

    first = fake.perform("ListRooms")
    second = fake.perform("ListRooms", nextToken=first["nextToken"])

    assert second.keys() == {"rooms"}
    assert (len(first["rooms"]), len(second["rooms"])) == (50, 1)
    assert len({room["id"] for room in first["rooms"] + second["rooms"]}) == 51


@pytest.mark.ivschat_verifies(
    *("ROOM-LIST-06", "ROOM-LIST-07", "ROOM-LIST-08", "ROOM-LIST-09")
)
def test_list_has_the_rooms_that_match_every_filter(fake: "LiveRoom") -> None:
    """Filters match exactly, combine with AND, and are none where they are empty."""
    arn = configuration(fake)
    handler = {"messageReviewHandler": {"uri": LAMBDA}}
    logging = {"loggingConfigurationIdentifiers": [configuration(fake), arn]}
    for settings in (
        {"name": "ab", **handler},
        {"name": "b", **logging},
        {"name": "c", **handler, **logging},
        {"name": "B"},
    ):
        fake.pass_time(1)
        fake.perform("CreateRoom", **settings)
    by_uri = {"messageReviewHandlerUri": LAMBDA}
    by_logging = {"loggingConfigurationIdentifier": arn}

    assert names(fake, name="b") == ["b"]
    assert names(fake, name="") == ["B", "c", "b", "ab", ""]
    assert names(fake, **by_uri) == ["c", "ab"]
    assert names(fake, messageReviewHandlerUri=f"{LAMBDA}2") == []
    assert names(fake, messageReviewHandlerUri="") == ["B", "c", "b", "ab", ""]
    assert names(fake, **by_logging) == ["c", "b"]
    assert names(fake, **by_logging, **by_uri) == ["c"]
    assert names(fake, **by_logging, **by_uri, name="ab") == []
    assert names(fake, loggingConfigurationIdentifier=ELSEWHERE) == []
