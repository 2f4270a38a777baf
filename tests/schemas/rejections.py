"""Write suites/rejections.json: what no operation may take, read from botocore's model.

    python tests/schemas/rejections.py

One row a case: a request with one defect, and beside it the accepted one. Every member
of every operation has a row for its JSON type and one for each constraint that the
model sets it, past the bound and at it, but for what `BY_HAND` says is checked
elsewhere (rejections.toml has all that the model does not say). What stands inside a
member is judged in the first operation that has it, and so are more texts that a
pattern forbids: the operations share the shapes, and a run of all checks must stay
quick. The suites need no botocore: the table travels with them.
"""

import json
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from botocore.loaders import Loader

import ivschat_conformance.suites

TABLE = Path(ivschat_conformance.suites.__file__).with_name("rejections.json")

Row = dict[str, Any]

_KNOWN = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))

BY_HAND: dict[str, str] = _KNOWN["by_hand"]
"""Rows that are not written, and where their requests are checked."""

REQUIREMENTS: dict[str, str] = _KNOWN["requirements"]
"""The requirement of each shape's constraints."""

VALID: dict[str, Any] = _KNOWN["valid"]
"""A valid value of each shape."""

PATTERNS: dict[str, tuple[dict[str, str], str]] = {
    shape: (texts["refused"], texts["accepted"])
    for shape, texts in _KNOWN["patterns"].items()
}
"""Texts that break a shape's pattern, and one that does not."""

WHOLE = ("BucketName", "DeliveryStreamName", "LogGroupName")
"""Shapes whose patterns no other check holds to be for the whole value (VAL-02)."""

BOUNDS = {
    "integer": ("minimum", "maximum", ""),
    "list": ("minItems", "maxItems", "-entries"),
    "map": ("minProperties", "maxProperties", "-entries"),
    "string": ("minLength", "maxLength", "-characters"),
}
"""The words for a type's bounds, and what they count."""

ARNS = {
    "LoggingConfigurationIdentifier": "logging-configuration",
    "ResourceArn": "room",
    "RoomIdentifier": "room",
}


class Place(NamedTuple):
    """Where a value stands: its shape, the way to it, and what it is called."""

    operation: str
    path: tuple[str, ...]
    shape: str
    holder: str
    in_body: bool

    @property
    def name(self) -> str:
        """The operation and the way."""
        return f"{self.operation}.{'.'.join(self.path)}"

    @property
    def held(self) -> tuple[str, str]:
        """What it is of the shape that holds it, whichever operation has that."""
        return self.holder, self.path[-1]


def service_model() -> dict[str, Any]:
    """Return the service model as botocore ships it."""
    model: dict[str, Any] = Loader().load_service_model(
        "ivschat", "service-2", "2020-07-14"
    )
    return model


def rows() -> list[Row]:
    """Return every row of the table, in the order of operations and members."""
    model = service_model()
    seen: set[object] = set()
    table = []
    for operation in sorted(model["operations"]):
        for place in places(model, operation):
            if place.held in seen:
                continue
            found = [
                *_of_type(model, place),
                *_of_presence(model, place),
                *_of_bounds(model, place),
                *_of_pattern(place, all_texts=place.shape not in seen),
                *_of_enum(model, place),
            ]
            kept = [row for row in found if not by_hand(place, row["breaks"])]
            if kept:
                seen |= {place.held, place.shape}
            table += kept
    return table


def by_hand(place: Place, rule: str) -> bool:
    """Return whether the rows of a rule are left to checks of their own."""
    name = f"{place.name}:{rule}"
    return any(fnmatchcase(name, pattern) for pattern in BY_HAND)


def places(model: dict[str, Any], operation: str) -> Iterator[Place]:
    """Yield each place of an operation's input that can hold a value."""
    request = model["operations"][operation]["input"]["shape"]
    for name, member in model["shapes"][request]["members"].items():
        in_body = "location" not in member
        place = Place(operation, (name,), member["shape"], request, in_body)
        yield from _within(model["shapes"], place)


def _within(shapes: dict[str, Any], place: Place) -> Iterator[Place]:
    """Yield a place and those inside its value."""
    yield place
    shape = shapes[place.shape]
    parts = {name: m["shape"] for name, m in shape.get("members", {}).items()}
    parts |= {
        word: shape[part]["shape"]
        for part, word in (("member", "[]"), ("key", "{}"), ("value", "{value}"))
        if part in shape
    }
    for step, inner in parts.items():
        ahead = Place(
            place.operation, (*place.path, step), inner, place.shape, place.in_body
        )
        yield from _within(shapes, ahead)


def _of_type(model: dict[str, Any], place: Place) -> Iterator[Row]:
    """Yield a row for a value of another type, and for null among a map's."""
    if not place.in_body or place.path[-1] == "{}":
        return  # what stands in path and query is text, as are the keys of an object
    valid = VALID[place.shape]
    name, value = {
        "string": ("number", 7),
        "integer": ("text", str(valid)),
        "list": ("object", {"k": "v"}),
        "map": ("array", ["k"]),
        "structure": ("text", "k"),
    }[model["shapes"][place.shape]["type"]]
    yield _row(place, "type", name, value, valid)
    if place.path[-1] == "{value}":
        yield _row(place, "type", "null", None, valid, verifies="PARSE-05")


