"""A request's own id, which comes back in what it led to (contract.md 10 and 11)."""

from typing import Any

import pytest

from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.connections import CAPABILITIES, Connections
from ivschat_conformance.fixtures.control_plane import ControlPlane

# None has more than 64 characters: no limit is documented (WS-REQ-07).
FREE_FORM = {
    "upper-case-uuid": "7D3F0D10-9F4B-4E55-8C1A-0B7D3B0F2A61",
    "one-digit": "1",
    "mixed-case": "ReQuEsT",
    "spaces": " a  b ",
    "punctuation": "a/b?c=d&e#f%20",
    "json": '{"a":"b"}',
    "combining": "e\u0301",
    "emoji": "👩‍👩‍👧‍👦",
    "64-characters": "0123456789abcdef" * 4,
}
request_ids = pytest.mark.parametrize(
    "request_id", [case(text, name=name) for name, text in FREE_FORM.items()]
)


@verifies("WS-REQ-06", "WS-MSG-05")
@request_ids
def test_request_id_comes_back_in_the_message(
    connections: Connections, request_id: str
) -> None:
    """Whatever text it is, the sender finds it in the MESSAGE."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    alice.send("hello", request_id=request_id)

    found = alice.next_message().request_id
    assert found == request_id, "the MESSAGE has another RequestId"


@verifies("WS-REQ-06", "WS-ERR-04")
@request_ids
def test_request_id_comes_back_in_the_error(
    connections: Connections, request_id: str
) -> None:
    """Whatever text it is, the sender finds it in the ERROR."""
    alice = connections.open(user_id="alice")

    alice.send("hello", request_id=request_id)

    found = alice.next_error(to=request_id).request_id
    assert found == request_id, "the ERROR has another RequestId"


@verifies("WS-REQ-06", "WS-EVT-08")
@request_ids
def test_request_id_comes_back_in_the_event_of_a_deletion(
    connections: Connections, request_id: str
) -> None:
    """Whatever text it is, the moderator finds it in the EVENT."""
    mia = connections.open(user_id="mia", capabilities=CAPABILITIES)
    mia.send("hello")
    message = mia.next_message()

    mia.delete_message(message.id, request_id=request_id)

    found = mia.next_event("aws:DELETE_MESSAGE").request_id
    assert found == request_id, "the EVENT has another RequestId"


@verifies("WS-REQ-06", "WS-EVT-08")
def test_request_id_comes_back_in_the_event_of_a_disconnection(
    connections: Connections,
) -> None:
    """Where the room is told at all, the moderator finds the id in the EVENT."""
    mia = connections.open(
        user_id="mia", capabilities=["SEND_MESSAGE", "DISCONNECT_USER"]
    )
    bob = connections.open(user_id="bob")

    mia.disconnect_user("bob", request_id="r-3")
    bob.wait_closed()

    *before, _ = mia.frames_until(mia.send("marker"))
    events = [frame for frame in before if frame.kind == "EVENT"]
    if not events:
        pytest.skip("the target sends no aws:DISCONNECT_USER")
    assert events[0].request_id == "r-3", "the EVENT has another RequestId"


@verifies("WS-ERR-04")
@pytest.mark.parametrize(
    "members",
    [
        case({}, name="no-action"),
        case({"Action": 7}, name="action-of-another-type"),
        case({"Action": "JOIN"}, name="unknown-action"),
        case({"Action": "SEND_MESSAGE"}, name="no-content"),
        case({"Action": "SEND_MESSAGE", "Content": 7}, name="content-of-another-type"),
        case({"Action": "SEND_MESSAGE", "Content": "a" * 5_000}, name="long-content"),
        case({"Action": "DELETE_MESSAGE"}, name="no-id"),
        case({"Action": "DISCONNECT_USER"}, name="no-user-id"),
    ],
)
def test_request_id_comes_back_from_a_malformed_request(
    connections: Connections, members: dict[str, Any]
) -> None:
    """What else is wrong with an object does not keep its id from being read."""
    alice = connections.open(user_id="alice", capabilities=CAPABILITIES)

    alice.send_frame({"RequestId": "r-4", **members})

    assert alice.next_error().request_id == "r-4", "the ERROR has another RequestId"


@verifies("WS-REQ-06")
def test_each_of_several_requests_gets_its_own_id_back(
    connections: Connections,
) -> None:
    """Ids tell apart what requests of the same kind, asked at once, led to."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    asked = {alice.send(content): content for content in ("one", "two", "three")}
    refused = alice.disconnect_user("bob")

    for request, content in reversed(asked.items()):
        said = alice.next_answer(request).raw.get("Content")
        assert said == content, "the ids are not their requests'"
    assert alice.next_answer(refused).kind == "ERROR", "the ERROR has another id"


