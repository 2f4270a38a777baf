"""`ivschat-conformance sweep`: remove what earlier runs left on a live target."""

import argparse
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ivschat_conformance.commands.command_line import CommandLine

if TYPE_CHECKING:
    from ivschat_conformance.fixtures.control_plane import ControlPlane
    from ivschat_conformance.fixtures.journal import OldJournal
    from ivschat_conformance.fixtures.target import ScenarioClock

_NOT_ALL_DONE = 3

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_AGE = re.compile(r"([0-9]{1,6})([smhd])")


def main(argv: Sequence[str]) -> int:
    """Remove leftovers and say of each what came of it; exit codes are in the help."""
    command_line = parser()
    options = command_line.parse(argv)
    from ivschat_conformance.fixtures import journal, live
    from ivschat_conformance.fixtures.control_plane import TransportError

    try:
        with _client(options) as api, journal.read(journal.folder(os.environ)) as all_:
            mine = [one for one in all_ if one.endpoint == api.target.endpoint]
            code = _sweep(api, mine, options.older_than, dry=options.dry_run)
            _tell_of_others([one for one in all_ if one not in mine])
            return code
    except live.TargetError as error:
        command_line.error(str(error))
    except (live.UnreachableError, TransportError) as error:
        print(f"nothing was removed: {error}")
    except OSError as error:
        print(f"a journal cannot be read: {error.filename}: {error.strerror}")
    return _NOT_ALL_DONE


def parser() -> CommandLine:
    """Return the command line of `sweep`."""
    command_line = CommandLine(
        "sweep",
        usage="%(prog)s [options] URL",
        description="Remove the rooms and logging configurations that earlier runs of "
        "`check` left on a target: by the tag that they carry, and by the journals of "
        "runs that ended on this machine without removing what they had created.",
        epilog="Exit codes: 0 done; 2 usage or configuration; 3 the target was not "
        "reached, or something could not be removed.",
    )
    add = command_line.add_argument
    add("url", metavar="URL", help="the endpoint, as http://127.0.0.1:4570")
    add("--region", help="the region to sign for (the AWS variables, else us-west-2)")
    add(
        "--credential",
        metavar="ID:SECRET",
        help="the access key to sign with (else as for check)",
    )
    add(
        "--older-than",
        type=_age,
        default=timedelta(hours=1),
        metavar="AGE",
        help="of what is found by its tag, remove only what is as old, as 90s, 30m, 1h "
        "or 2d (1h: what is younger may be of a run that is under way elsewhere)",
    )
    add(
        "--dry-run", action="store_true", help="say what would be removed, and leave it"
    )
    return command_line


def _age(text: str) -> timedelta:
    found = _AGE.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError("write a number and s, m, h or d, such as 30m")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


@contextmanager
def _client(options: argparse.Namespace) -> "Iterator[ControlPlane]":
    from ivschat_conformance.fixtures import live
    from ivschat_conformance.fixtures.control_plane import ControlPlane
    from ivschat_conformance.fixtures.exchange import Exchange
    from ivschat_conformance.fixtures.target import Features, Target

    endpoint = live.check_endpoint(options.url)
    credentials = live.resolve_credentials(options.credential, endpoint, os.environ)
    region = live.resolve_region(options.region, os.environ, None, endpoint)
    live.reach(endpoint)

    class Client(ControlPlane):
        """Reads the target's clock before each request: somebody else may move it."""

        def send(self, *arguments: Any, **options: Any) -> Exchange:
            with self.target.clock.turn(exclusive=False):
                return super().send(*arguments, **options)

    with _clock(endpoint) as clock:
        api = Client(
            Target(
                name=endpoint,
                endpoint=endpoint,
                messaging_endpoint=None,
                region=region,
                credentials=credentials,
                clock=clock,
                features=Features(),
            )
        )
        try:
            yield api
        finally:
            api.close()


@contextmanager
def _clock(endpoint: str) -> "Iterator[ScenarioClock]":
    """Give the target's clock, by which requests are signed; nobody moves it here."""
    from ivschat_conformance.fixtures import probes
    from ivschat_conformance.fixtures.scenario_clock import ControlClock, WallClock

    if not probes.probe_clock(endpoint):
        yield WallClock()
        return
    with TemporaryDirectory(prefix="ivschat-") as locks:
        clock = ControlClock(endpoint, Path(locks))
        try:
            yield clock
        finally:
            clock.close()


def _sweep(
    api: "ControlPlane",
    journals: "Sequence[OldJournal]",
    older_than: timedelta,
    *,
    dry: bool,
) -> int:
    """Remove what is left on one target, tell of it, and return the exit code."""
    from ivschat_conformance import clock
    from ivschat_conformance.fixtures.leftovers import Leftovers

    found = Leftovers(api, journals, older_than=older_than, now=clock.now())
    for trouble in found.troubles:
        print(trouble)
    for left in found.kept:
        print(f"left {left.arn} ({left.origin}): {left.keep}")
    due = {left.arn: left.origin for left in found.due}
    if dry:
        for arn, origin in due.items():
            print(f"would remove {arn} ({origin})")
        _conclude(f"{len(due)} would be removed", kept=len(found.kept))
        return _NOT_ALL_DONE if found.troubles else 0
    gone = _removed(api, due)
    for journal in journals:
        if journal.ended is not False:
            journal.forget(gone)
    stays = len(due) - len(gone)
    _conclude(f"{len(gone)} removed", kept=len(found.kept), failed=stays)
    return _NOT_ALL_DONE if stays or found.troubles else 0


def _removed(api: "ControlPlane", due: Mapping[str, str]) -> set[str]:
    """Remove what is due and say what came of each; return what is gone."""
    from ivschat_conformance.fixtures.housekeeping import removals

    gone = set()
    for removal in removals(api, due):
        named = f"{removal.arn} ({due[removal.arn]})"
        if removal.refusal:
            print(f"could not remove {named}: {removal.refusal}")
            continue
        gone.add(removal.arn)
        was_there = removal.status != HTTPStatus.NOT_FOUND
        print(f"removed {named}" if was_there else f"gone already: {named}")
    return gone


def _conclude(done: str, *, kept: int, failed: int = 0) -> None:
    words = [done]
    if kept:
        words.append(f"{kept} left")
    if failed:
        words.append(f"{failed} could not be removed")
    print(", ".join(words))


def _tell_of_others(others: "Sequence[OldJournal]") -> None:
    """Say that there is more to sweep, under which URLs."""
    for endpoint in sorted({other.endpoint for other in others if other.left}):
        print(
            "journals tell of leftovers elsewhere, too: "
            f"`ivschat-conformance sweep {endpoint}`"
        )
