"""Which HTTP requests the control plane takes: headers and bodies (contract.md 2.1)."""

import hashlib
from dataclasses import replace

import pytest
from urllib3.util import SKIP_HEADER

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import ChatTokens, Rooms, case, verifies
from ivschat_conformance.fixtures.control_plane import ControlPlane, Exchange

JSON = ("Content-Type", "application/json")

# All that is sent besides Content-Type is what each request needs: Host,
# Content-Length, X-Amz-Date and Authorization. A user agent would be added.
NO_MORE_HEADERS = (JSON, ("User-Agent", SKIP_HEADER))

SIGNED_BY_JAVASCRIPT = (
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "content-length",
    "content-type",
    "host",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-user-agent",
)


@verifies("HTTP-REQ-01")
@pytest.mark.parametrize(
    "body",
    [
        case(b'{"roomIdentifier":"%b","userId":"user-1"}', name="compact"),
        case(b'{"roomIdentifier": "%b", "userId": "user-1"}', name="spaces"),
        case(
            b'\r\n{\r\n\t"roomIdentifier" : "%b",\r\n\t"userId" : "user-1"\r\n}\r\n',
            name="lines-and-tabs",
        ),
        case(b'{"userId":"user-1","roomIdentifier":"%b"}', name="other-order"),
        case(b'{"roomIdentifier":"%b","userId":"Zo\xc3\xab"}', name="raw-utf-8"),
        case(b'{"roomIdentifier":"%b","userId":"Zo\\u00eb"}', name="escaped-letter"),
        case(
            b'{"roomIdentifier":"%b","userId":"\\ud83d\\ude00"}',
            name="escaped-surrogate-pair",
        ),
        case(
            b'{"roomIdentifier":"%b","userId":"\\"\\\\\\/\\b\\f\\n\\r\\t"}',
            name="short-escapes",
        ),
        case(
            b'{"room\\u0049dentifier":"%b","\\u0075serId":"user-1"}',
            name="escapes-in-names",
        ),
    ],
)
def test_json_object_is_accepted_however_it_is_written(
    api: ControlPlane, room: str, body: bytes
) -> None:
    """Any spelling that JSON has for the object will do."""
    exchange = api.call("CreateChatToken", body % room.encode())

    expect.accepted(exchange)


@verifies("HTTP-REQ-01")
@pytest.mark.parametrize("name", ["content-type", "CONTENT-TYPE"])
def test_name_of_a_header_has_no_case(
    api: ControlPlane, chat_tokens: ChatTokens, name: str
) -> None:
    """HTTP/1.1 knows Content-Type in lower case too, as several clients send it."""
    headers = ((name, "application/json"),)

    exchange = api.call("CreateChatToken", chat_tokens.valid, headers=headers)

    expect.accepted(exchange)


@verifies("HTTP-REQ-03")
def test_chat_token_needs_no_header_but_the_necessary(
    api: ControlPlane, chat_tokens: ChatTokens
) -> None:
    """No Accept, no User-Agent, no X-Amz-Target, no X-Amz-Content-Sha256."""
    exchange = api.call("CreateChatToken", chat_tokens.valid, headers=NO_MORE_HEADERS)

    expect.accepted(exchange)


@verifies("HTTP-REQ-03")
def test_room_is_read_with_no_header_but_the_necessary(
    api: ControlPlane, room: str
) -> None:
    """What holds for CreateChatToken holds for GetRoom."""
    exchange = api.call("GetRoom", {"identifier": room}, headers=NO_MORE_HEADERS)

    expect.accepted(exchange)


@verifies("HTTP-REQ-04")
@pytest.mark.parametrize(
    "headers",
    [
        case(
            [("amz-sdk-invocation-id", "cfa139bb-6b9e-47bb-89b8-e65cfc25ac64")],
            name="amz-sdk-invocation-id",
        ),
        case([("amz-sdk-request", "attempt=1")], name="amz-sdk-request"),
        case([("User-Agent", "aws-cli/2.9.19 Python/3.11")], name="user-agent"),
        case([("Accept-Encoding", "identity")], name="accept-encoding-identity"),
        case([("Accept-Encoding", "gzip, deflate")], name="accept-encoding-gzip"),
        case([("Accept", "*/*")], name="accept-anything"),
        case([("Accept", "application/json")], name="accept-json"),
        case([("Connection", "keep-alive")], name="keep-alive"),
        case([("X-Custom", "1"), ("X-Custom", "2")], name="unknown-twice"),
        case(
            [
                ("Accept-Encoding", "identity"),
                ("User-Agent", "Boto3/1.43.11"),
                ("amz-sdk-invocation-id", "cfa139bb-6b9e-47bb-89b8-e65cfc25ac64"),
                ("amz-sdk-request", "attempt=2; max=5"),
            ],
            name="all-of-boto3",
        ),
    ],
)
def test_other_header_is_ignored(
    api: ControlPlane, chat_tokens: ChatTokens, headers: list[tuple[str, str]]
) -> None:
    """What clients send besides, unsigned, changes nothing."""
    exchange = api.call("CreateChatToken", chat_tokens.valid, headers=(JSON, *headers))

    expect.accepted(exchange)


@verifies("HTTP-REQ-04")
def test_other_headers_are_ignored_when_they_are_signed(
    api: ControlPlane, chat_tokens: ChatTokens
) -> None:
    """The JavaScript SDK signs all that it sends, and writes names in lower case."""
    draft = api.draft("CreateChatToken", chat_tokens.valid)
    draft = replace(
        draft,
        headers=(
            ("content-type", "application/json"),
            ("x-amz-user-agent", "aws-sdk-js/3.952.0"),
            ("amz-sdk-invocation-id", "a9f639ab-5fa1-4402-ae36-c00af716348c"),
            ("amz-sdk-request", "attempt=1; max=1"),
            ("x-amz-content-sha256", hashlib.sha256(draft.body).hexdigest()),
        ),
    )
    signing = replace(api.signing(), signed_headers=SIGNED_BY_JAVASCRIPT)

    exchange = api.send(draft, signing=signing, operation="CreateChatToken")

    expect.accepted(exchange)


@verifies("HTTP-REQ-05")
@pytest.mark.parametrize(
    "body", [case(b"{}", name="compact"), case(b" { } ", name="spaces")]
)
def test_room_is_created_from_an_empty_object(rooms: Rooms, body: bytes) -> None:
    """CreateRoom requires no member."""
    exchange = rooms.create_from(body)

    expect.accepted(exchange)


@verifies("HTTP-REQ-06")
def test_room_is_created_from_an_empty_body(rooms: Rooms) -> None:
    """No byte at all says what `{}` says."""
    empty = rooms.create_from(b"")
    twin = rooms.create_from(b"{}")

    expect.accepted(empty)
    expect.twin_accepted(twin)


@verifies("HTTP-REQ-06")
@pytest.mark.parametrize("operation", ["CreateChatToken", "GetRoom"])
def test_empty_body_lacks_what_an_empty_object_lacks(
    api: ControlPlane, operation: str
) -> None:
    """Where a member is required, no byte is refused as `{}` is."""
    empty = api.call(operation, b"")
    twin = api.call(operation, b"{}")

    expect.not_successful(empty)
    assert _refusal(empty) == _refusal(twin), "`{}` is refused in another way"


def _refusal(exchange: Exchange) -> tuple[int, str | None, set[str]]:
    return exchange.status, exchange.error_type, set(exchange.fields)
