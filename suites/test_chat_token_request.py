"""What CreateChatToken takes (contract.md 4.1)."""

from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import WITHOUT, ChatTokens, case, verifies
from ivschat_conformance.fixtures.control_plane import ControlPlane


@verifies("TOKEN-REQ-01")
def test_create_chat_token_takes_its_five_members(chat_tokens: ChatTokens) -> None:
    """A request with all five members is answered with a token."""
    exchange = chat_tokens.ask(
        capabilities=["SEND_MESSAGE", "DISCONNECT_USER", "DELETE_MESSAGE"],
        sessionDurationInMinutes=30,
        attributes={"displayName": "Ann"},
    )

    expect.accepted(exchange)


@verifies("TOKEN-REQ-02")
@pytest.mark.parametrize("member", ["roomIdentifier", "userId"])
def test_required_member_left_out_is_refused(
    chat_tokens: ChatTokens, member: str
) -> None:
    """Without roomIdentifier or userId there is no token, with them there is."""
    refused = chat_tokens.ask(**{member: WITHOUT})
    twin = chat_tokens.ask()

    expect.refused(refused, field=member)
    expect.twin_accepted(twin)


@verifies("TOKEN-REQ-08")
@pytest.mark.parametrize("minutes", [1, 2, 59, 60, 61, 179, 180])
def test_session_duration_from_1_to_180_minutes_is_accepted(
    chat_tokens: ChatTokens, minutes: int
) -> None:
    """Both limits and what lies between them are legal."""
    exchange = chat_tokens.ask(sessionDurationInMinutes=minutes)

    expect.accepted(exchange)


@verifies("TOKEN-REQ-09")
@pytest.mark.parametrize("minutes", [-2_147_483_648, -1, 0, 181, 2_147_483_647])
def test_session_duration_outside_1_to_180_minutes_is_refused(
    chat_tokens: ChatTokens, minutes: int
) -> None:
    """One past either limit, and far past it, is invalid."""
    refused = chat_tokens.ask(sessionDurationInMinutes=minutes)
    twin = chat_tokens.ask(sessionDurationInMinutes=30)

    expect.refused(refused, field="sessionDurationInMinutes")
    expect.twin_accepted(twin)


@pytest.mark.parametrize(
    "attributes",
    [
        case({"k": "v" * 800}, name="ascii-801", verifying="TOKEN-REQ-11"),
        case({"k": "é" * 400}, name="two-byte-801", verifying="TOKEN-REQ-11"),
        case({"k": "😀" * 200}, name="astral-801", verifying="TOKEN-REQ-11"),
        case({}, name="empty", verifying="TOKEN-REQ-13"),
        case({"a": ""}, name="empty-value", verifying="TOKEN-REQ-13"),
    ],
)
def test_attributes_under_a_kilobyte_are_accepted(
    chat_tokens: ChatTokens, attributes: dict[str, Any]
) -> None:
    """What every way of counting finds below 1 KB is legal."""
    exchange = chat_tokens.ask(attributes=attributes)

    expect.accepted(exchange)


@verifies("TOKEN-REQ-19")
def test_same_user_gets_a_token_as_often_as_asked(
    api: ControlPlane, chat_tokens: ChatTokens
) -> None:
    """Each call for the same user and room yields a token."""
    exchanges = [chat_tokens.ask() for _ in range(3)]

    for exchange in exchanges:
        expect.accepted(exchange)
    tokens = {exchange.json["token"] for exchange in exchanges}
    assert len(tokens) == 3, "two of three calls gave the same token"
    assert len(api.trace) == 3
