"""When a chat token and its session end: scenarios over the target's clock.

Frozen where the clock can be held; on real time the same claims are judged within the
tolerance, where nothing has to be waited for.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import WITHOUT, ChatTokens, case, verifies
from ivschat_conformance.fixtures.exchange import Exchange
from ivschat_conformance.fixtures.scenario_clock import TOLERANCE
from ivschat_conformance.fixtures.target import ScenarioClock, Target

DURATIONS = [1, 2, 30, 59, 60, 61, 120, 179, 180]

# Where sums of times go wrong: fractions, midnights, month and year ends, leap days.
INSTANTS = [
    case(datetime(2031, 5, 6, 7, 8, 9, 0, UTC), name="a-whole-second"),
    case(datetime(2031, 5, 6, 7, 8, 9, 1, UTC), name="a-microsecond-more"),
    case(datetime(2031, 5, 6, 7, 8, 9, 499_999, UTC), name="almost-half"),
    case(datetime(2031, 5, 6, 7, 8, 9, 500_000, UTC), name="half"),
    case(datetime(2031, 5, 6, 7, 8, 59, 999_999, UTC), name="almost-a-minute"),
    case(datetime(2031, 5, 6, 23, 59, 30, 250_000, UTC), name="before-midnight"),
    case(datetime(2031, 12, 31, 23, 59, 59, 999_000, UTC), name="before-new-year"),
    case(datetime(2032, 2, 28, 23, 30, 0, 0, UTC), name="before-a-leap-day"),
    case(datetime(2032, 2, 29, 23, 59, 0, 123_456, UTC), name="on-a-leap-day"),
    case(datetime(2031, 3, 30, 0, 59, 59, 0, UTC), name="summer-time-in-europe"),
    case(datetime(2038, 1, 19, 3, 14, 7, 0, UTC), name="the-last-32-bit-second"),
]


@verifies("TOKEN-RESP-09")
@pytest.mark.parametrize("minutes", DURATIONS)
def test_session_ends_when_its_duration_is_over(
    chat_tokens: ChatTokens, ivschat_target: Target, minutes: int
) -> None:
    """The `sessionExpirationTime` is the issue time and what was asked for."""
    exchange = chat_tokens.ask(sessionDurationInMinutes=minutes)

    expect.accepted(exchange)
    end = expect.instant(exchange.json["sessionExpirationTime"])
    expect.from_issue(end, exchange, ivschat_target, timedelta(minutes=minutes))


@verifies("TOKEN-RESP-09")
@pytest.mark.parametrize("at", INSTANTS)
@pytest.mark.parametrize("minutes", [1, 180])
def test_session_ends_exactly_whenever_it_begins(
    clock: ScenarioClock,
    chat_tokens: ChatTokens,
    ivschat_target: Target,
    at: datetime,
    minutes: int,
) -> None:
    """No instant of issue moves the end by as much as a second."""
    clock.freeze(at)

    exchange = chat_tokens.ask(sessionDurationInMinutes=minutes)

    expect.accepted(exchange)
    end = expect.instant(exchange.json["sessionExpirationTime"])
    expect.from_issue(end, exchange, ivschat_target, timedelta(minutes=minutes))


@verifies("TOKEN-RESP-09")
@pytest.mark.parametrize(
    "seconds", [1, 59, 60, 61, 3_600, 86_400, 30 * 86_400], ids=lambda s: f"{s}s-later"
)
def test_later_token_has_a_later_session(
    clock: ScenarioClock, chat_tokens: ChatTokens, seconds: int
) -> None:
    """The session's end moves with the issue, second by second."""
    first = chat_tokens.ask(sessionDurationInMinutes=30)
    clock.advance(seconds=seconds)
    second = chat_tokens.ask(sessionDurationInMinutes=30)

    expect.accepted(first)
    expect.accepted(second)
    moved = expect.instant(second.json["sessionExpirationTime"]) - expect.instant(
        first.json["sessionExpirationTime"]
    )
    late = moved - timedelta(seconds=seconds)
    slack = TOLERANCE if clock.kind == "wall" else timedelta()
    assert abs(late) <= slack, f"the end moved by {moved}"


@verifies("TOKEN-RESP-10")
@pytest.mark.parametrize("minutes", [1, 60, 180])
def test_token_is_valid_when_it_is_issued(
    chat_tokens: ChatTokens, minutes: int
) -> None:
    """The `tokenExpirationTime` is later than the issue time."""
    exchange = chat_tokens.ask(sessionDurationInMinutes=minutes)

    expect.accepted(exchange)
    end = expect.instant(exchange.json["tokenExpirationTime"])
    assert end > exchange.sent_at, "the token expired before it was issued"


