"""What an operation changes, as values: decided by the core, kept by the shells.

The core returns (answer, changes). A change is the only way its state moves, so a
refused request leaves no trace (ERR-24), and a shell can write changes down before it
sends the answer.
"""

from dataclasses import dataclass, field
from datetime import datetime

from ivschat_conformance.reference_impl.core.logging_configurations import (
    LoggingConfiguration,
)
from ivschat_conformance.reference_impl.core.rooms import Room


@dataclass(frozen=True, slots=True)
class RoomStored:
    """A room was created, or has new settings."""

    room: Room


@dataclass(frozen=True, slots=True)
class RoomDeleted:
    """The room of this ARN is gone."""

    arn: str


@dataclass(frozen=True, slots=True)
class LoggingConfigurationStored:
    """A logging configuration was created, or has new settings."""

    configuration: LoggingConfiguration


@dataclass(frozen=True, slots=True)
class LoggingConfigurationDeleted:
    """The logging configuration of this ARN is gone."""

    arn: str


@dataclass(frozen=True, slots=True)
class Cleared:
    """Nothing of what was there is there any more."""


@dataclass(frozen=True, slots=True)
class TokenUsed:
    """The token of this number has opened its one connection."""

    number: int
    token_expiration_time: datetime


@dataclass(frozen=True, slots=True)
class TokensForgotten:
    """Of the tokens up to this number, those expired at this instant are worthless."""

    up_to: int
    at: datetime


@dataclass(frozen=True, slots=True)
class TokenNumbersReserved:
    """Tokens may have numbers up to this one; a new start goes on from it."""

    up_to: int


@dataclass(frozen=True, slots=True)
class TokenKeysStored:
    """These keys seal and open tokens, the newest first; never shown to anybody."""

    keys: tuple[bytes, ...] = field(repr=False)


TokenChange = TokenUsed | TokensForgotten | TokenNumbersReserved | TokenKeysStored
"""What tokens change, by being issued and used."""

Change = (
    RoomStored
    | RoomDeleted
    | LoggingConfigurationStored
    | LoggingConfigurationDeleted
    | Cleared
    | TokenChange
)
