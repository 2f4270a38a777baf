"""The operations on rooms."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ivschat_conformance.reference_impl.core.changes import RoomDeleted, RoomStored
from ivschat_conformance.reference_impl.core.errors import (
    ServiceQuotaExceededException,
)
from ivschat_conformance.reference_impl.core.ids import Ids
from ivschat_conformance.reference_impl.core.live_rooms import LiveRooms
from ivschat_conformance.reference_impl.core.outcome import Outcome
from ivschat_conformance.reference_impl.core.paging import Pages
from ivschat_conformance.reference_impl.core.rooms import ROOM, Room, new_room
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.core.state import State
from ivschat_conformance.reference_impl.core.tag_operations import check_tag_keys
from ivschat_conformance.schemas import limits


class RoomOperations:
    """Creates, shows, changes, deletes and lists rooms."""

    def __init__(
        self, settings: Settings, ids: Ids, state: State, live: LiveRooms, pages: Pages
    ) -> None:
        self._settings = settings
        self._ids = ids
        self._state = state
        self._live = live
        self._pages = pages

    def create(self, request: Mapping[str, Any], now: datetime) -> Outcome:
        """Create a room; names need not be unique (ROOM-CREATE-08)."""
        check_tag_keys(request.get("tags", {}))
        self._check_logging(request)
        room_id = self._ids.resource_id()
        if len(self._state.rooms) >= self._settings.room_quota:
            raise ServiceQuotaExceededException(
                "This account and region have as many rooms as they may.",
                room_id,
                ROOM,
                self._settings.room_quota,
            )
        room = new_room(
            request,
            region=self._settings.region,
            account_id=self._settings.account_id,
            room_id=room_id,
            now=now,
        )
        return Outcome(room.wire(), (RoomStored(room),))

    def get(self, request: Mapping[str, Any], _now: datetime) -> Outcome:
        """Return a room's settings (ROOM-GET-01)."""
        return Outcome(self._state.room(request["identifier"]).wire())

    def update(self, request: Mapping[str, Any], now: datetime) -> Outcome:
        """Change some settings of a room, for sessions that are open, too (OPEN-13)."""
        room = self._state.room(request["identifier"])
        self._check_logging(request)
        room = room.updated(request, now)
        return Outcome(room.wire(), (RoomStored(room),))

    def delete(self, request: Mapping[str, Any], _now: datetime) -> Outcome:
        """Delete a room, and close its connections (ROOM-DEL-01, ROOM-DEL-02)."""
        arn = self._state.room(request["identifier"]).arn
        return Outcome(None, (RoomDeleted(arn),), self._live.close_room(arn))

    def list(self, request: Mapping[str, Any], _now: datetime) -> Outcome:
        """Return a page of the rooms that match every filter (ROOM-LIST-08)."""
        most = request.get("maxResults", limits.default("MaxRoomResults"))
        wanted = _filter_of(request)
        page = self._pages.cut("ListRooms", request, self._state.rooms, most, wanted)
        output: dict[str, Any] = {"rooms": [room.summary() for room in page.entries]}
        if page.next_token is not None:
            output["nextToken"] = page.next_token
        return Outcome(output)

    def _check_logging(self, request: Mapping[str, Any]) -> None:
        """Refuse logging configurations that are not here (ROOM-CREATE-10)."""
        for arn in request.get("loggingConfigurationIdentifiers", ()):
            self._state.logging_configuration(arn)


def _filter_of(request: Mapping[str, Any]) -> Callable[[Room], bool]:
    """Return what rooms must match; an empty filter is none (ROOM-LIST-06 to -09)."""
    name = request.get("name")
    uri = request.get("messageReviewHandlerUri")
    logging = request.get("loggingConfigurationIdentifier")
    return lambda room: (
        (not name or room.settings.get("name") == name)
        and (not uri or (room.review_handler or {}).get("uri") == uri)
        and (not logging or logging in room.logging_configurations)
    )
