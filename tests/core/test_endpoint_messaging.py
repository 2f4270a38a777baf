"""Sessions of a whole fake: they end on time, whatever it was that moved the clock."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.reference_impl.core.effects import Close, Deliver
from ivschat_conformance.reference_impl.core.errors import ValidationException
from ivschat_conformance.reference_impl.core.http_messages import HttpResponse
from ivschat_conformance.reference_impl.core.tokens import TokenError

if TYPE_CHECKING:
    from tests.core.conftest import LiveRoom, Member, OpenRoom

ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"
FROZEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
EXPIRED = (1000, "The session has expired")


def is_over(member: "Member") -> bool:
    """Say whether a session was told that it has expired, and then closed."""
    if member.closed is None:
        return False
    error = member.took()[-1]
    assert (error["ErrorCode"], error["RequestId"]) == (401, "")
    assert "expired" in error["ErrorMessage"]
    assert member.closed == EXPIRED
    return True


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

    assert is_over(member)
    assert is_over(viewer)
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
    assert not is_over(member)
    room.say(member)
    assert len(member.took()) == 1
    move(room, 0.000001)

    assert is_over(member)


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
    assert (is_over(first), second.closed) == (True, None)
    move(room, 1800)

    assert is_over(second)


@pytest.mark.ivschat_verifies("TOKEN-LIFE-07", "WS-CLOSE-14")
def test_session_ends_when_the_clock_is_released(open_room: "OpenRoom") -> None:
    """Real time again may be later than all of them; going back revives none."""
    room = open_room(clock=datetime(2020, 1, 1, tzinfo=UTC))
    member = room.connect(sessionDurationInMinutes=180)
    room.pass_time(3 * 86400)
    assert member.closed is None

    room.call("/_control/clock", "DELETE")
    assert is_over(member)
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

    assert is_over(member)


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
        assert is_over(leaving)
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


@pytest.mark.ivschat_verifies("TOKEN-LIFE-14")
def test_overlapping_sessions_of_one_user_live_side_by_side(
    open_room: "OpenRoom",
) -> None:
    """As AWS's SDK renews: the second opens before the first closes, both receive.

    Each ends at its own time.
    """
    room = open_room()
    first = room.connect("user-1", sessionDurationInMinutes=1)
    room.pass_time(30)
    second = room.connect("user-1", sessionDurationInMinutes=1)

    room.say(first, "one")
    room.say(second, "two")
    assert [f["Content"] for f in first.took()] == ["one", "two"]
    assert [f["Content"] for f in second.took()] == ["one", "two"]
    room.pass_time(30)

    assert (is_over(first), second.closed) == (True, None)
    room.say(second, "three")
    assert second.took_one()["Content"] == "three"
    room.pass_time(30)
    assert is_over(second)


def test_session_that_left_is_told_nothing_more(open_room: "OpenRoom") -> None:
    """A connection that is gone frees its session at once (WS-CLOSE-15)."""
    room = open_room()
    gone, staying = room.connect("user-1"), room.connect("user-2")

    room.fake.leave(gone.session)
    room.fake.leave(gone.session)
    room.say(staying)
    room.say(gone)
    room.pass_time(7200)

    assert (gone.frames, gone.closed) == ([], None)
    assert len(staying.took()) == 2


@pytest.mark.ivschat_verifies("ROOM-DEL-02", "WS-CLOSE-11", "WS-CLOSE-14")
def test_deletion_of_a_room_closes_its_connections_alone(open_room: "OpenRoom") -> None:
    """Cleanly, without a frame; what they send afterwards is ignored."""
    room = open_room()
    created = json.loads(room.call("/CreateRoom").body)
    leaving = [room.connect(user, roomIdentifier=created["arn"]) for user in "ab"]
    staying = room.connect("a")

    assert room.call("/DeleteRoom", identifier=created["arn"]).status == 204

    for member in leaving:
        assert (member.took(), member.closed) == ([], (1000, "The room was deleted"))
        room.say(member)
    assert staying.closed is None
    room.say(staying)
    assert len(staying.took()) == 1


def test_reset_closes_all_connections_and_makes_old_tokens_worthless(
    open_room: "OpenRoom",
) -> None:
    """Everybody is sent away with 1001, and what was issued opens nothing any more.

    The keys are new ones, and the room of the start is open again.
    """
    room = open_room()
    created = json.loads(room.call("/CreateRoom").body)
    everybody = [room.connect(), room.connect(roomIdentifier=created["arn"])]
    unused, used = room.token(), room.token()
    room.offer(used)

    assert room.call("/_control/reset").status == 204

    for member in everybody:
        assert (member.took(), member.closed) == (
            [],
            (1001, "The service starts again"),
        )
        room.say(member)
        assert member.took() == []
    for token in (unused, used):
        answer = room.offer(token)
        assert isinstance(answer, HttpResponse)
        assert answer.status == 401
        with pytest.raises(TokenError):
            room.fake.service.state.tokens.open(token)
    newcomer = room.connect()
    room.say(newcomer)
    assert len(newcomer.took()) == 1


def test_reset_makes_rates_whole_and_leads_no_handlers(open_room: "OpenRoom") -> None:
    """A test that comes after finds nothing of the one before."""
    room = open_room()
    assert (
        room.call(
            "/_control/review-handlers", "PUT", **{LAMBDA: "http://127.0.0.1:1"}
        ).body
        == json.dumps({LAMBDA: "http://127.0.0.1:1"}).encode()
    )
    member = room.connect()
    for _ in range(10):
        room.say(member)

    room.call("/_control/reset")

    assert room.call("/_control/review-handlers", "PUT").body == b"{}"
    member = room.connect()
    for _ in range(10):
        room.say(member)
    assert {frame["Type"] for frame in member.took()} == {"MESSAGE"}


def test_reset_ends_first_what_was_over(open_room: "OpenRoom") -> None:
    """A session whose time was up is told so, and is not closed a second time."""
    room = open_room()
    over = room.connect(sessionDurationInMinutes=1)
    staying = room.connect()
    room.now += timedelta(minutes=2)  # and no turn

    room.call("/_control/reset")

    assert is_over(over)
    assert staying.closed == (1001, "The service starts again")


@pytest.mark.ivschat_verifies(
    *("SEVT-02", "SEVT-03", "SEVT-04", "SEVT-07", "WS-EVT-01", "WS-EVT-09"),
    *("WS-EVT-10", "WS-EVT-11", "WS-EVT-13", "WS-MSG-15"),
)
@pytest.mark.parametrize("attributes", [None, {}, {"a": "b", "": ""}])
def test_event_of_an_application_reaches_everybody(
    open_room: "OpenRoom", attributes: dict[str, str] | None
) -> None:
    """Under the id that was answered, without a request id; nobody has to be there."""
    room = open_room()
    asked = {"eventName": "app:poll", "attributes": attributes}
    assert set(room.perform("SendEvent", **asked)) == {"id"}
    member, viewer = room.connect(), room.connect("user-2", capabilities=())

    output = room.perform("SendEvent", **asked)

    frame = viewer.took_one()
    assert member.took() == [frame]
    assert frame.pop("SendTime")[:26] == "2026-01-02T03:04:05.678901"
    assert frame == {
        "Type": "EVENT",
        "Id": output["id"],
        "RequestId": "",
        "EventName": "app:poll",
        "Attributes": attributes,
    }
    assert len(output["id"]) == 12


@pytest.mark.ivschat_verifies("DISC-01", "DISC-02", "WS-CLOSE-08")
def test_disconnection_answers_nothing_and_closes_the_user(
    open_room: "OpenRoom",
) -> None:
    """In that room alone, whatever other room the user is in."""
    room = open_room()
    created = json.loads(room.call("/CreateRoom").body)
    leaving, staying = room.connect("user-7"), room.connect("user-1")
    elsewhere = room.connect("user-7", roomIdentifier=created["arn"])

    assert room.perform("DisconnectUser", userId="user-7") is None

    assert leaving.closed == (1000, "Disconnected by a moderator")
    assert (staying.closed, elsewhere.closed) == (None, None)
    assert [len(m.took()) for m in (leaving, staying, elsewhere)] == [1, 1, 0]


def test_caller_in_this_process_performs_operations_without_http(
    open_room: "OpenRoom",
) -> None:
    """Input is held against its schema, what comes of it is returned for the shell."""
    room = open_room()
    member = room.connect()
    asked = {"roomIdentifier": ROOM, "eventName": "app", "attributes": None}

    outcome = room.fake.perform("SendEvent", asked, room.now)
    room.carry_out(outcome.effects)

    assert outcome.output is not None
    frame = member.took_one()
    assert (frame["Id"], frame["EventName"]) == (outcome.output["id"], "app")
    with pytest.raises(ValidationException):
        room.fake.perform("SendEvent", {**asked, "eventName": ""}, room.now)
    assert member.took() == []


@pytest.mark.ivschat_verifies("ERR-24")
@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("SendEvent", {"eventName": ""}),
        ("SendEvent", {"eventName": "aws:DELETE_MESSAGE"}),
        ("SendEvent", {"eventName": "app", "attributes": {"": "x" * 1025}}),
        ("DeleteMessage", {"id": "Ab3dEf6hIj9"}),
        ("DisconnectUser", {"userId": ""}),
        ("DisconnectUser", {"userId": "user-1", "reason": ""}),
    ],
)
def test_refused_call_reaches_nobody(
    open_room: "OpenRoom", operation: str, body: dict[str, Any]
) -> None:
    """No frame and no close comes of it."""
    room = open_room()
    member = room.connect("user-1")

    response = room.call(f"/{operation}", roomIdentifier=ROOM, **body)

    assert response.status == 400
    assert (member.frames, member.closed) == ([], None)
