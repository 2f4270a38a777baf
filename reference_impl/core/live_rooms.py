"""What happens in rooms while people are there: who is told what, and who has to leave.

Both APIs come here, so that an action has one effect, whichever way it was asked for
(WS-REQ-24). Methods return effects, for a shell to carry out in their order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random

from ivschat_conformance.reference_impl.core.chat_log import ChatLog
from ivschat_conformance.reference_impl.core.effects import (
    MAX_REASON_BYTES,
    Close,
    CloseCode,
    Deliver,
    Effect,
)
from ivschat_conformance.reference_impl.core.frames import (
    Message,
    SendTimes,
    error_frame,
    event_frame,
    message_frame,
)
from ivschat_conformance.reference_impl.core.ids import Ids
from ivschat_conformance.reference_impl.core.rates import Rate
from ivschat_conformance.reference_impl.core.sessions import Session, Sessions

Effects = tuple[Effect, ...]

EXPIRED = 401


@dataclass(frozen=True, slots=True)
class Occasion:
    """What leads to an event: where, under which id, when, and at whose request."""

    room_arn: str
    id: str
    now: datetime
    request_id: str = ""


class LiveRooms:
    """The sessions of all rooms, and what passes between them."""

    def __init__(self, ids: Ids, random: Random, chat_log: ChatLog) -> None:
        self.sessions = Sessions()
        self._chat_log = chat_log
        self._ids = ids
        self._send_times = SendTimes(random)
        self._message_rates: dict[str, Rate] = {}

    def send_time(self, now: datetime) -> str:
        """Return the `SendTime` of what happens now."""
        return self._send_times.stamp(now)

    def admits_message(self, room_arn: str, per_second: int, now: datetime) -> bool:
        """Count a message against its room's rate (LIMIT-09)."""
        rate = self._message_rates.get(room_arn)
        if rate is None:
            rate = self._message_rates[room_arn] = Rate(now)
        return rate.admit(per_second, now)

    def send_message(
        self, message: Message, sender: Session, last_recipient: int | None = None
    ) -> Effects:
        """Deliver a message to everybody in the sender's room, the sender too.

        Those who came after the last recipient, by ordinal, are left out.
        """
        token = sender.token
        frame = message_frame(message, token)
        told = self._to_room(token.room_arn, frame, last_recipient)
        logged = self._chat_log.record(
            token.room_arn, "MESSAGE", frame, message.received_at
        )
        return (*told, *logged)

    def send_event(
        self, occasion: Occasion, name: str, attributes: Mapping[str, str] | None
    ) -> Effects:
        """Deliver an event to everybody in a room."""
        send_time = self.send_time(occasion.now)
        frame = event_frame(
            occasion.id, occasion.request_id, name, attributes, send_time
        )
        room_arn = occasion.room_arn
        logged = self._chat_log.record(room_arn, "EVENT", frame, occasion.now)
        return (*self._to_room(room_arn, frame), *logged)

    def delete_message(
        self, occasion: Occasion, message_id: str, reason: str | None
    ) -> Effects:
        """Tell a room to delete a message, under both spellings (CONTRA-04)."""
        attributes = {"MessageID": message_id, "MessageId": message_id}
        return self.send_event(
            occasion, "aws:DELETE_MESSAGE", _with_reason(attributes, reason)
        )

    def disconnect_user(
        self, occasion: Occasion, user_id: str, reason: str | None
    ) -> Effects:
        """Tell a room that a user has to leave, the user too, and close (OPEN-10)."""
        attributes = _with_reason({"UserId": user_id}, reason)
        told = self.send_event(occasion, "aws:DISCONNECT_USER", attributes)
        leaving = self.sessions.of_user(occasion.room_arn, user_id)
        return (*told, *self._close(leaving, reason or "Disconnected by a moderator"))

    def close_room(self, room_arn: str) -> Effects:
        """Close the connections of a room that is gone (WS-CLOSE-11)."""
        self._message_rates.pop(room_arn, None)
        return self._close(self.sessions.of_room(room_arn), "The room was deleted")

    def end_sessions(self, now: datetime) -> Effects:
        """Say 401 to the sessions whose time is over, and close (WS-CLOSE-05)."""
        return tuple(
            effect
            for session in self.sessions.ended(now)
            for effect in (
                self.say(session, "", EXPIRED, "The session has expired."),
                Close(session, CloseCode.NORMAL, "The session has expired"),
            )
        )

    def close_all(self) -> Effects:
        """Close every connection: the service starts again."""
        self._message_rates.clear()
        return tuple(
            Close(session, CloseCode.GOING_AWAY, "The service starts again")
            for session in self.sessions.clear()
        )

    def say(
        self,
        session: Session,
        request_id: str,
        code: int,
        message: str,
        error_id: str | None = None,
    ) -> Deliver:
        """Return an ERROR frame for one session alone (WS-ERR-03)."""
        error_id = error_id or self._ids.resource_id()
        return Deliver((session,), error_frame(error_id, request_id, code, message))

    def _to_room(
        self, room_arn: str, frame: str, last_recipient: int | None = None
    ) -> Effects:
        everybody = self.sessions.of_room(room_arn)
        if last_recipient is not None:
            everybody = tuple(s for s in everybody if s.ordinal <= last_recipient)
        return (Deliver(everybody, frame),) if everybody else ()

    def _close(self, sessions: tuple[Session, ...], reason: str) -> Effects:
        for session in sessions:
            self.sessions.remove(session)
        text = _cut(reason)
        return tuple(Close(session, CloseCode.NORMAL, text) for session in sessions)


def _with_reason(attributes: dict[str, str], reason: str | None) -> dict[str, str]:
    return attributes if reason is None else {**attributes, "Reason": reason}


def _cut(reason: str) -> str:
    """Return as much of a reason as a close frame can hold, in whole characters."""
    return reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")
