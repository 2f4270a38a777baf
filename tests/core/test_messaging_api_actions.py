"""What each action does, who may ask for it, and who learns of it."""

from itertools import combinations
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.core.conftest import LiveRoom, Member, OpenRoom

ACTIONS: dict[str, dict[str, str]] = {
    "SEND_MESSAGE": {"Content": "hello"},
    "DELETE_MESSAGE": {"Id": "Ab3dEf6hIj9L"},
    "DISCONNECT_USER": {"UserId": "user-7"},
}
SUBSETS = [
    subset for size in range(4) for subset in combinations(sorted(ACTIONS), size)
]


@pytest.mark.ivschat_verifies(
    *("WS-REQ-02", "WS-REQ-06", "WS-REQ-08", "WS-REQ-23", "WS-MSG-01", "WS-MSG-02"),
    *("WS-MSG-03", "WS-MSG-04", "WS-MSG-05", "WS-MSG-07", "WS-MSG-09", "WS-MSG-10"),
    *("WS-MSG-11", "WS-MSG-15", "WS-MSG-17", "TOKEN-LIFE-10"),
)
def test_message_reaches_everybody_as_it_was_sent(open_room: "OpenRoom") -> None:
    """The sender, too, and a viewer: one frame, with the token's user and attributes.

    It is the only answer there is.
    """
    room = open_room()
    ann = room.connect("user-1", attributes={"displayName": "Ann"})
    viewer = room.connect("user-2", capabilities=())

    room.say(ann, "hello", RequestId="r-1", Attributes={"lang": "en"})

    frame = ann.took_one()
    assert viewer.took() == [frame]
    assert len(frame.pop("Id")) == 12
    assert frame.pop("SendTime")[:26] == "2026-01-02T03:04:05.678901"
    assert frame == {
        "Type": "MESSAGE",
        "RequestId": "r-1",
        "Attributes": {"lang": "en"},
        "Content": "hello",
        "Sender": {"UserId": "user-1", "Attributes": {"displayName": "Ann"}},
    }


@pytest.mark.ivschat_verifies(
    *("WS-MSG-06", "WS-MSG-08", "WS-MSG-10", "WS-MSG-02", "WS-MSG-13")
)
def test_messages_of_the_shortest_form_arrive_in_their_order(
    open_room: "OpenRoom",
) -> None:
    """Ids differ, times rise, and what was not given is said to be missing."""
    room = open_room()
    ann, ben = room.connect("user-1"), room.connect("user-2")

    for number in range(4):
        room.say(ann, f"ann {number}")
        room.say(ben, f"ben {number}")

    frames = ben.took()
    assert ann.took() == frames
    assert [frame["Content"] for frame in frames] == [
        f"{who} {number}" for number in range(4) for who in ("ann", "ben")
    ]
    assert len({frame["Id"] for frame in frames}) == 8
    times = [frame["SendTime"].rstrip("Z").ljust(29, "0") for frame in frames]
    assert times == sorted(set(times))
    missing = [
        (frame["RequestId"], frame["Attributes"], frame["Sender"]["Attributes"])
        for frame in frames
    ]
    assert missing == [("", None, {})] * 8


@pytest.mark.ivschat_verifies("WS-MSG-14", "WS-CONN-05")
def test_session_never_receives_what_was_sent_before_it(open_room: "OpenRoom") -> None:
    """There is no history: what came before stays unseen."""
    room = open_room()
    ann = room.connect()
    room.say(ann, "early")
    room.perform("SendEvent", eventName="app")

    late = room.connect("user-2")
    room.say(ann, "late")

    assert late.took_one()["Content"] == "late"


@pytest.mark.ivschat_verifies("TOKEN-LIFE-08", "WS-REQ-20")
def test_nothing_sent_on_a_connection_changes_who_sends(open_room: "OpenRoom") -> None:
    """Members that a request does not have are ignored, whatever they claim."""
    room = open_room()
    ann = room.connect("user-1", attributes={"displayName": "Ann"})

    room.say(
        ann,
        Sender={"UserId": "user-2", "Attributes": {}},
        UserId="user-2",
        Capabilities=[],
        RoomArn="x",
        Id=7,
        Reason=[None],
    )

    assert ann.took_one()["Sender"] == {
        "UserId": "user-1",
        "Attributes": {"displayName": "Ann"},
    }


