"""Where chat logs may go: one of three kinds of places (contract.md 6, 2.4)."""

from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import (
    BUCKET,
    LoggingConfigurations,
    case,
    verifies,
)
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.exchange import Exchange

DESTINATIONS = {
    "s3": {"bucketName": "chat-logs"},
    "cloudWatchLogs": {"logGroupName": "/aws/ivschat/logs"},
    "firehose": {"deliveryStreamName": "chat-logs"},
}
EACH = [case({name: place}, name=name) for name, place in DESTINATIONS.items()]
PAIRS = [
    case({one: DESTINATIONS[one], other: DESTINATIONS[other]}, name=f"{one}-{other}")
    for one, other in (
        ("s3", "cloudWatchLogs"),
        ("cloudWatchLogs", "firehose"),
        ("firehose", "s3"),
    )
]


@verifies("LOGCFG-01")
@pytest.mark.parametrize("destination", EACH)
def test_each_kind_of_destination_is_accepted(
    logging_configurations: LoggingConfigurations, destination: dict[str, Any]
) -> None:
    """A bucket, a log group and a delivery stream can each be logged to."""
    exchange = _created(logging_configurations, destinationConfiguration=destination)

    expect.accepted(exchange)
    held = expect.modelled(
        exchange.json.get("destinationConfiguration"), "DestinationConfiguration"
    )
    assert held == destination, "destinationConfiguration is not what was given"


@verifies("LOGCFG-01")
@pytest.mark.parametrize(
    "members",
    [
        case({"name": "archive"}, name="name"),
        case({"tags": {"team": "chat"}}, name="tags"),
        case({"name": "", "tags": {}}, name="both-empty"),
    ],
)
def test_name_and_tags_are_optional(
    logging_configurations: LoggingConfigurations, members: dict[str, Any]
) -> None:
    """A configuration may have a name and tags, as it may have none."""
    exchange = _created(logging_configurations, **members)

    expect.accepted(exchange)


@verifies("LOGCFG-01")
def test_destination_is_required(logging_configurations: LoggingConfigurations) -> None:
    """A configuration that logs nowhere is none."""
    refused = logging_configurations.create(name="archive")
    twin = _created(logging_configurations, name="archive")

    expect.refused(refused, field="destinationConfiguration")
    expect.twin_accepted(twin)


@verifies("LOGCFG-01")
@pytest.mark.parametrize(
    "destination", [*PAIRS, case(DESTINATIONS, name="all"), case({}, name="none")]
)
def test_destination_is_exactly_one(
    logging_configurations: LoggingConfigurations, destination: dict[str, Any]
) -> None:
    """Neither two places nor none."""
    refused = logging_configurations.create(destinationConfiguration=destination)
    twin = _created(logging_configurations)

    expect.refused_somehow(refused)
    expect.twin_accepted(twin)


@verifies("PARSE-06")
@pytest.mark.parametrize(
    "destination",
    [
        *PAIRS,
        case({}, name="empty"),
        case({"s3": None}, name="null"),
        case({"s4": {"bucketName": "chat-logs"}}, name="unknown"),
    ],
)
def test_union_has_one_member(
    api: ControlPlane,
    logging_configurations: LoggingConfigurations,
    destination: dict[str, Any],
) -> None:
    """UpdateLoggingConfiguration takes no union of two members, or of none."""
    arn = logging_configurations.new()

    refused = api.call(
        "UpdateLoggingConfiguration",
        {"identifier": arn, "destinationConfiguration": destination},
    )
    twin = api.call(
        "UpdateLoggingConfiguration",
        {"identifier": arn, "destinationConfiguration": BUCKET},
    )

    expect.refused_somehow(refused)
    expect.twin_accepted(twin)


def _created(logging_configurations: LoggingConfigurations, **members: Any) -> Exchange:
    """Return the answer to a creation that names a bucket unless told otherwise."""
    return logging_configurations.create(
        **{"destinationConfiguration": BUCKET, **members}
    )
