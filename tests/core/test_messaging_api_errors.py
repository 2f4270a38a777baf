"""Requests that fail: with which code, to whom, and that nothing else comes of them."""

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.core.conftest import OpenRoom

MESSAGE_ID = "Ab3dEf6hIj9L"
ASTRAL = "\N{PERFORMING ARTS}"
ONE_OF = "Action must be one of SEND_MESSAGE, DELETE_MESSAGE, DISCONNECT_USER."
TOO_DEEP = "The frame is nested too deeply."
NO_NUMBER = "The frame has a number that JSON does not have, or one too long to read."

UNREADABLE: list[tuple[bytes, str]] = [
    (b"{", "The frame is not JSON: see line 1, column 2."),
    (b"hello", "The frame is not JSON: see line 1, column 1."),
    (b" ", "The frame is not JSON: see line 1, column 2."),
    (b'{"Action":"SEND_MESSAGE"}}', "The frame is not JSON: see line 1, column 26."),
    (b"{'Action':'SEND_MESSAGE'}", "The frame is not JSON: see line 1, column 2."),
    (b'"SEND_MESSAGE"', "The frame must be a JSON object."),
    (b"[]", "The frame must be a JSON object."),
    (b"[{}]", "The frame must be a JSON object."),
    (b"null", "The frame must be a JSON object."),
    (b"7", "The frame must be a JSON object."),
    (b"\xff", "The frame is not UTF-8."),
    (b'{"Action":"SEND_MESSAGE","Content":"\xed\xa0\x80"}', "The frame is not UTF-8."),
    (
        b'{"Action":"SEND_MESSAGE","Content":"\\ud800"}',
        "The frame has a lone surrogate.",
    ),
    (b'{"Action":"SEND_MESSAGE","Content":NaN}', NO_NUMBER),
    (b'{"Action":"SEND_MESSAGE","Content":' + b"1" * 5000 + b"}", NO_NUMBER),
    (b"[" * 10_000 + b"]" * 10_000, TOO_DEEP),
    (
        b'{"Action":"SEND_MESSAGE","Content":' + b"[" * 900 + b"]" * 900 + b"}",
        "The input is nested too deeply.",
    ),
]


@pytest.mark.ivschat_verifies(
    *("WS-REQ-01", "WS-REQ-18", "WS-ERR-01", "WS-ERR-03", "WS-ERR-06", "WS-ERR-15")
)
@pytest.mark.parametrize(("frame", "message"), UNREADABLE)
def test_frame_that_is_no_json_object_is_400(
    open_room: "OpenRoom", frame: bytes, message: str
) -> None:
    """With an empty request id, for the sender alone, whose connection goes on."""
    room = open_room()
    member, other = room.connect("user-1"), room.connect("user-2")

    room.receive(member, frame)

    error = member.took_one()
    assert len(error.pop("Id")) == 12
    assert error == {
        "Type": "ERROR",
        "RequestId": "",
        "ErrorCode": 400,
        "ErrorMessage": message,
    }
    room.say(member, "afterwards")
    assert member.took() == other.took() != []


SEND: dict[str, Any] = {"Action": "SEND_MESSAGE", "Content": "hello"}
DELETE = {"Action": "DELETE_MESSAGE", "Id": MESSAGE_ID}
DISCONNECT = {"Action": "DISCONNECT_USER", "UserId": "user-1"}

