"""What goes on by itself while sessions are open, and that nothing is left of it."""

import asyncio
import gc
import json
from asyncio import StreamReader, StreamWriter, TimerHandle
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, TypeVarTuple

import pytest

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.core.effects import Effect
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.shells import deliveries as deliveries_module
from ivschat_conformance.reference_impl.shells import websocket_connection
from ivschat_conformance.reference_impl.shells.server import (
    RealTimeEventLoop,
    RunningServer,
    start,
)
from ivschat_conformance.reference_impl.shells.websocket_connection import (
    WebSocketConnection,
)

if TYPE_CHECKING:
    from tests.shells.conftest import Lobby, OpenLobby

Ts = TypeVarTuple("Ts")

CLOSE, PING = 8, 9
DEADLINE = 5.0
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
PINGED = (PING, b"")
PRIVATE = "alice@example.com"


class TimedLoop(RealTimeEventLoop):
    """An event loop that knows its timers."""

    def __init__(self) -> None:
        super().__init__()
        self._set: set[TimerHandle] = set()

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> TimerHandle:
        """Set a timer, and remember it until it fires."""

        def fire() -> None:
            self._set.discard(handle)
            callback(*args)

        handle = super().call_at(when, fire, context=context)
        self._set.add(handle)
        return handle

    @property
    def pending(self) -> int:
        """How many timers are still to fire."""
        return sum(not timer.cancelled() for timer in self._set)


@dataclass
class Guest:
    """A client in the server's own loop."""

    reader: StreamReader
    writer: StreamWriter

    async def leave(self) -> None:
        """Hang up."""
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()


@dataclass
class Stage:
    """A server in a loop whose timers are known."""

    loop: TimedLoop
    core: Endpoint
    server: RunningServer
    guests: list[Guest] = field(default_factory=list)

    async def connect(self) -> Guest:
        """Let somebody in."""
        address = self.server.address
        guest = Guest(*await asyncio.open_connection(address.host, address.port))
        self.guests.append(guest)
        guest.writer.write(new_handshake(self.core))
        head = await guest.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 ")
        return guest

    async def until(self, condition: Callable[[], bool]) -> None:
        """Turn the loop until it is so, or fail at the deadline."""
        deadline = clock.monotonic() + DEADLINE
        while not condition():
            assert clock.monotonic() < deadline, "it did not come true in time"
            await asyncio.sleep(0)


def new_handshake(core: Endpoint) -> bytes:
    """Return a handshake with a token of its own."""
    asked = {"roomIdentifier": ROOM, "userId": "ann"}
    call = HttpRequest("POST", "/CreateChatToken", (), json.dumps(asked).encode())
    token = json.loads(core.answer(call, clock.now()).response.body)["token"]
    return (
        "GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MTYgYnl0ZXMgb2Yga2V5Lg==\r\n"
        f"Sec-WebSocket-Protocol: {token}\r\n\r\n"
    ).encode()


def run(scenario: Callable[[Stage], Awaitable[None]]) -> None:
    """Run a scenario, and hold it to it that no guest stays open."""
    settings = Settings(rooms=[ROOM], verify_signatures=False)
    core = Endpoint(settings, Random(20260102), clock.now())  # noqa: S311 - repeatable

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, TimedLoop)
        stage = Stage(loop, core, await start(core, "127.0.0.1", 0))
        try:
            await scenario(stage)
        finally:
            await stage.server.close()
            for guest in stage.guests:
                await guest.leave()

    with asyncio.Runner(loop_factory=TimedLoop) as runner:
        runner.run(main())


def test_timers_run_while_sessions_are_open() -> None:
    """From the first that comes to the last that leaves, and then again."""

    async def scenario(stage: Stage) -> None:
        loop, server = stage.loop, stage.server
        assert loop.pending == 0
        for _ in range(2):
            first = await stage.connect()
            assert loop.pending == 2
            second = await stage.connect()
            assert loop.pending == 2
            await first.leave()
            await stage.until(lambda: len(server.connections) == 1)
            assert loop.pending == 2
            await second.leave()
            await stage.until(lambda: not server.connections)
            assert loop.pending == 0

    run(scenario)


