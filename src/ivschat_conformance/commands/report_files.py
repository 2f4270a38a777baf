"""The options that write a report to files, whatever command has them."""

import argparse
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ivschat_conformance.commands.command_line import CommandLine
    from ivschat_conformance.fixtures.reports.model import Report

# The option, the module that writes the form, and what the help says of it.
_FORMS = (
    ("json", "json_report", "write the report as JSON: `compare` and `diff` read it"),
    ("html", "html", "write the report as one HTML page"),
    ("junit", "junit", "write the report as JUnit's XML"),
    ("markdown", "markdown", "write the report as Markdown, for a job's summary"),
    ("badge", "badge", "write the report as a badge, for shields.io's endpoint"),
)


def add_options(command_line: "CommandLine") -> None:
    """Add an option for each form."""
    for option, _, said in _FORMS:
        command_line.add_argument(
            f"--{option}", type=writable, metavar="FILE", help=said
        )


def writable(text: str) -> Path:
    """Return the path of a file that can be written, or refuse it: before a run."""
    path = Path(text)
    if not text or path.is_dir():
        raise argparse.ArgumentTypeError("give the name of a file")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {path.parent}")
    return path


def write(
    command_line: "CommandLine", options: argparse.Namespace, report: "Report"
) -> None:
    """Write the files that were asked for and say so; exit code 2 where one cannot be.

    The verdict comes after: a gate must not pass on a badge of last week.
    """
    for option, form, _ in _FORMS:
        path = getattr(options, option)
        if path is not None:
            writer = importlib.import_module(
                f"ivschat_conformance.fixtures.reports.{form}"
            )
            write_file(command_line, path, writer.write(report))


def write_no_verdict(command_line: "CommandLine", options: argparse.Namespace) -> None:
    """Write the files for a run that came to nothing: none of them is green."""
    if not any(getattr(options, option) for option, _, _ in _FORMS):
        return
    from ivschat_conformance.commands.baseline_arguments import edition
    from ivschat_conformance.fixtures.reports.model import report
    from ivschat_conformance.fixtures.run import Run
    from ivschat_conformance.schemas.requirements import load_requirements

    nothing = Run((), None, pytest_exit=0, seconds=0, output="")
    judged = report(
        nothing, load_requirements(), strict=options.strict, edition=edition(options)
    )
    write(command_line, options, judged)


def write_file(command_line: "CommandLine", path: Path, text: str) -> None:
    """Write one file and say so, or end with exit code 2."""
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        command_line.error(f"{path} cannot be written: {error.strerror}")
    print(f"written: {path}")
