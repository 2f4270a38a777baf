"""From an option's text to its member's value: JSON, shorthand or as it is."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from ivschat_conformance.reference_impl.core.command_line.refusals import parsing_error
from ivschat_conformance.reference_impl.core.command_line.shapes import Kind, Shape

ReadFile = Callable[[str], bytes]
"""Reads what a `file://` value names; OSError where that cannot be."""

_FILE = "file://"
_BYTES = "fileb://"


def read_parameter(
    option: str, shape: Shape, words: Sequence[str], read_file: ReadFile
) -> Any:
    """Return the value that an option's words give its member.

    Types are checked as far as the text itself decides; `parameter_checks` does the
    rest. Raises ParameterError.
    """
    if shape.kind is Kind.LIST:
        return _read_list(option, words, read_file)
    text = resolve_file(option, words[-1], read_file)
    if shape.kind is Kind.INTEGER:
        try:
            return int(text)
        except ValueError as error:
            raise parsing_error(option, _without_digits(error)) from None
    if shape.kind is Kind.STRING:
        return text
    if text.lstrip().startswith(("{", "[")):
        value = read_json(option, text)
        if not isinstance(value, dict):
            raise parsing_error(option, "Invalid JSON: expecting an object")
        return value
    return _read_shorthand(option, shape, text)


def resolve_file(option: str, text: str, read_file: ReadFile) -> str:
    """Return the text, or what stands in the file that it names, as UTF-8."""
    if text.startswith(_BYTES):
        raise parsing_error(
            option, "fileb:// gives bytes, and this service takes none: use file://"
        )
    if not text.startswith(_FILE):
        return text
    path = text.removeprefix(_FILE)
    try:
        return read_file(path).decode()
    except (OSError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError):
            what = f"Unable to load paramfile ({path}), text contents could not be "
            raise parsing_error(option, what + "decoded: it is not UTF-8") from None
        what = f"Unable to load paramfile {text}: {error}"
        raise parsing_error(option, what) from None


def read_json(option: str, text: str) -> Any:
    """Return what a JSON text says; the refusal says where it is wrong (CLI-13)."""
    try:
        return json.loads(text)
    except ValueError as error:  # a number of too many digits, too
        raise parsing_error(option, f"Invalid JSON: {error}") from None
    except RecursionError:
        raise parsing_error(option, "Invalid JSON: nested too deeply") from None


def _read_list(option: str, words: Sequence[str], read_file: ReadFile) -> Any:
    """Return the words, or what one JSON text says (CLI-07)."""
    if len(words) != 1:
        return list(words)
    text = resolve_file(option, words[0], read_file)
    if text.lstrip().startswith("["):
        return read_json(option, text)
    return [text]


def _without_digits(error: ValueError) -> str:
    """Return Python's own words, which are AWS's; a very long number is cut."""
    return str(error) if len(str(error)) < len("x" * 120) else "too many digits"


def _read_shorthand(option: str, shape: Shape, text: str) -> Any:
    """Return what the shorthand says; point at the place where it is none.

    With the text, unless nobody should see that.
    """
    # Its expressions take longer to compile than all else that a command does.
    from ivschat_conformance.reference_impl.core.command_line import (  # noqa: PLC0415
        shorthand,
    )

    try:
        return shorthand.parse_shorthand(text)
    except shorthand.ShorthandError as error:
        what = str(error)
        if shape.is_sensitive:
            what += f" at character {error.position + 1}"
        else:
            before = text[: error.position].rpartition("\n")[2]
            what += f" for input:\n{text}\n{' ' * len(before)}^"
        if isinstance(error, shorthand.RepeatedKeyError):
            what += '\nThis is often because of a "," in place of a space.'
        raise parsing_error(option, what) from None
