"""What a chat token fixes for its session: room, user, capabilities and attributes."""

from collections.abc import Mapping
from typing import Any

import pytest

from ivschat_conformance.fixtures.cases import Rooms, case, verifies
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.frames import MessageFrame

SEND = ["SEND_MESSAGE"]

# What a session may try to become: a member of its message, or a request of its own.
# Both may be ignored or refused (WS-REQ-18, WS-REQ-20); neither may work.
OTHER_SENDERS: list[Any] = [
    case({"UserId": "mallory"}, name="user-id"),
    case({"userId": "mallory"}, name="user-id-in-camel-case"),
    case(
        {"Sender": {"UserId": "mallory", "Attributes": {"name": "Mallory"}}},
        name="sender",
    ),
    case({"Attributes": {"name": "Mallory"}}, name="attributes-of-the-message"),
    case({"Attributes": {"UserId": "mallory"}}, name="user-id-among-attributes"),
    case({"SenderAttributes": {"name": "Mallory"}}, name="sender-attributes"),
    case({"Action": "SET_USER", "UserId": "mallory"}, name="request-for-a-user"),
    case(
        {"Action": "SET_ATTRIBUTES", "Attributes": {"name": "Mallory"}},
        name="request-for-attributes",
    ),
]
MORE_CAPABILITIES: list[Any] = [
    case({"Capabilities": ["SEND_MESSAGE"]}, name="capabilities"),
    case({"capabilities": ["SEND_MESSAGE"]}, name="capabilities-in-camel-case"),
    case({"Attributes": {"Capabilities": "SEND_MESSAGE"}}, name="among-attributes"),
    case(
        {"Action": "SET_CAPABILITIES", "Capabilities": ["SEND_MESSAGE"]},
        name="request-for-capabilities",
    ),
]
OTHER_ROOMS: list[Any] = [
    case(["RoomIdentifier"], {}, name="room-identifier"),
    case(["roomIdentifier"], {}, name="room-identifier-in-camel-case"),
    case(["RoomArn", "Room", "RoomId"], {}, name="other-names"),
    case(["RoomIdentifier"], {"Action": "JOIN_ROOM"}, name="request-for-a-room"),
]


@verifies("TOKEN-LIFE-08")
@pytest.mark.parametrize("members", OTHER_SENDERS)
def test_session_cannot_become_somebody_else(
    connections: Connections, members: Mapping[str, Any]
) -> None:
    """Before, with and after the attempt its messages have the same sender."""
    listener = connections.open(user_id="listener")
    session = connections.open(
        user_id="ann", capabilities=SEND, attributes={"name": "Ann"}
    )

    session.send("before")
    session.send_frame(
        {"Action": "SEND_MESSAGE", "RequestId": "try", "Content": "with", **members}
    )
    marker = session.send("after")

    came = listener.frames_until(marker)
    before, *others = [f.sender for f in came if isinstance(f, MessageFrame)]
    assert others, "the message before the attempt did not come"
    assert all(sender == before for sender in others), (
        "what a session sent changed who it is"
    )


@verifies("TOKEN-LIFE-08")
@pytest.mark.parametrize("members", MORE_CAPABILITIES)
def test_session_cannot_give_itself_a_capability(
    connections: Connections, members: Mapping[str, Any]
) -> None:
    """A session that may only view sends nothing, whatever it asks to be allowed."""
    speaker = connections.open(user_id="speaker", capabilities=SEND)
    session = connections.open(user_id="ann")

    session.send("before")
    session.send_frame(
        {"Action": "SEND_MESSAGE", "RequestId": "try", "Content": "with", **members}
    )
    session.next_answer(session.send("after"))
    marker = speaker.send("marker")

    came = [f for f in speaker.frames_until(marker) if isinstance(f, MessageFrame)]
    said = [message.content for message in came]
    if "before" in said:
        pytest.skip("who may only view can send: there is nothing to be gained")
    assert said == ["marker"], "a session gave itself the capability to send"


@verifies("TOKEN-LIFE-08")
@pytest.mark.parametrize(("names", "members"), OTHER_ROOMS)
def test_session_cannot_go_to_another_room(
    connections: Connections,
    rooms: Rooms,
    names: list[str],
    members: Mapping[str, Any],
) -> None:
    """Whatever room it names, the session's messages are heard in its own alone."""
    elsewhere = rooms.new()
    neighbour = connections.open(user_id="neighbour", capabilities=SEND, room=elsewhere)
    listener = connections.open(user_id="listener")
    session = connections.open(user_id="ann", capabilities=SEND)
    attempt = {"Action": "SEND_MESSAGE", "RequestId": "try", "Content": "with"}

    session.send_frame({**attempt, **dict.fromkeys(names, elsewhere), **members})
    after = session.send("after")
    listener.frames_until(after)

    neighbour.quiet_until(neighbour.send("marker"))


