"""A service at its start: rooms that are there, handlers, and what a restart finds."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.reference_impl.core.changes import TokenUsed
from ivschat_conformance.reference_impl.core.errors import ResourceNotFoundException

if TYPE_CHECKING:
    from ivschat_conformance.reference_impl.core.service import Service
    from tests.core.conftest import Started

NOW = datetime(2026, 11, 24, 1, 51, 27, 987654, tzinfo=UTC)
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
ASKED = {"roomIdentifier": ROOM, "userId": "u"}


def perform(service: "Service", operation: str, request: dict[str, str]) -> Any:
    """Return the output of an operation performed now."""
    return service.perform(operation, request, NOW).output


def test_handler_is_where_it_was_led_or_where_all_are(started: "Started") -> None:
    """By its own ARN first, then by the setting, and nowhere without either."""
    service = started(NOW, review_handler="http://127.0.0.1:1/all")
    service.review_targets = {"one": "http://127.0.0.1:2/one"}

    assert service.review_target("one") == "http://127.0.0.1:2/one"
    assert service.review_target("other") == "http://127.0.0.1:1/all"
    service.start(NOW)
    assert service.review_target("one") == "http://127.0.0.1:1/all"
    assert started(NOW).review_target("one") is None


def test_used_token_is_a_change_that_can_be_applied(started: "Started") -> None:
    """A shell that wrote it down makes it so again after a restart."""
    service = started(NOW)
    end = NOW + timedelta(minutes=1)

    service.apply((TokenUsed(7, end),))

    assert service.state.used_tokens.has(7, end)
    assert not service.state.used_tokens.has(8, end)


def test_seeded_rooms_are_there_from_the_start(started: "Started") -> None:
    """A name gets an id of its own and is the room's name; an ARN fixes the id."""
    service = started(NOW, rooms=["lobby", "stage", ROOM])

    arns = service.seeded_room_arns

    assert list(arns) == ["lobby", "stage", "g1H2I3j4k5L6"]
    assert arns["g1H2I3j4k5L6"] == ROOM
    assert len(set(arns.values())) == 3
    rooms = {
        name: perform(service, "GetRoom", {"identifier": arn})
        for name, arn in arns.items()
    }
    assert rooms["lobby"]["name"] == "lobby"
    assert rooms["stage"]["name"] == "stage"
    assert "name" not in rooms["g1H2I3j4k5L6"]
    assert {room["createTime"] for room in rooms.values()} == {
        "2026-11-24T01:51:27.987Z"
    }


def test_start_brings_back_the_seeded_rooms_and_no_others(started: "Started") -> None:
    """Under the same ARNs, as new at that instant; what was created is gone."""
    service = started(NOW, rooms=["lobby", ROOM])
    arns = service.seeded_room_arns
    created = perform(service, "CreateRoom", {})
    perform(service, "DeleteRoom", {"identifier": arns["lobby"]})

    text = perform(service, "CreateChatToken", ASKED)["token"]
    service.apply((TokenUsed(1, NOW),))

    assert service.start(datetime(2027, 1, 1, tzinfo=UTC)).effects == ()

    assert len(service.state.used_tokens) == 0
    assert service.state.tokens.open(text).number == 1  # the same key: a test knows it
    token = perform(service, "CreateChatToken", ASKED)["token"]
    assert service.state.tokens.open(token).number == 1
    assert service.seeded_room_arns == arns
    for arn in arns.values():
        room = perform(service, "GetRoom", {"identifier": arn})
        assert room["createTime"] == "2027-01-01T00:00:00.000Z"
    with pytest.raises(ResourceNotFoundException):
        perform(service, "GetRoom", {"identifier": created["arn"]})


def test_caller_cannot_change_what_the_seeded_rooms_are(started: "Started") -> None:
    """The mapping is the caller's own."""
    service = started(NOW)

    service.seeded_room_arns.clear()

    assert service.seeded_room_arns == {"g1H2I3j4k5L6": ROOM}
