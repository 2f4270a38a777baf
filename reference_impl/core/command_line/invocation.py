"""From the words of a command line to what is to be done, or a refusal.

In the order of AWS's command: options, help, required options, unknown ones, each
option's text, the input document, the skeletons, then the parameters as a whole. All
mistakes of one step are told at once.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ivschat_conformance.reference_impl.core.command_line.arguments import (
    left_over,
    read_arguments,
    take_first_word,
)
from ivschat_conformance.reference_impl.core.command_line.global_options import (
    GLOBAL_OPTIONS,
    GlobalOptions,
    read_global_options,
)
from ivschat_conformance.reference_impl.core.command_line.input_documents import (
    read_document,
)
from ivschat_conformance.reference_impl.core.command_line.operation_options import (
    CLI_INPUT_OPTIONS,
    GENERATE_CLI_SKELETON,
    operation_options,
)
from ivschat_conformance.reference_impl.core.command_line.output_formats import (
    Select,
    compile_query,
)
from ivschat_conformance.reference_impl.core.command_line.parameter_checks import (
    check_parameters,
)
from ivschat_conformance.reference_impl.core.command_line.parameters import (
    ReadFile,
    read_parameter,
)
from ivschat_conformance.reference_impl.core.command_line.refusals import (
    ParameterError,
    UsageError,
)
from ivschat_conformance.reference_impl.core.command_line.shapes import (
    Shape,
    kebab_case,
    load_shape,
    option_name,
)
from ivschat_conformance.reference_impl.core.command_line.skeletons import (
    Skeleton,
    json_skeleton,
    sample_output,
    yaml_skeleton,
)
from ivschat_conformance.schemas.operations import Operation, load_operations

_HELP = {"help", "--help", "-h"}


@dataclass(frozen=True, slots=True)
class Page:
    """A text to print, and nothing else to do."""

    text: str


@dataclass(frozen=True, slots=True)
class Invocation:
    """An operation to call with parameters that AWS's command would send.

    `select` takes of the result what is printed. With a `sample` nothing is sent: it is
    the result.
    """

    operation: Operation
    parameters: Mapping[str, Any]
    options: GlobalOptions
    select: Select
    sample: Mapping[str, Any] | None = None


def interpret(
    words: Sequence[str], read_file: ReadFile, version: str
) -> Invocation | Page:
    """Return what a command line asks for; UsageError or ParameterError.

    `version` is the text of --version, `read_file` reads what `file://` names.
    """
    given = read_arguments(words, GLOBAL_OPTIONS)
    if "--version" in given.values:
        return Page(f"{version}\n")
    word, rest = take_first_word(given.rest)
    if word == "help" or (word is None and _HELP & set(rest)):
        return _help([*rest][:1])
    if word is None:
        raise UsageError("the following arguments are required: operation")
    operation = _operation(word)
    if rest and rest[0] in _HELP:
        return _help([word])
    options = read_global_options(given.values)
    shape = load_shape(operation.request)
    own = read_arguments(rest, operation_options(shape))
    skeleton = _skeleton(own.values)
    documents = [name for name in CLI_INPUT_OPTIONS if name in own.values]
    if not documents and skeleton not in {Skeleton.INPUT, Skeleton.YAML_INPUT}:
        _require(shape, own.values)
    # A single empty word, such as an unset variable in quotes, is none for AWS either.
    if unknown := ", ".join(left_over(own.rest)):
        raise UsageError(f"Unknown options: {unknown}")
    if len(documents) > 1:
        raise UsageError("Only one --cli-input- parameter may be specified.")
    select = compile_query(options.query)
    parameters = _parameters(shape, own.values, documents, read_file)
    if skeleton is Skeleton.INPUT:
        return Page(json_skeleton(operation))
    if skeleton is Skeleton.YAML_INPUT:
        return Page(yaml_skeleton(operation))
    check_parameters(parameters, shape, documents[0] if documents else "")
    sample = sample_output(operation) if skeleton is Skeleton.OUTPUT else None
    return Invocation(operation, parameters, options, select, sample)


def _help(words: Sequence[str]) -> Page:
    """Return the page of the operation that is named, or of the whole command."""
    from ivschat_conformance.reference_impl.core.command_line import (  # noqa: PLC0415
        operation_page,
        service_page,
    )

    if words and words[0] not in _HELP:
        return Page(operation_page.operation_help(_operation(words[0])))
    return Page(service_page.service_help(load_operations()))


def _operation(word: str) -> Operation:
    names = {kebab_case(name): name for name in load_operations()}
    if word in names:
        return load_operations()[names[word]]
    text = "argument operation: Invalid choice, valid choices are:\n\n"
    text += "\n".join([*sorted(names), "help"])
    if near := difflib.get_close_matches(word, names):
        text += f"\n\nInvalid choice: '{word}', maybe you meant:\n"
        text += "".join(f"\n  * {name}" for name in near)
    raise UsageError(text)


def _skeleton(values: Mapping[str, Sequence[str]]) -> Skeleton | None:
    words = values.get(GENERATE_CLI_SKELETON)
    if words is None:
        return None
    return Skeleton(words[0]) if words else Skeleton.INPUT


def _require(shape: Shape, values: Mapping[str, Sequence[str]]) -> None:
    required = [option_name(m) for m in shape.members if m in shape.required]
    if missing := [name for name in required if name not in values]:
        raise UsageError(f"the following arguments are required: {', '.join(missing)}")


def _parameters(
    shape: Shape,
    values: Mapping[str, Sequence[str]],
    documents: Sequence[str],
    read_file: ReadFile,
) -> Mapping[str, Any]:
    """Return the document's members, but for those that options give (CLI-09)."""
    parameters: dict[str, Any] = {}
    mistakes: list[str] = []
    for name in documents:
        try:
            parameters |= read_document(name, values[name][-1], read_file)
        except ParameterError as error:
            mistakes.append(str(error))
    for member, within in shape.members.items():
        option = option_name(member)
        if option not in values:
            continue
        try:
            words = values[option]
            parameters[member] = read_parameter(option, within, words, read_file)
        except ParameterError as error:
            mistakes.append(str(error))
    if mistakes:
        raise ParameterError("\n".join(mistakes))
    return parameters
