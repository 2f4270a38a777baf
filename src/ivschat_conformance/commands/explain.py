"""`ivschat-conformance explain`: all there is to know of one requirement."""

import difflib
import re
import shlex
import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from ivschat_conformance.commands.command_line import CommandLine
from ivschat_conformance.schemas.requirements import (
    Kind,
    Requirement,
    load_requirements,
)

_LABEL = 11
_TESTS_SHOWN = 12
_SINGLED_OUT = 3  # so many checks are named one by one, more by their function
_NAME = re.compile(r"[\w\[\]:+./-]+", re.ASCII)  # what `-k` reads as one word


def main(argv: Sequence[str]) -> int:
    """Print what is known of a requirement; 2 for an id that there is not."""
    command_line = parser()
    options = command_line.parse(argv)
    registry = load_requirements()
    row = registry.get(options.id.upper())
    if row is None:
        command_line.error(f"there is no requirement {options.id}: {near(options.id)}")
    tests: Sequence[str] = ()
    checks: Mapping[str, Sequence[str]] = {}
    if row.is_scored:
        from ivschat_conformance.fixtures.collected import (
            CollectionError,
            collected_checks,
        )

        try:
            checks = collected_checks()
        except CollectionError as error:
            command_line.error(str(error))
        tests = [test for test, names in checks.items() if row.id in names]
    width = max(shutil.get_terminal_size().columns, 60)
    for line in lines(row, tests, checks, width):
        print(line)
    return 0


def parser() -> CommandLine:
    """Return the command line of `explain`."""
    command_line = CommandLine(
        "explain",
        description="Say what a requirement demands, where it is from, which tests "
        "verify it and how to see it fail.",
        epilog="Exit codes: 0; 2 there is no such requirement.",
    )
    command_line.add_argument("id", metavar="ID", help="as TOKEN-REQ-09")
    return command_line


def near(name: str) -> str:
    """Return the ids that may have been meant, or where they are listed."""
    known = list(load_requirements())
    found = difflib.get_close_matches(name.upper(), known, cutoff=0.7)
    if not found:
        return "`ivschat-conformance requirements` lists all"
    return f"did you mean {' or '.join(found)}?"


def lines(
    row: Requirement,
    tests: Sequence[str],
    checks: Mapping[str, Sequence[str]],
    width: int,
) -> Iterator[str]:
    """Yield the requirement; `tests` verify it, `checks` are all that there are."""
    yield f"{row.id}  {row.level}, of kind {row.kind}, area {row.area}"
    yield ""
    yield from textwrap.wrap(row.statement, width, break_long_words=False)
    yield ""
    yield _labelled("sources", ", ".join(row.sources) or "none")
    yield _labelled("evidence", row.evidence + _weight(row))
    yield _labelled("edition", row.edition)
    every = "none: it binds every server" if row.kind is Kind.SERVER else "none"
    yield _labelled("feature", row.feature or every)
    if row.untested:
        yield from _wrapped("untested", row.untested, width)
    if row.verified:
        yield _labelled("verified", row.verified)
    if tests:
        yield from _tests(tests)
    yield from _mutants(row, width)
    if tests:
        yield ""
        yield from _reproduction(row, tests, checks)


def _weight(row: Requirement) -> str:
    return "" if row.can_fail else ": it never fails a target"


def _tests(tests: Sequence[str]) -> Iterator[str]:
    many = "check" if len(tests) == 1 else "checks"
    yield _labelled("tests", f"{len(tests)} {many}")
    for test in tests[:_TESTS_SHOWN]:
        yield _labelled("", test)
    if len(tests) > _TESTS_SHOWN:
        yield _labelled("", f"… and {len(tests) - _TESTS_SHOWN} more")


def _mutants(row: Requirement, width: int) -> Iterator[str]:
    """Yield the mutants that break the requirement, and what each changes."""
    from ivschat_conformance.mutation import load_mutants

    label = "mutants"
    for mutant in load_mutants().values():
        if row.id in (mutant.requirement, *mutant.breaks_also):
            yield from _wrapped(label, f"{mutant.name}, in {mutant.file}", width)
            label = ""
    if label and row.is_scored:
        yield _labelled(label, "none yet")


def _reproduction(
    row: Requirement, tests: Sequence[str], checks: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    from ivschat_conformance.mutation import load_mutants

    selection = shlex.quote(" or ".join(_selected(tests, checks)))
    ours, pytests = ("URL", "--ivschat-endpoint URL")
    if row.of_command_lines:
        ours, pytests = ("--cli COMMAND", "--ivschat-cli COMMAND")
    yield "Judge a target by it, or by less than the whole contract:"
    yield f"  ivschat-conformance check {ours} -k {selection}"
    yield ""
    yield "The same with pytest:"
    files = dict.fromkeys(test.partition(".py::")[0] for test in tests)
    modules = " ".join(f"ivschat_conformance.suites.{file}" for file in files)
    yield f"  pytest --pyargs {modules} -k {selection} {pytests}"
    for mutant in load_mutants().values():
        if mutant.requirement == row.id:
            yield ""
            yield "A server to see it fail:"
            yield f"  ivschat-conformance serve --mutant {mutant.name}"
            break


def _selected(
    tests: Sequence[str], checks: Mapping[str, Sequence[str]]
) -> Sequence[str]:
    """Return the names by which `-k` selects these checks, and as few others as can be.

    A function's own name stands for all its checks; each is named where the others are
    not wanted, if they are few and `-k` can read their names.
    """
    ours: dict[str, list[str]] = {}
    for test in tests:
        ours.setdefault(_function(test), []).append(test)
    names: dict[str, None] = {}
    for function, its in ours.items():
        whole = len(its) == sum(_function(test) == function for test in checks)
        single = [test.partition("::")[2] for test in its]
        readable = all(_NAME.fullmatch(name) for name in single)
        if whole or not readable or len(its) > _SINGLED_OUT:
            single = [function.partition("::")[2]]
        names.update(dict.fromkeys(single))
    return list(names)


def _function(test: str) -> str:
    return test.partition("[")[0]


def _labelled(label: str, text: str) -> str:
    return f"{label:<{_LABEL}}{text}"


def _wrapped(label: str, text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=f"{label:<{_LABEL}}",
        subsequent_indent=" " * _LABEL,
        break_long_words=False,
        break_on_hyphens=False,
    )
