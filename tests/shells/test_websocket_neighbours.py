"""Whatever some do on their connections, everybody else's messages arrive, in order."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING

import pytest

from ivschat_conformance.reference_impl.core.effects import Effect
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.sessions import Session
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.shells.websocket_connection import (
    MAX_BACKLOG_BYTES,
)

if TYPE_CHECKING:
    from tests.shells.conftest import Lobby, OpenLobby, RawClient

CONT, TEXT, CLOSE, PING = 0, 1, 8, 9
DEADLINE = 5.0
SLICE_FRAMES = 4_096 // 6  # empty ones, of the slice that one client gets at a time

Misbehave = Callable[["Lobby"], Iterator[None]]


def dies_in_mid_frame(lobby: "Lobby") -> Iterator[None]:
    """Die with a frame begun, and come again."""
    while True:
        client = lobby.connect("dies")
        client.send(client.frame(TEXT, client.message("never whole"))[:-3])
        yield
        client.hang_up()


def cuts_tcp(lobby: "Lobby") -> Iterator[None]:
    """Cut the connection with a RST, behind a frame and within one, and come again."""
    while True:
        client = lobby.connect("cuts")
        client.send(client.frame(PING) + client.frame(TEXT, b"{}")[:2])
        yield
        client.reset()


def never_reads(lobby: "Lobby") -> Iterator[None]:
    """Take nothing of what arrives."""
    client = lobby.connect("deaf", receive_buffer=2_304)
    while True:
        client.send_frame(PING, b"a" * 125)
        yield


def sends_single_bytes(lobby: "Lobby") -> Iterator[None]:
    """Send a request in single bytes, one at a time."""
    client = lobby.connect("slow")
    while True:
        for byte in client.frame(TEXT, b"{}"):
            client.send(bytes([byte]))
            yield


def violates(lobby: "Lobby") -> Iterator[None]:
    """Send what is no frame, stay, and come again."""
    while True:
        client = lobby.connect("violates")
        client.send(b"\xff" * 100)
        yield


def never_answers(lobby: "Lobby") -> Iterator[None]:
    """Stay after a close that the moderator asked for."""
    while True:
        lobby.connect("kicked", receive_buffer=2_304)
        lobby.call("/DisconnectUser", userId="kicked")
        yield


def never_ends(lobby: "Lobby") -> Iterator[None]:
    """Go on with one message for ever."""
    client = lobby.connect("endless")
    client.send_frame(TEXT, b"{", fin=False)
    while True:
        client.send_frame(CONT, b"  ", fin=False)
        yield


def leaves_the_door_open(lobby: "Lobby") -> Iterator[None]:
    """Begin handshakes and end none."""
    while True:
        client = lobby.client()
        client.send(client.handshake(lobby.token())[:-2])
        yield


def floods(lobby: "Lobby") -> Iterator[None]:
    """Send thousands of empty frames at a time, and read no answer."""
    while True:
        client = lobby.connect("floods")
        with suppress(OSError):  # it is dropped for that
            client.send(client.frame(TEXT) * 2_000)
        yield


ALONE: list[Misbehave] = [
    dies_in_mid_frame,
    cuts_tcp,
    never_reads,
    sends_single_bytes,
    violates,
    never_answers,
    never_ends,
    leaves_the_door_open,
    floods,
]


@pytest.mark.parametrize(
    "neighbours",
    [
        *(pytest.param([one], id=one.__name__) for one in ALONE),
        pytest.param(ALONE, id="all_together"),
    ],
)
def test_messages_of_others_arrive_in_order(
    lobby: "Lobby", neighbours: list[Misbehave]
) -> None:
    """Two who behave hear each other as if they were alone."""
    ann, bob = lobby.connect("ann"), lobby.connect("bob")
    misbehaving = [neighbour(lobby) for neighbour in neighbours]
    heard: dict[RawClient, list[dict[str, object]]] = {ann: [], bob: []}

    for round_ in range(15):
        lobby.call("/_control/clock/advance", seconds=1)  # the rates refill
        for sender, name in ((ann, "ann"), (bob, "bob")):
            for step in misbehaving:
                next(step)
            for number in range(3):
                sender.say(f"{name} {round_} {number}")
            for receiver in (ann, bob):
                heard[receiver] += hear_messages(receiver, 3)

    assert heard[ann] == heard[bob]
    assert [frame["Content"] for frame in heard[ann]] == [
        f"{name} {round_} {number}"
        for round_ in range(15)
        for name in ("ann", "bob")
        for number in range(3)
    ]


def hear_messages(client: "RawClient", count: int) -> list[dict[str, object]]:
    """Receive so many messages, and leave out the events."""
    messages: list[dict[str, object]] = []
    while len(messages) < count:
        frame = client.hear()
        if frame["Type"] == "MESSAGE":
            messages.append(frame)
    return messages


def test_client_that_never_reads_is_dropped(
    lobby: "Lobby", in_use: Callable[[], int]
) -> None:
    """As soon as too much waits for it, beside what the system holds."""
    server, live = lobby.server.server, lobby.core.service.live
    other = lobby.connect("other")
    lobby.connect("deaf", receive_buffer=2_304)
    before = in_use()
    backlogs = []

    def backlog() -> int:
        return max(outlet_backlog(outlet) for outlet in server.connections)

    while lobby.server.call(lambda: len(live.sessions)) == 2:
        lobby.call("/SendEvent", eventName="long", attributes={"a": "b" * 1000})
        assert other.hear()["EventName"] == "long"
        backlogs.append(lobby.server.call(backlog))
        assert len(backlogs) < 10_000

    assert MAX_BACKLOG_BYTES / 2 < max(backlogs) <= MAX_BACKLOG_BYTES
    lobby.wait_for_people(1)
    lobby.server.call(lobby.core.records.clear)
    backlogs.clear()
    assert in_use() - before < 100_000


def outlet_backlog(outlet: object) -> int:
    """Return the bytes that wait for a client, outside of the system."""
    transport = getattr(outlet, "transport")  # noqa: B009 - either connection has one
    size: int = transport.get_write_buffer_size()
    return size


def test_others_do_not_wait_for_the_end_of_a_flood(open_lobby: "OpenLobby") -> None:
    """Whoever speaks while a hundred thousand frames wait has a turn between them."""
    with open_lobby(Recording) as lobby:
        core = lobby.core
        assert isinstance(core, Recording)
        flooder, other = lobby.connect("flooder"), lobby.connect("other")
        flood = threading.Thread(
            target=suppressing_send, args=(flooder, flooder.frame(TEXT) * 100_000)
        )
        flood.start()
        assert core.flooded.wait(DEADLINE)
        other.say("hello")
        core.spoken.set()

        assert other.hear()["Content"] == "hello"
        flooder.socket.shutdown(2)
        flood.join(DEADLINE)

    assert core.order.index("other") <= 2 * SLICE_FRAMES + 2


def suppressing_send(client: "RawClient", data: bytes) -> None:
    """Send up to where the connection ends."""
    with suppress(OSError):
        client.send(data)


class Recording(Endpoint):
    """A core that notes who sends, and holds the first of a flood until told."""

    def __init__(self, settings: Settings, source: Random, now: datetime) -> None:
        super().__init__(settings, source, now)
        self.order: list[str] = []
        self.flooded = threading.Event()
        self.spoken = threading.Event()

    def receive(
        self, session: Session, frame: bytes, machine_now: datetime
    ) -> tuple[Effect, ...]:
        """Note the sender."""
        self.order.append(session.token.user_id)
        if session.token.user_id == "flooder":
            self.flooded.set()
            self.spoken.wait(DEADLINE)
        return super().receive(session, frame, machine_now)


def test_flood_is_answered_frame_by_frame(lobby: "Lobby") -> None:
    """Nothing of it is lost as long as its sender reads."""
    client = lobby.connect()

    client.send(client.frame(TEXT) * 1_000)

    codes = [client.hear()["ErrorCode"] for _ in range(1_000)]
    assert codes[:10] == [400] * 10
    assert set(codes) == {400, 429}
