"""Which of two faults of one request is told (contract.md 2.4)."""

from dataclasses import replace
from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import (
    WITHOUT,
    ChatTokens,
    case,
    needs_signatures,
    unknown_room,
    verifies,
)
from ivschat_conformance.fixtures.control_plane import ControlPlane

# %b is the room's ARN, %u that of no room; the status is what a good signature gets.
BAD_BODIES = [
    case(b'{"roomIdentifier":', 400, name="no-json"),
    case(b"[]", 400, name="no-object"),
    case(b"{}", 400, name="no-members"),
    case(b'{"roomIdentifier":"%b","userId":7}', 400, name="wrong-type"),
    case(b'{"roomIdentifier":"%b","userId":""}', 400, name="broken-constraint"),
    case(b'{"roomIdentifier":"%u","userId":"user-1"}', 404, name="unknown-room"),
]
BAD_ARNS = [
    case("NoRoomHere12", name="bare-id"),
    case("arn:aws:ivs:us-west-2:123456789012:room/NoRoomHere12", name="service"),
    case("arn:aws:ivschat:us-west-2:123456789012:NoRoomHere12", name="no-type"),
    case("arn:aws:ivschat:us-west-2:x:room/NoRoomHere12", name="account"),
    case("arn:aws:ivschat:us-west-2:123456789012:room/", name="no-id"),
]


@verifies("ORDER-01")
@pytest.mark.parametrize(("body", "otherwise"), BAD_BODIES)
def test_signature_comes_before_the_body(
    api: ControlPlane, room: str, body: bytes, otherwise: int
) -> None:
    """Who may not ask does not hear what is wrong with the question."""
    needs_signatures(api)
    body = body.replace(b"%b", room.encode())
    body = body.replace(b"%u", unknown_room(room).encode())

    spoilt = replace(api.signing(), body=b"another body")
    refused = api.call("CreateChatToken", body, signing=spoilt)
    rightly_signed = api.call("CreateChatToken", body)

    expect.refused_somehow(refused, status=403)
    expect.refused_somehow(rightly_signed, status=otherwise)


@verifies("ORDER-01")
@pytest.mark.parametrize(
    "members",
    [
        case({"userId": 7}, name="userId"),
        case({"sessionDurationInMinutes": "60"}, name="sessionDurationInMinutes"),
        case({"capabilities": "SEND_MESSAGE"}, name="capabilities"),
        case({"attributes": ["k"]}, name="attributes"),
    ],
)
def test_wrong_type_comes_before_existence(
    chat_tokens: ChatTokens, room: str, members: dict[str, Any]
) -> None:
    """What cannot be read is a 400, also where the room is unknown."""
    absent = unknown_room(room)

    refused = chat_tokens.ask(roomIdentifier=absent, **members)
    only_unknown = chat_tokens.ask(roomIdentifier=absent)

    expect.refused_somehow(refused)
    expect.refused_somehow(only_unknown, status=404)


@verifies("ORDER-02")
@pytest.mark.parametrize("arn", BAD_ARNS)
def test_malformed_arn_of_a_chat_token_is_invalid_not_unknown(
    chat_tokens: ChatTokens, arn: str
) -> None:
    """A text that names no room in any account is a 400."""
    refused = chat_tokens.ask(roomIdentifier=arn)
    twin = chat_tokens.ask()

    expect.refused(refused, field="roomIdentifier")
    expect.twin_accepted(twin)


@verifies("ORDER-02")
@pytest.mark.parametrize("operation", ["GetRoom", "DeleteRoom"])
@pytest.mark.parametrize("arn", BAD_ARNS)
def test_malformed_identifier_is_invalid_not_unknown(
    api: ControlPlane, room: str, operation: str, arn: str
) -> None:
    """A text that names no room in any account is a 400."""
    refused = api.call(operation, {"identifier": arn})
    twin = api.call("GetRoom", {"identifier": room})

    expect.refused(refused, field="identifier")
    expect.twin_accepted(twin)


@verifies("ORDER-02")
@pytest.mark.parametrize(
    ("member", "value"),
    [
        case("userId", WITHOUT, name="no-userId"),
        case("userId", "", name="empty-userId"),
        case("userId", "u" * 129, name="long-userId"),
        case("capabilities", ["BAN_USER"], name="capabilities"),
        case("sessionDurationInMinutes", 10_000, name="sessionDurationInMinutes"),
        case("attributes", {"k": "v" * 2_100}, name="attributes"),
    ],
)
def test_constraint_comes_before_existence(
    chat_tokens: ChatTokens, room: str, member: str, value: object
) -> None:
    """A request that no room could grant is a 400, also where the room is unknown."""
    absent = unknown_room(room)

    refused = chat_tokens.ask(roomIdentifier=absent, **{member: value})
    only_unknown = chat_tokens.ask(roomIdentifier=absent)

    expect.refused(refused, field=member)
    expect.refused_somehow(only_unknown, status=404)
