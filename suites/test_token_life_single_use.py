"""How often a chat token opens a connection: once, and what does not count as once."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ivschat_conformance.fixtures import raw_socket
from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.chat_connection import (
    ChatConnection,
    NothingReceivedError,
)
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.websocket_client import Refused

# What RFC 6455, 4.2.1 asks of a handshake, lacking or wrong: leave out, put in place.
UNSOUND = [
    case(["Upgrade"], [], name="no-upgrade"),
    case([], [("Upgrade", "h2c")], name="upgrade-to-something-else"),
    case(["Connection"], [], name="no-connection"),
    case([], [("Connection", "keep-alive")], name="connection-without-upgrade"),
    case(["Upgrade", "Connection"], [], name="neither"),
    case(["Sec-WebSocket-Key"], [], name="no-key"),
    case([], [("Sec-WebSocket-Key", "c2hvcnQ=")], name="key-of-five-bytes"),
    case(["Sec-WebSocket-Version"], [], name="no-version"),
    case([], [("Sec-WebSocket-Version", "12")], name="version-12"),
]


@verifies("TOKEN-LIFE-03", "WS-CONN-08")
def test_token_opens_no_second_connection_beside_the_first(
    connections: Connections,
) -> None:
    """While its connection is open, a token is refused and another one is not."""
    token = connections.token()

    connections.open(token)
    again = connections.try_open(token)
    twin = connections.try_open(connections.token(user_id="twin"))

    assert isinstance(again, Refused), "a token opened two connections at once"
    _opened(twin)


@verifies("TOKEN-LIFE-03", "WS-CONN-08")
@pytest.mark.parametrize("how", ["closed", "closed-without-a-code", "cut"])
def test_token_opens_no_second_connection_after_the_first(
    connections: Connections, how: str
) -> None:
    """Once its connection has ended, however it did, a token is refused."""
    token = connections.token()

    first = connections.open(token)
    if how == "cut":
        first.cut()
    elif how == "closed":
        first.close()
    else:
        first.send_raw(raw_socket.client_frame(0x8))
        first.wait_closed()
    again = connections.try_open(token)
    twin = connections.try_open(connections.token(user_id="twin"))

    assert isinstance(again, Refused), "a token opened a second connection"
    _opened(twin)


@verifies("TOKEN-LIFE-03", "WS-CONN-08")
def test_token_stays_used_however_often_it_is_tried(connections: Connections) -> None:
    """A refusal does not give a used token back."""
    token = connections.token()
    connections.open(token).close()

    tried = [connections.try_open(token) for _ in range(3)]
    twin = connections.try_open(connections.token(user_id="twin"))

    assert all(isinstance(found, Refused) for found in tried), (
        "a used token opened a connection when it was tried again"
    )
    _opened(twin)


@verifies("TOKEN-LIFE-03", "WS-CONN-08")
@pytest.mark.parametrize("client", ["alone", "with-origin", "with-deflate"])
def test_token_stays_used_whatever_client_brings_it(
    connections: Connections, client: str
) -> None:
    """Another Origin or another extension makes no new token of a used one."""
    token = connections.token()
    connections.open(token)

    if client == "with-origin":
        again = connections.try_open(token, origin="https://another.example")
    else:
        again = connections.try_open(token, deflate=client == "with-deflate")
    twin = connections.try_open(connections.token(user_id="twin"))

    assert isinstance(again, Refused), "a token opened two connections at once"
    _opened(twin)


@verifies("TOKEN-LIFE-04")
@pytest.mark.parametrize("clients", [2, 5])
def test_one_of_simultaneous_handshakes_succeeds_at_most(
    connections: Connections, clients: int
) -> None:
    """However many come with one token at once, no two of them get a session."""
    token = connections.token()
    start = Barrier(clients)

    def open_at_once(_: int) -> ChatConnection | Refused:
        start.wait(5)
        return connections.try_open(token)

    with ThreadPoolExecutor(clients) as threads:
        found = list(threads.map(open_at_once, range(clients)))

    opened = [one for one in found if isinstance(one, ChatConnection)]
    assert len(opened) <= 1, f"{len(opened)} handshakes succeeded with one token"


@verifies("TOKEN-LIFE-05")
@pytest.mark.parametrize(("without", "headers"), UNSOUND)
def test_unsound_handshake_does_not_use_the_token_up(
    connections: Connections,
    without: Iterable[str],
    headers: Iterable[tuple[str, str]],
) -> None:
    """A token still opens a connection after a handshake that was none."""
    token = connections.token()
    unsound = raw_socket.handshake_request(
        connections.endpoint, token, without=without, headers=headers
    )

    answer = connections.exchange_head(unsound)

    if answer.status == 101:
        pytest.skip("the target takes this handshake for a sound one")
    assert isinstance(connections.try_open(token), ChatConnection), (
        "a handshake that failed for another reason used the token up"
    )


@verifies("TOKEN-LIFE-05")
def test_handshake_by_another_method_does_not_use_the_token_up(
    connections: Connections,
) -> None:
    """A token still opens a connection after a POST that offered it."""
    token = connections.token()
    post = raw_socket.handshake_request(connections.endpoint, token, method="POST")

    answer = connections.exchange_head(post)

    if answer.status == 101:
        pytest.skip("the target takes this handshake for a sound one")
    assert isinstance(connections.try_open(token), ChatConnection), (
        "a handshake that failed for another reason used the token up"
    )


@verifies("WS-CLOSE-14")
@pytest.mark.parametrize("end", ["by-the-client", "by-a-reset", "by-the-service"])
def test_closed_session_is_not_resumed(
    api: ControlPlane, connections: Connections, room: str, end: str
) -> None:
    """After the end the old token opens nothing, and a new one of the user does."""
    token = connections.token(user_id="ann")
    session = connections.open(token)

    if end == "by-the-client":
        session.close()
    elif end == "by-a-reset":
        session.cut()
    else:
        api.call("DisconnectUser", {"roomIdentifier": room, "userId": "ann"})
        try:
            session.wait_closed()
        except NothingReceivedError:
            pytest.skip("the session was not closed, which WS-CLOSE-07 judges")
    resumed = connections.try_open(token)
    anew = connections.try_open(connections.token(user_id="ann"))

    assert isinstance(resumed, Refused), "a closed session was resumed"
    assert isinstance(anew, ChatConnection), "a new token opened nothing"


def _opened(twin: ChatConnection | Refused) -> None:
    """Expect a token that nobody has used to open a connection."""
    assert isinstance(twin, ChatConnection), (
        "a token that nobody has used was refused as well: the refusal proves nothing"
    )
