"""Messages that no review lets through, and reviews that are none (contract.md 13).

A rejected message has an ERROR, since the absence of one means success (WS-REQ-23).
"""

import pytest

from ivschat_conformance import clock
from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.chat_connection import ChatConnection
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.frames import MessageFrame
from ivschat_conformance.fixtures.loopback_server import Answer
from ivschat_conformance.fixtures.review_stub import FAILURE, Reviews, result, says

# None has a valid content besides the one that was sent, so "as sent" is the same.
INVALID = {
    "no-json": Answer(b"allowed"),
    "null": says(None),
    "list": says([{"ReviewResult": "ALLOW", "Content": "hello", "Attributes": {}}]),
    "no-members": says({}),
    "no-result": says({"Content": "hello", "Attributes": {}}),
    "lower-case": result("allow", "hello", {}),
    "number-for-content": says(
        {"ReviewResult": "ALLOW", "Content": 7, "Attributes": {}}
    ),
    "exception": FAILURE,
}
invalid_answers = pytest.mark.parametrize(
    "answer", [case(answer, name=name) for name, answer in INVALID.items()]
)


@verifies("REVIEW-04", "REVIEW-06", "WS-ERR-10")
@pytest.mark.parametrize("fallback", ["ALLOW", "DENY"])
def test_denied_message_is_a_406_and_reaches_nobody(
    reviews: Reviews, connections: Connections, api: ControlPlane, fallback: str
) -> None:
    """With DENY the sender gets ERROR 406, whatever the room's fallback is."""
    arn = reviews.room(fallback)
    alice, bob = _alice_and_bob(connections, arn)
    reviews.handler.answer_to("denied", result("DENY", "denied", {"Reason": "rude"}))

    error = alice.next_error(to=alice.send("denied"))

    assert error.error_code == 406, "the ERROR is no 406"
    _expect_no_message(api, arn, alice, bob)


@verifies("REVIEW-07")
def test_reason_of_a_denial_is_told_to_the_sender(
    reviews: Reviews, connections: Connections
) -> None:
    """The attribute Reason of the answer stands in ErrorMessage."""
    alice, _ = _alice_and_bob(connections, reviews.room())
    said = {"Reason": "Too many capitals"}
    reviews.handler.answer_to("HELLO", result("DENY", "HELLO", said))

    alice.send("HELLO")

    told = alice.next_error().error_message
    assert "Too many capitals" in told, "the ErrorMessage does not tell the reason"


@verifies("WS-ERR-05")
def test_error_of_a_denial_has_the_id_that_the_handler_was_given(
    reviews: Reviews, connections: Connections
) -> None:
    """The message had an id already: the ERROR has the same."""
    alice, _ = _alice_and_bob(connections, reviews.room())
    reviews.handler.answer_to("denied", result("DENY", "denied", {}))

    alice.send("denied")

    error_id = alice.next_error().id
    assert error_id == reviews.handler.inputs[0]["MessageId"], "the ids differ"


@verifies("REVIEW-09")
@invalid_answers
def test_message_without_a_valid_review_goes_through_where_the_room_allows(
    reviews: Reviews, connections: Connections, answer: Answer
) -> None:
    """The fallback ALLOW delivers it as it was sent."""
    alice, bob = _alice_and_bob(connections, reviews.room("ALLOW"))
    reviews.handler.answer_to("hello", answer)

    alice.send("hello")

    assert bob.next_message().content == "hello", "another message came"


@verifies("REVIEW-09")
def test_message_without_a_valid_review_goes_through_by_default(
    reviews: Reviews, connections: Connections
) -> None:
    """A room that has a handler and no fallback allows."""
    alice, bob = _alice_and_bob(connections, reviews.room())
    reviews.handler.answer_to("hello", FAILURE)

    alice.send("hello")

    assert bob.next_message().content == "hello", "another message came"


@verifies("REVIEW-09")
@invalid_answers
def test_message_without_a_valid_review_is_rejected_where_the_room_denies(
    reviews: Reviews, connections: Connections, api: ControlPlane, answer: Answer
) -> None:
    """The fallback DENY delivers it to nobody."""
    arn = reviews.room("DENY")
    alice, bob = _alice_and_bob(connections, arn)
    reviews.handler.answer_to("hello", answer)

    alice.send("hello")
    alice.next_error()

    _expect_no_message(api, arn, alice, bob)


