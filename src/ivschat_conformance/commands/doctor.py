"""`ivschat-conformance doctor`: what was understood of a target, and what answers."""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import closing
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ivschat_conformance.commands.command_line import CommandLine
from ivschat_conformance.commands.said_of_target import said_of_target

if TYPE_CHECKING:
    from ivschat_conformance.fixtures.described_target import Description
    from ivschat_conformance.fixtures.live import Examination

_AMISS = 1
_UNREACHABLE = 3

_NAMES = 16  # columns
_NARROWEST, _WIDEST = 60, 100


def main(argv: Sequence[str]) -> int:
    """Say what is known of a target and what to change; exit codes are in the help."""
    command_line = parser()
    options = command_line.parse(argv)
    from ivschat_conformance.fixtures import described_target
    from ivschat_conformance.fixtures.target import TargetError

    try:
        description = described_target.describe(said_of_target(options))
    except TargetError as error:
        command_line.error(str(error))
    if description is None:
        print(
            "no endpoint was named, so `check` judges the bundled reference "
            "implementation:\nthere is nothing to set up. Give a URL or --target FILE."
        )
        return 0
    return _examine(description, _Screen())


def parser() -> CommandLine:
    """Return the command line of `doctor`."""
    command_line = CommandLine(
        "doctor",
        usage="%(prog)s [options] [URL]",
        description="Say what was understood of a target, by whom it was said, what "
        "answers there, what is missing, and which line to change. Nothing is created "
        "there.",
        epilog="Exit codes: 0 all is well; 1 something that is claimed is not there; "
        "2 usage or configuration; 3 it could not be reached, or nothing there speaks "
        "IVS Chat.",
    )
    add = command_line.add_argument
    add("url", nargs="?", metavar="URL", help="the endpoint (else IVSCHAT_ENDPOINT)")
    add("--target", type=Path, metavar="FILE", help="the target file")
    add("--messaging-endpoint", metavar="URL", help="the messaging API, as for check")
    add("--region", help="the region to sign for, as for check")
    add("--room", metavar="ARN", help="a room to use, as for check")
    add("--credential", metavar="ID:SECRET", help="the access key, as for check")
    return command_line


def _examine(description: "Description", screen: "_Screen") -> int:
    from ivschat_conformance.fixtures import live
    from ivschat_conformance.fixtures.control_plane import TransportError
    from ivschat_conformance.fixtures.scenario_clock import ClockError

    screen.title(description.name)
    _understood(description, screen)
    screen.heading("what answers")
    try:
        live.reach(description.endpoint.value)
        screen.good("endpoint", "a connection was opened")
        if description.messaging_endpoint:
            live.reach(description.messaging_endpoint.value)
        with (
            TemporaryDirectory(prefix="ivschat-") as locks,
            live.examined(description, Path(locks)) as examination,
        ):
            return _answers(examination, screen)
    except (live.UnreachableError, ClockError, TransportError) as error:
        screen.bad("unreachable", str(error))
        return _UNREACHABLE


def _understood(description: "Description", screen: "_Screen") -> None:
    from ivschat_conformance.fixtures.endpoints import messaging_endpoint_of

    endpoint, messaging = description.endpoint, description.messaging_endpoint
    said_by = {"endpoint": "the argument"}
    screen.heading("what was understood")
    screen.value(
        "endpoint", endpoint.value, said_by.get(endpoint.source, endpoint.source)
    )
    if messaging:
        screen.value("messaging", *messaging)
    else:
        usual = messaging_endpoint_of(endpoint.value)
        screen.value("messaging", usual, "by custom, from the endpoint")
    screen.value("region", *description.region)
    if description.room:
        screen.value("room", *description.room)
    else:
        screen.value("room", "none", "checks create their own")
    screen.value("credentials", "an access key", description.credentials_source)
    claims = description.claims
    if claims is None:
        screen.value("claims", "none", "so probes decide")
        return
    named = [
        name if value is True else f"{name} = {value}"
        for name, value in claims.items()
        if value is not False
    ]
    place = description.file.at("target", "features") if description.file else ""
    screen.value("claims", ", ".join(named) or "nothing", place)


def _answers(examination: "Examination", screen: "_Screen") -> int:
    """Tell what probes found, a line for each, and return the exit code."""
    from ivschat_conformance.fixtures.claims import PROBED

    compared, probed = examination.compared, examination.probed
    issues = probed["CreateChatToken"]
    (screen.good if issues.there else screen.bad)("CreateChatToken", issues.evidence)
    for name in PROBED:
        found = probed[name]
        if name in compared.absent:
            screen.bad(name, f"claimed, but not there: {found.evidence}")
        elif name in compared.unclaimed:
            screen.doubt(name, f"there, but not claimed: {found.evidence}")
        elif found.there:
            screen.good(name, found.evidence)
        elif found.there is None:
            screen.doubt(name, f"cannot be told: {found.evidence}")
        else:
            screen.absent(name, f"not there, not claimed: {found.evidence}")
    quota = compared.features.logging_configuration_quota
    if quota:
        screen.absent("logging quota", f"{quota}, as declared: no probe can find it")
    else:
        screen.absent("logging quota", "not declared: no probe can find it")
    room_is_missing = compared.answers and _room_is_missing(examination, screen)
    _advise(examination, screen, room_is_missing=room_is_missing)
    if not compared.answers:
        screen.verdict(
            "Nothing there speaks IVS Chat.",
            "red",
        )
        return _UNREACHABLE
    if compared.absent or not issues.there:
        screen.verdict("Not as claimed: `check` fails what is missing.", "red")
        return _AMISS
    if room_is_missing:
        screen.verdict("The room is not there: checks in it fail.", "red")
        return _AMISS
    screen.verdict("All is well.", "green")
    return 0


