"""Sessions end in time, whoever moves the clock: the tests, the control API, nobody."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from freezegun import freeze_time

from ivschat_conformance.reference_impl.core.effects import Effect
from ivschat_conformance.reference_impl.core.endpoint import Endpoint

if TYPE_CHECKING:
    from tests.shells.conftest import Lobby, OpenLobby, RawClient

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def expires(client: "RawClient") -> dict[str, Any]:
    """Hear the end of a session, and leave; return what was said (WS-CLOSE-05)."""
    error = client.hear()
    assert client.closing() == (1000, "The session has expired")
    client.send_frame(8, b"\x03\xe8")
    assert client.at_end()
    client.hang_up()
    return error


def works(client: "RawClient", content: str) -> bool:
    """Say whether what this client sends comes back to it."""
    client.say(content)
    return bool(client.hear().get("Content") == content)


def test_session_of_180_minutes_is_gone_at_180_00(open_lobby: "OpenLobby") -> None:
    """With a frozen clock it is opened, used at 179:59, and gone, in milliseconds."""
    with open_lobby(clock=START) as lobby:
        client = lobby.connect(sessionDurationInMinutes=180)
        assert works(client, "at 0:00")

        advance(lobby, 180 * MINUTE - SECOND)
        assert works(client, "at 179:59")

        advance(lobby, SECOND)
        assert expires(client)["ErrorCode"] == 401
        lobby.wait_for_people(0)


def advance(lobby: "Lobby", by: timedelta) -> None:
    """Move the clock on by the control API."""
    lobby.call("/_control/clock/advance", seconds=by.total_seconds())


def test_expired_session_is_told_so(open_lobby: "OpenLobby") -> None:
    """WS-ERR-17: in an ERROR that answers no request and has the word in it."""
    with open_lobby(clock=START) as lobby:
        client = lobby.connect(sessionDurationInMinutes=1)
        advance(lobby, MINUTE)
        error = expires(client)

    assert error["Type"] == "ERROR"
    assert error["RequestId"] == ""
    assert error["ErrorCode"] == 401
    assert "expired" in error["ErrorMessage"]


def test_session_ends_where_the_test_moves_the_frozen_clock(
    open_lobby: "OpenLobby",
) -> None:
    """The server notices by itself: nobody has to call it."""
    with freeze_time(START) as frozen, open_lobby() as lobby:
        short = lobby.connect("short", sessionDurationInMinutes=1)
        long = lobby.connect("long", sessionDurationInMinutes=2)

        frozen.move_to(START + MINUTE - SECOND)
        assert works(short, "still here")
        assert long.hear()["Content"] == "still here"
        frozen.move_to(START + MINUTE)
        assert expires(short)["ErrorCode"] == 401

        assert works(long, "alone")
        frozen.tick(MINUTE)
        assert expires(long)["ErrorCode"] == 401


def test_session_ends_where_the_test_of_another_thread_lets_time_be(
    open_lobby: "OpenLobby",
) -> None:
    """A clock that is released jumps to the present, past the end of the session."""
    with open_lobby() as lobby:
        with freeze_time(START):
            client = lobby.connect(sessionDurationInMinutes=180)
            assert works(client, "still here")

        assert expires(client)["ErrorCode"] == 401


@contextmanager
def calling(lobby: "Lobby") -> Iterator["RawClient"]:
    """Give a connection for calls."""
    client = lobby.client()
    yield client
    client.hang_up()


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        pytest.param("POST", "/advance", {"seconds": 60}, id="advance"),
        pytest.param("PUT", "", {"now": "2026-01-02T03:05:05Z"}, id="freeze later"),
    ],
)
def test_clock_is_moved_only_once_the_sessions_have_ended(
    open_lobby: "OpenLobby", method: str, target: str, body: dict[str, Any]
) -> None:
    """Whoever has the control API's answer finds the ends there, without waiting."""
    with open_lobby(clock=START) as lobby, calling(lobby) as caller:
        clients = [lobby.connect(sessionDurationInMinutes=1) for _ in range(50)]
        content = json.dumps(body).encode()
        caller.send(
            f"{method} /_control/clock{target} HTTP/1.1\r\nHost: here\r\n"
            f"Content-Length: {len(content)}\r\n\r\n".encode()
            + content
        )
        line, _ = caller.head()
        arrived = [client.socket.recv(1000, socket.MSG_DONTWAIT) for client in clients]

    assert line == "HTTP/1.1 200 OK"
    assert all(b"expired" in data and b"\x88" in data for data in arrived)


class Moved(Endpoint):
    """A core on a machine whose clock the test moves on."""

    passed = timedelta()

    def turn(self, machine_now: datetime) -> tuple[Effect, ...]:
        """Read the clock that has been moved."""
        return super().turn(machine_now + self.passed)


def test_session_ends_as_time_passes(open_lobby: "OpenLobby") -> None:
    """On real time nothing but the server's own timer says when."""
    with open_lobby(Moved, token_lifetime=timedelta(seconds=1)) as lobby:
        assert isinstance(lobby.core, Moved)
        client = lobby.connect(sessionDurationInMinutes=1)
        lobby.core.passed = MINUTE - 10 * SECOND
        assert works(client, "still here")

        lobby.core.passed = MINUTE

        assert expires(client)["ErrorCode"] == 401


def test_expiry_of_the_token_ends_no_session(open_lobby: "OpenLobby") -> None:
    """TOKEN-LIFE-06: a token of a second opens a session of a minute."""
    with open_lobby(clock=START, token_lifetime=SECOND) as lobby:
        client = lobby.connect(sessionDurationInMinutes=1)

        advance(lobby, 2 * SECOND)

        assert works(client, "still here")


def test_request_after_the_end_reaches_nobody(open_lobby: "OpenLobby") -> None:
    """WS-CLOSE-06: neither does anything reach whoever made it."""
    with open_lobby(clock=START) as lobby:
        late = lobby.connect("late", sessionDurationInMinutes=1)
        other = lobby.connect("other", sessionDurationInMinutes=2)
        lobby.server.call(lobby.core.clock.advance, MINUTE, START)  # behind its back
        late.say("too late")
        other.say("in time")

        assert other.hear()["Content"] == "in time"
        assert expires(late)["ErrorCode"] == 401
