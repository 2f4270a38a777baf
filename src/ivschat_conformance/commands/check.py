"""`ivschat-conformance check`: hold a target against the contract, and report."""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ivschat_conformance.commands.command_line import USAGE_ERROR, CommandLine

if TYPE_CHECKING:
    from ivschat_conformance.fixtures.run import Progress, Run

_NO_VERDICT = 3

_LINES_OF_OUTPUT = 20
_PYTEST_USAGE_ERROR = 4
_PYTEST_ENDED_WELL = (0, 1, 5)  # all passed, some failed, nothing selected


def main(argv: Sequence[str]) -> int:
    """Run the suites and print the report; the exit codes are in the help."""
    own, pytest_arguments = _split(argv)
    command_line = parser()
    options = command_line.parse(own)
    from ivschat_conformance.fixtures import live

    try:
        live.preflight(
            options.url,
            region=options.region,
            room=options.room,
            credential=options.credential,
            messaging_endpoint=options.messaging_endpoint,
            environ=os.environ,
        )
    except live.TargetError as error:
        command_line.error(str(error))
    except live.UnreachableError as error:
        _say(f"no verdict: {error}")
        return _NO_VERDICT
    from ivschat_conformance.fixtures.run import RunOptions, run

    progress = _ProgressLine()
    found = run(
        RunOptions(
            endpoint=options.url,
            region=options.region,
            room=options.room,
            credential=options.credential,
            messaging_endpoint=options.messaging_endpoint,
            strict=options.strict,
            keyword=options.k,
            workers=options.n,
            pytest_arguments=pytest_arguments,
        ),
        progress.show,
    )
    progress.clear()
    return _conclude(found, strict=options.strict)


def parser() -> CommandLine:
    """Return the command line of `check`."""
    command_line = CommandLine(
        "check",
        usage="%(prog)s [options] [URL] [-- PYTEST-ARGUMENTS]",
        description="Hold an endpoint against the contract; without a URL, the bundled "
        "reference implementation.",
        epilog="Exit codes: 0 conformant; 1 a MUST failed; 2 usage or configuration; "
        "3 no verdict (unreachable, or nothing could be tested).",
    )
    add = command_line.add_argument
    add("url", nargs="?", metavar="URL", help="the endpoint, as http://127.0.0.1:4570")
    add(
        "--messaging-endpoint",
        metavar="URL",
        help="the messaging API, as ws://127.0.0.1:4570 (else it is looked for at the "
        "endpoint's host and port)",
    )
    add("--region", help="the region to sign for (from the room, else us-west-2)")
    add("--room", metavar="ARN", help="use this room, where none can be created")
    add(
        "--credential",
        metavar="ID:SECRET",
        help="the access key to sign with (else IVSCHAT_CREDENTIAL, the AWS "
        "environment variables and profile files; for a loopback URL test:test)",
    )
    add("--strict", action="store_true", help="let a failed SHOULD count as a MUST")
    add("-k", metavar="EXPR", help="run only the checks that match, as pytest's -k")
    add("-n", type=_workers, metavar="N", help="spread the checks over N processes")
    return command_line


def _split(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part our own arguments from pytest's, which follow `--`."""
    arguments = list(argv)
    if "--" not in arguments:
        return arguments, []
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


def _workers(text: str) -> int:
    from importlib.util import find_spec

    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError("give a number of processes, 1 or more")
    if find_spec("xdist") is None:
        raise argparse.ArgumentTypeError(
            "needs pytest-xdist: pip install 'ivschat-conformance[parallel]'"
        )
    return int(text)


def _conclude(found: "Run", *, strict: bool) -> int:
    """Print the report and return the exit code, or say why there is none."""
    if found.pytest_exit == _PYTEST_USAGE_ERROR:
        _say(found.output.strip())
        return USAGE_ERROR
    if found.pytest_exit not in _PYTEST_ENDED_WELL and not found.checks:
        _say(_end_of(found.output))
        _say("no verdict: the suites did not run; the end of their output is above")
        return _NO_VERDICT
    if not found.checks:
        _say("no verdict: no check was selected; see -k")
        return _NO_VERDICT
    from ivschat_conformance.fixtures.reports.console import Console
    from ivschat_conformance.fixtures.reports.model import report
    from ivschat_conformance.schemas.requirements import load_requirements

    judged = report(found, load_requirements(), strict=strict)
    console = Console(colour=_wants_colour(), width=shutil.get_terminal_size().columns)
    for line in console.lines(judged):
        print(line)
    if found.pytest_exit not in _PYTEST_ENDED_WELL:
        _say(_end_of(found.output))
        _say("no verdict: the run ended early; the end of its output is above")
        return _NO_VERDICT
    return judged.verdict.exit_code


def _end_of(output: str) -> str:
    return "\n".join(output.strip().splitlines()[-_LINES_OF_OUTPUT:])


class _ProgressLine:
    """One line on a terminal that is written over and over; elsewhere nothing."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def show(self, progress: "Progress") -> None:
        if not self._shown:
            return
        total = f" of {progress.total}" if progress.total else ""
        failed = f", {progress.failed} failed" if progress.failed else ""
        text = f"{progress.done}{total} checks{failed}  {progress.latest}"
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r\x1b[2K{text[:width]}")
        sys.stderr.flush()

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def _wants_colour() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _say(text: str) -> None:
    print(text, file=sys.stderr)
