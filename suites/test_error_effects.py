"""What a refused request changes: nothing (contract.md 2.3)."""

from dataclasses import replace

import pytest

from ivschat_conformance.fixtures.cases import (
    Rooms,
    case,
    needs_signatures,
    verifies,
)
from ivschat_conformance.fixtures.control_plane import ControlPlane, Draft, Exchange
from ivschat_conformance.fixtures.expect import AnswerError


@verifies("ERR-24")
@pytest.mark.parametrize(
    "body",
    [
        case(b'{"identifier":"%b"} {}', name="trailing-garbage"),
        case(b'{"identifier":"%b"', name="truncated"),
        case(b'["%b"]', name="array"),
        case(b'{"identifier":["%b"]}', name="wrong-type"),
        case(b'{"identifier":"%b "}', name="malformed-arn"),
    ],
)
def test_deletion_refused_for_its_body_leaves_the_room(
    api: ControlPlane, rooms: Rooms, body: bytes
) -> None:
    """A body that is no input deletes nothing, though the room can be read in it."""
    arn = rooms.new()

    refused = api.call("DeleteRoom", body % arn.encode())

    _expect_room_left(api, arn, refused)


@verifies("ERR-24")
@pytest.mark.parametrize("way", ["method", "path", "content-type"])
def test_deletion_refused_for_its_head_leaves_the_room(
    api: ControlPlane, rooms: Rooms, way: str
) -> None:
    """A request that leads to no operation deletes nothing."""
    arn = rooms.new()
    draft = api.draft("DeleteRoom", {"identifier": arn})

    refused = api.send(_misled(draft, way))

    _expect_room_left(api, arn, refused)


@verifies("ERR-24")
def test_unsigned_deletion_leaves_the_room(api: ControlPlane, rooms: Rooms) -> None:
    """Nobody in particular deletes nothing."""
    needs_signatures(api)
    arn = rooms.new()

    refused = api.call("DeleteRoom", {"identifier": arn}, signing=None)

    _expect_room_left(api, arn, refused)


@verifies("ERR-24")
def test_wrongly_signed_deletion_leaves_the_room(
    api: ControlPlane, rooms: Rooms
) -> None:
    """A signature of another body deletes nothing."""
    needs_signatures(api)
    arn = rooms.new()
    signing = replace(api.signing(), body=b"{}")

    refused = api.call("DeleteRoom", {"identifier": arn}, signing=signing)

    _expect_room_left(api, arn, refused)


def _misled(draft: Draft, way: str) -> Draft:
    match way:
        case "method":
            return replace(draft, method="PUT")
        case "path":
            return replace(draft, path="/DeleteRooms")
        case _:
            return draft.with_header("Content-Type", "text/plain")


def _expect_room_left(api: ControlPlane, arn: str, refused: Exchange) -> None:
    if refused.status < 400:
        pytest.skip(f"the deletion was answered {refused.status}: it was not refused")
    read = api.call("GetRoom", {"identifier": arn})
    if read.status != 200:
        raise AnswerError(
            f"after a deletion that was answered {refused.status}, "
            f"GetRoom was answered {read.status}: the room is gone",
            refused,
        )
