"""Deliveries: what the core wants done on the connections of one server, done.

A frame is encoded once, however many receive it. What one turn of the event loop
brings together for a connection goes out in one piece: under load that is most of what
a delivery costs.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol, runtime_checkable

from websockets.frames import Frame, Opcode

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.adapters.review_call import ReviewCalls
from ivschat_conformance.reference_impl.adapters.storage import (
    NOTHING_STORED,
    Storage,
)
from ivschat_conformance.reference_impl.core.effects import (
    Close,
    Cut,
    Deliver,
    Effect,
    Later,
    Review,
    WriteLog,
)
from ivschat_conformance.reference_impl.core.handshakes import Opening
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
)
from ivschat_conformance.reference_impl.core.review import PendingMessage
from ivschat_conformance.reference_impl.core.sessions import Session
from ivschat_conformance.reference_impl.shells.defects import report_defect

TURN_SECONDS = 0.02
"""How often the core is told the time while sessions are open, whoever moves it."""

PING_SECONDS = 30.0
"""How often clients are pinged (OPEN-09), so that those between keep the way open."""

_PING = Frame(Opcode.PING, b"").serialize(mask=False)


@runtime_checkable
class HoldsSessions(Protocol):
    """What a shell needs of the core to carry the messaging API."""

    def open_session(
        self, request: HttpRequest, address: str, machine_now: datetime
    ) -> Opening | HttpResponse:
        """Open the session that a handshake asks for, or answer why not."""
        ...

    def receive(
        self, session: Session, frame: bytes, machine_now: datetime
    ) -> tuple[Effect, ...]:
        """Take a frame that a session sent."""
        ...

    def reviewed(
        self, message: PendingMessage, answer: object, machine_now: datetime
    ) -> tuple[Effect, ...]:
        """Take what a review handler answered."""
        ...

    def leave(self, session: Session) -> None:
        """End a session whose connection is gone."""
        ...

    def turn(self, machine_now: datetime) -> tuple[Effect, ...]:
        """End the sessions whose time is over."""
        ...


class Outlet(Protocol):
    """A session's connection, as deliveries see it.

    `outgoing` are whole frames that wait for `flush`.
    """

    outgoing: list[bytes]

    def flush(self) -> None:
        """Send what waits, in one piece."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Send what waits, and begin the closing handshake."""
        ...

    def abort(self) -> None:
        """Cut the connection."""
        ...


class Deliveries:
    """The sessions' connections of one server; methods are for its loop's thread."""

    def __init__(
        self,
        core: HoldsSessions,
        loop: asyncio.AbstractEventLoop,
        storage: Storage = NOTHING_STORED,
    ) -> None:
        self.core = core
        self.loop = loop
        self.storage = storage
        self._outlets: dict[Session, Outlet] = {}
        self._laden: list[Outlet] = []
        self._reviews = ReviewCalls(loop, self._reviewed)
        self._repeated = (
            _Repeated(loop, TURN_SECONDS, self._turn),
            _Repeated(loop, PING_SECONDS, self._ping),
        )

    @property
    def outlets(self) -> frozenset[Outlet]:
        """The connections that are open now."""
        return frozenset(self._outlets.values())

    def add(self, session: Session, outlet: Outlet) -> None:
        """Deliver to this session from now on."""
        if not self._outlets:
            for repeated in self._repeated:
                repeated.start()
        self._outlets[session] = outlet

    def remove(self, session: Session) -> None:
        """Forget a session whose connection is gone."""
        self._outlets.pop(session, None)
        self.core.leave(session)
        if not self._outlets:
            for repeated in self._repeated:
                repeated.stop()

    def receive(self, session: Session, frame: bytes) -> None:
        """Take a frame that a session sent."""
        self.carry_out(self.core.receive(session, frame, clock.now()))

    def carry_out(self, effects: Iterable[Effect]) -> None:
        """Do what the core wants, in its order."""
        for effect in effects:
            match effect:
                case Deliver(sessions, frame):
                    self._deliver(sessions, frame)
                case Close(session, code, reason):
                    if outlet := self._outlets.get(session):
                        outlet.close(code, reason)
                case Cut(session):
                    if outlet := self._outlets.get(session):
                        outlet.flush()
                        outlet.abort()
                case Later(seconds, later):
                    self.loop.call_later(seconds, self._carry_out_late, later)
                case Review():
                    self._reviews.ask(effect)
                case WriteLog():
                    self.storage.write_log(effect)

    def close(self) -> None:
        """Cut every connection and forget what is under way."""
        self._reviews.close()
        for outlet in self.outlets:
            outlet.abort()

    def _deliver(self, sessions: Iterable[Session], frame: str) -> None:
        self._put(sessions, Frame(Opcode.TEXT, frame.encode()).serialize(mask=False))

    def _put(self, sessions: Iterable[Session], frame: bytes) -> None:
        outlets, laden = self._outlets, self._laden
        if not laden:
            self.loop.call_soon(self._flush)
        for session in sessions:
            outlet = outlets.get(session)
            if outlet is None:
                continue
            if not outlet.outgoing:
                laden.append(outlet)
            outlet.outgoing.append(frame)

    def _flush(self) -> None:
        laden, self._laden = self._laden, []
        for outlet in laden:
            outlet.flush()

    def _reviewed(self, message: PendingMessage, answer: object) -> None:
        try:
            self.carry_out(self.core.reviewed(message, answer, clock.now()))
        except Exception as error:  # the server outlives a defect of the core
            report_defect("a review", error)

    def _carry_out_late(self, effects: Iterable[Effect]) -> None:
        try:
            self.carry_out(effects)
        except Exception as error:  # the server outlives a defect of the core
            report_defect("a delay", error)

    def _turn(self) -> None:
        try:
            self.carry_out(self.core.turn(clock.now()))
        except Exception as error:  # the server outlives a defect of the core
            report_defect("the clock's turn", error)

    def _ping(self) -> None:
        self._put(self._outlets, _PING)


class _Repeated:
    """Calls a function every so many seconds of real time, between start and stop."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        seconds: float,
        function: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._seconds = seconds
        self._function = function
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._timer = self._loop.call_later(self._seconds, self._fire)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fire(self) -> None:
        self.start()
        self._function()
