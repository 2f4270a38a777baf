"""HTTP messages as values: what the shells hand in and send out.

Framing stays with the shells: a request arrives whole, with its body decoded from
any transfer coding, and a shell adds Content-Length and Connection to a response.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from ivschat_conformance.reference_impl.core.changes import Change
from ivschat_conformance.reference_impl.core.effects import Effect

MAX_HEAD_BYTES = 16_384
"""Request line and headers; a token of 4,096 characters fits four times over."""

MAX_BODY_BYTES = 65_536
"""A request body; the largest legal input of any operation is well below."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request.

    `target` is the request target as it was on the wire (percent-encoding untouched),
    `headers` are the fields in their order, names in lower case, values stripped of
    surrounding white space; both are decoded as Latin-1, so that no byte is lost.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def path(self) -> str:
        """The target before its first question mark, as on the wire."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The target after its first question mark, as on the wire."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> str | None:
        """Return the first field of this lower-case name, or None."""
        for key, value in self.headers:
            if key == name:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an answer comes to its client: at once and whole, but for a planned fault.

    It waits for `seconds` of real time, while nobody else does. Of its body the first
    `share` is sent, of None not even the head; where that is not all, the connection is
    cut.
    """

    seconds: float = 0.0
    share: float | None = 1.0


AT_ONCE = Delivery()


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One HTTP response without its framing; `body` is empty for a 204."""

    status: int
    headers: tuple[tuple[str, str], ...] = field(default=())
    body: bytes = b""
    delivery: Delivery = AT_ONCE


class TransportFault(Enum):
    """What a shell can find wrong with a request before it is one."""

    MALFORMED = "malformed"
    HEAD_TOO_LARGE = "head too large"
    BODY_TOO_LARGE = "body too large"
    TOO_SLOW = "too slow"


@dataclass(frozen=True, slots=True)
class Reply:
    """A response, and what comes with it.

    A shell that keeps state on disk commits `changes` before it sends `response`, and
    carries out `effects` on connections before that, too.
    """

    response: HttpResponse
    changes: tuple[Change, ...] = ()
    effects: tuple[Effect, ...] = ()

    @property
    def delivery(self) -> Delivery:
        """How the response comes to its client."""
        return self.response.delivery


class AnswersHttp(Protocol):
    """What a shell needs of the core: a whole request in, a reply out."""

    def answer(self, request: HttpRequest, machine_now: datetime) -> Reply:
        """Answer one request that arrived at this instant of the machine's clock."""
        ...

    def refuse(self, fault: TransportFault, machine_now: datetime) -> HttpResponse:
        """Answer bytes that never became a request; the shell then closes."""
        ...
