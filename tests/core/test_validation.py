"""Bodies: what is read from them, and which error says what of the others."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivschat_conformance.reference_impl.core.errors import (
    CallerError,
    SerializationException,
    ValidationException,
)
from ivschat_conformance.reference_impl.core.validation import (
    InputReader,
    input_reader,
    matches,
    read_object,
)

ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
LOGGING = "arn:aws:ivschat:us-west-2:123456789012:logging-configuration/ABcdef34ghIJ"
LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"
ASTRAL = "\N{PERFORMING ARTS}"  # one code point, two UTF-16 units, four bytes
TOKEN = "CreateChatTokenRequest"  # noqa: S105 - a shape's name
ROOM_REQUEST = "CreateRoomRequest"


def read(body: bytes, shape: str = TOKEN) -> dict[str, Any]:
    """Return the input that the body is, of this shape."""
    return input_reader(shape).read(read_object(body))


def refusal(body: bytes, shape: str = TOKEN) -> CallerError:
    """Return the error with which the body is refused."""
    with pytest.raises(CallerError) as caught:
        read(body, shape)
    return caught.value


def token_request(**members: object) -> bytes:
    """Return a body with the two required members and these, which may replace them."""
    whole = {"roomIdentifier": ROOM, "userId": "user-1", **members}
    return json.dumps(whole).encode()


def with_text(text: bytes) -> bytes:
    """Return a body with the two required members and this JSON text after them."""
    return token_request()[:-1] + b", " + text + b"}"


def fields(error: CallerError) -> list[str]:
    """Return the names in the error's `fieldList`."""
    listed = error.members["fieldList"]
    assert isinstance(listed, list)
    return [field["name"] for field in listed]


@pytest.mark.ivschat_verifies("HTTP-REQ-06")
def test_empty_body_is_an_empty_object() -> None:
    """No body at all is read like `{}`; white space alone is no JSON."""
    assert read_object(b"") == {}
    assert type(refusal(b" ")) is SerializationException


NO_JSON = {
    b"{": "The body is not JSON: see line 1, column 2.",
    b'{"userId": ': "The body is not JSON: see line 1, column 12.",
    b'{"userId": "u"} x': "The body is not JSON: see line 1, column 17.",
    b'{"userId": "u"}{}': "The body is not JSON: see line 1, column 16.",
    b"{\n'userId': 'u'}": "The body is not JSON: see line 2, column 1.",
    b'{"userId": "u" // me\n}': "The body is not JSON: see line 1, column 16.",
    b'{"userId": /* me */ "u"}': "The body is not JSON: see line 1, column 12.",
    b"{userId: 1}": "The body is not JSON: see line 1, column 2.",
    b'{"userId": 01}': "The body is not JSON: see line 1, column 13.",
    b'{"userId": +1}': "The body is not JSON: see line 1, column 12.",
    b'{"userId": .5}': "The body is not JSON: see line 1, column 12.",
    b'{"userId": "a\nb"}': "The body is not JSON: see line 1, column 14.",
    b'{"userId": "\\x41"}': "The body is not JSON: see line 1, column 13.",
    b'{"userId": True}': "The body is not JSON: see line 1, column 12.",
    b"userId=u": "The body is not JSON: see line 1, column 1.",
    b"\xef\xbb\xbf{}": "The body is not JSON: see line 1, column 1.",
    b'{"userId": "\xff"}': "The body is not UTF-8.",
    b'{"userId": "\xc0\xaf"}': "The body is not UTF-8.",
    b'{"userId": "\xed\xa0\x80"}': "The body is not UTF-8.",
    b'{"userId": "\xe2\x82"}': "The body is not UTF-8.",
    b"\xff\xfe{\0}\0": "The body is not UTF-8.",
    b"{\0}\0": "The body is not JSON: see line 1, column 2.",
    b"[]": "The body must be a JSON object.",
    b"10": "The body must be a JSON object.",
    b"null": "The body must be a JSON object.",
    b"true": "The body must be a JSON object.",
    b'"{}"': "The body must be a JSON object.",
    b"[{}]": "The body must be a JSON object.",
}
NO_NUMBER = "The body has a number that JSON does not have, or one too long to read."


