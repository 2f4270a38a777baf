"""The core without a socket: requests and sessions within one process.

A request is answered in its caller's thread; a session is a line in memory. One caller
at a time reaches the core, whichever thread it comes from. There are no timers: whoever
waits on a session has the core told the time every few milliseconds.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.adapters.review_call import ReviewCalls
from ivschat_conformance.reference_impl.core.effects import (
    Close,
    Cut,
    Deliver,
    Effect,
    Later,
    Review,
)
from ivschat_conformance.reference_impl.core.http_messages import (
    MAX_BODY_BYTES,
    AnswersHttp,
    HttpRequest,
    HttpResponse,
    TransportFault,
)
from ivschat_conformance.reference_impl.core.messaging_api import MAX_FRAME_BYTES
from ivschat_conformance.reference_impl.core.sessions import Session
from ivschat_conformance.reference_impl.shells.defects import (
    failed_answer,
    report_defect,
)
from ivschat_conformance.reference_impl.shells.deliveries import (
    TURN_SECONDS,
    HoldsSessions,
)

T = TypeVar("T")

LOOPBACK = "127.0.0.1"
"""Where clients of this process come from, as a review handler is told."""

_INVALID_DATA = 1007
_TOO_BIG = 1009
_INTERNAL_ERROR = 1011


class Core(AnswersHttp, HoldsSessions, Protocol):
    """What is needed of the core: both APIs."""


@dataclass(frozen=True, slots=True)
class LineClosed:
    """How the server's side ended a line: by a close frame, or by a cut (no code)."""

    code: int | None
    reason: str = ""


class LineClosedError(Exception):
    """The line is closed: nothing can be sent or comes any more."""


class Line:
    """One session's connection, from the client's end; any thread may use it."""

    def __init__(self, door: "InProcess", session: Session, token: str) -> None:
        self.subprotocol = token
        self.session = session
        self.closed: LineClosed | None = None
        self.closed_here: LineClosed | None = None
        self._door = door
        self._waiting: deque[str] = deque()

    @property
    def is_open(self) -> bool:
        """Whether neither side has closed."""
        return self.closed is None and self.closed_here is None

    def send(self, frame: bytes) -> None:
        """Hand a frame to the service; raise LineClosedError after the end."""
        with self._door.changed:
            self._door.turn()
            if not self.is_open:
                raise LineClosedError
            self._door.receive(self, frame)

    def receive(self, timeout: float) -> str:
        """Return the next frame; TimeoutError, or LineClosedError after the last."""
        deadline = clock.monotonic() + timeout
        with self._door.changed:
            while True:
                self._door.turn()
                if self._waiting:
                    return self._waiting.popleft()
                if not self.is_open:
                    raise LineClosedError
                left = deadline - clock.monotonic()
                if left <= 0:
                    raise TimeoutError
                self._door.changed.wait(min(left, TURN_SECONDS))

    def turn(self) -> None:
        """Have what fell due by now happen."""
        with self._door.changed:
            self._door.turn()

    def close(self, code: int | None, reason: str = "") -> None:
        """Close from the client's end, by a close frame or, without a code, a cut."""
        with self._door.changed:
            if self.is_open:
                self.closed_here = LineClosed(code, reason)
                self.closed = self.closed_here  # who gets a close frame answers it
                self._door.leave(self)

    def put(self, frame: str) -> None:
        """Deliver a frame."""
        if self.is_open:
            self._waiting.append(frame)

    def end(self, closed: LineClosed) -> None:
        """Close from the server's end; what came before can still be read."""
        if self.is_open:
            self.closed = closed
            self._door.leave(self)


