"""DisconnectUser and DISCONNECT_USER: a user has to leave (contract.md 8, 10)."""

from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import Rooms, case, verifies
from ivschat_conformance.fixtures.chat_connection import ChatConnection
from ivschat_conformance.fixtures.connections import CAPABILITIES, Connections
from ivschat_conformance.fixtures.control_plane import ControlPlane, Exchange
from ivschat_conformance.fixtures.frames import EventFrame

NAME = "aws:DISCONNECT_USER"

planes = pytest.mark.parametrize(
    "plane",
    [
        case("call", name="by-call", verifying="DISC-02"),
        case("frame", name="by-frame", verifying="WS-REQ-24"),
    ],
)


class Disconnecting:
    """Disconnects users of this check's room, on the plane that it is told."""

    def __init__(self, api: ControlPlane, connections: Connections, room: str) -> None:
        self._api = api
        self._room = room
        self._mia = connections.open(user_id="mia", capabilities=["DISCONNECT_USER"])

    def __call__(self, plane: str, user_id: str, **members: Any) -> None:
        """Have this user disconnected."""
        if plane == "frame":
            self._mia.disconnect_user(user_id, **members)
        else:
            _disconnect(self._api, self._room, user_id, **members)


@pytest.fixture
def disconnect(api: ControlPlane, connections: Connections, room: str) -> Disconnecting:
    """Give a way to disconnect users on either plane."""
    return Disconnecting(api, connections, room)


@verifies("DISC-01")
@pytest.mark.parametrize(
    "members",
    [
        case({}, name="without-a-reason"),
        case({"reason": "rude"}, name="with-a-reason"),
    ],
)
def test_disconnection_is_answered_with_nothing(
    connections: Connections, api: ControlPlane, room: str, members: dict[str, Any]
) -> None:
    """The answer is 200 and has no members, be the body empty or `{}`."""
    connections.open(user_id="bob")

    exchange = _disconnect(api, room, "bob", **members)

    _expect_nothing(exchange)


@verifies("DISC-03")
def test_user_who_is_not_there_can_be_disconnected(
    api: ControlPlane, room: str
) -> None:
    """Whether there is anybody to disconnect does not change the answer."""
    exchange = _disconnect(api, room, "nobody")

    _expect_nothing(exchange)


@verifies("DISC-03")
def test_user_who_has_left_can_be_disconnected(
    connections: Connections, api: ControlPlane, room: str
) -> None:
    """Neither one's own leaving nor an earlier disconnection makes it an error."""
    connections.open(user_id="bob").close()

    exchanges = [_disconnect(api, room, "bob") for _ in range(2)]

    for exchange in exchanges:
        _expect_nothing(exchange)


@planes
@pytest.mark.parametrize("count", [1, 2, 3])
def test_all_connections_of_the_user_are_closed(
    connections: Connections, disconnect: Disconnecting, plane: str, count: int
) -> None:
    """A user leaves with every connection there is in the room."""
    bobs = [connections.open(user_id="bob") for _ in range(count)]

    disconnect(plane, "bob")

    for bob in bobs:
        bob.wait_closed()


@planes
@pytest.mark.parametrize("user_id", ["Zoë 😀", "  ", "a/b?c=d&e", "u" * 120])
def test_user_of_any_name_is_disconnected(
    connections: Connections, disconnect: Disconnecting, plane: str, user_id: str
) -> None:
    """A user id is any text, and it is compared as it stands."""
    named = connections.open(user_id=user_id)

    disconnect(plane, user_id)

    named.wait_closed()


@planes
def test_other_users_stay(
    connections: Connections, disconnect: Disconnecting, plane: str
) -> None:
    """Only the very same text is the same user."""
    names = ["alice", "Bob", "bob ", "bobby"]
    others = [_open(connections, name) for name in names]
    bob = connections.open(user_id="bob")

    disconnect(plane, "bob")
    bob.wait_closed()

    for other in others:
        _expect_at_work(other)


@planes
def test_other_rooms_are_untouched(
    connections: Connections, disconnect: Disconnecting, rooms: Rooms, plane: str
) -> None:
    """The same user goes on in another room."""
    elsewhere = _open(connections, "bob", room=rooms.new())
    bob = connections.open(user_id="bob")

    disconnect(plane, "bob")
    bob.wait_closed()

    _expect_at_work(elsewhere)


