"""What AWS's command refuses before it sends anything (VAL-23): all mistakes at once.

Types, required and unknown members, the fewest of characters, entries and numbers, and
that a union has one member. Maxima, enums and patterns are the server's to judge. Each
line is AWS's (CLI-11, CLI-12, CLI-25), and ends with the option to look at. What is
sensitive is not repeated.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ivschat_conformance.reference_impl.core.command_line.refusals import (
    ParameterError,
)
from ivschat_conformance.reference_impl.core.command_line.shapes import (
    Kind,
    Shape,
    option_name,
)

_TYPES: Mapping[Kind, tuple[type, ...]] = {
    Kind.STRING: (str,),
    Kind.INTEGER: (int,),  # true and false are, for AWS's command
    Kind.LIST: (list, tuple),
    Kind.MAP: (dict,),
    Kind.STRUCTURE: (dict,),
}


def check_parameters(
    parameters: Mapping[str, Any], shape: Shape, document_option: str
) -> None:
    """Raise ParameterError with a line for each mistake; return None if there is none.

    `document_option` is the option whose document gave what no option could have given.
    """
    lines = [
        f"{line} ({document_option})"
        for line in _unknown_members("", parameters, shape)
    ]
    missing = dict(_missing_members("", parameters, shape))
    for member, within in shape.members.items():
        found = [missing[member]] if member in missing else []
        if member in parameters:
            found += _mistakes(member, parameters[member], within, within.is_sensitive)
        lines += [f"{line} ({option_name(member)})" for line in found]
    if lines:
        raise ParameterError("\n".join(["Parameter validation failed:", *lines]))


def _mistakes(where: str, value: Any, shape: Shape, hidden: bool) -> Iterator[str]:
    """Yield a line for each thing that is wrong with a value and what is in it."""
    hidden = hidden or shape.is_sensitive
    types = _TYPES[shape.kind]
    if not isinstance(value, types):
        shown = "(not shown)" if hidden else value
        yield (
            f"Invalid type for parameter {where}, value: {shown}, type: {type(value)}, "
            f"valid types: {', '.join(map(str, types))}"
        )
        return
    word, size = _size(value, shape)
    if shape.minimum is not None and size < shape.minimum:
        yield (
            f"Invalid {word} for parameter {where}, value: {size}, "
            f"valid min {word}: {shape.minimum}"
        )
    match shape.kind:
        case Kind.LIST:
            yield from _in_list(where, value, shape, hidden)
        case Kind.MAP:
            yield from _in_map(where, value, shape, hidden)
        case Kind.STRUCTURE:
            yield from _in_structure(where, value, shape, hidden)


def _size(value: Any, shape: Shape) -> tuple[str, int]:
    """Return what has a minimum, and what it is called."""
    if shape.kind is Kind.INTEGER:
        return "value", value
    return "length", len(value)


def _in_list(where: str, value: Any, shape: Shape, hidden: bool) -> Iterator[str]:
    if shape.item is not None:
        for place, entry in enumerate(value):
            yield from _mistakes(f"{where}[{place}]", entry, shape.item, hidden)


def _in_map(where: str, value: Any, shape: Shape, hidden: bool) -> Iterator[str]:
    for key, entry in value.items():
        name = "(not shown)" if hidden and not isinstance(key, str) else key
        if shape.key is not None:
            yield from _mistakes(f"{where} (key: {name})", key, shape.key, hidden)
        if shape.item is not None:
            yield from _mistakes(f"{where}.{name}", entry, shape.item, hidden)


def _in_structure(where: str, value: Any, shape: Shape, hidden: bool) -> Iterator[str]:
    members = ", ".join(shape.members)
    if shape.is_union and len(value) > 1:
        yield (
            f"Invalid number of parameters set for tagged union structure {where}. "
            f"Can only set one of the following keys: {members}."
        )
    if shape.is_union and not value:
        yield (
            "Must set one of the following keys for tagged union structure "
            f"{where}: {members}."
        )
    yield from (line for _, line in _missing_members(where, value, shape))
    yield from _unknown_members(where, value, shape)
    for member, within in shape.members.items():
        if member in value:
            yield from _mistakes(f"{where}.{member}", value[member], within, hidden)


def _missing_members(
    where: str, value: Mapping[str, Any], shape: Shape
) -> Iterator[tuple[str, str]]:
    for member in shape.required:
        if member not in value:
            place = where or "input"
            yield member, f'Missing required parameter in {place}: "{member}"'


def _unknown_members(
    where: str, value: Mapping[str, Any], shape: Shape
) -> Iterator[str]:
    for member in value:
        if member not in shape.members:
            yield (
                f'Unknown parameter in {where or "input"}: "{member}", '
                f"must be one of: {', '.join(shape.members)}"
            )
