"""Live rooms: who is told what, who has to leave, and in which order."""

import json
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from ivschat_conformance.reference_impl.core.chat_log import ChatLog
from ivschat_conformance.reference_impl.core.effects import Close, Deliver, Effect
from ivschat_conformance.reference_impl.core.frames import Message
from ivschat_conformance.reference_impl.core.ids import Ids
from ivschat_conformance.reference_impl.core.live_rooms import LiveRooms, Occasion
from ivschat_conformance.reference_impl.core.sessions import Session
from ivschat_conformance.reference_impl.core.state import State
from ivschat_conformance.reference_impl.core.tokens import issue

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
OTHER_ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/ABcdef34ghIJ"
OCCASION = Occasion(ROOM, "Qw1eRt2yUi3O", NOW, "r-3")


def live() -> LiveRooms:
    """Return rooms without anybody in them."""
    random = Random(20260102)  # noqa: S311 - must be repeatable
    return LiveRooms(Ids(random), random, ChatLog(State()))


def joined(
    rooms: LiveRooms,
    user_id: str = "user-1",
    *,
    room_arn: str = ROOM,
    minutes: int = 60,
) -> Session:
    """Let a user in."""
    token = issue(
        number=1,
        room_arn=room_arn,
        user_id=user_id,
        capabilities=(),
        attributes={},
        session_duration=timedelta(minutes=minutes),
        token_lifetime=timedelta(seconds=60),
        now=NOW,
    )
    session = Session(token, "192.0.2.7", NOW)
    rooms.sessions.add(session)
    return session


def message() -> Message:
    """Return a message of NOW."""
    return Message("Ab3dEf6hIj9L", "r-1", "hello", None, "2026-01-02T03:04:05Z", NOW)


def seen(effects: tuple[Effect, ...]) -> list[tuple[object, ...]]:
    """Return effects as tuples: who gets which frame, who is closed and how."""
    told: list[tuple[object, ...]] = []
    for effect in effects:
        match effect:
            case Deliver(sessions, frame):
                told.append((tuple(sessions), json.loads(frame)))
            case Close(session, code, reason):
                told.append((session, int(code), reason))
    return told


@pytest.mark.ivschat_verifies("WS-MSG-03", "WS-MSG-04", "WS-MSG-15")
def test_message_is_one_frame_for_everybody_in_the_senders_room() -> None:
    """The sender too, a user's second session too, and nobody of another room."""
    rooms = live()
    first, second, viewer = (joined(rooms, f"user-{n}") for n in (1, 1, 2))
    joined(rooms, room_arn=OTHER_ROOM)

    [(sessions, frame)] = seen(rooms.send_message(message(), first))

    assert sessions == (first, second, viewer)
    assert isinstance(frame, dict)
    assert (frame["Id"], frame["Sender"]["UserId"]) == ("Ab3dEf6hIj9L", "user-1")


@pytest.mark.ivschat_verifies("SEVT-07", "DISC-03", "DELM-03")
def test_room_without_anybody_is_told_nothing() -> None:
    """There is no effect, and no failure either."""
    rooms = live()
    gone = joined(rooms)
    rooms.sessions.remove(gone)

    assert rooms.send_message(message(), gone) == ()
    assert rooms.send_event(OCCASION, "app", {"a": "b"}) == ()
    assert rooms.delete_message(OCCASION, "Ab3dEf6hIj9L", None) == ()
    assert rooms.disconnect_user(OCCASION, "user-1", "rude") == ()
    assert rooms.close_room(ROOM) == ()
    assert rooms.close_all() == ()
    assert rooms.end_sessions(NOW + timedelta(days=1)) == ()


@pytest.mark.ivschat_verifies("SEVT-03", "WS-EVT-01", "WS-EVT-10")
def test_event_is_one_frame_for_everybody_in_the_room() -> None:
    """Name and attributes are as given, id and request id those of the occasion."""
    rooms = live()
    everybody = (joined(rooms, "user-1"), joined(rooms, "user-2"))
    joined(rooms, room_arn=OTHER_ROOM)

    effects = rooms.send_event(OCCASION, "app:poll", {"a": "b"})

    assert seen(effects) == [
        (
            everybody,
            {
                "Type": "EVENT",
                "Id": "Qw1eRt2yUi3O",
                "RequestId": "r-3",
                "EventName": "app:poll",
                "Attributes": {"a": "b"},
                "SendTime": "2026-01-02T03:04:05Z",
            },
        )
    ]


