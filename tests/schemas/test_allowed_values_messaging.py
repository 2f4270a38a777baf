"""What the schemas allow and refuse of what passes in a room, by both engines."""

from typing import TYPE_CHECKING, Any

from ivschat_conformance.schemas import documents

if TYPE_CHECKING:
    from tests.schemas.conftest import Allows, Claims

ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
LOGGING = "arn:aws:ivschat:us-west-2:123456789012:logging-configuration/ABcdef34ghIJ"
ASTRAL = "\N{PERFORMING ARTS}"  # one code point, two UTF-16 units, four bytes

MESSAGE_ID = "Ab3dEf6hIj9L"
SEND = {"Action": "SEND_MESSAGE", "Content": "hello"}
DELETE = {"Action": "DELETE_MESSAGE", "Id": MESSAGE_ID}
DISCONNECT = {"Action": "DISCONNECT_USER", "UserId": "user-7"}
SENDER = {"UserId": "user-1", "Attributes": {"displayName": "Ann"}}
MESSAGE = {
    "Type": "MESSAGE",
    "Id": MESSAGE_ID,
    "Content": "hello",
    "SendTime": "2026-01-02T03:04:05.678901234Z",
    "Sender": SENDER,
}
EVENT = {
    "Type": "EVENT",
    "Id": "Zy8xWv5uTs2R",
    "EventName": "aws:DELETE_MESSAGE",
    "SendTime": "2026-01-02T03:04:06.1Z",
}
ERROR = {
    "Type": "ERROR",
    "Id": "Po9iUy8tRe7W",
    "ErrorCode": 403,
    "ErrorMessage": "not permitted",
}
REVIEWED: dict[str, Any] = {
    "Content": "hello",
    "MessageId": MESSAGE_ID,
    "RoomArn": ROOM,
    "Attributes": {},
    "Sender": {"Attributes": {}, "UserId": "user-1", "Ip": "192.0.2.7"},
}
ALLOWED = {"ReviewResult": "ALLOW", "Content": "hello"}
DENIED = {"ReviewResult": "DENY"}
TO_SEND = {"roomIdentifier": ROOM, "eventName": "app"}
TO_DELETE = {"roomIdentifier": ROOM, "id": MESSAGE_ID}
TO_DISCONNECT = {"roomIdentifier": ROOM, "userId": "user-7"}


def without(whole: dict[str, Any], member: str) -> dict[str, Any]:
    """Return a structure less one member."""
    return {name: value for name, value in whole.items() if name != member}


def text_of(length: int) -> str:
    """Return a text of so many code points."""
    return "x" * length


def attributes_of_one_kilobyte(shape: str) -> list[tuple[str, Any, bool]]:
    """Return what holds of every map that has 1,024 bytes."""
    return [
        (shape, {}, True),
        (shape, {"": ""}, True),
        (shape, {"key": text_of(1021)}, True),
        (shape, {"key": text_of(1022)}, False),
        (shape, {text_of(1025): ""}, False),
        (shape, {ASTRAL: ASTRAL * 255}, True),
        (shape, {ASTRAL: ASTRAL * 256}, False),
        (shape, {"key": 1}, False),
        (shape, {"key": None}, False),
        (shape, ["key"], False),
    ]


def ids(shape: str) -> list[tuple[str, Any, bool]]:
    """Return what holds of every id that the service gives."""
    return [
        (shape, MESSAGE_ID, True),
        (shape, "000000000000", True),
        (shape, text_of(11), False),
        (shape, text_of(13), False),
        (shape, "Ab3dEf6hIj9-", False),
        (shape, "Ab3dEf6hIj9\n", False),
        (shape, "Ab3dEf6hIj9L\n", False),
        (shape, "Ab3dEf6hIj9é", False),
        (shape, "", False),
        (shape, 123456789012, False),
    ]


def needed(shape: str, whole: dict[str, Any]) -> list[tuple[str, Any, bool]]:
    """Return that a structure is allowed whole, and without none of its members."""
    return [
        (shape, whole, True),
        *((shape, without(whole, name), False) for name in whole),
        *((shape, {**whole, name: None}, False) for name in whole),
        (shape, {**whole, "New": [1]}, True),
        (shape, [whole], False),
    ]


