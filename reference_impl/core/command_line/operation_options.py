"""The options of one operation: its members, the input documents, the skeleton."""

from collections.abc import Sequence

from ivschat_conformance.reference_impl.core.command_line.arguments import (
    Option,
    Takes,
)
from ivschat_conformance.reference_impl.core.command_line.input_documents import (
    CLI_INPUT_JSON,
    CLI_INPUT_YAML,
)
from ivschat_conformance.reference_impl.core.command_line.shapes import (
    Kind,
    Shape,
    option_name,
)
from ivschat_conformance.reference_impl.core.command_line.skeletons import Skeleton

CLI_INPUT_OPTIONS = (CLI_INPUT_JSON, CLI_INPUT_YAML)
GENERATE_CLI_SKELETON = "--generate-cli-skeleton"


def operation_options(request: Shape) -> Sequence[Option]:
    """Return an option for each member of the request, and the three that all have."""
    members = [
        Option(
            option_name(member),
            Takes.ANY_NUMBER if shape.kind is Kind.LIST else Takes.ONE,
        )
        for member, shape in request.members.items()
    ]
    return [
        *members,
        *(Option(name) for name in CLI_INPUT_OPTIONS),
        Option(GENERATE_CLI_SKELETON, Takes.PERHAPS_ONE, tuple(Skeleton)),
    ]
