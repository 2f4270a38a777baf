"""Reports as arguments: files that `check --json` wrote, read or refused."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ivschat_conformance.commands.command_line import CommandLine
    from ivschat_conformance.fixtures.reports.model import Report


def load_all(command_line: "CommandLine", paths: Sequence[Path]) -> "list[Report]":
    """Return the reports of these files, or end with exit code 2 and a sentence."""
    from ivschat_conformance.fixtures.reports.json_report import ReportError, load

    try:
        return [load(path) for path in paths]
    except ReportError as error:
        command_line.error(str(error))
