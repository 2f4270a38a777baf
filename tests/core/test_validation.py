"""Input: what is kept of it, and which error says what of the rest."""

import json
from typing import TYPE_CHECKING

import pytest

from ivschat_conformance.reference_impl.core.errors import (
    CallerError,
    SerializationException,
    ValidationException,
)
from ivschat_conformance.reference_impl.core.validation import (
    input_reader,
)

if TYPE_CHECKING:
    from tests.core.conftest import ReadInput, Refusal

ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
LOGGING = "arn:aws:ivschat:us-west-2:123456789012:logging-configuration/ABcdef34ghIJ"
LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"
ASTRAL = "\N{PERFORMING ARTS}"  # one code point, two UTF-16 units, four bytes
TOKEN = "CreateChatTokenRequest"  # noqa: S105 - a shape's name
ROOM_REQUEST = "CreateRoomRequest"


def token_request(**members: object) -> bytes:
    """Return a body with the two required members and these, which may replace them."""
    whole = {"roomIdentifier": ROOM, "userId": "user-1", **members}
    return json.dumps(whole).encode()


def fields(error: CallerError) -> list[str]:
    """Return the names in the error's `fieldList`."""
    listed = error.members["fieldList"]
    assert isinstance(listed, list)
    return [field["name"] for field in listed]


NO_INTEGER = "sessionDurationInMinutes must be of JSON type integer."
WRONG_TYPES: list[tuple[dict[str, object], str]] = [
    ({"userId": 11231234}, "userId must be of JSON type string."),
    ({"userId": ["u"]}, "userId must be of JSON type string."),
    ({"userId": {}}, "userId must be of JSON type string."),
    ({"userId": False}, "userId must be of JSON type string."),
    ({"roomIdentifier": 1}, "roomIdentifier must be of JSON type string."),
    ({"capabilities": "SEND_MESSAGE"}, "capabilities must be of JSON type array."),
    ({"capabilities": {}}, "capabilities must be of JSON type array."),
    ({"capabilities": [1]}, "capabilities must be of JSON type string."),
    ({"capabilities": [None]}, "capabilities must be of JSON type string."),
    ({"capabilities": [["SEND_MESSAGE"]]}, "capabilities must be of JSON type string."),
    ({"attributes": []}, "attributes must be of JSON type object."),
    ({"attributes": "a"}, "attributes must be of JSON type object."),
    ({"attributes": {"key": 1}}, "attributes must be of JSON type string."),
    ({"attributes": {"key": None}}, "attributes must be of JSON type string."),
    ({"attributes": {"key": {}}}, "attributes must be of JSON type string."),
    ({"sessionDurationInMinutes": "60"}, NO_INTEGER),
    ({"sessionDurationInMinutes": True}, NO_INTEGER),
    ({"sessionDurationInMinutes": 1.5}, NO_INTEGER),
    ({"sessionDurationInMinutes": [60]}, NO_INTEGER),
    ({"sessionDurationInMinutes": {}}, NO_INTEGER),
]


@pytest.mark.ivschat_verifies("PARSE-04", "PARSE-05", "PARSE-02", "TOKEN-REQ-10")
@pytest.mark.parametrize(("members", "message"), WRONG_TYPES)
def test_member_of_the_wrong_type_is_named(
    refusal: "Refusal", members: dict[str, object], message: str
) -> None:
    """Each member of a wrong JSON type is named once, with the type that it must be."""
    error = refusal(token_request(**members))

    assert type(error) is SerializationException
    assert error.message == message
    assert error.members == {}


@pytest.mark.ivschat_verifies("PARSE-04")
@pytest.mark.parametrize(
    "shape", ["ListRoomsRequest", "ListLoggingConfigurationsRequest"]
)
def test_whole_number_is_read_as_an_integer(
    read: "ReadInput", refusal: "Refusal", shape: str
) -> None:
    """JSON may write 50 as 50.0, which is no other number; 50.5 is refused."""
    whole = read(b'{"maxResults": 50.0}', shape)
    error = refusal(b'{"maxResults": 50.5}', shape)

    assert whole == {"maxResults": 50}
    assert type(whole["maxResults"]) is int
    assert type(error) is SerializationException
    assert error.message == "maxResults must be of JSON type integer."


