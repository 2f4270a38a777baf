"""Logging configurations: made, read, changed and deleted (contract.md 6)."""

from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import (
    BUCKET,
    LoggingConfigurations,
    Rooms,
    case,
    verifies,
)
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.exchange import Exchange
from ivschat_conformance.fixtures.pages import entries
from ivschat_conformance.fixtures.polling import Judge, Reads

NOT_FOUND = {"ResourceNotFoundException"}
STATES = {
    "CREATING",
    "CREATE_FAILED",
    "DELETING",
    "DELETE_FAILED",
    "UPDATING",
    "UPDATE_FAILED",
    "ACTIVE",
}


@verifies("LOGCFG-02")
@pytest.mark.parametrize("member", ["arn", "id", "createTime", "updateTime", "state"])
def test_answer_has_identity_times_and_state(
    logging_configurations: LoggingConfigurations, member: str
) -> None:
    """Each of these is a text that is not empty."""
    exchange = _created(logging_configurations)

    expect.accepted(exchange)
    value = exchange.json.get(member)
    assert isinstance(value, str), f"{member} is no text, or missing"
    assert value, f"{member} is empty"


@verifies("LOGCFG-02")
@pytest.mark.parametrize(
    ("member", "value"),
    [
        case("destinationConfiguration", BUCKET, name="destination"),
        case("name", "archive", name="name"),
        case("tags", {"team": "chat"}, name="tags"),
    ],
)
def test_answer_has_what_was_given(
    logging_configurations: LoggingConfigurations, member: str, value: object
) -> None:
    """A member comes back as it was asked for."""
    exchange = _created(logging_configurations, **{member: value})

    expect.accepted(exchange)
    said = expect.modelled(exchange.json, "CreateLoggingConfigurationResponse")
    assert said.get(member) == value, f"{member} is not what was given"


@verifies("LOGCFG-03")
def test_arn_names_region_account_and_id(
    api: ControlPlane, logging_configurations: LoggingConfigurations
) -> None:
    """The ARN is of the target's region and ends in the id of 12 letters and digits."""
    exchange = _created(logging_configurations)

    expect.accepted(exchange)
    own_id = str(exchange.json.get("id"))
    parts = str(exchange.json.get("arn")).split(":")
    assert parts[:4] == ["arn", "aws", "ivschat", api.target.region], (
        "arn does not begin with arn:aws:ivschat and the region"
    )
    assert len(parts) == 6, "arn has not six parts"
    assert parts[4].isdigit(), "arn has no account's number"
    assert parts[5] == f"logging-configuration/{own_id}", "arn does not end in the id"
    assert len(own_id) == 12, "the id has not 12 characters"
    assert own_id.isascii(), "the id has others than letters and digits"
    assert own_id.isalnum(), "the id has others than letters and digits"


@verifies("LOGCFG-04")
def test_creation_and_update_say_active(
    api: ControlPlane, logging_configurations: LoggingConfigurations
) -> None:
    """No other state stands in their answers."""
    created = _created(logging_configurations)
    expect.accepted(created)
    updated = api.call(
        "UpdateLoggingConfiguration",
        {"identifier": created.json["arn"], "name": "archive"},
    )

    for exchange in (created, updated):
        expect.accepted(exchange)
        assert exchange.json.get("state") == "ACTIVE", "state is not ACTIVE"


@verifies("LOGCFG-05")
def test_state_is_one_of_seven(
    logging_configurations: LoggingConfigurations, reads: Reads
) -> None:
    """Read and listed, every configuration is in a state that there is."""
    arn = logging_configurations.new()

    read = reads.until("GetLoggingConfiguration", {"identifier": arn}, expect.accepted)
    page = reads.until("ListLoggingConfigurations", {}, expect.accepted)

    for configuration in (read.json, *entries(page)):
        assert configuration.get("state") in STATES, "state is none of the seven"


@verifies("LOGCFG-07")
def test_configuration_without_tags_has_an_empty_map(
    logging_configurations: LoggingConfigurations, reads: Reads
) -> None:
    """`tags` is there where there are none, created and read."""
    created = _created(logging_configurations)
    expect.accepted(created)
    arn = created.json["arn"]

    read = reads.until("GetLoggingConfiguration", {"identifier": arn}, expect.accepted)

    for exchange in (created, read):
        assert exchange.json.get("tags") == {}, "tags is no empty object, or missing"


