"""How many logging configurations there are, of an account and of a room.

Lists, their pages, and quotas (contract.md 6).
"""

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import (
    BUCKET,
    LoggingConfigurations,
    Rooms,
    verifies,
)
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.exchange import Exchange
from ivschat_conformance.fixtures.pages import arns, entries, listed, pages
from ivschat_conformance.fixtures.polling import Judge, Reads

LIST = "ListLoggingConfigurations"
LOGGING = "loggingConfigurationIdentifiers"
QUOTA_EXCEEDED = {"ServiceQuotaExceededException"}


@verifies("LOGCFG-12")
def test_list_has_an_array_of_configurations(
    logging_configurations: LoggingConfigurations, reads: Reads
) -> None:
    """Nothing has to be said to get those that there are."""
    made = [logging_configurations.new() for _ in range(2)]

    page = reads.until(LIST, {}, _has(made))

    assert entries(page), "there is nothing in the list"


@verifies("LOGCFG-12")
@pytest.mark.parametrize("most", [1, 2])
def test_pages_have_every_configuration_once(
    api: ControlPlane,
    logging_configurations: LoggingConfigurations,
    reads: Reads,
    most: int,
) -> None:
    """However many stand on a page, three configurations are found, each once."""
    made = [logging_configurations.new() for _ in range(3)]
    reads.until(LIST, {}, _has(made))

    found = list(pages(api, LIST, {"maxResults": most}))

    for page in found:
        assert len(entries(page)) <= most, f"a page has more than {most}"
        assert entries(page), "a token led to an empty page"
    own = [arn for page in found for arn in arns(page) if arn in made]
    assert sorted(own) == sorted(made), "not every configuration stands on one page"


@verifies("LOGCFG-15")
def test_configuration_serves_several_rooms(
    api: ControlPlane, rooms: Rooms, logging_configurations: LoggingConfigurations
) -> None:
    """Rooms may share one, whether created with it or updated to it."""
    arn = logging_configurations.new()
    room = rooms.new()

    exchanges = [rooms.create(**{LOGGING: [arn]}) for _ in range(3)]
    exchanges.append(api.call("UpdateRoom", {"identifier": room, LOGGING: [arn]}))

    for exchange in exchanges:
        expect.accepted(exchange)
        assert exchange.json.get(LOGGING) == [arn], "the room does not log to it"


@verifies("LOGCFG-15")
def test_room_cannot_be_updated_to_log_to_many(
    api: ControlPlane, rooms: Rooms, logging_configurations: LoggingConfigurations
) -> None:
    """A room that is there gets no six configurations, as a new one gets none."""
    made = [logging_configurations.new() for _ in range(6)]
    room = rooms.new()

    refused = api.call("UpdateRoom", {"identifier": room, LOGGING: made})
    twin = api.call("UpdateRoom", {"identifier": room, LOGGING: made[:2]})

    expect.refused(refused, field=LOGGING)
    expect.twin_accepted(twin)


@verifies("LOGCFG-16")
def test_quota_of_configurations_is_kept(
    api: ControlPlane, logging_configurations: LoggingConfigurations
) -> None:
    """As many are created as the target declares, and one more is a 402."""
    quota = _declared_quota(api)
    there = len(listed(api, LIST))

    within = [_created(logging_configurations) for _ in range(quota - there)]
    beyond = _created(logging_configurations)

    for exchange in within:
        expect.accepted(exchange)
    expect.refused(beyond, status=402, types=QUOTA_EXCEEDED)


@verifies("LOGCFG-16")
def test_deletion_makes_room_in_the_quota(
    api: ControlPlane, logging_configurations: LoggingConfigurations
) -> None:
    """Where one was deleted, another can be created."""
    refused, made = _exhausted(api, logging_configurations)
    expect.refused(refused, status=402, types=QUOTA_EXCEEDED)

    api.call("DeleteLoggingConfiguration", {"identifier": made})
    twin = _created(logging_configurations)

    expect.twin_accepted(twin)


@verifies("ERR-12")
def test_exceeded_quota_is_a_402_that_tells_the_limit(
    api: ControlPlane, logging_configurations: LoggingConfigurations
) -> None:
    """It says what it is about, and the limit as an integer."""
    exchange, _ = _exhausted(api, logging_configurations)

    expect.refused(exchange, status=402, types=QUOTA_EXCEEDED)
    assert exchange.error_message, "there is no text in message"
    for name in ("resourceId", "resourceType"):
        said = exchange.json.get(name)
        assert isinstance(said, str), f"{name} is no text, or missing"
        assert said, f"{name} is empty"
    assert type(exchange.json.get("limit")) is int, "limit is no integer, or missing"


def _created(logging_configurations: LoggingConfigurations) -> Exchange:
    return logging_configurations.create(destinationConfiguration=BUCKET)


def _declared_quota(api: ControlPlane) -> int:
    """Return the target's quota; leave a check untested where it declares none."""
    quota = api.target.features.logging_configuration_quota
    if quota is None:
        pytest.skip("the target does not declare its quota of logging configurations")
    return quota


def _exhausted(
    api: ControlPlane, logging_configurations: LoggingConfigurations
) -> tuple[Exchange, str]:
    """Return the answer to a creation beyond the quota, and one of those created."""
    made = ""
    for _ in range(_declared_quota(api) + 1):
        exchange = _created(logging_configurations)
        if exchange.status != 200:
            return exchange, made
        made = str(exchange.json["arn"])
    pytest.skip("the target's quota is not what it declares: LOGCFG-16 judges that")


def _has(made: list[str]) -> Judge:
    """Return the judge of a page that must have all of these."""

    def judge(page: Exchange) -> None:
        expect.accepted(page)
        assert set(made) <= set(arns(page)), "a new configuration is not in the list"

    return judge