def test_number_with_a_fraction_is_read_as_it_is() -> None:
    """Where a schema allows one, as the control API's does, nothing is cut off."""
    reader = input_reader("ClockAdvance", api="harness")

    assert reader.read({"seconds": 0.25}) == {"seconds": 0.25}


@pytest.mark.ivschat_verifies("PARSE-04")
def test_all_members_of_a_wrong_type_are_named_at_once(refusal: "Refusal") -> None:
    """Each once, however many of its entries are wrong."""
    error = refusal(token_request(userId=1, attributes=[], capabilities=[1, {}]))

    assert sorted(error.message.removesuffix(".").split("; ")) == [
        "attributes must be of JSON type object",
        "capabilities must be of JSON type string",
        "userId must be of JSON type string",
    ]


def test_types_come_before_constraints(refusal: "Refusal") -> None:
    """What cannot be read is not judged: a wrong type hides what is out of limits."""
    error = refusal(token_request(userId="", sessionDurationInMinutes="0"))

    assert type(error) is SerializationException
    assert error.message == "sessionDurationInMinutes must be of JSON type integer."


PATTERN = "must match ^arn:aws:ivschat:[a-z0-9-]+:[0-9]+:room/[a-zA-Z0-9-]+$"
CAPABILITY = "must be one of SEND_MESSAGE, DISCONNECT_USER, DELETE_MESSAGE"
TOO_MANY_BYTES = "must have 1024 bytes of keys and values or fewer"
BROKEN_TOKENS = [
    ({"userId": ""}, ("userId", "must have 1 characters or more")),
    ({"userId": "x" * 129}, ("userId", "must have 128 characters or fewer")),
    ({"userId": ASTRAL * 129}, ("userId", "must have 128 characters or fewer")),
    ({"userId": None}, ("userId", "is required")),
    ({"roomIdentifier": None}, ("roomIdentifier", "is required")),
    ({"roomIdentifier": "g1H2I3j4k5L6"}, ("roomIdentifier", PATTERN)),
    ({"roomIdentifier": f"{ROOM}\n"}, ("roomIdentifier", PATTERN)),
    ({"roomIdentifier": f" {ROOM}"}, ("roomIdentifier", PATTERN)),
    ({"roomIdentifier": LOGGING}, ("roomIdentifier", PATTERN)),
    (
        {"roomIdentifier": ROOM + "x" * 73},
        ("roomIdentifier", "must have 128 characters or fewer"),
    ),
    ({"capabilities": ["VIEW_MESSAGES"]}, ("capabilities", CAPABILITY)),
    ({"capabilities": ["send_message"]}, ("capabilities", CAPABILITY)),
    ({"capabilities": ["SEND_MESSAGE", ""]}, ("capabilities", CAPABILITY)),
    (
        {"sessionDurationInMinutes": 0},
        ("sessionDurationInMinutes", "must be 1 or more"),
    ),
    (
        {"sessionDurationInMinutes": -60},
        ("sessionDurationInMinutes", "must be 1 or more"),
    ),
    (
        {"sessionDurationInMinutes": 181},
        ("sessionDurationInMinutes", "must be 180 or less"),
    ),
    ({"attributes": {"k": "x" * 1024}}, ("attributes", TOO_MANY_BYTES)),
    ({"attributes": {"k": "é" * 512}}, ("attributes", TOO_MANY_BYTES)),
    ({"attributes": {"k" * 1025: ""}}, ("attributes", TOO_MANY_BYTES)),
]


@pytest.mark.ivschat_verifies(
    *("ERR-15", "ERR-16", "ERR-17", "ERR-18", "VAL-01", "VAL-02", "VAL-03", "VAL-04"),
    *("VAL-10", "VAL-22", "TOKEN-REQ-02", "TOKEN-REQ-03", "TOKEN-REQ-05"),
    *("TOKEN-REQ-09", "TOKEN-REQ-11", "TOKEN-REQ-12", "HTTP-REQ-10"),
)
@pytest.mark.parametrize(("members", "field"), BROKEN_TOKENS)
def test_member_that_breaks_a_constraint_is_listed(
    refusal: "Refusal", members: dict[str, object], field: tuple[str, str]
) -> None:
    """A ValidationException names the member and says in a sentence what is allowed."""
    error = refusal(token_request(**members))

    assert type(error) is ValidationException
    assert error.body() == {
        "message": f"{field[0]} {field[1]}.",
        "reason": "FIELD_VALIDATION_FAILED",
        "fieldList": [{"name": field[0], "message": field[1]}],
    }


