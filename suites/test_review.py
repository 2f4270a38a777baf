"""Message review: a room's handler sees each message first (contract.md 13)."""

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.connections import CAPABILITIES, Connections
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.review_stub import Reviews, result
from ivschat_conformance.schemas import documents


@verifies("REVIEW-01")
def test_every_message_is_reviewed_before_it_is_delivered(
    reviews: Reviews, connections: Connections
) -> None:
    """By the time that a message arrives the handler has been asked about it."""
    alice = connections.open(
        user_id="alice", capabilities=["SEND_MESSAGE"], room=reviews.room()
    )

    for number, content in enumerate(("first", "second"), start=1):
        alice.send(content)
        assert alice.next_message().content == content, "another message came"
        asked = [document["Content"] for document in reviews.handler.inputs]
        assert asked[-1:] == [content], "the message was not reviewed"
        assert len(asked) == number, "a message was reviewed twice"


@verifies("REVIEW-01")
@pytest.mark.parametrize("what", ["DELETE_MESSAGE", "DISCONNECT_USER", "SendEvent"])
def test_nothing_but_messages_is_reviewed(
    reviews: Reviews, connections: Connections, api: ControlPlane, what: str
) -> None:
    """Moderation and an application's events do not ask the handler."""
    arn = reviews.room()
    alice = connections.open(user_id="alice", capabilities=CAPABILITIES, room=arn)
    bob = connections.open(user_id="bob", room=arn)
    alice.send("before")
    message = alice.next_message()

    match what:
        case "DELETE_MESSAGE":
            alice.delete_message(message.id)
            bob.next_event("aws:DELETE_MESSAGE")
        case "DISCONNECT_USER":
            alice.disconnect_user("bob")
            bob.wait_closed()
        case "SendEvent":
            api.call("SendEvent", {"roomIdentifier": arn, "eventName": "app:GOAL"})
            bob.next_event("app:GOAL")

    alice.send("after")
    assert alice.next_message().content == "after", "another message came"
    asked = [document.get("Content") for document in reviews.handler.inputs]
    assert asked == ["before", "after"], f"{what} was reviewed"


@verifies("REVIEW-03")
def test_handler_is_given_the_message_its_room_and_its_sender(
    reviews: Reviews, connections: Connections
) -> None:
    """The document has its members, and they say what the sender said."""
    arn = reviews.room()
    alice = connections.open(
        user_id="alice",
        capabilities=["SEND_MESSAGE"],
        attributes={"name": "Ann"},
        room=arn,
    )

    alice.send("hello", attributes={"lang": "en"})
    alice.next_message()

    (document,) = reviews.handler.inputs
    expect.of_shape(document, "ReviewInput", api=documents.MESSAGING)
    sender = document["Sender"]
    assert document["Content"] == "hello", "the Content is another one"
    assert document["RoomArn"] == arn, "the RoomArn is another one"
    assert document["Attributes"] == {"lang": "en"}, "the Attributes are others"
    assert sender["UserId"] == "alice", "the Sender is another one"
    assert sender["Attributes"] == {"name": "Ann"}, "the Sender's Attributes are others"


@verifies("REVIEW-04", "REVIEW-05")
@pytest.mark.parametrize(
    ("content", "attributes"),
    [
        case("hello", {"lang": "en"}, name="unchanged"),
        case("h***o", {"lang": "en"}, name="content-changed"),
        case("hello", {"lang": "de"}, name="attribute-changed"),
        case("hello", {"lang": "en", "score": "0.1"}, name="attribute-added"),
        case("hello", {}, name="attributes-taken-away"),
        case("<b>Zoë 😀</b>", {"clé": "é"}, name="all-of-it-changed"),
    ],
)
def test_what_the_handler_returns_is_delivered(
    reviews: Reviews,
    connections: Connections,
    content: str,
    attributes: dict[str, str],
) -> None:
    """With ALLOW the room gets the returned Content and Attributes."""
    arn = reviews.room()
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"], room=arn)
    bob = connections.open(user_id="bob", room=arn)
    reviews.handler.answer = lambda _: result("ALLOW", content, attributes)

    alice.send("hello", attributes={"lang": "en"})

    message = bob.next_message()
    assert message.content == content, "the content is not the one that was returned"
    assert dict(message.attributes) == attributes, "the attributes are not the returned"


@verifies("REVIEW-13")
def test_sender_gets_what_the_handler_made_of_the_message(
    reviews: Reviews, connections: Connections
) -> None:
    """The echo carries the reviewed Content, not the original."""
    alice = connections.open(
        user_id="alice", capabilities=["SEND_MESSAGE"], room=reviews.room()
    )
    reviews.handler.answer = lambda _: result("ALLOW", "h***o", {})

    request = alice.send("hello")

    answer = alice.next_answer(request)
    assert answer.raw.get("Content") == "h***o", "the sender got another content"