@verifies("REVIEW-10")
@pytest.mark.parametrize("name", ["no-json", "no-members", "exception"])
def test_rejection_by_fallback_is_a_406(
    reviews: Reviews, connections: Connections, name: str
) -> None:
    """The sender is told as if the handler had said DENY."""
    alice, _ = _alice_and_bob(connections, reviews.room("DENY"))
    reviews.handler.answer_to("hello", INVALID[name])

    alice.send("hello")

    assert alice.next_error().error_code == 406, "the ERROR is no 406"


@verifies("REVIEW-08")
@pytest.mark.parametrize(
    ("content", "attributes"),
    [
        case("", {}, name="empty-content"),
        case("h" * 5_000, {}, name="content-over-500"),
        case("h" * 21, {}, name="content-over-the-rooms-limit"),
        case("hello", {"k": "v" * 2_049}, name="attributes-over-a-kilobyte"),
    ],
)
def test_answer_over_the_limits_is_not_delivered(
    reviews: Reviews,
    connections: Connections,
    api: ControlPlane,
    content: str,
    attributes: dict[str, str],
) -> None:
    """Where a room falls back on DENY, a message that grew too large is rejected."""
    arn = reviews.room("DENY", maximumMessageLength=20)
    alice, bob = _alice_and_bob(connections, arn)
    reviews.handler.answer_to("hello", result("ALLOW", content, attributes))

    alice.send("hello")
    alice.next_error()

    _expect_no_message(api, arn, alice, bob)


# In both checks time is real: what comes sooner was not waited for, and a second later
# is another limit, on however busy a machine.


@verifies("REVIEW-09", "LIMIT-04")
def test_message_whose_review_takes_over_200_ms_goes_through_where_the_room_allows(
    reviews: Reviews, connections: Connections
) -> None:
    """The fallback counts after that time, and a DENY that comes later does not."""
    alice, bob = _alice_and_bob(connections, reviews.room("ALLOW"))
    reviews.handler.answer_to("slow", result("DENY", "slow", {}), held=True)

    started = clock.monotonic()
    request = alice.send("slow")
    assert bob.next_message().content == "slow", "another message came"
    elapsed = clock.monotonic() - started
    reviews.handler.release()

    assert 0.19 <= elapsed <= 1.2, f"the fallback came after {elapsed:.3f} s"
    assert alice.next_answer(request).kind == "MESSAGE", "the sender got no echo"
    alice.quiet_until(alice.send("marker"))


@verifies("REVIEW-09", "LIMIT-04")
def test_message_whose_review_takes_over_200_ms_is_rejected_where_the_room_denies(
    reviews: Reviews, connections: Connections, api: ControlPlane
) -> None:
    """The fallback counts after that time, and an ALLOW that comes later does not."""
    arn = reviews.room("DENY")
    alice, bob = _alice_and_bob(connections, arn)
    reviews.handler.answer_to("slow", result("ALLOW", "slow", {}), held=True)

    started = clock.monotonic()
    alice.send("slow")
    alice.next_error()
    elapsed = clock.monotonic() - started
    reviews.handler.release()

    assert 0.19 <= elapsed <= 1.2, f"the fallback came after {elapsed:.3f} s"
    # Whatever its own review comes to, it is behind the answer that came too late.
    alice.next_answer(alice.send("next"))
    _expect_no_message(api, arn, alice, bob, but="next")


def _alice_and_bob(
    connections: Connections, room: str
) -> tuple[ChatConnection, ChatConnection]:
    """Return a session that sends and one that views."""
    return (
        connections.open(user_id="alice", capabilities=["SEND_MESSAGE"], room=room),
        connections.open(user_id="bob", room=room),
    )


def _expect_no_message(
    api: ControlPlane, room: str, *connections: ChatConnection, but: str | None = None
) -> None:
    """Expect that an event which is sent now comes before any message save this one.

    The marker is no message, since that would be reviewed as well, and on a busy
    machine its review may take over 200 ms, too.
    """
    marker = "app:MARKER"
    sent = api.call("SendEvent", {"roomIdentifier": room, "eventName": marker})
    if sent.status != 200:
        pytest.skip(f"SendEvent was answered {sent.status}: nothing marks the end")
    for connection in connections:
        connection.next_event(marker)
        came = [
            frame.content
            for frame in connection.take_all()
            if isinstance(frame, MessageFrame)
        ]
        assert came in ([], [but]), "a rejected message was delivered"
