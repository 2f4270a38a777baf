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
    TokenUsed,
)
from ivschat_conformance.reference_impl.core.errors import (
    Reason,
    ResourceNotFoundException,
    ValidationException,
)
from ivschat_conformance.reference_impl.core.ids import Ids
from ivschat_conformance.reference_impl.core.live_rooms import (
    Effects,
    LiveRooms,
    Occasion,
)
from ivschat_conformance.reference_impl.core.review import ReviewTarget
from ivschat_conformance.reference_impl.core.rooms import ROOM, Room, new_room
from ivschat_conformance.reference_impl.core.settings import SeededRoom, Settings
from ivschat_conformance.reference_impl.core.used_tokens import UsedTokens
from ivschat_conformance.schemas import limits, timestamps
from ivschat_conformance.schemas.arn import Arn, room_arn

_RESERVED = "aws:"  # event names of the service's own (SEVT-06, OPEN-24)


class Outcome(NamedTuple):
    """What an operation answers, None where it has no output, and what comes of it.

    `changes` are to be kept, `effects` to be carried out on connections.
    """

    output: dict[str, Any] | None
    changes: tuple[Change, ...] = ()
    effects: Effects = ()


class Service:
    """One account's IVS Chat in one region.

    Inputs are valid requests (see `validation`), by the wire's names; `random` draws
    ids and keys. Operations raise `ServiceError` and store nothing themselves: what
    they change comes back, and `apply` makes it so. `review_targets` says where the
    ARNs of message review handlers lead.
    """

    def __init__(self, settings: Settings, random: Random) -> None:
        self.settings = settings
        self.ids = Ids(random)
        self.live = LiveRooms(self.ids, random)
        self.review_targets: Mapping[str, ReviewTarget] = {}
        self._random = random
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
            "SendEvent": self.send_event,
            "DeleteMessage": self.delete_message,
            "DisconnectUser": self.disconnect_user,
        }

    @property
    def seeded_room_arns(self) -> dict[str, str]:
        """The rooms that are there from the start, by name."""
        return dict(self._room_arns)

    def start(self, now: datetime) -> Effects:
        """Hold the seeded rooms and nothing else, as after the start.

        Whoever is connected has to leave, and no token from before opens anything.
        """
        effects = self.live.close_all()
        self.tokens = tokens.TokenVault(urlsafe_b64encode(self._random.randbytes(32)))
        self.used_tokens = UsedTokens()
        self._issued = 0
        self.review_targets = {}
        self._rooms = {}
        for seeded in self.settings.seeded_rooms:
            self.apply((RoomStored(self._seeded_room(seeded, now)),), now)
        return effects

    def perform(
        self, operation: str, request: Mapping[str, Any], now: datetime
    ) -> Outcome:
        """Perform a control-plane operation by its name, and apply its changes."""
        outcome = self._operations[operation](request, now)
        self.apply(outcome.changes, now)
        return outcome

    def apply(self, changes: Iterable[Change], now: datetime) -> None:
        """Make the changes so."""
        for change in changes:
            match change:
                case RoomStored(room):
                    self._rooms[room.arn] = room
                case RoomDeleted(arn):
                    del self._rooms[arn]
                case TokenUsed(number, expiration):
                    self.used_tokens.add(number, expiration, now)

    def find_room(self, arn: str) -> Room | None:
        """Return a room, or None if there is none of this ARN here."""
        return self._rooms.get(arn)

    def room(self, arn: str) -> Room:
        """Return a room, or raise; one of another region or account is not here."""
        room = self.find_room(arn)
        if room is None:
            raise _not_found(arn, ROOM)
        return room

    def review_target(self, handler_arn: str) -> ReviewTarget | None:
        """Return where a message review handler is, or None if nobody has said so."""
        return self.review_targets.get(handler_arn, self.settings.review_handler)

    def create_chat_token(self, request: Mapping[str, Any], now: datetime) -> Outcome:
        """Issue a token for a room that is here (TOKEN-REQ, TOKEN-RESP)."""
        minutes = request.get(
            "sessionDurationInMinutes", limits.default("SessionDurationInMinutes")
        )
        room = self.room(request["roomIdentifier"])
        self._issued += 1
        token = tokens.issue(
            number=self._issued,
            room_arn=room.arn,
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
        return Outcome(self.room(request["identifier"]).wire())

    def delete_room(self, request: Mapping[str, Any], _now: datetime) -> Outcome:
        """Delete a room, and close its connections (ROOM-DEL-01, WS-CLOSE-11)."""
        arn = self.room(request["identifier"]).arn
        return Outcome(None, (RoomDeleted(arn),), self.live.close_room(arn))

    def send_event(self, request: Mapping[str, Any], now: datetime) -> Outcome:
        """Send an application's event to a room (SEVT-02, SEVT-03)."""
        name = request["eventName"]
        if name.startswith(_RESERVED):
            raise ValidationException(
                f"eventName must not start with {_RESERVED}: the service's events do.",
                Reason.FIELD_VALIDATION_FAILED,
                (("eventName", f"must not start with {_RESERVED}"),),
            )
        occasion = self._occasion(request, now)
        effects = self.live.send_event(occasion, name, request.get("attributes"))
        return Outcome({"id": occasion.id}, effects=effects)

    def delete_message(self, request: Mapping[str, Any], now: datetime) -> Outcome:
        """Tell a room to delete a message, whether it had it or not (DELM-03)."""
        occasion = self._occasion(request, now)
        effects = self.live.delete_message(
            occasion, request["id"], request.get("reason")
        )
        return Outcome({"id": occasion.id}, effects=effects)

    def disconnect_user(self, request: Mapping[str, Any], now: datetime) -> Outcome:
        """Close a user's connections to a room, if there are any (DISC-02, DISC-03)."""
        effects = self.live.disconnect_user(
            self._occasion(request, now), request["userId"], request.get("reason")
        )
        return Outcome(None, effects=effects)

    def _occasion(self, request: Mapping[str, Any], now: datetime) -> Occasion:
        arn = self.room(request["roomIdentifier"]).arn
        return Occasion(arn, self.ids.resource_id(), now)

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
