"""The fake's clock: with the machine, ahead of it, or still."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ivschat_conformance.reference_impl.core.fake_clock import (
    ClockRangeError,
    FakeClock,
)

MACHINE = datetime(2026, 11, 24, 1, 51, 27, 123456, tzinfo=UTC)
FROZEN = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SENTENCE = "the clock stays between 1970-01-01T00:00:00Z and 9999-12-30T00:00:00Z"


def test_clock_follows_the_machine_from_the_start() -> None:
    """Without being told otherwise the fake's time is the machine's, to the digit."""
    clock = FakeClock()

    assert clock.mode == "real"
    assert clock.read(MACHINE) == MACHINE
    assert clock.read(MACHINE - timedelta(days=400)) == MACHINE - timedelta(days=400)


def test_real_clock_moved_on_runs_on_with_an_offset() -> None:
    """Moves add up, the mode stays, and the machine's seconds go on counting."""
    clock = FakeClock()

    clock.advance(timedelta(minutes=61), MACHINE)
    clock.advance(timedelta(microseconds=1), MACHINE + SECOND)

    assert clock.mode == "real"
    assert clock.read(MACHINE) == datetime(2026, 11, 24, 2, 52, 27, 123457, tzinfo=UTC)
    assert clock.read(MACHINE + SECOND) - clock.read(MACHINE) == SECOND


def test_frozen_clock_stands_still_whatever_the_machine_does() -> None:
    """A frozen clock moves by `advance` only."""
    clock = FakeClock()

    clock.freeze(FROZEN)

    assert clock.mode == "frozen"
    assert clock.read(MACHINE) == clock.read(MACHINE + SECOND) == FROZEN

    clock.advance(timedelta(seconds=59, microseconds=321099), MACHINE)

    assert clock.mode == "frozen"
    assert clock.read(MACHINE) == datetime(2026, 1, 2, 3, 5, 5, tzinfo=UTC)


def test_clock_may_be_frozen_before_its_own_time() -> None:
    """Earlier instants are allowed, from any zone, and are shown in UTC."""
    clock = FakeClock(FROZEN)
    tokyo = timezone(timedelta(hours=9))

    clock.freeze(datetime(2025, 1, 1, 8, 30, tzinfo=tokyo))

    assert clock.read(MACHINE) == datetime(2024, 12, 31, 23, 30, tzinfo=UTC)
    assert clock.read(MACHINE).isoformat() == "2024-12-31T23:30:00+00:00"


@pytest.mark.parametrize("frozen", [False, True])
def test_released_clock_is_the_machines_again(*, frozen: bool) -> None:
    """No offset is left, neither of a frozen clock nor of a real one."""
    clock = FakeClock(FROZEN if frozen else None)
    clock.advance(timedelta(days=1), MACHINE)

    clock.release()

    assert clock.mode == "real"
    assert clock.read(MACHINE) == MACHINE


def test_offset_is_gone_after_a_freeze_and_a_release() -> None:
    """Freezing does not put an offset aside for later."""
    clock = FakeClock()
    clock.advance(timedelta(days=1), MACHINE)

    clock.freeze(FROZEN)
    clock.release()

    assert clock.read(MACHINE) == MACHINE


def test_reset_clock_stands_as_it_was_started() -> None:
    """Frozen where it was frozen from the start, and else with the machine."""
    started_frozen, started_real = FakeClock(FROZEN), FakeClock()
    for clock in (started_frozen, started_real):
        clock.advance(timedelta(days=1), MACHINE)
        clock.freeze(MACHINE)
        clock.advance(timedelta(days=1), MACHINE)

        clock.reset()

    assert started_frozen.mode == "frozen"
    assert started_frozen.read(MACHINE) == FROZEN
    assert started_real.mode == "real"
    assert started_real.read(MACHINE) == MACHINE

    started_frozen.release()
    started_frozen.reset()

    assert started_frozen.read(MACHINE) == FROZEN


@pytest.mark.parametrize(
    "instant",
    [datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)],
)
def test_first_and_last_instant_are_allowed(instant: datetime) -> None:
    """Both ends are in the range: at the start, by a freeze, and for a session."""
    clock = FakeClock(instant)
    clock.release()

    clock.freeze(instant)

    assert clock.read(MACHINE) == instant
    session_end = clock.read(MACHINE) + timedelta(minutes=180)
    assert session_end > instant


@pytest.mark.parametrize(
    "instant",
    [
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(9999, 12, 30, 0, 0, 0, 1, tzinfo=UTC),
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=9))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-9))),
    ],
)
def test_instant_out_of_range_is_refused_and_the_clock_stays(instant: datetime) -> None:
    """One microsecond past an end is too far, at the start and later."""
    clock = FakeClock(FROZEN)

    with pytest.raises(ClockRangeError) as caught:
        clock.freeze(instant)
    with pytest.raises(ClockRangeError):
        FakeClock(instant)

    assert str(caught.value) == SENTENCE
    assert clock.read(MACHINE) == FROZEN


@pytest.mark.parametrize("start", [None, FROZEN])
def test_clock_moved_out_of_range_stays_where_it_is(start: datetime | None) -> None:
    """Past the last instant, or past what a date can say, nothing moves."""
    clock = FakeClock(start)
    clock.advance(SECOND, MACHINE)
    before = clock.read(MACHINE)
    too_far = datetime(9999, 12, 30, 0, 0, 1, tzinfo=UTC) - before

    for by in (too_far, too_far + timedelta(days=2), timedelta.max):
        with pytest.raises(ClockRangeError) as caught:
            clock.advance(by, MACHINE)

        assert str(caught.value) == SENTENCE
        assert clock.read(MACHINE) == before
    assert clock.mode == ("real" if start is None else "frozen")


def test_clock_can_be_moved_to_the_last_instant_and_no_further() -> None:
    """The end of the range can be reached; one microsecond more cannot."""
    clock = FakeClock(datetime(9999, 12, 29, tzinfo=UTC))

    clock.advance(timedelta(days=1), MACHINE)

    with pytest.raises(ClockRangeError):
        clock.advance(timedelta(microseconds=1), MACHINE)
    assert clock.read(MACHINE) == datetime(9999, 12, 30, tzinfo=UTC)
