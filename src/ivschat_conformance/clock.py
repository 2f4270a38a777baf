"""The one reader of the wall clock and of the real monotonic clock.

`now` follows whoever freezes `datetime` in this process (freezegun, time-machine);
`monotonic` never does, so that timers fire and durations are real under a frozen
clock. It reads the clock through a default argument: freezegun replaces module
attributes that are clocks, and cannot replace that.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime


def now() -> datetime:
    """Return the wall clock's instant, in UTC, frozen if somebody froze it."""
    return datetime.now(UTC)


def monotonic(_read: Callable[[], float] = time.monotonic) -> float:
    """Return seconds of the real monotonic clock, whatever was frozen since import."""
    return _read()
