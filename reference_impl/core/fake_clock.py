"""The fake's clock: the machine's time, moved on or frozen; told, never asked."""

from datetime import UTC, datetime, timedelta
from typing import Literal

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 30, tzinfo=UTC)
"""A day before the last that a timestamp can say: sessions must be able to end."""


class ClockRangeError(ValueError):
    """The clock would leave the time that it can show."""

    def __init__(self) -> None:
        super().__init__(
            f"the clock stays between {EARLIEST:%Y-%m-%dT%H:%M:%SZ} "
            f"and {LATEST:%Y-%m-%dT%H:%M:%SZ}"
        )


class FakeClock:
    """Real time plus an offset, or one frozen instant: `frozen_at` from the start."""

    def __init__(self, frozen_at: datetime | None = None) -> None:
        self._start = None if frozen_at is None else _checked(frozen_at)
        self._frozen_at = self._start
        self._offset = timedelta()

    @property
    def mode(self) -> Literal["real", "frozen"]:
        """Whether time passes by itself."""
        return "real" if self._frozen_at is None else "frozen"

    def read(self, machine_now: datetime) -> datetime:
        """Return the fake's instant at this instant of the machine."""
        if self._frozen_at is not None:
            return self._frozen_at
        return machine_now + self._offset

    def freeze(self, at: datetime) -> None:
        """Stand still at this instant, earlier ones too, or raise ClockRangeError."""
        self._frozen_at = _checked(at)

    def advance(self, by: timedelta, machine_now: datetime) -> None:
        """Move on and keep the mode, or raise ClockRangeError and stay."""
        try:
            moved = _checked(self.read(machine_now) + by)
        except OverflowError:
            raise ClockRangeError from None
        if self._frozen_at is not None:
            self._frozen_at = moved
        else:
            self._offset += by

    def release(self) -> None:
        """Run with the machine again, without an offset."""
        self._frozen_at = None
        self._offset = timedelta()

    def reset(self) -> None:
        """Stand as at the start."""
        self.release()
        self._frozen_at = self._start


def _checked(instant: datetime) -> datetime:
    if not EARLIEST <= instant <= LATEST:
        raise ClockRangeError
    return instant.astimezone(UTC)
