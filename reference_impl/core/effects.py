"""What the core wants done on connections, as values for a shell to carry out in order.

Nothing here waits for an answer but a review, whose answer comes back to the core as a
call of its own.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from ivschat_conformance.reference_impl.core.review import (
    PendingMessage,
    ReviewTarget,
)
from ivschat_conformance.reference_impl.core.sessions import Session

MAX_REASON_BYTES = 123
"""What a close frame can hold of a reason, in UTF-8 (WS-CLOSE-12)."""


class CloseCode(IntEnum):
    """How the service closes a connection (OPEN-02); protocol errors are a shell's."""

    NORMAL = 1000
    GOING_AWAY = 1001


@dataclass(frozen=True, slots=True, eq=False)
class Deliver:
    """Send one text frame to each of these sessions."""

    sessions: Collection[Session]
    frame: str


@dataclass(frozen=True, slots=True, eq=False)
class Close:
    """Close a session's connection: it receives what came before, and no more."""

    session: Session
    code: int
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """Cut a session's connection behind what it was sent, without a close frame."""

    session: Session


@dataclass(frozen=True, slots=True, eq=False)
class Review:
    """Hand a document to a message review handler, and its answer back to the core."""

    message: PendingMessage
    target: ReviewTarget
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WriteLog:
    """Append this to a chat log's file; `path` is relative, with slashes."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Later:
    """Carry these out after so many seconds of real time; nothing waits for them."""

    seconds: float
    effects: "tuple[Effect, ...]"


Effect = Deliver | Close | Cut | Review | WriteLog | Later
