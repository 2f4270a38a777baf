r"""AWS's shorthand for maps and structures: `color=red,displayName="Doe, Jane"`.

What AWS's commands were seen to do (CLI-03 to CLI-06):

    text    key=value,key=value...      white space after `,` and around `=` is nothing
    key     letters, digits and -_.#/: of ASCII; also none
    value   a word, a quoted text, [value, value...] or {key=value, key=value...}
    word    what has no quote, comma or closing bracket in it; `\,` is a comma
    quoted  '...' or "...", in which a backslash comes before the quote and itself

A word after a comma that no `=` follows makes a list of the value before it. Of the
characters beyond the Basic Multilingual Plane none can be written here: use JSON.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

_SPACE = re.compile(r"[ \t\n\r\f\v]*+")
_KEY = re.compile(r"[A-Za-z0-9_.#/:-]*")
_QUOTED = re.compile(r"'(?:[^\\']|\\.)*'|\"(?:[^\\\"]|\\.)*\"", re.DOTALL)

_FIRST = r"[!#-&(-+\--<>-Z\\\]-z|-\uffff]"  # not = " ' , [ { nor a control
_LATER = r"[\s!#-&(-+\--\\^-|~-\uffff]"  # not " ' , ] } nor a control
_WORD = re.compile(rf"(?>(?:\\,|{_FIRST})(?:\\,|{_LATER})*)")
_FURTHER = re.compile(  # a word that makes a list has no `=` in it
    rf"{_QUOTED.pattern}|(?>(?:\\,|{_FIRST})(?:\\,|(?!=){_LATER})*)", re.DOTALL
)
_MOST_BRACKETS = 50
"""Brackets within brackets: nothing that the service takes has more than two."""


class ShorthandError(ValueError):
    """The text is no shorthand; the message repeats one character of it at most.

    `position` counts code points from 0: where something else was expected.
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class UnexpectedCharacterError(ShorthandError):
    """Something else stands where this was expected."""

    def __init__(self, expected: str, received: str, position: int) -> None:
        super().__init__(f"Expected: '{expected}', received: '{received}'", position)


class RepeatedKeyError(ShorthandError):
    """A key stands in the text twice."""

    def __init__(self, key: str, position: int) -> None:
        super().__init__(f'Second instance of key "{key}" encountered', position)


def parse_shorthand(text: str) -> dict[str, Any]:
    """Return what the text says: texts, lists and maps of them; or ShorthandError."""
    return _Reader(text).entries()


class _Reader:
    """Reads one text from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._brackets = 0

    def entries(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while True:
            start = self._at
            key = self._key()
            if key in found:
                raise RepeatedKeyError(key, start)
            found[key] = self._entry()
            if self._at == len(self._text):
                return found
            self._expect(",")

    def _entry(self) -> Any:
        """Return what follows a key: nested, or one word, or a list of words."""
        if self._next() in {"[", "{"}:
            value = self._value()
            self._skip(_SPACE)
            return value
        value = self._value()
        self._skip(_SPACE)
        words = [_plain(word) for word in self._further_words()]
        return [value, *words] if words else value

    def _further_words(self) -> Iterator[str]:
        """Yield the words that make a list; stop at the comma before the next entry.

        Which comma that is, AWS's command decides by going back to the last one, were
        it in the very word that turned out to be a key: so do we.
        """
        while self._next() == ",":
            self._expect(",")
            word = self._skip(_FURTHER)
            if word:
                self._skip(_SPACE)
            elif self._at == len(self._text):
                raise UnexpectedCharacterError("<second>", "<none>", self._at)
            if not word or self._next() not in {",", ""}:
                self._at = self._text.rindex(",", 0, self._at + 1)
                return
            yield word

    def _value(self) -> Any:
        match self._next():
            case "[":
                return self._nested(self._list)
            case "{":
                return self._nested(self._map)
            case "'" | '"' as quote:
                if not (quoted := self._skip(_QUOTED)):
                    kind = "singled quoted" if quote == "'" else "double quoted"
                    raise UnexpectedCharacterError(f"<{kind}>", "<none>", self._at)
                return _plain(quoted)
            case _:
                return _plain(self._skip(_WORD))

    def _nested(self, read: Callable[[], Any]) -> Any:
        self._brackets += 1
        if self._brackets > _MOST_BRACKETS:
            raise UnexpectedCharacterError("fewer brackets", self._next(), self._at)
        self._at += 1
        self._skip(_SPACE)
        value = read()
        self._at += 1  # past the closing bracket
        self._brackets -= 1
        return value

    def _list(self) -> list[Any]:
        values = []
        while self._next() != "]":
            values.append(self._value())
            self._comma_before("]")
        return values

    def _map(self) -> dict[str, Any]:
        entries = {}
        while self._next() != "}":
            key = self._key()
            entries[key] = self._value()
            self._comma_before("}")
        return entries

    def _comma_before(self, closing: str) -> None:
        self._skip(_SPACE)
        if self._next() != closing:
            self._expect(",")

    def _key(self) -> str:
        key = self._skip(_KEY)
        self._skip(_SPACE)
        self._expect("=")
        return key

    def _expect(self, character: str) -> None:
        received = self._next()
        if received != character:
            raise UnexpectedCharacterError(character, received or "EOF", self._at)
        self._at += 1
        self._skip(_SPACE)

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip(self, pattern: re.Pattern[str]) -> str:
        """Go past what the pattern matches here, and return it."""
        match = pattern.match(self._text, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return match[0]


def _plain(written: str) -> str:
    """Return the text that a word or a quoted text stands for."""
    if written[:1] in {"'", '"'}:
        return re.sub(rf"\\([\\{written[0]}])", r"\1", written[1:-1])
    return written.replace("\\,", ",").rstrip()
