"""What CreateChatToken answers: three members, and a token fit for a handshake."""

import base64
import binascii
import json
import re
from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import ChatTokens, case, verifies

TOKEN_CHARACTERS = re.compile(r"[A-Za-z0-9!#$%&'*+\-.^_`|~]+")
ALL_CAPABILITIES = ["SEND_MESSAGE", "DISCONNECT_USER", "DELETE_MESSAGE"]

SURELY_ALLOWED = 900
"""As many bytes may attributes have as JSON, however they are counted."""

# 1,024 bytes of keys and values, in entries as short and as many as they can be.
LARGEST_ATTRIBUTES = {
    **{chr(code): "" for code in range(1, 128)},
    **{chr(code): "" for code in range(128, 128 + 448)},
}

REQUESTS = [
    case({}, name="the-least"),
    case(
        {
            "capabilities": ALL_CAPABILITIES,
            "sessionDurationInMinutes": 180,
            "attributes": {"displayName": "Zoë", "color": "red"},
        },
        name="every-member",
    ),
    case(
        {
            "userId": "😀" * 128,
            "capabilities": ALL_CAPABILITIES,
            "attributes": {"k": "😀" * 200},
        },
        name="long-texts",
    ),
]


@verifies("TOKEN-RESP-01")
@pytest.mark.parametrize("members", REQUESTS)
@pytest.mark.parametrize(
    "member", ["token", "tokenExpirationTime", "sessionExpirationTime"]
)
def test_answer_has_three_texts(
    chat_tokens: ChatTokens, members: dict[str, Any], member: str
) -> None:
    """A token and two times, each a JSON string."""
    exchange = chat_tokens.ask(**members)

    expect.accepted(exchange)
    body = exchange.json
    assert isinstance(body, dict), "the answer is no JSON object"
    assert isinstance(body.get(member), str), f"{member} is no JSON string"
    assert body[member], f"{member} is empty"


@verifies("TOKEN-RESP-02")
def test_answer_has_no_state(chat_tokens: ChatTokens) -> None:
    """The `state` of the manual page's sample belongs to no chat token."""
    exchange = chat_tokens.ask()

    expect.accepted(exchange)
    assert "state" not in exchange.json, "there is a member `state`"


@verifies("TOKEN-RESP-03")
@pytest.mark.parametrize("members", REQUESTS)
def test_answer_has_all_its_members(
    chat_tokens: ChatTokens, members: dict[str, Any]
) -> None:
    """All three are there, although the model requires none."""
    exchange = chat_tokens.ask(**members)

    expect.accepted(exchange)
    wanted = {"token", "tokenExpirationTime", "sessionExpirationTime"}
    missing = wanted - exchange.json.keys()
    assert not missing, f"{', '.join(sorted(missing))} missing"


@verifies("TOKEN-RESP-04")
@pytest.mark.parametrize(
    "members",
    [*REQUESTS, case({"attributes": LARGEST_ATTRIBUTES}, name="many-attributes")],
)
def test_token_can_be_offered_as_a_subprotocol(
    chat_tokens: ChatTokens, members: dict[str, Any]
) -> None:
    """Every character is a tchar of RFC 7230: no space, comma, slash, equals sign."""
    tokens = [_token(chat_tokens, members) for _ in range(3)]

    for token in tokens:
        others = sorted(set(TOKEN_CHARACTERS.sub("", token)))
        assert not others, f"the token has {', '.join(map(repr, others))}"


@verifies("TOKEN-RESP-05")
@pytest.mark.parametrize(
    ("members", "secret"),
    [
        case({"userId": "readable-user"}, "readable-user", name="user-id"),
        case({"attributes": {"readable-key": "v"}}, "readable-key", name="key"),
        case({"attributes": {"k": "readable-value"}}, "readable-value", name="value"),
        case({"capabilities": ["SEND_MESSAGE"]}, "SEND_MESSAGE", name="capability"),
    ],
)
def test_token_does_not_show_what_it_says(
    chat_tokens: ChatTokens, members: dict[str, Any], secret: str
) -> None:
    """Neither the text nor a base64 reading of any part of it can be read."""
    token = _token(chat_tokens, members)

    readings = [token.encode(), *_base64_readings(token)]
    assert not any(secret.encode() in reading for reading in readings), (
        "the token can be read without a key"
    )


@verifies("TOKEN-RESP-08")
@pytest.mark.parametrize(
    "members",
    [
        *REQUESTS,
        case({"attributes": {"k": "v" * 1_000}}, name="one-long-attribute"),
        case(
            {"userId": "😀" * 128, "attributes": LARGEST_ATTRIBUTES},
            name="the-largest-request",
        ),
    ],
)
def test_token_fits_into_a_header(
    chat_tokens: ChatTokens, members: dict[str, Any]
) -> None:
    """However much a request says, its token has fewer than 4,096 characters."""
    token = _token(chat_tokens, members)

    assert len(token) < 4_096, f"the token has {len(token)} characters"


@verifies("TOKEN-RESP-15")
@pytest.mark.parametrize("members", REQUESTS)
def test_tokens_of_one_request_differ(
    chat_tokens: ChatTokens, members: dict[str, Any]
) -> None:
    """The same request again, at the same time, yields another token."""
    tokens = [_token(chat_tokens, members) for _ in range(5)]

    assert len(set(tokens)) == 5, "two of five tokens are the same"


def _token(chat_tokens: ChatTokens, members: dict[str, Any]) -> str:
    exchange = chat_tokens.ask(**members)
    attributes = members.get("attributes", {})
    if exchange.status == 400 and len(json.dumps(attributes)) > SURELY_ALLOWED:
        pytest.skip("the target counts attributes in another way (TOKEN-REQ-12)")
    expect.accepted(exchange)
    return str(exchange.json["token"])


def _base64_readings(token: str) -> list[bytes]:
    """Return what base64, of either alphabet, makes of the token and of its parts."""
    readings = []
    for part in (token, *re.split(r"[^A-Za-z0-9+/_-]", token)):
        text = re.sub(r"[^A-Za-z0-9+/_-]", "", part)
        for start in range(min(4, len(text))):
            shifted = text[start:].replace("-", "+").replace("_", "/")
            whole = shifted[: len(shifted) // 4 * 4]
            try:
                readings.append(base64.b64decode(whole, validate=True))
            except binascii.Error:
                continue
    return readings
