"""Which tokens have opened their one connection (TOKEN-LIFE-03)."""

from datetime import datetime

_FEW = 1_024  # not worth tidying up


class UsedTokens:
    """Remembers used tokens by their numbers, and can forget those that have expired.

    Forgetting is safe even if the clock is set back later: of the tokens up to the
    highest number forgotten, those that had expired at that instant stay refused, used
    or not. Numbers rise with every token that is issued, from 1.
    """

    def __init__(self) -> None:
        self._expirations: dict[int, datetime] = {}
        self._tidy_at = _FEW
        self._forgotten: list[tuple[int, datetime]] = []  # up to which number, and when

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._expirations)

    def has(self, number: int, expiration: datetime) -> bool:
        """Return whether this token is used up."""
        return number in self._expirations or any(
            number <= highest and expiration <= at for highest, at in self._forgotten
        )

    def add(self, number: int, expiration: datetime) -> None:
        """Remember that this token is used."""
        self._expirations[number] = expiration

    def to_forget(self, now: datetime) -> int | None:
        """Return up to which number to forget at this instant, if there are many."""
        if len(self._expirations) < self._tidy_at:
            return None
        expired = [n for n, end in self._expirations.items() if end <= now]
        self._tidy_at = max(_FEW, 2 * (len(self._expirations) - len(expired)))
        return max(expired, default=None)

    def forget(self, up_to: int, at: datetime) -> None:
        """Forget the tokens up to this number that had expired at this instant."""
        self._expirations = {
            number: end
            for number, end in self._expirations.items()
            if number > up_to or end > at
        }
        self._forgotten = [
            (highest, when)
            for highest, when in self._forgotten
            if highest > up_to or when > at  # only where the clock was set back
        ]
        self._forgotten.append((up_to, at))
