"""One session's connection: RFC 6455 frames in, the core's frames out.

The protocol is the library's. Here are the limits: how much a client may send at a
time, and how far behind it may fall as a reader before it is dropped.
"""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from http import HTTPStatus

from websockets.datastructures import Headers
from websockets.frames import CloseCode as ProtocolCode
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import Protocol, Side, State
from websockets.server import ServerProtocol

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.core.effects import Effect
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
)
from ivschat_conformance.reference_impl.core.messaging_api import MAX_FRAME_BYTES
from ivschat_conformance.reference_impl.core.sessions import Session
from ivschat_conformance.reference_impl.shells.defects import report_defect
from ivschat_conformance.reference_impl.shells.deliveries import Deliveries

MAX_BACKLOG_BYTES = 256 * 1024
"""What waits for a client that does not read, beside the system's own buffers."""

LINGER_SECONDS = 2.0
"""How long a client may take to end a connection that is being closed."""

_SLICE_BYTES = 4_096  # of one client at a time: then others have their turn
_VERSION = "13"

# The library would log frames where somebody turns its logging on.
_SILENT = logging.Logger("ivschat_conformance.websocket", logging.CRITICAL + 1)


def open_websocket(
    transport: asyncio.Transport, handshake: HttpRequest, deliveries: Deliveries
) -> "tuple[HttpResponse, WebSocketConnection | None]":
    """Answer a handshake: with 101 and a connection for its session, or with neither.

    Only a sound handshake reaches the core, so that no other uses a token up
    (TOKEN-LIFE-05).
    """
    response = _handshake_response(handshake)
    if response.status != HTTPStatus.SWITCHING_PROTOCOLS:
        return response, None
    address = str((transport.get_extra_info("peername") or ("",))[0])
    opening = deliveries.core.open_session(handshake, address, clock.now())
    if isinstance(opening, HttpResponse):
        return opening, None
    try:
        deliveries.storage.keep(opening.changes)
    except Exception:
        deliveries.core.leave(opening.session)
        raise
    subprotocol = ("Sec-WebSocket-Protocol", opening.subprotocol)
    return (
        HttpResponse(response.status, (*response.headers, subprotocol)),
        WebSocketConnection(transport, opening.session, deliveries, opening.effects),
    )


def _handshake_response(handshake: HttpRequest) -> HttpResponse:
    """Return what RFC 6455 answers to a handshake, its subprotocols left aside.

    They are the core's, and no extension is accepted (WS-CONN-14).
    """
    headers = Headers(
        (name, value)
        for name, value in handshake.headers
        if name != "sec-websocket-protocol"
    )
    response = ServerProtocol(logger=_SILENT).accept(
        Request(handshake.target, headers, handshake.method)
    )
    fields = [
        (name, value)
        for name, value in response.headers.raw_items()
        if name.lower() not in {"date", "connection", "content-length"}
    ]
    status = int(response.status_code)
    if status == HTTPStatus.SWITCHING_PROTOCOLS:
        fields.append(("Connection", "Upgrade"))
    elif {*headers.get_all("sec-websocket-version")} - {_VERSION}:
        status = HTTPStatus.UPGRADE_REQUIRED.value
        fields.append(("Sec-WebSocket-Version", _VERSION))
    return HttpResponse(status, tuple(fields), bytes(response.body or b""))


