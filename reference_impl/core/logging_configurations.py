"""Logging configurations: where chat logs go, and their form on the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Self

from ivschat_conformance.schemas import timestamps
from ivschat_conformance.schemas.arn import Arn

LOGGING_CONFIGURATION = "LOGGING_CONFIGURATION"
"""The `resourceType` in an error: the model has no word for it (CONTRA-08)."""

ACTIVE = "ACTIVE"


@dataclass(frozen=True, slots=True)
class LoggingConfiguration:
    """One configuration as it stands; `name` is None where none was given."""

    arn: str
    id: str
    create_time: datetime
    update_time: datetime
    destination: Mapping[str, Any]
    name: str | None
    tags: Mapping[str, str]
    state: str = ACTIVE

    @property
    def resource_type(self) -> str:
        """What an error calls it."""
        return LOGGING_CONFIGURATION

    def wire(self) -> dict[str, Any]:
        """Return the members of every answer about it (LOGCFG-02, LOGCFG-14)."""
        return {
            "arn": self.arn,
            "id": self.id,
            "createTime": timestamps.milliseconds(self.create_time),
            "updateTime": timestamps.milliseconds(self.update_time),
            **({} if self.name is None else {"name": self.name}),
            "destinationConfiguration": dict(self.destination),
            "state": self.state,
            "tags": dict(self.tags),
        }

    def updated(self, request: Mapping[str, Any], now: datetime) -> Self:
        """Return it as a valid update leaves it: what is left out stays (LOGCFG-09)."""
        return replace(
            self,
            update_time=now,
            destination=request.get("destinationConfiguration", self.destination),
            name=request.get("name", self.name),
        )

    def tagged(self, tags: Mapping[str, str]) -> Self:
        """Return it with these tags and no others; its update time stays (OPEN-17)."""
        return replace(self, tags=MappingProxyType(dict(tags)))


def new_logging_configuration(
    request: Mapping[str, Any],
    *,
    region: str,
    account_id: str,
    configuration_id: str,
    now: datetime,
) -> LoggingConfiguration:
    """Return what a valid CreateLoggingConfigurationRequest asks for."""
    arn = Arn(region, account_id, "logging-configuration", configuration_id)
    return LoggingConfiguration(
        arn=str(arn),
        id=configuration_id,
        create_time=now,
        update_time=now,
        destination=request["destinationConfiguration"],
        name=request.get("name"),
        tags=MappingProxyType(dict(request.get("tags", {}))),
    )
