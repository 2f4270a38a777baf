"""Faults of the control plane on a real socket: late, half, or no answers."""

import json
import select
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import requests

from ivschat_conformance import clock
from tests.shells.conftest import ROOM

if TYPE_CHECKING:
    from tests.shells.conftest import Lobby, RawClient

BODY = json.dumps({"roomIdentifier": ROOM, "userId": "ann"})
CALL = (
    f"POST /CreateChatToken HTTP/1.1\r\nHost: here\r\n"
    f"Content-Length: {len(BODY)}\r\n\r\n{BODY}"
).encode()
ROOMS = b"POST /ListRooms HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n"
NEVER = 3600  # seconds: longer than any test waits


def plan(lobby: "Lobby", fault: str, **members: Any) -> None:
    """Plan a fault for the next CreateChatToken."""
    lobby.server.call(
        lambda: lobby.core.faults.plan("CreateChatToken", fault, **members)
    )


def answer(client: "RawClient") -> tuple[str, bytes]:
    """Receive an answer's line and its body."""
    line, fields = client.head()
    return line, client.file.read(int(fields["content-length"]))


def has_news(client: "RawClient") -> bool:
    """Say whether anything has come that was not read."""
    return bool(select.select([client.socket], [], [], 0)[0])


def send_until_stuck(client: "RawClient") -> int:
    """Send until the system takes no more; return how many bytes it took."""
    client.socket.settimeout(0.2)
    sent = 0
    with suppress(TimeoutError):
        while sent < 64 * 1024 * 1024:
            sent += client.socket.send(ROOMS * 1000)
    return sent


def test_throttled_client_may_go_on_on_its_connection(lobby: "Lobby") -> None:
    """An error by plan is an answer like any other, and the next call is good."""
    plan(lobby, "throttle")
    client = lobby.client()

    client.send(CALL + CALL)

    assert answer(client)[0] == "HTTP/1.1 429 Too Many Requests"
    line, body = answer(client)
    assert line == "HTTP/1.1 200 OK"
    assert "token" in json.loads(body)


def test_slow_answer_comes_late_and_whole(lobby: "Lobby") -> None:
    """After so much real time, and what was sent behind it is answered behind it."""
    plan(lobby, "slow", seconds=0.2)
    client = lobby.client()
    before = clock.monotonic()

    client.send(CALL + ROOMS)
    line, body = answer(client)
    took = clock.monotonic() - before

    assert took >= 0.2
    assert line == "HTTP/1.1 200 OK"
    assert "token" in json.loads(body)
    assert "rooms" in json.loads(answer(client)[1])


def test_slow_answer_holds_up_nobody_else(lobby: "Lobby") -> None:
    """Others are answered while one client waits, and it may leave."""
    plan(lobby, "slow", seconds=NEVER)
    slow, quick = lobby.client(), lobby.client()
    slow.send(CALL)
    lobby.wait_until(lambda: not lobby.core.faults)

    for _ in range(3):
        quick.send(CALL)
        assert answer(quick)[0] == "HTTP/1.1 200 OK"

    assert not has_news(slow)
    slow.hang_up()
    quick.hang_up()
    lobby.wait_for_people(0)


def test_client_that_waits_for_a_slow_answer_is_read_no_further(
    lobby: "Lobby",
) -> None:
    """What it goes on sending stays with the system, beyond a few kilobytes."""
    plan(lobby, "slow", seconds=NEVER)
    client = lobby.client()
    client.send(CALL)
    lobby.wait_until(lambda: not lobby.core.faults)

    sent = send_until_stuck(client)

    [connection] = lobby.server.server.connections
    assert sent < 64 * 1024 * 1024
    assert len(lobby.core.records.calls) == 1
    lobby.server.call(connection.abort)


@pytest.mark.parametrize("performed", [False, True])
def test_reset_is_a_reset(lobby: "Lobby", *, performed: bool) -> None:
    """Not a byte comes, and what was asked for has happened only if that was said."""
    rooms = len(lobby.core.service.state.rooms)
    lobby.server.call(
        lambda: lobby.core.faults.plan("CreateRoom", "reset", performed=performed)
    )
    client = lobby.client()

    client.send(ROOMS.replace(b"List", b"Create").replace(b"Rooms", b"Room"))

    with pytest.raises(ConnectionResetError):
        client.file.read(1)
    assert len(lobby.core.service.state.rooms) - rooms == performed


def test_truncated_answer_is_half_of_what_its_head_promises(lobby: "Lobby") -> None:
    """The head is whole, and then the connection ends."""
    plan(lobby, "truncate")
    client = lobby.client()
    client.send(CALL)

    line, fields = client.head()
    rest = client.file.read()

    assert line == "HTTP/1.1 200 OK"
    assert len(rest) == int(fields["content-length"]) // 2
    assert rest.startswith(b'{"token":"')


def test_clients_library_sees_each_fault_as_its_own_error(lobby: "Lobby") -> None:
    """`requests` tells a cut from half an answer and from one that is too late."""
    url = f"{lobby.server.address.url}/CreateChatToken"

    def call() -> requests.Response:
        return requests.post(url, data=BODY, timeout=0.2)

    plan(lobby, "reset")
    with pytest.raises(requests.ConnectionError):
        call()
    plan(lobby, "truncate")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        call()
    plan(lobby, "slow", seconds=NEVER)
    with pytest.raises(requests.ReadTimeout):
        call()
    assert call().status_code == 200


def test_faults_meet_as_many_calls_as_they_are_for(lobby: "Lobby") -> None:
    """However many connections call at the same time."""
    plan(lobby, "internal_error", times=5)
    url = f"{lobby.server.address.url}/CreateChatToken"

    def status(_: int) -> int:
        return requests.post(url, data=BODY, timeout=5).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(status, range(20)))

    assert statuses == [200] * 15 + [500] * 5