WRONG: dict[str, list[tuple[dict[str, Any], str]]] = {
    "WS-REQ-18": [
        ({}, ONE_OF),
        ({"Content": "hello"}, ONE_OF),
        ({"Action": None, "Content": "hello"}, ONE_OF),
        ({"Action": "", "Content": "hello"}, ONE_OF),
        ({"Action": 7, "Content": "hello"}, ONE_OF),
        ({"Action": ["SEND_MESSAGE"], "Content": "hello"}, ONE_OF),
        ({"Action": "SEND", "Content": "hello"}, ONE_OF),
        ({"Action": "SUBSCRIBE"}, ONE_OF),
        ({"Act": "SEND_MESSAGE", "Content": "hello"}, ONE_OF),
        ({"Action": "SEND_MESSAGE"}, "Content is required."),
        ({"Action": "SEND_MESSAGE", "Content": None}, "Content is required."),
        ({"Action": "DELETE_MESSAGE"}, "Id is required."),
        ({"Action": "DELETE_MESSAGE", "MessageId": MESSAGE_ID}, "Id is required."),
        ({"Action": "DISCONNECT_USER"}, "UserId is required."),
    ],
    "WS-REQ-05": [
        ({**SEND, "Action": "send_message"}, ONE_OF),
        ({**SEND, "Action": "Send_Message"}, ONE_OF),
        ({**SEND, "Action": "SEND_MESSAGE "}, ONE_OF),
        ({**DELETE, "Action": "deleteMessage"}, ONE_OF),
        ({**DISCONNECT, "Action": "DisconnectUser"}, ONE_OF),
    ],
    "WS-REQ-08": [
        ({**SEND, "Content": 7}, "Content must be of JSON type string."),
        ({**SEND, "Content": True}, "Content must be of JSON type string."),
        ({**SEND, "Content": ["x"]}, "Content must be of JSON type string."),
        ({**SEND, "Content": {"x": "y"}}, "Content must be of JSON type string."),
        ({**SEND, "Attributes": "x"}, "Attributes must be of JSON type object."),
        ({**SEND, "Attributes": ["x"]}, "Attributes must be of JSON type object."),
    ],
    "WS-REQ-09": [
        ({**SEND, "Content": "x" * 501}, "Content must have 500 characters or fewer."),
    ],
    "WS-REQ-10": [
        (
            {**SEND, "Content": ASTRAL * 501},
            "Content must have 500 characters or fewer.",
        ),
    ],
    "WS-REQ-12": [
        ({**SEND, "Content": ""}, "Content must have 1 characters or more."),
    ],
    "WS-REQ-19": [
        ({**SEND, "Attributes": {"a": 1}}, "Attributes must be of JSON type string."),
        (
            {**SEND, "Attributes": {"a": None}},
            "Attributes must be of JSON type string.",
        ),
        ({**SEND, "Attributes": {"a": {}}}, "Attributes must be of JSON type string."),
        (
            {**SEND, "Attributes": {"a": ["b"]}},
            "Attributes must be of JSON type string.",
        ),
    ],
    "WS-REQ-14": [
        ({**DELETE, "Id": 7}, "Id must be of JSON type string."),
        ({**DELETE, "Id": MESSAGE_ID[1:]}, "Id must have 12 characters or more."),
        ({**DELETE, "Id": f"{MESSAGE_ID}7"}, "Id must have 12 characters or fewer."),
        ({**DELETE, "Id": f"{MESSAGE_ID[1:]}-"}, "Id must match ^[a-zA-Z0-9]+$."),
        ({**DELETE, "Id": f"{MESSAGE_ID[1:]}\n"}, "Id must match ^[a-zA-Z0-9]+$."),
    ],
    "WS-REQ-15": [
        ({**DISCONNECT, "UserId": 7}, "UserId must be of JSON type string."),
        ({**DISCONNECT, "UserId": ""}, "UserId must have 1 characters or more."),
        (
            {**DISCONNECT, "UserId": "u" * 129},
            "UserId must have 128 characters or fewer.",
        ),
    ],
    "WS-REQ-25": [
        ({**DELETE, "Reason": ""}, "Reason must have 1 characters or more."),
        ({**DELETE, "Reason": "r" * 257}, "Reason must have 256 characters or fewer."),
        ({**DISCONNECT, "Reason": 7}, "Reason must be of JSON type string."),
        (
            {**DISCONNECT, "Reason": "r" * 257},
            "Reason must have 256 characters or fewer.",
        ),
    ],
}
MARKED = [
    pytest.param(*row, id=f"{name}-{number}", marks=pytest.mark.ivschat_verifies(name))
    for name, rows in WRONG.items()
    for number, row in enumerate(rows)
]


@pytest.mark.ivschat_verifies(
    *("WS-ERR-01", "WS-ERR-03", "WS-ERR-04", "WS-ERR-06", "WS-ERR-15")
)
@pytest.mark.parametrize(("members", "message"), MARKED)
def test_request_that_is_not_allowed_is_400(
    open_room: "OpenRoom", members: dict[str, Any], message: str
) -> None:
    """What is allowed is said under the request's id to the sender; nothing happens."""
    room = open_room()
    member, other = room.connect("user-1"), room.connect("user-2")

    room.receive(member, json.dumps({"RequestId": "r-4", **members}).encode())

    error = member.took_one()
    assert len(error.pop("Id")) == 12
    assert error == {
        "Type": "ERROR",
        "RequestId": "r-4",
        "ErrorCode": 400,
        "ErrorMessage": message,
    }
    assert (member.closed, other.took()) == (None, [])
    room.say(member, "afterwards")
    assert member.took() == other.took() != []


@pytest.mark.ivschat_verifies("WS-REQ-25")
@pytest.mark.parametrize("members", [DELETE, DISCONNECT])
@pytest.mark.parametrize("reason", ["r", "r" * 256, ASTRAL * 256])
def test_reason_has_1_to_256_characters(
    open_room: "OpenRoom", members: dict[str, str], reason: str
) -> None:
    """At its limits it is passed on whole."""
    room = open_room()
    member = room.connect("user-7")

    room.receive(member, json.dumps({**members, "Reason": reason}).encode())

    assert member.took_one()["Attributes"]["Reason"] == reason


