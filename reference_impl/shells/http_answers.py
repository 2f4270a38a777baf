"""A response as bytes, with its framing, and the cut in place of one."""

import asyncio
import socket
import struct
from http import HTTPStatus

from ivschat_conformance.reference_impl.core.http_messages import HttpResponse

_STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n"
    for status in HTTPStatus
}
_LINGER = struct.pack("ii", 1, 0)  # for no time: the peer sees a reset
_BODILESS = frozenset({*range(100, 200), 204, 304})


def encode(
    response: HttpResponse, connection_field: str, *, head_only: bool = False
) -> bytes:
    """Return the response with its framing, in one piece.

    Of a body that is delivered in part there is that part, and the whole's length.
    """
    status, body = response.status, response.body
    head = _STATUS_LINES.get(status) or f"HTTP/1.1 {status} \r\n"
    head += "".join([f"{name}: {value}\r\n" for name, value in response.headers])
    if status in _BODILESS:
        return f"{head}{connection_field}\r\n".encode("latin-1")
    head += f"Content-Length: {len(body)}\r\n{connection_field}\r\n"
    if head_only:
        return head.encode("latin-1")
    if response.delivery.share != 1:
        body = body[: int(len(body) * (response.delivery.share or 0))]
    return head.encode("latin-1") + body


def reset(transport: asyncio.Transport) -> None:
    """Cut a connection as a crash would: the client sees a reset, and no end."""
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
    transport.abort()