@planes
def test_user_without_connections_takes_nobody_along(
    connections: Connections, disconnect: Disconnecting, plane: str
) -> None:
    """Where there is nobody of that name, everybody stays."""
    bob = _open(connections, "bob")
    leaving = connections.open(user_id="leaving")

    disconnect(plane, "nobody")
    disconnect(plane, "leaving")
    leaving.wait_closed()  # by then the request before has been seen to

    _expect_at_work(bob)


@verifies("DISC-04")
@pytest.mark.parametrize("plane", ["call", "frame"])
def test_everybody_else_is_told_who_has_to_leave(
    connections: Connections, disconnect: Disconnecting, plane: str
) -> None:
    """Those who stay get an `aws:DISCONNECT_USER` with that UserId."""
    people = [connections.open(user_id=name) for name in ("alice", "max")]
    connections.open(user_id="bob")

    disconnect(plane, "bob", reason="rude")

    for connection in people:
        event = connection.next_event(NAME)
        assert event.attributes.get("UserId") == "bob", "the event is another's"


@verifies("DISC-04")
def test_disconnection_is_told_in_its_room_alone(
    connections: Connections, disconnect: Disconnecting, rooms: Rooms
) -> None:
    """In another room nobody gets the event."""
    elsewhere = _open(connections, "alice", room=rooms.new())
    alice = connections.open(user_id="alice")
    connections.open(user_id="bob")

    disconnect("call", "bob")
    alice.next_event(NAME)

    elsewhere.quiet_until(elsewhere.send("marker"))


@verifies("WS-REQ-17")
@pytest.mark.parametrize(
    ("user_id", "capabilities"),
    [
        case("bob", ["SEND_MESSAGE"], name="somebody"),
        case("max", CAPABILITIES, name="another-moderator"),
    ],
)
def test_moderator_disconnects_anyone(
    connections: Connections, user_id: str, capabilities: list[str]
) -> None:
    """What somebody may do protects nobody."""
    leaving = connections.open(user_id=user_id, capabilities=capabilities)
    mia = connections.open(user_id="mia", capabilities=CAPABILITIES)

    mia.disconnect_user(user_id)

    leaving.wait_closed()


@verifies("WS-REQ-17")
def test_moderator_may_disconnect_itself(connections: Connections) -> None:
    """A moderator's own user leaves with all connections too."""
    mia, again = (
        connections.open(user_id="mia", capabilities=CAPABILITIES) for _ in range(2)
    )

    mia.disconnect_user("mia")

    for connection in (mia, again):
        connection.wait_closed()


@verifies("WS-REQ-24")
@pytest.mark.parametrize(
    "members",
    [case({"reason": "rude"}, name="with-a-reason"), case({}, name="without-a-reason")],
)
def test_disconnection_is_the_same_to_the_room_on_either_api(
    connections: Connections, disconnect: Disconnecting, members: dict[str, str]
) -> None:
    """The same users leave, and what the room is told is the same."""
    alice = _open(connections, "alice")
    told = []

    for plane in ("call", "frame"):
        bob = connections.open(user_id="bob")
        disconnect(plane, "bob", **members)
        bob.wait_closed()
        frames = alice.frames_until(alice.send("marker"))
        events = [frame for frame in frames if isinstance(frame, EventFrame)]
        told.append([(event.event_name, dict(event.attributes)) for event in events])

    assert told[0] == told[1], "the two APIs tell the room something else"


def _open(
    connections: Connections, user_id: str, room: str | None = None
) -> ChatConnection:
    return connections.open(user_id=user_id, capabilities=["SEND_MESSAGE"], room=room)


def _expect_at_work(connection: ChatConnection) -> None:
    """Expect a session that sends and gets its own message."""
    answer = connection.next_answer(connection.send("still here"))
    assert answer.kind == "MESSAGE", "a session that was to stay cannot send"


def _disconnect(api: ControlPlane, room: str, user_id: str, **members: Any) -> Exchange:
    """Have a user of a room disconnected on the control plane."""
    body = {"roomIdentifier": room, "userId": user_id, **members}
    return api.call("DisconnectUser", body)


def _expect_nothing(exchange: Exchange) -> None:
    expect.accepted(exchange)
    if exchange.body and exchange.json != {}:
        raise expect.AnswerError("the body has members", exchange)