CLAIMS: "Claims" = {
    "SEVT-01": [
        *needed("SendEventRequest", TO_SEND),
        ("SendEventRequest", {**TO_SEND, "attributes": {"a": "b"}}, True),
        ("SendEventRequest", {**TO_SEND, "attributes": {"a": 1}}, False),
        ("SendEventRequest", {**TO_SEND, "roomIdentifier": LOGGING}, False),
        ("EventName", "a", True),
        ("EventName", text_of(100), True),
        ("EventName", ASTRAL * 100, True),
        ("EventName", "", False),
        ("EventName", text_of(101), False),
        ("EventName", 7, False),
    ],
    "SEVT-02": [*needed("SendEventResponse", {"id": MESSAGE_ID}), *ids("ID")],
    "SEVT-05": attributes_of_one_kilobyte("EventAttributes"),
    "DELM-01": [
        *needed("DeleteMessageRequest", TO_DELETE),
        *needed("DeleteMessageResponse", {"id": MESSAGE_ID}),
        ("DeleteMessageRequest", {**TO_DELETE, "reason": "spam"}, True),
        ("DeleteMessageRequest", {**TO_DELETE, "reason": ""}, False),
        ("Reason", "r", True),
        ("Reason", text_of(256), True),
        ("Reason", ASTRAL * 256, True),
        ("Reason", "", False),
        ("Reason", text_of(257), False),
        ("Reason", 7, False),
    ],
    "DELM-04": ids("MessageID"),
    "DISC-01": [
        *needed("DisconnectUserRequest", TO_DISCONNECT),
        ("DisconnectUserRequest", {**TO_DISCONNECT, "reason": "rude"}, True),
        ("DisconnectUserRequest", {**TO_DISCONNECT, "reason": text_of(257)}, False),
        ("DisconnectUserRequest", {**TO_DISCONNECT, "userId": ""}, False),
        ("DisconnectUserResponse", {}, True),
        ("DisconnectUserResponse", [], False),
    ],
    "WS-REQ-02": [
        *(("Action", action["Action"], True) for action in (SEND, DELETE, DISCONNECT)),
        ("Action", "SUBSCRIBE", False),
        ("Action", "", False),
        ("SendMessageAction", {**SEND, "Action": "DELETE_MESSAGE"}, False),
        ("DeleteMessageAction", {**DELETE, "Action": "SEND_MESSAGE"}, False),
        ("DisconnectUserAction", {**DISCONNECT, "Action": "SEND_MESSAGE"}, False),
    ],
    "WS-REQ-05": [
        ("Action", "send_message", False),
        ("Action", "SEND_MESSAGE\n", False),
        ("SendMessageAction", {**SEND, "Action": "send_message"}, False),
    ],
    "WS-REQ-06": [
        ("RequestId", "", True),
        ("RequestId", text_of(4096), True),
        ("RequestId", 7, False),
        ("RequestId", None, False),
        *(
            (shape, {**whole, "RequestId": request_id}, allowed)
            for shape, whole in (
                ("SendMessageAction", SEND),
                ("DeleteMessageAction", DELETE),
                ("DisconnectUserAction", DISCONNECT),
            )
            for request_id, allowed in (("r-1", True), (7, False))
        ),
    ],
    "WS-REQ-08": [
        *needed("SendMessageAction", SEND),
        ("SendMessageAction", {**SEND, "Attributes": {"a": "b"}}, True),
        ("MessageContent", 7, False),
        ("MessageContent", ["x"], False),
    ],
    "WS-REQ-09": [
        ("MessageContent", text_of(500), True),
        ("MessageContent", text_of(501), False),
        ("SendMessageAction", {**SEND, "Content": text_of(501)}, False),
    ],
    "WS-REQ-10": [
        ("MessageContent", ASTRAL * 500, True),
        ("MessageContent", ASTRAL * 501, False),
    ],
    "WS-REQ-12": [
        ("MessageContent", "x", True),
        ("MessageContent", " ", True),
        ("MessageContent", "", False),
    ],
    "WS-REQ-14": [
        *needed("DeleteMessageAction", DELETE),
        ("DeleteMessageAction", {**DELETE, "Id": "Ab3dEf6hIj9"}, False),
    ],
    "WS-REQ-15": [
        *needed("DisconnectUserAction", DISCONNECT),
        ("DisconnectUserAction", {**DISCONNECT, "UserId": text_of(128)}, True),
        ("DisconnectUserAction", {**DISCONNECT, "UserId": text_of(129)}, False),
        ("DisconnectUserAction", {**DISCONNECT, "UserId": ""}, False),
    ],
    "WS-REQ-19": attributes_of_one_kilobyte("MessageAttributes"),
    "WS-REQ-20": [
        ("SendMessageAction", {**SEND, "Id": 7}, True),
        ("DeleteMessageAction", {**DELETE, "Content": 7}, True),
        ("DisconnectUserAction", {**DISCONNECT, "Id": 7}, True),
    ],
    "WS-REQ-25": [
        (shape, {**whole, "Reason": reason}, allowed)
        for shape, whole in (
            ("DeleteMessageAction", DELETE),
            ("DisconnectUserAction", DISCONNECT),
        )
        for reason, allowed in (
            *(("r", True), (text_of(256), True)),
            *(("", False), (text_of(257), False), (7, False)),
        )
    ],
    "WS-MSG-01": [
        *needed("MessageFrame", MESSAGE),
        ("MessageFrame", {**MESSAGE, "Type": "EVENT"}, False),
        ("MessageFrame", {**MESSAGE, "Type": "message"}, False),
        ("MessageFrame", {**MESSAGE, "Content": 7}, False),
    ],
    "WS-MSG-02": [
        *ids("FrameId"),
        ("MessageFrame", {**MESSAGE, "Id": "Ab3dEf6hIj9"}, False),
    ],
    "WS-MSG-05": [("MessageFrame", {**MESSAGE, "RequestId": "r-1"}, True)],
    "WS-MSG-06": [
        ("FrameRequestId", "", True),
        ("FrameRequestId", None, True),
        ("FrameRequestId", 7, False),
        ("MessageFrame", {**MESSAGE, "RequestId": None}, True),
        ("MessageFrame", {**MESSAGE, "RequestId": 7}, False),
    ],
    "WS-MSG-08": [
        ("FrameAttributes", None, True),
        ("FrameAttributes", {}, True),
        ("FrameAttributes", {"": text_of(2000)}, True),
        ("FrameAttributes", {"a": 1}, False),
        ("FrameAttributes", {"a": None}, False),
        ("FrameAttributes", [], False),
        ("MessageFrame", {**MESSAGE, "Attributes": None}, True),
        ("MessageFrame", {**MESSAGE, "Attributes": {"a": {}}}, False),
    ],
    "WS-MSG-09": [
        ("Sender", without(SENDER, "UserId"), False),
        ("Sender", {"UserId": ""}, False),
        ("Sender", {"UserId": 7}, False),
    ],
    "WS-MSG-10": [
        ("Sender", SENDER, True),
        ("Sender", {"UserId": "user-1"}, True),
        ("Sender", {"UserId": "user-1", "Attributes": None}, True),
        ("Sender", {"UserId": "user-1", "Attributes": {}}, True),
        ("Sender", {"UserId": "user-1", "Attributes": {"a": 1}}, False),
    ],
    "WS-MSG-11": [
        ("SendTime", "2026-01-02T03:04:05", False),
        ("SendTime", "2026-01-02T03:04:05+00:00", False),
        ("SendTime", "2026-01-02t03:04:05z", False),
        ("SendTime", "2026-01-02 03:04:05Z", False),
        ("SendTime", "2026-01-02T03:04:05Z\n", False),
        ("SendTime", 1767323045, False),
        ("SendTime", None, False),
    ],
    "WS-MSG-12": [
        ("SendTime", "2026-01-02T03:04:05Z", True),
        ("SendTime", "2026-01-02T03:04:05.1Z", True),
        ("SendTime", "2026-01-02T03:04:05.13691272Z", True),
        ("SendTime", "2026-01-02T03:04:05.754555595Z", True),
        ("SendTime", "2026-01-02T03:04:05.Z", False),
        ("SendTime", "2026-01-02T03:04:05.1234567890Z", False),
    ],
    "WS-EVT-01": [
        *needed("EventFrame", EVENT),
        ("EventFrame", {**EVENT, "Type": "MESSAGE"}, False),
        ("EventFrame", {**EVENT, "EventName": 7}, False),
    ],
    "WS-EVT-02": [
        ("DeleteMessageEventAttributes", {"MessageID": MESSAGE_ID}, True),
        (
            "DeleteMessageEventAttributes",
            {"MessageID": MESSAGE_ID, "MessageId": MESSAGE_ID, "Reason": "spam"},
            True,
        ),
        (
            "DeleteMessageEventAttributes",
            {"MessageID": MESSAGE_ID, "MessageId": "x"},
            False,
        ),
    ],
    "WS-EVT-03": [
        ("DeleteMessageEventAttributes", {"MessageId": MESSAGE_ID}, False),
        ("DeleteMessageEventAttributes", {"MessageID": "x"}, False),
    ],
    "WS-EVT-05": [
        ("DisconnectUserEventAttributes", {"UserId": "user-7"}, True),
        ("DisconnectUserEventAttributes", {"UserId": "user-7", "Reason": "x"}, True),
        ("DisconnectUserEventAttributes", {"Reason": "x"}, False),
        ("DisconnectUserEventAttributes", {"UserID": "user-7"}, False),
    ],
    "WS-EVT-06": [
        ("DisconnectUserEventAttributes", {"UserId": "user-7", "Reason": ""}, True),
        ("DeleteMessageEventAttributes", {"MessageID": MESSAGE_ID, "Reason": ""}, True),
    ],
    "WS-EVT-07": [
        ("EventFrame", {**EVENT, "Attributes": {"a": "b"}}, True),
        ("EventFrame", {**EVENT, "Attributes": {"a": 1}}, False),
        ("DisconnectUserEventAttributes", {"UserId": "u", "Reason": None}, False),
    ],
    "WS-EVT-11": [("EventFrame", {**EVENT, "Id": "12345678901"}, False)],
    "WS-EVT-13": [
        ("EventFrame", {**EVENT, "Attributes": None}, True),
        ("EventFrame", {**EVENT, "Attributes": {}}, True),
    ],
    "WS-ERR-01": [
        *needed("ErrorFrame", ERROR),
        ("ErrorFrame", {**ERROR, "Type": "EVENT"}, False),
        ("ErrorFrame", {**ERROR, "Id": "an id of any form"}, True),
        ("ErrorFrame", {**ERROR, "RequestId": ""}, True),
        ("ErrorFrame", {**ERROR, "RequestId": None}, True),
        ("ErrorFrame", {**ERROR, "RequestId": 7}, False),
        ("ErrorFrame", {**ERROR, "ErrorMessage": ["x"]}, False),
    ],
    "WS-ERR-02": [
        *(("ErrorCode", code, True) for code in (400, 401, 403, 404)),
        *(("ErrorCode", code, True) for code in (406, 413, 429, 500)),
        *(("ErrorCode", code, False) for code in ("403", 403.5, 0, 200, 402, None)),
        ("ErrorFrame", {**ERROR, "Id": ""}, False),
    ],
    "REVIEW-03": [
        *needed("ReviewInput", REVIEWED),
        *needed("ReviewSender", REVIEWED["Sender"]),
        ("ReviewInput", {**REVIEWED, "Attributes": {"a": 1}}, False),
        ("ReviewInput", {**REVIEWED, "MessageId": "x"}, False),
        ("ReviewInput", {**REVIEWED, "RoomArn": LOGGING}, False),
        ("ReviewSender", {**REVIEWED["Sender"], "Ip": ""}, False),
        ("ReviewSender", {**REVIEWED["Sender"], "Attributes": {"a": 1}}, False),
    ],
    "REVIEW-04": [
        *needed("ReviewOutput", ALLOWED),
        ("ReviewOutput", DENIED, True),
        ("ReviewOutput", {**DENIED, "Content": ""}, True),
        ("ReviewOutput", {**DENIED, "Content": text_of(501)}, True),
        ("ReviewOutput", {**DENIED, "Content": 7}, False),
        ("ReviewOutput", {**DENIED, "Attributes": {"Reason": "x"}}, True),
        ("ReviewOutput", {**DENIED, "Attributes": {"Reason": 7}}, False),
        ("ReviewOutput", {"ReviewResult": "MAYBE", "Content": "x"}, False),
        ("ReviewOutput", {"ReviewResult": "allow", "Content": "x"}, False),
        ("ReviewResult", "ALLOW", True),
        ("ReviewResult", "DENY", True),
        ("ReviewResult", "Deny", False),
        ("ReviewResult", "", False),
        ("ReviewResult", True, False),
    ],
    "REVIEW-08": [
        ("ReviewOutput", {**ALLOWED, "Content": text_of(500)}, True),
        ("ReviewOutput", {**ALLOWED, "Content": text_of(501)}, False),
        ("ReviewOutput", {**ALLOWED, "Content": ""}, False),
        ("ReviewOutput", {**ALLOWED, "Attributes": {"": text_of(1024)}}, True),
        ("ReviewOutput", {**ALLOWED, "Attributes": {"": text_of(1025)}}, False),
    ],
}


def test_both_engines_read_a_schema_alike(
    allows: "Allows", shape: str, value: object, *, allowed: bool
) -> None:
    """What a schema allows does not depend on who reads it."""
    assert allows(shape, value) is allowed


def test_every_shape_of_the_messaging_api_is_tried() -> None:
    """Each has a row that is allowed and one that is refused, and so has each part."""
    rows = [row for rows in CLAIMS.values() for row in rows]

    for allowed in (True, False):
        tried = {row[0] for row in rows if row[2] is allowed}
        assert set(documents.shapes(documents.MESSAGING)) - tried == set()
