"""One call of a client: the note that is made of it, and what can be read there."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from ivschat_conformance.reference_impl.core.errors import CallerError
from ivschat_conformance.reference_impl.core.faults import CONNECT, PlannedFault
from ivschat_conformance.reference_impl.core.findings import (
    Finding,
    FindingName,
    in_silence,
)
from ivschat_conformance.reference_impl.core.http_input import members_as_sent
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.reference_impl.core.names import Names, token_name
from ivschat_conformance.reference_impl.core.review import PendingMessage, Rejected
from ivschat_conformance.reference_impl.core.validation import read_object
from ivschat_conformance.schemas import timestamps
from ivschat_conformance.schemas.operations import load_operations

FRAME = "FRAME"
"""The operation of a frame that asks for no known action."""

_SUBPROTOCOL = "sec-websocket-protocol"
_SECRET_FIELDS = {
    "authorization": "authorization",
    "proxy-authorization": "authorization",
    "cookie": "cookie",
    "x-amz-security-token": "security-token",
}


class Refusal(NamedTuple):
    """Why a call was refused: the error as the client sees it, and our finding."""

    error: str
    finding: FindingName | None


NoteValues = tuple[
    datetime,
    HttpRequest | bytes,
    str,
    int | None,
    int,
    Refusal | None,
    PlannedFault | None,
    int | None,
    PendingMessage | None,
]
"""A note without its names, which take time where every call is noted."""


class Note(NamedTuple):
    """What is kept of a call: references alone, for the sake of those in a hurry.

    `sent` is a request, or the frame of an action; `operation` is empty where nothing
    has that method and path, and `size` that of the body or frame. `token` is the
    number of the token that was issued or that the call came with. `pending` is a
    message whose review may still refuse it.
    """

    at: datetime
    sent: HttpRequest | bytes
    operation: str
    status: int | None
    size: int
    refusal: Refusal | None = None
    fault: PlannedFault | None = None
    token: int | None = None
    pending: PendingMessage | None = None


class Call:
    """What a client sent, and how it was answered.

    Secrets have names in place of their text: `token-3` is the third token that the
    fake issued. User ids and attributes are there as they were sent.
    """

    def __init__(self, note: Note, names: Names) -> None:
        self._note = note
        self._names = names

    @property
    def at(self) -> datetime:
        """When it came, by the fake's clock."""
        return self._note.at

    @property
    def is_action(self) -> bool:
        """Whether it came on a session."""
        return isinstance(self._note.sent, bytes)

    @property
    def operation(self) -> str:
        """The operation, `CONNECT`, or the action.

        `METHOD /path` where no operation has these, `FRAME` for a frame without a known
        action.
        """
        return self._note.operation or f"{self.method} {self.path}"

    @property
    def status(self) -> int | None:
        """The answer's status; of an action the code of its ERROR, or 200.

        None where nothing was answered: the connection was cut, or the session over.
        """
        if isinstance(self._rejection, Rejected):
            return 406
        return self._note.status

    @property
    def error(self) -> str | None:
        """The error's type, on the messaging API its message; None without one."""
        if isinstance(self._rejection, Rejected):
            return str(self._names.hidden(self._rejection.text))
        return self._note.refusal.error if self._note.refusal else None

    @property
    def fault(self) -> str | None:
        """The planned fault that it met."""
        return self._note.fault.fault.value if self._note.fault else None

    @property
    def method(self) -> str:
        """The HTTP method; empty for an action."""
        return self._http.method

    @property
    def path(self) -> str:
        """The path as on the wire, without its query; empty for an action."""
        return str(self._names.hidden(self._http.path))

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The header fields, names in lower case, repeated ones joined by commas."""
        fields: dict[str, str] = {}
        for name, value in self._http.headers:
            before = f"{fields[name]}, " if name in fields else ""
            fields[name] = before + self._shown(name, value)
        return fields

    @property
    def user_agent(self) -> str | None:
        """The client's User-Agent."""
        return self.headers.get("user-agent")

    @property
    def token(self) -> str | None:
        """The name of the chat token: issued, offered, or the one of the session."""
        if self._note.token is not None:
            return token_name(self._note.token)
        return self.headers.get(_SUBPROTOCOL) if self.operation == CONNECT else None

    @cached_property
    def request(self) -> Mapping[str, Any]:
        """The members as they were sent, unknown ones too; `{}` for a handshake.

        Also where the body is no JSON object: see `body`.
        """
        return {} if self._members is None else self._members

    @property
    def body(self) -> str | None:
        """A body that is no JSON object, as text."""
        if self._members is not None:
            return None
        text = self._raw.decode(errors="replace")
        return str(self._names.hidden(text))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the caller has done wrong."""
        found = [*in_silence(self)]
        if self._note.refusal and self._note.refusal.finding:
            found.insert(0, self._note.refusal.finding)
        return tuple(Finding(name, self) for name in dict.fromkeys(found))

    def document(self) -> dict[str, Any]:
        """Return it as JSON shows it; what it does not have is left out."""
        shown = {
            "operation": self.operation,
            "at": timestamps.microseconds(self.at),
            "method": self.method or None,
            "path": self.path or None,
            "headers": self.headers or None,
            "userAgent": self.user_agent,
            "token": self.token,
            "request": self.request,
            "body": self.body,
            "status": self.status,
            "error": self.error,
            "fault": self.fault,
            "findings": [finding.document() for finding in self.findings],
        }
        return {name: value for name, value in shown.items() if value is not None}

    def __repr__(self) -> str:
        """Say which call it is and how it ended; nothing that was sent."""
        return f"<Call {self}>"

    def __str__(self) -> str:
        """Return the operation and how it ended; nothing that was sent."""
        ended = "unanswered" if self.status is None else str(self.status)
        found = ", ".join(finding.name for finding in self.findings)
        return f"{self.operation} {ended}{f' ({found})' if found else ''}"

    @property
    def _http(self) -> HttpRequest:
        sent = self._note.sent
        return _NO_REQUEST if isinstance(sent, bytes) else sent

    @property
    def _raw(self) -> bytes:
        sent = self._note.sent
        return sent if isinstance(sent, bytes) else sent.body

    @property
    def _rejection(self) -> object:
        return self._note.pending and self._note.pending.verdict

    @cached_property
    def _members(self) -> dict[str, Any] | None:
        sent = self._note.sent
        if self.operation == CONNECT:
            return {}
        try:
            if isinstance(sent, bytes):
                members = read_object(sent)
            elif operation := load_operations().get(self._note.operation):
                members = members_as_sent(operation, sent)
            else:
                members = read_object(sent.body)
            hidden: dict[str, Any] = self._names.hidden(members)
        except (CallerError, RecursionError):
            return None
        return hidden

    def _shown(self, name: str, value: str) -> str:
        if name == _SUBPROTOCOL:
            offered = (text.strip(" \t") for text in value.split(","))
            return ", ".join(self._names.token(text) for text in offered if text)
        if name in _SECRET_FIELDS:
            return self._names.secret(_SECRET_FIELDS[name], value)
        return str(self._names.hidden(value))


_NO_REQUEST = HttpRequest("", "")
