"""Pages of lists: the newest first, and an opaque word for where the next one begins.

A page token says after which entry to go on, and for which question it was given; a
code over both keeps it from being made up (ROOM-LIST-10, OPEN-16).
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, NamedTuple

import msgpack

from ivschat_conformance.reference_impl.core.errors import Reason, ValidationException
from ivschat_conformance.reference_impl.core.newest_first import (
    NewestFirst,
    Position,
    T,
    position,
)

_CODE_BYTES = 16
_NO_QUESTION = ("nextToken", "maxResults")


class Page(NamedTuple):
    """The entries of one page, and what to ask for the next one, None for the last."""

    entries: list[Any]
    next_token: str | None


class Pages:
    """Cuts lists into pages; `key` makes the tokens of one fake its own."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def cut(
        self,
        operation: str,
        request: Mapping[str, Any],
        listed: NewestFirst[T],
        most: int,
        wanted: Callable[[T], bool] = lambda _: True,
    ) -> Page:
        """Return the page that is asked for, of entries that are what is asked for.

        They stand in descending order of their update time (ROOM-LIST-02). Raises
        ValidationException for a token that is not one for this question.
        """
        question = self._question(operation, request)
        token = request.get("nextToken")
        start = self._open(token, question) if token else None
        entries = list(islice(filter(wanted, listed.after(start)), most + 1))
        page = entries[:most]
        if len(entries) <= most:
            return Page(page, None)
        return Page(page, self._seal(position(page[-1]), question))

    def _question(self, operation: str, request: Mapping[str, Any]) -> bytes:
        asked = {
            name: value
            for name, value in sorted(request.items())
            if name not in _NO_QUESTION
        }
        return bytes(msgpack.packb((operation, asked)))

    def _seal(self, last: Position, question: bytes) -> str:
        content = bytes(msgpack.packb(last))
        return urlsafe_b64encode(self._code(content, question) + content).decode()

    def _open(self, token: str, question: bytes) -> Position:
        try:
            raw = urlsafe_b64decode(token.encode("ascii"))
        except (UnicodeEncodeError, Base64Error):
            raise _bad_token() from None
        if urlsafe_b64encode(raw).decode() != token:  # spare bits, stray characters
            raise _bad_token()
        code, content = raw[:_CODE_BYTES], raw[_CODE_BYTES:]
        if not hmac.compare_digest(code, self._code(content, question)):
            raise _bad_token()
        update_time, arn = msgpack.unpackb(content)
        return update_time, arn

    def _code(self, content: bytes, question: bytes) -> bytes:
        digest = hmac.new(self._key, question + content, hashlib.sha256).digest()
        return digest[:_CODE_BYTES]


def _bad_token() -> ValidationException:
    sentence = "must be a token that the same list, filtered alike, gave"
    return ValidationException(
        f"nextToken {sentence}.",
        Reason.FIELD_VALIDATION_FAILED,
        (("nextToken", sentence),),
    )
