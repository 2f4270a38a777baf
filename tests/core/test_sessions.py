"""Sessions: who is in which room, and in what order their time ends."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from ivschat_conformance.reference_impl.core.sessions import Session, Sessions
from ivschat_conformance.reference_impl.core.tokens import ChatToken, issue

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
OTHER_ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/ABcdef34ghIJ"


def token(
    user_id: str = "user-1", *, minutes: int = 60, room_arn: str = ROOM
) -> ChatToken:
    """Return a token whose session lasts so many minutes from NOW."""
    return issue(
        number=1,
        room_arn=room_arn,
        user_id=user_id,
        capabilities=(),
        attributes={"displayName": "hidden-name"},
        session_duration=timedelta(minutes=minutes),
        token_lifetime=timedelta(seconds=60),
        now=NOW,
    )


def joined(
    sessions: Sessions,
    user_id: str = "user-1",
    *,
    minutes: int = 60,
    room_arn: str = ROOM,
) -> Session:
    """Add a session."""
    session = Session(
        token(user_id, minutes=minutes, room_arn=room_arn), "192.0.2.7", NOW
    )
    sessions.add(session)
    return session


def after(minutes: float) -> datetime:
    """Return an instant so many minutes after NOW."""
    return NOW + timedelta(minutes=minutes)


@pytest.mark.ivschat_verifies("TOKEN-LIFE-09")
def test_session_is_in_the_room_of_its_token_and_in_no_other() -> None:
    """Rooms hold their own, the earliest first, and the whole holds all."""
    sessions = Sessions()
    first = joined(sessions)
    elsewhere = joined(sessions, room_arn=OTHER_ROOM)
    second = joined(sessions, "user-2")

    assert sessions.of_room(ROOM) == (first, second)
    assert sessions.of_room(OTHER_ROOM) == (elsewhere,)
    assert sessions.of_room(ROOM[:-1]) == ()
    assert set(sessions) == {first, second, elsewhere}
    assert len(sessions) == 3
    assert all(session in sessions for session in (first, second, elsewhere))


@pytest.mark.ivschat_verifies("TOKEN-LIFE-14", "DISC-02")
def test_user_has_as_many_sessions_as_tokens() -> None:
    """All that a user has in one room are found, and nobody else's."""
    sessions = Sessions()
    first = joined(sessions, "user-1")
    joined(sessions, "user-11")
    joined(sessions, "User-1")
    joined(sessions, "user-1", room_arn=OTHER_ROOM)
    second = joined(sessions, "user-1")

    assert sessions.of_user(ROOM, "user-1") == (first, second)
    assert sessions.of_user(ROOM, "user-2") == ()
    assert sessions.of_user(OTHER_ROOM, "user-11") == ()


def test_session_that_left_is_nowhere() -> None:
    """It can leave once; the others stay, and an empty room is like any unknown one."""
    sessions = Sessions()
    leaving, staying = joined(sessions), joined(sessions)

    assert sessions.remove(leaving) is True
    assert sessions.remove(leaving) is False

    assert leaving not in sessions
    assert list(sessions) == [staying]
    assert len(sessions) == 1
    assert sessions.of_room(ROOM) == (staying,)
    assert sessions.of_user(ROOM, "user-1") == (staying,)
    assert sessions.remove(staying) is True
    assert (len(sessions), sessions.of_room(ROOM)) == (0, ())


@pytest.mark.ivschat_verifies("TOKEN-LIFE-07", "WS-CLOSE-04")
def test_sessions_end_in_the_order_of_their_ends() -> None:
    """At its last instant each is over: not before, not twice, the earliest first."""
    sessions = Sessions()
    long = joined(sessions, minutes=180)
    short = joined(sessions, minutes=1)
    twin = joined(sessions, minutes=1)
    middle = joined(sessions, minutes=2, room_arn=OTHER_ROOM)

    assert sessions.ended(after(1) - timedelta(microseconds=1)) == ()
    assert sessions.ended(after(1)) == (short, twin)
    assert sessions.ended(after(1)) == ()
    assert short not in sessions
    assert sessions.ended(after(180)) == (middle, long)
    assert len(sessions) == 0


@pytest.mark.ivschat_verifies("WS-CLOSE-14")
def test_session_that_ended_is_not_revived_by_a_clock_set_back() -> None:
    """What is over stays over; a session that is added later counts by itself."""
    sessions = Sessions()
    over = joined(sessions, minutes=2)
    assert sessions.ended(after(3)) == (over,)

    assert sessions.ended(after(-60)) == ()
    later = joined(sessions, minutes=1)

    assert over not in sessions
    assert sessions.ended(after(1)) == (later,)


def test_session_that_left_does_not_end_again() -> None:
    """Whoever has left, for whatever reason, has no end to wait for."""
    sessions = Sessions()
    gone = joined(sessions, minutes=1)
    joined(sessions, minutes=1, room_arn=OTHER_ROOM)
    sessions.remove(gone)

    ended = sessions.ended(after(60))

    assert gone not in ended
    assert len(ended) == 1


def test_all_can_be_sent_away_at_once() -> None:
    """All come back, none is left or held on to, and none of them ends later."""
    sessions = Sessions()
    everybody = {joined(sessions), joined(sessions, room_arn=OTHER_ROOM)}

    assert set(sessions.clear()) == everybody

    assert (len(sessions), list(sessions)) == (0, [])
    assert not [thing for thing in reachable(sessions) if isinstance(thing, Session)]
    assert sessions.ended(after(600)) == ()
    assert sessions.clear() == ()


def test_sessions_are_kept_like_a_list_would_keep_them() -> None:
    """Of 3,000 that come, leave and end at random, the same are there as in a list."""
    random = Random(20260102)  # noqa: S311 - must be repeatable
    sessions, expected = Sessions(), list[Session]()
    now = NOW

    for _ in range(3000):
        expected.append(joined(sessions, minutes=random.randint(1, 180)))
        if random.random() < 0.6:
            leaving = expected.pop(random.randrange(len(expected)))
            assert sessions.remove(leaving)
        if random.random() < 0.02:
            now += timedelta(minutes=random.randint(0, 5))
            over = {s for s in expected if s.token.session_expiration_time <= now}
            expected = [session for session in expected if session not in over]
            assert set(sessions.ended(now)) == over
        assert len(sessions) == len(expected)

    assert sessions.of_room(ROOM) == tuple(expected)


def test_sessions_that_left_are_forgotten() -> None:
    """A fake on which a million people come and go holds on to few of them."""
    sessions = Sessions()

    for _ in range(10_000):
        sessions.remove(joined(sessions, minutes=180))

    held = sum(isinstance(thing, Session) for thing in reachable(sessions))
    assert held < 200


def reachable(thing: object) -> list[object]:
    """Return everything that an object holds on to, through its containers."""
    found, ahead = [], [thing]
    while ahead:
        here = ahead.pop()
        found.append(here)
        if isinstance(here, Sessions):
            ahead += vars(here).values()
        elif isinstance(here, dict):
            ahead += [*here, *here.values()]
        elif isinstance(here, list | tuple):
            ahead += here
    return found


def test_session_shows_neither_user_nor_attributes() -> None:
    """What a log shows of a session is its room."""
    session = Session(token("hidden-user"), "192.0.2.7", NOW)

    shown = f"{session!r} {session} {[session]}"

    assert ROOM in shown
    assert "hidden" not in shown
    assert "192.0.2.7" not in shown
