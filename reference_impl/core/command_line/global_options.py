"""The options that every operation has, before or after its name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ivschat_conformance.reference_impl.core.command_line.arguments import (
    Option,
    Takes,
)
from ivschat_conformance.reference_impl.core.command_line.refusals import (
    ParameterError,
    parsing_error,
)


class Output(StrEnum):
    """The forms in which a result is printed."""

    JSON = "json"
    YAML = "yaml"
    TEXT = "text"


_OUTPUTS = tuple(output.value for output in Output)
_WITHOUT_EFFECT = "Accepted for the sake of AWS's command, without effect."

GLOBAL_OPTIONS = (
    Option(
        "--endpoint-url",
        description="Where the service is, if not at its own address in the region.",
    ),
    Option("--region", description="The region of the service and of the signature."),
    Option("--profile", description="The section of the profile files that counts."),
    Option("--output", choices=_OUTPUTS, description="The form of the result."),
    Option(
        "--query", description="A JMESPath expression: what to print of the result."
    ),
    Option(
        "--no-sign-request", Takes.NOTHING, description="Send it without signature."
    ),
    Option("--ca-bundle", description="A file of certificates to trust, in PEM."),
    Option("--no-verify-ssl", Takes.NOTHING, description="Trust whatever certificate."),
    Option(
        "--cli-connect-timeout",
        description="Seconds to wait for a connection; 0 for ever, 60 by default.",
    ),
    Option(
        "--cli-read-timeout",
        description="Seconds to wait for an answer; 0 for ever, 60 by default.",
    ),
    Option("--color", choices=("on", "off", "auto"), description=_WITHOUT_EFFECT),
    Option("--no-cli-pager", Takes.NOTHING, description=_WITHOUT_EFFECT),
    Option("--no-paginate", Takes.NOTHING, description=_WITHOUT_EFFECT),
    Option(
        "--cli-binary-format",
        choices=("base64", "raw-in-base64-out"),
        description=_WITHOUT_EFFECT,
    ),
    Option("--version", Takes.NOTHING, description="Print the version."),
)
"""All of them, in the order of the help. There is no --debug: it would show secrets."""


@dataclass(frozen=True, slots=True)
class GlobalOptions:
    """What the global options said; None where one was not given.

    Timeouts are in seconds; 0 stands for none.
    """

    endpoint_url: str | None = None
    region: str | None = None
    profile: str | None = None
    output: Output | None = None
    query: str | None = None
    signs: bool = True
    ca_bundle: str | None = None
    verifies_tls: bool = True
    connect_timeout: int = 60
    read_timeout: int = 60


def read_global_options(values: Mapping[str, Sequence[str]]) -> GlobalOptions:
    """Return the options' meaning; ParameterError where one cannot be meant so."""
    given = {name: words[-1] for name, words in values.items() if words}
    output = given.get("--output")
    return GlobalOptions(
        endpoint_url=_endpoint_url(given.get("--endpoint-url")),
        region=given.get("--region"),
        profile=given.get("--profile"),
        output=Output(output) if output is not None else None,
        query=given.get("--query"),
        signs="--no-sign-request" not in values,
        ca_bundle=given.get("--ca-bundle"),
        verifies_tls="--no-verify-ssl" not in values,
        connect_timeout=_seconds("--cli-connect-timeout", given),
        read_timeout=_seconds("--cli-read-timeout", given),
    )


def _endpoint_url(url: str | None) -> str | None:
    if url is not None and "://" not in url:
        raise ParameterError(
            f'Bad value for --endpoint-url "{url}": scheme is missing.  '
            "Must be of the form http://<hostname>/ or https://<hostname>/"
        )
    return url


def _seconds(option: str, given: Mapping[str, str]) -> int:
    text = given.get(option, "60")
    if not (text.isascii() and text.isdigit() and len(text) <= len("31536000")):
        raise parsing_error(option, "give whole seconds, such as 60; 0 for no limit")
    return int(text)
