"""Frames from a room to its clients: what stands in each, as recorded from the service.

Members and their order are those of WS-MSG-16; what is missing is said as the service
says it: `Attributes: null`, `RequestId: ""` (WS-MSG-06, WS-MSG-08).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random

from ivschat_conformance.reference_impl.core.tokens import ChatToken
from ivschat_conformance.schemas import timestamps

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_LAST_NANOSECOND = 999


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it will be delivered; `attributes` are None where none were sent."""

    id: str
    request_id: str
    content: str
    attributes: Mapping[str, str] | None
    send_time: str
    received_at: datetime

    def __repr__(self) -> str:
        """Name the id alone: the rest is what people say to each other."""
        return f"Message(id={self.id!r})"


def message_frame(message: Message, token: ChatToken) -> str:
    """Return a MESSAGE frame, sent by the session of this token (WS-MSG-01)."""
    return _ENCODER.encode(
        {
            "Type": "MESSAGE",
            "Id": message.id,
            "RequestId": message.request_id,
            "Attributes": message.attributes,
            "Content": message.content,
            "SendTime": message.send_time,
            "Sender": {
                "UserId": token.user_id,
                "Attributes": token.attributes,
            },
        }
    )


def event_frame(
    event_id: str,
    request_id: str,
    name: str,
    attributes: Mapping[str, str] | None,
    send_time: str,
) -> str:
    """Return an EVENT frame (WS-EVT-01)."""
    return _ENCODER.encode(
        {
            "Type": "EVENT",
            "Id": event_id,
            "RequestId": request_id,
            "EventName": name,
            "Attributes": attributes,
            "SendTime": send_time,
        }
    )


def error_frame(error_id: str, request_id: str, code: int, message: str) -> str:
    """Return an ERROR frame (WS-ERR-01)."""
    return _ENCODER.encode(
        {
            "Type": "ERROR",
            "Id": error_id,
            "RequestId": request_id,
            "ErrorCode": code,
            "ErrorMessage": message,
        }
    )


class SendTimes:
    """Writes the instants of frames to the nanosecond, each no earlier than the last.

    The core's clock tells microseconds. The service's frames have nine digits
    (WS-MSG-12), so the rest is drawn, and counted on within one microsecond. A whole
    second was set by a person, in a test that may compare: it begins as it stands.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._at: datetime | None = None
        self._nanosecond = 0

    def stamp(self, now: datetime) -> str:
        """Return `SendTime` for a frame of this instant."""
        if now == self._at:
            self._nanosecond = min(self._nanosecond + 1, _LAST_NANOSECOND)
        else:
            self._at = now
            self._nanosecond = self._random.randrange(900) if now.microsecond else 0
        return timestamps.nanoseconds(now, self._nanosecond)