@pytest.mark.ivschat_verifies("PARSE-01", "PARSE-02", "PARSE-03")
@pytest.mark.parametrize(("body", "message"), NO_JSON.items())
def test_body_that_is_no_json_object_is_refused(body: bytes, message: str) -> None:
    """What cannot be read, or is no object, is a SerializationException that says so.

    A trailing comma has its own test: Python's releases point to different columns.
    """
    error = refusal(body)

    assert (type(error), error.message) == (SerializationException, message)
    assert error.status == 400


@pytest.mark.ivschat_verifies("PARSE-01", "PARSE-02")
def test_trailing_comma_is_refused() -> None:
    """A comma before the end of an object or a list is no JSON."""
    for body in (b'{"userId": "u",}', b'{"capabilities": ["SEND_MESSAGE",]}'):
        error = refusal(body)

        assert type(error) is SerializationException
        assert error.message.startswith("The body is not JSON: see line 1, column ")


@pytest.mark.ivschat_verifies("PARSE-01", "PARSE-02")
@pytest.mark.parametrize(
    "number",
    [b"NaN", b"Infinity", b"-Infinity", b"9" * 5000, b"-" + b"9" * 5000],
    ids=["NaN", "Infinity", "-Infinity", "5,000 digits", "5,000 digits below 0"],
)
@pytest.mark.parametrize("member", [b"sessionDurationInMinutes", b"unknown"])
def test_number_that_is_none_or_has_thousands_of_digits_is_refused(
    number: bytes, member: bytes
) -> None:
    """Python reads NaN, and raises for too long a number: both are named here."""
    error = refusal(with_text(b'"' + member + b'": ' + number))

    assert (type(error), error.message) == (SerializationException, NO_NUMBER)


@pytest.mark.ivschat_verifies("PARSE-04", "TOKEN-REQ-09")
@pytest.mark.parametrize(
    ("number", "message"),
    [
        (b"1e400", "sessionDurationInMinutes must be of JSON type integer."),
        (b"-1e400", "sessionDurationInMinutes must be of JSON type integer."),
        (b"1e308", "sessionDurationInMinutes must be 180 or less."),
        (b"9" * 4000, "sessionDurationInMinutes must be 180 or less."),
        (b"4294967297", "sessionDurationInMinutes must be 180 or less."),
        (b"-4294967297", "sessionDurationInMinutes must be 1 or more."),
        (b"18446744073709551617", "sessionDurationInMinutes must be 180 or less."),
    ],
    ids=lambda value: str(value)[:20],
)
def test_number_beyond_reason_is_out_of_its_limits(number: bytes, message: str) -> None:
    """No size of number wraps around into the allowed ones, nor breaks the engine."""
    assert refusal(with_text(b'"sessionDurationInMinutes": ' + number)).message == (
        message
    )


NESTED = [
    b'"capabilities": %b',
    b'"attributes": {"key": %b}',
    b'"sessionDurationInMinutes": %b',
    b'"userId": %b',
]
DEPTHS = [10, 200, *range(250, 260), 500, 900, *range(940, 1000), 2000, 60_000]


