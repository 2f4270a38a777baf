"""What the schemas allow and refuse, by both engines that read them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.schemas.conftest import Allows, Claims

ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
LOGGING = "arn:aws:ivschat:us-west-2:123456789012:logging-configuration/ABcdef34ghIJ"
LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"
ASTRAL = "\N{PERFORMING ARTS}"  # one code point, two UTF-16 units, four bytes


HANDLER = {"uri": LAMBDA, "fallbackResult": "DENY"}
CREATED = {
    "arn": ROOM,
    "id": "g1H2I3j4k5L6",
    "createTime": "2026-01-02T03:04:05.678Z",
    "updateTime": "2026-01-02T03:04:05.678Z",
    "maximumMessageRatePerSecond": 10,
    "maximumMessageLength": 500,
}
ISSUED = {
    "token": "AQICAHabc-_.!#0",
    "tokenExpirationTime": "2026-01-02T03:05:05Z",
    "sessionExpirationTime": "2026-01-02T04:04:05+00:00",
}
ASKED = {"roomIdentifier": ROOM, "userId": "user-1"}
MISSING = {"message": "no such room", "resourceId": "-", "resourceType": "?"}


def without(whole: dict[str, Any], member: str) -> dict[str, Any]:
    """Return a structure less one member."""
    return {name: value for name, value in whole.items() if name != member}


def text_of(length: int, start: str = "") -> str:
    """Return a text of so many code points."""
    return start + "x" * (length - len(start))


# Under its requirement: a shape, a value, and whether the schema allows it.
CLAIMS: "Claims" = {
    "VAL-01": [
        ("UserID", ASTRAL * 128, True),
        ("UserID", ASTRAL * 129, False),
        ("TagValue", ASTRAL * 256, True),
        ("TagValue", ASTRAL * 257, False),
    ],
    "VAL-02": [
        ("RoomIdentifier", ROOM, True),
        ("RoomIdentifier", f"{ROOM}\n", False),
        ("RoomIdentifier", f"{ROOM} ", False),
        ("RoomIdentifier", f"x{ROOM}", False),
        ("RoomID", "g1H2I3j4k5L\n", False),
        ("RoomName", "a\n", False),
        ("RoomName", "a b", False),
        ("LambdaArn", "\n", False),
        ("LambdaArn", f"{LAMBDA}\n", False),
        ("Time", "2026-01-02T03:04:05Z\n", False),
        ("ChatToken", "abc\n", False),
    ],
    "VAL-03": [
        ("RoomIdentifier", text_of(128, ROOM), True),
        ("RoomIdentifier", text_of(129, ROOM), False),
        ("RoomIdentifier", "", False),
        ("RoomIdentifier", LOGGING, False),
        ("RoomIdentifier", ROOM.replace("us-west-2", "US-WEST-2"), False),
        ("GetRoomRequest", {"identifier": ROOM}, True),
        ("GetRoomRequest", {}, False),
        ("DeleteRoomRequest", {"identifier": ROOM}, True),
        ("DeleteRoomRequest", {}, False),
    ],
    "VAL-04": [("RoomIdentifier", "g1H2I3j4k5L6", False)],
    "VAL-05": [
        ("LoggingConfigurationIdentifier", LOGGING, True),
        ("LoggingConfigurationIdentifier", text_of(128, LOGGING), True),
        ("LoggingConfigurationIdentifier", text_of(129, LOGGING), False),
        ("LoggingConfigurationIdentifier", ROOM, False),
    ],
    "VAL-10": [
        ("UserID", "a", True),
        ("UserID", " \n\t", True),
        ("UserID", text_of(128), True),
        ("UserID", "", False),
        ("UserID", text_of(129), False),
        ("UserID", 7, False),
    ],
    "VAL-13": [
        ("Tags", {}, True),
        ("Tags", {f"key-{n}": "" for n in range(50)}, True),
        ("Tags", {f"key-{n}": "" for n in range(51)}, False),
        ("Tags", {text_of(128): text_of(256)}, True),
        ("Tags", {text_of(129): ""}, False),
        ("Tags", {"": ""}, False),
        ("Tags", {"key": text_of(257)}, False),
        ("Tags", {"key": None}, False),
    ],
    "VAL-17": [
        ("RoomMaxMessageLength", 1, True),
        ("RoomMaxMessageLength", 500, True),
        ("RoomMaxMessageLength", 0, False),
        ("RoomMaxMessageLength", 501, False),
        ("RoomMaxMessageRatePerSecond", 1, True),
        ("RoomMaxMessageRatePerSecond", 100, True),
        ("RoomMaxMessageRatePerSecond", 0, False),
        ("RoomMaxMessageRatePerSecond", 101, False),
    ],
    "VAL-18": [
        ("LambdaArn", "", True),
        ("LambdaArn", LAMBDA, True),
        ("LambdaArn", text_of(170, LAMBDA), True),
        ("LambdaArn", text_of(171, LAMBDA), False),
        ("LambdaArn", f"x{LAMBDA}", False),
        ("LambdaArn", LAMBDA.removesuffix("review"), False),
        ("LambdaArn", LAMBDA.replace("123456789012", "12345678901"), False),
        ("LambdaArn", "anything", False),
    ],
    "VAL-19": [
        ("MessageReviewHandler", HANDLER, True),
        ("MessageReviewHandler", {}, True),
        ("FallbackResult", "ALLOW", True),
        ("FallbackResult", "MAYBE", False),
    ],
    "VAL-20": [
        ("LoggingConfigurationIdentifierList", [], True),
        ("LoggingConfigurationIdentifierList", [LOGGING] * 3, True),
        ("LoggingConfigurationIdentifierList", [LOGGING] * 4, False),
        ("LoggingConfigurationIdentifierList", [ROOM], False),
    ],
    "VAL-22": [
        ("FallbackResult", "allow", False),
        ("ChatTokenCapability", "send_message", False),
    ],
    "TOKEN-REQ-02": [
        ("CreateChatTokenRequest", ASKED, True),
        ("CreateChatTokenRequest", without(ASKED, "userId"), False),
        ("CreateChatTokenRequest", without(ASKED, "roomIdentifier"), False),
    ],
    "TOKEN-REQ-03": [
        ("ChatTokenCapabilities", ["SEND_MESSAGE"], True),
        ("ChatTokenCapabilities", ["DISCONNECT_USER", "DELETE_MESSAGE"], True),
        ("ChatTokenCapabilities", ["SEND_MESSAGE", "BAN_USER"], False),
        ("ChatTokenCapabilities", "SEND_MESSAGE", False),
    ],
    "TOKEN-REQ-05": [("ChatTokenCapability", "VIEW_MESSAGES", False)],
    "TOKEN-REQ-06": [("ChatTokenCapabilities", ["SEND_MESSAGE"] * 2, True)],
    "TOKEN-REQ-08": [
        ("SessionDurationInMinutes", 1, True),
        ("SessionDurationInMinutes", 180, True),
    ],
    "TOKEN-REQ-09": [
        ("SessionDurationInMinutes", 0, False),
        ("SessionDurationInMinutes", -1, False),
        ("SessionDurationInMinutes", 181, False),
    ],
    "TOKEN-REQ-10": [
        ("ChatTokenAttributes", {"displayName": "Ann", ASTRAL: "\n"}, True),
        ("ChatTokenAttributes", {"displayName": 1}, False),
        ("ChatTokenAttributes", ["displayName"], False),
    ],
    "TOKEN-REQ-12": [
        ("ChatTokenAttributes", {"key": text_of(1021)}, True),
        ("ChatTokenAttributes", {"key": text_of(1022)}, False),
        ("ChatTokenAttributes", {text_of(1024): ""}, True),
        ("ChatTokenAttributes", {text_of(1024): "x"}, False),
        ("ChatTokenAttributes", {"a": text_of(511), "b": text_of(511)}, True),
        ("ChatTokenAttributes", {"a": text_of(511), "b": text_of(512)}, False),
        ("ChatTokenAttributes", {ASTRAL: ASTRAL * 255}, True),
        ("ChatTokenAttributes", {ASTRAL: ASTRAL * 256}, False),
    ],
    "TOKEN-REQ-13": [
        ("ChatTokenAttributes", {}, True),
        ("ChatTokenAttributes", {"displayName": ""}, True),
    ],
    "TOKEN-RESP-01": [
        ("CreateChatTokenResponse", ISSUED, True),
        ("CreateChatTokenResponse", without(ISSUED, "token"), False),
        ("CreateChatTokenResponse", without(ISSUED, "tokenExpirationTime"), False),
        ("CreateChatTokenResponse", without(ISSUED, "sessionExpirationTime"), False),
        ("CreateChatTokenResponse", {**ISSUED, "token": None}, False),
    ],
    "TOKEN-RESP-04": [
        ("ChatToken", "!#$%&'*+-.^_`|~09azAZ", True),
        *(("ChatToken", f"abc{char}def", False) for char in ' ,/="@[](){}:;<>?\\\té'),
        ("ChatToken", "", False),
    ],
    "ROOM-CREATE-02": [
        ("CreateRoomResponse", CREATED, True),
        *(("CreateRoomResponse", without(CREATED, name), False) for name in CREATED),
    ],
    "ROOM-GET-01": [
        ("GetRoomResponse", CREATED, True),
        *(("GetRoomResponse", without(CREATED, name), False) for name in CREATED),
    ],
    "HTTP-RESP-08": [("CreateChatTokenResponse", {**ISSUED, "new": [1]}, True)],
    "HTTP-RESP-09": [
        ("Time", "2026-01-02T23:59:59.999Z", True),
        ("Time", "2026-01-02T24:00:00Z", False),
        ("Time", "2026-01-02T03:60:00Z", False),
        ("Time", "2026-01-02T03:04:05", False),
        ("Time", "2026-01-02T03:04:05+24:00", False),
        ("Time", "2026-01-02 03:04:05Z", False),
        ("Time", "1767323045", False),
        ("Time", 1767323045, False),
    ],
    "ERR-21": [
        ("ResourceNotFoundException", MISSING, True),
        *(("ResourceNotFoundException", without(MISSING, n), False) for n in MISSING),
        ("ResourceNotFoundException", {**MISSING, "resourceId": ""}, False),
        ("ResourceNotFoundException", {**MISSING, "resourceType": ""}, False),
        ("ThrottlingException", {**MISSING, "limit": 5}, True),
        ("ThrottlingException", {**MISSING, "limit": "5"}, False),
    ],
    "PARSE-04": [
        ("SessionDurationInMinutes", "60", False),
        ("SessionDurationInMinutes", True, False),
        ("SessionDurationInMinutes", 1.5, False),
        ("SessionDurationInMinutes", 10**30, False),
    ],
}


def test_both_engines_read_a_schema_alike(
    allows: "Allows", shape: str, value: object, *, allowed: bool
) -> None:
    """What a schema allows does not depend on who reads it."""
    assert allows(shape, value) is allowed
