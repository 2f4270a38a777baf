"""`ivschat-conformance mutants`: broken servers, and whether the suites catch each."""

import argparse
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ivschat_conformance.commands.command_line import CommandLine
from ivschat_conformance.commands.report_files import writable, write_file
from ivschat_conformance.mutation import Mutant, load_mutants, unknown

if TYPE_CHECKING:
    from ivschat_conformance.fixtures.kill_matrix import KillMatrix, MutantRun

_NAME = 40  # columns


def main(argv: Sequence[str]) -> int:
    """List the mutants, or run them and print the kill matrix."""
    command_line = parser()
    options = command_line.parse(argv)
    mutants = _chosen(command_line, options.names)
    if not options.run:
        for option in ("sample", "markdown", "commit", "n"):
            if getattr(options, option):
                dashes = "-" if option == "n" else "--"
                command_line.error(f"{dashes}{option}: goes with --run")
        width = shutil.get_terminal_size().columns
        for line in lines(mutants, width):
            print(line)
        return 0
    if not hasattr(os, "fork"):
        command_line.error("--run: needs a system whose processes can fork")
    return _run(command_line, options, mutants)


def parser() -> CommandLine:
    """Return the command line of `mutants`."""
    command_line = CommandLine(
        "mutants",
        description="List the mutants: deliberate one-line breaks of the reference "
        "implementation, which `serve --mutant NAME` puts in. With --run, hold each "
        "against the suites: what it breaks has to turn red, and nothing else.",
        epilog="Exit codes: 0; 1 a mutant survived, turned red what it does not name, "
        "or a MUST has none; 2 usage.",
    )
    add = command_line.add_argument
    add("names", nargs="*", metavar="NAME", help="these alone (default: all)")
    add("--run", action="store_true", help="make the kill matrix")
    add(
        "--sample",
        action="store_true",
        help="run each against the checks of what it breaks and one in 80 of the "
        "others, in place of all",
    )
    add("--markdown", type=writable, metavar="FILE", help="write the matrix as a page")
    add("--commit", metavar="ID", help="what the page says it was made on")
    add(
        "-n",
        type=_workers,
        metavar="N",
        help="so many at once (default: two a processor, since many wait)",
    )
    return command_line


def lines(mutants: Sequence[Mutant], width: int) -> Iterator[str]:
    """Yield one line a mutant, by file, and at the end how many there are."""
    by_file: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        by_file.setdefault(mutant.file, []).append(mutant)
    for file in sorted(by_file):
        yield file
        for mutant in by_file[file]:
            broken = ", ".join((mutant.requirement, *mutant.breaks_also))
            said = f"  {mutant.name:<{_NAME}} {broken}"
            yield (
                textwrap.shorten(said, width, placeholder=" …")
                if (len(said) > width)
                else said
            )
    requirements = {mutant.requirement for mutant in mutants}
    yield ""
    yield f"{len(mutants)} mutants, of {len(requirements)} requirements"


def _chosen(command_line: CommandLine, names: Sequence[str]) -> Sequence[Mutant]:
    known: Mapping[str, Mutant] = load_mutants()
    for name in names:
        if name not in known:
            command_line.error(unknown(name, known))
    return [known[name] for name in names] or list(known.values())


def _run(
    command_line: CommandLine, options: argparse.Namespace, mutants: Sequence[Mutant]
) -> int:
    from ivschat_conformance.clock import monotonic
    from ivschat_conformance.fixtures.collected import CollectionError
    from ivschat_conformance.fixtures.kill_matrix import KillMatrix
    from ivschat_conformance.fixtures.mutant_runs import run_mutants
    from ivschat_conformance.schemas.requirements import load_requirements

    started = monotonic()
    progress = _Progress(len(mutants))
    try:
        runs = run_mutants(
            mutants,
            every_check=not options.sample,
            workers=options.n or 2 * (os.cpu_count() or 1),
            on_result=progress.show,
        )
    except CollectionError as error:
        command_line.error(str(error))
    matrix = KillMatrix(
        runs,
        load_requirements(),
        whole=not options.names,
        every_check=not options.sample,
        seconds=monotonic() - started,
    )
    for line in summary(matrix):
        print(line)
    if options.markdown:
        _write_page(command_line, options.markdown, matrix, options.commit)
    return 1 if matrix.errors else 0


def summary(matrix: "KillMatrix") -> Iterator[str]:
    """Yield what is wrong, and the figures."""
    from ivschat_conformance.schemas.requirements import Level

    for sentence in matrix.errors:
        yield f"error: {sentence}"
    killed = sum(run.is_killed for run in matrix.runs)
    against = "all checks" if matrix.every_check else "their checks and a sample"
    yield (
        f"{killed} of {len(matrix.runs)} mutants killed, against {against}, "
        f"in {matrix.seconds:.0f} s"
    )
    if matrix.whole:
        for level in Level:
            proven, total = matrix.proven(level)
            yield f"{proven} of {total} {level}s seen red"


def _write_page(
    command_line: CommandLine, path: Path, matrix: "KillMatrix", commit: str | None
) -> None:
    from ivschat_conformance.clock import now
    from ivschat_conformance.fixtures.collected import collected_checks
    from ivschat_conformance.fixtures.reports import kill_matrix_page

    page = kill_matrix_page.write(
        matrix, collected_checks(), made=now().date().isoformat(), commit=commit
    )
    write_file(command_line, path, page)


class _Progress:
    """One line on a terminal that is written over and over; elsewhere nothing."""

    def __init__(self, total: int) -> None:
        # Pytest redirects what is printed while it runs.
        self._terminal = sys.stderr if sys.stderr.isatty() else None
        self._total = total
        self._done = 0
        self._wrong = 0

    def show(self, run: "MutantRun") -> None:
        """Say how many are done, and which was the last."""
        self._done += 1
        self._wrong += bool(run.errors)
        if self._terminal is None:
            return
        wrong = f", {self._wrong} wrong" if self._wrong else ""
        text = f"{self._done} of {self._total} mutants{wrong}  {run.mutant.name}"
        end = "\n" if self._done == self._total else ""
        width = shutil.get_terminal_size().columns - 1
        self._terminal.write(f"\r\x1b[2K{text[:width]}{end}")
        self._terminal.flush()


def _workers(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError("give a number of processes, 1 or more")
    return int(text)