@pytest.mark.ivschat_verifies("PARSE-04")
@pytest.mark.parametrize("member", NESTED)
@pytest.mark.parametrize(("opened", "closed"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_of_any_depth_is_refused_by_name(
    member: bytes, opened: bytes, closed: bytes
) -> None:
    """Where the parser gives up, and where the engine does, the client reads a 400."""
    for depth in DEPTHS:
        error = refusal(with_text(member % (opened * depth + b"1" + closed * depth)))

        assert type(error) is SerializationException, depth


@pytest.mark.ivschat_verifies("PARSE-01")
def test_nesting_is_refused_even_where_it_means_nothing() -> None:
    """An unknown member is dropped as long as it can be read, and refused beyond."""
    allowed = with_text(b'"unknown": ' + b"[" * 250 + b"]" * 250)
    beyond = with_text(b'"unknown": ' + b"[" * 60_000 + b"]" * 60_000)
    unfinished = b'{"a":' * 60_000

    assert read(allowed) == {"roomIdentifier": ROOM, "userId": "user-1"}
    assert refusal(beyond).message == "The body is nested too deeply."
    assert refusal(unfinished).message == "The body is nested too deeply."


@pytest.mark.parametrize(
    "text",
    [
        rb'"userId": "\ud800"',
        rb'"userId": "\udfff"',
        rb'"userId": "a\uDBFFb"',
        rb'"userId": "\udc00\ud800"',
        rb'"userId": "\ud83d\ud83d\ude00"',
        rb'"attributes": {"key": "\udC00"}',
        rb'"attributes": {"\ud800": "value"}',
        rb'"capabilities": ["\ud800"]',
        rb'"\ud800": 1',
        rb'"unknown": [{"\uDEAD": {}}]',
        rb'"\u0075serId": "\ud800"',
    ],
)
def test_lone_surrogate_is_refused_wherever_it_stands(text: bytes) -> None:
    """It is legal JSON that no UTF-8 text can hold, in a value or a key, known or not.

    The contract settles it (section 16a): 400 SerializationException.
    """
    error = refusal(with_text(text))

    assert type(error) is SerializationException
    assert error.message == "The body has a lone surrogate."


@pytest.mark.parametrize(
    ("text", "user_id"),
    [
        (rb"\ud83d\ude00", "\N{GRINNING FACE}"),
        (rb"\uD83D\uDE00", "\N{GRINNING FACE}"),
        (rb"\udbff\udfff", "\U0010ffff"),
        (b"\xf0\x9f\x98\x80", "\N{GRINNING FACE}"),
        (rb"\\ud800", r"\ud800"),
        (rb"\\\ud83d\ude00", "\\\N{GRINNING FACE}"),
        (rb"\u00e9\u0000\n", "é\0\n"),
        (b"\xc3\xa9", "é"),
    ],
)
def test_escapes_and_raw_text_are_the_same_string(text: bytes, user_id: str) -> None:
    """A pair of surrogates is one code point, and an escaped backslash is none."""
    body = with_text(b'"userId": "' + text + b'"')

    assert read(body)["userId"] == user_id


WRONG_TYPES = [
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
    *(
        (
            {"sessionDurationInMinutes": wrong},
            "sessionDurationInMinutes must be of JSON type integer.",
        )
        for wrong in ("60", True, 1.5, [60], {})
    ),
    (
        {"userId": 1, "attributes": [], "capabilities": [1, {}]},
        "userId must be of JSON type string; capabilities must be of JSON type "
        "string; attributes must be of JSON type object.",
    ),
]


@pytest.mark.ivschat_verifies("PARSE-04", "PARSE-05", "PARSE-02", "TOKEN-REQ-10")
@pytest.mark.parametrize(("members", "message"), WRONG_TYPES)
def test_member_of_the_wrong_type_is_named(
    members: dict[str, object], message: str
) -> None:
    """Each member of a wrong JSON type is named once, with the type that it must be."""
    error = refusal(token_request(**members))

    assert type(error) is SerializationException
    assert error.message == message
    assert error.members == {}


def test_types_come_before_constraints() -> None:
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
    members: dict[str, object], field: tuple[str, str]
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
    *("VAL-01", "VAL-03", "VAL-06", "VAL-10", "TOKEN-REQ-01", "TOKEN-REQ-03"),
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
def test_request_at_its_limits_is_taken_as_it_is(members: dict[str, object]) -> None:
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
    members: dict[str, object], name: str
) -> None:
    """Names come from the model: a map's key or a list's index is never one."""
    error = refusal(json.dumps(members).encode(), ROOM_REQUEST)

    assert type(error) is ValidationException
    assert fields(error) == [name]


@pytest.mark.ivschat_verifies("ERR-17")
def test_all_that_breaks_a_constraint_is_listed_at_once() -> None:
    """One answer lists every member, in the model's order, each once (OPEN-07)."""
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
def test_all_that_is_wrong_with_a_room_is_listed_at_once() -> None:
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
def test_nulls_and_unknown_members_are_dropped() -> None:
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
    shape: str, members: dict[str, object], name: str
) -> None:
    """An entry of a map or a list is data: null is none, and is not dropped."""
    error = refusal(token_request(**members), shape)

    assert type(error) is SerializationException
    assert error.message == f"{name} must be of JSON type string."


def test_entries_of_maps_are_kept_under_any_key() -> None:
    """A map's keys are no members, though they be called like one."""
    attributes = {"userId": "a", "unknown": "b", "uri": ""}
    tags = {"messageReviewHandler": "a", "unknown": "b"}

    assert read(token_request(attributes=attributes))["attributes"] == attributes
    assert read(json.dumps({"tags": tags}).encode(), ROOM_REQUEST) == {"tags": tags}


