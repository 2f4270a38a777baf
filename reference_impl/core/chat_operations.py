"""The operations on what happens in rooms: tokens to join, events, moderation."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ivschat_conformance.reference_impl.core import tokens
from ivschat_conformance.reference_impl.core.changes import (
    Change,
    TokenNumbersReserved,
)
from ivschat_conformance.reference_impl.core.errors import Reason, ValidationException
from ivschat_conformance.reference_impl.core.ids import Ids
from ivschat_conformance.reference_impl.core.live_rooms import LiveRooms, Occasion
from ivschat_conformance.reference_impl.core.outcome import Outcome
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.core.state import State
from ivschat_conformance.schemas import limits, timestamps

_NUMBERS_AT_A_TIME = 1_000  # so that not every token is written down
_RESERVED = "aws:"  # event names of the service's own (SEVT-06, OPEN-24)


class ChatOperations:
    """Issues tokens, sends events, deletes messages and disconnects users."""

    def __init__(
        self,
        settings: Settings,
        ids: Ids,
        state: State,
        live: LiveRooms,
    ) -> None:
        self._settings = settings
        self._ids = ids
        self._state = state
        self._live = live
        self._issued = 0

    def begin(self) -> None:
        """Give tokens numbers that the state says have never been given."""
        self._issued = self._state.token_numbers_reserved

    def create_chat_token(self, request: Mapping[str, Any], now: datetime) -> Outcome:
        """Issue a token for a room that is here (TOKEN-REQ, TOKEN-RESP)."""
        minutes = request.get(
            "sessionDurationInMinutes", limits.default("SessionDurationInMinutes")
        )
        room = self._state.room(request["roomIdentifier"])
        self._issued += 1
        changes: tuple[Change, ...] = ()
        if self._issued > self._state.token_numbers_reserved:
            changes = (TokenNumbersReserved(self._issued + _NUMBERS_AT_A_TIME - 1),)
        token = tokens.issue(
            number=self._issued,
            room_arn=room.arn,
            user_id=request["userId"],
            capabilities=request.get("capabilities", ()),
            attributes=request.get("attributes", {}),
            session_duration=timedelta(minutes=minutes),
            token_lifetime=self._settings.token_lifetime,
            now=now,
        )
        token_end, session_end = (
            timestamps.whole_seconds(token.token_expiration_time),
            timestamps.whole_seconds(token.session_expiration_time),
        )
        return Outcome(
            {
                "token": self._state.tokens.seal(token),
                "tokenExpirationTime": token_end,
                "sessionExpirationTime": session_end,
            },
            changes,
            token=token.number,
        )

    def send_event(self, request: Mapping[str, Any], now: datetime) -> Outcome:
        """Send an application's event to a room (SEVT-02, SEVT-03)."""
        name = request["eventName"]
        if name.startswith(_RESERVED):
            sentence = f"must not start with {_RESERVED}: the service's own events do"
            raise ValidationException(
                f"eventName {sentence}.",
                Reason.FIELD_VALIDATION_FAILED,
                (("eventName", sentence),),
            )
        occasion = self._occasion(request, now)
        effects = self._live.send_event(occasion, name, request.get("attributes"))
        return Outcome({"id": occasion.id}, effects=effects)

    def delete_message(self, request: Mapping[str, Any], now: datetime) -> Outcome:
        """Tell a room to delete a message, whether it had it or not (DELM-03)."""
        occasion = self._occasion(request, now)
        effects = self._live.delete_message(
            occasion, request["id"], request.get("reason")
        )
        return Outcome({"id": occasion.id}, effects=effects)

    def disconnect_user(self, request: Mapping[str, Any], now: datetime) -> Outcome:
        """Close a user's connections to a room, if there are any (DISC-02, DISC-03)."""
        effects = self._live.disconnect_user(
            self._occasion(request, now), request["userId"], request.get("reason")
        )
        return Outcome(None, effects=effects)

    def _occasion(self, request: Mapping[str, Any], now: datetime) -> Occasion:
        arn = self._state.room(request["roomIdentifier"]).arn
        return Occasion(arn, self._ids.resource_id(), now)
