"""`ivschat-conformance diff`: what changed between two reports of one target."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ivschat_conformance.commands.command_line import CommandLine
from ivschat_conformance.commands.report_arguments import load_all

if TYPE_CHECKING:
    from ivschat_conformance.fixtures.outcomes import Check, Finding
    from ivschat_conformance.fixtures.reports.difference import Difference
    from ivschat_conformance.fixtures.reports.words import Paint

_CHECKS_SHOWN = 5
_INDENT = " " * 9
_COLOURS = {
    "broken": "red",
    "fixed": "green",
    "changed": "yellow",
    "added": "bold",
    "removed": "bold",
}


def main(argv: Sequence[str]) -> int:
    """Print what differs; 1 when anything broke that fails the target."""
    command_line = parser()
    options = command_line.parse(argv)
    old, new = load_all(command_line, [options.old, options.new])
    from ivschat_conformance.fixtures.reports.difference import diff
    from ivschat_conformance.fixtures.reports.words import Paint

    found = diff(old, new)
    paint = Paint(colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ)
    if old.edition != new.edition:
        print(f"the editions differ: {old.edition} and {new.edition}\n")
    for line in lines(found, paint):
        print(line)
    return int(any(difference.red for difference in found))


def parser() -> CommandLine:
    """Return the command line of `diff`."""
    command_line = CommandLine(
        "diff",
        description="Say what changed between two reports that `check --json` wrote.",
        epilog="Exit codes: 0 nothing broke; 1 a requirement that was passed fails now "
        "(a SHOULD only if the new report is strict); 2 a file is no report.",
    )
    add = command_line.add_argument
    add("old", type=Path, metavar="OLD.json", help="the report before")
    add("new", type=Path, metavar="NEW.json", help="the report after")
    return command_line


def lines(found: "Sequence[Difference]", paint: "Paint") -> Iterator[str]:
    """Yield the differences, the gravest first, and their counts."""
    if not found:
        yield "nothing changed"
        return
    for difference in found:
        yield from _difference(difference, paint)
    yield ""
    counts = {
        change: sum(difference.change == change for difference in found)
        for change in _COLOURS
    }
    yield ", ".join(
        paint(f"{count} {change}", _COLOURS[change])
        for change, count in counts.items()
        if count
    )


def _difference(difference: "Difference", paint: "Paint") -> Iterator[str]:
    from ivschat_conformance.fixtures.reports.text import one_line
    from ivschat_conformance.fixtures.reports.words import LOOKS

    requirement = difference.requirement
    word = paint(f"{difference.change:<8}", _COLOURS[difference.change])
    old, new = _outcome(difference.old, paint), _outcome(difference.new, paint)
    warning = "" if difference.red or difference.change != "broken" else ", a warning"
    yield f"{word} {requirement.id} ({requirement.level}{warning}): {old} -> {new}"
    yield f"{_INDENT}{one_line(requirement.statement)}"
    reasons = {check.test: check.reason for check in _checks(difference.new)}
    sign = paint(LOOKS["failed"].sign, _COLOURS["broken"])
    for test in difference.broken[:_CHECKS_SHOWN]:
        yield f"{_INDENT}{sign} {one_line(test)}: {one_line(reasons[test])}"
    sign = paint(LOOKS["passed"].sign, _COLOURS["fixed"])
    for test in difference.fixed[:_CHECKS_SHOWN]:
        yield f"{_INDENT}{sign} {one_line(test)}"
    more = sum(
        max(0, len(tests) - _CHECKS_SHOWN)
        for tests in (difference.broken, difference.fixed)
    )
    if more:
        yield f"{_INDENT}… and {more} more checks"


def _checks(finding: "Finding | None") -> "Sequence[Check]":
    return finding.checks if finding else ()


def _outcome(finding: "Finding | None", paint: "Paint") -> str:
    from ivschat_conformance.fixtures.reports import words

    if finding is None:
        return paint("not in the report", words.ABSENT.colour)
    return paint(finding.outcome, words.LOOKS[finding.outcome].colour)
