"""What CreateChatToken takes: its members, what is required, what is the default."""

from datetime import timedelta
from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import WITHOUT, ChatTokens, case, verifies
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.fixtures.target import Target

CAPABILITIES = ("SEND_MESSAGE", "DISCONNECT_USER", "DELETE_MESSAGE")


@verifies("TOKEN-REQ-01")
@pytest.mark.parametrize(
    "members",
    [
        case({}, name="the-required-two"),
        case(
            {
                "capabilities": ["SEND_MESSAGE"],
                "sessionDurationInMinutes": 30,
                "attributes": {"displayName": "Ann"},
            },
            name="all-five",
        ),
        case({"capabilities": ["SEND_MESSAGE"]}, name="and-capabilities"),
        case({"sessionDurationInMinutes": 30}, name="and-a-duration"),
        case({"attributes": {"displayName": "Ann"}}, name="and-attributes"),
    ],
)
def test_create_chat_token_takes_its_five_members(
    chat_tokens: ChatTokens, members: dict[str, Any]
) -> None:
    """Room and user are enough, and each of the three others may come along."""
    exchange = chat_tokens.ask(**members)

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


@verifies("TOKEN-REQ-02")
def test_request_without_any_member_is_refused(chat_tokens: ChatTokens) -> None:
    """An empty object lacks both required members."""
    refused = chat_tokens.ask(roomIdentifier=WITHOUT, userId=WITHOUT)
    twin = chat_tokens.ask()

    expect.refused(refused)
    expect.twin_accepted(twin)


@verifies("TOKEN-REQ-03")
@pytest.mark.parametrize(
    "capabilities",
    [
        *(case([word], name=word) for word in CAPABILITIES),
        case(["SEND_MESSAGE", "DISCONNECT_USER"], name="send-and-disconnect"),
        case(["SEND_MESSAGE", "DELETE_MESSAGE"], name="send-and-delete"),
        case(["DISCONNECT_USER", "DELETE_MESSAGE"], name="disconnect-and-delete"),
        case(list(CAPABILITIES), name="all-three"),
        case(list(reversed(CAPABILITIES)), name="all-three-in-another-order"),
    ],
)
def test_every_set_of_the_three_capabilities_is_accepted(
    chat_tokens: ChatTokens, capabilities: list[str]
) -> None:
    """Any capability can be asked for, with or without the others."""
    exchange = chat_tokens.ask(capabilities=capabilities)

    expect.accepted(exchange)


@verifies("TOKEN-REQ-03")
@pytest.mark.parametrize(
    "capabilities",
    [
        case(["BAN_USER"], name="another-word"),
        case(["send_message"], name="lower-case"),
        case(["Send_Message"], name="mixed-case"),
        case(["SEND-MESSAGE"], name="hyphen"),
        case([" SEND_MESSAGE"], name="leading-space"),
        case(["SEND_MESSAGE\n"], name="trailing-newline"),
        case(["SEND_MESSAGE,DELETE_MESSAGE"], name="two-in-one"),
        case(["ivschat:SEND_MESSAGE"], name="prefixed"),
        case(["*"], name="wildcard"),
        case([""], name="empty"),
        case(["SEND_MESSAGE", "BAN_USER"], name="one-of-two"),
    ],
)
def test_word_that_is_no_capability_is_refused(
    chat_tokens: ChatTokens, capabilities: list[str]
) -> None:
    """A capability is one of three words, exactly so written."""
    refused = chat_tokens.ask(capabilities=capabilities)
    twin = chat_tokens.ask(capabilities=["SEND_MESSAGE"])

    expect.refused(refused, field="capabilities")
    expect.twin_accepted(twin)


@verifies("TOKEN-REQ-04")
@pytest.mark.parametrize(
    "capabilities", [case(WITHOUT, name="absent"), case([], name="empty")]
)
def test_token_can_be_for_viewing_only(
    chat_tokens: ChatTokens, capabilities: object
) -> None:
    """No capabilities, left out or empty, is a legal request."""
    exchange = chat_tokens.ask(capabilities=capabilities)

    expect.accepted(exchange)


@verifies("TOKEN-REQ-04")
@pytest.mark.parametrize(
    "capabilities", [case(WITHOUT, name="absent"), case([], name="empty")]
)
def test_token_without_capabilities_permits_no_message(
    chat_tokens: ChatTokens, connections: Connections, capabilities: object
) -> None:
    """Whose token has no capabilities, left out or empty, gets ERROR 403."""
    issued = chat_tokens.ask(capabilities=capabilities)
    expect.accepted(issued)
    viewer = connections.open(issued.json["token"])

    error = viewer.next_error(to=viewer.send("hello"))

    assert error.error_code == 403, "the ERROR is no 403"


@verifies("TOKEN-REQ-05")
@pytest.mark.parametrize("word", ["VIEW_MESSAGES", "VIEW_MESSAGE", "VIEW", "NONE"])
def test_viewing_has_no_capability_of_its_own(
    chat_tokens: ChatTokens, word: str
) -> None:
    """Viewing is implicit: there is no word for it."""
    refused = chat_tokens.ask(capabilities=[word])
    twin = chat_tokens.ask(capabilities=["SEND_MESSAGE"])

    expect.refused(refused, field="capabilities")
    expect.twin_accepted(twin)


@verifies("TOKEN-REQ-06")
@pytest.mark.parametrize(
    "capabilities",
    [
        case(["SEND_MESSAGE"] * 2, name="twice"),
        case(["DELETE_MESSAGE", "SEND_MESSAGE", "DELETE_MESSAGE"], name="apart"),
        case(["SEND_MESSAGE"] * 100, name="a-hundred-times"),
    ],
)
def test_repeated_capability_is_accepted(
    chat_tokens: ChatTokens, capabilities: list[str]
) -> None:
    """The list has no limit and need not be unique."""
    exchange = chat_tokens.ask(capabilities=capabilities)

    expect.accepted(exchange)


@verifies("TOKEN-REQ-08")
@pytest.mark.parametrize("minutes", [1, 2, 59, 60, 61, 179, 180])
def test_session_duration_from_1_to_180_minutes_is_accepted(
    chat_tokens: ChatTokens, minutes: int
) -> None:
    """Both limits and what lies between them are legal."""
    exchange = chat_tokens.ask(sessionDurationInMinutes=minutes)

    expect.accepted(exchange)


@verifies("TOKEN-REQ-08")
def test_session_lasts_60_minutes_where_nothing_else_is_asked_for(
    chat_tokens: ChatTokens, ivschat_target: Target
) -> None:
    """The default is an hour."""
    exchange = chat_tokens.ask(sessionDurationInMinutes=WITHOUT)

    expect.accepted(exchange)
    end = expect.instant(exchange.json["sessionExpirationTime"])
    expect.from_issue(end, exchange, ivschat_target, timedelta(minutes=60))


@verifies("TOKEN-REQ-09")
@pytest.mark.parametrize(
    "minutes", [-2_147_483_648, -180, -1, 0, 181, 1440, 2_147_483_647]
)
def test_session_duration_outside_1_to_180_minutes_is_refused(
    chat_tokens: ChatTokens, minutes: int
) -> None:
    """One past either limit, and far past it, is invalid."""
    refused = chat_tokens.ask(sessionDurationInMinutes=minutes)
    twin = chat_tokens.ask(sessionDurationInMinutes=30)

    expect.refused(refused, field="sessionDurationInMinutes")
    expect.twin_accepted(twin)
