"""Handshakes that open a session: as clients of every kind send them."""

from collections.abc import Iterable

import pytest

from ivschat_conformance.fixtures import raw_socket
from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.chat_connection import ChatConnection
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.fixtures.websocket_client import (
    HandshakeRefusedError,
    Refused,
)

SEND = ["SEND_MESSAGE"]

# As RFC 6455 and 9110 let clients spell them: names and these values ignore case.
SPELLINGS = [
    case([("Connection", "keep-alive, Upgrade")], name="firefox"),
    case([("Connection", "upgrade")], name="lower-case-connection"),
    case([("Upgrade", "WebSocket")], name="mixed-case-upgrade"),
    case(
        [
            ("connection", "upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("sec-websocket-version", "13"),
        ],
        name="lower-case-names",
    ),
    case(
        [("Pragma", "no-cache"), ("Accept-Encoding", "gzip, deflate, br, zstd")],
        name="headers-of-a-browser",
    ),
    case([("Authorization", "Bearer x"), ("Cookie", "a=b")], name="credentials"),
]


@verifies("WS-CONN-01")
def test_token_as_the_only_subprotocol_opens_a_session(
    connections: Connections,
) -> None:
    """Who offers the token alone is connected, and can send."""
    session = connections.open(capabilities=SEND)

    assert session.next_answer(session.send("hello")).kind == "MESSAGE", (
        "the session does not work"
    )


@verifies("WS-CONN-01")
@pytest.mark.parametrize("headers", SPELLINGS)
def test_handshake_is_accepted_however_it_is_spelt(
    connections: Connections, headers: Iterable[tuple[str, str]]
) -> None:
    """What clients spell otherwise, or send besides, changes nothing."""
    answer = connections.exchange_head(
        raw_socket.handshake_request(
            connections.endpoint, connections.token(), headers=headers
        ),
    )

    assert answer.status == 101, f"the handshake was answered {answer.status}, not 101"


@verifies("WS-CONN-01")
def test_name_of_the_token_s_header_ignores_case(connections: Connections) -> None:
    """A token in `sec-websocket-protocol` is a token offered."""
    answer = connections.exchange_head(
        raw_socket.handshake_request(
            connections.endpoint,
            headers=[("sec-websocket-protocol", connections.token())],
        ),
    )

    assert answer.status == 101, f"the handshake was answered {answer.status}, not 101"


@verifies("WS-CONN-02")
@pytest.mark.parametrize(
    ("user_id", "attributes"),
    [
        case("ann", None, name="plain"),
        case("ann", {"note": "long " * 160}, name="long"),
        case("жанна-花", {"имя": "Жанна 🌸"}, name="beyond-ascii"),
    ],
)
def test_token_is_echoed(
    connections: Connections, user_id: str, attributes: dict[str, str] | None
) -> None:
    """The 101 has Sec-WebSocket-Protocol once, and the very token in it."""
    token = connections.token(user_id=user_id, attributes=attributes)

    answer = connections.exchange_head(
        raw_socket.handshake_request(connections.endpoint, token),
    )

    assert answer.status == 101, f"the handshake was answered {answer.status}, not 101"
    echoed = [
        value
        for name, value in answer.headers
        if name.lower() == "sec-websocket-protocol"
    ]
    assert len(echoed) == 1, f"Sec-WebSocket-Protocol comes {len(echoed)} times"
    assert echoed[0] == token, "Sec-WebSocket-Protocol is not the token that was sent"


@verifies("WS-CONN-04")
def test_session_is_in_its_room_when_the_handshake_is_done(
    connections: Connections,
) -> None:
    """Who has said nothing yet gets what is sent to the room."""
    speaker = connections.open(user_id="speaker", capabilities=SEND)
    silent = connections.open(user_id="silent")

    request = speaker.send("to everybody")

    assert silent.next_answer(request).kind == "MESSAGE", (
        "a session that had not sent anything was not in its room"
    )


@verifies("WS-CONN-05")
def test_nothing_comes_before_something_happens(connections: Connections) -> None:
    """The first frame is what is said next: no greeting, no history, no roster."""
    speaker = connections.open(user_id="speaker", capabilities=SEND)
    speaker.send("one")
    speaker.next_answer(speaker.send("two"))

    newcomer = connections.open(user_id="newcomer")
    came = newcomer.frames_until(speaker.send("three"))

    assert len(came) == 1, f"{len(came) - 1} frames came before anything had happened"


@verifies("WS-CONN-06")
@pytest.mark.parametrize("path", [case("", name="none"), case("/", name="slash")])
def test_endpoint_is_reached_with_and_without_a_slash(
    connections: Connections, path: str
) -> None:
    """A URL that ends in the host opens a session, and so does one with a slash."""
    _expect_opened(connections.try_open(connections.token(), path=path))


@verifies("WS-CONN-07")
@pytest.mark.parametrize(
    "origin",
    [
        case("https://shop.example", name="some-site"),
        case("http://localhost:3000", name="localhost"),
        case("null", name="null"),
        case("capacitor://localhost", name="of-an-app"),
        case("chrome-extension://abcdefghijklmnopabcdefghijklmnop", name="extension"),
    ],
)
def test_every_origin_may_connect(connections: Connections, origin: str) -> None:
    """A browser on any site opens a session."""
    _expect_opened(connections.try_open(connections.token(), origin=origin))


@verifies("WS-CONN-07")
def test_client_without_an_origin_may_connect(connections: Connections) -> None:
    """A client that is no browser opens a session."""
    _expect_opened(connections.try_open(connections.token()))


@verifies("WS-CONN-12")
@pytest.mark.parametrize(
    "others", [case(["chat"], name="one"), case(["chat", "soap.v2"], name="two")]
)
def test_first_of_several_subprotocols_is_the_token(
    connections: Connections, others: list[str]
) -> None:
    """A token before other subprotocols opens a session, and none of them counts."""
    token = connections.token()

    session = connections.open(token, subprotocols=[token, *others])

    assert session.subprotocol not in others, "another subprotocol was chosen"


@verifies("WS-CONN-12")
def test_second_of_two_tokens_is_ignored(connections: Connections) -> None:
    """Of two tokens the first opens its user's session; the other stays unused."""
    first = connections.token(user_id="first", capabilities=SEND)
    second = connections.token(user_id="second", capabilities=SEND)

    session = connections.open(first, subprotocols=[first, second])
    session.send("who is it")

    assert session.next_message().sender.user_id == "first", (
        "the session is not that of the first token"
    )
    _expect_opened(connections.try_open(second))


@verifies("WS-CONN-14")
def test_offer_of_compression_is_no_obstacle(connections: Connections) -> None:
    """Whether permessage-deflate is taken or declined, messages pass."""
    content = "compressible " * 20
    try:
        session = connections.open(capabilities=SEND, deflate=True)
    except HandshakeRefusedError:
        raise AssertionError("an offer of permessage-deflate was refused") from None
    plain = connections.open(user_id="plain")

    request = session.send(content)

    for connection in (session, plain):
        assert connection.next_answer(request).raw.get("Content") == content, (
            "a message did not pass as it was sent"
        )


def _expect_opened(found: ChatConnection | Refused) -> None:
    assert isinstance(found, ChatConnection), (
        f"the handshake was refused: {found.status}"
    )
