"""All parameters as one document: `--cli-input-json` and `--cli-input-yaml` (CLI-08).

Every value is taken literally: a text that looks like base64 or an escape stays what it
is, and there are no binary values. YAML is read as version 2 of the AWS CLI reads it,
by the rules of YAML 1.2: `yes`, `on` and `12:30` are texts, `060` is sixty, a key may
stand once and a document alone. Dates and `!!binary` are no texts and are refused.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from ivschat_conformance.reference_impl.core.command_line.parameters import (
    ReadFile,
    read_json,
    resolve_file,
)
from ivschat_conformance.reference_impl.core.command_line.refusals import parsing_error

if TYPE_CHECKING:
    from yaml import SafeLoader
    from yaml.nodes import MappingNode, ScalarNode

CLI_INPUT_JSON = "--cli-input-json"
CLI_INPUT_YAML = "--cli-input-yaml"

_RESOLVED = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    (
        "int",
        r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)",
        list("-+0123456789"),
    ),
    (
        "float",
        r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+"
        r"|\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?|\.(?:inf|Inf|INF))|\.(?:nan|NaN|NAN)",
        list("-+0123456789."),
    ),
    (
        "timestamp",
        r"\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?"
        r"(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?",
        list("0123456789"),
    ),
    ("merge", r"<<", ["<"]),
)
"""What a plain scalar is: YAML 1.2's types, and the two that ruamel.yaml adds."""


def read_document(option: str, text: str, read_file: ReadFile) -> dict[str, Any]:
    """Return the members that the option's document gives; or ParameterError."""
    content = resolve_file(option, text, read_file)
    if option == CLI_INPUT_JSON:
        document = read_json(_bare(option), content)
    else:
        document = _read_yaml(option, content)
    if not isinstance(document, dict):
        raise parsing_error(
            option, f"Invalid type: expecting map, received {type(document)}"
        )
    return {str(member): value for member, value in document.items()}


def _read_yaml(option: str, text: str) -> Any:
    import yaml  # noqa: PLC0415

    try:
        return yaml.load(text, Loader=_loader())  # noqa: S506
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        what = f"Invalid YAML received: {error.problem or error.context}{where}"
        raise parsing_error(_bare(option), what) from None
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, LookupError):
        # An impossible date; a tag that says of a scalar what it is not.
        raise parsing_error(_bare(option), "Invalid YAML received.") from None
    except RecursionError:
        raise parsing_error(_bare(option), "Invalid YAML: nested too deeply") from None


def _bare(option: str) -> str:
    """Return the name as AWS's command writes it in this one refusal (CLI-13)."""
    return option.lstrip("-")


@cache
def _loader() -> "type[SafeLoader]":
    """Return PyYAML's safe loader, with the rules above."""
    import yaml  # noqa: PLC0415

    class Loader(yaml.SafeLoader):
        """Reads what a person writes by hand, and makes no objects of ours."""

        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012

    for name, pattern, first in _RESOLVED:
        Loader.add_implicit_resolver(
            f"tag:yaml.org,2002:{name}", re.compile(rf"(?:{pattern})\Z"), first
        )
    Loader.add_constructor("tag:yaml.org,2002:int", _integer)
    Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
    return Loader


def _integer(loader: "SafeLoader", node: "ScalarNode") -> int:
    """Return the integer; a leading zero says nothing."""
    text = loader.construct_scalar(node).replace("_", "")
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-").lower()
    base = {"0b": 2, "0o": 8, "0x": 16}.get(digits[:2], 10)
    return sign * int(digits, base)


def _mapping(loader: "SafeLoader", node: "MappingNode") -> dict[Any, Any]:
    """Return the mapping; refuse a key that stands in it twice."""
    import yaml  # noqa: PLC0415

    written = [key.value for key, _ in node.value if isinstance(key.value, str)]
    if len(written) != len(set(written)):
        raise yaml.constructor.ConstructorError(
            None, None, "a key stands twice", node.start_mark
        )
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)
