"""When sessions end, whatever moved the clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ivschat_conformance.reference_impl.core.effects import Close, Deliver

if TYPE_CHECKING:
    from tests.core.conftest import LiveRoom, OpenRoom

FROZEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.ivschat_verifies(
    *("TOKEN-LIFE-06", "TOKEN-LIFE-07", "WS-CLOSE-02", "WS-CLOSE-04", "WS-CLOSE-05"),
    *("WS-CLOSE-06", "WS-ERR-07"),
)
def test_session_of_three_hours_is_used_until_its_last_second(
    open_room: "OpenRoom",
) -> None:
    """On a frozen clock: silent for 179 minutes and 59 seconds, used, gone at 180."""
    room = open_room(clock=FROZEN)
    member, viewer = (
        room.connect(user, sessionDurationInMinutes=180) for user in ("ann", "ben")
    )

    room.call("/_control/clock/advance", seconds=180 * 60 - 1)
    assert member.took() == []
    room.say(member, "still here")
    assert viewer.took() == member.took() != []
    room.call("/_control/clock/advance", seconds=1)

    assert member.is_over()
    assert viewer.is_over()
    assert room.receive(member, b'{"Action":"SEND_MESSAGE","Content":"late"}') == ()
    assert len(room.fake.service.live.sessions) == 0


def by_machine(room: "LiveRoom", seconds: float) -> None:
    """Let real time pass."""
    room.pass_time(seconds)


def by_advance(room: "LiveRoom", seconds: float) -> None:
    """Move the fake's clock on."""
    assert room.call("/_control/clock/advance", seconds=seconds).status == 200


def by_freeze(room: "LiveRoom", seconds: float) -> None:
    """Freeze the fake's clock at a later instant."""
    later = (room.fake.clock.read(room.now) + timedelta(seconds=seconds)).isoformat()
    assert room.call("/_control/clock", "PUT", now=later).status == 200


@pytest.mark.ivschat_verifies("TOKEN-LIFE-07", "WS-CLOSE-04", "WS-CLOSE-05")
@pytest.mark.parametrize("move", [by_machine, by_advance, by_freeze])
@pytest.mark.parametrize("minutes", [1, 2, 60, 180])
def test_session_ends_whatever_moves_the_clock(
    open_room: "OpenRoom", move: Callable[["LiveRoom", float], None], minutes: int
) -> None:
    """At its instant and not a microsecond before: issued at 5.678901, cut to 5."""
    room = open_room()
    member = room.connect(sessionDurationInMinutes=minutes)

    move(room, 60 * minutes - 0.678902)
    assert not member.is_over()
    room.say(member)
    assert len(member.took()) == 1
    move(room, 0.000001)

    assert member.is_over()


@pytest.mark.ivschat_verifies("TOKEN-LIFE-07")
@pytest.mark.parametrize("move", [by_machine, by_advance])
def test_session_ends_on_a_clock_that_was_moved_on_before(
    open_room: "OpenRoom", move: Callable[["LiveRoom", float], None]
) -> None:
    """An offset holds for what is issued after it as for what was issued before."""
    room = open_room()
    first = room.connect(sessionDurationInMinutes=120)
    room.call("/_control/clock/advance", seconds=3600)
    second = room.connect(sessionDurationInMinutes=90)

    move(room, 3600)
    assert (first.is_over(), second.closed) == (True, None)
    move(room, 1800)

    assert second.is_over()


@pytest.mark.ivschat_verifies("TOKEN-LIFE-07", "WS-CLOSE-14")
def test_session_ends_when_the_clock_is_released(open_room: "OpenRoom") -> None:
    """Real time again may be later than all of them; going back revives none."""
    room = open_room(clock=datetime(2020, 1, 1, tzinfo=UTC))
    member = room.connect(sessionDurationInMinutes=180)
    room.pass_time(3 * 86400)
    assert member.closed is None

    room.call("/_control/clock", "DELETE")
    assert member.is_over()
    room.call("/_control/clock", "PUT", now="2020-01-01T00:00:00Z")

    assert room.receive(member, b'{"Action":"SEND_MESSAGE","Content":"x"}') == ()


def test_clock_set_back_lets_a_session_last(open_room: "OpenRoom") -> None:
    """It ends at its instant of the fake's clock, however often that is passed by."""
    room = open_room(clock=FROZEN)
    member = room.connect(sessionDurationInMinutes=1)
    room.call("/_control/clock/advance", seconds=59)

    room.call("/_control/clock", "PUT", now="2026-01-02T03:00:00Z")
    room.call("/_control/clock/advance", seconds=120)
    assert member.closed is None
    room.call("/_control/clock", "PUT", now="2026-01-02T03:05:05Z")

    assert member.is_over()


@pytest.mark.ivschat_verifies("TOKEN-LIFE-06")
def test_end_of_the_token_ends_no_session(open_room: "OpenRoom") -> None:
    """A minute after the token is over the session it opened is in its first third."""
    room = open_room()
    member = room.connect(sessionDurationInMinutes=3)

    room.pass_time(120)
    room.say(member)

    assert member.took_one()["Type"] == "MESSAGE"


@pytest.mark.ivschat_verifies("WS-CLOSE-06", "TOKEN-LIFE-07")
def test_nothing_is_delivered_to_a_session_whose_time_is_over(
    open_room: "OpenRoom",
) -> None:
    """Even if nobody has looked at the clock since: each call ends sessions first.

    Three are over; a message, an event and a request of their own come after.
    """
    room = open_room()
    staying = room.connect("user-1")
    calls: list[Callable[[], object]] = [
        lambda: room.say(staying, "late"),
        lambda: room.perform("SendEvent", eventName="late"),
        lambda: room.say(leaving, "late"),
    ]

    for call in calls:
        room.pass_time(1)
        leaving = room.connect("user-2", sessionDurationInMinutes=1)
        room.now += timedelta(minutes=2)  # and no turn
        call()

        assert len(leaving.frames) == 1
        assert leaving.is_over()
    assert len(staying.took()) == 2


@pytest.mark.ivschat_verifies("WS-CLOSE-05")
def test_sessions_that_end_together_end_in_order(open_room: "OpenRoom") -> None:
    """One long step ends the one that was due first before the other."""
    room = open_room()
    room.connect("user-1", sessionDurationInMinutes=2)
    room.connect("user-2", sessionDurationInMinutes=1)
    room.now += timedelta(hours=1)

    effects = room.fake.turn(room.now)

    seen = []
    for effect in effects:
        match effect:
            case Deliver(sessions):
                seen += [("told", session.token.user_id) for session in sessions]
            case Close(session):
                seen.append(("closed", session.token.user_id))
    assert seen == [
        (what, user) for user in ("user-2", "user-1") for what in ("told", "closed")
    ]
    assert len(effects) == len(seen)
    assert room.fake.turn(room.now) == ()
