"""Bodies that are no JSON object, or are not said to be one (contract.md 2.4)."""

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import ChatTokens, Rooms, case, verifies
from ivschat_conformance.fixtures.control_plane import ControlPlane

# %b is the room's ARN.
NO_JSON_TO_ANYONE = [
    case(b"{", name="open-brace"),
    case(b"}", name="closing-brace"),
    case(b'{"roomIdentifier":"%b","userId":"user-1"', name="no-closing-brace"),
    case(b'{"roomIdentifier":"%b","userId":"user-1', name="cut-in-a-text"),
    case(b'{"roomIdentifier":"%b","userId":', name="cut-before-a-value"),
    case(b'{"roomIdentifier":"%b","userId"', name="cut-after-a-name"),
    case(b'{"roomIdentifier":"%b","userId":"user-1\\', name="cut-in-an-escape"),
    case(b'"roomIdentifier":"%b","userId":"user-1"}', name="no-opening-brace"),
    case(b'{"roomIdentifier":"%b" "userId":"user-1"}', name="no-comma"),
    case(b'{"roomIdentifier":"%b",,"userId":"user-1"}', name="two-commas"),
    case(b'{"roomIdentifier" "%b","userId":"user-1"}', name="no-colon"),
    case(b'{"roomIdentifier"="%b","userId"="user-1"}', name="equals-signs"),
    case(b'{"roomIdentifier":"%b","userId":"user-1"]', name="wrong-bracket"),
    case(b"roomIdentifier=%b&userId=user-1", name="form"),
    case(b"<roomIdentifier>%b</roomIdentifier>", name="xml"),
]
# Each has all that a token takes: a reader with no scruples would give one.
NO_JSON_TO_THE_STRICT = [
    case(b'{"roomIdentifier":"%b","userId":"user-1",}', name="trailing-comma"),
    case(b'{"roomIdentifier":"%b","userId":"user-1"}abc', name="trailing-garbage"),
    case(b'{"roomIdentifier":"%b","userId":"user-1"}}', name="trailing-brace"),
    case(b'{"roomIdentifier":"%b","userId":"user-1"}\0', name="trailing-nul"),
    case(b'{"roomIdentifier":"%b","userId":"user-1"}{}', name="two-objects"),
    case(b'{"roomIdentifier":"%b","userId":"user-1"}//', name="line-comment"),
    case(b'/**/{"roomIdentifier":"%b","userId":"user-1"}', name="block-comment"),
    case(b'#\n{"roomIdentifier":"%b","userId":"user-1"}', name="hash-comment"),
    case(b"{'roomIdentifier':'%b','userId':'user-1'}", name="single-quotes"),
    case(b'{roomIdentifier:"%b",userId:"user-1"}', name="names-without-quotes"),
    case(b'{"roomIdentifier":"%b","userId":"a\nb"}', name="newline-in-a-text"),
    case(b'{"roomIdentifier":"%b","userId":"a\tb"}', name="tab-in-a-text"),
    case(b'{"roomIdentifier":"%b","userId":"a\0b"}', name="nul-in-a-text"),
    case(b'{"roomIdentifier":"%b","userId":"\\x41"}', name="unknown-escape"),
    case(b'{"roomIdentifier":"%b","userId":"\\u00e"}', name="short-escape"),
    case(b'{"roomIdentifier":"%b","userId":"a\xffb"}', name="byte-of-no-utf-8"),
    case(b'{"roomIdentifier":"%b","userId":"Zo\xeb"}', name="latin-1"),
    case(b'{"roomIdentifier":"%b","userId":"\xc0\xaf"}', name="overlong-utf-8"),
    case(b'\x0c{"roomIdentifier":"%b","userId":"user-1"}', name="form-feed"),
    case(b'{"roomIdentifier":"%b","userId":"user-1"}\xc2\xa0', name="no-break-space"),
]
NO_JSON_VALUE = [
    case(b"NaN", name="nan"),
    case(b"Infinity", name="infinity"),
    case(b"-Infinity", name="minus-infinity"),
    case(b"True", name="capital-true"),
    case(b"None", name="none"),
    case(b"undefined", name="undefined"),
    case(b"030", name="leading-zero"),
    case(b"+30", name="plus"),
    case(b"-", name="bare-minus"),
    case(b"30.", name="bare-point"),
    case(b".5", name="nothing-before-the-point"),
    case(b"3e", name="bare-exponent"),
    case(b"0x1E", name="hexadecimal"),
    case(b"1_0", name="underscore"),
    case(b"[1,]", name="trailing-comma-in-an-array"),
    case(b"[1 2]", name="no-comma-in-an-array"),
    case(b"", name="no-value"),
]
NO_JSON_FOR_A_ROOM = [
    case(b"{", name="truncated"),
    case(b'{"name":"lobby"', name="no-closing-brace"),
    case(b'{"name":"lobby"}x', name="trailing-garbage"),
    case(b'{"name":"lobby",}', name="trailing-comma"),
    case(b'{"name":"lobby"}//', name="line-comment"),
    case(b"{'name':'lobby'}", name="single-quotes"),
    case(b"{name:lobby}", name="no-quotes"),
    case(b"lobby", name="a-word"),
]
NO_OBJECT = [
    case(b"[]", name="empty-array"),
    case(b"[{}]", name="array-of-an-object"),
    case(b"10", name="number"),
    case(b"0", name="zero"),
    case(b"null", name="null"),
    case(b"true", name="true"),
    case(b"false", name="false"),
    case(b'"{}"', name="text"),
    case(b'""', name="empty-text"),
]


