"""Rates: a second's worth at once, and what drains as time goes on."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest

from ivschat_conformance.reference_impl.core.rates import Rate

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def admitted(rate: Rate, per_second: int, seconds: float, tries: int) -> int:
    """Return how many of so many tries are admitted, so long after NOW."""
    now = NOW + timedelta(seconds=seconds)
    return sum(rate.admit(per_second, now) for _ in range(tries))


@pytest.mark.ivschat_verifies("LIMIT-07", "LIMIT-09")
@pytest.mark.parametrize("per_second", [1, 2, 10, 100])
def test_second_has_its_number_and_not_one_more(per_second: int) -> None:
    """At one instant as many are admitted as the rate says, whatever is tried."""
    rate = Rate(NOW)

    assert admitted(rate, per_second, 0, 1000) == per_second


@pytest.mark.parametrize("per_second", [1, 3, 7, 10, 100])
def test_nothing_drains_while_the_clock_stands(per_second: int) -> None:
    """On a frozen clock the rate stays used up; a second later it is whole again."""
    rate = Rate(NOW)
    assert admitted(rate, per_second, 0, 1000) == per_second

    assert admitted(rate, per_second, 0, 1000) == 0
    assert admitted(rate, per_second, 1, 1000) == per_second
    assert admitted(rate, per_second, 2, 1000) == per_second


@pytest.mark.parametrize(
    ("seconds", "count"), [(0.1, 1), (0.05, 0), (0.25, 2), (0.5, 5), (0.999999, 9)]
)
def test_part_of_a_second_brings_back_its_part(seconds: float, count: int) -> None:
    """Of 10 a second one comes back every tenth; what is begun does not count."""
    rate = Rate(NOW)
    admitted(rate, 10, 0, 10)

    assert admitted(rate, 10, seconds, 100) == count


def test_sums_of_fractions_cost_nobody_a_request() -> None:
    """Ten tenths of a second are a second, whatever a computer's sum of them says."""
    rate = Rate(NOW)
    admitted(rate, 1, 0, 1)

    counts = [admitted(rate, 1, tenths / 10, 1) for tenths in range(1, 31)]

    assert list(accumulate([0.1] * 10))[-1] < 1
    assert [n for n, count in enumerate(counts, 1) if count] == [10, 20, 30]


def test_long_silence_saves_nothing_up() -> None:
    """After an hour a second's worth is admitted, as at the start."""
    rate = Rate(NOW)
    admitted(rate, 10, 0, 4)

    assert admitted(rate, 10, 3600, 1000) == 10


@pytest.mark.ivschat_verifies("LIMIT-12")
def test_what_is_refused_does_not_count() -> None:
    """However much was refused, a tenth of a second brings back one (OPEN-12)."""
    rate = Rate(NOW)
    admitted(rate, 10, 0, 100_000)

    assert admitted(rate, 10, 0.1, 1) == 1


def test_steady_stream_at_the_rate_is_admitted_for_long() -> None:
    """Sums of tenths are not exact, and yet none of 36,000 in an hour is refused."""
    rate = Rate(NOW)
    admitted(rate, 10, 0, 9)

    refused = [n for n in range(36_000) if not admitted(rate, 10, n / 10, 1)]

    assert refused == []


def test_steady_stream_over_the_rate_is_refused_its_part() -> None:
    """Of 20 a second for a minute, 10 a second come through, and the first second's."""
    rate = Rate(NOW)

    count = sum(admitted(rate, 10, n / 20, 1) for n in range(1200))

    assert 600 <= count <= 610


def test_clock_set_back_drains_nothing_and_then_runs_on() -> None:
    """Neither going back nor being there refills; from there on time counts again."""
    rate = Rate(NOW)
    admitted(rate, 10, 0, 10)

    assert admitted(rate, 10, -3600, 100) == 0
    assert admitted(rate, 10, -3600, 100) == 0
    assert admitted(rate, 10, -3599.5, 100) == 5


def test_rate_may_change() -> None:
    """What was used counts against the new limit, and drains at the new rate."""
    rate = Rate(NOW)
    assert admitted(rate, 10, 0, 100) == 10

    assert admitted(rate, 15, 0, 100) == 5
    assert admitted(rate, 5, 0, 100) == 0
    assert admitted(rate, 5, 2, 100) == 0
    assert admitted(rate, 5, 3, 100) == 5