@pytest.mark.ivschat_verifies("WS-ERR-11", "WS-ERR-14")
@pytest.mark.parametrize(
    "attributes",
    [
        {"": "x" * 1025},
        {"x" * 1025: ""},
        {"key": "x" * 1022},
        {ASTRAL: ASTRAL * 256},
        {f"{number:02}": "x" * 9 for number in range(100)},
        {"a": "x" * 2000, "b": 1},
    ],
    ids=lambda attributes: f"{len(attributes)} entries",
)
def test_attributes_of_more_than_1024_bytes_are_413(
    open_room: "OpenRoom", attributes: dict[str, Any]
) -> None:
    """A code of their own, under the request's id; nobody else learns of it."""
    room = open_room()
    member, other = room.connect("user-1"), room.connect("user-2")

    room.say(member, RequestId="r-5", attributes=attributes)

    error = member.took_one()
    assert (error["ErrorCode"], error["RequestId"]) == (413, "r-5")
    assert error["ErrorMessage"] == (
        "Attributes must have 1024 bytes of keys and values or fewer."
    )
    assert other.took() == []


@pytest.mark.parametrize("request_id", [7, 0, True, [], {}, ["r-1"], 1.5])
def test_request_id_that_is_no_text_is_400_without_one(
    open_room: "OpenRoom", request_id: object
) -> None:
    """Clients drop a frame whose request id is no text, so it is not repeated."""
    room = open_room()
    member = room.connect()

    room.say(member, RequestId=request_id)

    error = member.took_one()
    assert (error["ErrorCode"], error["RequestId"]) == (400, "")
    assert error["ErrorMessage"] == "RequestId must be of JSON type string."


@pytest.mark.ivschat_verifies("WS-ERR-04")
def test_all_that_is_wrong_is_said_at_once(open_room: "OpenRoom") -> None:
    """Types first, then constraints, each under the member's own name."""
    room = open_room()
    member = room.connect()

    room.ask(member, "DISCONNECT_USER", userid="", reason="r" * 257)
    room.ask(member, "DISCONNECT_USER", UserId=7, Reason=[], RequestId="r")

    assert [frame["ErrorMessage"] for frame in member.took()] == [
        "UserId must have 1 characters or more; "
        "Reason must have 256 characters or fewer.",
        "UserId must be of JSON type string; Reason must be of JSON type string.",
    ]


@pytest.mark.ivschat_verifies("TOKEN-REQ-17")
def test_error_repeats_nothing_of_a_request_but_its_id(open_room: "OpenRoom") -> None:
    """Neither values nor names nor the keys of attributes."""
    room = open_room()
    member = room.connect("hidden-user", attributes={"hidden": "hidden"})
    rows = [row for rows in WRONG.values() for row, _ in rows]
    rows += [
        {**SEND, "Attributes": {"hidden-key": "hidden" * 400}},
        {**SEND, "Attributes": {"hidden-key": 7}},
        {**SEND, "Content": ["hidden"]},
        {**DELETE, "Id": "hidden-id"},
        {**DISCONNECT, "UserId": "hidden" * 40, "hidden-name": "hidden"},
        {"hidden-name": "hidden", "Action": "HIDDEN-hidden"},
    ]

    for row in rows:
        room.receive(member, json.dumps({"RequestId": "r-1", **row}).encode())
        room.pass_time(1)

    frames = member.took()
    assert len(frames) == len(rows)
    assert {frame["RequestId"] for frame in frames} == {"r-1"}
    assert "hidden" not in json.dumps(frames).lower()


@pytest.mark.ivschat_verifies("WS-ERR-05")
def test_every_error_has_an_id_of_its_own(open_room: "OpenRoom") -> None:
    """Two refusals of the same request are told apart."""
    room = open_room()
    member = room.connect()

    for _ in range(5):
        room.ask(member, "SUBSCRIBE")
        room.say(member)

    assert len({frame["Id"] for frame in member.took()}) == 10


def test_last_of_several_equal_names_wins(open_room: "OpenRoom") -> None:
    """As on the control plane (PARSE-09), and in Go, where the service seems to be."""
    room = open_room()
    member = room.connect()

    room.receive(
        member,
        b'{"Action":"DELETE_MESSAGE","Action":"SEND_MESSAGE","RequestId":"r-1",'
        b'"RequestId":"r-2","Content":7,"Content":"second"}',
    )

    frame = member.took_one()
    assert (frame["Content"], frame["RequestId"]) == ("second", "r-2")
