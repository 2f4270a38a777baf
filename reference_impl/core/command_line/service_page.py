"""The page of `ivschat help`, and the few lines that a mistaken command line gets."""

from collections.abc import Mapping

from ivschat_conformance.reference_impl.core.command_line.arguments import (
    Option,
    Takes,
)
from ivschat_conformance.reference_impl.core.command_line.global_options import (
    GLOBAL_OPTIONS,
)
from ivschat_conformance.reference_impl.core.command_line.operation_summaries import (
    SUMMARIES,
)
from ivschat_conformance.reference_impl.core.command_line.page_layout import (
    STEP,
    filled,
    page,
    section,
    table,
)
from ivschat_conformance.reference_impl.core.command_line.shapes import kebab_case
from ivschat_conformance.schemas.operations import Operation

USAGE = """\
usage: ivschat [options] <operation> [parameters]
To see help text, you can run:

  ivschat help
  ivschat <operation> help
"""
_ENVIRONMENT = (
    (
        "AWS_ACCESS_KEY_ID",
        "With AWS_SECRET_ACCESS_KEY and, of temporary credentials, "
        "AWS_SESSION_TOKEN: who signs.",
    ),
    (
        "AWS_PROFILE",
        "The section of the profile files that counts, `default` by default.",
    ),
    (
        "AWS_CONFIG_FILE",
        "~/.aws/config by default; and AWS_SHARED_CREDENTIALS_FILE, "
        "~/.aws/credentials.",
    ),
    ("AWS_REGION", "Or AWS_DEFAULT_REGION: the region."),
    ("AWS_ENDPOINT_URL_IVSCHAT", "Or AWS_ENDPOINT_URL: where the service is."),
    ("AWS_DEFAULT_OUTPUT", "The form of the result."),
    ("AWS_CA_BUNDLE", "A file of certificates to trust."),
    ("AWS_MAX_ATTEMPTS", "How often to try, 3 by default."),
    ("HTTPS_PROXY", "And HTTP_PROXY, NO_PROXY: the proxy to go through."),
)
_EXIT_CODES = (
    ("0", "The service did what it was asked."),
    ("130", "Interrupted."),
    ("252", "The command line or a parameter is wrong; nothing was sent."),
    ("253", "No credentials, no region, or a profile that is not there."),
    ("254", "The service answered with an error."),
    ("255", "Any other failure, such as no connection."),
)


def service_help(operations: Mapping[str, Operation]) -> str:
    """Return the page about the command: its operations and global options."""
    names = sorted(operations, key=kebab_case)
    return page(
        ["IVSCHAT", ""],
        section(
            "NAME",
            filled(
                "ivschat - the reference command line of the Amazon IVS Chat control "
                "plane",
                1,
            ),
        ),
        section("SYNOPSIS", [f"{STEP}ivschat [options] <operation> [parameters]"]),
        section(
            "DESCRIPTION",
            filled(
                "Calls one operation and prints its result, as `aws ivschat` does in "
                "version 2. `ivschat <operation> help` says more of each.",
                1,
            ),
        ),
        section(
            "OPERATIONS",
            table(
                (kebab_case(n), _first_sentence(SUMMARIES.get(n, ""))) for n in names
            ),
        ),
        section(
            "GLOBAL OPTIONS",
            filled("They may stand before or after the operation.", 1),
            [""],
            table((_with_value(o), _choices(o)) for o in GLOBAL_OPTIONS),
        ),
        section("ENVIRONMENT", table(_ENVIRONMENT)),
        section("EXIT CODES", table(_EXIT_CODES)),
    )


def _with_value(option: Option) -> str:
    takes_none = option.takes is Takes.NOTHING
    return option.name if takes_none else f"{option.name} <value>"


def _choices(option: Option) -> str:
    if not option.choices:
        return option.description
    return f"{option.description} One of: {', '.join(option.choices)}."


def _first_sentence(text: str) -> str:
    first, point, _ = text.partition(". ")
    return first + point.strip()
