"""The operations on logging configurations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ivschat_conformance.reference_impl.core.changes import (
    LoggingConfigurationDeleted,
    LoggingConfigurationStored,
)
from ivschat_conformance.reference_impl.core.errors import (
    ConflictException,
    ServiceQuotaExceededException,
)
from ivschat_conformance.reference_impl.core.ids import Ids
from ivschat_conformance.reference_impl.core.logging_configurations import (
    LOGGING_CONFIGURATION,
    LoggingConfiguration,
    new_logging_configuration,
)
from ivschat_conformance.reference_impl.core.outcome import Outcome
from ivschat_conformance.reference_impl.core.paging import Pages
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.core.state import State
from ivschat_conformance.reference_impl.core.tag_operations import check_tag_keys
from ivschat_conformance.schemas import limits


class LoggingOperations:
    """Creates, shows, changes, deletes and lists logging configurations."""

    def __init__(
        self, settings: Settings, ids: Ids, state: State, pages: Pages
    ) -> None:
        self._settings = settings
        self._ids = ids
        self._state = state
        self._pages = pages

    def create(self, request: Mapping[str, Any], now: datetime) -> Outcome:
        """Create a configuration, up to the account's quota (LOGCFG-16)."""
        check_tag_keys(request.get("tags", {}))
        configuration_id = self._ids.resource_id()
        quota = self._settings.logging_configuration_quota
        if len(self._state.logging_configurations) >= quota:
            raise ServiceQuotaExceededException(
                "This account and region have as many logging configurations as they "
                "may.",
                configuration_id,
                LOGGING_CONFIGURATION,
                quota,
            )
        configuration = new_logging_configuration(
            request,
            region=self._settings.region,
            account_id=self._settings.account_id,
            configuration_id=configuration_id,
            now=now,
        )
        return Outcome(
            configuration.wire(), (LoggingConfigurationStored(configuration),)
        )

    def get(self, request: Mapping[str, Any], _now: datetime) -> Outcome:
        """Return a configuration (LOGCFG-08)."""
        return Outcome(self._state.logging_configuration(request["identifier"]).wire())

    def update(self, request: Mapping[str, Any], now: datetime) -> Outcome:
        """Change a configuration that no room uses (LOGCFG-09, LOGCFG-11)."""
        configuration = self._unused(request).updated(request, now)
        return Outcome(
            configuration.wire(), (LoggingConfigurationStored(configuration),)
        )

    def delete(self, request: Mapping[str, Any], _now: datetime) -> Outcome:
        """Delete a configuration that no room uses (LOGCFG-10, LOGCFG-11)."""
        return Outcome(None, (LoggingConfigurationDeleted(self._unused(request).arn),))

    def list(self, request: Mapping[str, Any], _now: datetime) -> Outcome:
        """Return a page of all configurations (LOGCFG-12)."""
        most = request.get(
            "maxResults", limits.default("MaxLoggingConfigurationResults")
        )
        every = self._state.logging_configurations
        page = self._pages.cut("ListLoggingConfigurations", request, every, most)
        output: dict[str, Any] = {
            "loggingConfigurations": [entry.wire() for entry in page.entries]
        }
        if page.next_token is not None:
            output["nextToken"] = page.next_token
        return Outcome(output)

    def _unused(self, request: Mapping[str, Any]) -> LoggingConfiguration:
        configuration = self._state.logging_configuration(request["identifier"])
        if self._state.rooms_that_log_to(configuration.arn):
            raise ConflictException(
                "A room uses this logging configuration: take it from the room first.",
                configuration.id,
                LOGGING_CONFIGURATION,
            )
        return configuration
