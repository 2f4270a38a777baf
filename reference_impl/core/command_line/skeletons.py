"""`--generate-cli-skeleton`: the form of an input, and a sample of an output."""

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from ivschat_conformance.reference_impl.core.command_line.service_answers import (
    output_shape,
)
from ivschat_conformance.reference_impl.core.command_line.shapes import (
    Kind,
    Shape,
    load_shape,
)
from ivschat_conformance.schemas.operations import Operation

_EPOCH = "1970-01-01T00:00:00"
_KEY = "KeyName"


class Skeleton(StrEnum):
    """What can be asked for."""

    INPUT = "input"
    YAML_INPUT = "yaml-input"
    OUTPUT = "output"


def json_skeleton(operation: Operation) -> str:
    """Return all parameters in the form that --cli-input-json takes (CLI-15)."""
    sample = _sample(load_shape(operation.request), "")
    return json.dumps(sample, indent=4) + "\n"


def yaml_skeleton(operation: Operation) -> str:
    """Return all parameters, sorted and each explained, for --cli-input-yaml."""
    return "".join(f"{line}\n" for line in _yaml_lines(load_shape(operation.request)))


def sample_output(operation: Operation) -> Mapping[str, Any]:
    """Return an answer of the operation as it might be (CLI-18, CLI-19)."""
    shape = output_shape(operation)
    if shape is None:
        return {}
    return {member: _sample(within, member) for member, within in shape.members.items()}


def _sample(shape: Shape, text: str) -> Any:
    """Return a value of the shape; a string is `text`, if it is not one of an enum."""
    match shape.kind:
        case Kind.STRUCTURE:
            return {
                member: _sample(within, text and member)
                for member, within in shape.members.items()
            }
        case Kind.MAP:
            return {_KEY: _sample(_within(shape), text)}
        case Kind.LIST:
            return [_sample(_within(shape), text)]
        case Kind.INTEGER:
            return 0
        case Kind.TIMESTAMP:
            return _EPOCH
        case Kind.STRING:
            return shape.enum[0] if shape.enum else text


def _yaml_lines(shape: Shape, indent: str = "") -> Iterator[str]:
    """Yield a structure's lines, sorted by member as version 2 of the AWS CLI does."""
    for member, within in sorted(shape.members.items()):
        required = "[REQUIRED] " if member in shape.required else ""
        comment = f"# {required}{within.description}"
        match within.kind:
            case Kind.STRUCTURE:
                yield f"{indent}{member}: {comment}"
                yield from _yaml_lines(within, f"{indent}  ")
            case Kind.MAP:
                yield f"{indent}{member}: {comment}"
                yield f"{indent}  {_KEY}: {_yaml_scalar(_within(within))}"
            case Kind.LIST:
                yield f"{indent}{member}: {comment}"
                yield f"{indent}- {_yaml_scalar(_within(within))}"
            case _:
                yield f"{indent}{member}: {_yaml_scalar(within)} {comment}"


def _yaml_scalar(shape: Shape) -> str:
    return str(_sample(shape, "") or ("''" if shape.kind is Kind.STRING else 0))


def _within(shape: Shape) -> Shape:
    assert shape.item is not None  # noqa: S101 - lists and maps hold something
    return shape.item
