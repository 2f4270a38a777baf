"""The console script `ivschat-conformance`: one module a command."""

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from functools import partial

from ivschat_conformance import __version__

_COMMANDS = {
    "check": "hold an endpoint, or the bundled reference, against the contract",
    "serve": "run the reference implementation as a server",
    "doctor": "say what was understood of a target, what answers, what to change",
    "sweep": "remove what earlier runs left on a live target",
    "exec": "run a command whose clients of AWS find such a server",
    "requirements": "list what the contract demands",
    "explain": "say all there is to know of one requirement",
    "mutants": "list deliberate breaks of the reference, prove that each is caught",
    "compare": "lay reports of several targets side by side",
    "diff": "say what changed between two reports",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(
        prog="ivschat-conformance",
        description="The contract of Amazon IVS Chat, executable.",
        epilog="`ivschat-conformance COMMAND --help` says more of each.",
        formatter_class=partial(argparse.HelpFormatter, max_help_position=20),
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(
        title="commands", dest="command", metavar="COMMAND", required=True
    )
    for name, summary in _COMMANDS.items():
        commands.add_parser(name, help=summary, add_help=False)
    # Only the command that runs is imported: `serve` must start at once.
    chosen, _ = parser.parse_known_args(arguments[:1])
    module = importlib.import_module(f"ivschat_conformance.commands.{chosen.command}")
    try:
        code = int(module.main(arguments[1:]))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `| head` has what it wants
        # Else the interpreter would try once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    return code


if __name__ == "__main__":
    sys.exit(main())
