"""DeleteMessage and DELETE_MESSAGE: a room is told to delete (contract.md 8, 10)."""

from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import Rooms, case, verifies
from ivschat_conformance.fixtures.connections import CAPABILITIES, Connections
from ivschat_conformance.fixtures.control_plane import ControlPlane, Exchange

NAME = "aws:DELETE_MESSAGE"


@pytest.fixture
def message(connections: Connections) -> str:
    """Give the id of a message that was sent to this check's room."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])
    alice.send("hello")
    return alice.next_message().id


@verifies("DELM-01")
@pytest.mark.parametrize(
    "members",
    [
        case({}, name="without-a-reason"),
        case({"reason": "spam"}, name="with-a-reason"),
    ],
)
def test_deletion_is_answered_with_an_id(
    api: ControlPlane, room: str, message: str, members: dict[str, Any]
) -> None:
    """The answer is 200 with `id`, 12 alphanumerics."""
    exchange = _delete(api, room, message, **members)

    expect.accepted(exchange)
    expect.of_shape(exchange.json, "DeleteMessageResponse")


@verifies("DELM-02")
def test_everybody_in_the_room_is_told_of_a_deletion(
    connections: Connections, api: ControlPlane, room: str, message: str
) -> None:
    """Each connection gets an `aws:DELETE_MESSAGE` of that message."""
    people = [
        connections.open(user_id="bob"),
        connections.open(user_id="bob"),
        connections.open(user_id="alice", capabilities=CAPABILITIES),
    ]

    _delete(api, room, message, reason="spam")

    for connection in people:
        event = connection.next_event(NAME)
        assert event.attributes.get("MessageID") == message, "it is another's"


@verifies("DELM-02")
def test_deletion_is_told_once_and_to_its_room_alone(
    connections: Connections,
    api: ControlPlane,
    room: str,
    rooms: Rooms,
    message: str,
) -> None:
    """Nobody is told twice, and the same user in another room is not told."""
    bob = connections.open(user_id="bob", capabilities=["SEND_MESSAGE"])
    elsewhere = connections.open(
        user_id="bob", capabilities=["SEND_MESSAGE"], room=rooms.new()
    )

    _delete(api, room, message)
    bob.next_event(NAME)

    for connection in (bob, elsewhere):
        frames = connection.frames_until(connection.send("marker"))
        kinds = [frame.kind for frame in frames]
        assert "EVENT" not in kinds, "an event came that was not to come"


@verifies("DELM-03")
@pytest.mark.parametrize(
    "message_id", ["Ab3dEf6hIj9L", "000000000000", "zzzzzzzzzzzz", "IG5mcmlvdGlv"]
)
def test_message_that_never_was_can_be_deleted(
    connections: Connections, api: ControlPlane, room: str, message_id: str
) -> None:
    """The service stores no history: the form of an id is all that it knows."""
    bob = connections.open(user_id="bob")

    exchange = _delete(api, room, message_id)

    expect.accepted(exchange)
    event = bob.next_event(NAME)
    assert event.attributes.get("MessageID") == message_id, "it is another message's"


@verifies("DELM-03")
def test_message_can_be_deleted_twice(
    api: ControlPlane, room: str, message: str
) -> None:
    """That a room was told before is no reason to refuse."""
    exchanges = [_delete(api, room, message) for _ in range(2)]

    for exchange in exchanges:
        expect.accepted(exchange)


@verifies("WS-REQ-24")
def test_everybody_in_the_room_is_told_of_a_moderators_deletion(
    connections: Connections, message: str
) -> None:
    """Viewers, the moderator, and the moderator's other connection get the event."""
    viewer = connections.open(user_id="viewer")
    again = connections.open(user_id="mia")
    mia = connections.open(user_id="mia", capabilities=["DELETE_MESSAGE"])

    mia.delete_message(message, reason="spam")

    for connection in (viewer, again, mia):
        event = connection.next_event(NAME)
        assert event.attributes.get("MessageID") == message, "it is another's"


@verifies("WS-REQ-17")
@pytest.mark.parametrize(
    ("user_id", "capabilities"),
    [
        case("bob", ["SEND_MESSAGE"], name="somebody's"),
        case("max", CAPABILITIES, name="another-moderator's"),
        case("mia", CAPABILITIES, name="the-moderator's-own"),
    ],
)
def test_moderator_deletes_messages_of_anyone(
    connections: Connections, user_id: str, capabilities: list[str]
) -> None:
    """Whose message it is does not matter."""
    author = connections.open(user_id=user_id, capabilities=capabilities)
    mia = connections.open(user_id="mia", capabilities=["DELETE_MESSAGE"])
    author.send("hello")
    message = author.next_message()

    mia.delete_message(message.id)

    event = author.next_event(NAME)
    assert event.attributes.get("MessageID") == message.id, "it is another message's"


@verifies("WS-REQ-24")
@pytest.mark.parametrize(
    "reason", [case("spam", name="with-a-reason"), case(None, name="without-a-reason")]
)
def test_deletion_is_the_same_to_the_room_on_either_api(
    connections: Connections,
    api: ControlPlane,
    room: str,
    message: str,
    reason: str | None,
) -> None:
    """Event name and attributes tell nobody which way it was asked for."""
    viewer = connections.open(user_id="viewer")
    mia = connections.open(user_id="mia", capabilities=["DELETE_MESSAGE"])

    mia.delete_message(message, reason=reason)
    by_frame = viewer.next_event(NAME)
    _delete(api, room, message, **({"reason": reason} if reason else {}))
    by_call = viewer.next_event(NAME)

    assert by_frame.attributes == by_call.attributes, "the attributes differ"


@verifies("WS-REQ-23")
def test_granted_message_has_no_answer_but_its_echo(connections: Connections) -> None:
    """Of one's own request one gets the MESSAGE, once, and nothing else."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    request = alice.send("hello")

    frames = alice.frames_until(alice.send("marker"))
    answers = [frame.kind for frame in frames if frame.request_id == request]
    assert answers == ["MESSAGE"], "something else than the echo came"


@verifies("WS-REQ-23")
def test_granted_deletion_has_no_answer_but_its_event(
    connections: Connections, message: str
) -> None:
    """Of one's own request one gets the EVENT, once, and nothing else."""
    mia = connections.open(
        user_id="mia", capabilities=["SEND_MESSAGE", "DELETE_MESSAGE"]
    )

    request = mia.delete_message(message)

    frames = mia.frames_until(mia.send("marker"))
    answers = [frame.kind for frame in frames if frame.request_id == request]
    assert answers == ["EVENT"], "something else than the event came"


@verifies("WS-REQ-23")
def test_granted_disconnection_has_no_answer_but_its_event(
    connections: Connections,
) -> None:
    """Of one's own request one gets the EVENT, if there is one, and nothing else."""
    mia = connections.open(
        user_id="mia", capabilities=["SEND_MESSAGE", "DISCONNECT_USER"]
    )

    connections.open(user_id="bob")
    request = mia.disconnect_user("bob")

    frames = mia.frames_until(mia.send("marker"))
    answers = [frame.kind for frame in frames if frame.request_id == request]
    assert answers in ([], ["EVENT"]), "something else than the event came"


def _delete(api: ControlPlane, room: str, message_id: str, **members: Any) -> Exchange:
    """Have a message of a room deleted."""
    body = {"roomIdentifier": room, "id": message_id, **members}
    return api.call("DeleteMessage", body)