@verifies("PARSE-01")
@pytest.mark.parametrize("body", [*NO_JSON_TO_ANYONE, *NO_JSON_TO_THE_STRICT])
def test_body_that_is_no_json_gets_no_token(
    api: ControlPlane, chat_tokens: ChatTokens, room: str, body: bytes
) -> None:
    """What RFC 8259 has no reading for is a 400."""
    refused = api.call("CreateChatToken", body.replace(b"%b", room.encode()))
    twin = chat_tokens.ask()

    expect.refused_somehow(refused)
    expect.twin_accepted(twin)


@verifies("PARSE-01")
@pytest.mark.parametrize("value", NO_JSON_VALUE)
def test_value_that_is_no_json_gets_no_token(
    api: ControlPlane, chat_tokens: ChatTokens, room: str, value: bytes
) -> None:
    """A value that JSON does not have is a 400, even where nobody reads it."""
    start = b'{"roomIdentifier":"%b","userId":"user-1","color":' % room.encode()

    refused = api.call("CreateChatToken", start + value + b"}")
    twin = chat_tokens.ask()

    expect.refused_somehow(refused)
    expect.twin_accepted(twin)


@verifies("PARSE-01")
@pytest.mark.parametrize("body", NO_JSON_FOR_A_ROOM)
def test_body_that_is_no_json_makes_no_room(rooms: Rooms, body: bytes) -> None:
    """Not even where no member is required."""
    refused = rooms.create_from(body)
    twin = rooms.create(name="lobby")

    expect.refused_somehow(refused)
    expect.twin_accepted(twin)


@verifies("PARSE-01")
@pytest.mark.parametrize(
    "body",
    [
        case(b'{"identifier":"%b"', name="truncated"),
        case(b'{"identifier":"%b"}x', name="trailing-garbage"),
        case(b'{"identifier":"%b",}', name="trailing-comma"),
    ],
)
def test_body_that_is_no_json_reads_no_room(
    api: ControlPlane, room: str, body: bytes
) -> None:
    """Reads are strict too."""
    refused = api.call("GetRoom", body % room.encode())
    twin = api.call("GetRoom", {"identifier": room})

    expect.refused_somehow(refused)
    expect.twin_accepted(twin)


@verifies("PARSE-02")
@pytest.mark.parametrize(
    "body",
    [
        case(b'{"roomIdentifier":"%b","userId":"user-1"', name="truncated"),
        case(b'{"roomIdentifier":"%b","userId":"user-1"}x', name="trailing-garbage"),
        case(b'{"roomIdentifier":"%b","userId":"user-1",}', name="trailing-comma"),
        case(b"{'roomIdentifier':'%b','userId':'user-1'}", name="single-quotes"),
    ],
)
def test_body_that_is_no_json_is_a_serialization_exception(
    api: ControlPlane, chat_tokens: ChatTokens, room: str, body: bytes
) -> None:
    """Or, since the model has no such error, a ValidationException of reason OTHER."""
    refused = api.call("CreateChatToken", body % room.encode())
    twin = chat_tokens.ask()

    expect.refused(refused, types=expect.UNREADABLE)
    if refused.error_type == "ValidationException":
        reason = refused.json.get("reason")
        assert reason == "OTHER", f"ValidationException has reason {reason}, not OTHER"
    expect.twin_accepted(twin)


