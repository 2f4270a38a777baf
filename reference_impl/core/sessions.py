"""Sessions: one a connection, opened by a token, in its room until its time is over."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from ivschat_conformance.reference_impl.core.rates import Rate
from ivschat_conformance.reference_impl.core.tokens import ChatToken

if TYPE_CHECKING:
    from ivschat_conformance.reference_impl.core.review import PendingMessage

_SLACK = 64  # ended sessions that the order of ends may still hold


class Session:
    """What a token fixed for one connection (TOKEN-LIFE-08), and what is under way.

    `address` is the client's, as a review handler is told; `ordinal` says as which one
    it was opened. `under_review` holds the messages that are sent and not delivered
    yet, in their order.
    """

    __slots__ = ("address", "ordinal", "requests", "token", "under_review")

    def __init__(self, token: ChatToken, address: str, now: datetime) -> None:
        self.token = token
        self.address = address
        self.ordinal = 0
        self.requests = Rate(now)
        self.under_review: deque[PendingMessage] = deque()

    def __repr__(self) -> str:
        """Name the room alone: user id and attributes are sensitive."""
        return f"Session(room_arn={self.token.room_arn!r})"


class Sessions:
    """The open sessions, by room, and the order in which they end.

    `opened` is how many have been opened so far.
    """

    def __init__(self) -> None:
        self._rooms: dict[str, dict[Session, None]] = {}
        self._ends: list[tuple[datetime, int, Session]] = []
        self.opened = 0
        self._open = 0

    def __len__(self) -> int:
        """Return how many are open."""
        return self._open

    def __contains__(self, session: Session) -> bool:
        """Return whether this one is open."""
        return session in self._rooms.get(session.token.room_arn, ())

    def __iter__(self) -> Iterator[Session]:
        """Go through all that are open."""
        for room in self._rooms.values():
            yield from room

    def add(self, session: Session) -> None:
        """Let it take part in its room."""
        token = session.token
        self._rooms.setdefault(token.room_arn, {})[session] = None
        self._open += 1
        self.opened += 1
        session.ordinal = self.opened
        end = (token.session_expiration_time, session.ordinal, session)
        heappush(self._ends, end)

    def remove(self, session: Session) -> bool:
        """Let it go; return False if it had gone already."""
        room = self._rooms.get(session.token.room_arn, {})
        if session not in room:
            return False
        del room[session]
        if not room:
            del self._rooms[session.token.room_arn]
        self._open -= 1
        if len(self._ends) > 2 * self._open + _SLACK:
            self._ends = [end for end in self._ends if end[2] in self]
            heapify(self._ends)
        return True

    def of_room(self, room_arn: str) -> tuple[Session, ...]:
        """Return those of a room, the earliest first."""
        return tuple(self._rooms.get(room_arn, ()))

    def of_user(self, room_arn: str, user_id: str) -> tuple[Session, ...]:
        """Return those that a user has in a room: as many as tokens (TOKEN-LIFE-14)."""
        return tuple(
            session
            for session in self._rooms.get(room_arn, ())
            if session.token.user_id == user_id
        )

    def ended(self, now: datetime) -> tuple[Session, ...]:
        """Remove and return those whose time is over, the earliest end first."""
        over = []
        while self._ends and self._ends[0][0] <= now:
            session = heappop(self._ends)[2]
            if self.remove(session):
                over.append(session)
        return tuple(over)

    def clear(self) -> tuple[Session, ...]:
        """Remove and return all."""
        everybody = tuple(self)
        self._rooms.clear()
        self._ends.clear()
        self._open = 0
        return everybody
