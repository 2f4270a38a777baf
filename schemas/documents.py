"""The JSON Schemas: one document a wire shape, found by the shape's name.

The documents keep to JSON Schema 2020-12 and two words of our own: `maxTotalBytes`
(see `total_bytes`) and the annotation `x-sensitive`, for what is never shown. They are
open to unknown members; `closed=True` refuses them, for requests of our own.
"""

import difflib
import json
import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

CONTROL_PLANE = "control-plane-api"
MESSAGING = "messaging-api"
HARNESS = "harness"

_ROOT = Path(__file__).parent
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class SchemaNotFoundError(LookupError):
    """No schema has that name."""


@cache
def shapes(api: str = CONTROL_PLANE) -> tuple[str, ...]:
    """Return the names of all shapes of an API, sorted."""
    return tuple(sorted(path.stem for path in (_ROOT / api).glob("*.json")))


@cache
def load(shape: str, api: str = CONTROL_PLANE) -> dict[str, Any]:
    """Return a shape's document as it stands in the file; do not change it."""
    known = shapes(api)
    if shape not in known:
        near = difflib.get_close_matches(shape, known)
        hint = f"did you mean {' or '.join(near)}?" if near else "see `shapes()`."
        raise SchemaNotFoundError(f"{api} has no schema {shape!r}; {hint}")
    # Read through the package's loader, where a mutant can change what it says.
    text = pkgutil.get_data(__package__, f"{api}/{shape}.json")
    document: dict[str, Any] = json.loads(text or b"")
    return document


def bundle(
    shape: str, *, closed: bool = False, api: str = CONTROL_PLANE
) -> dict[str, Any]:
    """Return one schema that needs no other document, with local references only.

    Every shape within reach stands under `$defs` by its name; the root refers to the
    asked one. The result is the caller's own.
    """
    definitions: dict[str, Any] = {}
    ahead = [(api, shape)]
    while ahead:
        home, name = ahead.pop()
        if name not in definitions:
            definitions[name] = _localised(home, name, ahead, closed=closed)
    return {
        "$schema": _DIALECT,
        "$ref": f"#/$defs/{shape}",
        "$defs": dict(sorted(definitions.items())),
    }


@cache
def validator(
    shape: str, *, closed: bool = False, api: str = CONTROL_PLANE
) -> "Validator":
    """Return a validator of the engine `jsonschema` that knows our own keyword.

    Beware of its errors' `message`: it repeats the value, which may be sensitive.
    """
    return _engine()(bundle(shape, closed=closed, api=api))


def total_bytes(texts: Mapping[str, object]) -> int:
    """Return what `maxTotalBytes` limits: the UTF-8 bytes of all keys and values.

    The rule is OPEN-04's. A value that is no text counts nothing: its type is another
    keyword's business.
    """
    words = [*texts, *(text for text in texts.values() if isinstance(text, str))]
    return len("".join(words).encode("utf-8", "surrogatepass"))


@cache
def compile_pattern(pattern: str) -> re.Pattern[str]:
    r"""Compile a schema's pattern with ECMA-262's meaning of `$` and of the dot.

    `$` is the very end, where Python's accepts a newline after it; the dot is no end of
    a line, of which Python knows one and ECMA-262 four. Whoever wants more of ECMA-262
    than our schemas use (their `\d` and `\w` are ASCII) must add it here.
    """
    return re.compile(_UNIT.sub(_python_unit, pattern))


# An escape, a character class, or a `$` or a dot that is neither.
_UNIT = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|[$.]", re.DOTALL)
_IN_PYTHON = {"$": r"\Z", ".": r"[^\n\r\u2028\u2029]"}


def _python_unit(unit: re.Match[str]) -> str:
    return _IN_PYTHON.get(unit[0], unit[0])


def _localised(
    api: str, shape: str, ahead: list[tuple[str, str]], *, closed: bool
) -> dict[str, Any]:
    """Return a copy as it stands under `$defs`; append the shapes it refers to."""
    schema: dict[str, Any] = _turned_inwards(load(shape, api), api, ahead)
    # With an `$id` of its own, a local reference would lead into the copy itself.
    del schema["$schema"], schema["$id"]
    if closed and "properties" in schema:
        schema["additionalProperties"] = False
    return schema


def _turned_inwards(node: Any, api: str, ahead: list[tuple[str, str]]) -> Any:
    if isinstance(node, list):
        return [_turned_inwards(entry, api, ahead) for entry in node]
    if not isinstance(node, dict):
        return node
    copy = {key: _turned_inwards(value, api, ahead) for key, value in node.items()}
    if "$ref" in copy:
        # A shape of another API is referred to as `../<api>/<shape>.json`.
        folder, _, name = copy["$ref"].removesuffix(".json").rpartition("/")
        ahead.append((folder.removeprefix("../") or api, name))
        copy["$ref"] = f"#/$defs/{name}"
    return copy


@cache
def _engine() -> "type[Validator]":
    from jsonschema import Draft202012Validator  # noqa: PLC0415
    from jsonschema.validators import extend  # noqa: PLC0415

    engine: type[Validator] = extend(  # type: ignore[no-untyped-call]
        Draft202012Validator,
        {"pattern": _pattern, "maxTotalBytes": _max_total_bytes},
    )
    return engine


def _pattern(
    _engine: "Validator", pattern: str, instance: object, _schema: object
) -> "Iterator[ValidationError]":
    if isinstance(instance, str) and not compile_pattern(pattern).search(instance):
        yield _error(f"does not match {pattern!r}")


def _max_total_bytes(
    _engine: "Validator", limit: int, instance: object, _schema: object
) -> "Iterator[ValidationError]":
    if isinstance(instance, dict) and total_bytes(instance) > limit:
        yield _error(f"keys and values have more than {limit} bytes together")


def _error(message: str) -> "ValidationError":
    from jsonschema import ValidationError  # noqa: PLC0415

    return ValidationError(message)
