"""What a parameter or a member of an answer may be, read from the JSON Schemas."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from ivschat_conformance.schemas import documents

_TIME = "Time"  # the one shape whose texts are instants
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Kind(StrEnum):
    """The kinds of value that the service model knows and this service uses."""

    STRING = "string"
    INTEGER = "integer"
    TIMESTAMP = "timestamp"
    LIST = "list"
    MAP = "map"
    STRUCTURE = "structure"


_LIMITS = {
    Kind.STRING: ("minLength", "maxLength"),
    Kind.INTEGER: ("minimum", "maximum"),
    Kind.LIST: ("minItems", "maxItems"),
    Kind.MAP: ("minProperties", "maxProperties"),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape of the service model, as far as a client looks at it (VAL-23).

    `minimum` and `maximum` are those of an integer's value and of any other kind's
    length; the latter, and `default`, are there to be read. `item` is
    what a list or a map holds, `key` what a map's keys are. Of a union exactly one
    member is given. What is `sensitive`, and all within, is never shown.
    """

    name: str
    kind: Kind
    description: str
    minimum: int | None = None
    maximum: int | None = None
    default: Any = None
    enum: tuple[str, ...] = ()
    item: "Shape | None" = None
    key: "Shape | None" = None
    members: Mapping[str, "Shape"] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    is_union: bool = False
    is_sensitive: bool = False


@cache
def load_shape(name: str) -> Shape:
    """Return the shape of that name; what it holds is loaded with it."""
    document = documents.load(name)
    while "$ref" in document:  # another name for the same
        document = documents.load(_target(document))
    kind = _kind(name, document)
    fewest, most = _LIMITS.get(kind, ("", ""))
    return Shape(
        name=name,
        kind=kind,
        description=document.get("description", ""),
        minimum=document.get(fewest),
        maximum=document.get(most),
        default=document.get("default"),
        enum=tuple(document.get("enum", ())),
        item=_within(document, "items") or _within(document, "additionalProperties"),
        key=_within(document, "propertyNames"),
        members={
            member: load_shape(_target(schema))
            for member, schema in document.get("properties", {}).items()
        },
        required=tuple(document.get("required", ())),
        is_union="oneOf" in document,
        is_sensitive=document.get("x-sensitive", False),
    )


def kebab_case(member: str) -> str:
    """Return a member's name as options and operations are written: `user-id`."""
    return _HUMP.sub("-", member).lower()


def option_name(member: str) -> str:
    """Return the option that gives a member of the request."""
    return f"--{kebab_case(member)}"


def _kind(name: str, document: Mapping[str, Any]) -> Kind:
    if name == _TIME:
        return Kind.TIMESTAMP
    if document["type"] == "object":
        return Kind.STRUCTURE if "properties" in document else Kind.MAP
    return Kind.LIST if document["type"] == "array" else Kind(document["type"])


def _within(document: Mapping[str, Any], keyword: str) -> Shape | None:
    schema = document.get(keyword)
    return load_shape(_target(schema)) if isinstance(schema, dict) else None


def _target(schema: Mapping[str, Any]) -> str:
    return str(schema["$ref"]).removesuffix(".json")
