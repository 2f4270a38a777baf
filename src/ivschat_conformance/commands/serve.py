"""`ivschat-conformance serve`: the reference implementation in the foreground."""

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ivschat_conformance.commands.command_line import CommandLine
from ivschat_conformance.commands.opened_server import OpenedServer, opened_server
from ivschat_conformance.commands.server_options import (
    DEFAULT_CREDENTIAL,
    add_server_options,
)

if TYPE_CHECKING:
    from ivschat_conformance.reference_impl.shells.server import Address

_PORT = 4570


def main(argv: Sequence[str]) -> int:
    """Serve until interrupted; 0 at the end, 2 where a setting is not allowed."""
    command_line = parser()
    options = command_line.parse(argv)
    with opened_server(command_line, options) as opened:
        from ivschat_conformance.reference_impl.shells import foreground

        foreground.run(
            opened.core,
            options.host,
            options.port,
            lambda address: _announce(address, opened, options),
            storage=opened.storage,
            tls=opened.tls,
        )
    return 0


def parser() -> CommandLine:
    """Return the command line of `serve`."""
    command_line = CommandLine(
        "serve",
        usage="%(prog)s [options]",
        description="Run the reference implementation as a server, until interrupted. "
        "The first line on stdout is one JSON object that says where it listens.",
    )
    add_server_options(command_line, _PORT)
    return command_line


def _announce(
    address: "Address", opened: OpenedServer, options: argparse.Namespace
) -> None:
    """Say where it listens: to programs on stdout, to people on stderr."""
    service = opened.core.service
    _say("Amazon IVS Chat, the reference implementation. Paste into a shell:")
    environment = opened.environment(address)
    key = service.settings.credentials[0]
    secret = f"{key.access_key_id}:{key.secret_access_key}" != DEFAULT_CREDENTIAL
    if secret:
        del environment["AWS_SECRET_ACCESS_KEY"]
    for name, value in environment.items():
        _say(f"  export {name}={shlex.quote(value)}")
    if secret:
        _say("Set AWS_SECRET_ACCESS_KEY to the secret that --credential gave this key.")
    for warning in service.settings.warnings:
        _say(f"warning: {warning}")
    if options.dialect:
        _say(f"It speaks the dialect {options.dialect}.")
    if options.mutant:
        _say(f"warning: it is broken on purpose, by the mutant {options.mutant}")
    _say("Ctrl+C ends it.")
    first_line = {
        "endpoint": address.url,
        "messagingEndpoint": address.ws_url,
        "region": service.settings.region,
        "accountId": service.settings.account_id,
        "rooms": service.seeded_room_arns,
    }
    if opened.ca_bundle:
        first_line["caBundle"] = str(opened.ca_bundle)
    print(json.dumps(first_line), flush=True)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
