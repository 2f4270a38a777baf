"""Runs suites against a reference implementation that uses the contract's freedom.

`python variations.py NAME FILE…`: a process of its own, since modules stay changed.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from ivschat_conformance.reference_impl.core import logging_operations
from ivschat_conformance.reference_impl.core.http_api import HttpApi
from ivschat_conformance.reference_impl.core.logging_configurations import (
    LoggingConfiguration,
    new_logging_configuration,
)
from ivschat_conformance.reference_impl.core.rates import Rate

# What no whole number of requests tells from a half, and from ten times.
_A_LITTLE = 0.001


def less_than_half_the_rates() -> None:
    """Count what a window of an unlucky length would count."""
    _multiply_rates(0.5 - _A_LITTLE)


def nearly_ten_times_the_rates() -> None:
    """Let as much pass as a generous window would."""
    _multiply_rates(10 - _A_LITTLE)


def configurations_updated_after_their_creation() -> None:
    """Have a new logging configuration's updateTime 300 ms behind createTime."""

    def created(request: Mapping[str, Any], **keywords: Any) -> LoggingConfiguration:
        configuration = new_logging_configuration(request, **keywords)
        later = configuration.update_time + timedelta(milliseconds=300)
        return replace(configuration, update_time=later)

    patch.object(logging_operations, "new_logging_configuration", created).start()


def braces_in_place_of_nothing() -> None:
    """Answer `{}` where the reference answers with a body of no bytes."""
    respond = HttpApi._response  # noqa: SLF001

    def response(
        api: HttpApi, status: int, body: Mapping[str, Any] | None, *rest: Any
    ) -> Any:
        return respond(api, status, {} if body is None else body, *rest)

    patch.object(HttpApi, "_response", response).start()


VARIATIONS: Mapping[str, Callable[[], None]] = {
    vary.__name__: vary
    for vary in (
        less_than_half_the_rates,
        nearly_ten_times_the_rates,
        configurations_updated_after_their_creation,
        braces_in_place_of_nothing,
    )
}


def _multiply_rates(factor: float) -> None:
    admit: Callable[[Rate, Any, datetime], bool] = Rate.admit

    def admits(rate: Rate, per_second: int, now: datetime) -> bool:
        return admit(rate, per_second * factor, now)

    patch.object(Rate, "admit", admits).start()


if __name__ == "__main__":
    name, settings, *files = sys.argv[1:]
    VARIATIONS[name]()
    plugin = "ivschat_conformance.fixtures.plugin"
    sys.exit(pytest.main(["-p", plugin, f"--config-file={settings}", *files]))