@pytest.mark.ivschat_verifies("DELM-02", "WS-EVT-02", "WS-EVT-03", "WS-EVT-06")
@pytest.mark.parametrize(
    ("reason", "attributes"),
    [
        (
            "spam",
            {
                "MessageID": "Ab3dEf6hIj9L",
                "MessageId": "Ab3dEf6hIj9L",
                "Reason": "spam",
            },
        ),
        (None, {"MessageID": "Ab3dEf6hIj9L", "MessageId": "Ab3dEf6hIj9L"}),
    ],
)
def test_deletion_names_the_message_in_both_spellings(
    reason: str | None, attributes: dict[str, str]
) -> None:
    """The deprecated spelling is what AWS's JavaScript SDK reads; no reason, no key."""
    rooms = live()
    member = joined(rooms)

    [(sessions, frame)] = seen(rooms.delete_message(OCCASION, "Ab3dEf6hIj9L", reason))

    assert sessions == (member,)
    assert isinstance(frame, dict)
    assert frame["EventName"] == "aws:DELETE_MESSAGE"
    assert frame["Attributes"] == attributes


@pytest.mark.ivschat_verifies(
    *("DISC-02", "DISC-04", "WS-EVT-05", "WS-EVT-06", "WS-CLOSE-07", "WS-CLOSE-08"),
    *("WS-CLOSE-09", "WS-CLOSE-10"),
)
@pytest.mark.parametrize(
    ("reason", "attributes", "close_reason"),
    [
        ("rude", {"UserId": "user-7", "Reason": "rude"}, "rude"),
        (None, {"UserId": "user-7"}, "Disconnected by a moderator"),
    ],
)
def test_disconnection_is_told_to_all_and_then_closes_the_users_connections(
    reason: str | None, attributes: dict[str, str], close_reason: str
) -> None:
    """All of the user's, in that room only; the user is told before the close."""
    rooms = live()
    staying = joined(rooms, "user-1")
    leaving = [joined(rooms, "user-7"), joined(rooms, "user-7")]
    elsewhere = joined(rooms, "user-7", room_arn=OTHER_ROOM)

    [(sessions, frame), *closes] = seen(
        rooms.disconnect_user(OCCASION, "user-7", reason)
    )

    assert sessions == (staying, *leaving)
    assert isinstance(frame, dict)
    assert frame["EventName"] == "aws:DISCONNECT_USER"
    assert frame["Attributes"] == attributes
    assert closes == [(session, 1000, close_reason) for session in leaving]
    assert set(rooms.sessions) == {staying, elsewhere}


@pytest.mark.ivschat_verifies("DISC-03", "DISC-04")
def test_disconnection_of_somebody_who_is_not_there_is_told_and_closes_nobody() -> None:
    """The room learns of it all the same."""
    rooms = live()
    member = joined(rooms, "user-1")

    [(sessions, frame)] = seen(rooms.disconnect_user(OCCASION, "user-7", None))

    assert sessions == (member,)
    assert isinstance(frame, dict)
    assert frame["Attributes"] == {"UserId": "user-7"}
    assert member in rooms.sessions


@pytest.mark.ivschat_verifies("WS-CLOSE-12", "WS-CLOSE-09")
@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("r" * 123, "r" * 123),
        ("r" * 124, "r" * 123),
        ("é" * 61 + "r", "é" * 61 + "r"),
        ("é" * 62, "é" * 61),
        ("\N{PERFORMING ARTS}" * 256, "\N{PERFORMING ARTS}" * 30),
        ("rr" + "\N{EURO SIGN}" * 41, "rr" + "\N{EURO SIGN}" * 40),
    ],
)
def test_reason_of_a_close_has_123_bytes_in_whole_characters(
    reason: str, text: str
) -> None:
    """A longer one is cut between characters; the event has it whole."""
    rooms = live()
    member = joined(rooms, "user-7")

    [(_, frame), close] = seen(rooms.disconnect_user(OCCASION, "user-7", reason))

    assert isinstance(frame, dict)
    assert frame["Attributes"]["Reason"] == reason
    assert close == (member, 1000, text)


