"""`ivschat-conformance requirements`: every requirement of the contract, in a list."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby

from ivschat_conformance.commands.command_line import CommandLine
from ivschat_conformance.schemas.requirements import (
    Level,
    Requirement,
    load_requirements,
)

_HEAD = 39  # columns before a statement
_LEAST = 40


def main(argv: Sequence[str]) -> int:
    """Print the registry."""
    options = parser().parse(argv)
    registry = load_requirements()
    if options.json:
        print(json.dumps([asdict(row) for row in registry.values()], indent=1))
        return 0
    for line in lines(registry, shutil.get_terminal_size().columns):
        print(line)
    return 0


def parser() -> CommandLine:
    """Return the command line of `requirements`."""
    command_line = CommandLine(
        "requirements",
        description="List every requirement of the contract, by area; `explain ID` "
        "says more of one.",
    )
    command_line.add_argument(
        "--json", action="store_true", help="as a JSON array, with every member"
    )
    return command_line


def lines(registry: Mapping[str, Requirement], width: int) -> Iterator[str]:
    """Yield one line a requirement, and at the end how many there are of each sort."""
    room = max(width - _HEAD, _LEAST)
    for area, rows in groupby(registry.values(), key=lambda row: row.area):
        yield area
        for row in rows:
            statement = row.statement
            if len(statement) > room:
                statement = f"{statement[: room - 1]}…"
            yield f"  {row.id:<15} {row.level:<6} {whose(row):<13} {statement}"
        yield ""
    scored = [row for row in registry.values() if row.is_scored]
    for level in Level:
        count = sum(row.level is level for row in scored)
        yield f"{count} {level}s that the suites judge targets by"
    verified = sum(row.verified is not None for row in registry.values())
    untested = sum(row.untested is not None for row in registry.values())
    yield f"{verified} more that our own tests verify, {untested} untested"


def whose(row: Requirement) -> str:
    """Return whom a requirement binds, and in brackets whether it is untested."""
    if row.untested is not None:
        return f"({row.kind})"
    return "command line" if row.of_command_lines else row.kind
