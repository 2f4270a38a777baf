"""The messaging API: a token opens a session, and a session makes requests.

A table says what each action needs; a session that is over is no longer in its room,
and whatever still comes from it is ignored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from ivschat_conformance.reference_impl.core.changes import (
    Change,
    TokensForgotten,
    TokenUsed,
)
from ivschat_conformance.reference_impl.core.effects import Effect, Review
from ivschat_conformance.reference_impl.core.errors import CallerError
from ivschat_conformance.reference_impl.core.frames import Message
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.reference_impl.core.live_rooms import Effects, Occasion
from ivschat_conformance.reference_impl.core.review import (
    NO_ANSWER,
    PendingMessage,
    Rejected,
    judge,
    review_input,
)
from ivschat_conformance.reference_impl.core.service import Service
from ivschat_conformance.reference_impl.core.sessions import Session
from ivschat_conformance.reference_impl.core.tokens import TokenError
from ivschat_conformance.reference_impl.core.validation import (
    input_reader,
    read_object,
)
from ivschat_conformance.schemas import documents, limits

MAX_FRAME_BYTES = 16_384
"""A frame from a client, of one or more fragments (OPEN-05)."""

_REQUESTS_PER_SECOND = 10  # a connection (LIMIT-07)


class HandshakeRefusedError(Exception):
    """The token opens nothing: the status and the text say why (WS-CONN-09)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class RequestRefusedError(Exception):
    """A request on a session fails: the code and the text of an ERROR frame."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Opening:
    """A session, the subprotocol to answer with, and what is to be remembered."""

    session: Session
    subprotocol: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class _Request:
    """A request that may be performed, and what it is the occasion of."""

    session: Session
    occasion: Occasion
    members: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Action:
    """What a row of the table says: who may, what it must look like, what it does."""

    capability: str
    shape: str
    perform: Callable[[_Request], Effects]

    def read(self, members: Mapping[str, Any]) -> dict[str, Any]:
        """Return the request's members, or raise what is wrong with them."""
        names = _names_by_lower_case(self.shape)
        named = {names.get(name, name): value for name, value in members.items()}
        return input_reader(self.shape, api=documents.MESSAGING).read(named)


class MessagingApi:
    """Opens sessions and performs their requests."""

    def __init__(self, service: Service) -> None:
        self._service = service
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

    def open(self, request: HttpRequest, address: str, now: datetime) -> Opening:
        """Open the session of the token that a handshake offers, and use it up.

        Of several subprotocols the first counts (WS-CONN-12); path and origin do not
        (WS-CONN-06, WS-CONN-07). Raises HandshakeRefusedError.
        """
        text = (request.header("sec-websocket-protocol") or "").partition(",")[0]
        if not (text := text.strip(" \t")):
            raise HandshakeRefusedError(401, "Offer a chat token as the subprotocol.")
        if self._service.settings.pending_verification:
            raise HandshakeRefusedError(403, "The account is pending verification.")
        try:
            token = self._service.state.tokens.open(text)
        except TokenError:
            raise HandshakeRefusedError(401, "This is no chat token.") from None
        if token.token_expiration_time <= now:
            raise HandshakeRefusedError(401, "The chat token has expired.")
        if self._service.state.used_tokens.has(
            token.number, token.token_expiration_time
        ):
            raise HandshakeRefusedError(401, "The chat token has been used.")
        if token.room_arn not in self._service.state.rooms:
            raise HandshakeRefusedError(404, "The token's room is not there any more.")
        changes = (
            TokenUsed(token.number, token.token_expiration_time),
            *self._forgotten(now),
        )
        self._service.apply(changes)
        session = Session(token, address, now)
        self._live.sessions.add(session)
        return Opening(session, text, changes)

    def _forgotten(self, now: datetime) -> tuple[Change, ...]:
        up_to = self._service.state.used_tokens.to_forget(now)
        return () if up_to is None else (TokensForgotten(up_to, now),)

    def receive(self, session: Session, frame: bytes, now: datetime) -> Effects:
        """Perform one request: what it leads to, or an ERROR for its sender."""
        if session not in self._live.sessions:
            return ()
        identifier = self._service.ids.resource_id()
        request_id = ""
        try:
            admitted = session.requests.admit(_REQUESTS_PER_SECOND, now)
            members = _by_lower_case(read_object(frame, "frame"))
            request_id = _request_id(members)
            action = self._action(session, members, admitted=admitted)
            _check_size(members)
            occasion = Occasion(session.token.room_arn, identifier, now, request_id)
            return action.perform(_Request(session, occasion, action.read(members)))
        except RequestRefusedError as error:
            code, message = error.code, error.message
        except CallerError as error:
            code, message = error.status, error.message
        return (self._live.say(session, request_id, code, message, identifier),)

    def reviewed(self, pending: PendingMessage, answer: object) -> Effects:
        """Take a handler's answer, and go on with what waited for it."""
        pending.verdict = judge(pending, answer)
        return self._release(pending.session)

    def forget_reviews(self) -> None:
        """Drop the messages under review: the service starts again."""
        for session in self._reviewing:
            session.under_review.clear()
        self._reviewing.clear()

    def _action(
        self, session: Session, members: Mapping[str, Any], *, admitted: bool
    ) -> _Action:
        """Return the action that is asked for, if this session may have it now."""
        if not admitted:
            raise RequestRefusedError(
                429, f"A connection may make {_REQUESTS_PER_SECOND} requests a second."
            )
        name = members.get("action")
        action = self._actions.get(name) if isinstance(name, str) else None
        if action is None:
            raise RequestRefusedError(
                400, f"Action must be one of {', '.join(self._actions)}."
            )
        if action.capability not in session.token.capabilities:
            raise RequestRefusedError(
                403, f"The chat token lacks the capability {action.capability}."
            )
        return action

    def _send_message(self, request: _Request) -> Effects:
        session, occasion = request.session, request.occasion
        room = self._service.state.room(occasion.room_arn)
        content = request.members["Content"]
        if len(content) > room.maximum_message_length:
            raise RequestRefusedError(
                400,
                f"Content must have {room.maximum_message_length} characters or fewer.",
            )
        rate = room.maximum_message_rate_per_second
        if not self._live.admits_message(room.arn, rate, occasion.now):
            raise RequestRefusedError(429, f"The room takes {rate} messages a second.")
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
                effects += self._live.send_message(verdict, session, last)
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


def _by_lower_case(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that are not null, whatever their letter case (WS-REQ-04).

    The last of several equal names wins, as everywhere (PARSE-09).
    """
    return {name.lower(): v for name, v in members.items() if v is not None}


def _request_id(members: Mapping[str, Any]) -> str:
    value = members.get("requestid")
    return value if isinstance(value, str) else ""


def _check_size(members: Mapping[str, Any]) -> None:
    """Refuse attributes that are too large, with a code of their own (OPEN-05)."""
    attributes = members.get("attributes")
    most = limits.max_total_bytes("MessageAttributes", documents.MESSAGING)
    if isinstance(attributes, dict) and documents.total_bytes(attributes) > most:
        raise RequestRefusedError(
            413, f"Attributes must have {most} bytes of keys and values or fewer."
        )


@cache
def _names_by_lower_case(shape: str) -> dict[str, str]:
    members = documents.load(shape, documents.MESSAGING)["properties"]
    return {name.lower(): name for name in members}