@pytest.mark.ivschat_verifies(
    *("WS-REQ-14", "WS-EVT-01", "WS-EVT-02", "WS-EVT-03", "WS-EVT-06", "WS-EVT-07"),
    *("WS-EVT-08", "WS-EVT-11", "WS-REQ-17", "DELM-03"),
)
@pytest.mark.parametrize("reason", [{}, {"Reason": "spam"}])
def test_deletion_is_an_event_for_everybody(
    open_room: "OpenRoom", reason: dict[str, str]
) -> None:
    """With the moderator's request id, of a message that nobody has to know."""
    room = open_room()
    moderator, viewer = room.connect("user-1"), room.connect("user-2")

    room.ask(moderator, "DELETE_MESSAGE", RequestId="r-2", Id="Ab3dEf6hIj9L", **reason)

    frame = viewer.took_one()
    assert moderator.took() == [frame]
    assert len(frame.pop("Id")) == 12
    assert frame.pop("SendTime")[:26] == "2026-01-02T03:04:05.678901"
    assert frame == {
        "Type": "EVENT",
        "RequestId": "r-2",
        "EventName": "aws:DELETE_MESSAGE",
        "Attributes": {
            "MessageID": "Ab3dEf6hIj9L",
            "MessageId": "Ab3dEf6hIj9L",
            **reason,
        },
    }


@pytest.mark.ivschat_verifies(
    *("WS-REQ-15", "WS-EVT-05", "WS-EVT-06", "WS-EVT-08", "WS-CLOSE-07"),
    *("WS-CLOSE-08", "WS-CLOSE-09", "WS-CLOSE-10", "TOKEN-LIFE-14"),
)
@pytest.mark.parametrize(
    ("reason", "text"),
    [({}, "Disconnected by a moderator"), ({"Reason": "rude"}, "rude")],
)
def test_disconnection_closes_all_connections_of_a_user(
    open_room: "OpenRoom", reason: dict[str, str], text: str
) -> None:
    """All of them are told first, like everybody; the others stay."""
    room = open_room()
    moderator, viewer = room.connect("user-1"), room.connect("user-2", capabilities=())
    leaving = [room.connect("user-7") for _ in range(2)]

    room.ask(moderator, "DISCONNECT_USER", RequestId="r-3", UserId="user-7", **reason)

    frame = moderator.took_one()
    assert [member.took() for member in (viewer, *leaving)] == [[frame]] * 3
    assert len(frame.pop("Id")) == 12
    frame.pop("SendTime")
    assert frame == {
        "Type": "EVENT",
        "RequestId": "r-3",
        "EventName": "aws:DISCONNECT_USER",
        "Attributes": {"UserId": "user-7", **reason},
    }
    assert [member.closed for member in leaving] == [(1000, text)] * 2
    assert (moderator.closed, viewer.closed) == (None, None)
    room.say(moderator)
    assert [len(member.took()) for member in (viewer, *leaving)] == [1, 0, 0]


@pytest.mark.ivschat_verifies("WS-REQ-17")
def test_moderator_may_disconnect_itself(open_room: "OpenRoom") -> None:
    """It learns of it, as everybody does, and is closed."""
    room = open_room()
    moderator = room.connect("user-1")

    room.ask(moderator, "DISCONNECT_USER", RequestId="r-3", UserId="user-1")

    assert moderator.took_one()["RequestId"] == "r-3"
    assert moderator.closed == (1000, "Disconnected by a moderator")


