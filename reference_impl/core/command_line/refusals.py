"""How the command ends, and every way in which it refuses (CLI-22).

CommandLineError                (abstract: a text for stderr and an exit code)
├── UsageError            252   the arguments make no command; the usage is shown, too
├── ParameterError        252   a value that the service could never take
├── ConfigurationError    253   no credentials, no region, an unknown profile
├── ServiceRefusedError   254   the service answered, and with an error
└── CallFailedError       255   no answer, or none that could be read

A text repeats no secret: see `parameter_checks` and `shorthand` for user ids and
attributes; credentials and signatures reach no text at all.
"""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the command's callers learn: version 2 of the AWS CLI's codes."""

    SUCCESS = 0
    INTERRUPTED = 130
    USAGE = 252
    CONFIGURATION = 253
    SERVICE = 254
    FAILURE = 255


class CommandLineError(Exception):
    """A refusal: its text goes to stderr, its exit code to the caller."""

    exit_code: ClassVar[ExitCode]


class UsageError(CommandLineError):
    """The arguments make no command."""

    exit_code = ExitCode.USAGE


class ParameterError(CommandLineError):
    """A value, or a document of values, cannot be sent."""

    exit_code = ExitCode.USAGE


class ConfigurationError(CommandLineError):
    """The environment and the profile files do not say what is needed."""

    exit_code = ExitCode.CONFIGURATION


class ServiceRefusedError(CommandLineError):
    """The service refused: the text names the error's type."""

    exit_code = ExitCode.SERVICE


class CallFailedError(CommandLineError):
    """There was no answer, or none that this operation can give."""

    exit_code = ExitCode.FAILURE


def parsing_error(option: str, what: str) -> ParameterError:
    """Return the refusal of an option's text, in the words of AWS's command."""
    return ParameterError(f"Error parsing parameter '{option}': {what}")
