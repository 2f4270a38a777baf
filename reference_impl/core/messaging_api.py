"""The messaging API: what a session asks for.

A table says what each action needs; a session that is over is no longer in its room,
and whatever still comes from it is ignored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ivschat_conformance.reference_impl.core.calls import FRAME, Note, Refusal
from ivschat_conformance.reference_impl.core.effects import Effect, Review
from ivschat_conformance.reference_impl.core.errors import CallerError
from ivschat_conformance.reference_impl.core.fault_effects import (
    disturbed,
    duplicated,
)
from ivschat_conformance.reference_impl.core.faults import (
    FaultName,
    Faults,
    PlannedFault,
)
from ivschat_conformance.reference_impl.core.findings import FindingName
from ivschat_conformance.reference_impl.core.frames import Message
from ivschat_conformance.reference_impl.core.live_rooms import (
    EXPIRED,
    Effects,
    Occasion,
)
from ivschat_conformance.reference_impl.core.messaging_input import (
    RequestRefusedError,
    by_lower_case,
    check_size,
    read_action,
    request_id_of,
)
from ivschat_conformance.reference_impl.core.records import Records
from ivschat_conformance.reference_impl.core.review import (
    NO_ANSWER,
    PendingMessage,
    Rejected,
    judge,
    review_input,
)
from ivschat_conformance.reference_impl.core.service import Service
from ivschat_conformance.reference_impl.core.sessions import Session
from ivschat_conformance.reference_impl.core.validation import read_object

MAX_FRAME_BYTES = 16_384
"""A frame from a client, of one or more fragments (OPEN-05)."""

_REQUESTS_PER_SECOND = 10  # a connection (LIMIT-07)
_ENDS = frozenset({FaultName.drop, FaultName.close})  # the sender's session


@dataclass(slots=True)
class _Request:
    """A request that may be performed, and what it is the occasion of.

    `pending` is the message that it has put under review.
    """

    session: Session
    occasion: Occasion
    members: Mapping[str, Any]
    pending: PendingMessage | None = None


@dataclass(frozen=True, slots=True)
class _Action:
    """What a row of the table says: who may, what it must look like, what it does."""

    capability: str
    shape: str
    perform: Callable[[_Request], Effects]


class MessagingApi:
    """Performs the requests of sessions, and records them."""

    def __init__(self, service: Service, faults: Faults, records: Records) -> None:
        self._service = service
        self._faults = faults
        self._records = records
        self._live = service.live
        self._reviewing: set[Session] = set()
        self._actions: Mapping[str, _Action] = {
            "SEND_MESSAGE": _Action(
                "SEND_MESSAGE", "SendMessageAction", self._send_message
            ),
            "DELETE_MESSAGE": _Action(
                "DELETE_MESSAGE", "DeleteMessageAction", self._delete_message
            ),
            "DISCONNECT_USER": _Action(
                "DISCONNECT_USER", "DisconnectUserAction", self._disconnect_user
            ),
        }

    def receive(self, session: Session, frame: bytes, now: datetime) -> Effects:
        """Perform one request: what it leads to, or an ERROR for its sender."""
        if session not in self._live.sessions:
            self._note_late(session, frame, now)
            return ()
        identifier = self._service.ids.resource_id()
        request_id, name = "", FRAME
        status: int | None = 200
        fault = refusal = pending = None
        effects: Effects = ()
        try:
            admitted = session.requests.admit(_REQUESTS_PER_SECOND, now)
            members = by_lower_case(read_object(frame, "frame"))
            request_id = request_id_of(members)
            name = self._name(members)
            fault = self._faults.take(name) if self._faults.waiting else None
            if fault is None or fault.is_performed:
                action = self._action(session, name, admitted=admitted)
                check_size(members)
                occasion = Occasion(session.token.room_arn, identifier, now, request_id)
                read = read_action(action.shape, members)
                request = _Request(session, occasion, read)
                effects = action.perform(request)
                pending = request.pending
            else:
                status = None
        except RequestRefusedError as error:
            status, refusal = error.code, Refusal(error.message, error.finding)
        except CallerError as error:
            status, refusal = error.status, Refusal(error.message, error.finding)
        if refusal is not None and status is not None:
            said = self._live.say(
                session, request_id, status, refusal.error, identifier
            )
            effects = (said,)
        if fault is not None:
            effects = self._disturb(effects, fault, session, pending)
        size, number = len(frame), session.token.number
        self._records.add(
            (now, frame, name, status, size, refusal, fault, number, pending)
        )
        return effects

    def reviewed(self, pending: PendingMessage, answer: object) -> Effects:
        """Take a handler's answer, and go on with what waited for it."""
        pending.verdict = judge(pending, answer)
        return self._release(pending.session)

    def forget_reviews(self) -> None:
        """Drop the messages under review: the service starts again."""
        for session in self._reviewing:
            session.under_review.clear()
        self._reviewing.clear()

    def _name(self, members: Mapping[str, Any]) -> str:
        """Return the name of the action that is asked for, if it is one."""
        name = members.get("action")
        return name if isinstance(name, str) and name in self._actions else FRAME

    def _action(self, session: Session, name: str, *, admitted: bool) -> _Action:
        """Return the action of this name, if this session may have it now."""
        if not admitted:
            raise RequestRefusedError(
                429,
                f"A connection may make {_REQUESTS_PER_SECOND} requests a second.",
                FindingName.rate_exceeded,
            )
        action = self._actions.get(name)
        if action is None:
            raise RequestRefusedError(
                400,
                f"Action must be one of {', '.join(self._actions)}.",
                FindingName.operation_unknown,
            )
        if action.capability not in session.token.capabilities:
            raise RequestRefusedError(
                403,
                f"The chat token lacks the capability {action.capability}.",
                FindingName.capability_missing,
            )
        return action

    def _disturb(
        self,
        effects: Effects,
        fault: PlannedFault,
        session: Session,
        pending: PendingMessage | None,
    ) -> Effects:
        """Return what comes of an action that met a planned fault."""
        if fault.fault in _ENDS:
            self._live.sessions.remove(session)
        if pending is not None and fault.fault == FaultName.duplicate:
            pending.copies = 2
        return disturbed(effects, fault, session)

    def _note_late(self, session: Session, frame: bytes, now: datetime) -> None:
        """Record what came from a session that was over."""
        status, refusal = None, None
        if session.token.session_expiration_time <= now:
            status = EXPIRED
            refusal = Refusal("The session has expired.", FindingName.session_expired)
        size, number = len(frame), session.token.number
        self._records.add(Note(now, frame, FRAME, status, size, refusal, token=number))

    def _send_message(self, request: _Request) -> Effects:
        session, occasion = request.session, request.occasion
        room = self._service.state.room(occasion.room_arn)
        content = request.members["Content"]
        if len(content) > room.maximum_message_length:
            raise RequestRefusedError(
                400,
                f"Content must have {room.maximum_message_length} characters or fewer.",
                FindingName.content_too_long,
            )
        rate = room.maximum_message_rate_per_second
        if not self._live.admits_message(room.arn, rate, occasion.now):
            raise RequestRefusedError(
                429,
                f"The room takes {rate} messages a second.",
                FindingName.rate_exceeded,
            )
        message = Message(
            id=occasion.id,
            request_id=occasion.request_id,
            content=content,
            attributes=request.members.get("Attributes"),
            send_time=self._live.send_time(occasion.now),
            received_at=occasion.now,
        )
        handler = room.review_handler
        if handler is None and not session.under_review:
            return self._live.send_message(message, session)
        pending = PendingMessage(
            session,
            message,
            handler["fallbackResult"] if handler else "",
            room.maximum_message_length,
            self._live.sessions.opened,
        )
        request.pending = pending
        session.under_review.append(pending)
        self._reviewing.add(session)
        if handler is None:
            pending.verdict = message
            return self._release(session)
        target = self._service.review_target(handler["uri"])
        if target is None:
            return self.reviewed(pending, NO_ANSWER)
        return (Review(pending, target, review_input(pending)),)

    def _release(self, session: Session) -> Effects:
        """Deliver what has been judged, up to the first that has not."""
        effects: list[Effect] = []
        waiting = session.under_review
        while waiting and (verdict := waiting[0].verdict) is not None:
            pending = waiting.popleft()
            if not isinstance(verdict, Rejected):
                last = pending.last_recipient
                told = self._live.send_message(verdict, session, last)
                effects += duplicated(told) if pending.copies > 1 else told
            elif session in self._live.sessions:
                sent = pending.message
                effects.append(
                    self._live.say(session, sent.request_id, 406, verdict.text, sent.id)
                )
        if not waiting:
            self._reviewing.discard(session)
        return tuple(effects)

    def _delete_message(self, request: _Request) -> Effects:
        members = request.members
        return self._live.delete_message(
            request.occasion, members["Id"], members.get("Reason")
        )

    def _disconnect_user(self, request: _Request) -> Effects:
        members = request.members
        return self._live.disconnect_user(
            request.occasion, members["UserId"], members.get("Reason")
        )
