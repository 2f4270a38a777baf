"""`ivschat-conformance exec`: a command whose clients find the fake server."""

import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ivschat_conformance.commands.child_command import HeldSignals
from ivschat_conformance.commands.command_line import CommandLine
from ivschat_conformance.commands.opened_server import OpenedServer, opened_server
from ivschat_conformance.commands.server_options import add_server_options

if TYPE_CHECKING:
    from ivschat_conformance.reference_impl.shells.server import Address

NOT_EXECUTABLE = 126
NOT_FOUND = 127

_IN_THE_WAY = (
    # Other credentials, or a profile whose settings would win.
    *("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
    "IVSCHAT_CREDENTIAL",
    # With these, clients leave the endpoint aside, or refuse it.
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    *("AWS_USE_DUALSTACK_ENDPOINT", "AWS_USE_FIPS_ENDPOINT"),
    # Of another server.
    "IVSCHAT_ROOM_ARN",
)
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def main(argv: Sequence[str]) -> int:
    """Run a command and return its exit code; 2 where a setting is not allowed.

    As in a shell: 128 and the number of the signal that ended the command, 127 where
    there is no such command, 126 where it cannot be run.
    """
    command_line = parser()
    ours, command = _divided(argv)
    if not any(command[:1]) and not {"-h", "--help"} & set(ours):
        command_line.error("write the command behind --, as in: exec -- npm test")
    options = command_line.parse(ours)
    with HeldSignals() as signals, opened_server(command_line, options) as opened:
        from ivschat_conformance.reference_impl.shells.server import ServerThread

        with ServerThread(
            opened.core,
            options.host,
            options.port,
            storage=opened.storage,
            tls=opened.tls,
        ) as server:
            for warning in opened.core.service.settings.warnings:
                _say(f"warning: {warning}")
            try:
                return signals.run(command, _environment(server.address, opened))
            except FileNotFoundError:
                _say(f"error: there is no command {command[0]}")
                return NOT_FOUND
            except OSError as error:
                _say(f"error: {command[0]} cannot be run: {error.strerror}")
                return NOT_EXECUTABLE


def parser() -> CommandLine:
    """Return the command line of `exec`, up to the `--`."""
    command_line = CommandLine(
        "exec",
        usage="%(prog)s [options] -- COMMAND ...",
        description="Run a command beside a server of its own, and end with its exit "
        "code. Its environment makes clients of AWS find the server; IVSCHAT_ROOM_ARN "
        "is the first --room, IVSCHAT_ROOMS has all of them as JSON.",
    )
    add_server_options(command_line, 0)
    return command_line


def _divided(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what is said to us, and what stands behind the first `--`."""
    words = list(argv)
    end = words.index("--") if "--" in words else len(words)
    return words[:end], words[end + 1 :]


def _environment(address: "Address", opened: OpenedServer) -> dict[str, str]:
    """Return our own environment, as far as it does not lead clients elsewhere."""
    environment = {n: text for n, text in os.environ.items() if n not in _IN_THE_WAY}
    environment |= opened.environment(address)
    rooms = opened.core.service.seeded_room_arns
    environment["IVSCHAT_ROOMS"] = json.dumps(rooms)
    if rooms:
        environment["IVSCHAT_ROOM_ARN"] = next(iter(rooms.values()))
    environment["AWS_EC2_METADATA_DISABLED"] = "true"
    if {name.lower() for name in environment} & {*_PROXIES}:
        direct = environment.get("no_proxy") or environment.get("NO_PROXY")
        host = str(urlsplit(address.url).hostname)
        names = dict.fromkeys(("NO_PROXY", "no_proxy"))
        environment |= dict.fromkeys(names, f"{direct},{host}" if direct else host)
    return environment


def _say(text: str) -> None:
    print(f"ivschat-conformance exec: {text}", file=sys.stderr, flush=True)