def _of_presence(model: dict[str, Any], place: Place) -> Iterator[Row]:
    """Yield a row for a required member that is missing."""
    required = model["shapes"][place.holder].get("required", ())
    if place.path[-1] in required and place.path != ("resourceArn",):
        absent = {"$absent": True}
        yield _row(place, "required", "missing", absent, VALID[place.shape])


def _of_enum(model: dict[str, Any], place: Place) -> Iterator[Row]:
    """Yield a row for a word that is none of an enumeration's."""
    if words := model["shapes"][place.shape].get("enum"):
        yield _row(place, "enum", "unknown", "MAYBE", words[-1])


def _of_bounds(model: dict[str, Any], place: Place) -> Iterator[Row]:
    """Yield a row for each bound: one past it refused, at it accepted."""
    shape = model["shapes"][place.shape]
    if shape["type"] not in BOUNDS:
        return
    least, most, unit = BOUNDS[shape["type"]]
    # An empty ARN in the path would be another path.
    if shape.get("min") and place.path != ("resourceArn",):
        low = shape["min"]
        refused = _sized(place, shape, low - 1)
        accepted = VALID[place.shape]
        if place.shape not in ARNS:
            accepted = _sized(place, shape, low)
        yield _row(place, least, f"{low - 1}{unit}", refused, accepted)
    if "max" in shape:
        high = shape["max"]
        yield _row(
            place,
            most,
            f"{high + 1}{unit}",
            _sized(place, shape, high + 1),
            _at_most(place, shape, high),
            status=_well_formed(place),
        )


def _at_most(place: Place, shape: dict[str, Any], high: int) -> Any:
    """Return the value at the upper bound, or a short one where none can be valid.

    No token of 1,024 characters is one that a page gave, and no function may be there
    (test_constraints_rooms.py judges those that are taken).
    """
    if place.shape in {"PaginationToken", "LambdaArn"}:
        return ""
    return _sized(place, shape, high)


def _well_formed(place: Place) -> list[int] | None:
    """Return what tells that an ARN of nothing is one: 404, or perhaps an empty list.

    A room is said to be not found, as is a configuration that is asked for itself; of
    one in a list that is inferred (ROOM-CREATE-10, ROOM-LIST-12).
    """
    if place.shape not in ARNS:
        return None
    itself = place.path in {("identifier",), ("roomIdentifier",), ("resourceArn",)}
    return [404] if itself else [200, 404]


def _sized(place: Place, shape: dict[str, Any], size: int) -> Any:
    """Return a value of this size, in the table's words where it is a long one."""
    if shape["type"] == "integer":
        return size
    if shape["type"] == "string":
        if place.shape in ARNS and size:
            return {"$arn": [ARNS[place.shape], size]}
        if place.shape == "LambdaArn":
            return {"$function": size}
        return {"$repeat": ["n", size]} if size > 1 else "n" * size
    words = {"LoggingConfigurationIdentifierList": "$logging", "TagKeyList": "$keys"}
    return {words.get(place.shape, "$tags"): size}


def _of_pattern(place: Place, *, all_texts: bool) -> Iterator[Row]:
    """Yield a row for a text that breaks the pattern, or for each that is known."""
    if place.shape not in PATTERNS:
        return
    refused, accepted = PATTERNS[place.shape]
    texts = list(refused.items())
    for name, text in texts if all_texts else texts[:1]:
        yield _row(place, "pattern", name, text, accepted)
    if all_texts and place.shape in WHOLE:
        text = f"{accepted}\n"
        yield _row(place, "pattern", "newline", text, accepted, verifies="VAL-02")


def _row(
    place: Place,
    rule: str,
    name: str,
    refused: Any,
    accepted: Any,
    *,
    verifies: str | None = None,
    status: list[int] | None = None,
) -> Row:
    named = place.path[-1]
    row = {
        "name": f"{place.name}-{name}",
        "operation": place.operation,
        "breaks": rule,
        "field": None if named in {"[]", "{}", "{value}"} else named,
        "verifies": verifies or _requirement(place, rule),
        "refused": _around(place, refused),
        "accepted": _around(place, accepted),
    }
    return row if status is None else {**row, "status": status}


def _requirement(place: Place, rule: str) -> str:
    if rule == "type":
        return "PARSE-04"
    if rule == "required" and place.shape == "LoggingConfigurationIdentifier":
        return "LOGCFG-08"
    if place.shape == "TagKey":
        return "VAL-14" if place.path[0] == "tagKeys" else "VAL-13"
    return REQUIREMENTS[place.shape]


def _around(place: Place, value: Any) -> dict[str, Any]:
    """Return the input's member that holds a value in its place, all else valid."""
    first, *steps = place.path
    for step in reversed(steps):
        match step:
            case "[]":
                value = [value]
            case "{}":
                value = {"$key": value}
            case "{value}":
                value = {"k": value}
            case "fallbackResult":
                value = {"uri": "", step: value}
            case _:
                value = {step: value}
    return {first: value}


def written(table: list[Row]) -> str:
    """Return the table as JSON, one row a line."""
    lines = (json.dumps(row, ensure_ascii=False) for row in table)
    return "[\n" + ",\n".join(lines) + "\n]\n"


if __name__ == "__main__":
    TABLE.write_text(written(rows()), encoding="utf-8")
