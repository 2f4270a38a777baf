"""Message review: what waits for a handler, for how long, and what is not asked."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.reference_impl.core.changes import RoomStored
from ivschat_conformance.reference_impl.core.review import NO_ANSWER

if TYPE_CHECKING:
    from tests.core.conftest import LiveRoom, Member, OpenRoom

LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"
OTHER_LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:other"
URL = "http://127.0.0.1:9000/review"
ALLOW = {"ReviewResult": "ALLOW", "Content": "edited"}
DENY = {"ReviewResult": "DENY", "Attributes": {"Reason": "no links"}}


def reviewed_room(room: "LiveRoom", **handler: str) -> str:
    """Create a room whose messages are reviewed, with a URL for its handler."""
    room.call("/_control/review-handlers", "PUT", **{LAMBDA: URL})
    uri = {"uri": LAMBDA, **handler}
    return str(
        json.loads(room.call("/CreateRoom", messageReviewHandler=uri).body)["arn"]
    )


def said(frames: list[dict[str, Any]]) -> list[object]:
    """Return the contents of messages and the codes of errors."""
    return [frame.get("Content") or frame.get("ErrorCode") for frame in frames]


def pair(room: "LiveRoom", arn: str) -> tuple["Member", "Member"]:
    """Let a sender and a viewer in."""
    sender = room.connect("user-1", roomIdentifier=arn, attributes={"a": "b"})
    return sender, room.connect("user-2", roomIdentifier=arn, capabilities=())


@pytest.mark.ivschat_verifies("REVIEW-01", "REVIEW-03", "REVIEW-05", "REVIEW-13")
def test_message_is_delivered_when_its_handler_has_allowed_it(
    open_room: "OpenRoom",
) -> None:
    """Nobody sees it before; then all see what came back, under the id of the review.

    The time is that of the sending.
    """
    room = open_room()
    arn = reviewed_room(room)
    sender, viewer = pair(room, arn)

    room.say(sender, "hello", RequestId="r-1", Attributes={"lang": "en"})
    [review] = room.reviews
    before = sender.took() + viewer.took()
    room.pass_time(0.15)
    room.answer_review(review, {**ALLOW, "Attributes": {"seen": "yes"}})

    assert before == []
    frame = sender.took_one()
    assert viewer.took() == [frame]
    assert review.target == URL
    assert review.document == {
        "Content": "hello",
        "MessageId": frame["Id"],
        "RoomArn": arn,
        "Attributes": {"lang": "en"},
        "Sender": {"Attributes": {"a": "b"}, "UserId": "user-1", "Ip": "192.0.2.7"},
    }
    assert frame.pop("SendTime")[:26] == "2026-01-02T03:04:05.678901"
    del frame["Id"]
    assert frame == {
        "Type": "MESSAGE",
        "RequestId": "r-1",
        "Attributes": {"seen": "yes"},
        "Content": "edited",
        "Sender": {"UserId": "user-1", "Attributes": {"a": "b"}},
    }


@pytest.mark.ivschat_verifies(
    *("REVIEW-06", "REVIEW-07", "WS-ERR-03", "WS-ERR-05", "WS-ERR-10")
)
@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (DENY, "no links"),
        ({"ReviewResult": "DENY"}, "The message was rejected by its review."),
    ],
)
def test_denied_message_is_406_for_its_sender_alone(
    open_room: "OpenRoom", answer: object, text: str
) -> None:
    """Under its request id, with the message's id and the handler's reason."""
    room = open_room()
    sender, viewer = pair(room, reviewed_room(room))

    room.say(sender, RequestId="r-1")
    room.answer_review(room.reviews[0], answer)

    assert sender.took_one() == {
        "Type": "ERROR",
        "Id": room.reviews[0].document["MessageId"],
        "RequestId": "r-1",
        "ErrorCode": 406,
        "ErrorMessage": text,
    }
    assert viewer.took() == []
    assert sender.closed is None


@pytest.mark.ivschat_verifies("REVIEW-09", "REVIEW-10")
@pytest.mark.parametrize("answer", [NO_ANSWER, None, {}, {"ReviewResult": "ALLOW"}])
@pytest.mark.parametrize(
    ("handler", "outcome"),
    [
        ({}, ["hello"]),
        ({"fallbackResult": "ALLOW"}, ["hello"]),
        ({"fallbackResult": "DENY"}, [406]),
    ],
)
def test_handler_that_fails_leaves_it_to_the_room(
    open_room: "OpenRoom",
    answer: object,
    handler: dict[str, str],
    outcome: list[object],
) -> None:
    """By default the message comes through as it was sent."""
    room = open_room()
    sender, viewer = pair(room, reviewed_room(room, **handler))

    room.say(sender, "hello", Attributes={"lang": "en"})
    room.answer_review(room.reviews[0], answer)

    frames = sender.took()
    assert said(frames) == outcome
    assert viewer.took() == [frame for frame in frames if frame["Type"] == "MESSAGE"]
    assert [f["Attributes"] for f in frames if "Attributes" in f] in (
        [],
        [{"lang": "en"}],
    )


@pytest.mark.ivschat_verifies("REVIEW-09")
@pytest.mark.parametrize(("fallback", "outcome"), [("ALLOW", "hello"), ("DENY", 406)])
def test_handler_that_leads_nowhere_is_a_handler_that_fails(
    open_room: "OpenRoom", fallback: str, outcome: object
) -> None:
    """An ARN that nobody has named a URL for is not waited for."""
    room = open_room()
    handler = {"uri": OTHER_LAMBDA, "fallbackResult": fallback}
    body = room.call("/CreateRoom", messageReviewHandler=handler).body
    sender, _ = pair(room, json.loads(body)["arn"])

    room.say(sender)

    assert room.reviews == []
    assert said(sender.took()) == [outcome]


@pytest.mark.ivschat_verifies("REVIEW-01")
def test_only_messages_are_reviewed(open_room: "OpenRoom") -> None:
    """Moderation and events go past the handler, and past what waits for it."""
    room = open_room()
    arn = reviewed_room(room)
    sender, viewer = pair(room, arn)
    room.say(sender)
    assert len(room.reviews) == 1

    room.ask(sender, "DELETE_MESSAGE", Id="Ab3dEf6hIj9L")
    room.ask(sender, "DISCONNECT_USER", UserId="user-3")
    room.perform("SendEvent", roomIdentifier=arn, eventName="app")
    room.perform("DeleteMessage", roomIdentifier=arn, id="Ab3dEf6hIj9L")
    room.perform("DisconnectUser", roomIdentifier=arn, userId="user-3")
    room.say(sender, "x" * 501)

    assert len(room.reviews) == 1
    assert [frame["EventName"] for frame in viewer.took()] == [
        "aws:DELETE_MESSAGE",
        "aws:DISCONNECT_USER",
        "app",
        "aws:DELETE_MESSAGE",
        "aws:DISCONNECT_USER",
    ]


def test_room_without_a_handler_is_not_reviewed(open_room: "OpenRoom") -> None:
    """Neither is one with an empty ARN, whatever the settings lead to."""
    room = open_room(review_handler=lambda _: ALLOW)
    body = room.call("/CreateRoom", messageReviewHandler={"uri": ""}).body
    members = [room.connect(), pair(room, json.loads(body)["arn"])[0]]

    for member in members:
        room.say(member, "as sent")
        assert said(member.took()) == ["as sent"]
    assert room.reviews == []


@pytest.mark.ivschat_verifies("WS-MSG-13")
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2)])
def test_messages_of_a_session_arrive_as_sent_whatever_handlers_take(
    open_room: "OpenRoom", order: tuple[int, ...]
) -> None:
    """They are reviewed at the same time; the quick wait for the slow, errors too."""
    room = open_room()
    sender, viewer = pair(room, reviewed_room(room))
    for number in range(3):
        room.say(sender, f"{number}", RequestId=f"r-{number}")
    answers = [
        {"ReviewResult": "ALLOW", "Content": "first"},
        DENY,
        {"ReviewResult": "ALLOW", "Content": "third"},
    ]
    assert len(room.reviews) == 3

    answered = set[int]()
    for number in order:
        room.answer_review(room.reviews[number], answers[number])
        answered.add(number)
        ready = next(n for n in range(4) if n not in answered)
        assert said(sender.frames) == ["first", 406, "third"][:ready]

    assert [frame["RequestId"] for frame in sender.took()] == ["r-0", "r-1", "r-2"]
    assert said(viewer.took()) == ["first", "third"]


@pytest.mark.ivschat_verifies("WS-MSG-13")
def test_messages_of_one_session_do_not_wait_for_anothers(
    open_room: "OpenRoom",
) -> None:
    """A slow review holds up its own sender alone."""
    room = open_room()
    arn = reviewed_room(room)
    first, second = (room.connect(u, roomIdentifier=arn) for u in ("user-1", "user-2"))
    room.say(first, "slow")
    room.say(second, "quick")

    room.answer_review(room.reviews[1], {**ALLOW, "Content": "quick"})
    room.answer_review(room.reviews[0], {**ALLOW, "Content": "slow"})

    assert said(first.took()) == said(second.took()) == ["quick", "slow"]


def test_message_whose_handler_is_gone_waits_for_those_before_it(
    open_room: "OpenRoom",
) -> None:
    """What needs no answer any more is delivered in its order all the same."""
    room = open_room()
    sender, viewer = pair(room, reviewed_room(room))
    room.say(sender, "first")
    room.call("/_control/review-handlers", "PUT", **{LAMBDA: None})
    room.say(sender, "second")
    assert sender.took() == []

    room.answer_review(room.reviews[0], ALLOW)

    assert len(room.reviews) == 1
    assert said(viewer.took()) == ["edited", "second"]


@pytest.mark.ivschat_verifies("WS-MSG-13", "TOKEN-LIFE-12")
def test_message_of_a_room_that_lost_its_handler_waits_for_those_before_it(
    open_room: "OpenRoom",
) -> None:
    """Settings count from their change on, and the order of messages stays."""
    room = open_room()
    arn = reviewed_room(room)
    sender, viewer = pair(room, arn)
    room.say(sender, "first")
    service = room.fake.service
    without = replace(service.state.room(arn), settings={})
    service.apply((RoomStored(without),))

    room.say(sender, "second")
    assert sender.took() == []
    room.answer_review(room.reviews[0], ALLOW)
    room.say(sender, "third")

    assert len(room.reviews) == 1
    assert said(viewer.took()) == ["edited", "second", "third"]


@pytest.mark.ivschat_verifies("WS-ERR-03", "WS-CLOSE-06")
def test_answer_for_a_session_that_left_reaches_the_others_only(
    open_room: "OpenRoom",
) -> None:
    """What was sent is delivered once it is allowed; an error has nobody to go to."""
    room = open_room()
    sender, viewer = pair(room, reviewed_room(room))
    room.say(sender, "first")
    room.say(sender, "second")
    room.fake.leave(sender.session)

    room.answer_review(room.reviews[0], DENY)
    room.answer_review(room.reviews[1], ALLOW)

    assert sender.took() == []
    assert said(viewer.took()) == ["edited"]


@pytest.mark.ivschat_verifies("WS-CLOSE-11")
@pytest.mark.parametrize("answer", [ALLOW, DENY, NO_ANSWER])
def test_answer_for_a_room_that_is_gone_leads_to_nothing(
    open_room: "OpenRoom", answer: object
) -> None:
    """Nobody is there to receive it."""
    room = open_room()
    arn = reviewed_room(room)
    sender, _ = pair(room, arn)
    room.say(sender)
    room.call("/DeleteRoom", identifier=arn)

    assert room.fake.reviewed(room.reviews[0].message, answer, room.now) == ()


def test_handlers_lead_where_control_api_and_settings_say(
    open_room: "OpenRoom",
) -> None:
    """The control API's URL for an ARN comes before the settings' for all."""

    def everywhere(_document: object) -> object:
        pytest.fail("the core asked a handler itself")

    room = open_room(review_handler=everywhere)
    arns = [reviewed_room(room, uri=uri) for uri in (LAMBDA, OTHER_LAMBDA)]

    for arn in arns:
        room.say(room.connect(roomIdentifier=arn))

    assert [review.target for review in room.reviews] == [URL, everywhere]


@pytest.mark.ivschat_verifies("WS-MSG-14")
def test_message_is_not_for_those_who_came_during_its_review(
    open_room: "OpenRoom",
) -> None:
    """Whoever connects after it was sent does not receive it, however long it took."""
    room = open_room()
    arn = reviewed_room(room)
    sender, viewer = pair(room, arn)
    room.say(sender, "before")
    late = room.connect("late", roomIdentifier=arn)
    room.say(sender, "after")

    for review in room.reviews:
        room.answer_review(review, ALLOW)

    assert len(viewer.took()) == 2
    assert len(late.took()) == 1


def test_message_under_review_does_not_outlive_a_reset(open_room: "OpenRoom") -> None:
    """Nobody of the room that is there afterwards receives it, same ARN or not."""
    room = open_room(review_handler=lambda document: document)
    arn = reviewed_room(room)
    sender, _ = pair(room, arn)
    room.say(sender)

    room.carry_out(room.fake.reset(room.now).effects)
    room.answer_review(room.reviews[0], ALLOW)

    assert sender.took() == []
    assert not sender.session.under_review


@pytest.mark.ivschat_verifies("WS-CLOSE-06")
def test_message_reaches_no_session_that_ended_during_its_review(
    open_room: "OpenRoom",
) -> None:
    """A late answer finds the session over, though nobody had looked at the clock."""
    room = open_room()
    arn = reviewed_room(room)
    sender = room.connect("sender", roomIdentifier=arn, sessionDurationInMinutes=1)
    room.say(sender)

    room.now += timedelta(minutes=2)
    room.answer_review(room.reviews[0], ALLOW)

    assert [frame.get("ErrorCode") for frame in sender.took()] == [401]
