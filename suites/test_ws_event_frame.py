"""What an event looks like to those who get it (contract.md 11.2)."""

from collections.abc import Callable

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.frames import EventFrame
from ivschat_conformance.schemas import documents

Moderate = Callable[[str | None], EventFrame]

reasons = pytest.mark.parametrize(
    "reason", [case("spam", name="with-a-reason"), case(None, name="without-a-reason")]
)


@pytest.fixture
def message(connections: Connections) -> str:
    """Give the id of a message that was sent to this check's room."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])
    alice.send("hello")
    return alice.next_message().id


@pytest.fixture(params=["by-call", "by-frame"])
def delete(
    request: pytest.FixtureRequest,
    api: ControlPlane,
    connections: Connections,
    room: str,
    message: str,
) -> Moderate:
    """Give a way to delete `message` on either API: the event that a viewer got."""
    viewer = connections.open(user_id="viewer")
    mia = connections.open(user_id="mia", capabilities=["DELETE_MESSAGE"])

    def ask(reason: str | None) -> EventFrame:
        if request.param == "by-frame":
            mia.delete_message(message, reason=reason)
        else:
            members = {"roomIdentifier": room, "id": message}
            api.call("DeleteMessage", members | ({"reason": reason} if reason else {}))
        return viewer.next_event("aws:DELETE_MESSAGE")

    return ask


@pytest.fixture(params=["by-call", "by-frame"])
def disconnect(
    request: pytest.FixtureRequest,
    api: ControlPlane,
    connections: Connections,
    room: str,
) -> Moderate:
    """Give a way to disconnect bob on either API: the event that the moderator got.

    Not tested where none is sent: that is DISC-04's claim.
    """
    bob = connections.open(user_id="bob")
    mia = connections.open(
        user_id="mia", capabilities=["SEND_MESSAGE", "DISCONNECT_USER"]
    )

    def ask(reason: str | None) -> EventFrame:
        if request.param == "by-frame":
            mia.disconnect_user("bob", reason=reason)
        else:
            members = {"roomIdentifier": room, "userId": "bob"}
            api.call("DisconnectUser", members | ({"reason": reason} if reason else {}))
        bob.wait_closed()
        for frame in mia.frames_until(mia.send("marker")):
            if frame.raw.get("EventName") == "aws:DISCONNECT_USER":
                assert isinstance(frame, EventFrame)
                return frame
        pytest.skip("the target sends no aws:DISCONNECT_USER")

    return ask


@verifies("WS-EVT-01")
@pytest.mark.parametrize(
    "attributes", [case({"home": "2"}, name="with-attributes"), case(None, name="none")]
)
def test_event_of_an_application_has_its_members(
    connections: Connections,
    api: ControlPlane,
    room: str,
    attributes: dict[str, str] | None,
) -> None:
    """Type, Id, EventName and SendTime are there; Sender and Content are not."""
    viewer = connections.open(user_id="viewer")
    members = {"roomIdentifier": room, "eventName": "app:GOAL"}

    api.call("SendEvent", members | ({"attributes": attributes} if attributes else {}))

    _expect_members(viewer.next_event(), "app:GOAL")


@verifies("WS-EVT-01")
@reasons
def test_event_of_a_deletion_has_its_members(
    delete: Moderate, reason: str | None
) -> None:
    """What holds for an application's events holds for the service's."""
    _expect_members(delete(reason), "aws:DELETE_MESSAGE")


@verifies("WS-EVT-01")
@reasons
def test_event_of_a_disconnection_has_its_members(
    disconnect: Moderate, reason: str | None
) -> None:
    """What holds for an application's events holds for the service's."""
    _expect_members(disconnect(reason), "aws:DISCONNECT_USER")


@verifies("WS-EVT-02")
@reasons
def test_event_of_a_deletion_names_the_message_twice(
    delete: Moderate, message: str, reason: str | None
) -> None:
    """MessageId has the value of its deprecated twin MessageID."""
    attributes = delete(reason).attributes

    found = (attributes.get("MessageId"), attributes.get("MessageID"))
    assert found == (message, message), "the two spellings say something else"


@verifies("WS-EVT-02")
@pytest.mark.parametrize(
    "reason", [case("spam", name="word"), case("  плохо <b>🙁</b> ", name="any-text")]
)
def test_event_of_a_deletion_tells_the_reason(delete: Moderate, reason: str) -> None:
    """Reason is the one that was given, unchanged."""
    assert delete(reason).attributes.get("Reason") == reason, "the Reason is another"


@verifies("WS-EVT-03")
@reasons
def test_event_of_a_deletion_has_the_spelling_that_the_sdk_reads(
    delete: Moderate, message: str, reason: str | None
) -> None:
    """MessageID is there: the JS SDK drops the event without it."""
    found = delete(reason).attributes.get("MessageID")

    assert found == message, "MessageID is another message's, or missing"


@verifies("WS-EVT-05")
def test_event_of_a_disconnection_names_user_and_reason(disconnect: Moderate) -> None:
    """UserId and Reason are those that were given."""
    attributes = disconnect("rude").attributes

    found = (attributes.get("UserId"), attributes.get("Reason"))
    assert found == ("bob", "rude"), "the event says something else"


@verifies("WS-EVT-05")
def test_event_of_a_disconnection_without_a_reason_names_the_user(
    disconnect: Moderate,
) -> None:
    """UserId does not depend on a reason."""
    found = disconnect(None).attributes.get("UserId")

    assert found == "bob", "the event names another user, or none"


@verifies("WS-EVT-06")
def test_event_of_a_deletion_makes_no_reason_up(delete: Moderate) -> None:
    """Where none was given, Reason is not there or empty."""
    assert not delete(None).attributes.get("Reason"), "a Reason came that nobody gave"


@verifies("WS-EVT-06")
def test_event_of_a_disconnection_makes_no_reason_up(disconnect: Moderate) -> None:
    """Where none was given, Reason is not there or empty."""
    found = disconnect(None).attributes.get("Reason")

    assert not found, "a Reason came that nobody gave"


@verifies("WS-EVT-07")
@reasons
def test_attributes_of_a_deletion_are_texts(
    delete: Moderate, reason: str | None
) -> None:
    """The JS SDK rejects a frame with any other value."""
    _expect_texts(delete(reason))


@verifies("WS-EVT-07")
@reasons
def test_attributes_of_a_disconnection_are_texts(
    disconnect: Moderate, reason: str | None
) -> None:
    """The JS SDK rejects a frame with any other value."""
    _expect_texts(disconnect(reason))


@verifies("WS-EVT-07")
def test_attributes_of_an_applications_event_are_texts(
    connections: Connections, api: ControlPlane, room: str
) -> None:
    """What looks like something else was a text, and stays one."""
    viewer = connections.open(user_id="viewer")
    attributes = {"number": "7", "truth": "true", "nothing": "null", "list": "[1]"}
    members = {"roomIdentifier": room, "eventName": "app:GOAL"}

    api.call("SendEvent", {**members, "attributes": attributes})

    _expect_texts(viewer.next_event())


@verifies("WS-EVT-11")
def test_id_of_a_deletions_event_is_12_alphanumerics(delete: Moderate) -> None:
    """Events have ids of the form that messages have."""
    expect.of_shape(delete(None).id, "FrameId", api=documents.MESSAGING)


@verifies("WS-EVT-11")
def test_id_of_a_disconnections_event_is_12_alphanumerics(
    disconnect: Moderate,
) -> None:
    """Events have ids of the form that messages have."""
    expect.of_shape(disconnect(None).id, "FrameId", api=documents.MESSAGING)


@verifies("WS-EVT-11")
def test_id_of_an_applications_event_is_12_alphanumerics(
    connections: Connections, api: ControlPlane, room: str
) -> None:
    """Events have ids of the form that messages have."""
    viewer = connections.open(user_id="viewer")

    api.call("SendEvent", {"roomIdentifier": room, "eventName": "app:GOAL"})

    expect.of_shape(viewer.next_event().id, "FrameId", api=documents.MESSAGING)


@verifies("WS-EVT-12")
@pytest.mark.parametrize("way", ["closed", "cut"])
def test_nobody_hears_of_those_who_come_and_go(
    connections: Connections, way: str
) -> None:
    """Joining and leaving send no event of their own, however a client leaves."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])
    bob = connections.open(user_id="bob")

    if way == "closed":
        bob.close()
    else:
        bob.cut()
    again = connections.open(user_id="bob", capabilities=["SEND_MESSAGE"])

    again.quiet_until(again.send("marker"))
    events = [f for f in alice.frames_until(alice.send("end")) if f.kind == "EVENT"]
    assert not events, "an event came of somebody who came or went"


def _expect_members(event: EventFrame, name: str) -> None:
    """Read every member that has to be there; `FrameError` says which is not."""
    assert event.id, "the Id is empty"
    assert event.event_name == name, "the EventName is another one"
    assert event.send_time, "the SendTime is empty"
    assert isinstance(event.attributes, dict), "the Attributes are no object"
    assert isinstance(event.raw.get("RequestId"), str | None), "RequestId is no text"
    assert not {"Sender", "Content"} & set(event.raw), "the EVENT looks like a MESSAGE"


def _expect_texts(event: EventFrame) -> None:
    values = event.attributes.values()
    assert all(isinstance(value, str) for value in values), "an attribute is no text"