@pytest.mark.ivschat_verifies(
    *("VAL-01", "VAL-03", "VAL-10", "TOKEN-REQ-01", "TOKEN-REQ-03"),
    *("TOKEN-REQ-04", "TOKEN-REQ-06", "TOKEN-REQ-08", "TOKEN-REQ-10", "TOKEN-REQ-11"),
    *("TOKEN-REQ-12", "TOKEN-REQ-13"),
)
@pytest.mark.parametrize(
    "members",
    [
        {"userId": "x" * 128},
        {"userId": ASTRAL * 128},
        {"userId": " \n\0"},
        {"roomIdentifier": ROOM + "x" * 72},
        {"roomIdentifier": "arn:aws:ivschat:eu-west-1:12345678901:room/-"},
        {"capabilities": []},
        {"capabilities": ["SEND_MESSAGE", "SEND_MESSAGE", "DISCONNECT_USER"]},
        {"capabilities": ["DELETE_MESSAGE"] * 1000},
        {"sessionDurationInMinutes": 1},
        {"sessionDurationInMinutes": 180},
        {"attributes": {}},
        {"attributes": {"a": ""}},
        {"attributes": {"": "value"}},
        {"attributes": {"k": "x" * 1023}},
        {"attributes": {"é" * 256: "é" * 256}},
    ],
)
def test_request_at_its_limits_is_taken_as_it_is(
    read: "ReadInput", members: dict[str, object]
) -> None:
    """What just keeps within a constraint is read unchanged."""
    body = token_request(**members)

    assert read(body) == json.loads(body)


BROKEN_ROOMS = [
    ({"name": "a b"}, "name"),
    ({"name": "x" * 129}, "name"),
    ({"name": "ok\n"}, "name"),
    ({"maximumMessageRatePerSecond": 0}, "maximumMessageRatePerSecond"),
    ({"maximumMessageRatePerSecond": 101}, "maximumMessageRatePerSecond"),
    ({"maximumMessageLength": 0}, "maximumMessageLength"),
    ({"maximumMessageLength": 501}, "maximumMessageLength"),
    ({"messageReviewHandler": {"uri": "x"}}, "messageReviewHandler.uri"),
    ({"messageReviewHandler": {"uri": LAMBDA + "x" * 118}}, "messageReviewHandler.uri"),
    (
        {"messageReviewHandler": {"fallbackResult": "allow"}},
        "messageReviewHandler.fallbackResult",
    ),
    ({"tags": {str(number): "" for number in range(51)}}, "tags"),
    ({"tags": {"": "value"}}, "tags"),
    ({"tags": {"k" * 129: "value"}}, "tags"),
    ({"tags": {"key": "v" * 257}}, "tags"),
    (
        {"loggingConfigurationIdentifiers": [LOGGING] * 4},
        "loggingConfigurationIdentifiers",
    ),
    ({"loggingConfigurationIdentifiers": [ROOM]}, "loggingConfigurationIdentifiers"),
]


@pytest.mark.ivschat_verifies(
    *("VAL-05", "VAL-09", "VAL-13", "VAL-17", "VAL-18", "VAL-19", "VAL-20"),
    *("ROOM-CREATE-12", "ERR-18"),
)
@pytest.mark.parametrize(("members", "name"), BROKEN_ROOMS)
def test_member_of_a_structure_is_named_by_its_path_and_an_entry_by_its_map(
    refusal: "Refusal", members: dict[str, object], name: str
) -> None:
    """Names come from the model: a map's key or a list's index is never one."""
    error = refusal(json.dumps(members).encode(), ROOM_REQUEST)

    assert type(error) is ValidationException
    assert fields(error) == [name]


@pytest.mark.ivschat_verifies("ERR-17")
def test_all_that_breaks_a_constraint_is_listed_at_once(refusal: "Refusal") -> None:
    """One answer lists every member, each once (OPEN-07)."""
    error = refusal(
        token_request(
            roomIdentifier="g1H2I3j4k5L6",
            userId=None,
            capabilities=["READ", "WRITE"],
            sessionDurationInMinutes=181,
            attributes={"key": "v" * 2048},
        )
    )

    assert sorted(fields(error)) == [
        "attributes",
        "capabilities",
        "roomIdentifier",
        "sessionDurationInMinutes",
        "userId",
    ]


