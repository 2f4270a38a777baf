"""Handshakes that open nothing: without a token, or with one that is good for nothing.

Any answer but 101, or a close right after a 101, is a refusal (WS-CONN-10). Beside each
stands a handshake with a good token, which is accepted.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from hashlib import shake_256

import pytest

from ivschat_conformance.fixtures import expect, raw_socket
from ivschat_conformance.fixtures.cases import ChatTokens, case, verifies
from ivschat_conformance.fixtures.chat_connection import ChatConnection
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.fixtures.target import ScenarioClock
from ivschat_conformance.fixtures.websocket_client import Refused

Change = Callable[[str], str]

# A token of another target: of the form that the service's own were seen to have.
FOREIGN = (
    "AQICAH" + urlsafe_b64encode(shake_256(b"foreign").digest(480)).decode() + "!#0"
)

# To the next letter or digit, so that a token's form stays what it is.
LETTERS = "abcdefghijklmnopqrstuvwxyz"
NEXT = str.maketrans(
    f"{LETTERS}{LETTERS.upper()}0123456789",
    f"{LETTERS[1:]}a{LETTERS[1:].upper()}A1234567890",
)

MALFORMED = [
    case(lambda _: "x", name="one-character"),
    case(lambda _: "garbage", name="a-word"),
    case(lambda _: "undefined", name="undefined"),
    case(lambda _: "null", name="null"),
    case(lambda _: "0", name="a-digit"),
    case(lambda _: "...", name="dots"),
    case(lambda _: "!#0", name="the-end-alone"),
    case(lambda token: token[: len(token) // 2], name="first-half"),
    case(lambda token: token[len(token) // 2 :], name="second-half"),
    case(lambda token: token[1:], name="without-its-first-character"),
    case(lambda token: token[:-1], name="without-its-last-character"),
    case(lambda token: f"A{token}", name="with-a-character-before"),
    case(lambda token: f"{token}A", name="with-a-character-behind"),
    case(lambda token: token + token, name="twice"),
    case(lambda token: token[::-1], name="backwards"),
    case(lambda token: _replaced(token, 0), name="another-first-character"),
    case(lambda token: _replaced(token, len(token) // 2), name="another-in-the-middle"),
    case(lambda token: _replaced(token, len(token) // 3), name="another-at-a-third"),
    case(lambda token: "A" * len(token), name="of-one-letter"),
]
IN_ANOTHER_CASE = [
    case(str.swapcase, name="all-of-it"),
    case(str.lower, name="lower"),
    case(str.upper, name="upper"),
    case(lambda token: _one_letter_swapped(token, first=True), name="first-letter"),
    case(lambda token: _one_letter_swapped(token, first=False), name="last-letter"),
]


@verifies("WS-CONN-08")
def test_handshake_without_a_token_opens_nothing(connections: Connections) -> None:
    """Who offers no subprotocol is refused."""
    _expect_refused(connections, None)


@verifies("WS-CONN-08")
def test_handshake_with_an_empty_token_opens_nothing(
    connections: Connections,
) -> None:
    """Who offers an empty subprotocol is refused."""
    found = connections.try_open(None, headers=[("Sec-WebSocket-Protocol", "")])
    twin = connections.try_open(connections.token())

    _judge(found, twin)


@verifies("WS-CONN-08")
@pytest.mark.parametrize("change", MALFORMED)
def test_malformed_token_opens_nothing(
    connections: Connections, change: Change
) -> None:
    """What is no token, or is no more or no less than a token, is refused."""
    token = connections.token()

    _expect_refused(connections, change(token), twin=token)


@verifies("WS-CONN-08")
@pytest.mark.parametrize(
    "change",
    [
        case(lambda _: FOREIGN, name="of-the-service"),
        case(lambda token: token.translate(NEXT), name="of-the-target-s-own-form"),
    ],
)
def test_token_of_another_target_opens_nothing(
    connections: Connections, change: Change
) -> None:
    """What this target has not issued is refused, however much it looks like it."""
    token = connections.token()

    _expect_refused(connections, change(token), twin=token)


@verifies("WS-CONN-03")
@pytest.mark.parametrize("change", IN_ANOTHER_CASE)
def test_token_in_another_case_opens_nothing(
    connections: Connections, change: Change
) -> None:
    """A token with as much as one letter in the other case is refused."""
    token = connections.token()
    changed = change(token)
    if changed == token:
        pytest.skip("the token has no letter to change")

    _expect_refused(connections, changed, twin=token)


@verifies("WS-CONN-12")
def test_token_behind_another_subprotocol_opens_nothing(
    connections: Connections,
) -> None:
    """Of several subprotocols the first alone counts, and it is no token."""
    token = connections.token()

    found = connections.try_open(token, subprotocols=["chat", token])
    twin = connections.try_open(connections.token())

    _judge(found, twin)


@verifies("WS-CONN-09")
@pytest.mark.parametrize(
    "token",
    [
        case(None, name="missing"),
        case("garbage", name="malformed"),
        case(FOREIGN, name="foreign"),
    ],
)
def test_refusal_comes_before_the_upgrade(
    connections: Connections, token: str | None
) -> None:
    """A handshake that opens nothing is answered 4xx, not 101."""
    _expect_4xx(connections.try_open(token))


@verifies("WS-CONN-09")
def test_used_token_is_refused_before_the_upgrade(connections: Connections) -> None:
    """A handshake with a used token is answered 4xx, not 101."""
    token = connections.token()
    connections.open(token)

    _expect_4xx(connections.try_open(token))


@verifies("WS-CONN-09")
def test_expired_token_is_refused_before_the_upgrade(
    clock: ScenarioClock,
    chat_tokens: ChatTokens,
    connections: Connections,
    margin: timedelta,
) -> None:
    """A handshake with an expired token is answered 4xx, not 101."""
    issued = chat_tokens.ask(sessionDurationInMinutes=180)
    expect.accepted(issued)
    token_end = expect.instant(issued.json["tokenExpirationTime"])

    clock.freeze(token_end + margin)

    _expect_4xx(connections.try_open(issued.json["token"]))


@verifies("WS-ERR-07")
def test_error_for_a_missing_token_is_401(connections: Connections) -> None:
    """Where a missing token is told in an ERROR, its code is 401."""
    found = connections.try_open(None)

    told = found.error_code if isinstance(found, Refused) else None
    assert told in {None, 401}, f"a missing token was told as ERROR {told}, not 401"


@verifies("WS-CONN-11")
@pytest.mark.parametrize("offered", [False, True], ids=["alone", "with-a-token"])
def test_plain_get_is_refused(connections: Connections, *, offered: bool) -> None:
    """A GET that asks for no upgrade is answered 4xx, with a token and without."""
    request = raw_socket.handshake_request(
        connections.endpoint,
        connections.token() if offered else None,
        without=["Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"],
    )

    status = connections.exchange_head(request).status

    assert status is not None, "a plain GET was not answered in HTTP"
    assert 400 <= status < 500, f"a plain GET was answered {status}, not some 4xx"


def _expect_refused(
    connections: Connections, token: str | None, *, twin: str | None = None
) -> None:
    """Expect this token to be refused, and then its twin or a new one to open."""
    found = connections.try_open(token)
    _judge(found, connections.try_open(twin or connections.token()))


def _judge(found: ChatConnection | Refused, twin: ChatConnection | Refused) -> None:
    assert isinstance(found, Refused), "the handshake led to a session"
    assert isinstance(twin, ChatConnection), (
        "a good token was refused as well: the refusal proves nothing"
    )


def _expect_4xx(found: ChatConnection | Refused) -> None:
    if isinstance(found, ChatConnection):
        pytest.skip("the handshake led to a session, which WS-CONN-08 judges")
    assert found.status is not None, "the handshake was not answered in HTTP"
    assert 400 <= found.status < 500, (
        f"the handshake was answered {found.status}, not some 4xx"
    )


def _replaced(token: str, at: int) -> str:
    """Return the token with another character there: far from it in any alphabet."""
    other = "n" if token[at] in "ABCDEFGHIJKLM0123456789" else "B"
    return f"{token[:at]}{other}{token[at + 1 :]}"


def _one_letter_swapped(token: str, *, first: bool) -> str:
    letters = [at for at, character in enumerate(token) if character.isalpha()]
    if not letters:
        return token
    at = letters[0 if first else -1]
    return f"{token[:at]}{token[at].swapcase()}{token[at + 1 :]}"
