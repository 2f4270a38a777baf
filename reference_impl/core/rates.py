"""Rates: how many requests a second a connection or a room may make."""

from datetime import datetime

_HAIR = 1e-9  # what sums of fractions are off by


class Rate:
    """A leaky bucket of one second (OPEN-12): what is refused does not count."""

    __slots__ = ("_at", "_filled")

    def __init__(self, now: datetime) -> None:
        self._at = now
        self._filled = 0.0

    def admit(self, per_second: int, now: datetime) -> bool:
        """Count one more, or say that it is one too many.

        Nothing drains until the clock moves on, and nothing while it is set back.
        """
        passed = (now - self._at).total_seconds()
        self._at = now
        if passed > 0:
            self._filled = max(0.0, self._filled - passed * per_second)
        if self._filled + 1 > per_second + _HAIR:
            return False
        self._filled += 1
        return True
