"""Identifiers, drawn from a source of randomness that is handed in."""

from random import Random

_ALPHANUMERICS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_RESOURCE_ID_LENGTH = 12
_RESOURCE_IDS = len(_ALPHANUMERICS) ** _RESOURCE_ID_LENGTH
_UUID_VERSION_4 = (0xF << 76 | 0x3 << 62, 0x4 << 76 | 0x2 << 62)


class Ids:
    """Draws the service's identifiers; `random` is a `SystemRandom`, or seeded."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def resource_id(self) -> str:
        """Return 12 alphanumerics: the id of a room, a message, an event (VAL-08)."""
        number = self._random.randrange(_RESOURCE_IDS)  # one draw: each asks the system
        characters = []
        for _ in range(_RESOURCE_ID_LENGTH):
            number, digit = divmod(number, len(_ALPHANUMERICS))
            characters.append(_ALPHANUMERICS[digit])
        return "".join(characters)

    def request_id(self) -> str:
        """Return a version 4 UUID: the id of one request (HTTP-RESP-02)."""
        clear, version = _UUID_VERSION_4
        digits = f"{self._random.getrandbits(128) & ~clear | version:032x}"
        return "-".join(
            (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
        )