@pytest.mark.ivschat_verifies("PARSE-09")
def test_last_of_several_equal_keys_wins() -> None:
    """Also where it is null, escaped, or in a map."""
    twice = with_text(
        rb'"userId": "first", "user\u0049d": "last", "attributes": {"a": 1, "a": "b"}'
    )
    last_null = with_text(b'"userId": null')

    assert read(twice) == {
        "roomIdentifier": ROOM,
        "userId": "last",
        "attributes": {"a": "b"},
    }
    assert fields(refusal(last_null)) == ["userId"]


def test_reader_of_a_shape_is_made_once() -> None:
    """Reading a schema takes a hundred times as long as reading a request by it."""
    assert input_reader(TOKEN) is input_reader(TOKEN)
    assert input_reader(TOKEN) is not input_reader(ROOM_REQUEST)
    assert InputReader(TOKEN).read({"roomIdentifier": ROOM, "userId": "u"}) == {
        "roomIdentifier": ROOM,
        "userId": "u",
    }


def test_value_matches_a_shape_or_not() -> None:
    """`matches` says it of one value, for settings."""
    assert matches("RoomName", "lobby_1")
    assert not matches("RoomName", "a lobby")
    assert not matches("RoomName", 1)


MARK = "zq7-mark"
NUMBER = 918273645
TEXTS = st.text(max_size=4).map(lambda text: f"{text}{MARK}{text}")
SCALARS = st.one_of(
    TEXTS, st.just(NUMBER), st.just(-NUMBER), st.just(NUMBER + 0.5), st.none()
)
VALUES = st.recursive(
    SCALARS | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_leaves=6,
)
TOKEN_MEMBERS = (
    *("roomIdentifier", "userId", "capabilities", "attributes"),
    "sessionDurationInMinutes",
)
ROOM_MEMBERS = (
    *("name", "maximumMessageRatePerSecond", "maximumMessageLength", "tags"),
    *("messageReviewHandler", "loggingConfigurationIdentifiers"),
)
HANDLERS = st.dictionaries(
    st.sampled_from(["uri", "fallbackResult"]) | TEXTS, VALUES, max_size=3
)
BAD_TOKENS = st.dictionaries(st.sampled_from(TOKEN_MEMBERS) | TEXTS, VALUES, max_size=6)
BAD_ROOMS = st.builds(
    lambda members, bad: members | bad,
    st.dictionaries(st.sampled_from(ROOM_MEMBERS) | TEXTS, VALUES | HANDLERS),
    st.fixed_dictionaries(
        {"name": st.just(f"{MARK} "), "loggingConfigurationIdentifiers": VALUES}
    ),
)
BAD_REQUESTS = st.tuples(st.just(TOKEN), BAD_TOKENS) | st.tuples(
    st.just(ROOM_REQUEST), BAD_ROOMS
)


def repeats(error: CallerError) -> bool:
    """Say whether the error, however it is shown, has a value of the marked request."""
    shown = f"{json.dumps(error.body())} {error} {error!r} {error.__cause__!r}"
    return MARK in shown or str(NUMBER) in shown


@pytest.mark.ivschat_verifies("TOKEN-REQ-17")
@settings(deadline=None, max_examples=150)
@given(BAD_REQUESTS, st.booleans())
def test_refusal_repeats_nothing_of_the_request(
    request: tuple[str, dict[str, object]],
    escaped: bool,
) -> None:
    """Whatever is wrong, no string, key or number of the request is in the error."""
    shape, members = request
    text = json.dumps(members, ensure_ascii=escaped)

    assert not repeats(refusal(text.encode(), shape))


@pytest.mark.ivschat_verifies("TOKEN-REQ-17", "PARSE-01")
@settings(deadline=None, max_examples=50)
@given(BAD_TOKENS, st.data())
def test_refusal_of_a_cut_body_repeats_nothing_of_it(
    members: dict[str, object], data: st.DataObject
) -> None:
    """A parser's own message likes to quote the place: ours only counts to it."""
    whole = json.dumps(members).encode()
    end = data.draw(st.integers(1, len(whole) - 1))

    error = refusal(whole[:end])

    assert type(error) is SerializationException
    assert not repeats(error)
