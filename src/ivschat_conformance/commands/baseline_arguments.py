"""The options of `check` about a baseline and an edition, and what they do to files."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ivschat_conformance.commands import report_files

if TYPE_CHECKING:
    from ivschat_conformance.commands.command_line import CommandLine
    from ivschat_conformance.fixtures.baseline import Baseline
    from ivschat_conformance.fixtures.baseline_review import Suites
    from ivschat_conformance.fixtures.outcomes import BaselineSeen, Verdict
    from ivschat_conformance.fixtures.run import Run
    from ivschat_conformance.schemas.editions import Edition

    JudgedBy = Callable[["Baseline | None"], Verdict]

_NO_VERDICT = 3


@dataclass(frozen=True, slots=True)
class BaselineArguments:
    """The baseline to judge by, the file to write, and whether to prune the first.

    `rewritten` is what stands in the file that is to be written again.
    """

    judged_by: "Baseline | None"
    rewritten: "Baseline | None"
    write_to: Path | None
    prune: bool

    @property
    def are_given(self) -> bool:
        """Whether anything is to be done about baselines."""
        return bool(self.judged_by or self.write_to)


def add_options(command_line: "CommandLine") -> None:
    """Add the options."""
    add = command_line.add_argument
    add(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="excuse what this file says is known to fail",
    )
    add(
        "--write-baseline",
        type=report_files.writable,
        metavar="FILE",
        help="write a baseline that excuses all that fails now",
    )
    add(
        "--prune-baseline",
        action="store_true",
        help="remove from --baseline's file what passes now or matches nothing",
    )
    add(
        "--requirements",
        metavar="EDITION",
        help="judge by this edition of the contract, such as 2026.1; what came later "
        "runs unscored",
    )


def load(command_line: "CommandLine", options: argparse.Namespace) -> BaselineArguments:
    """Return the files as they are before a run, or end with exit code 2."""
    from ivschat_conformance.fixtures import baseline

    if options.prune_baseline and options.baseline is None:
        command_line.error("--prune-baseline: say of which file: --baseline FILE")
    editions = _editions()
    if options.requirements not in (None, *editions):
        near = baseline.near(options.requirements, editions)
        command_line.error(
            f"--requirements: there is no such edition{near}; known: "
            f"{', '.join(editions)}"
        )
    written = options.write_baseline
    try:
        judged_by = baseline.load(options.baseline) if options.baseline else None
        again = baseline.load(written) if written and written.exists() else None
    except baseline.BaselineError as error:
        command_line.error(str(error))
    return BaselineArguments(judged_by, again, written, options.prune_baseline)


def reviewed(
    baseline: "Baseline | None", found: "Run", suites: "Suites"
) -> "BaselineSeen | None":
    """Return a baseline as a run has shown it."""
    if baseline is None:
        return None
    from ivschat_conformance.clock import now
    from ivschat_conformance.fixtures.baseline_review import review

    return review(baseline, found.checks, suites, now().date())


def suites_of(found: "Run", *, selected: bool) -> "Suites":
    """Return all checks that there are: of a selection, others are looked up."""
    ran = {check.test: check.requirements for check in found.checks}
    if not selected:
        return ran
    from ivschat_conformance.fixtures.collected import collected_checks

    return {**collected_checks(), **ran}


def update_files(
    command_line: "CommandLine",
    arguments: BaselineArguments,
    judged_by: "JudgedBy",
    suites: "Suites",
) -> None:
    """Write and prune as asked for, and say so; without a verdict, leave all as it is.

    A file that is written loses what is outdated, too.
    """
    from ivschat_conformance.fixtures.baseline import BaselineError

    write, prune = arguments.write_to, None
    if arguments.prune and arguments.judged_by:
        prune = Path(arguments.judged_by.file)
    if write and prune and write.exists() and write.samefile(prune):
        prune = None
    if not write and not prune:
        return
    if judged_by(arguments.judged_by).exit_code == _NO_VERDICT:
        print("the baseline is left as it is: there is no verdict")
        return
    try:
        if prune:
            _prune(command_line, prune, judged_by(arguments.judged_by))
        if write:
            _write(command_line, write, judged_by(arguments.rewritten), suites)
    except BaselineError as error:
        command_line.error(str(error))


def _prune(command_line: "CommandLine", path: Path, verdict: "Verdict") -> None:
    from ivschat_conformance.fixtures.baseline_writing import pruned

    text, gone = pruned(path.read_text(encoding="utf-8"), verdict)
    if gone:
        report_files.write_file(command_line, path, text)
    print(f"  removed from the baseline: {gone}")


def _write(
    command_line: "CommandLine", path: Path, verdict: "Verdict", suites: "Suites"
) -> None:
    from ivschat_conformance.clock import now
    from ivschat_conformance.fixtures.baseline_writing import written

    old = path.read_text(encoding="utf-8") if path.exists() else ""
    day = now().date().isoformat()
    text, come, gone = written(old, verdict, suites, day)
    report_files.write_file(command_line, path, text)
    print(f"  added to the baseline: {come}, removed: {gone}")


def edition(options: argparse.Namespace) -> "Edition":
    """Return the edition that is asked for, or the current one."""
    from ivschat_conformance.schemas.requirements import CURRENT_EDITION

    return _editions()[options.requirements or CURRENT_EDITION]


def _editions() -> "Mapping[str, Edition]":
    from ivschat_conformance.schemas.editions import load_editions

    return load_editions()
