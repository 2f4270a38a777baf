"""What an operation changes, as values: decided by the core, kept by the shells.

The core returns (answer, changes). A change is the only way its state moves, so a
refused request leaves no trace (ERR-24), and a shell can write changes down before it
sends the answer.
"""

from dataclasses import dataclass
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
class TokenUsed:
    """The token of this number has opened its one connection."""

    number: int
    token_expiration_time: datetime


Change = (
    RoomStored
    | RoomDeleted
    | LoggingConfigurationStored
    | LoggingConfigurationDeleted
    | TokenUsed
)
