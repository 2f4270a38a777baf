"""The service: its state, and what each operation answers and changes at an instant."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from ivschat_conformance.reference_impl.core import tokens
from ivschat_conformance.reference_impl.core.changes import (
    Change,
    RoomDeleted,
    RoomStored,
)
from ivschat_conformance.reference_impl.core.errors import ResourceNotFoundException
from ivschat_conformance.reference_impl.core.ids import Ids
from ivschat_conformance.reference_impl.core.rooms import ROOM, Room, new_room
from ivschat_conformance.reference_impl.core.settings import SeededRoom, Settings
from ivschat_conformance.schemas import limits, timestamps
from ivschat_conformance.schemas.arn import Arn, room_arn


class Outcome(NamedTuple):
    """What an operation answers, None where it has no output, and what it changes."""

    output: dict[str, Any] | None
    changes: tuple[Change, ...] = ()


class Service:
    """One account's IVS Chat in one region.

    Inputs are valid requests (see `validation`), by the wire's names; `random` draws
    ids and keys. Operations raise `ServiceError` and change nothing themselves: what
    they change comes back, and `apply` makes it so.
    """

    def __init__(self, settings: Settings, random: Random) -> None:
        self.settings = settings
        self.ids = Ids(random)
        self.tokens = tokens.TokenVault(urlsafe_b64encode(random.randbytes(32)))
        self._room_arns = {
            room.name: room_arn(
                settings.region,
                settings.account_id,
                room.room_id or self.ids.resource_id(),
            )
            for room in settings.seeded_rooms
        }
        self._rooms: dict[str, Room] = {}
        self._operations: Mapping[
            str, Callable[[Mapping[str, Any], datetime], Outcome]
        ] = {
            "CreateChatToken": self.create_chat_token,
            "CreateRoom": self.create_room,
            "GetRoom": self.get_room,
            "DeleteRoom": self.delete_room,
        }

    @property
    def seeded_room_arns(self) -> dict[str, str]:
        """The rooms that are there from the start, by name."""
        return dict(self._room_arns)

    def start(self, now: datetime) -> None:
        """Hold the seeded rooms and nothing else, as after the start."""
        self._rooms = {}
        for seeded in self.settings.seeded_rooms:
            self.apply((RoomStored(self._seeded_room(seeded, now)),))

    def perform(
        self, operation: str, request: Mapping[str, Any], now: datetime
    ) -> Outcome:
        """Perform a control-plane operation by its name, and apply its changes."""
        outcome = self._operations[operation](request, now)
        self.apply(outcome.changes)
        return outcome

    def apply(self, changes: Iterable[Change]) -> None:
        """Make the changes so."""
        for change in changes:
            match change:
                case RoomStored(room):
                    self._rooms[room.arn] = room
                case RoomDeleted(arn):
                    del self._rooms[arn]

    def create_chat_token(self, request: Mapping[str, Any], now: datetime) -> Outcome:
        """Issue a token for a room that is here (TOKEN-REQ, TOKEN-RESP)."""
        minutes = request.get(
            "sessionDurationInMinutes", limits.default("SessionDurationInMinutes")
        )
        token = tokens.issue(
            room_arn=self._room(request["roomIdentifier"]).arn,
            user_id=request["userId"],
            capabilities=request.get("capabilities", ()),
            attributes=request.get("attributes", {}),
            session_duration=timedelta(minutes=minutes),
            token_lifetime=self.settings.token_lifetime,
            now=now,
        )
        return Outcome(
            {
                "token": self.tokens.seal(token),
                "tokenExpirationTime": timestamps.whole_seconds(
                    token.token_expiration_time
                ),
                "sessionExpirationTime": timestamps.whole_seconds(
                    token.session_expiration_time
                ),
            }
        )

    def create_room(self, request: Mapping[str, Any], now: datetime) -> Outcome:
        """Create a room; names need not be unique (ROOM-CREATE-08)."""
        for identifier in request.get("loggingConfigurationIdentifiers", ()):
            raise _not_found(identifier, "LOGGING_CONFIGURATION")
        room = new_room(
            request,
            region=self.settings.region,
            account_id=self.settings.account_id,
            room_id=self.ids.resource_id(),
            now=now,
        )
        return Outcome(room.wire(), (RoomStored(room),))

    def get_room(self, request: Mapping[str, Any], _now: datetime) -> Outcome:
        """Return a room's settings (ROOM-GET-01)."""
        return Outcome(self._room(request["identifier"]).wire())

    def delete_room(self, request: Mapping[str, Any], _now: datetime) -> Outcome:
        """Delete a room (ROOM-DEL-01)."""
        return Outcome(None, (RoomDeleted(self._room(request["identifier"]).arn),))

    def _room(self, arn: str) -> Room:
        """Return the room, or raise; one of another region or account is not here."""
        room = self._rooms.get(arn)
        if room is None:
            raise _not_found(arn, ROOM)
        return room

    def _seeded_room(self, seeded: SeededRoom, now: datetime) -> Room:
        arn = Arn.parse(self._room_arns[seeded.name])
        return new_room(
            {} if seeded.room_id else {"name": seeded.name},
            region=arn.region,
            account_id=arn.account_id,
            room_id=arn.resource_id,
            now=now,
        )


def _not_found(arn: str, resource_type: str) -> ResourceNotFoundException:
    return ResourceNotFoundException(
        "No such resource in this account and region.",
        arn.rpartition("/")[2],
        resource_type,
    )
