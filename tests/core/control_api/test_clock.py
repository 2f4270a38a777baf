"""The clock through the control API: told, frozen, moved on and released."""

from datetime import UTC, datetime

import pytest

from tests.core.control_api.conftest import (
    ADVANCE,
    CLOCK,
    LATER,
    call,
    clock_state,
    started,
)


def test_clock_says_the_time_and_whether_it_passes() -> None:
    """Six digits, in UTC; the machine's time unless it was moved."""
    fake = started()

    assert clock_state(call(fake, "GET", CLOCK)) == (
        "2026-11-24T01:51:27.123456Z",
        "real",
    )
    assert clock_state(call(fake, "GET", CLOCK, at=LATER)) == (
        "2026-11-24T01:51:29.123456Z",
        "real",
    )


@pytest.mark.parametrize(
    ("given", "now"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z"),
        ("2026-01-02T03:04:05.678901Z", "2026-01-02T03:04:05.678901Z"),
        ("2026-01-02T03:04:05.678901999Z", "2026-01-02T03:04:05.678901Z"),
        ("2026-01-02T03:04:05+09:00", "2026-01-01T18:04:05.000000Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"),
        ("9999-12-30T00:00:00Z", "9999-12-30T00:00:00.000000Z"),
    ],
)
def test_clock_is_frozen_at_an_instant(given: str, now: str) -> None:
    """Earlier or later, with any offset; then it stands still."""
    fake = started()

    answer = call(fake, "PUT", CLOCK, {"now": given})

    assert clock_state(answer) == (now, "frozen")
    assert clock_state(call(fake, "GET", CLOCK, at=LATER)) == (now, "frozen")


def test_real_clock_is_moved_on_and_runs_on() -> None:
    """`advance` keeps the mode: a real clock has an offset and goes on."""
    fake = started()

    answer = call(fake, "POST", ADVANCE, {"seconds": 3660})

    assert clock_state(answer) == ("2026-11-24T02:52:27.123456Z", "real")
    assert clock_state(call(fake, "GET", CLOCK, at=LATER)) == (
        "2026-11-24T02:52:29.123456Z",
        "real",
    )


@pytest.mark.parametrize(
    ("seconds", "now"),
    [
        (0, "2026-01-02T03:04:05.000000Z"),
        (-0.0, "2026-01-02T03:04:05.000000Z"),
        (1, "2026-01-02T03:04:06.000000Z"),
        (0.25, "2026-01-02T03:04:05.250000Z"),
        (0.000001, "2026-01-02T03:04:05.000001Z"),
        (86400, "2026-01-03T03:04:05.000000Z"),
        (10800.0, "2026-01-02T06:04:05.000000Z"),
    ],
)
def test_frozen_clock_is_moved_on_and_stays_frozen(seconds: float, now: str) -> None:
    """By whole seconds or parts of one, and by none."""
    fake = started()
    call(fake, "PUT", CLOCK, {"now": "2026-01-02T03:04:05Z"})

    answer = call(fake, "POST", ADVANCE, {"seconds": seconds})

    assert clock_state(answer) == (now, "frozen")


def test_clock_is_released_without_an_offset() -> None:
    """`DELETE` gives real time again, whatever was done before."""
    fake = started(clock=datetime(2026, 1, 2, tzinfo=UTC))
    call(fake, "POST", ADVANCE, {"seconds": 5})

    answer = call(fake, "DELETE", CLOCK)

    assert clock_state(answer) == ("2026-11-24T01:51:27.123456Z", "real")


def test_unknown_members_of_a_call_are_ignored() -> None:
    """A newer client may say more than this server knows."""
    fake = started()

    answer = call(fake, "POST", ADVANCE, {"seconds": 1, "minutes": "x", "why": None})

    assert clock_state(answer) == ("2026-11-24T01:51:28.123456Z", "real")
