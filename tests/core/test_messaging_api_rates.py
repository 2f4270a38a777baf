"""Rates on the messaging API: of a connection, of a room, and who is told."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.core.conftest import LiveRoom, Member, OpenRoom

LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"


def codes(frames: Iterable[dict[str, Any]]) -> Counter[object]:
    """Count frames by their error's code, or their type."""
    return Counter(frame.get("ErrorCode", frame["Type"]) for frame in frames)


def many(room: "LiveRoom", member: "Member", number: int) -> Counter[object]:
    """Send so many messages, and count what the sender gets."""
    for n in range(number):
        room.say(member, f"{n}", RequestId=f"r-{n}")
    return codes(member.took())


@pytest.mark.ivschat_verifies("LIMIT-07", "LIMIT-12", "WS-ERR-12", "WS-ERR-15")
def test_connection_may_make_ten_requests_a_second(open_room: "OpenRoom") -> None:
    """The rest of a hundred is refused to the sender under its id, and told to nobody.

    Nothing refills until the clock moves; then it is ten again.
    """
    room = open_room()
    viewer, member = room.connect("user-2"), room.connect("user-1")

    for number in range(100):
        room.ask(member, "DELETE_MESSAGE", Id="Ab3dEf6hIj9L", RequestId=f"r-{number}")

    frames = member.took()
    assert codes(frames) == {"EVENT": 10, 429: 90}
    assert [frame["RequestId"] for frame in frames] == [f"r-{n}" for n in range(100)]
    assert {frame.get("ErrorMessage") for frame in frames} == {
        None,
        "A connection may make 10 requests a second.",
    }
    assert codes(viewer.took()) == {"EVENT": 10}
    assert many(room, member, 1) == {429: 1}
    room.pass_time(1)
    assert many(room, member, 20) == {"MESSAGE": 10, 429: 10}
    assert member.closed is None


@pytest.mark.ivschat_verifies("LIMIT-07")
def test_rate_of_a_connection_is_its_own(open_room: "OpenRoom") -> None:
    """A second connection, of the same user even, has ten of its own."""
    room = open_room()
    first, second = room.connect(), room.connect()

    for member in (first, second):
        for _ in range(20):
            room.ask(member, "DELETE_MESSAGE", Id="Ab3dEf6hIj9L")

    assert codes(first.took()) == {"EVENT": 20, 429: 10}
    assert codes(second.took()) == {"EVENT": 20, 429: 10}


def test_request_that_fails_counts_for_its_connection(open_room: "OpenRoom") -> None:
    """Whoever sends nonsense uses up the same ten; unreadable frames stay 400."""
    room = open_room()
    member = room.connect(capabilities=["SEND_MESSAGE"])

    for _ in range(5):
        room.receive(member, b"{")
        room.ask(member, "DELETE_MESSAGE", Id="Ab3dEf6hIj9L")
    room.say(member)
    room.receive(member, b"{")

    assert codes(member.took()) == {400: 6, 403: 5, 429: 1}


@pytest.mark.ivschat_verifies("LIMIT-09", "LIMIT-12", "WS-ERR-12")
def test_room_takes_ten_messages_a_second_from_all_together(
    open_room: "OpenRoom",
) -> None:
    """What is over is refused to its sender alone; other actions are not messages."""
    room = open_room()
    viewer = room.connect("user-9", capabilities=())
    members = [room.connect(f"user-{number}") for number in range(4)]

    for member in members:
        for _ in range(5):
            room.say(member)
        room.ask(member, "DELETE_MESSAGE", Id="Ab3dEf6hIj9L")

    assert codes(viewer.took()) == {"MESSAGE": 10, "EVENT": 4}
    refused = [frame for m in members for frame in m.took() if "ErrorCode" in frame]
    assert codes(refused) == {429: 10}
    assert {frame["ErrorMessage"] for frame in refused} == {
        "The room takes 10 messages a second."
    }
    room.pass_time(1)
    assert many(room, members[0], 10) == {"MESSAGE": 10}


@pytest.mark.ivschat_verifies("LIMIT-09", "TOKEN-LIFE-08")
@pytest.mark.parametrize("rate", [1, 2, 25, 100])
def test_rate_of_messages_is_what_the_room_says(
    open_room: "OpenRoom", rate: int
) -> None:
    """From 1 to 100; above ten it takes several connections."""
    room = open_room()
    created = json.loads(
        room.call("/CreateRoom", maximumMessageRatePerSecond=rate).body
    )
    members = [room.connect(roomIdentifier=created["arn"]) for _ in range(12)]
    elsewhere = room.connect()

    for member in members:
        for _ in range(10):
            room.say(member)
    room.say(elsewhere)

    frames = [member.took() for member in members]
    assert {codes(taken)["MESSAGE"] for taken in frames} == {rate}
    assert sum(codes(taken)[429] for taken in frames) == 120 - rate
    assert codes(elsewhere.took()) == {"MESSAGE": 1}


def test_message_that_is_not_allowed_does_not_count_for_the_room(
    open_room: "OpenRoom",
) -> None:
    """Nor does one that a connection is too fast for."""
    room = open_room()
    silent = room.connect("user-1", capabilities=())
    wrong, right = room.connect("user-2"), room.connect("user-3")

    for _ in range(10):
        room.say(silent)
        room.say(wrong, "x" * 501)
    for _ in range(50):
        room.say(wrong)
    for _ in range(10):
        room.say(right)

    assert codes(right.took()) == {"MESSAGE": 10}


@pytest.mark.ivschat_verifies("LIMIT-09", "REVIEW-01")
def test_message_counts_when_it_is_sent_and_not_when_it_is_reviewed(
    open_room: "OpenRoom",
) -> None:
    """However long a handler takes, and whatever it says."""
    room = open_room(review_handler=lambda _: None)
    created = json.loads(
        room.call(
            "/CreateRoom",
            maximumMessageRatePerSecond=2,
            messageReviewHandler={"uri": LAMBDA},
        ).body
    )
    member = room.connect(roomIdentifier=created["arn"])

    for _ in range(5):
        room.say(member)

    assert len(room.reviews) == 2
    assert codes(member.took()) == {429: 3}
    for review in room.reviews:
        room.answer_review(review, {"ReviewResult": "DENY"})
    assert codes(member.took()) == {406: 2}
    assert many(room, member, 1) == {429: 1}


@pytest.mark.ivschat_verifies("LIMIT-07", "LIMIT-09")
def test_clock_that_the_control_api_moves_refills_the_rates(
    open_room: "OpenRoom",
) -> None:
    """On a frozen clock nothing refills, however much of the machine's time passes."""
    room = open_room()
    room.call("/_control/clock", "PUT", now="2026-01-02T03:04:05Z")
    member = room.connect()
    assert many(room, member, 20) == {"MESSAGE": 10, 429: 10}

    room.pass_time(30)
    assert many(room, member, 1) == {429: 1}
    room.call("/_control/clock/advance", seconds=0.5)
    assert many(room, member, 20) == {"MESSAGE": 5, 429: 15}
    room.call("/_control/clock", "PUT", now="2026-01-02T03:04:05Z")
    assert many(room, member, 1) == {429: 1}
    room.call("/_control/clock", "DELETE")
    assert many(room, member, 10) == {"MESSAGE": 10}
