"""A result as JSON, YAML or text, whole or what a JMESPath expression takes of it."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ivschat_conformance.reference_impl.core.command_line.global_options import Output
from ivschat_conformance.reference_impl.core.command_line.refusals import (
    CallFailedError,
    ParameterError,
)

Select = Callable[[Any], Any]


def compile_query(expression: str | None) -> Select:
    """Return what takes the queried part of a result; all of it without expression."""
    if expression is None:
        return lambda result: result
    import jmespath  # noqa: PLC0415

    try:
        compiled = jmespath.compile(expression)
    except (jmespath.exceptions.JMESPathError, ValueError) as error:
        raise ParameterError(f"Bad value for --query {expression}: {error}") from None
    except RecursionError:
        raise ParameterError("Bad value for --query: nested too deeply") from None

    def select(result: Any) -> Any:
        try:
            return compiled.search(result)
        except jmespath.exceptions.JMESPathError as error:
            raise CallFailedError(
                f"Bad value for --query {expression}: {error}"
            ) from None

    return select


def render(result: Any, output: Output) -> str:
    """Return the result's text, its last line ended."""
    match output:
        case Output.JSON:
            return json.dumps(result, indent=4, ensure_ascii=False) + "\n"
        case Output.YAML:
            return _yaml(result)
        case Output.TEXT:
            return "".join(_text_lines(result, None, None))


def _yaml(result: Any) -> str:
    import yaml  # noqa: PLC0415

    text: str = yaml.safe_dump(
        result, default_flow_style=False, sort_keys=False, allow_unicode=True
    )
    return text.removesuffix("...\n")  # ends a document that is a scalar


def _text_lines(
    value: Any, name: str | None, columns: list[str] | None
) -> Iterator[str]:
    """Yield lines of columns parted by tabs (CLI-29).

    A structure gives a line of its scalars, in the members' order by name, then those
    of its other members, each line with the member's name in front. `columns` are those
    of the list that a structure stands in.
    """
    if isinstance(value, dict):
        yield from _structure_lines(value, name, columns)
    elif isinstance(value, list):
        yield from _list_lines(value, name)
    else:
        yield _line(name, [value])


def _structure_lines(
    value: Mapping[str, Any], name: str | None, columns: list[str] | None
) -> Iterator[str]:
    if columns is None:
        columns = sorted(key for key in value if not _is_nested(value[key]))
    if columns:
        yield _line(name, [value.get(key, "") for key in columns])
    for key in sorted(key for key in value if _is_nested(value[key])):
        yield from _text_lines(value[key], key, None)


def _list_lines(values: list[Any], name: str | None) -> Iterator[str]:
    structures = [entry for entry in values if isinstance(entry, dict)]
    if structures:
        columns = sorted(
            {
                key
                for entry in structures
                for key, value in entry.items()
                if not _is_nested(value)
            }
        )
        for entry in values:
            yield from _text_lines(entry, name, columns)
        return
    scalars = [entry for entry in values if not isinstance(entry, list)]
    if name:  # a line each; without a name, one for all
        yield from (_line(name, [scalar]) for scalar in scalars)
    elif scalars:
        yield _line(None, scalars)
    for entry in values:
        if isinstance(entry, list):
            yield from _list_lines(entry, name)


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict | list)


def _line(name: str | None, values: list[Any]) -> str:
    front = [name.upper()] if name else []
    return "\t".join([*front, *map(str, values)]) + "\n"
