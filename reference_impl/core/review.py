"""Message review: what a handler is given, and what its answer comes to (REVIEW).

Handlers are asked outside the core, at the same time for many messages; those of one
session are delivered in the order in which they were sent (WS-MSG-13).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from ivschat_conformance.reference_impl.core.errors import CallerError
from ivschat_conformance.reference_impl.core.frames import Message
from ivschat_conformance.reference_impl.core.sessions import Session
from ivschat_conformance.reference_impl.core.validation import (
    input_reader,
    read_object,
)
from ivschat_conformance.schemas import documents

TIMEOUT = timedelta(milliseconds=200)
"""What a handler may take, in real time whatever the clock (LIMIT-04)."""


ReviewTarget = str | Callable[[Mapping[str, Any]], object]
"""Where a message review handler is: a URL, or a function of this process."""


class NoAnswer:
    """Stands for an answer where a handler failed, was too late, or is not there."""


NO_ANSWER: Final = NoAnswer()


@dataclass(slots=True, eq=False)
class PendingMessage:
    """A message that waits for its review, or for one that was sent before it.

    `fallback_result` and `maximum_length` are the room's as the message was sent, and
    who came after the `last_recipient` does not receive it (WS-MSG-14); the others get
    so many `copies`. `verdict` is a message to deliver, or why it is rejected, or None
    until it is known.
    """

    session: Session
    message: Message
    fallback_result: str
    maximum_length: int
    last_recipient: int
    copies: int = 1
    verdict: "Message | Rejected | None" = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The message reaches nobody; the sender gets this text (REVIEW-06, REVIEW-07)."""

    text: str


def review_input(pending: PendingMessage) -> dict[str, Any]:
    """Return the document that a handler is given (REVIEW-03)."""
    message, session = pending.message, pending.session
    return {
        "Content": message.content,
        "MessageId": message.id,
        "RoomArn": session.token.room_arn,
        "Attributes": dict(message.attributes or {}),
        "Sender": {
            "Attributes": dict(session.token.attributes),
            "UserId": session.token.user_id,
            "Ip": session.address,
        },
    }


def judge(pending: PendingMessage, answer: object) -> Message | Rejected:
    """Return what a handler's answer comes to: outside its syntax, what the room says.

    The fallback lets the message through as it was sent, or rejects it (REVIEW-09).
    """
    try:
        review = _read(answer)
    except CallerError:
        return _fallback(pending)
    attributes = review.get("Attributes")
    if review["ReviewResult"] == "DENY":
        reason = (attributes or {}).get("Reason")
        return Rejected(reason or "The message was rejected by its review.")
    if len(review["Content"]) > pending.maximum_length:
        return _fallback(pending)
    return replace(
        pending.message, content=review["Content"], attributes=attributes or None
    )


def _read(answer: object) -> Mapping[str, Any]:
    """Return the answer as its schema has it, or raise CallerError."""
    try:
        written = json.dumps(answer).encode()
    except (TypeError, ValueError, RecursionError):  # a function may return anything
        written = b"null"
    reader = input_reader("ReviewOutput", api=documents.MESSAGING)
    return reader.read(read_object(written))


def _fallback(pending: PendingMessage) -> Message | Rejected:
    if pending.fallback_result == "ALLOW":
        return pending.message
    return Rejected("The message was not reviewed, and its room then rejects it.")
