"""SendEvent: what it answers, and what the room gets (contract.md 8)."""

from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import (
    Rooms,
    case,
    unknown_room,
    verifies,
)
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.fixtures.control_plane import ControlPlane, Exchange
from ivschat_conformance.fixtures.texts import texts

NAME = "app:GOAL"


@verifies("SEVT-02")
@pytest.mark.parametrize(
    "members",
    [
        case({}, name="name-alone"),
        case({"attributes": {"home": "2"}}, name="with-attributes"),
    ],
)
def test_event_is_answered_with_an_id(
    api: ControlPlane, room: str, members: dict[str, Any]
) -> None:
    """The answer is 200 with `id`, 12 alphanumerics."""
    exchange = _send(api, room, **members)

    expect.accepted(exchange)
    expect.of_shape(exchange.json, "SendEventResponse")


@verifies("SEVT-03")
@pytest.mark.parametrize(
    "attributes",
    [
        case({"home": "2"}, name="one"),
        case({"home": "2", "away": "0", "scorer": "Ann B."}, name="three"),
        case({"home": "2" * 800}, name="long"),
    ],
)
def test_everybody_in_the_room_gets_the_event(
    connections: Connections, api: ControlPlane, room: str, attributes: dict[str, str]
) -> None:
    """Each connection gets an EVENT of that name with those attributes."""
    people = [
        connections.open(user_id="bob"),
        connections.open(user_id="bob"),
        connections.open(user_id="alice", capabilities=["SEND_MESSAGE"]),
    ]

    _send(api, room, attributes=attributes)

    for connection in people:
        event = connection.next_event()
        assert event.event_name == NAME, "the event has another name"
        assert dict(event.attributes) == attributes, "the event has other attributes"


@verifies("SEVT-03")
def test_event_comes_once_and_to_its_room_alone(
    connections: Connections, api: ControlPlane, room: str, rooms: Rooms
) -> None:
    """Nobody gets an event twice, and the same user in another room gets none."""
    bob = connections.open(user_id="bob", capabilities=["SEND_MESSAGE"])
    elsewhere = connections.open(
        user_id="bob", capabilities=["SEND_MESSAGE"], room=rooms.new()
    )

    _send(api, room)
    bob.next_event(NAME)

    for connection in (bob, elsewhere):
        frames = connection.frames_until(connection.send("marker"))
        kinds = [frame.kind for frame in frames]
        assert "EVENT" not in kinds, "an event came that was not to come"


@verifies("SEVT-04")
def test_id_of_the_answer_is_the_events(
    connections: Connections, api: ControlPlane, room: str
) -> None:
    """Whoever sent an event finds it by the id that was answered."""
    bob = connections.open(user_id="bob")

    answered = [_send(api, room).json["id"] for _ in range(2)]

    found = [bob.next_event(NAME).id for _ in range(2)]
    assert sorted(found) == sorted(answered), "the events have other ids"


@verifies("SEVT-06")
@pytest.mark.parametrize("name", ["aws:DELETE_MESSAGE", "aws:DISCONNECT_USER"])
def test_event_of_an_application_is_not_taken_for_the_services(
    connections: Connections, api: ControlPlane, room: str, name: str
) -> None:
    """A name of the service's own events is refused, or reaches nobody as such."""
    bob = connections.open(user_id="bob", capabilities=["SEND_MESSAGE"])
    attributes = {"MessageID": "Ab3dEf6hIj9L", "UserId": "bob"}

    exchange = _send(api, room, eventName=name, attributes=attributes)

    if exchange.status != 200:
        expect.refused(exchange, field="eventName")
    names = [
        frame.raw.get("EventName") for frame in bob.frames_until(bob.send("marker"))
    ]
    assert name not in names, "an application's event looks like the service's"
    expect.twin_accepted(_send(api, room, attributes=attributes))


@verifies("SEVT-07")
def test_event_to_a_room_without_connections_succeeds(
    api: ControlPlane, rooms: Rooms
) -> None:
    """Nobody has to be there."""
    exchange = _send(api, rooms.new())

    expect.accepted(exchange)


@verifies("SEVT-07")
def test_event_to_a_room_that_all_have_left_succeeds(
    connections: Connections, api: ControlPlane, rooms: Rooms
) -> None:
    """Nobody has to be there any more."""
    arn = rooms.new()
    connections.open(user_id="bob", room=arn).close()

    exchange = _send(api, arn)

    expect.accepted(exchange)


@verifies("SEVT-09")
def test_event_to_a_room_that_is_not_there_is_a_404(
    api: ControlPlane, room: str
) -> None:
    """An event needs a room to be in."""
    refused = _send(api, unknown_room(room))
    twin = _send(api, room)

    expect.refused(refused, status=404, types={"ResourceNotFoundException"})
    expect.twin_accepted(twin)


@verifies("SEVT-09")
@pytest.mark.parametrize("operation", ["DeleteMessage", "DisconnectUser"])
def test_moderation_of_a_room_that_is_not_there_is_a_404(
    connections: Connections, api: ControlPlane, room: str, operation: str
) -> None:
    """What is there is in this room, and in no other."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])
    alice.send("hello")
    members = (
        {"id": alice.next_message().id}
        if operation == "DeleteMessage"
        else {"userId": "alice"}
    )

    refused = api.call(operation, {"roomIdentifier": unknown_room(room), **members})
    twin = api.call(operation, {"roomIdentifier": room, **members})

    expect.refused(refused, status=404, types={"ResourceNotFoundException"})
    expect.twin_accepted(twin)


@verifies("WS-EVT-10")
@texts
def test_name_of_an_event_arrives_as_it_was_sent(
    connections: Connections, api: ControlPlane, room: str, text: str
) -> None:
    """Whatever text it is, the room gets the same."""
    bob = connections.open(user_id="bob")

    expect.accepted(_send(api, room, eventName=text))

    assert bob.next_event().event_name == text, "the event has another name"


@verifies("WS-EVT-10")
@texts
def test_attributes_of_an_event_arrive_as_they_were_sent(
    connections: Connections, api: ControlPlane, room: str, text: str
) -> None:
    """Keys and values of any text reach the room unchanged."""
    bob = connections.open(user_id="bob")
    attributes = {"key": text, text: "value", "empty": ""}

    expect.accepted(_send(api, room, attributes=attributes))

    found = dict(bob.next_event().attributes)
    assert found == attributes, "the event has other attributes"


@verifies("WS-EVT-13")
@pytest.mark.parametrize(
    "members", [case({}, name="absent"), case({"attributes": {}}, name="{}")]
)
def test_event_without_attributes_makes_none_up(
    connections: Connections, api: ControlPlane, room: str, members: dict[str, Any]
) -> None:
    """Its Attributes are null, `{}` or not there."""
    bob = connections.open(user_id="bob")

    _send(api, room, **members)

    said = bob.next_event().raw.get("Attributes")
    assert said in (None, {}), "attributes came that nobody gave"


def _send(api: ControlPlane, room: str, **members: Any) -> Exchange:
    """Send an event to a room."""
    body = {"roomIdentifier": room, "eventName": NAME, **members}
    return api.call("SendEvent", body)