@verifies("TOKEN-RESP-11")
@pytest.mark.parametrize("minutes", [1, 60, 180])
def test_token_is_not_valid_for_longer_than_an_hour(
    chat_tokens: ChatTokens, minutes: int
) -> None:
    """No token outlives the hour that production tokens were seen to have."""
    exchange = chat_tokens.ask(sessionDurationInMinutes=minutes)

    expect.accepted(exchange)
    end = expect.instant(exchange.json["tokenExpirationTime"])
    latest = exchange.received_at + timedelta(minutes=60) + TOLERANCE
    assert end <= latest, "the token is valid for more than 60 minutes"


@verifies("TOKEN-RESP-14")
@pytest.mark.parametrize("minutes", [1, 2, 60])
def test_token_does_not_outlive_its_session(
    chat_tokens: ChatTokens, minutes: int
) -> None:
    """The `tokenExpirationTime` is not later than sessionExpirationTime."""
    exchange = chat_tokens.ask(sessionDurationInMinutes=minutes)

    expect.accepted(exchange)
    token_end = expect.instant(exchange.json["tokenExpirationTime"])
    session_end = expect.instant(exchange.json["sessionExpirationTime"])
    assert token_end <= session_end, "the token ends after its session"


@verifies("TOKEN-RESP-16")
@pytest.mark.parametrize("member", ["tokenExpirationTime", "sessionExpirationTime"])
def test_times_have_no_fraction_of_a_second(
    chat_tokens: ChatTokens, member: str
) -> None:
    """Its times are whole seconds."""
    _expect_whole_seconds(chat_tokens.ask(), member)


@verifies("TOKEN-RESP-16")
@pytest.mark.parametrize("member", ["tokenExpirationTime", "sessionExpirationTime"])
def test_times_have_no_fraction_however_odd_the_instant(
    clock: ScenarioClock, chat_tokens: ChatTokens, member: str
) -> None:
    """Issued at a part of a second, its times are whole seconds all the same."""
    clock.freeze(clock.now().replace(microsecond=0) + timedelta(seconds=1.345678))

    _expect_whole_seconds(chat_tokens.ask(), member)


@verifies("TOKEN-RESP-17")
@pytest.mark.parametrize(
    "minutes",
    [case(WITHOUT, name="absent"), *(case(n, name=str(n)) for n in DURATIONS)],
)
def test_token_is_valid_as_long_as_the_target_declares(
    chat_tokens: ChatTokens, ivschat_target: Target, minutes: object
) -> None:
    """The `tokenExpirationTime` is the issue time and a minute, or what is declared."""
    exchange = chat_tokens.ask(sessionDurationInMinutes=minutes)

    expect.accepted(exchange)
    end = expect.instant(exchange.json["tokenExpirationTime"])
    lifetime = _lifetime(ivschat_target, 60 if minutes is WITHOUT else minutes)
    expect.from_issue(end, exchange, ivschat_target, lifetime)


@verifies("TOKEN-RESP-17")
@pytest.mark.parametrize("at", INSTANTS)
def test_token_expires_exactly_whenever_it_is_issued(
    clock: ScenarioClock,
    chat_tokens: ChatTokens,
    ivschat_target: Target,
    at: datetime,
) -> None:
    """No instant of issue moves the token's end by as much as a second."""
    clock.freeze(at)

    exchange = chat_tokens.ask(sessionDurationInMinutes=180)

    expect.accepted(exchange)
    end = expect.instant(exchange.json["tokenExpirationTime"])
    expect.from_issue(end, exchange, ivschat_target, _lifetime(ivschat_target, 180))


def _lifetime(target: Target, session_minutes: object) -> timedelta:
    """Return the shorter one: what the target declares, or the session."""
    assert isinstance(session_minutes, int)
    return min(
        timedelta(seconds=target.features.token_lifetime_seconds),
        timedelta(minutes=session_minutes),
    )


def _expect_whole_seconds(exchange: Exchange, member: str) -> None:
    expect.accepted(exchange)
    fraction = re.search(r"[.]([0-9]+)", str(exchange.json[member]))
    assert fraction is None or not fraction[1].strip("0"), (
        f"{member} has a fraction of a second"
    )
