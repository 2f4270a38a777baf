"""Resources by their ARNs that stand in order, too: of thousands a page is cheap."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import itemgetter
from typing import Protocol, Self, TypeVar

Position = tuple[str, str]
"""The update time as text, and the ARN, which tells equal times apart."""


class Listed(Protocol):
    """What can stand in a list."""

    @property
    def arn(self) -> str:
        """Its ARN."""
        ...

    @property
    def update_time(self) -> datetime:
        """When it was changed last."""
        ...


T = TypeVar("T", bound=Listed)

_ARN = itemgetter(1)


class NewestFirst(dict[str, T]):
    """A dictionary by ARN that keeps its values in order of their update times.

    It is written by `[arn] = value`, `del` and `clear` only.
    """

    def __init__(self) -> None:
        super().__init__()
        self._positions: list[Position] = []  # the oldest first: new ones go at the end

    @classmethod
    def of(cls, listed: Iterable[T]) -> Self:
        """Put something else in order."""
        ordered = cls()
        for entry in listed:
            ordered[entry.arn] = entry
        return ordered

    def __setitem__(self, arn: str, entry: T) -> None:
        """Put an entry where its time belongs."""
        self._forget(arn)
        super().__setitem__(arn, entry)
        insort(self._positions, position(entry))

    def __delitem__(self, arn: str) -> None:
        """Take an entry out."""
        self._forget(arn)
        super().__delitem__(arn)

    def clear(self) -> None:
        """Take all out."""
        super().clear()
        self._positions.clear()

    def after(self, before: Position | None) -> Iterator[T]:
        """Return the newest first, or from the first that comes after a position."""
        older = self._positions
        if before is not None:
            older = older[: bisect_left(older, before)]
        return map(self.__getitem__, map(_ARN, reversed(older)))

    def _forget(self, arn: str) -> None:
        if arn in self:
            at = bisect_left(self._positions, position(self[arn]))
            del self._positions[at]


def position(entry: Listed) -> Position:
    """Return what entries are ordered by."""
    return entry.update_time.isoformat(timespec="microseconds"), entry.arn
