"""Rooms: their settings, their defaults and their form on the wire."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from ivschat_conformance.schemas import limits, timestamps
from ivschat_conformance.schemas.arn import room_arn

ROOM = "ROOM"
"""The `resourceType` of a room in an error (ERR-20)."""


@dataclass(frozen=True, slots=True)
class Room:
    """One room as it stands; `settings` holds only what was given, by its wire name."""

    arn: str
    id: str
    create_time: datetime
    update_time: datetime
    maximum_message_rate_per_second: int
    maximum_message_length: int
    tags: Mapping[str, str]
    settings: Mapping[str, Any]

    @property
    def review_handler(self) -> Mapping[str, str] | None:
        """The message review handler, with its `uri` and `fallbackResult`, if any."""
        return self.settings.get("messageReviewHandler")

    def wire(self) -> dict[str, Any]:
        """Return the members of CreateRoom's and GetRoom's answer (ROOM-CREATE-02).

        Tags are always there; a setting that was never given is left out.
        """
        return {
            "arn": self.arn,
            "id": self.id,
            "createTime": timestamps.milliseconds(self.create_time),
            "updateTime": timestamps.milliseconds(self.update_time),
            "maximumMessageRatePerSecond": self.maximum_message_rate_per_second,
            "maximumMessageLength": self.maximum_message_length,
            **self.settings,
            "tags": dict(self.tags),
        }


def new_room(
    request: Mapping[str, Any],
    *,
    region: str,
    account_id: str,
    room_id: str,
    now: datetime,
) -> Room:
    """Return the room that a valid CreateRoomRequest asks for, defaults filled in."""
    settings = {
        member: request[member]
        for member in ("name", "loggingConfigurationIdentifiers")
        if member in request
    }
    handler = _review_handler(request.get("messageReviewHandler", {}))
    if handler:
        settings["messageReviewHandler"] = handler
    return Room(
        arn=room_arn(region, account_id, room_id),
        id=room_id,
        create_time=now,
        update_time=now,
        maximum_message_rate_per_second=request.get(
            "maximumMessageRatePerSecond",
            limits.default("RoomMaxMessageRatePerSecond"),
        ),
        maximum_message_length=request.get(
            "maximumMessageLength", limits.default("RoomMaxMessageLength")
        ),
        tags=MappingProxyType(dict(request.get("tags", {}))),
        settings=MappingProxyType(settings),
    )


def _review_handler(given: Mapping[str, str]) -> dict[str, str]:
    """Return the handler to keep: an empty uri means none (VAL-18, ROOM-CREATE-09)."""
    if not given.get("uri"):
        return {}
    return {"fallbackResult": limits.default("FallbackResult"), **given}