@verifies("LOGCFG-08")
def test_configuration_is_read_as_it_was_created(
    logging_configurations: LoggingConfigurations, reads: Reads
) -> None:
    """GetLoggingConfiguration takes the ARN, and tells what was created."""
    created = _created(logging_configurations, name="archive")
    expect.accepted(created)
    same = ("arn", "id", "name", "destinationConfiguration")
    said = expect.modelled(created.json, "CreateLoggingConfigurationResponse")

    reads.until(
        "GetLoggingConfiguration",
        {"identifier": created.json["arn"]},
        _shows({name: said.get(name) for name in same}),
    )


@verifies("LOGCFG-08")
@pytest.mark.parametrize("verb", ["Get", "Update", "Delete"])
def test_unknown_configuration_is_not_found(
    api: ControlPlane, logging_configurations: LoggingConfigurations, verb: str
) -> None:
    """A configuration that never was is a 404."""
    arn = logging_configurations.new()
    absent = f"{arn.rpartition('/')[0]}/NoConfigHere"

    refused = api.call(f"{verb}LoggingConfiguration", {"identifier": absent})

    expect.refused(refused, status=404, types=NOT_FOUND)


@verifies("LOGCFG-09")
@pytest.mark.parametrize(
    "change",
    [
        case({}, name="nothing"),
        case({"name": "other"}, name="name"),
        case(
            {"destinationConfiguration": {"s3": {"bucketName": "other"}}}, name="bucket"
        ),
        case(
            {"destinationConfiguration": {"cloudWatchLogs": {"logGroupName": "/logs"}}},
            name="log-group",
        ),
        case(
            {
                "name": "other",
                "destinationConfiguration": {"firehose": {"deliveryStreamName": "x"}},
            },
            name="both",
        ),
    ],
)
def test_update_changes_what_is_given(
    api: ControlPlane,
    logging_configurations: LoggingConfigurations,
    reads: Reads,
    change: dict[str, Any],
) -> None:
    """What is given is changed, and what is left out stays."""
    before = {"name": "archive", "tags": {"team": "chat"}}
    arn = logging_configurations.new(**before)
    expected = {"destinationConfiguration": BUCKET, **before, **change}

    updated = api.call("UpdateLoggingConfiguration", {"identifier": arn, **change})

    _shows(expected)(updated)
    reads.until("GetLoggingConfiguration", {"identifier": arn}, _shows(expected))


@verifies("LOGCFG-10")
def test_deleted_configuration_is_gone(
    api: ControlPlane, logging_configurations: LoggingConfigurations, reads: Reads
) -> None:
    """Deleted with a 204, it is soon neither found nor listed."""
    arn = logging_configurations.new()
    reads.until("GetLoggingConfiguration", {"identifier": arn}, expect.accepted)

    deleted = api.call("DeleteLoggingConfiguration", {"identifier": arn})

    def is_gone(exchange: Exchange) -> None:
        expect.refused(exchange, status=404, types=NOT_FOUND)

    def is_not_listed(page: Exchange) -> None:
        expect.accepted(page)
        found = [entry.get("arn") for entry in entries(page)]
        assert arn not in found, "the list has the deleted configuration"

    expect.accepted(deleted, 204)
    reads.until("GetLoggingConfiguration", {"identifier": arn}, is_gone)
    reads.until("ListLoggingConfigurations", {}, is_not_listed)


@verifies("LOGCFG-11")
@pytest.mark.parametrize("verb", ["Delete", "Update"])
def test_configuration_in_use_cannot_be_changed(
    api: ControlPlane,
    rooms: Rooms,
    logging_configurations: LoggingConfigurations,
    verb: str,
) -> None:
    """While a room logs to it, it is neither deleted nor updated: a 409."""
    used, unused = logging_configurations.new(), logging_configurations.new()
    rooms.new(loggingConfigurationIdentifiers=[used])

    refused = api.call(f"{verb}LoggingConfiguration", {"identifier": used})
    twin = api.call(f"{verb}LoggingConfiguration", {"identifier": unused})

    expect.refused(refused, status=409, types={"ConflictException"})
    expect.accepted(twin, 204 if verb == "Delete" else 200)


def _created(logging_configurations: LoggingConfigurations, **members: Any) -> Exchange:
    """Return the answer to a creation that names a bucket unless told otherwise."""
    return logging_configurations.create(
        **{"destinationConfiguration": BUCKET, **members}
    )


def _shows(expected: dict[str, Any]) -> Judge:
    """Return the judge of a configuration that must have these members."""

    def judge(exchange: Exchange) -> None:
        expect.accepted(exchange)
        said = expect.modelled(exchange.json, "GetLoggingConfigurationResponse")
        for name, value in expected.items():
            assert said.get(name) == value, f"{name} is not what it should be"

    return judge
