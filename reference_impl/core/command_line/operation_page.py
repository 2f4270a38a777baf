"""The page of `ivschat OPERATION help`, made from the operation's schemas."""

import re
import textwrap
from collections.abc import Iterator

from ivschat_conformance.reference_impl.core.command_line.operation_options import (
    CLI_INPUT_OPTIONS,
    GENERATE_CLI_SKELETON,
)
from ivschat_conformance.reference_impl.core.command_line.operation_summaries import (
    SUMMARIES,
)
from ivschat_conformance.reference_impl.core.command_line.page_layout import (
    STEP,
    filled,
    page,
    section,
)
from ivschat_conformance.reference_impl.core.command_line.service_answers import (
    output_shape,
)
from ivschat_conformance.reference_impl.core.command_line.shapes import (
    Kind,
    Shape,
    kebab_case,
    load_shape,
    option_name,
)
from ivschat_conformance.schemas.operations import Operation

_FILE = (
    "A text that begins with file:// is the name of a file, whose content (UTF-8) is "
    "taken in its place."
)
_REQUIREMENTS = re.compile(r" \([A-Z]+-[A-Z0-9, -]+\)")  # no matter of the reader's
_EXAMPLES = {
    "CreateChatToken": """\
$ ivschat create-chat-token \\
    --room-identifier arn:aws:ivschat:us-west-2:12345689012:room/g1H2I3j4k5L6 \\
    --user-id 11231234 \\
    --capabilities SEND_MESSAGE \\
    --session-duration-in-minutes 30
{
    "token": "ACEGmnoq#1rstu2...BDFH3vxwy!4hlm!#5",
    "tokenExpirationTime": "2022-03-16T03:45:09+00:00",
    "sessionExpirationTime": "2022-03-16T04:14:09+00:00"
}
"""
}


def operation_help(operation: Operation) -> str:
    """Return the page about one operation: its options and what it prints."""
    name = kebab_case(operation.name)
    shape = load_shape(operation.request)
    output = output_shape(operation)
    example = _EXAMPLES.get(operation.name)
    return page(
        [name.upper(), ""],
        section("NAME", [f"{STEP}{name}"]),
        section("DESCRIPTION", filled(SUMMARIES.get(operation.name, ""), 1)),
        section("SYNOPSIS", _synopsis(name, shape)),
        section("OPTIONS", *_options(shape)),
        section("GLOBAL OPTIONS", filled("`ivschat help` lists them.", 1)),
        section("OUTPUT", *_members(output)),
        section("EXAMPLE", textwrap.indent(example, STEP).splitlines())
        if example
        else [],
    )


def _synopsis(name: str, shape: Shape) -> list[str]:
    lines = [f"{STEP}ivschat {name}"]
    for member, within in _required_first(shape):
        many = " ..." if within.kind is Kind.LIST else ""
        option = f"{option_name(member)} <value>{many}"
        lines.append(
            f"{STEP * 2}{option if member in shape.required else f'[{option}]'}"
        )
    lines.append(f"{STEP * 2}[{' | '.join(f'{n} <value>' for n in CLI_INPUT_OPTIONS)}]")
    lines.append(f"{STEP * 2}[{GENERATE_CLI_SKELETON} [input | yaml-input | output]]")
    return lines


def _options(shape: Shape) -> Iterator[list[str]]:
    """Yield a paragraph for each option."""
    for member, within in _required_first(shape):
        required = ", required" if member in shape.required else ""
        yield [f"{STEP}{option_name(member)} ({within.kind}{required})"]
        yield filled(_description(within), 2)
        yield from _syntax(within)
        yield [""]
    yield [f"{STEP}{' | '.join(CLI_INPUT_OPTIONS)} (string)"]
    yield filled(
        "All parameters as one document, in the form that --generate-cli-skeleton "
        "prints. Options beside it win over what stands in it. Its texts are taken "
        "literally: binary values cannot be given. Only one of the two may be given.",
        2,
    )
    yield ["", f"{STEP}{GENERATE_CLI_SKELETON} (string)"]
    yield filled(
        "Sends nothing, and prints: with `input` or without a value, the form of the "
        "input as JSON; with `yaml-input`, the same as YAML, explained; with `output`, "
        "a sample of the result, once the parameters that were given are valid.",
        2,
    )
    yield ["", *filled(_FILE, 1)]


def _syntax(shape: Shape) -> Iterator[list[str]]:
    """Yield how a value is written that is more than one word."""
    match shape.kind:
        case Kind.LIST:
            word = shape.item.enum[0] if shape.item and shape.item.enum else "string"
            yield filled(f'Written: {word} ..., or as JSON: ["{word}", ...]', 2)
        case Kind.MAP:
            yield [f"{STEP * 2}Written: KeyName=string,KeyName=string"]
            yield [f'{STEP * 2}or as JSON: {{"KeyName": "string"}}']
        case Kind.STRUCTURE:
            yield filled(f"Written: {_shorthand(shape)}; or as JSON.", 2)


def _shorthand(shape: Shape) -> str:
    parts = [
        f"{member}={{{_shorthand(within)}}}"
        if within.kind is Kind.STRUCTURE
        else f"{member}={within.kind}"
        for member, within in shape.members.items()
    ]
    return " or ".join(parts) if shape.is_union else ",".join(parts)


def _members(shape: Shape | None) -> Iterator[list[str]]:
    """Yield a paragraph for each member of a result."""
    if shape is None:
        yield [f"{STEP}None."]
        return
    for place, (member, within) in enumerate(shape.members.items()):
        yield [*([""] if place else []), f"{STEP}{member} ({within.kind})"]
        yield filled(_description(within), 2)


def _description(shape: Shape) -> str:
    """Return what the shape is, and what it may be."""
    if shape.kind is Kind.TIMESTAMP:
        return "An instant, printed as 2026-01-02T03:04:05+00:00."
    words = [_REQUIREMENTS.sub("", shape.description)]
    choices = shape.enum or (shape.item.enum if shape.item else ())
    if choices:
        words.append(f"Valid values: {', '.join(choices)}.")
    if shape.kind is Kind.INTEGER and shape.maximum is not None:
        words.append(f"From {shape.minimum} to {shape.maximum}.")
    if shape.default is not None:
        words.append(f"Default: {shape.default}.")
    return " ".join(words)


def _required_first(shape: Shape) -> list[tuple[str, Shape]]:
    return sorted(shape.members.items(), key=lambda item: item[0] not in shape.required)