@verifies("PARSE-03")
@pytest.mark.parametrize("body", NO_OBJECT)
def test_body_that_is_no_object_gets_no_token(
    api: ControlPlane, chat_tokens: ChatTokens, body: bytes
) -> None:
    """JSON of another kind is a 400."""
    refused = api.call("CreateChatToken", body)
    twin = chat_tokens.ask()

    expect.refused_somehow(refused)
    expect.twin_accepted(twin)


@verifies("PARSE-03")
def test_object_in_an_array_gets_no_token(
    api: ControlPlane, chat_tokens: ChatTokens, room: str
) -> None:
    """A valid request in brackets is none."""
    body = b'[{"roomIdentifier":"%b","userId":"user-1"}]' % room.encode()

    refused = api.call("CreateChatToken", body)
    twin = chat_tokens.ask()

    expect.refused_somehow(refused)
    expect.twin_accepted(twin)


@verifies("PARSE-03")
@pytest.mark.parametrize("body", NO_OBJECT)
def test_body_that_is_no_object_makes_no_room(rooms: Rooms, body: bytes) -> None:
    """JSON of another kind is no empty object."""
    refused = rooms.create_from(body)
    twin = rooms.create()

    expect.refused_somehow(refused)
    expect.twin_accepted(twin)


@verifies("PARSE-07")
@pytest.mark.parametrize(
    "content_type",
    [
        case("text/plain", name="text"),
        case("text/json", name="text-json"),
        case("text/html; charset=utf-8", name="html"),
        case("application/x-www-form-urlencoded", name="form"),
        case("multipart/form-data; boundary=x", name="multipart"),
        case("application/xml", name="xml"),
        case("application/octet-stream", name="octets"),
        case("application/x-amz-json-1.1", name="amz-json"),
    ],
)
def test_body_that_is_said_to_be_no_json_is_refused(
    api: ControlPlane, chat_tokens: ChatTokens, content_type: str
) -> None:
    """Another content type answers some 4xx, though the body is JSON."""
    headers = (("Content-Type", content_type),)

    refused = api.call("CreateChatToken", chat_tokens.valid, headers=headers)
    twin = chat_tokens.ask()

    expect.not_successful(refused)
    expect.twin_accepted(twin)


@verifies("PARSE-07")
@pytest.mark.parametrize(
    "content_type",
    [
        case("application/json; charset=utf-8", name="space"),
        case("application/json;charset=utf-8", name="no-space"),
        case("application/json; charset=UTF-8", name="upper-case"),
    ],
)
def test_charset_may_be_said(
    api: ControlPlane, chat_tokens: ChatTokens, content_type: str
) -> None:
    """JSON in UTF-8 is what it is anyway."""
    headers = (("Content-Type", content_type),)

    exchange = api.call("CreateChatToken", chat_tokens.valid, headers=headers)

    expect.accepted(exchange)


@verifies("PARSE-09")
@pytest.mark.parametrize(
    ("member", "illegal", "legal"),
    [
        case("sessionDurationInMinutes", b"10000", b"30", name="duration"),
        case("userId", b'""', b'"user-1"', name="userId"),
        case("capabilities", b'["BAN_USER"]', b"[]", name="capabilities"),
    ],
)
def test_last_of_two_members_of_one_name_counts(
    api: ControlPlane, room: str, member: str, illegal: bytes, legal: bytes
) -> None:
    """Legal after illegal is accepted, illegal after legal is refused."""
    start = b'{"roomIdentifier":"%b","userId":"user-1"' % room.encode()
    twice = b'%b,"%b":%b,"%b":%b}'
    name = member.encode()

    accepted = api.call("CreateChatToken", twice % (start, name, illegal, name, legal))
    refused = api.call("CreateChatToken", twice % (start, name, legal, name, illegal))

    expect.accepted(accepted)
    expect.refused(refused, field=member)