def _room_is_missing(examination: "Examination", screen: "_Screen") -> bool:
    """Tell whether the room that was named exists, and return whether it does not."""
    from ivschat_conformance.fixtures.control_plane import ControlPlane

    room = examination.description.room
    if room is None:
        return False
    with closing(ControlPlane(examination.target)) as api:
        found = api.call("GetRoom", {"identifier": room.value})
    said = f"GetRoom was answered {found.status}"
    if found.status == HTTPStatus.OK:
        screen.good("room", f"it is there: {said}")
    elif found.error_type == "ResourceNotFoundException":
        screen.bad("room", f"it is not there: {said}")
        return True
    else:
        screen.doubt("room", f"cannot be told: {said}")
    return False


def _advise(
    examination: "Examination", screen: "_Screen", *, room_is_missing: bool
) -> None:
    """Say what to change, with the lines to paste."""
    advice = list(_advice(examination))
    room = examination.description.room
    if room_is_missing and room:
        advice.append(
            (
                f"name a room that is there in place of {room.source}'s, or none, so "
                "that checks create their own; ListRooms tells which there are:",
                [
                    "aws ivschat list-rooms --endpoint-url "
                    f"{examination.target.endpoint} "
                    f"--region {examination.target.region}"
                ],
            )
        )
    if advice:
        screen.heading("what to change")
    for sentence, lines in advice:
        screen.paste(sentence, lines)


def _advice(examination: "Examination") -> Iterator[tuple[str, Sequence[str]]]:
    """Yield sentences, each with the lines that it is about."""
    from ivschat_conformance.fixtures.claims import line_of

    compared, probed = examination.compared, examination.probed
    file = examination.description.file
    if not compared.answers:
        yield (
            "is the endpoint the right one? Give another URL, or in [target]:",
            ['endpoint = "http://127.0.0.1:4570"'],
        )
        return
    for name in compared.absent if compared.declared else ():
        place = file.at("target", "features", name) if file else "the claim"
        yield f"if it is not to have {name}, take out {place}:", [line_of(name)]
    if compared.declared and compared.unclaimed:
        yield (
            "to have it judged, too, add to [target.features]:",
            list(compared.unclaimed.values()),
        )
    if not compared.declared:
        yield (
            "to have it held to what it has, write a target file:",
            list(_target_file(examination)),
        )
    if probed["control_plane"].there is False and not examination.description.room:
        yield (
            "if rooms cannot be created there, name one, in [target] or by --room:",
            ['room = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"'],
        )


def _target_file(examination: "Examination") -> Iterator[str]:
    """Yield the target file that says what probes found."""
    from ivschat_conformance.fixtures.claims import PROBED, line_of

    description, probed = examination.description, examination.probed
    yield "[target]"
    yield f'endpoint = "{description.endpoint.value}"'
    if description.messaging_endpoint:
        yield f'messaging_endpoint = "{description.messaging_endpoint.value}"'
    yield f'region = "{description.region.value}"'
    if description.room:
        yield f'room = "{description.room.value}"'
    yield 'credentials = "environment"'
    yield ""
    yield "[target.features]"
    for name in PROBED:
        if probed[name].there:
            yield line_of(name)


class _Screen:
    """Writes names, values and marks in columns, in colour on a terminal."""

    def __init__(self) -> None:
        from ivschat_conformance.fixtures.reports.words import Paint

        self._paint = Paint(colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ)
        width = shutil.get_terminal_size().columns
        self._width = max(_NARROWEST, min(_WIDEST, width))

    def title(self, name: str) -> None:
        print(self._paint(name, "bold"))

    def heading(self, text: str) -> None:
        print(f"\n{self._paint(text, 'bold')}")

    def value(self, name: str, value: str, source: str) -> None:
        """Show what was understood, and who said it."""
        self._row(" ", "dim", name, f"{value} ({source})")

    def good(self, name: str, text: str) -> None:
        self._row("+", "green", name, text)

    def bad(self, name: str, text: str) -> None:
        self._row("x", "red", name, text)

    def doubt(self, name: str, text: str) -> None:
        self._row("!", "yellow", name, text)

    def absent(self, name: str, text: str) -> None:
        self._row("-", "dim", name, text)

    def paste(self, sentence: str, lines: Sequence[str]) -> None:
        """Show a sentence, and lines that can be copied as they stand."""
        print(
            "\n".join(
                textwrap.wrap(
                    sentence, self._width, initial_indent="  ", subsequent_indent="  "
                )
            )
        )
        for line in lines:
            print(self._paint(f"      {line}".rstrip(), "violet"))

    def verdict(self, text: str, colour: str) -> None:
        print(f"\n{self._paint(text, colour)}")

    def _row(self, mark: str, colour: str, name: str, text: str) -> None:
        from ivschat_conformance.fixtures.reports.text import one_line

        indent = " " * (_NAMES + 4)
        first, *rest = textwrap.wrap(
            one_line(text),
            self._width,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        print(f"  {self._paint(mark, colour)} {name:<{_NAMES}}{first[len(indent) :]}")
        for line in rest:
            print(line)
