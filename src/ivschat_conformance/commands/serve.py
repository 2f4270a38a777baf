"""`ivschat-conformance serve`: the reference implementation in the foreground."""

import argparse
import ipaddress
import json
import shlex
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ivschat_conformance.commands.command_line import CommandLine

if TYPE_CHECKING:
    from ivschat_conformance.reference_impl.core.endpoint import Endpoint
    from ivschat_conformance.reference_impl.core.review import ReviewTarget
    from ivschat_conformance.reference_impl.core.settings import Settings
    from ivschat_conformance.reference_impl.core.signatures import Credential
    from ivschat_conformance.reference_impl.shells.server import Address

_DEFAULT_CREDENTIAL = "test:test"


def main(argv: Sequence[str]) -> int:
    """Serve until interrupted; 0 at the end, 2 where a setting is not allowed."""
    command_line = parser()
    options = command_line.parse(argv)
    if options.mutant:
        from ivschat_conformance import mutation

        try:
            mutation.apply(options.mutant)
        except mutation.MutantError as error:
            command_line.error(str(error))
    from ivschat_conformance.commands.kept_fake import open_fake
    from ivschat_conformance.reference_impl.adapters.storage import StorageError
    from ivschat_conformance.reference_impl.core.settings import SettingError
    from ivschat_conformance.reference_impl.shells import server

    try:
        with open_fake(_settings(options), options.state, options.log_directory) as (
            core,
            storage,
        ):
            server.run(
                core,
                options.host,
                options.port,
                lambda address: _announce(address, core, options.mutant),
                storage=storage,
            )
    except (SettingError, StorageError, server.ServerStartError) as error:
        command_line.error(str(error))
    return 0


def parser() -> CommandLine:
    """Return the command line of `serve`."""
    command_line = CommandLine(
        "serve",
        usage="%(prog)s [options]",
        description="Run the reference implementation as a server, until interrupted. "
        "The first line on stdout is one JSON object that says where it listens.",
    )
    add = command_line.add_argument
    add(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="the address to bind (%(default)s)",
    )
    add(
        "--port",
        type=_whole_number,
        default=4570,
        metavar="N",
        help="the port to bind, 0 for any free one (%(default)s)",
    )
    add("--region", default="us-west-2", help="the region it stands for (%(default)s)")
    add(
        "--account-id",
        default="123456789012",
        metavar="ID",
        help="the account it stands for (%(default)s)",
    )
    add(
        "--token-lifetime",
        type=_whole_number,
        default=60,
        metavar="SECONDS",
        help="how long a chat token opens a connection (%(default)s)",
    )
    add(
        "--credential",
        action="append",
        metavar="ID:SECRET",
        help="an access key that may sign requests; repeatable (test:test)",
    )
    add(
        "--signatures",
        choices=("verify", "ignore"),
        default="verify",
        help="whether Signature Version 4 is checked (%(default)s)",
    )
    add(
        "--room",
        action="append",
        default=[],
        metavar="NAME|ARN",
        help="a room that is there from the start; repeatable",
    )
    add(
        "--clock",
        default="real",
        metavar="real|ISO-TIME",
        help="real time, or an instant to stand still at (%(default)s)",
    )
    add(
        "--control",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="serve the control API under /_control (only on loopback, unless asked)",
    )
    add(
        "--review-handler",
        metavar="URL|module:function",
        help="what reviews messages, for every ARN that the control API does not lead "
        "elsewhere: a loopback URL, or a function of Python",
    )
    add(
        "--state",
        type=Path,
        metavar="FILE",
        help="a file to keep rooms, tags and tokens in, for the next start (none)",
    )
    add(
        "--log-directory",
        type=Path,
        metavar="DIR",
        help="a folder for the logs of rooms that have logging configurations (none)",
    )
    add(
        "--mutant",
        metavar="NAME",
        help="break one requirement on purpose, to see the suites turn red",
    )
    return command_line


