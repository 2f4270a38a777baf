"""Who gets a message, and in which order (contract.md 11.1)."""

from ivschat_conformance.fixtures.cases import verifies
from ivschat_conformance.fixtures.chat_connection import ChatConnection
from ivschat_conformance.fixtures.connections import CAPABILITIES, Connections
from ivschat_conformance.fixtures.control_plane import ControlPlane


@verifies("WS-MSG-03")
def test_everybody_in_the_room_gets_the_message(connections: Connections) -> None:
    """Other users, another connection of the sender's user, and the sender get it."""
    bob = connections.open(user_id="bob", capabilities=["SEND_MESSAGE"])
    again = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    alice.send("hello")

    for connection in (bob, again, alice):
        assert connection.next_message().content == "hello", "another message came"


@verifies("WS-MSG-03")
def test_everybody_gets_a_message_once(connections: Connections) -> None:
    """Neither sender nor others get the same message a second time."""
    bob = connections.open(user_id="bob", capabilities=["SEND_MESSAGE"])
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    alice.send("hello")
    for connection in (alice, bob):
        assert connection.next_message().content == "hello", "another message came"

    for connection in (alice, bob):
        frames = connection.frames_until(connection.send("marker"))
        again = [frame for frame in frames if frame.raw.get("Content") == "hello"]
        assert not again, "the message came twice"


@verifies("WS-MSG-04")
def test_message_has_the_same_id_for_everybody(connections: Connections) -> None:
    """The JS SDK drops what it has seen by Id when two connections overlap."""
    others = [connections.open(user_id=name) for name in ("bob", "alice")]
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    alice.send("hello")

    ids = {connection.next_message().id for connection in (*others, alice)}
    assert len(ids) == 1, f"one message has {len(ids)} ids"


@verifies("WS-MSG-13")
def test_messages_of_one_sender_arrive_in_order(connections: Connections) -> None:
    """Sender and viewers get four messages, sent at once, one after the other."""
    bob = connections.open(user_id="bob")
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])
    sent = ["one", "two", "three", "four"]

    for content in sent:
        alice.send(content)

    for connection in (alice, bob):
        assert _contents(connection, 4) == sent, "the order is another one"


@verifies("WS-MSG-13")
def test_senders_at_the_same_time_keep_each_their_order(
    connections: Connections,
) -> None:
    """What two send between each other arrives in the order of each of them."""
    bob = connections.open(user_id="bob", capabilities=["SEND_MESSAGE"])
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    for number in (1, 2):
        alice.send(f"alice {number}")
        bob.send(f"bob {number}")

    for connection in (alice, bob):
        contents = _contents(connection, 4)
        for name in ("alice", "bob"):
            own = [content for content in contents if content.startswith(name)]
            assert own == [f"{name} 1", f"{name} 2"], "the order is another one"


@verifies("WS-MSG-14")
def test_session_gets_no_message_from_before_it_connected(
    connections: Connections,
) -> None:
    """Whoever comes later gets what is said later, be the user known or not."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])
    waiting = connections.token(user_id="bob", capabilities=["SEND_MESSAGE"])
    alice.send("before")
    assert alice.next_message().content == "before", "another message came"

    bob = connections.open(waiting)
    again = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    for connection, content in ((bob, "after 1"), (again, "after 2")):
        frames = connection.frames_until(connection.send(content))
        contents = [frame.raw.get("Content") for frame in frames]
        assert "before" not in contents, "a message from before came"


@verifies("WS-MSG-15")
def test_session_that_only_views_gets_what_others_get(
    connections: Connections, api: ControlPlane, room: str
) -> None:
    """Messages, an application's events and deletions reach those without rights."""
    viewer = connections.open(user_id="viewer")
    alice = connections.open(user_id="alice", capabilities=CAPABILITIES)

    alice.send("hello")
    message, viewed = alice.next_message(), viewer.next_message()
    alice.delete_message(message.id)
    api.call("SendEvent", {"roomIdentifier": room, "eventName": "app:GOAL"})

    assert viewed.content == message.content, "the viewer got another message"
    deletions = [_deleted(connection) for connection in (viewer, alice)]
    assert deletions == [message.id] * 2, "the viewer was told another deletion"
    for connection in (viewer, alice):
        connection.next_event("app:GOAL")


def _contents(connection: ChatConnection, count: int) -> list[str]:
    return [connection.next_message().content for _ in range(count)]


def _deleted(connection: ChatConnection) -> str | None:
    return connection.next_event("aws:DELETE_MESSAGE").attributes.get("MessageID")
