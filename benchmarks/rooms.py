"""The two rooms: how one gets in, and what makes each send a text to everybody.

Both send texts of the same members and the same size. Ours is asked by SendEvent, whose
signature it verifies, or by its members' messages; the bare one by a member's text,
which is the text that it sends.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from deliveries import DIGITS, MARK
from servers import Server, bare, ours

MESSAGES_A_SECOND = 100
"""The most that any room takes (LIMIT-09)."""

_FILLING = "and a text as long as people in a chat write it, twice over or so"
_SENT_AT = "2026-01-02T03:04:05.678901234Z"
_ID = "Ab3dEf6hIj9L"
_EVENT = "load"
_ATTRIBUTES = {"displayName": "Ada"}


class Room(Protocol):
    """A room in one of the servers; requests and frames are whole, as Latin-1 text."""

    @property
    def server(self) -> Server:
        """Return the server."""

    @property
    def event_senders(self) -> int:
        """Return how many members send what `event` returns; 0: it goes over HTTP."""

    def token_request(self, number: int) -> str:
        """Return the request for this member's token; nothing where none is needed."""

    def event(self, number: int) -> str:
        """Return what has the server send this text, without regard to any rate."""

    def message(self, number: int) -> str:
        """Return what a member sends for everybody to receive this text."""


@dataclass(frozen=True, slots=True)
class OurRoom:
    """A room in the server under measurement."""

    server: Server
    arn: str
    event_senders: int = 0

    def token_request(self, number: int) -> str:
        """Return a signed request, for a user of its own."""
        members = {
            "roomIdentifier": self.arn,
            "userId": _user(number),
            "capabilities": ["SEND_MESSAGE"],
            "attributes": _ATTRIBUTES,
        }
        return self.server.signed("CreateChatToken", members).wire()

    def event(self, number: int) -> str:
        """Return a signed request of SendEvent."""
        members = {
            "roomIdentifier": self.arn,
            "eventName": _EVENT,
            "attributes": {"text": _text(number)},
        }
        return self.server.signed("SendEvent", members).wire()

    def message(self, number: int) -> str:
        """Return a frame of SEND_MESSAGE."""
        return _frame({"Action": "SEND_MESSAGE", "Content": _text(number)})


@dataclass(frozen=True, slots=True)
class BareRoom:
    """The whole of the bare server."""

    server: Server
    event_senders: int = 1

    def token_request(self, number: int) -> str:
        """Return nothing: everybody may come in."""
        del number
        return ""

    def event(self, number: int) -> str:
        """Return a frame with the text that ours sends for an event."""
        members = {
            "Type": "EVENT",
            "Id": _ID,
            "RequestId": "",
            "EventName": _EVENT,
            "Attributes": {"text": _text(number)},
            "SendTime": _SENT_AT,
        }
        return _frame(members)

    def message(self, number: int) -> str:
        """Return a frame with the text that ours sends for a message."""
        members = {
            "Type": "MESSAGE",
            "Id": _ID,
            "RequestId": "",
            "Attributes": None,
            "Content": _text(number),
            "SendTime": _SENT_AT,
            "Sender": {"UserId": _user(number), "Attributes": _ATTRIBUTES},
        }
        return _frame(members)


@contextmanager
def our_room() -> Iterator[Room]:
    """Start our server and make a room that takes as many messages as any may."""
    with ours() as server:
        rate = {"maximumMessageRatePerSecond": MESSAGES_A_SECOND}
        yield OurRoom(server, server.perform("CreateRoom", rate)["arn"])


@contextmanager
def bare_room() -> Iterator[Room]:
    """Start the bare server."""
    with bare() as server:
        yield BareRoom(server)


def _user(number: int) -> str:
    return f"user-{number:05}"


def _text(number: int) -> str:
    return f"{MARK.decode()}{number:0{DIGITS}} {_FILLING}"


def _frame(members: Mapping[str, object]) -> str:
    """Return a client's frame, masked with zeros, which leave a text as it is."""
    text = json.dumps(members, separators=(",", ":")).encode()
    if len(text) <= 125:
        head = bytes((0x81, 0x80 | len(text)))
    else:
        head = bytes((0x81, 0x80 | 126)) + len(text).to_bytes(2, "big")
    return (head + bytes(4) + text).decode("latin-1")