@pytest.mark.ivschat_verifies("WS-CLOSE-06", "WS-CLOSE-14")
@pytest.mark.parametrize("frame", [b"{}", b"", b"{", b'{"Action":"SEND_MESSAGE"}'])
def test_what_comes_from_a_session_that_is_closed_is_ignored(
    open_room: "OpenRoom", frame: bytes
) -> None:
    """Its last frames may be on their way still: they lead to nothing."""
    room = open_room()
    moderator, gone = room.connect("user-1"), room.connect("user-7")
    room.ask(moderator, "DISCONNECT_USER", UserId="user-7")
    moderator.took()

    room.say(gone)
    room.ask(gone, "DISCONNECT_USER", UserId="user-1")
    assert room.receive(gone, frame) == ()

    assert (moderator.took(), moderator.closed) == ([], None)


def effect_of(room: "LiveRoom", action: str, sender: "Member", other: "Member") -> str:
    """Return whether an action came to pass, or was refused to the sender alone."""
    room.ask(sender, action, RequestId="r-1", **ACTIONS[action])
    [mine], others = sender.took(), other.took()
    if mine["Type"] == "ERROR":
        assert (mine["ErrorCode"], mine["RequestId"], others) == (403, "r-1", [])
        return "refused"
    assert others == [mine]
    return "done"


@pytest.mark.ivschat_verifies(
    *("WS-REQ-16", "WS-ERR-03", "WS-ERR-08", "WS-ERR-15", "TOKEN-REQ-05"),
    *("TOKEN-REQ-07",),
)
@pytest.mark.parametrize("capabilities", SUBSETS, ids="+".join)
def test_each_action_needs_its_capability_and_no_other(
    open_room: "OpenRoom", capabilities: tuple[str, ...]
) -> None:
    """Of 8 subsets and 3 actions: done with it, 403 to the sender alone without."""
    room = open_room()
    sender = room.connect("user-1", capabilities=capabilities)
    viewer = room.connect("user-2", capabilities=())

    outcomes = {action: effect_of(room, action, sender, viewer) for action in ACTIONS}

    assert outcomes == {
        action: "done" if action in capabilities else "refused" for action in ACTIONS
    }
    assert sender.closed is None


@pytest.mark.ivschat_verifies("WS-REQ-24", "WS-EVT-08", "WS-EVT-09", "DELM-02")
def test_both_apis_delete_a_message_alike(open_room: "OpenRoom") -> None:
    """But for ids, request id and time the room sees the same event."""
    room = open_room()
    moderator, viewer = room.connect("user-1"), room.connect("user-2")

    room.ask(
        moderator, "DELETE_MESSAGE", RequestId="r-2", Id="Ab3dEf6hIj9L", Reason="spam"
    )
    output = room.perform("DeleteMessage", id="Ab3dEf6hIj9L", reason="spam")

    first, second = viewer.took()
    assert moderator.took() == [first, second]
    assert (first.pop("RequestId"), second.pop("RequestId")) == ("r-2", "")
    assert first.pop("Id") != second["Id"]
    assert {"id": second.pop("Id")} == output
    del first["SendTime"], second["SendTime"]
    assert first == second


@pytest.mark.ivschat_verifies("WS-REQ-24", "WS-EVT-09", "DISC-02", "DISC-04")
def test_both_apis_disconnect_a_user_alike(open_room: "OpenRoom") -> None:
    """The same event, the same closes; only the request id is missing."""
    room = open_room()
    moderator = room.connect("user-1")
    asked = {"UserId": "user-7", "Reason": "rude"}
    ways = (
        lambda: room.ask(moderator, "DISCONNECT_USER", RequestId="r-3", **asked),
        lambda: room.perform("DisconnectUser", userId="user-7", reason="rude"),
    )
    seen = []

    for disconnect in ways:
        leaving = [room.connect("user-7") for _ in range(2)]
        disconnect()
        frame = moderator.took_one()
        assert [member.took() for member in leaving] == [[frame]] * 2
        del frame["Id"], frame["SendTime"]
        seen.append((frame, [member.closed for member in leaving]))

    assert [frame.pop("RequestId") for frame, _ in seen] == ["r-3", ""]
    assert seen[0] == seen[1]
