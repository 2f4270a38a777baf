"""What one connection of a room receives: frames out of bytes, numbers out of frames.

Every text that is sent carries `number-` and eight digits, counted from 0, and the
server sends it to everybody as it is. So each connection can tell what is missing.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

MARK = b"number-"
DIGITS = 8

_TEXT, _CLOSE, _CONTROL = 0x81, 0x88, frozenset((0x89, 0x8A))  # the last of frames
_REMEMBERED = 1_024


class DeliveryError(Exception):
    """The server sent what is no numbered text, or closed the connection."""


class Chunk(NamedTuple):
    """What some bytes say: the numbers, and what is left of a frame cut short."""

    numbers: tuple[int, ...]
    consecutive: bool
    text_bytes: int
    rest: bytes


@lru_cache(_REMEMBERED)
def read_frames(data: bytes) -> Chunk:
    """Read a server's frames, which are unmasked; pings and pongs are passed over.

    A broadcast sends everybody the same bytes, so that most of a thousand readings are
    of bytes read before. Raises DeliveryError.
    """
    numbers: list[int] = []
    text_bytes = position = 0
    while (payload := _payload(data, position)) is not None:
        start, end = payload
        opcode = data[position]
        if opcode == _TEXT:
            numbers.append(_number(data[start:end]))
            text_bytes += end - start
        elif opcode not in _CONTROL:
            raise DeliveryError(_complaint(opcode, data[start:end]))
        position = end
    consecutive = all(later == number + 1 for number, later in pairwise(numbers))
    return Chunk(tuple(numbers), consecutive, text_bytes, data[position:])


@dataclass(slots=True)
class Tally:
    """What one connection has received so far, held against what was sent."""

    awaited: int = 0
    missing: set[int] = field(default_factory=set)
    reordered: int = 0
    repeated: int = 0
    text_bytes: int = 0
    _rest: bytes = b""

    def take(self, data: bytes) -> tuple[int, ...]:
        """Read what came; return the numbers in it."""
        if self._rest:
            data = self._rest + data
        numbers, consecutive, text_bytes, self._rest = read_frames(data)
        if numbers:
            self.text_bytes += text_bytes
            if consecutive and numbers[0] == self.awaited:
                self.awaited += len(numbers)
            else:
                for number in numbers:
                    self._count(number)
        return numbers

    def lost(self, sent: int) -> int:
        """Return how many of this many texts have not come."""
        return len(self.missing) + sent - self.awaited

    def _count(self, number: int) -> None:
        if number >= self.awaited:
            self.missing.update(range(self.awaited, number))
            self.awaited = number + 1
        elif number in self.missing:
            self.missing.remove(number)
            self.reordered += 1
        else:
            self.repeated += 1


def _payload(data: bytes, position: int) -> tuple[int, int] | None:
    """Return where the payload of the frame at this position begins and ends."""
    if len(data) < position + 2:
        return None
    start, length = position + 2, data[position + 1]
    if length > 125:
        size = 2 if length == 126 else 8
        start, length = start + size, int.from_bytes(data[start : start + size], "big")
    end = start + length
    return (start, end) if start <= end <= len(data) else None


def _number(text: bytes) -> int:
    start = text.find(MARK) + len(MARK)
    digits = text[start : start + DIGITS]
    if start < len(MARK) or len(digits) < DIGITS or not digits.isdigit():
        raise DeliveryError(f"a text without a number came: {_excerpt(text)}")
    return int(digits)


def _complaint(opcode: int, payload: bytes) -> str:
    if opcode == _CLOSE:
        return f"the server closed the connection: {_excerpt(payload[2:])}"
    return f"a frame came that begins with {opcode:#x}: {_excerpt(payload)}"


def _excerpt(text: bytes) -> str:
    return text[:200].decode("utf-8", "replace")
