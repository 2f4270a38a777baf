"""What deleting a room does to its connections, and to tokens nobody has used."""

import pytest

from ivschat_conformance.fixtures.cases import Rooms, verifies
from ivschat_conformance.fixtures.chat_connection import (
    ChatConnection,
    NothingReceivedError,
)
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.websocket_client import Refused


@verifies("ROOM-DEL-02")
@pytest.mark.parametrize("count", [1, 3])
def test_clients_of_a_deleted_room_are_disconnected(
    api: ControlPlane, connections: Connections, rooms: Rooms, count: int
) -> None:
    """Every connection in the room ends, whoever's it is and whatever it may do."""
    arn = rooms.new()
    clients = [
        connections.open(
            user_id=f"user-{n}", capabilities=["SEND_MESSAGE"] if n else (), room=arn
        )
        for n in range(count)
    ]

    _delete(api, arn)

    for client in clients:
        client.wait_closed()


@verifies("ROOM-DEL-02")
def test_clients_of_other_rooms_stay_connected(
    api: ControlPlane, connections: Connections, rooms: Rooms
) -> None:
    """The same user goes on in another room when one is deleted."""
    arn = rooms.new()
    here = connections.open(user_id="ann", capabilities=["SEND_MESSAGE"])
    there = connections.open(user_id="ann", room=arn)

    _delete(api, arn)

    there.wait_closed()
    assert here.next_answer(here.send("still here")).kind == "MESSAGE", (
        "a connection in another room ended too"
    )


@verifies("WS-CLOSE-11")
def test_close_after_deleting_a_room_is_clean(
    api: ControlPlane, connections: Connections, rooms: Rooms
) -> None:
    """A close frame ends the connection, whatever its code."""
    arn = rooms.new()
    client = connections.open(room=arn)

    _delete(api, arn)

    try:
        closed = client.wait_closed()
    except NothingReceivedError:
        pytest.skip("the connection was not closed, which ROOM-DEL-02 judges")
    assert closed.clean, "the connection ended without a close frame"


@verifies("TOKEN-LIFE-11")
def test_token_of_a_deleted_room_opens_nothing(
    api: ControlPlane, connections: Connections, rooms: Rooms
) -> None:
    """An unused token goes with its room, and the token of another room does not."""
    arn = rooms.new()
    token, twin = connections.token(room=arn), connections.token()

    _delete(api, arn)

    assert isinstance(connections.try_open(token), Refused), (
        "a token of a deleted room opened a connection"
    )
    assert isinstance(connections.try_open(twin), ChatConnection), (
        "the token of another room was refused as well: the refusal proves nothing"
    )


@verifies("WS-CONN-09")
def test_token_of_a_deleted_room_is_refused_before_the_upgrade(
    api: ControlPlane, connections: Connections, rooms: Rooms
) -> None:
    """A handshake with the token of a deleted room is answered 4xx, not 101."""
    arn = rooms.new()
    token = connections.token(room=arn)

    _delete(api, arn)

    found = connections.try_open(token)
    if isinstance(found, ChatConnection):
        pytest.skip("the handshake led to a session, which TOKEN-LIFE-11 judges")
    assert found.status is not None, "the handshake was not answered in HTTP"
    assert 400 <= found.status < 500, (
        f"the handshake was answered {found.status}, not some 4xx"
    )


def _delete(api: ControlPlane, room: str) -> None:
    deleted = api.call("DeleteRoom", {"identifier": room})
    if deleted.status >= 300:
        pytest.skip(f"DeleteRoom was answered {deleted.status}")
