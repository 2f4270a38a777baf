"""Which tokens have opened their one connection (TOKEN-LIFE-03)."""

from datetime import datetime

_FEW = 1_024  # not worth tidying up


class UsedTokens:
    """Remembers used tokens by their numbers, and forgets those that have expired.

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

    def add(self, number: int, expiration: datetime, now: datetime) -> None:
        """Remember that this token is used; forget others where there are many."""
        self._expirations[number] = expiration
        if len(self._expirations) >= self._tidy_at:
            self._tidy(now)

    def _tidy(self, now: datetime) -> None:
        kept = {n: end for n, end in self._expirations.items() if end > now}
        if len(kept) < len(self._expirations):
            highest = max(self._expirations.keys() - kept.keys())
            self._forgotten = [
                (number, at)
                for number, at in self._forgotten
                if number > highest or at > now  # only where the clock was set back
            ]
            self._forgotten.append((highest, now))
        self._expirations = kept
        self._tidy_at = max(_FEW, 2 * len(kept))