def test_closing_the_server_leaves_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """No connection, no timer, no task, though much is under way."""

    async def scenario(stage: Stage) -> None:
        loop, server = stage.loop, stage.server
        guests = [await stage.connect() for _ in range(4)]
        guests[1].writer.write(b"\x81\x02hi")  # it is closed for that, and stays
        guests[2].writer.write(b"\x81\x80\0\0\0\0" * 20_000)
        guests[3].writer.write(b"\x01\x80\0\0\0\0" + b"\x81")
        assert (await guests[1].reader.read(2))[:1] == b"\x88"
        assert (await guests[2].reader.read(2))[:1] == b"\x81"
        assert len(server.connections) == 4
        assert loop.pending == 3  # turns, pings, and how long the second may stay

        await server.close()

        assert server.connections == frozenset()
        assert len(stage.core.service.live.sessions) == 0
        assert loop.pending == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(scenario)

    gc.collect()
    assert not [o for o in gc.get_objects() if isinstance(o, WebSocketConnection)]
    assert caplog.records == []


def test_reset_closes_everybody(lobby: "Lobby") -> None:
    """Their room starts again, without them; who comes now is served."""
    clients = [lobby.connect() for _ in range(3)]

    lobby.call("/_control/reset")

    for client in clients:
        assert client.closing() == (1001, "The service starts again")
        client.send_frame(CLOSE, b"\x03\xe9")
        assert client.at_end()
        client.hang_up()
    lobby.wait_for_people(0)
    late = lobby.connect()
    late.say("hello")
    assert late.hear()["Content"] == "hello"


def test_clients_are_pinged(
    open_lobby: "OpenLobby", monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPEN-09: again and again, so that those between keep the way open."""
    monkeypatch.setattr(deliveries_module, "PING_SECONDS", 0.001)

    with open_lobby() as lobby:
        client = lobby.connect()
        heard = [client.receive() for _ in range(3)]

    assert heard == [PINGED] * 3


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(b"\x81\x02hi", id="violation"),
        pytest.param(b"\x88\x80\0\0\0\0", id="close"),
    ],
)
def test_client_at_its_end_is_pinged_no_more(
    open_lobby: "OpenLobby", monkeypatch: pytest.MonkeyPatch, last: bytes
) -> None:
    """It takes its time to go, and nobody else misses anything meanwhile."""
    monkeypatch.setattr(deliveries_module, "PING_SECONDS", 0.001)
    monkeypatch.setattr(websocket_connection, "LINGER_SECONDS", 60)

    with open_lobby() as lobby:
        going, staying = lobby.connect("going"), lobby.connect("staying")
        going.send(last)
        while (frame := going.receive()) == PINGED:
            pass
        assert frame[0] == CLOSE
        assert going.at_end()
        assert [staying.receive() for _ in range(20)] == [PINGED] * 20
        staying.say("still here")
        content = staying.hear()["Content"]

    assert content == "still here"


class Failing(Endpoint):
    """A core some of whose turns fail."""

    failures = 0

    def turn(self, machine_now: datetime) -> tuple[Effect, ...]:
        """Fail as often as it is to."""
        if self.failures:
            self.failures -= 1
            raise LookupError(PRIVATE)
        return super().turn(machine_now)


def test_defect_in_a_turn_is_logged_and_the_next_turn_comes(
    open_lobby: "OpenLobby",
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The log says where, and not what."""
    monkeypatch.setattr(deliveries_module, "TURN_SECONDS", 0.001)

    with open_lobby(Failing) as lobby:
        core = lobby.core
        assert isinstance(core, Failing)
        lobby.connect()
        core.failures = 3
        lobby.wait_until(lambda: not core.failures)
        text = caplog.text
        caplog.clear()

    assert text.count("LookupError") >= 3
    assert PRIVATE not in text
