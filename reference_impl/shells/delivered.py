"""How an answer comes to a client of this process: after a while, in part, or not.

Without a socket there is nothing to cut. What a client would have met on the wire is
raised here, and each mock raises its own client's error for it.
"""

import time
from http import HTTPStatus

from ivschat_conformance.reference_impl.core.http_messages import AT_ONCE, HttpResponse


class CutError(Exception):
    """The connection would have been cut: before the answer, or within its body."""

    def __init__(self, part: bytes | None) -> None:
        """`part` is what came of the body; None before the head."""
        super().__init__("the answer was cut, as a planned fault wants it")
        self.part = part


class LateError(Exception):
    """The client would not have waited so long."""


def framed_headers(response: HttpResponse) -> dict[str, str]:
    """Return the headers, the body's length among them where a server says that."""
    headers = dict(response.headers)
    if response.status != HTTPStatus.NO_CONTENT:
        headers["Content-Length"] = str(len(response.body))
    return headers


def await_delivery(response: HttpResponse, timeout: float | None) -> None:
    """Let as much real time pass as the delivery takes, or raise what comes of it.

    `timeout` is the client's, in seconds; None waits for ever. Raises LateError and
    CutError.
    """
    delivery = response.delivery
    if delivery is AT_ONCE:
        return
    if timeout is not None and delivery.seconds > timeout:
        time.sleep(timeout)
        raise LateError
    time.sleep(delivery.seconds)
    if delivery.share is None:
        raise CutError(None)
    if delivery.share < 1:
        raise CutError(response.body[: int(len(response.body) * delivery.share)])
