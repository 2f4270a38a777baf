"""What a message looks like to those who get it (contract.md 11.1)."""

import re
from datetime import timedelta
from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.connections import CAPABILITIES, Connections
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.frames import FrameError, MessageFrame
from ivschat_conformance.fixtures.scenario_clock import TOLERANCE
from ivschat_conformance.fixtures.target import ScenarioClock
from ivschat_conformance.fixtures.texts import texts
from ivschat_conformance.schemas import documents


@verifies("WS-MSG-01")
@pytest.mark.parametrize(
    "members",
    [
        case({}, name="content-alone"),
        case({"request_id": None}, name="without-a-request-id"),
        case({"attributes": {"lang": "en"}}, name="with-attributes"),
    ],
)
def test_message_has_its_members(
    connections: Connections, members: dict[str, Any]
) -> None:
    """Type, Id, Content, SendTime and Sender are there, each of its JSON type."""
    alice = connections.open(
        user_id="alice", capabilities=["SEND_MESSAGE"], attributes={"name": "Ann"}
    )

    alice.send("hello", **members)

    message = alice.next_message()
    _expect_members(message)
    _expect_given(message, "RequestId", str, given="request_id" not in members)
    _expect_given(message, "Attributes", dict, given="attributes" in members)


@verifies("WS-MSG-02")
def test_message_id_is_12_alphanumerics(connections: Connections) -> None:
    """An id has the one form that DeleteMessage takes."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    for content in ("one", "two", "three"):
        alice.send(content)
        expect.of_shape(alice.next_message().id, "FrameId", api=documents.MESSAGING)


@verifies("WS-MSG-02")
def test_no_two_messages_have_one_id(connections: Connections) -> None:
    """Messages that are alike in everything are told apart by their ids."""
    alice, again = (
        connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])
        for _ in range(2)
    )

    for sender in (alice, again, alice, again):
        sender.send("the same", request_id="r-1")

    ids = {alice.next_message().id for _ in range(4)}
    assert len(ids) == 4, f"four messages have {len(ids)} ids"


@verifies("WS-MSG-02")
def test_message_id_can_be_deleted_on_the_control_plane(
    connections: Connections, api: ControlPlane, room: str
) -> None:
    """DeleteMessage takes the Id of a MESSAGE, and tells the room the same."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])
    alice.send("hello")
    message = alice.next_message()

    deleted = api.call("DeleteMessage", {"roomIdentifier": room, "id": message.id})

    expect.accepted(deleted)
    event = alice.next_event("aws:DELETE_MESSAGE")
    assert event.attributes.get("MessageID") == message.id, "it is another message's"


@verifies("WS-MSG-02")
def test_message_id_can_be_deleted_on_the_websocket(connections: Connections) -> None:
    """DELETE_MESSAGE takes the Id of a MESSAGE, and tells the room the same."""
    alice = connections.open(user_id="alice", capabilities=CAPABILITIES)
    alice.send("hello")
    message = alice.next_message()

    alice.delete_message(message.id)

    event = alice.next_event("aws:DELETE_MESSAGE")
    assert event.attributes.get("MessageID") == message.id, "it is another message's"


@verifies("WS-MSG-08")
@pytest.mark.parametrize("attributes", [case(None, name="absent"), case({}, name="{}")])
def test_message_without_attributes_makes_none_up(
    connections: Connections, attributes: dict[str, str] | None
) -> None:
    """Its Attributes are null, `{}` or not there, whatever the token has."""
    alice = connections.open(
        user_id="alice", capabilities=["SEND_MESSAGE"], attributes={"name": "Ann"}
    )

    alice.send("hello", attributes=attributes)

    said = alice.next_message().raw.get("Attributes")
    assert said in (None, {}), "attributes came that nobody gave"


@verifies("WS-MSG-09")
@texts
def test_sender_is_the_tokens_user(connections: Connections, text: str) -> None:
    """Sender.UserId is the userId that the chat token was asked for, unchanged."""
    alice = connections.open(user_id=text, capabilities=["SEND_MESSAGE"])

    alice.send("hello")

    assert alice.next_message().sender.user_id == text, "the user id is another one"


@verifies("WS-MSG-09")
def test_sender_of_128_characters_is_told_in_full(connections: Connections) -> None:
    """The longest user id there is arrives as it is."""
    user_id = "é😀" * 64
    alice = connections.open(user_id=user_id, capabilities=["SEND_MESSAGE"])

    alice.send("hello")

    assert alice.next_message().sender.user_id == user_id, "the user id is another one"


