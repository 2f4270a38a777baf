"""Sessions of a whole fake: side by side, through resets, and told of calls."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.reference_impl.core.errors import ValidationException
from ivschat_conformance.reference_impl.core.http_messages import HttpResponse
from ivschat_conformance.reference_impl.core.tokens import TokenError

if TYPE_CHECKING:
    from tests.core.conftest import OpenRoom

ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"


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

    assert (first.is_over(), second.closed) == (True, None)
    room.say(second, "three")
    assert second.took_one()["Content"] == "three"
    room.pass_time(30)
    assert second.is_over()


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

    assert over.is_over()
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