@verifies("TOKEN-LIFE-09")
def test_connection_joins_the_room_of_its_token(
    connections: Connections, rooms: Rooms
) -> None:
    """At one URL two tokens lead to two rooms, and neither hears the other."""
    elsewhere = rooms.new()
    here = [connections.open(user_id=user, capabilities=SEND) for user in ("a", "b")]
    there = [
        connections.open(user_id=user, capabilities=SEND, room=elsewhere)
        for user in ("a", "b")
    ]

    first = here[0].send("here")
    second = there[0].send("there")

    for session in here:
        session.next_answer(first)
    for session in there:
        session.quiet_until(second)
    last = here[1].send("here again")
    for session in here:
        session.quiet_until(last)


@verifies("TOKEN-LIFE-10")
@pytest.mark.parametrize(
    "attributes",
    [
        case({"displayName": "Ann"}, name="one"),
        case({"displayName": "Ann", "color": "#aa00cc", "role": "host"}, name="three"),
        case({"name": "Ann", "Name": "ann"}, name="names-that-differ-in-case"),
        case({"имя": "Жанна", "名前": "花 🌸"}, name="beyond-ascii"),
        case({"html": "<b>&amp;</b>", "quote": "\"'\\"}, name="escapes"),
        case({"padded": "  in spaces\t"}, name="spaces"),
    ],
)
def test_attributes_of_the_token_come_with_every_message(
    connections: Connections, attributes: Mapping[str, str]
) -> None:
    """Each message has them as its Sender.Attributes, whatever its own are."""
    listener = connections.open(user_id="listener")
    session = connections.open(user_id="ann", capabilities=SEND, attributes=attributes)

    session.send("without")
    session.send("with some", attributes={"lang": "en"})
    session.send("without again")

    for _ in range(3):
        assert listener.next_message().sender.attributes == attributes, (
            "Sender.Attributes are not those of the token"
        )


@verifies("TOKEN-LIFE-10")
def test_each_session_of_a_user_has_the_attributes_of_its_token(
    connections: Connections,
) -> None:
    """A user who comes back has the attributes of the new token, not the old ones."""
    listener = connections.open(user_id="listener")

    for attributes in ({"device": "phone"}, {"device": "desk"}):
        with connections.open(
            user_id="ann", capabilities=SEND, attributes=attributes
        ) as session:
            session.next_answer(session.send("which one is it"))
        assert listener.next_message().sender.attributes == attributes, (
            "Sender.Attributes are not those of the session's token"
        )


@verifies("TOKEN-LIFE-12")
@pytest.mark.parametrize("opened", ["before", "after"])
@pytest.mark.parametrize(
    ("issued", "updated", "length", "kind"),
    [
        case(50, 5, 6, "ERROR", name="shorter"),
        case(5, 50, 6, "MESSAGE", name="longer"),
    ],
)
def test_limits_are_the_rooms_and_not_the_tokens(
    api: ControlPlane,
    connections: Connections,
    rooms: Rooms,
    *,
    opened: str,
    issued: int,
    updated: int,
    length: int,
    kind: str,
) -> None:
    """A change of the room counts for tokens and sessions that were there before."""
    room = rooms.new(maximumMessageLength=issued)
    token = connections.token(capabilities=SEND, room=room)
    session = connections.open(token) if opened == "before" else None

    change = api.call(
        "UpdateRoom", {"identifier": room, "maximumMessageLength": updated}
    )
    session = session or connections.open(token)

    if change.status != 200:
        pytest.skip(f"UpdateRoom was answered {change.status}: nothing was changed")
    answer = session.next_answer(session.send("x" * length))
    assert answer.kind == kind, "the length that counts is not the room's own of now"


@verifies("TOKEN-LIFE-14")
@pytest.mark.parametrize("count", [2, 4])
def test_sessions_share_a_user(connections: Connections, count: int) -> None:
    """Each session of one user in one room hears what the last of them says."""
    sessions = [
        connections.open(user_id="ann", capabilities=SEND) for _ in range(count)
    ]

    request = sessions[-1].send("from the last one")

    for session in sessions:
        assert session.next_answer(request).kind == "MESSAGE", (
            "a session beside others of its user does not work"
        )


@verifies("TOKEN-LIFE-14")
def test_session_goes_on_when_another_of_its_user_ends(
    connections: Connections,
) -> None:
    """A client that renews its token closes its old connection, and loses no more."""
    old = connections.open(user_id="ann", capabilities=SEND)
    new = connections.open(user_id="ann", capabilities=SEND)

    old.close()

    assert new.next_answer(new.send("still here")).kind == "MESSAGE", (
        "a session ended with another one of its user"
    )