@verifies("WS-MSG-10")
@texts
def test_senders_attributes_are_the_tokens(connections: Connections, text: str) -> None:
    """Sender.Attributes are those of the chat token, keys and values unchanged."""
    attributes = {"name": text, text: "value", "empty": ""}
    alice = connections.open(
        user_id="alice", capabilities=["SEND_MESSAGE"], attributes=attributes
    )

    alice.send("hello", attributes={"name": "another"})

    found = dict(alice.next_message().sender.attributes)
    assert found == attributes, "the sender's attributes are others"


@verifies("WS-MSG-10")
@pytest.mark.parametrize("attributes", [case(None, name="absent"), case({}, name="{}")])
def test_sender_without_attributes_has_none(
    connections: Connections, attributes: dict[str, str] | None
) -> None:
    """Sender.Attributes are `{}`, null or not there, whatever the message has."""
    alice = connections.open(
        user_id="alice", capabilities=["SEND_MESSAGE"], attributes=attributes
    )

    alice.send("hello", attributes={"lang": "en"})

    found = dict(alice.next_message().sender.attributes)
    assert not found, "the sender has attributes that nobody gave"


@verifies("WS-MSG-17")
@texts
def test_attributes_of_a_message_are_the_requests(
    connections: Connections, text: str
) -> None:
    """Attributes are those of SEND_MESSAGE, unchanged, and not the token's."""
    attributes = {"kind": text, text: "value", "empty": ""}
    alice = connections.open(
        user_id="alice", capabilities=["SEND_MESSAGE"], attributes={"name": "Ann"}
    )

    alice.send("hello", attributes=attributes)

    found = dict(alice.next_message().attributes)
    assert found == attributes, "the message's attributes are others"


@verifies("WS-MSG-11")
def test_send_time_is_when_the_service_got_the_message(
    connections: Connections, api: ControlPlane
) -> None:
    """It is RFC 3339 in UTC with `Z`, between sending and receiving."""
    clock = api.target.clock
    slack = TOLERANCE if clock.kind == "wall" else timedelta()
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    before = clock.now()
    alice.send("hello")
    send_time = alice.next_message().send_time
    after = clock.now()

    assert send_time.endswith("Z"), "SendTime has no Z at its end"
    earliest = before.replace(microsecond=0) - slack
    found = expect.instant(send_time)
    assert earliest <= found <= after + slack, "SendTime is not when it was sent"


@verifies("WS-MSG-11")
def test_send_time_goes_with_the_clock(
    connections: Connections, clock: ScenarioClock
) -> None:
    """A message that is sent 30 seconds later says so."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    alice.send("first")
    first = expect.instant(alice.next_message().send_time)
    clock.advance(seconds=30)
    alice.send("second")
    second = expect.instant(alice.next_message().send_time)

    apart = (second - first).total_seconds()
    assert 29 <= apart <= 31, f"the times are {apart:g} s apart, not 30"


@verifies("WS-MSG-12")
@pytest.mark.parametrize("microsecond", [0, 700_000, 820_000, 123_456])
def test_fraction_of_send_time_has_no_zeros_at_its_end(
    connections: Connections, clock: ScenarioClock, microsecond: int
) -> None:
    """There are up to nine digits, as many as it takes, and no point without one."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])
    ahead = clock.now() + timedelta(seconds=5)
    clock.freeze(ahead.replace(microsecond=microsecond))

    alice.send("hello")

    send_time = alice.next_message().send_time
    assert re.fullmatch(
        r"[0-9-]{10}T[0-9:]{8}([.][0-9]{0,8}[1-9])?Z", send_time, re.ASCII
    ), "SendTime is written in another way"


def _expect_members(message: MessageFrame) -> None:
    """Read every member that has to be there; `FrameError` says which is not."""
    assert message.id, "the Id is empty"
    assert message.content == "hello", "the Content is another one"
    assert message.send_time, "the SendTime is empty"
    assert message.sender.user_id == "alice", "the Sender is another one"


def _expect_given(message: MessageFrame, name: str, kind: type, *, given: bool) -> None:
    """Expect what the sender gave; else it may be null, or absent (WS-MSG-06, -08)."""
    said = message.raw.get(name)
    if not isinstance(said, kind) and (given or said is not None):
        raise FrameError(f"the MESSAGE has a {name} of another type")
