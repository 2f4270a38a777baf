"""Names for what must not be shown: stable and short, such as `token-3`."""

import hashlib
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

_KEPT = 4_000
"""Of the secrets that are no token of ours, as many keep their names."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,}(?:!|%21)(?:#|%23)[0-9]")
"""What any chat token of IVS Chat looks like, in a URL too."""


class Names:
    """Gives each secret a name, and the same one whenever it is seen again.

    `number_of` returns which token of the fake's a text is, counted from 1, or None. Of
    other secrets a digest is kept, never the text.
    """

    def __init__(self, number_of: Callable[[str], int | None]) -> None:
        self._number_of = number_of
        self._names: dict[bytes, str] = {}
        self._given: dict[str, int] = {}

    def token(self, text: str) -> str:
        """Return a chat token's name: `token-3` is the third that the fake issued."""
        number = self._number_of(text)
        if number is None:
            return self.secret("unknown-token", text)
        return token_name(number)

    def secret(self, kind: str, text: str) -> str:
        """Return the name of a secret of this kind: `authorization-1` is the first."""
        digest = hashlib.sha256(f"{kind}:{text}".encode(errors="replace")).digest()
        if digest not in self._names:
            self._given[kind] = self._given.get(kind, 0) + 1
            self._names[digest] = f"{kind}-{self._given[kind]}"
            if len(self._names) > _KEPT:
                del self._names[next(iter(self._names))]
        return self._names[digest]

    def hidden(self, value: Any) -> Any:
        """Return text, or JSON, with the name of each token in place of its text."""
        if isinstance(value, str):
            return _TOKEN.sub(lambda match: self.token(unquote(match[0])), value)
        if isinstance(value, list):
            return [self.hidden(entry) for entry in value]
        if isinstance(value, dict):
            return {self.hidden(k): self.hidden(entry) for k, entry in value.items()}
        return value

    def clear(self) -> None:
        """Begin again with the first."""
        self._names.clear()
        self._given.clear()


def token_name(number: int) -> str:
    """Return the name of the fake's token of this number."""
    return f"token-{number}"
