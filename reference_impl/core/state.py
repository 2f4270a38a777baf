"""All that one fake keeps: rooms, logging configurations, keys and used tokens."""

from collections.abc import Iterable

from ivschat_conformance.reference_impl.core.changes import (
    Change,
    Cleared,
    LoggingConfigurationDeleted,
    LoggingConfigurationStored,
    RoomDeleted,
    RoomStored,
    TokenChange,
    TokenKeysStored,
    TokenNumbersReserved,
    TokensForgotten,
    TokenUsed,
)
from ivschat_conformance.reference_impl.core.errors import ResourceNotFoundException
from ivschat_conformance.reference_impl.core.findings import missing_resource
from ivschat_conformance.reference_impl.core.logging_configurations import (
    LOGGING_CONFIGURATION,
    LoggingConfiguration,
)
from ivschat_conformance.reference_impl.core.newest_first import NewestFirst
from ivschat_conformance.reference_impl.core.rooms import ROOM, Room
from ivschat_conformance.reference_impl.core.tokens import TokenVault
from ivschat_conformance.reference_impl.core.used_tokens import UsedTokens

Resource = Room | LoggingConfiguration


class State:
    """What is there, by ARN; it moves by `apply` and in no other way.

    One of another region or account is not here (REGION-06): `home` are its own.
    """

    def __init__(self, home: tuple[str, str] | None = None) -> None:
        self._home = home
        self.rooms: NewestFirst[Room] = NewestFirst()
        self.logging_configurations: NewestFirst[LoggingConfiguration] = NewestFirst()
        self._clear()

    def _clear(self) -> None:
        self.rooms.clear()
        self.logging_configurations.clear()
        self.used_tokens = UsedTokens()
        self.tokens = TokenVault()
        self.token_numbers_reserved = 0

    def room(self, arn: str) -> Room:
        """Return a room, or raise ResourceNotFoundException."""
        room = self.rooms.get(arn)
        if room is None:
            raise self._not_found(arn, ROOM)
        return room

    def logging_configuration(self, arn: str) -> LoggingConfiguration:
        """Return a logging configuration, or raise ResourceNotFoundException."""
        configuration = self.logging_configurations.get(arn)
        if configuration is None:
            raise self._not_found(arn, LOGGING_CONFIGURATION)
        return configuration

    def resource(self, arn: str) -> Resource:
        """Return what has this ARN, of either kind, or raise."""
        if ":logging-configuration/" in arn:
            return self.logging_configuration(arn)
        return self.room(arn)

    def rooms_that_log_to(self, configuration_arn: str) -> tuple[Room, ...]:
        """Return the rooms that use a logging configuration."""
        return tuple(
            room
            for room in self.rooms.values()
            if configuration_arn in room.logging_configurations
        )

    def apply(self, changes: Iterable[Change]) -> None:
        """Make the changes so."""
        for change in changes:
            match change:
                case Cleared():
                    self._clear()
                case RoomStored(room):
                    self.rooms[room.arn] = room
                case RoomDeleted(arn):
                    del self.rooms[arn]
                case LoggingConfigurationStored(configuration):
                    self.logging_configurations[configuration.arn] = configuration
                case LoggingConfigurationDeleted(arn):
                    del self.logging_configurations[arn]
                case _:
                    self._apply_to_tokens(change)

    def _apply_to_tokens(self, change: TokenChange) -> None:
        match change:
            case TokenUsed(number, expiration):
                self.used_tokens.add(number, expiration)
            case TokensForgotten(up_to, at):
                self.used_tokens.forget(up_to, at)
            case TokenNumbersReserved(up_to):
                self.token_numbers_reserved = up_to
            case TokenKeysStored(keys):
                self.tokens = TokenVault(*keys)

    def _not_found(self, arn: str, resource_type: str) -> ResourceNotFoundException:
        return ResourceNotFoundException(
            "No such resource in this account and region.",
            arn.rpartition("/")[2],
            resource_type,
            missing_resource(arn, self._home),
        )
