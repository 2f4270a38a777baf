"""`ivschat-conformance check`: hold a target against the contract, and report."""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ivschat_conformance.commands import baseline_arguments, report_files
from ivschat_conformance.commands.command_line import USAGE_ERROR, CommandLine
from ivschat_conformance.commands.said_of_target import said_of_target

if TYPE_CHECKING:
    from ivschat_conformance.commands.baseline_arguments import BaselineArguments
    from ivschat_conformance.fixtures.baseline import Baseline
    from ivschat_conformance.fixtures.reports.model import Report
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
    baselines = baseline_arguments.load(command_line, options)
    from ivschat_conformance.fixtures.target import TargetError

    try:
        missing = _missing_command(options) if options.cli else _missing_server(options)
    except TargetError as error:
        command_line.error(str(error))
    if missing:
        return _no_verdict(command_line, options, missing)
    from ivschat_conformance.fixtures.run import RunOptions, run

    progress = _ProgressLine()
    found = run(
        RunOptions(
            endpoint=options.url,
            region=options.region,
            room=options.room,
            credential=options.credential,
            messaging_endpoint=options.messaging_endpoint,
            target_file=options.target,
            cli=options.cli,
            strict=options.strict,
            slow=options.slow,
            max_rate=options.max_rate,
            keyword=options.k,
            workers=options.n,
            pytest_arguments=pytest_arguments,
        ),
        progress.show,
    )
    progress.clear()
    selected = bool(options.k or pytest_arguments)
    return _conclude(command_line, options, found, baselines, selected=selected)


def parser() -> CommandLine:
    """Return the command line of `check`."""
    command_line = CommandLine(
        "check",
        usage="%(prog)s [options] [URL] [-- PYTEST-ARGUMENTS]",
        description="Hold an endpoint against the contract; without a URL, the bundled "
        "reference implementation.",
        epilog="Exit codes: 0 conformant; 1 a MUST failed that no baseline excuses; "
        "2 usage or configuration; 3 no verdict (unreachable, or nothing could be "
        "tested); 4 the baseline is stale (an entry passes now, matches nothing, or "
        "has expired).",
    )
    add = command_line.add_argument
    add("url", nargs="?", metavar="URL", help="the endpoint, as http://127.0.0.1:4570")
    add(
        "--target",
        type=Path,
        metavar="FILE",
        help="the target file: where it is and what it claims (options win over it)",
    )
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
    add(
        "--cli",
        metavar="COMMAND",
        help="judge this command line's create-chat-token instead of an endpoint, "
        "such as aws",
    )
    add("--strict", action="store_true", help="let a failed SHOULD count as a MUST")
    add(
        "--slow",
        action="store_true",
        help="on real time, wait for what takes up to 70 s, all at once",
    )
    add(
        "--max-rate",
        type=_rate,
        metavar="N",
        help="send at most N requests a second (not counting frames)",
    )
    baseline_arguments.add_options(command_line)
    report_files.add_options(command_line)
    add("-k", metavar="EXPR", help="run only the checks that match, as pytest's -k")
    add(
        "-n",
        type=_workers,
        metavar="N",
        help="spread the checks over N processes (not with --slow, which has its own)",
    )
    return command_line


def _missing_server(options: argparse.Namespace) -> str:
    """Say why the server cannot be judged, if so; raise TargetError if misnamed."""
    from ivschat_conformance.fixtures import live

    try:
        # Whoever named the endpoint: from here on it stands as if the URL did.
        options.url = live.preflight(said_of_target(options))
    except live.UnreachableError as error:
        return str(error)
    return ""


def _missing_command(options: argparse.Namespace) -> str:
    """Say why the command cannot be judged, if so; raise TargetError if misnamed."""
    from ivschat_conformance.fixtures import command_line
    from ivschat_conformance.fixtures.target import TargetError

    of_servers = ("target", "messaging_endpoint", "region", "room", "credential")
    for name in ("url", *of_servers):
        if getattr(options, name):
            said = "a URL" if name == "url" else f"--{name.replace('_', '-')}"
            raise TargetError(
                f"--cli: a command line is judged by itself, so leave out {said}"
            )
    try:
        command_line.probe(options.cli)
    except command_line.NotACommandLineError as error:
        return str(error)
    return ""


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


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate < float("inf"):
        raise argparse.ArgumentTypeError(
            "give how many requests a second, as 5 or 0.5: more than 0"
        )
    return rate


def _conclude(
    command_line: CommandLine,
    options: argparse.Namespace,
    found: "Run",
    baselines: "BaselineArguments",
    *,
    selected: bool,
) -> int:
    """Print the report and return the exit code, or say why there is none."""
    if found.pytest_exit == _PYTEST_USAGE_ERROR:
        _say(found.output.strip())
        return USAGE_ERROR
    if found.broken:
        return _no_verdict(command_line, options, found.broken)
    ended_well = found.pytest_exit in _PYTEST_ENDED_WELL
    if not found.checks:
        if ended_well:
            return _no_verdict(command_line, options, "no check was selected; see -k")
        _say(_end_of(found.output))
        return _no_verdict(
            command_line,
            options,
            "the suites did not run; the end of their output is above",
        )
    from ivschat_conformance.fixtures.reports.console import Console

    given = baselines.are_given
    suites = baseline_arguments.suites_of(found, selected=selected) if given else {}

    def judged_by(baseline: "Baseline | None") -> "Report":
        from ivschat_conformance.fixtures.reports.model import report
        from ivschat_conformance.schemas.requirements import load_requirements

        return report(
            found,
            load_requirements(),
            strict=options.strict,
            edition=baseline_arguments.edition(options),
            baseline=baseline_arguments.reviewed(baseline, found, suites),
        )

    judged = judged_by(baselines.judged_by)
    console = Console(colour=_wants_colour(), width=shutil.get_terminal_size().columns)
    for line in console.lines(judged):
        print(line)
    if not ended_well:
        _say(_end_of(found.output))
        return _no_verdict(
            command_line,
            options,
            "the run ended early; the end of its output is above",
        )
    report_files.write(command_line, options, judged)
    baseline_arguments.update_files(
        command_line, baselines, lambda given: judged_by(given).verdict, suites
    )
    return judged.verdict.exit_code


def _no_verdict(
    command_line: CommandLine, options: argparse.Namespace, reason: str
) -> int:
    """Say why there is no verdict, and leave no file of an earlier run behind."""
    _say(f"no verdict: {reason}")
    report_files.write_no_verdict(command_line, options)
    return _NO_VERDICT


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
