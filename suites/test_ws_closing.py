"""How the connections of a disconnected user end, and how the user comes back."""

from collections.abc import Callable

import pytest

from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.chat_connection import (
    ChatConnection,
    Closed,
    NothingReceivedError,
)
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.fixtures.control_plane import ControlPlane

Disconnect = Callable[[str, str | None], None]

# Longer than a close frame holds, wherever it is cut: inside a character or a family.
LONG_REASONS = [
    case("x" * 200, name="ascii"),
    case("ü" * 200, name="two-bytes"),
    case("x" + "漢" * 199, name="three-bytes"),
    case("🦦" * 200, name="four-bytes"),
    case("👩‍👩‍👧‍👦" * 28, name="families"),
]


@pytest.fixture(params=["by-call", "by-frame"])
def disconnect(
    request: pytest.FixtureRequest,
    api: ControlPlane,
    connections: Connections,
    room: str,
) -> Disconnect:
    """Give a way to disconnect a user of this check's room: each API's own."""
    if request.param == "by-frame":
        moderator = connections.open(
            user_id="moderator", capabilities=["DISCONNECT_USER"]
        )

        def by_frame(user_id: str, reason: str | None) -> None:
            moderator.disconnect_user(user_id, reason=reason)

        return by_frame

    def by_call(user_id: str, reason: str | None) -> None:
        members = {"roomIdentifier": room, "userId": user_id}
        if reason is not None:
            members["reason"] = reason
        answer = api.call("DisconnectUser", members)
        if answer.status != 200:
            pytest.skip(f"DisconnectUser was answered {answer.status}")

    return by_call


@verifies("WS-CLOSE-07")
@pytest.mark.parametrize("sessions", [1, 3])
def test_connections_of_a_disconnected_user_are_closed(
    connections: Connections, disconnect: Disconnect, sessions: int
) -> None:
    """Every connection that the user has in the room ends, and nobody else's."""
    other = connections.open(user_id="other", capabilities=["SEND_MESSAGE"])
    leaving = [connections.open(user_id="leaving") for _ in range(sessions)]

    disconnect("leaving", None)

    for connection in leaving:
        connection.wait_closed()
    assert other.next_answer(other.send("still here")).kind == "MESSAGE", (
        "the connection of another user ended too"
    )


@verifies("WS-CLOSE-08")
@pytest.mark.parametrize(
    "reason", [case(None, name="no-reason"), case("rude", name="reason")]
)
def test_close_after_disconnecting_is_clean(
    connections: Connections, disconnect: Disconnect, reason: str | None
) -> None:
    """A close frame ends the connection, whatever its code."""
    leaving = connections.open(user_id="leaving")

    disconnect("leaving", reason)

    assert _end_of(leaving).clean, "the connection ended without a close frame"


@verifies("WS-CLOSE-09")
@pytest.mark.parametrize(
    "reason", [case("off topic", name="ascii"), case("плохо 🙁", name="beyond-ascii")]
)
def test_close_after_disconnecting_tells_the_reason(
    connections: Connections, disconnect: Disconnect, reason: str
) -> None:
    """The text of the close has the reason that was given."""
    leaving = connections.open(user_id="leaving")

    disconnect("leaving", reason)

    assert reason in _end_of(leaving).reason, "the close does not tell the reason"


@verifies("WS-CLOSE-10")
def test_disconnected_user_hears_of_it(
    connections: Connections, disconnect: Disconnect
) -> None:
    """The event of the disconnecting comes to the user before the close does."""
    leaving = connections.open(user_id="leaving")

    disconnect("leaving", None)

    told = leaving.next_event("aws:DISCONNECT_USER")
    assert told.attributes.get("UserId") == "leaving", "the event names another user"


@verifies("WS-CLOSE-12")
@pytest.mark.parametrize("reason", LONG_REASONS)
def test_long_reason_is_cut_to_what_a_close_frame_holds(
    connections: Connections, disconnect: Disconnect, reason: str
) -> None:
    """The close has 123 bytes of text at most, in UTF-8, and so is as sound as any.

    A client fails a connection whose close frame is longer, or cut inside a character:
    then there is no clean end, where a short reason has one.
    """
    long = connections.open(user_id="long")
    short = connections.open(user_id="short")

    disconnect("long", reason)
    disconnect("short", "rude")

    ended, twin = _end_of(long), _end_of(short)
    assert len(ended.reason.encode()) <= 123, (
        "the close's text is longer than 123 bytes"
    )
    assert ended.clean or not twin.clean, (
        "a long reason ends the connection uncleanly, and a short one does not"
    )


@verifies("WS-CLOSE-12")
@pytest.mark.parametrize("reason", LONG_REASONS)
def test_long_reason_that_was_granted_ends_the_connection(
    connections: Connections, api: ControlPlane, room: str, reason: str
) -> None:
    """A reason longer than a close frame keeps nobody in, where a short one does not.

    Only DisconnectUser says that it took the reason.
    """
    long = connections.open(user_id="long")
    short = connections.open(user_id="short")

    taken = [
        api.call(
            "DisconnectUser",
            {"roomIdentifier": room, "userId": user_id, "reason": given},
        ).status
        for user_id, given in (("short", "rude"), ("long", reason))
    ]

    if taken[0] != 200 or 400 <= taken[1] < 500:
        pytest.skip("DisconnectUser did not take both reasons")
    _end_of(short)
    try:
        long.wait_closed()
    except NothingReceivedError:
        raise AssertionError(
            "a long reason left the connection open, and a short one did not"
        ) from None


@verifies("TOKEN-LIFE-13")
def test_unused_token_of_a_disconnected_user_opens_a_connection(
    connections: Connections, disconnect: Disconnect
) -> None:
    """A token that was issued before the disconnecting is good after it."""
    leaving = connections.open(user_id="leaving")
    unused = connections.token(user_id="leaving")

    disconnect("leaving", None)
    _end_of(leaving)

    assert isinstance(connections.try_open(unused), ChatConnection), (
        "an unused token was revoked"
    )


@verifies("TOKEN-LIFE-17")
def test_disconnected_user_comes_back_with_a_new_token(
    connections: Connections, disconnect: Disconnect
) -> None:
    """A token that is issued after the disconnecting opens a session that works."""
    leaving = connections.open(user_id="leaving")

    disconnect("leaving", None)
    _end_of(leaving)

    token = connections.token(user_id="leaving", capabilities=["SEND_MESSAGE"])
    back = connections.try_open(token)
    assert isinstance(back, ChatConnection), "a disconnected user was kept out"
    assert back.next_answer(back.send("back again")).kind == "MESSAGE", (
        "the new session of a disconnected user does not work"
    )


def _end_of(connection: ChatConnection) -> Closed:
    """Return how the connection ended; that it did is for one check to judge."""
    try:
        return connection.wait_closed()
    except NothingReceivedError:
        pytest.skip("the connection was not closed, which WS-CLOSE-07 judges")
