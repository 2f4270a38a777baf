"""Rooms: their settings, their defaults and their form on the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Self

from ivschat_conformance.schemas import limits, timestamps
from ivschat_conformance.schemas.arn import room_arn

ROOM = "ROOM"
"""The `resourceType` of a room in an error (ERR-20)."""

_SETTINGS = ("name", "loggingConfigurationIdentifiers")
_MAXIMA = {
    "maximumMessageRatePerSecond": "RoomMaxMessageRatePerSecond",
    "maximumMessageLength": "RoomMaxMessageLength",
}


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
    def resource_type(self) -> str:
        """What an error calls it."""
        return ROOM

    @property
    def review_handler(self) -> Mapping[str, str] | None:
        """The message review handler, with its `uri` and `fallbackResult`, if any."""
        return self.settings.get("messageReviewHandler")

    @property
    def logging_configurations(self) -> tuple[str, ...]:
        """The ARNs of the logging configurations, in the order given."""
        return tuple(self.settings.get("loggingConfigurationIdentifiers", ()))

    def wire(self) -> dict[str, Any]:
        """Return the members of CreateRoom's and GetRoom's answer (ROOM-CREATE-02)."""
        maxima = (self.maximum_message_rate_per_second, self.maximum_message_length)
        return {**self.summary(), **dict(zip(_MAXIMA, maxima, strict=True))}

    def summary(self) -> dict[str, Any]:
        """Return the members that stand in a list: no maxima (ROOM-LIST-03).

        Tags are always there; a setting that was never given is left out.
        """
        return {
            "arn": self.arn,
            "id": self.id,
            "createTime": timestamps.milliseconds(self.create_time),
            "updateTime": timestamps.milliseconds(self.update_time),
            **self.settings,
            "tags": dict(self.tags),
        }

    def updated(self, request: Mapping[str, Any], now: datetime) -> Self:
        """Return it as a valid update leaves it: what is left out stays (ROOM-UPD-01).

        An empty `uri` takes the handler away; a handler without one keeps the uri that
        the room has (ROOM-UPD-04, ROOM-UPD-08).
        """
        given = _given(request)
        settings = {**self.settings, **given}
        if "messageReviewHandler" in request:
            handler = {**(self.review_handler or {}), **request["messageReviewHandler"]}
            settings.pop("messageReviewHandler", None)
            settings |= _with_handler(handler)
        return replace(
            self,
            update_time=now,
            maximum_message_rate_per_second=request.get(
                "maximumMessageRatePerSecond", self.maximum_message_rate_per_second
            ),
            maximum_message_length=request.get(
                "maximumMessageLength", self.maximum_message_length
            ),
            settings=MappingProxyType(settings),
        )

    def tagged(self, tags: Mapping[str, str]) -> Self:
        """Return it with these tags and no others; its update time stays (OPEN-17)."""
        return replace(self, tags=MappingProxyType(dict(tags)))


def new_room(
    request: Mapping[str, Any],
    *,
    region: str,
    account_id: str,
    room_id: str,
    now: datetime,
) -> Room:
    """Return the room that a valid CreateRoomRequest asks for, defaults filled in."""
    rate, length = (
        request.get(member, limits.default(shape)) for member, shape in _MAXIMA.items()
    )
    handler = _with_handler(request.get("messageReviewHandler", {}))
    return Room(
        arn=room_arn(region, account_id, room_id),
        id=room_id,
        create_time=now,
        update_time=now,
        maximum_message_rate_per_second=rate,
        maximum_message_length=length,
        tags=MappingProxyType(dict(request.get("tags", {}))),
        settings=MappingProxyType({**_given(request), **handler}),
    )


def _given(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings in a request; repeated configurations collapse."""
    given = {member: request[member] for member in _SETTINGS if member in request}
    identifiers = "loggingConfigurationIdentifiers"
    if identifiers in given:
        given[identifiers] = list(dict.fromkeys(given[identifiers]))
    return given


def _with_handler(handler: Mapping[str, str]) -> dict[str, Any]:
    """Return the handler to keep: an empty uri means none (VAL-18, ROOM-CREATE-09)."""
    if not handler.get("uri"):
        return {}
    whole = {"fallbackResult": limits.default("FallbackResult"), **handler}
    return {"messageReviewHandler": whole}
