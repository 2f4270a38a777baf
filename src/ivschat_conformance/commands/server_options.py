"""The options of a server, and the settings that they make: for `serve` and `exec`."""

import argparse
import ipaddress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ivschat_conformance.commands.command_line import CommandLine

if TYPE_CHECKING:
    from ivschat_conformance.reference_impl.core.review import ReviewTarget
    from ivschat_conformance.reference_impl.core.settings import Settings
    from ivschat_conformance.reference_impl.core.signatures import Credential

DEFAULT_CREDENTIAL = "test:test"
"""Which signs where none is given: of all credentials this alone is no secret."""


def add_server_options(command_line: CommandLine, port: int) -> None:
    """Add every option of a server; unless it is told otherwise it binds this port."""
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
        default=port,
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
        "--tls",
        action="store_true",
        help="serve https and wss, with a certificate of a test authority made now",
    )
    add(
        "--dialect",
        metavar="NAME",
        help="choose otherwise where the contract leaves a choice",
    )
    add(
        "--mutant",
        metavar="NAME",
        help="break one requirement on purpose, to see the suites turn red",
    )


def settings_of(options: argparse.Namespace) -> "Settings":
    """Return the settings, every value checked; raise SettingError."""
    from ivschat_conformance.reference_impl.core.settings import Settings

    control = _is_loopback(options.host) if options.control is None else options.control
    return Settings(
        region=options.region,
        account_id=options.account_id,
        token_lifetime=_lifetime(options.token_lifetime),
        credentials=[
            _credential(text) for text in options.credential or [DEFAULT_CREDENTIAL]
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
