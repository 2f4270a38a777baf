"""How requests may be written: names of members, ids, texts and attributes."""

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.core.conftest import OpenRoom


ACTIONS: dict[str, dict[str, str]] = {
    "SEND_MESSAGE": {"Content": "hello"},
    "DELETE_MESSAGE": {"Id": "Ab3dEf6hIj9L"},
    "DISCONNECT_USER": {"UserId": "user-7"},
}
SPELLINGS = [
    str,
    str.lower,
    str.upper,
    lambda name: name[0].lower() + name[1:],
    str.swapcase,
]


@pytest.mark.ivschat_verifies("WS-REQ-03", "WS-REQ-04")
@pytest.mark.parametrize("spelt", SPELLINGS)
@pytest.mark.parametrize("action", ACTIONS)
def test_names_of_members_are_read_in_any_letter_case(
    open_room: "OpenRoom", action: str, spelt: Any
) -> None:
    """AWS's own first demo sent them in two."""
    room = open_room()
    member, other = room.connect("user-1"), room.connect("user-2")
    members = {"Action": action, "RequestId": "r-1", **ACTIONS[action]}
    if action == "SEND_MESSAGE":
        members["Attributes"] = {"Key": "v", "key": "w"}  # type: ignore[assignment]
    else:
        members["Reason"] = "spam"
    sent = {spelt(name): value for name, value in members.items()}

    room.receive(member, json.dumps(sent).encode())

    frame = member.took_one()
    assert other.took() == [frame]
    assert frame["RequestId"] == "r-1"
    if action == "SEND_MESSAGE":
        assert frame["Content"] == "hello"
        assert frame["Attributes"] == {"Key": "v", "key": "w"}
    else:
        assert frame["Attributes"]["Reason"] == "spam"


@pytest.mark.ivschat_verifies("WS-REQ-06")
@pytest.mark.parametrize(
    "request_id",
    [
        "",
        "r",
        "8fe65e61-1fa2-4563-a90d-c53521e0e63c",
        "é \N{PERFORMING ARTS}\n",
        "x" * 64,
    ],
)
@pytest.mark.parametrize("action", ACTIONS)
def test_request_id_comes_back_whatever_it_is(
    open_room: "OpenRoom", action: str, request_id: str
) -> None:
    """It is the client's own, free in form, for every action."""
    room = open_room()
    member = room.connect()

    room.ask(member, action, RequestId=request_id, **ACTIONS[action])

    assert member.took_one()["RequestId"] == request_id


@pytest.mark.ivschat_verifies("WS-REQ-06", "WS-REQ-14", "WS-REQ-15")
@pytest.mark.parametrize("action", ACTIONS)
def test_null_is_read_as_not_given(open_room: "OpenRoom", action: str) -> None:
    """Clients in typed languages write null where they have nothing to say."""
    room = open_room()
    member = room.connect()

    room.ask(
        member,
        action,
        RequestId=None,
        Attributes=None,
        Reason=None,
        **ACTIONS[action],
    )

    frame = member.took_one()
    assert frame["RequestId"] == ""
    assert "Reason" not in (frame["Attributes"] or {})


ASTRAL = "\N{PERFORMING ARTS}"
FAMILY = "\N{ZERO WIDTH JOINER}".join(["\N{MAN}", "\N{WOMAN}", "\N{GIRL}", "\N{BOY}"])


@pytest.mark.ivschat_verifies("WS-REQ-08", "WS-REQ-09", "WS-REQ-10", "WS-REQ-13")
@pytest.mark.parametrize(
    "content",
    [
        "x",
        " ",
        "\n",
        "x" * 499,
        "x" * 500,
        "é" * 500,
        ASTRAL * 499,
        ASTRAL * 500,
        FAMILY * 71,
        "<script>&amp;</script>",
        "e\N{COMBINING ACUTE ACCENT}\u2028\0",
        " hello ",
    ],
    ids=lambda content: f"{content[:9]!r} of {len(content)}",
)
def test_content_of_1_to_500_code_points_goes_through_untouched(
    open_room: "OpenRoom", content: str
) -> None:
    """Whatever its characters: counted as code points, and changed in nothing."""
    room = open_room()
    member = room.connect()

    room.say(member, content)

    assert member.took_one()["Content"] == content


@pytest.mark.ivschat_verifies("WS-REQ-08", "WS-MSG-17")
@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"": ""},
        {"a": ""},
        {"key": "x" * 1021},
        {ASTRAL: ASTRAL * 255},
        {f"{number:02}": "" for number in range(100)},
        {"Reason": "x", "Content": "y"},
    ],
    ids=str,
)
def test_attributes_of_up_to_1024_bytes_go_through_unchanged(
    open_room: "OpenRoom", attributes: dict[str, str]
) -> None:
    """Their keys are data: no letter case of theirs means anything."""
    room = open_room()
    member = room.connect("user-1", attributes={"displayName": "Ann"})

    room.say(member, Attributes=attributes)

    frame = member.took_one()
    assert frame["Attributes"] == attributes
    assert frame["Sender"]["Attributes"] == {"displayName": "Ann"}


@pytest.mark.ivschat_verifies("WS-REQ-09", "ROOM-CREATE-02")
def test_room_may_allow_fewer_characters(open_room: "OpenRoom") -> None:
    """The limit is the room's own; another room has its own."""
    room = open_room()
    created = json.loads(room.call("/CreateRoom", maximumMessageLength=10).body)
    member = room.connect(roomIdentifier=created["arn"])
    elsewhere = room.connect()

    for number in (9, 10, 11):
        room.say(member, ASTRAL * number)
    room.say(elsewhere, ASTRAL * 11)

    frames = member.took()
    assert [frame["Type"] for frame in frames] == ["MESSAGE", "MESSAGE", "ERROR"]
    assert frames[2]["ErrorCode"] == 400
    assert frames[2]["ErrorMessage"] == "Content must have 10 characters or fewer."
    assert elsewhere.took_one()["Type"] == "MESSAGE"
