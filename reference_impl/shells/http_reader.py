"""A client's bytes in, whole requests out: HTTP/1.1 framing without a socket.

The parsing is httptools'. Here are the limits of size, and the framing that httptools
lets pass and RFC 9112 does not.
"""

from collections import deque
from typing import NoReturn

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from ivschat_conformance.reference_impl.core.http_messages import (
    MAX_BODY_BYTES,
    MAX_HEAD_BYTES,
    HttpRequest,
    TransportFault,
)

PERSIST = ""  # HTTP/1.1 needs no word for it
PERSIST_1_0 = "Connection: keep-alive\r\n"
CLOSE = "Connection: close\r\n"

_FRAMING = ("content-length", "transfer-encoding")


class _UnacceptableError(Exception):
    """Stops httptools where a request has become one to refuse."""


class RequestReader:
    """Collects requests in `waiting`, each with the Connection field of its answer.

    `accepting` turns false once no more will come: the last request is here, or `fault`
    says why what followed is none. `under_way` is the ordinal of the request that has
    begun and is not whole, or 0. `expects_continue` says that its client waits to be
    told to send the body. `handshake` is a last request that asks for a WebSocket, and
    `following` what came behind it.
    """

    __slots__ = (
        "_begun",
        "_body",
        "_connection_field",
        "_fruitless",
        "_headers",
        "_in_body",
        "_method",
        "_parser",
        "_progress",
        "_target",
        "_upgrade",
        "_version",
        "accepting",
        "expects_continue",
        "fault",
        "following",
        "handshake",
        "under_way",
        "waiting",
    )

    def __init__(self) -> None:
        self.waiting: deque[tuple[HttpRequest, str]] = deque()
        self.accepting = True
        self.fault: TransportFault | None = None
        self.under_way = 0
        self.expects_continue = False
        self.handshake: HttpRequest | None = None
        self.following = b""
        self._parser = HttpRequestParser(self)
        self._begun = 0
        self._fruitless = 0
        self._progress = False
        self._method = self._version = ""
        self._target = b""
        self._headers: list[tuple[str, str]] = []
        self._in_body = False
        self._body = bytearray()
        self._connection_field = CLOSE
        self._upgrade = False

    def read(self, data: bytes) -> bytes:
        """Parse some of these bytes; return the others.

        httptools is fed no more than a head may still have, and whatever is no body
        counts until it is complete: blank lines, a head, a chunk's size with its
        extensions, trailers. So none of them can be endless, and little is parsed ahead
        of the answers.
        """
        room = MAX_HEAD_BYTES - self._fruitless
        if not room:
            self.end(TransportFault.HEAD_TOO_LARGE)
            return b""
        piece, rest = data[:room], data[room:]
        self._progress = False
        try:
            self._parser.feed_data(piece)
        except HttpParserUpgrade as upgrade:
            rest = self._leave_http(piece[upgrade.args[0] :] + rest)
        except HttpParserError:
            if self.accepting:  # else it is data after the last request: not ours
                self.end(self.fault or TransportFault.MALFORMED)
        self._fruitless = 0 if self._progress else self._fruitless + len(piece)
        return rest if self.accepting else b""

    def end(self, fault: TransportFault | None = None) -> None:
        """Take no more requests."""
        self.accepting = False
        self.fault = fault

    def discard(self) -> None:
        """Drop everything; httptools and this object hold each other."""
        self.end()
        self.waiting.clear()
        del self._parser

    def _leave_http(self, rest: bytes) -> bytes:
        """Decide on a request that offers another protocol, httptools having stopped.

        An offer that is not taken leaves an HTTP/1.1 request, body and all: Java's
        client offers `h2c` with every call. httptools has no way back, so a fresh
        parser reads the head again without the offer.
        """
        offers = " ".join(v for name, v in self._headers if name == "upgrade").lower()
        if self._method == "CONNECT":
            self._connection_field = CLOSE
            self._enqueue()
            self.end()
            return b""
        if "websocket" in offers and (self._method, self._version) == ("GET", "1.1"):
            self._take_handshake(rest)
            return b""
        target = self._target.decode("latin-1")
        lines = [f"{self._method} {target} HTTP/{self._version}"]
        lines += [f"{name}: {v}" for name, v in self._headers if name != "upgrade"]
        self._parser = HttpRequestParser(self)
        return "\r\n".join((*lines, "", "")).encode("latin-1") + rest

    def _take_handshake(self, rest: bytes) -> None:
        """Stop reading HTTP; a body would be taken for frames."""
        framing = {name: value for name, value in self._headers if name in _FRAMING}
        if framing.keys() - {"content-length"} or any(map(int, framing.values())):
            self.end(TransportFault.MALFORMED)
            return
        self.handshake = self._request()
        self.following = rest
        self.under_way = 0
        self.end()

    def _enqueue(self) -> None:
        self.waiting.append((self._request(), self._connection_field))
        self.under_way = 0

    def _request(self) -> HttpRequest:
        return HttpRequest(
            self._method,
            self._target.decode("latin-1"),
            tuple(self._headers),
            bytes(self._body),
        )

    def _check_framing(self) -> None:
        """Refuse what httptools lets pass and RFC 9112 (2.3, 3.2, 6.1) does not."""
        old = self._version == "1.0"
        hosts = 0
        for name, value in self._headers:
            if name == "host":
                hosts += 1
            elif name == "content-length":
                if int(value) > MAX_BODY_BYTES:
                    self._stop(TransportFault.BODY_TOO_LARGE)
            elif name == "transfer-encoding":
                if old or value.lower() != "chunked":
                    self._stop(TransportFault.MALFORMED)
            elif name == "expect":
                self.expects_continue = not old and value.lower() == "100-continue"
        if self._version not in {"1.0", "1.1"} or hosts > 1 or (not hosts and not old):
            self._stop(TransportFault.MALFORMED)

    def _stop(self, fault: TransportFault) -> NoReturn:
        self.fault = fault
        raise _UnacceptableError

    # What httptools calls.

    def on_message_begin(self) -> None:
        """Start a request at its first byte."""
        self._begun += 1
        self.under_way = self._begun
        self.expects_continue = False
        self._target = b""
        self._headers = []
        self._in_body = False
        self._body.clear()

    def on_url(self, url: bytes) -> None:
        """Take a piece of the request target."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field of the head; trailers are dropped (RFC 9110, 6.5.1)."""
        if not self._in_body:
            self._headers.append(
                (name.decode("latin-1").lower(), value.strip(b" \t").decode("latin-1"))
            )

    def on_headers_complete(self) -> None:
        """Decide on the framing, before any of the body is read."""
        self._progress = self._in_body = True
        parser = self._parser
        self._method = parser.get_method().decode("latin-1")
        self._version = parser.get_http_version()
        self._upgrade = parser.should_upgrade()
        if not parser.should_keep_alive():
            self._connection_field = CLOSE
        else:
            self._connection_field = PERSIST if self._version == "1.1" else PERSIST_1_0
        self._check_framing()

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body, up to the limit."""
        self._progress = True
        self._body += body
        if len(self._body) > MAX_BODY_BYTES:
            self._stop(TransportFault.BODY_TOO_LARGE)
        self.expects_continue = False  # it did not wait

    def on_message_complete(self) -> None:
        """Put the request in the queue, unless it offers another protocol."""
        self._progress = True
        if not self._upgrade:
            self._enqueue()
            self.accepting = self._connection_field != CLOSE