class WebSocketConnection(asyncio.Protocol):
    """Carries one session, from its handshake to the end of its connection."""

    __slots__ = (
        "_busy",
        "_deliveries",
        "_first",
        "_linger",
        "_message",
        "_over",
        "_protocol",
        "_unread",
        "outgoing",
        "session",
        "transport",
    )

    def __init__(
        self,
        transport: asyncio.Transport,
        session: Session,
        deliveries: Deliveries,
        first: Iterable[Effect] = (),
    ) -> None:
        self.transport = transport
        self._first = first
        self.session = session
        self.outgoing: list[bytes] = []
        self._deliveries = deliveries
        # A protocol that answered a handshake itself would go on reading HTTP.
        self._protocol = Protocol(
            Side.SERVER, state=State.OPEN, max_size=MAX_FRAME_BYTES, logger=_SILENT
        )
        self._message = bytearray()
        self._over = False
        self._unread = b""
        self._busy = False
        self._linger: asyncio.TimerHandle | None = None

    def start(self, data: bytes) -> None:
        """Take the transport over, with what came behind the handshake."""
        self.transport.set_write_buffer_limits(high=MAX_BACKLOG_BYTES)
        self.transport.set_protocol(self)
        self._deliveries.add(self.session, self)
        self._deliveries.carry_out(self._first)
        if self.transport.is_closing():
            return
        self.transport.resume_reading()  # it may have been paused for its answers
        if data:
            self.data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Leave nothing behind."""
        self._unread = b""
        self.outgoing.clear()
        if self._linger is not None:
            self._linger.cancel()
        self._deliveries.remove(self.session)

    def data_received(self, data: bytes) -> None:
        """Take what the client sent, a slice at a time."""
        self._unread += data
        if not self._busy:
            self._read()

    def eof_received(self) -> None:
        """Let the transport close: a client that sends no more has left."""
        self._protocol.receive_eof()
        self.flush()
        self._end()

    def pause_writing(self) -> None:
        """Drop a client that does not read: nobody else waits for it."""
        self.abort()

    def flush(self) -> None:
        """Send what waits, in one piece."""
        if self.outgoing:
            if self._linger is None:
                self.transport.write(b"".join(self.outgoing))
            self.outgoing.clear()

    def close(self, code: int, reason: str) -> None:
        """Send what waits, and begin the closing handshake."""
        self._over = True
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(code, reason)
            self._send()

    def abort(self) -> None:
        """Cut the connection."""
        self.transport.abort()

    def _read(self) -> None:
        piece, self._unread = self._unread[:_SLICE_BYTES], self._unread[_SLICE_BYTES:]
        if self._protocol.eof_sent:
            self._unread = b""  # what comes after the end is nobody's
        else:
            self._protocol.receive_data(piece)
            for event in self._protocol.events_received():
                if isinstance(event, Frame) and not self._over:
                    self._take(event)
            self._send()
        if self.transport.is_closing():
            return
        was_busy, self._busy = self._busy, bool(self._unread)
        if self._busy:
            self._deliveries.loop.call_soon(self._read)
            if not was_busy:
                self.transport.pause_reading()
        elif was_busy:
            self.transport.resume_reading()

    def _take(self, frame: Frame) -> None:
        if frame.opcode in {Opcode.TEXT, Opcode.BINARY, Opcode.CONT}:
            self._message += frame.data
            if frame.fin:
                message = bytes(self._message)
                self._message.clear()
                self._receive(message)
        elif frame.opcode is Opcode.CLOSE:
            self._over = True

    def _receive(self, message: bytes) -> None:
        try:
            message.decode()
        except UnicodeDecodeError:
            self._over = True
            self._protocol.fail(ProtocolCode.INVALID_DATA)
        else:
            try:
                self._deliveries.receive(self.session, message)
            except Exception as error:  # the server outlives a defect of the core
                report_defect("a frame", error)
                self._over = True
                if self._protocol.state is State.OPEN:
                    self._protocol.send_close(ProtocolCode.INTERNAL_ERROR)

    def _send(self) -> None:
        """Send what the protocol has to say, behind the frames that wait."""
        writes = self._protocol.data_to_send()
        if writes:
            self.flush()
        for data in writes:
            if self.transport.is_closing():
                break
            if data:
                self.transport.write(data)
            elif self.transport.can_write_eof():
                with suppress(OSError):  # the client has gone already
                    self.transport.write_eof()
            else:  # TLS has no half of a connection to end
                self.transport.close()
        if self._protocol.close_expected():
            self._end()

    def _end(self) -> None:
        """Take nothing more, and cut the connection where the client does not."""
        self._over = True
        if self._linger is None:
            self._deliveries.core.leave(self.session)
            self._linger = self._deliveries.loop.call_later(LINGER_SECONDS, self.abort)