@verifies("WS-REQ-06")
def test_message_needs_no_request_id(connections: Connections) -> None:
    """Without RequestId a message is delivered like any other."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    alice.send("hello", request_id=None)

    assert alice.next_message().content == "hello", "another message came"


@verifies("WS-REQ-06")
def test_deletion_needs_no_request_id(connections: Connections) -> None:
    """Without RequestId the room is told to delete all the same."""
    mia = connections.open(user_id="mia", capabilities=CAPABILITIES)
    mia.send("hello")
    message = mia.next_message()

    mia.delete_message(message.id, request_id=None)

    mia.next_event("aws:DELETE_MESSAGE")


@verifies("WS-REQ-06")
def test_disconnection_needs_no_request_id(connections: Connections) -> None:
    """Without RequestId the user has to leave all the same."""
    mia = connections.open(user_id="mia", capabilities=["DISCONNECT_USER"])
    bob = connections.open(user_id="bob")

    mia.disconnect_user("bob", request_id=None)

    bob.wait_closed()


@verifies("WS-MSG-06")
def test_message_without_a_request_id_makes_none_up(connections: Connections) -> None:
    """Its RequestId is empty, null or not there."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    alice.send("hello", request_id=None)

    said = alice.next_message().raw.get("RequestId")
    assert said in (None, ""), "a RequestId came that nobody gave"


@verifies("WS-MSG-07")
def test_request_id_of_a_message_is_shown_to_all(connections: Connections) -> None:
    """Viewers find the sender's RequestId in the MESSAGE, not only the sender."""
    bob = connections.open(user_id="bob")
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    alice.send("hello", request_id="r-1")

    assert bob.next_message().request_id == "r-1", "the viewer got another RequestId"


@verifies("WS-EVT-09")
@pytest.mark.parametrize("operation", ["SendEvent", "DeleteMessage"])
def test_event_from_the_control_plane_has_no_request_id(
    connections: Connections, api: ControlPlane, room: str, operation: str
) -> None:
    """Nothing of a control-plane request is called RequestId: it is empty or absent."""
    bob = connections.open(user_id="bob", capabilities=["SEND_MESSAGE"])
    bob.send("hello")
    message_id = bob.next_message().id
    event = operation == "SendEvent"
    members = {"eventName": "app:GOAL"} if event else {"id": message_id}

    api.call(operation, {"roomIdentifier": room, **members})

    said = bob.next_event().raw.get("RequestId")
    assert said in (None, ""), "a RequestId came that nobody gave"


@verifies("WS-EVT-09")
def test_event_of_a_disconnection_from_the_control_plane_has_no_request_id(
    connections: Connections, api: ControlPlane, room: str
) -> None:
    """Where the room is told of DisconnectUser at all, RequestId is empty or absent."""
    mia = connections.open(user_id="mia", capabilities=["SEND_MESSAGE"])
    bob = connections.open(user_id="bob")

    api.call("DisconnectUser", {"roomIdentifier": room, "userId": "bob"})
    bob.wait_closed()

    *before, _ = mia.frames_until(mia.send("marker"))
    events = [frame for frame in before if frame.kind == "EVENT"]
    if not events:
        pytest.skip("the target sends no aws:DISCONNECT_USER")
    assert events[0].raw.get("RequestId") in (None, ""), "a RequestId came from nobody"