def _settings(options: argparse.Namespace) -> "Settings":
    from ivschat_conformance.reference_impl.core.settings import Settings

    control = _is_loopback(options.host) if options.control is None else options.control
    return Settings(
        region=options.region,
        account_id=options.account_id,
        token_lifetime=_lifetime(options.token_lifetime),
        credentials=[
            _credential(text) for text in options.credential or [_DEFAULT_CREDENTIAL]
        ],
        verify_signatures=options.signatures == "verify",
        rooms=options.room,
        clock=_instant(options.clock),
        control=control,
        review_handler=_review_handler(options.review_handler),
    )


def _review_handler(text: str | None) -> "ReviewTarget | None":
    if text is None:
        return None
    from ivschat_conformance.commands.review_handler import review_target

    return review_target(text)


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write a whole number") from None


def _lifetime(seconds: int) -> timedelta:
    from ivschat_conformance.reference_impl.core.settings import SettingError

    try:
        return timedelta(seconds=seconds)
    except OverflowError:
        raise SettingError(
            "token lifetime: too long for any calendar; use fewer seconds"
        ) from None


def _credential(text: str) -> "Credential":
    """Split at the first colon: a secret may have more."""
    from ivschat_conformance.reference_impl.core.settings import SettingError
    from ivschat_conformance.reference_impl.core.signatures import Credential

    access_key_id, _, secret = text.partition(":")
    if not access_key_id or not secret:
        raise SettingError("credential: write ID:SECRET, neither of them empty")
    try:
        return Credential(access_key_id, secret)
    except ValueError as error:
        raise SettingError(f"credential: {error}") from None


def _instant(text: str) -> datetime | None:
    from ivschat_conformance.reference_impl.core.settings import SettingError
    from ivschat_conformance.schemas import timestamps

    if text == "real":
        return None
    try:
        return timestamps.parse(text)
    except timestamps.TimestampError as error:
        raise SettingError(f"clock: write `real`, or an instant; {error}") from None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _announce(address: "Address", core: "Endpoint", mutant: str | None) -> None:
    """Say where it listens: to programs on stdout, to people on stderr."""
    settings = core.service.settings
    _say("Amazon IVS Chat, the reference implementation. Paste into a shell:")
    environment = _environment(address, settings)
    for name, value in environment.items():
        _say(f"  export {name}={shlex.quote(value)}")
    if "AWS_SECRET_ACCESS_KEY" not in environment:
        _say("Set AWS_SECRET_ACCESS_KEY to the secret that --credential gave this key.")
    for warning in settings.warnings:
        _say(f"warning: {warning}")
    if mutant:
        _say(f"warning: it is broken on purpose, by the mutant {mutant}")
    _say("Ctrl+C ends it.")
    first_line = {
        "endpoint": address.url,
        "messagingEndpoint": address.ws_url,
        "region": settings.region,
        "accountId": settings.account_id,
        "rooms": core.service.seeded_room_arns,
    }
    print(json.dumps(first_line), flush=True)


def _environment(address: "Address", settings: "Settings") -> dict[str, str]:
    """Return the variables that clients read; of secrets the default alone.

    Most clients read AWS_REGION, boto3 and version 1 of the AWS CLI the other one. For
    the messaging API there is no name that clients of AWS would know: it is our own.
    """
    credential = settings.credentials[0]
    environment = {
        "AWS_ENDPOINT_URL_IVSCHAT": address.url,
        "IVSCHAT_MESSAGING_ENDPOINT": address.ws_url,
        "AWS_REGION": settings.region,
        "AWS_DEFAULT_REGION": settings.region,
        "AWS_ACCESS_KEY_ID": credential.access_key_id,
    }
    if credential == _credential(_DEFAULT_CREDENTIAL):
        environment["AWS_SECRET_ACCESS_KEY"] = credential.secret_access_key
    return environment


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
