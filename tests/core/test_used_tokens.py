"""Used tokens: none opens twice, however the clock moves, and few are kept in mind."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from ivschat_conformance.reference_impl.core.used_tokens import UsedTokens

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def use(used: UsedTokens, number: int, expiration: datetime, now: datetime) -> None:
    """Use a token up at this instant as the messaging API does: add, then tidy up."""
    used.add(number, expiration)
    up_to = used.to_forget(now)
    if up_to is not None:
        used.forget(up_to, now)


@pytest.mark.ivschat_verifies("TOKEN-LIFE-03")
def test_used_token_is_known_and_no_other() -> None:
    """Only the number that was added is used."""
    used = UsedTokens()

    use(used, 7, NOW + MINUTE, NOW)

    assert used.has(7, NOW + MINUTE)
    assert not used.has(6, NOW + MINUTE)
    assert not used.has(8, NOW + MINUTE)
    assert len(used) == 1


@pytest.mark.ivschat_verifies("TOKEN-LIFE-03")
def test_used_tokens_that_have_expired_are_forgotten_in_time() -> None:
    """Of 100,000, one a second, few thousand are kept: those that could open still."""
    used = UsedTokens()
    most = 0

    for number in range(1, 100_001):
        now = NOW + timedelta(seconds=number)
        use(used, number, now + MINUTE, now)
        most = max(most, len(used))

    assert most <= 1024
    assert all(
        used.has(number, NOW + timedelta(seconds=number) + MINUTE)
        for number in (1, 500, 50_000, 99_939, 99_940, 100_000)
    )


@pytest.mark.ivschat_verifies("TOKEN-LIFE-03")
def test_tokens_that_have_not_expired_are_never_forgotten() -> None:
    """As many as there are: 5,000 at one instant are all known afterwards."""
    used = UsedTokens()

    for number in range(1, 5001):
        use(used, number, NOW + MINUTE, NOW)

    assert len(used) == 5000
    assert all(used.has(number, NOW + MINUTE) for number in range(1, 5001))
    assert not used.has(5001, NOW + MINUTE)


@pytest.mark.ivschat_verifies("TOKEN-LIFE-03")
@pytest.mark.parametrize("passed", [MINUTE, timedelta(hours=1)])
def test_forgotten_token_stays_refused_when_the_clock_is_set_back(
    passed: timedelta,
) -> None:
    """A clock set back makes an expired token fresh again, but no used one unused.

    A token has expired at its last instant, and is forgotten from then on.
    """
    used = UsedTokens()
    for number in range(1, 1024):
        use(used, number, NOW + MINUTE, NOW)
    later = NOW + passed
    use(used, 1024, later + MINUTE, later)
    assert len(used) == 1  # the others are forgotten

    back = NOW + MINUTE / 2  # in time for all of them
    use(used, 1025, back + MINUTE, back)

    assert all(used.has(number, NOW + MINUTE) for number in range(1, 1024))
    assert used.has(1024, later + MINUTE)
    assert used.has(1025, back + MINUTE)


def test_tokens_issued_after_the_clock_was_set_back_open() -> None:
    """Their numbers are higher than all that was forgotten: the past is no obstacle."""
    used = UsedTokens()
    for number in range(1, 1024):
        use(used, number, NOW + MINUTE, NOW)
    later = NOW + timedelta(hours=1)
    use(used, 1024, later + MINUTE, later)

    assert not used.has(1025, NOW + MINUTE)
    assert not used.has(1025, NOW - MINUTE)


def test_token_that_outlives_the_forgotten_ones_opens() -> None:
    """A long-lived token with a lower number than a forgotten one is judged by itself.

    Lifetimes differ where sessions are shorter than the token's minute would be.
    """
    used = UsedTokens()
    for number in range(2, 1025):
        use(used, number, NOW + MINUTE, NOW)
    later = NOW + timedelta(hours=1)
    use(used, 1025, later + MINUTE, later)

    assert not used.has(1, later + MINUTE)
    assert used.has(1, NOW + MINUTE)  # refused, as every token is that had expired


@pytest.mark.ivschat_verifies("TOKEN-LIFE-03")
def test_no_token_is_used_twice_however_the_clock_moves() -> None:
    """Of 20,000 on a clock that jumps about, each used one is known for ever."""
    random = Random(20260102)  # noqa: S311 - must be repeatable
    used, expirations = UsedTokens(), dict[int, datetime]()
    now = NOW

    for number in range(1, 20_001):
        if random.random() < 0.01:
            now = NOW + timedelta(minutes=random.randint(-3000, 3000))
        now += timedelta(seconds=random.random())
        end = now + timedelta(seconds=random.choice([30, 60, 3600]))
        assert not used.has(number, end)  # a number above all that were forgotten
        use(used, number, end, now)
        expirations[number] = end

    assert all(used.has(number, end) for number, end in expirations.items())


def test_clock_that_jumps_about_leaves_little_behind() -> None:
    """However often it jumps, one mark a day is kept of those that were forgotten."""
    used = UsedTokens()

    for number in range(1, 200_001):
        day = number // 1000 % 7
        now = NOW + timedelta(days=day, seconds=number % 1000)
        use(used, number, now + MINUTE, now)

    assert 1 <= len(vars(used)["_forgotten"]) <= 7
