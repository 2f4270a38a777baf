"""One client's connection: bytes in, the core's answers out, in order and in time.

What a request means is the core's alone; here are the limits of time, the pressure
back on a client that does not read, and the manner of closing.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.adapters.storage import (
    NOTHING_STORED,
    Storage,
)
from ivschat_conformance.reference_impl.core.http_messages import (
    AT_ONCE,
    MAX_HEAD_BYTES,
    AnswersHttp,
    Delivery,
    HttpRequest,
    TransportFault,
)
from ivschat_conformance.reference_impl.shells.defects import failed_answer
from ivschat_conformance.reference_impl.shells.deliveries import Deliveries
from ivschat_conformance.reference_impl.shells.http_answers import encode, reset
from ivschat_conformance.reference_impl.shells.http_reader import (
    CLOSE,
    PERSIST,
    RequestReader,
)
from ivschat_conformance.reference_impl.shells.websocket_connection import (
    open_websocket,
)

MAX_DISCARDED_BYTES = 16 * 1024 * 1024
"""What a refused client may go on sending before it is cut off."""

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a connection waits, in seconds of real time.

    `request` runs from a request's first byte to its last, `idle` while no request is
    under way or the client does not read, `linger` while a refused client still sends.
    """

    request: float = 10.0
    idle: float = 75.0
    linger: float = 2.0


DEFAULT_TIMEOUTS = Timeouts()


@dataclass(slots=True)
class Surroundings:
    """What the connections of one server share."""

    core: AnswersHttp
    loop: asyncio.AbstractEventLoop
    timeouts: Timeouts = DEFAULT_TIMEOUTS
    deliveries: Deliveries | None = None  # none where the core holds no sessions
    storage: Storage = NOTHING_STORED
    connections: "set[HttpConnection]" = field(default_factory=set)
    closed: bool = False


