"""`ivschat-conformance compare`: several reports side by side, in a matrix."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ivschat_conformance.commands import report_files
from ivschat_conformance.commands.command_line import CommandLine
from ivschat_conformance.commands.report_arguments import load_all

if TYPE_CHECKING:
    from ivschat_conformance.fixtures.outcomes import Figures
    from ivschat_conformance.fixtures.reports.comparison import Comparison
    from ivschat_conformance.fixtures.reports.words import Paint

_FEWEST = 2
_WIDE_ENOUGH = 60


def main(argv: Sequence[str]) -> int:
    """Print the matrix and return 0, however the reports differ."""
    command_line = parser()
    options = command_line.parse(argv)
    if len(options.reports) < _FEWEST:
        command_line.error("give two reports or more")
    reports = load_all(command_line, options.reports)
    from ivschat_conformance.fixtures.reports.comparison import compare
    from ivschat_conformance.fixtures.reports.words import Paint

    comparison = compare(
        list(zip([path.name for path in options.reports], reports, strict=True))
    )
    paint = Paint(colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ)
    for line in lines(comparison, paint, shutil.get_terminal_size().columns):
        print(line)
    if options.html is not None:
        from ivschat_conformance.fixtures.reports.html import write_comparison

        print()
        report_files.write_file(
            command_line, options.html, write_comparison(comparison)
        )
    return 0


def parser() -> CommandLine:
    """Return the command line of `compare`."""
    command_line = CommandLine(
        "compare",
        description="Lay reports that `check --json` wrote side by side: vendors, or "
        "versions of one.",
        epilog="Exit codes: 0; 2 a file is no report.",
    )
    add = command_line.add_argument
    add("reports", nargs="+", type=Path, metavar="REPORT.json", help="two or more")
    add(
        "--html",
        type=report_files.writable,
        metavar="FILE",
        help="write the whole matrix as one HTML page",
    )
    return command_line


def lines(comparison: "Comparison", paint: "Paint", width: int) -> Iterator[str]:
    """Yield who is compared, the figures by area, and the requirements that differ."""
    yield from _targets(comparison, paint)
    yield ""
    yield from _areas(comparison, paint)
    yield ""
    yield from _differing(comparison, paint, max(width, _WIDE_ENOUGH))


def _targets(comparison: "Comparison", paint: "Paint") -> Iterator[str]:
    from ivschat_conformance.fixtures.reports import words
    from ivschat_conformance.fixtures.reports.text import one_line
    from ivschat_conformance.schemas.requirements import Level

    for column in comparison.columns:
        report = column.report
        word = words.word(report)
        said = paint(f"{word.sign} {word.key}", word.colour)
        yield (
            f"{paint(column.key, 'bold')}  {one_line(column.label)}"
            f" (edition {report.edition}): {said}"
        )
        if words.has_figures(report):
            shares = [
                f"{level} {words.percent(figures.conformance)} passed,"
                f" {words.percent(figures.coverage)} judged"
                for level in Level
                for figures in [report.verdict.figures(level)]
            ]
            yield f"   {'; '.join(shares)}"


def _areas(comparison: "Comparison", paint: "Paint") -> Iterator[str]:
    yield paint(f"{'MUSTs passed':<14}{_heads(comparison, 9)}", "dim")
    for row in comparison.areas:
        cells = "".join(_share(figures, paint) for figures in row.figures)
        yield f"{row.area:<14}{cells}".rstrip()


def _share(figures: "Figures | None", paint: "Paint") -> str:
    if figures is None or not figures.total:
        return paint(f"{'-':>9}", "dim")
    text = f"{f'{figures.passed}/{figures.total}':>9}"
    if figures.passed == figures.total:
        return paint(text, "green")
    return paint(text, "red" if figures.failed else "yellow")


def _differing(comparison: "Comparison", paint: "Paint", width: int) -> Iterator[str]:
    from ivschat_conformance.fixtures.reports import words
    from ivschat_conformance.fixtures.reports.text import one_line

    if not comparison.differing:
        yield f"no difference in {len(comparison.rows)} requirements"
        return
    found, total = len(comparison.differing), len(comparison.rows)
    yield paint(
        f"{f'{found} of {total} differ':<23}{_heads(comparison, 3)}".rstrip(), "dim"
    )
    seen: set[str] = set()
    for row in comparison.differing:
        looks = [words.LOOKS[f.outcome] if f else words.ABSENT for f in row.findings]
        seen.update(f.outcome if f else "not in the report" for f in row.findings)
        cells = "".join(paint(f"{look.sign:>3}", look.colour) for look in looks)
        head = f"{row.requirement.id:<16}{row.requirement.level:<7}{cells}"
        room = width - 25 - 3 * len(looks)
        statement = one_line(row.requirement.statement)
        yield f"{head}  {_fitted(statement, room)}".rstrip()
    yield ""
    yield from _legend(seen, paint)


def _fitted(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: max(room - 1, 0)]}…"


def _legend(seen: set[str], paint: "Paint") -> Iterator[str]:
    from ivschat_conformance.fixtures.reports import words

    looks = {**words.LOOKS, "not in the report": words.ABSENT}
    yield "  ".join(
        f"{paint(look.sign, look.colour)} {name}"
        for name, look in looks.items()
        if name in seen
    )


def _heads(comparison: "Comparison", width: int) -> str:
    return "".join(f"{column.key:>{width}}" for column in comparison.columns)