@pytest.mark.ivschat_verifies("ROOM-DEL-02", "WS-CLOSE-11")
def test_deleted_room_closes_its_connections_and_no_others() -> None:
    """A clean close for each, without a frame."""
    rooms = live()
    leaving = [joined(rooms, "user-1"), joined(rooms, "user-2")]
    elsewhere = joined(rooms, room_arn=OTHER_ROOM)

    effects = rooms.close_room(ROOM)

    assert seen(effects) == [
        (session, 1000, "The room was deleted") for session in leaving
    ]
    assert list(rooms.sessions) == [elsewhere]


@pytest.mark.ivschat_verifies(
    *("TOKEN-LIFE-07", "WS-CLOSE-04", "WS-CLOSE-05", "WS-ERR-01", "WS-ERR-07")
)
def test_session_that_is_over_is_told_401_and_closed() -> None:
    """The text says that it has expired, which one client looks for; then 1000."""
    rooms = live()
    over = joined(rooms, minutes=1)
    twin = joined(rooms, minutes=1, room_arn=OTHER_ROOM)
    staying = joined(rooms, minutes=2)

    effects = seen(rooms.end_sessions(NOW + timedelta(minutes=1)))

    for session, told, close in zip(
        (over, twin), effects[::2], effects[1::2], strict=True
    ):
        sessions, frame = told
        assert sessions == (session,)
        assert isinstance(frame, dict)
        assert len(frame.pop("Id")) == 12
        assert frame == {
            "Type": "ERROR",
            "RequestId": "",
            "ErrorCode": 401,
            "ErrorMessage": "The session has expired.",
        }
        assert close == (session, 1000, "The session has expired")
    assert list(rooms.sessions) == [staying]


def test_all_are_sent_away_when_the_service_starts_again() -> None:
    """Everybody is closed as going away, and the rooms' rates are whole again."""
    rooms = live()
    everybody = {joined(rooms), joined(rooms, room_arn=OTHER_ROOM)}
    assert rooms.admits_message(ROOM, 1, NOW)
    assert not rooms.admits_message(ROOM, 1, NOW)

    effects = rooms.close_all()

    closes = {(effect[0], *effect[1:]) for effect in seen(effects)}
    assert closes == {
        (session, 1001, "The service starts again") for session in everybody
    }
    assert len(rooms.sessions) == 0
    assert rooms.admits_message(ROOM, 1, NOW)


@pytest.mark.ivschat_verifies("LIMIT-09")
def test_rate_of_messages_is_the_rooms() -> None:
    """Two rooms do not use up each other's, and a new one of that ARN starts afresh."""
    rooms = live()

    counts = [
        sum(rooms.admits_message(arn, 2, NOW) for _ in range(10))
        for arn in (ROOM, OTHER_ROOM, ROOM)
    ]
    rooms.close_room(ROOM)

    assert counts == [2, 2, 0]
    assert rooms.admits_message(ROOM, 2, NOW)


@pytest.mark.ivschat_verifies("WS-ERR-03", "WS-ERR-05")
def test_error_is_for_one_session_and_has_an_id_of_its_own_or_a_given_one() -> None:
    """Whoever else is in the room learns nothing of it."""
    rooms = live()
    asking, _ = joined(rooms), joined(rooms)

    fresh = [rooms.say(asking, "r-1", 403, "No.") for _ in range(3)]
    known = rooms.say(asking, "r-1", 403, "No.", "Qw1eRt2yUi3O")

    ids = {json.loads(told.frame)["Id"] for told in fresh}
    assert {told.sessions for told in (*fresh, known)} == {(asking,)}
    assert len(ids) == 3
    assert json.loads(known.frame)["Id"] == "Qw1eRt2yUi3O"