class InProcess:
    """A core that this process calls directly.

    `changed` is held while the core works, and told of whatever happened on a session.
    `loop_factory` makes event loops on real time, for the deadline of a review.
    """

    def __init__(
        self, core: Core, loop_factory: Callable[[], asyncio.AbstractEventLoop]
    ) -> None:
        self._lock = threading.RLock()
        self.changed = threading.Condition(self._lock)
        self._core = core
        self._loop_factory = loop_factory
        self._lines: dict[Session, Line] = {}

    def call(self, function: Callable[[], T]) -> T:
        """Run a function while nobody else has the core."""
        with self.changed:
            return function()

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer a request as a server would; `delivered` knows how it comes."""
        with self._lock:
            try:
                return self._answer(request)
            except Exception as error:  # as a server, which outlives its defects
                return failed_answer(error)

    def open(self, token: str) -> Line | HttpResponse:
        """Open a session with a chat token, or return how that is refused."""
        handshake = HttpRequest("GET", "/", (("sec-websocket-protocol", token),))
        with self.changed:
            try:
                opening = self._core.open_session(handshake, LOOPBACK, clock.now())
            except Exception as error:  # as a server, which outlives its defects
                return failed_answer(error)
            if isinstance(opening, HttpResponse):
                return opening
            line = Line(self, opening.session, opening.subprotocol)
            self._lines[opening.session] = line
            self.carry_out(opening.effects)
            return line

    def receive(self, line: Line, frame: bytes) -> None:
        """Take a frame of a session; one that is no text ends it."""
        try:
            if len(frame) > MAX_FRAME_BYTES:
                return line.end(LineClosed(_TOO_BIG))
            frame.decode()
            self.carry_out(self._core.receive(line.session, frame, clock.now()))
        except UnicodeDecodeError:
            line.end(LineClosed(_INVALID_DATA))
        except Exception as error:  # as a server, which outlives its defects
            report_defect("a frame", error)
            line.end(LineClosed(_INTERNAL_ERROR))

    def turn(self) -> None:
        """Have what fell due by now happen."""
        if self._lines:
            self.carry_out(self._core.turn(clock.now()))

    def leave(self, line: Line) -> None:
        """Forget a line that is closed."""
        self._lines.pop(line.session, None)
        self._core.leave(line.session)
        self.changed.notify_all()

    def carry_out(self, effects: Iterable[Effect]) -> None:
        """Do what the core wants done on sessions, in its order; no log is written."""
        for effect in effects:
            match effect:
                case Deliver(sessions, frame):
                    self._deliver(sessions, frame)
                case Close(session, code, reason):
                    self._end(session, LineClosed(int(code), reason))
                case Cut(session):
                    self._end(session, LineClosed(None))
                case Later(seconds, later):
                    _start(threading.Timer(seconds, self._carry_out_late, [later]))
                case Review():
                    _start(threading.Thread(target=self._review, args=[effect]))
        self.changed.notify_all()

    def close(self) -> None:
        """Cut every line."""
        with self.changed:
            for line in tuple(self._lines.values()):
                line.end(LineClosed(None))

    def _deliver(self, sessions: Iterable[Session], frame: str) -> None:
        for session in sessions:
            if line := self._lines.get(session):
                line.put(frame)

    def _end(self, session: Session, closed: LineClosed) -> None:
        if line := self._lines.get(session):
            line.end(closed)

    def _carry_out_late(self, effects: Iterable[Effect]) -> None:
        with self.changed:
            self.carry_out(effects)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        now = clock.now()
        if len(request.body) > MAX_BODY_BYTES:
            return self._core.refuse(TransportFault.BODY_TOO_LARGE, now)
        reply = self._core.answer(request, now)
        if reply.effects:
            self.carry_out(reply.effects)
        return reply.response

    def _review(self, review: Review) -> None:
        """Have a handler asked, within its time, and take its answer."""

        async def ask() -> object:
            loop = asyncio.get_running_loop()
            answered: asyncio.Future[object] = loop.create_future()
            calls = ReviewCalls(loop, lambda _, answer: answered.set_result(answer))
            calls.ask(review)
            return await answered

        with asyncio.Runner(loop_factory=self._loop_factory) as runner:
            answer = runner.run(ask())
        with self.changed:
            try:
                effects = self._core.reviewed(review.message, answer, clock.now())
                self.carry_out(effects)
            except Exception as error:  # as a server, which outlives its defects
                report_defect("a review", error)


def _start(thread: threading.Thread) -> None:
    thread.daemon = True  # the interpreter does not wait for it at its end
    thread.start()