@pytest.mark.ivschat_verifies("ERR-17")
def test_all_that_is_wrong_with_a_room_is_listed_at_once(refusal: "Refusal") -> None:
    """Inside structures and maps too, one entry a member."""
    error = refusal(
        json.dumps(
            {
                "name": "a b",
                "maximumMessageRatePerSecond": 101,
                "maximumMessageLength": 0,
                "messageReviewHandler": {"uri": "x", "fallbackResult": "allow"},
                "tags": {"": "x" * 257, "k" * 129: "x" * 257},
                "loggingConfigurationIdentifiers": ["x"] * 4,
            }
        ).encode(),
        ROOM_REQUEST,
    )

    assert sorted(fields(error)) == [
        "loggingConfigurationIdentifiers",
        "maximumMessageLength",
        "maximumMessageRatePerSecond",
        "messageReviewHandler.fallbackResult",
        "messageReviewHandler.uri",
        "name",
        "tags",
    ]


@pytest.mark.ivschat_verifies("HTTP-REQ-08", "HTTP-REQ-09", "HTTP-REQ-10")
def test_nulls_and_unknown_members_are_dropped(
    read: "ReadInput", refusal: "Refusal"
) -> None:
    """Both are as if they were not there; names count with their case."""
    body = token_request(
        capabilities=None, attributes=None, UserId=1, roomidentifier=[], unknown={}
    )

    assert read(body) == {"roomIdentifier": ROOM, "userId": "user-1"}
    assert fields(refusal(b'{"RoomIdentifier": "x", "USERID": "u"}')) == [
        "roomIdentifier",
        "userId",
    ]


@pytest.mark.ivschat_verifies("HTTP-REQ-09", "HTTP-REQ-10")
def test_nulls_and_unknown_members_are_dropped_in_structures_at_every_depth() -> None:
    """In a structure in a structure, and in the structures of a list."""
    room = {
        "name": None,
        "messageReviewHandler": {"uri": None, "fallbackResult": "DENY", "more": 1},
        "more": None,
    }
    error = {
        "message": "m",
        "reason": "OTHER",
        "fieldList": [{"name": "n", "message": "m", "more": 1}, {"more": None}],
        "more": [None],
    }

    assert input_reader(ROOM_REQUEST).read(room) == {
        "messageReviewHandler": {"fallbackResult": "DENY"}
    }
    with pytest.raises(ValidationException) as caught:
        input_reader("ValidationException").read(error)
    assert fields(caught.value) == ["fieldList.name", "fieldList.message"]
    error["fieldList"] = [{"name": "n", "message": "m", "more": 1}]
    assert input_reader("ValidationException").read(error) == {
        "message": "m",
        "reason": "OTHER",
        "fieldList": [{"name": "n", "message": "m"}],
    }


@pytest.mark.ivschat_verifies("PARSE-05", "HTTP-REQ-10")
@pytest.mark.parametrize(
    ("shape", "members", "name"),
    [
        (TOKEN, {"attributes": {"key": None}}, "attributes"),
        (TOKEN, {"capabilities": ["SEND_MESSAGE", None]}, "capabilities"),
        (ROOM_REQUEST, {"tags": {"key": None}}, "tags"),
        (
            ROOM_REQUEST,
            {"loggingConfigurationIdentifiers": [None]},
            "loggingConfigurationIdentifiers",
        ),
    ],
)
def test_nulls_in_maps_and_lists_are_refused(
    refusal: "Refusal", shape: str, members: dict[str, object], name: str
) -> None:
    """An entry of a map or a list is data: null is none, and is not dropped."""
    error = refusal(token_request(**members), shape)

    assert type(error) is SerializationException
    assert error.message == f"{name} must be of JSON type string."


def test_entries_of_maps_are_kept_under_any_key(read: "ReadInput") -> None:
    """A map's keys are no members, though they be called like one."""
    attributes = {"userId": "a", "unknown": "b", "uri": ""}
    tags = {"messageReviewHandler": "a", "unknown": "b"}

    assert read(token_request(attributes=attributes))["attributes"] == attributes
    assert read(json.dumps({"tags": tags}).encode(), ROOM_REQUEST) == {"tags": tags}