class HttpConnection(asyncio.Protocol):
    """Reads requests from one client and writes the core's answers."""

    __slots__ = (
        "_deadline",
        "_discardable",
        "_held",
        "_lingering",
        "_reader",
        "_shared",
        "_stopped",
        "_timed",
        "_timer",
        "_unread",
        "transport",
    )

    transport: asyncio.Transport
    _timer: asyncio.TimerHandle

    def __init__(self, shared: Surroundings) -> None:
        self._shared = shared
        self._reader = RequestReader()
        self._unread = b""  # empty but while the client does not read its answers
        self._stopped = False  # no answer goes out now, and so nothing is read
        self._held: asyncio.TimerHandle | None = None  # while an answer is late
        self._lingering = False
        self._discardable = MAX_DISCARDED_BYTES
        self._deadline = 0.0
        self._timed = 0  # the ordinal of the request that the deadline is for

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Join the server's connections and start the one timer."""
        self.transport = cast("asyncio.Transport", transport)  # it is a stream's
        self._shared.connections.add(self)
        self._wait(self._shared.timeouts.idle)
        self._arm()
        if self._shared.closed:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Leave nothing behind."""
        self._shared.connections.discard(self)
        self._timer.cancel()
        if self._held is not None:
            self._held.cancel()
        self._reader.discard()

    def abort(self) -> None:
        """Cut the connection."""
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take what the client sent; after a refusal throw it away."""
        if self._reader.accepting:
            self._unread += data
            self._work()
        elif self._lingering:
            self._discardable -= len(data)
            if self._discardable < 0:
                self.transport.abort()

    def eof_received(self) -> None:
        """Refuse half a request; the transport then closes, answers sent."""
        if self._reader.accepting and self._reader.under_way:
            self._refuse(TransportFault.MALFORMED)

    def pause_writing(self) -> None:
        """Answer no more until the client reads."""
        self._stopped = True

    def resume_writing(self) -> None:
        """Go on where `pause_writing` stopped."""
        self._stopped = False
        self._go_on()

    def _go_on(self) -> None:
        if self._lingering or self.transport.is_closing():
            return
        self._work()
        if not self._stopped and self in self._shared.connections:
            self.transport.resume_reading()

    def _work(self) -> None:
        """Answer and read in turns, as long as the client takes the answers."""
        reader = self._reader
        self._answer_waiting()
        while self._unread and not self._stopped:
            self._unread = reader.read(self._unread)
            self._answer_waiting()
        if self.transport.is_closing():
            return
        if self._stopped:
            self._stop_reading()
        elif reader.fault is not None:
            self._refuse(reader.fault)
        elif reader.handshake is not None:
            self._leave_http(reader.handshake)
        elif not reader.accepting:
            self._close()
        elif not reader.under_way:
            self._wait(self._shared.timeouts.idle)
        else:
            self._await_the_rest()

    def _stop_reading(self) -> None:
        """Read no more, but enough to learn that a client left before its answer."""
        if self._held is None:
            self.transport.pause_reading()
            self._wait(self._shared.timeouts.idle)
        elif len(self._unread) > MAX_HEAD_BYTES:
            self.transport.pause_reading()

    def _await_the_rest(self) -> None:
        """Give a request that is under way its time."""
        reader = self._reader
        if self._timed != reader.under_way:
            self._timed = reader.under_way
            self._wait(self._shared.timeouts.request)
        if reader.expects_continue:
            reader.expects_continue = False
            self.transport.write(_CONTINUE)

    def _answer_waiting(self) -> None:
        waiting, transport = self._reader.waiting, self.transport
        while waiting and not self._stopped and not transport.is_closing():
            request, connection_field = waiting.popleft()
            answer, delivery = self._answer(request, connection_field)
            if delivery is AT_ONCE:
                transport.write(answer)
            else:
                self._send(answer, delivery)

    def _send(self, answer: bytes, delivery: Delivery) -> None:
        """Send an answer in its time; until then this client alone is held up."""
        if delivery.seconds:
            self._stopped = True
            self._held = self._shared.loop.call_later(
                delivery.seconds, self._send_late, answer, delivery
            )
            self._wait(delivery.seconds + self._shared.timeouts.idle)
        else:
            self._put(answer, delivery)

    def _send_late(self, answer: bytes, delivery: Delivery) -> None:
        self._held, self._stopped = None, False
        self._put(answer, delivery)
        self._go_on()

    def _put(self, answer: bytes, delivery: Delivery) -> None:
        """Write what there is of an answer, and end the connection behind a part."""
        if delivery.share is None:
            reset(self.transport)
        else:
            self.transport.write(answer)
            if delivery.share < 1:
                self._close()

    def _answer(
        self, request: HttpRequest, connection_field: str
    ) -> tuple[bytes, Delivery]:
        """Return the answer to a request as bytes, and how it is to be delivered."""
        head_only = request.method == "HEAD"
        try:
            reply = self._shared.core.answer(request, clock.now())
            try:
                if reply.changes:
                    self._shared.storage.keep(reply.changes)
            finally:  # whoever the core has let go has to leave, kept or not
                if reply.effects and self._shared.deliveries is not None:
                    self._shared.deliveries.carry_out(reply.effects)
            response = reply.response
            answer = encode(response, connection_field, head_only=head_only)
        except Exception as error:  # the server outlives a defect of the core
            response = failed_answer(error)
            answer = encode(response, connection_field, head_only=head_only)
        return answer, response.delivery

    def _leave_http(self, handshake: HttpRequest) -> None:
        """Hand the transport over to a session's connection, or say why not."""
        deliveries, connection, delivery = self._shared.deliveries, None, AT_ONCE
        if deliveries is None:
            answer, delivery = self._answer(handshake, CLOSE)
        else:
            try:
                response, connection = open_websocket(
                    self.transport, handshake, deliveries
                )
                answer = encode(response, PERSIST if connection else CLOSE)
                delivery = response.delivery
            except Exception as error:  # the server outlives a defect of the core
                answer, connection = encode(failed_answer(error), CLOSE), None
        self._put(answer, delivery)
        if connection is None:
            self._close()
            return
        following = self._reader.following
        self.connection_lost(None)
        connection.start(following)

    def _refuse(self, fault: TransportFault) -> None:
        """Answer, then read on for a while: a reset would destroy the answer."""
        self._reader.end()
        try:
            answer = encode(self._shared.core.refuse(fault, clock.now()), CLOSE)
        except Exception as error:  # the server outlives a defect of the core
            answer = encode(failed_answer(error), CLOSE)
        self.transport.write(answer)
        self._lingering = True
        if self.transport.can_write_eof():
            with suppress(OSError):  # the client has gone already
                self.transport.write_eof()
        self._wait(self._shared.timeouts.linger)
        self._timer.cancel()
        self._arm()

    def _close(self) -> None:
        """Close once the client has read what is written, and do not wait for ever."""
        self._reader.end()
        self._wait(self._shared.timeouts.idle)
        self.transport.close()

    def _wait(self, seconds: float) -> None:
        self._deadline = self._shared.loop.time() + seconds

    def _arm(self) -> None:
        """Look at the deadline when it falls due, or earlier.

        A request moves the deadline without touching the timer, so the timer must not
        sleep past the nearest one that a request can set.
        """
        loop, timeouts = self._shared.loop, self._shared.timeouts
        soon = loop.time() + min(timeouts.request, timeouts.idle)
        self._timer = loop.call_at(min(self._deadline, soon), self._tick)

    def _tick(self) -> None:
        if self._shared.loop.time() < self._deadline:
            self._arm()
        elif self._stopped or not self._reader.accepting:
            self.transport.abort()
        elif self._reader.under_way:
            self._refuse(TransportFault.TOO_SLOW)
        else:
            self._close()
            self._arm()
