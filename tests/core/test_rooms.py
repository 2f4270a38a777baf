"""Rooms: defaults filled in, settings kept, and their form on the wire."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from ivschat_conformance.reference_impl.core.rooms import Room, new_room
from ivschat_conformance.schemas import documents

NOW = datetime(2026, 11, 24, 1, 51, 27, 123999, tzinfo=UTC)
LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"
LOGGING = "arn:aws:ivschat:us-west-2:123456789012:logging-configuration/ABcdef34ghIJ"
BARE = {
    "arn": "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6",
    "id": "g1H2I3j4k5L6",
    "createTime": "2026-11-24T01:51:27.123Z",
    "updateTime": "2026-11-24T01:51:27.123Z",
    "maximumMessageRatePerSecond": 10,
    "maximumMessageLength": 500,
    "tags": {},
}


def created(request: Mapping[str, Any]) -> Room:
    """Return the room that this CreateRoom asks for."""
    return new_room(
        request,
        region="us-west-2",
        account_id="123456789012",
        room_id="g1H2I3j4k5L6",
        now=NOW,
    )


@pytest.mark.ivschat_verifies(
    *("ROOM-CREATE-01", "ROOM-CREATE-02", "ROOM-CREATE-03", "ROOM-CREATE-04"),
    *("ROOM-CREATE-05", "ROOM-CREATE-06", "ROOM-CREATE-07", "HTTP-RESP-07"),
    "HTTP-RESP-12",
)
def test_room_of_an_empty_request_has_the_defaults_and_no_more() -> None:
    """Both limits and empty tags are there; what was never set is left out."""
    assert created({}).wire() == BARE


@pytest.mark.ivschat_verifies("ROOM-CREATE-02", "ROOM-GET-01")
def test_room_echoes_every_setting_that_was_given() -> None:
    """Names may be empty, and a list keeps its order."""
    given = {
        "name": "lobby",
        "maximumMessageRatePerSecond": 100,
        "maximumMessageLength": 1,
        "messageReviewHandler": {"uri": LAMBDA, "fallbackResult": "DENY"},
        "tags": {"stage": "test", "": "é"},
        "loggingConfigurationIdentifiers": [LOGGING, LOGGING.replace("AB", "CD")],
    }

    assert created(given).wire() == BARE | given
    assert created({"name": ""}).wire() == BARE | {"name": ""}
    assert created({"loggingConfigurationIdentifiers": []}).wire() == (
        BARE | {"loggingConfigurationIdentifiers": []}
    )


@pytest.mark.ivschat_verifies("ROOM-CREATE-09", "ROOM-CREATE-06", "VAL-18")
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"uri": LAMBDA}, {"uri": LAMBDA, "fallbackResult": "ALLOW"}),
        (
            {"uri": LAMBDA, "fallbackResult": "DENY"},
            {"uri": LAMBDA, "fallbackResult": "DENY"},
        ),
        ({"uri": ""}, None),
        ({"uri": "", "fallbackResult": "DENY"}, None),
        ({"fallbackResult": "DENY"}, None),
        ({}, None),
    ],
)
def test_handler_without_a_uri_is_none_and_without_a_result_allows(
    given: dict[str, str], kept: dict[str, str] | None
) -> None:
    """A handler is its uri: an empty or absent one means that there is none."""
    wire = created({"messageReviewHandler": given}).wire()

    assert wire.get("messageReviewHandler") == kept
    assert ("messageReviewHandler" in wire) is (kept is not None)


def test_room_does_not_change_with_the_request_or_its_answer() -> None:
    """What a caller does to its values afterwards is no update of a room."""
    request: dict[str, Any] = {"tags": {"stage": "test"}}
    room = created(request)

    request["tags"]["stage"] = "other"
    room.wire()["tags"]["stage"] = "other"

    assert room.wire()["tags"] == {"stage": "test"}


@pytest.mark.ivschat_verifies("ROOM-CREATE-02", "HTTP-RESP-09")
@pytest.mark.parametrize("shape", ["CreateRoomResponse", "GetRoomResponse"])
def test_room_on_the_wire_is_as_the_schemas_say(shape: str) -> None:
    """Both answers have the same members, none of them unknown."""
    validator = documents.validator(shape, closed=True)
    full = created(
        {
            "name": "lobby",
            "messageReviewHandler": {"uri": LAMBDA},
            "tags": {"stage": "test"},
            "loggingConfigurationIdentifiers": [LOGGING],
        }
    )

    for room in (full, created({})):
        assert [error.json_path for error in validator.iter_errors(room.wire())] == []
    assert not validator.is_valid(full.wire() | {"unknown": 1})
