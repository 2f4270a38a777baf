"""`ivschat-conformance explain`: all there is to know of a requirement, and back.

Back from a check or a mutant, that is, to the requirements that it is about.
"""

import difflib
import re
import shlex
import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from ivschat_conformance.commands.command_line import CommandLine
from ivschat_conformance.mutation import Mutant, load_mutants
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
    """Print what is known of a requirement, check or mutant; 2 where there is none."""
    command_line = parser()
    options = command_line.parse(argv)
    registry = load_requirements()
    width = max(shutil.get_terminal_size().columns, 60)
    row = registry.get(options.id.upper())
    if row is not None:
        checks = _collected(command_line) if row.is_scored else {}
        tests = [test for test, names in checks.items() if row.id in names]
        told = lines(row, tests, checks, width)
    elif mutant := load_mutants().get(options.id):
        told = lines_of_mutant(mutant, registry, width)
    else:
        named = _of_check(command_line, options.id)
        if not named:
            said = near(options.id)
            command_line.error(f"there is no requirement {options.id}: {said}")
        told = lines_of_check(named, registry, width)
    for line in told:
        print(line)
    return 0


def _collected(command_line: CommandLine) -> Mapping[str, Sequence[str]]:
    from ivschat_conformance.fixtures.collected import (
        CollectionError,
        collected_checks,
    )

    try:
        return collected_checks()
    except CollectionError as error:
        command_line.error(str(error))


def _of_check(command_line: CommandLine, name: str) -> Mapping[str, Sequence[str]]:
    """Return the checks that a name stands for: one, or all of a function."""
    if "test_" not in name:
        return {}
    return {
        check: requirements
        for check, requirements in _collected(command_line).items()
        if name in (check, _function(check), *_own_names(check))
    }


def _own_names(check: str) -> tuple[str, str]:
    """Return the names of a check without its file."""
    name = check.partition("::")[2]
    return name, name.partition("[")[0]


def parser() -> CommandLine:
    """Return the command line of `explain`."""
    command_line = CommandLine(
        "explain",
        description="Say what a requirement demands, where it is from, which tests "
        "verify it and how to see it fail; or, of a check or a mutant, which "
        "requirements it is about.",
        epilog="Exit codes: 0; 2 there is none of that name.",
    )
    command_line.add_argument(
        "id",
        metavar="ID",
        help="as TOKEN-REQ-09; or a check's id, a test function, a mutant's name",
    )
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


def lines_of_mutant(
    mutant: Mutant, registry: Mapping[str, Requirement], width: int
) -> Iterator[str]:
    """Yield what a mutant changes, and the requirements that it breaks."""
    yield f"{mutant.name}  a mutant of {mutant.file}"
    yield ""
    for sign, text in (("-", mutant.old), ("+", mutant.new)):
        yield from (f"  {sign} {line}" for line in text.strip("\n").splitlines())
    yield ""
    yield from _told_of(mutant.requirement, registry, width)
    if mutant.breaks_also:
        yield from _wrapped("and also", ", ".join(mutant.breaks_also), width)
    yield ""
    yield "See the suites fail:"
    yield f"  ivschat-conformance serve --mutant {mutant.name}"
    yield f"  ivschat-conformance mutants --run {mutant.name}"


def lines_of_check(
    checks: Mapping[str, Sequence[str]],
    registry: Mapping[str, Requirement],
    width: int,
) -> Iterator[str]:
    """Yield the requirements that checks verify, and the mutants that break these."""
    functions = dict.fromkeys(map(_function, checks))
    many = "check" if len(checks) == 1 else "checks"
    yield f"{', '.join(functions)}  {len(checks)} {many}"
    yield ""
    verified = dict.fromkeys(name for names in checks.values() for name in names)
    for name in verified:
        yield from _told_of(name, registry, width)
    mutants = [
        mutant.name
        for mutant in load_mutants().values()
        if mutant.requirement in verified
    ]
    if mutants:
        yield from _wrapped("mutants", ", ".join(mutants), width)


def _told_of(
    name: str, registry: Mapping[str, Requirement], width: int
) -> Iterator[str]:
    row = registry[name]
    sources = ", ".join(row.sources) or row.evidence
    yield from textwrap.wrap(
        f"{name}  {row.level}: {row.statement} [{sources}]",
        width,
        subsequent_indent="  ",
        break_long_words=False,
    )


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
    label = "mutants"
    for mutant in load_mutants().values():
        if mutant.breaks(row.id):
            yield from _wrapped(label, f"{mutant.name}, in {mutant.file}", width)
            label = ""
    if label and row.is_scored:
        yield _labelled(label, "none yet")


def _reproduction(
    row: Requirement, tests: Sequence[str], checks: Mapping[str, Sequence[str]]
) -> Iterator[str]:
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
