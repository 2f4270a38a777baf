"""Scenarios about messages: what is let through, and what it looks like."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from chat_app import MODERATE, SEND, Visitor, fetch_token

from ivschat_conformance import FakeIvsChat

Visit = Callable[[Callable[[], str]], Visitor]


def test_scenario_03_more_messages_than_a_room_takes(ivschat: FakeIvsChat) -> None:
    """The eleventh within a second is refused to its sender, who stays connected."""
    room = ivschat.create_room()
    ivschat.clock.freeze()
    ann = room.connect("ann", capabilities=SEND)
    ben = room.connect("ben")

    for number in range(11):
        ann.send(f"Message {number}")
    refusal = ann.next_error()
    ivschat.clock.advance(seconds=1)
    ann.send("A second later")

    assert refusal.error_code == 429
    heard = [ben.next_message().content for _ in range(11)]
    assert heard == [*(f"Message {number}" for number in range(10)), "A second later"]
    assert [finding.name for finding in ivschat.findings] == ["rate_exceeded"]


@pytest.mark.parametrize(
    ("name", "works"), [("MessageID", True), ("MessageId", True), ("messageId", False)]
)
def test_scenario_11_name_of_the_deleted_message(
    ivschat: FakeIvsChat, name: str, *, works: bool
) -> None:
    """Two spellings name it; a page that reads a third one goes on showing it."""
    mo = ivschat.create_room().connect("mo", capabilities=MODERATE)
    mo.send("Buy now")
    page = {mo.next_message().id: "Buy now"}

    mo.delete_message(next(iter(page)), reason="Spam")
    attributes = mo.next_event("aws:DELETE_MESSAGE").attributes
    page.pop(attributes.get(name, ""), None)

    assert (not page) == works
    assert attributes["Reason"] == "Spam"


@pytest.mark.parametrize("action", ["send", "delete_message", "disconnect_user"])
def test_scenario_15_capability_that_the_token_lacks(
    ivschat: FakeIvsChat, action: str
) -> None:
    """A viewer is refused every action, stays, and goes on hearing everything."""
    room = ivschat.create_room()
    ann = room.connect("ann", capabilities=SEND)
    viewer = room.connect("ben")

    getattr(viewer, action)("AYk6xKitV4On")
    ann.send("Hello")

    assert viewer.next_error().error_code == 403
    assert viewer.next_message().content == "Hello"
    assert [finding.name for finding in ivschat.findings] == ["capability_missing"]


def test_scenario_17_length_is_counted_in_characters(ivschat: FakeIvsChat) -> None:
    """240 of Chinese fit, whatever they take in bytes, and 241 of any do not."""
    room = ivschat.create_room(maximum_message_length=240)
    ann = room.connect("ann", capabilities=SEND)

    ann.send("聊" * 240)
    accepted = ann.next_message()
    ann.send("x" * 241)

    assert len(accepted.content) == 240
    assert ann.next_error().error_code in {400, 413}  # AWS's pages say both
    assert [finding.name for finding in ivschat.findings] == ["content_too_long"]


def review(message: dict[str, Any]) -> dict[str, Any]:
    """Stand for the Lambda function that reviews messages."""
    if "darn" in message["Content"]:
        reason = {"Reason": "Mind your words"}
        return {"ReviewResult": "DENY", "Content": "", "Attributes": reason}
    return {"ReviewResult": "ALLOW", "Content": message["Content"].replace("!", ".")}


def test_scenario_18_review_denies_and_rewrites(ivschat: FakeIvsChat) -> None:
    """The sender alone hears of the denial; what is rewritten, everybody hears so."""
    room = ivschat.create_room(review_handler=review, fallback_result="DENY")
    ann = room.connect("ann", capabilities=SEND)
    ben = room.connect("ben")

    ann.send("Oh darn")
    refusal = ann.next_error()
    ann.send("Sorry!")

    assert refusal.error_code == 406
    assert "Mind your words" in refusal.error_message
    assert ben.next_message().content == "Sorry."
    assert [message.content for message in room.messages] == ["Sorry."]


@contextmanager
def stuck_review() -> Iterator[Callable[[dict[str, Any]], dict[str, Any]]]:
    """Give a review that does not come to an end before the block does."""
    end = threading.Event()

    def wait(message: dict[str, Any]) -> dict[str, Any]:
        end.wait()
        return review(message)

    try:
        yield wait
    finally:
        end.set()


@pytest.mark.parametrize("fallback", ["ALLOW", "DENY"])
def test_scenario_18_review_that_takes_too_long(
    ivschat: FakeIvsChat, fallback: str
) -> None:
    """After 200 ms the room's own fallback decides."""
    with stuck_review() as handler:
        room = ivschat.create_room(review_handler=handler, fallback_result=fallback)
        ann = room.connect("ann", capabilities=SEND)

        request_id = ann.send("Hello")
        answer = ann.next_answer(request_id)

    assert answer.raw["Type"] == {"ALLOW": "MESSAGE", "DENY": "ERROR"}[fallback]


def test_scenario_21_refreshed_token_overlaps(ivschat: FakeIvsChat) -> None:
    """While the old connection lives on, each message comes on both, under one id."""
    room = ivschat.create_room()
    ben = room.connect("ben", capabilities=SEND)
    old, new = room.connect("ann"), room.connect("ann")

    ben.send("Hello")
    on_both = [old.next_message(), new.next_message()]
    old.close()
    ben.send("Still there?")

    assert on_both[0].id == on_both[1].id
    assert new.next_message().content == "Still there?"


def test_scenario_21_message_that_comes_twice(
    ivschat: FakeIvsChat, backend: Any, visit: Visit
) -> None:
    """A client that keeps the ids it has seen shows it once."""
    room = ivschat.create_room()
    ann = visit(lambda: fetch_token(backend, room, "ann", capabilities=SEND)["token"])
    ann.connect()
    ivschat.faults.plan("SEND_MESSAGE", "duplicate")

    ann.send("Hello")
    ann.send("Goodbye")

    heard = [ann.next_frame(), ann.next_frame()]
    assert [frame and frame["Content"] for frame in heard] == ["Hello", "Goodbye"]
    assert len(room.messages) == 3


def test_scenario_22_message_without_a_request_id(ivschat: FakeIvsChat) -> None:
    """It is delivered, and says RequestId all the same: an empty one."""
    ann = ivschat.create_room().connect("ann", capabilities=SEND)

    ann.send_frame({"Action": "SEND_MESSAGE", "Content": "Hello"})

    heard = ann.next_message().raw
    assert (heard["Content"], heard["RequestId"]) == ("Hello", "")
    assert heard["Attributes"] is None
    assert not ivschat.findings
