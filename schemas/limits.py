"""The limits and defaults that stand in the schemas: nobody writes one twice."""

from typing import Any

from ivschat_conformance.schemas import documents


class LimitNotFoundError(LookupError):
    """The shape has no such limit."""


def minimum(shape: str) -> int:
    """Return the smallest integer that the shape allows."""
    return _integer(shape, "minimum")


def maximum(shape: str) -> int:
    """Return the largest integer that the shape allows."""
    return _integer(shape, "maximum")


def min_length(shape: str) -> int:
    """Return the fewest code points that a text of the shape may have."""
    return _integer(shape, "minLength")


def max_length(shape: str) -> int:
    """Return the most code points that a text of the shape may have."""
    return _integer(shape, "maxLength")


def max_items(shape: str) -> int:
    """Return the most items that a list of the shape may have."""
    return _integer(shape, "maxItems")


def max_properties(shape: str) -> int:
    """Return the most entries that a map of the shape may have."""
    return _integer(shape, "maxProperties")


def max_total_bytes(shape: str, api: str = documents.CONTROL_PLANE) -> int:
    """Return the most UTF-8 bytes that all keys and values may have together."""
    return int(_keyword(shape, "maxTotalBytes", api))


def default(shape: str) -> Any:
    """Return what holds where a request leaves the shape out."""
    return _keyword(shape, "default")


def enum(shape: str) -> tuple[str, ...]:
    """Return the words that the shape allows, in the model's order."""
    return tuple(_keyword(shape, "enum"))


def members(shape: str) -> tuple[str, ...]:
    """Return the names of a structure's members, in the model's order."""
    return tuple(_keyword(shape, "properties"))


def required(shape: str) -> tuple[str, ...]:
    """Return the names of the members that a structure must have; maybe none."""
    return tuple(_resolved(shape).get("required", ()))


def _integer(shape: str, keyword: str) -> int:
    return int(_keyword(shape, keyword))


def _keyword(shape: str, keyword: str, api: str = documents.CONTROL_PLANE) -> Any:
    document = _resolved(shape, api)
    if keyword not in document:
        raise LimitNotFoundError(f"the schema of {shape} has no {keyword!r}")
    return document[keyword]


def _resolved(shape: str, api: str = documents.CONTROL_PLANE) -> dict[str, Any]:
    """Return the document that says what the shape is, where it refers to another."""
    document = documents.load(shape, api)
    while isinstance(target := document.get("$ref"), str):
        document = documents.load(target.removesuffix(".json"), api)
    return document
