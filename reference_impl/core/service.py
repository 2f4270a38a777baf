"""The service: its state, its operations by name, and how it starts."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

from ivschat_conformance.reference_impl.core.changes import (
    Change,
    Cleared,
    RoomStored,
    TokenKeysStored,
)
from ivschat_conformance.reference_impl.core.chat_log import ChatLog
from ivschat_conformance.reference_impl.core.chat_operations import ChatOperations
from ivschat_conformance.reference_impl.core.errors import PendingVerification
from ivschat_conformance.reference_impl.core.ids import Ids
from ivschat_conformance.reference_impl.core.live_rooms import Effects, LiveRooms
from ivschat_conformance.reference_impl.core.logging_operations import (
    LoggingOperations,
)
from ivschat_conformance.reference_impl.core.outcome import Outcome
from ivschat_conformance.reference_impl.core.paging import Pages
from ivschat_conformance.reference_impl.core.review import ReviewTarget
from ivschat_conformance.reference_impl.core.room_operations import RoomOperations
from ivschat_conformance.reference_impl.core.rooms import Room, new_room
from ivschat_conformance.reference_impl.core.settings import SeededRoom, Settings
from ivschat_conformance.reference_impl.core.state import State
from ivschat_conformance.reference_impl.core.tag_operations import TagOperations
from ivschat_conformance.schemas.arn import Arn, room_arn
from ivschat_conformance.schemas.operations import load_operations

Perform = Callable[[Mapping[str, Any], datetime], Outcome]


class Started(NamedTuple):
    """What a start comes to: what is to be kept from now on, and who has to leave."""

    changes: tuple[Change, ...]
    effects: Effects


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
        self.state = State((settings.region, settings.account_id))
        self.live = LiveRooms(self.ids, random, ChatLog(self.state))
        self.review_targets: Mapping[str, ReviewTarget] = {}
        self._random = random
        self._chat = ChatOperations(settings, self.ids, self.state, self.live)
        self._operations = self._by_name(Pages(random.randbytes(32)))
        self._room_arns = {
            room.name: room_arn(
                settings.region,
                settings.account_id,
                room.room_id or self.ids.resource_id(),
            )
            for room in settings.seeded_rooms
        }

    @property
    def seeded_room_arns(self) -> dict[str, str]:
        """The rooms that are there from the start, by name."""
        return dict(self._room_arns)

    def start(self, now: datetime, kept: Iterable[Change] = ()) -> Started:
        """Hold what was kept and the seeded rooms, and nothing else.

        Whoever is connected has to leave. Without what was kept, no token from before
        opens anything.
        """
        effects = self.live.close_all()
        self.review_targets = {}
        changes: tuple[Change, ...] = (Cleared(), *kept)
        self.apply(changes)
        return Started((*changes, *self._begin(now)), effects)

    def hold(self, kept: Iterable[Change]) -> None:
        """Hold what was kept, and nothing else: what could not be kept is undone."""
        self.apply((Cleared(), *kept))
        self._chat.begin()

    def perform(
        self, operation: str, request: Mapping[str, Any], now: datetime
    ) -> Outcome:
        """Perform a control-plane operation by its name, and apply its changes."""
        if self.settings.pending_verification:
            _refuse_unverified(operation)
        outcome = self._operations[operation](request, now)
        self.apply(outcome.changes)
        return outcome

    def apply(self, changes: Iterable[Change]) -> None:
        """Make the changes so."""
        self.state.apply(changes)

    def review_target(self, handler_arn: str) -> ReviewTarget | None:
        """Return where a message review handler is, or None if nobody has said so."""
        return self.review_targets.get(handler_arn, self.settings.review_handler)

    def _begin(self, now: datetime) -> tuple[Change, ...]:
        """Make the seeded rooms and the keys that are missing; return the changes.

        The oldest room that was kept under a seeded name is that room.
        """
        rooms = self.state.rooms
        newest_first = reversed(rooms.items())
        kept = {room.settings.get("name"): arn for arn, room in newest_first}
        for seeded in self.settings.seeded_rooms:
            arn = self._room_arns[seeded.name]
            if seeded.room_id is None and arn not in rooms:
                self._room_arns[seeded.name] = kept.get(seeded.name, arn)
        changes: list[Change] = [
            RoomStored(self._seeded_room(seeded, now))
            for seeded in self.settings.seeded_rooms
            if self._room_arns[seeded.name] not in rooms
        ]
        if not self.state.tokens.has_keys:
            key = urlsafe_b64encode(self._random.randbytes(32))
            changes.append(TokenKeysStored((key,)))
        self.apply(changes)
        self._chat.begin()
        return tuple(changes)

    def _by_name(self, pages: Pages) -> Mapping[str, Perform]:
        settings, ids, state = self.settings, self.ids, self.state
        chat = self._chat
        rooms = RoomOperations(settings, ids, state, self.live, pages)
        logging = LoggingOperations(settings, ids, state, pages)
        tags = TagOperations(state)
        return {
            "CreateChatToken": chat.create_chat_token,
            "SendEvent": chat.send_event,
            "DeleteMessage": chat.delete_message,
            "DisconnectUser": chat.disconnect_user,
            "CreateRoom": rooms.create,
            "GetRoom": rooms.get,
            "UpdateRoom": rooms.update,
            "DeleteRoom": rooms.delete,
            "ListRooms": rooms.list,
            "CreateLoggingConfiguration": logging.create,
            "GetLoggingConfiguration": logging.get,
            "UpdateLoggingConfiguration": logging.update,
            "DeleteLoggingConfiguration": logging.delete,
            "ListLoggingConfigurations": logging.list,
            "ListTagsForResource": tags.list,
            "TagResource": tags.tag,
            "UntagResource": tags.untag,
        }

    def _seeded_room(self, seeded: SeededRoom, now: datetime) -> Room:
        arn = Arn.parse(self._room_arns[seeded.name])
        return new_room(
            {} if seeded.room_id else {"name": seeded.name},
            region=arn.region,
            account_id=arn.account_id,
            room_id=arn.resource_id,
            now=now,
        )


def _refuse_unverified(operation: str) -> None:
    """Refuse what an account that is not verified yet may not do (IAM-05)."""
    if "PendingVerification" in load_operations()[operation].errors:
        raise PendingVerification("The account is pending verification.")
