"""The service: its state, its operations by name, and how it starts."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from random import Random
from typing import Any

from ivschat_conformance.reference_impl.core.changes import Change, RoomStored
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
from ivschat_conformance.reference_impl.core.tokens import TokenVault
from ivschat_conformance.schemas.arn import Arn, room_arn
from ivschat_conformance.schemas.operations import load_operations

Perform = Callable[[Mapping[str, Any], datetime], Outcome]


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
        self.state = State()
        self.live = LiveRooms(self.ids, random)
        self.review_targets: Mapping[str, ReviewTarget] = {}
        self._chat = ChatOperations(settings, self.ids, self.state, self.live, random)
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
    def tokens(self) -> TokenVault:
        """What seals and opens chat tokens."""
        return self._chat.vault

    @property
    def seeded_room_arns(self) -> dict[str, str]:
        """The rooms that are there from the start, by name."""
        return dict(self._room_arns)

    def start(self, now: datetime) -> Effects:
        """Hold the seeded rooms and nothing else, as after the start.

        Whoever is connected has to leave, and no token from before opens anything.
        """
        effects = self.live.close_all()
        self.state.clear()
        self._chat.renew_keys()
        self.review_targets = {}
        for seeded in self.settings.seeded_rooms:
            self.apply((RoomStored(self._seeded_room(seeded, now)),), now)
        return effects

    def perform(
        self, operation: str, request: Mapping[str, Any], now: datetime
    ) -> Outcome:
        """Perform a control-plane operation by its name, and apply its changes."""
        if self.settings.pending_verification:
            _refuse_unverified(operation)
        outcome = self._operations[operation](request, now)
        self.apply(outcome.changes, now)
        return outcome

    def apply(self, changes: Iterable[Change], now: datetime) -> None:
        """Make the changes so."""
        self.state.apply(changes, now)

    def review_target(self, handler_arn: str) -> ReviewTarget | None:
        """Return where a message review handler is, or None if nobody has said so."""
        return self.review_targets.get(handler_arn, self.settings.review_handler)

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
