"""Logging configurations through the control plane, and who keeps them in use."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.reference_impl.core.http_messages import HttpResponse

if TYPE_CHECKING:
    from tests.core.conftest import LiveRoom, OpenRoom

NOBODYS = "arn:aws:ivschat:us-west-2:123456789012:logging-configuration/AAAAaaaa0000"
DESTINATIONS = {
    "s3": {"bucketName": "chat-logs"},
    "cloudWatchLogs": {"logGroupName": "/chat/#logs"},
    "firehose": {"deliveryStreamName": "chat.logs"},
}
BUCKET = {"s3": {"bucketName": "chat-logs"}}


@pytest.fixture
def fake(open_room: "OpenRoom") -> "LiveRoom":
    """Return a fake with a room and a clock that only the test moves."""
    return open_room()


def created(fake: "LiveRoom", **settings: Any) -> dict[str, Any]:
    """Return a new logging configuration, to a bucket unless asked otherwise."""
    asked = {"destinationConfiguration": BUCKET, **settings}
    made: dict[str, Any] = fake.perform("CreateLoggingConfiguration", **asked)
    return made


def error(response: HttpResponse) -> tuple[int, dict[str, Any]]:
    """Return the status and the members of a refusal."""
    return response.status, json.loads(response.body)


@pytest.mark.ivschat_verifies(
    *("LOGCFG-01", "LOGCFG-02", "LOGCFG-03", "LOGCFG-04", "LOGCFG-05", "LOGCFG-07")
)
@pytest.mark.parametrize("kind", DESTINATIONS)
def test_configuration_is_active_at_once_and_read_as_created(
    fake: "LiveRoom", kind: str
) -> None:
    """Its answer has every member but the name, which was not given."""
    destination = {kind: DESTINATIONS[kind]}

    made = created(fake, destinationConfiguration=destination)

    assert made == {
        "arn": "arn:aws:ivschat:us-west-2:123456789012:logging-configuration/"
        + made["id"],
        "id": made["id"],
        "createTime": "2026-01-02T03:04:05.678Z",
        "updateTime": "2026-01-02T03:04:05.678Z",
        "destinationConfiguration": destination,
        "state": "ACTIVE",
        "tags": {},
    }
    assert fake.perform("GetLoggingConfiguration", identifier=made["arn"]) == made


@pytest.mark.ivschat_verifies("LOGCFG-12", "LOGCFG-14")
def test_list_has_every_configuration_with_all_its_members(fake: "LiveRoom") -> None:
    """Page by page, each exactly as Get shows it."""
    made = [created(fake, name=f"logs-{n}", tags={"n": str(n)}) for n in range(3)]

    first = fake.perform("ListLoggingConfigurations", maxResults=2)
    second = fake.perform(
        "ListLoggingConfigurations", maxResults=2, nextToken=first["nextToken"]
    )

    assert len(first["loggingConfigurations"]) == 2
    assert second.keys() == {"loggingConfigurations"}
    listed = first["loggingConfigurations"] + second["loggingConfigurations"]
    assert sorted(listed, key=lambda entry: str(entry["name"])) == made


@pytest.mark.ivschat_verifies("LOGCFG-12", "LOGCFG-16")
@pytest.mark.parametrize("quota", [1, 10])
def test_configuration_beyond_the_quota_is_refused(
    open_room: "OpenRoom", quota: int
) -> None:
    """402 says how many there may be; ten, unless the fake is set up otherwise."""
    fake = open_room(**({} if quota == 10 else {"logging_configuration_quota": quota}))
    for _ in range(quota):
        created(fake)

    status, members = error(
        fake.call("/CreateLoggingConfiguration", destinationConfiguration=BUCKET)
    )

    assert (status, members["limit"]) == (402, quota)
    assert members["resourceType"]
    listed = fake.perform("ListLoggingConfigurations")
    assert len(listed["loggingConfigurations"]) == quota


@pytest.mark.ivschat_verifies("LOGCFG-09")
def test_update_changes_what_it_names(fake: "LiveRoom") -> None:
    """Name and destination change one at a time, and the update time moves."""
    made = created(fake, name="before", tags={"stage": "test"})
    arn = made["arn"]
    fake.pass_time(1)
    later = {"updateTime": "2026-01-02T03:04:06.678Z"}

    renamed = fake.perform("UpdateLoggingConfiguration", identifier=arn, name="after")
    moved = fake.perform(
        "UpdateLoggingConfiguration",
        identifier=arn,
        destinationConfiguration={"firehose": DESTINATIONS["firehose"]},
    )

    assert renamed == made | later | {"name": "after"}
    assert moved == renamed | {
        "destinationConfiguration": {"firehose": {"deliveryStreamName": "chat.logs"}}
    }
    assert fake.perform("GetLoggingConfiguration", identifier=arn) == moved


@pytest.mark.ivschat_verifies("LOGCFG-10")
def test_deleted_configuration_is_gone(fake: "LiveRoom") -> None:
    """204, and neither Get nor List knows it any more."""
    arn = created(fake)["arn"]

    response = fake.call("/DeleteLoggingConfiguration", identifier=arn)

    assert (response.status, response.body) == (204, b"")
    assert error(fake.call("/GetLoggingConfiguration", identifier=arn))[0] == 404
    listed = fake.perform("ListLoggingConfigurations")
    assert listed == {"loggingConfigurations": []}


@pytest.mark.ivschat_verifies("LOGCFG-11", "LOGCFG-15", "ERR-24")
@pytest.mark.parametrize("operation", ["Update", "Delete"])
def test_configuration_in_use_is_left_alone(fake: "LiveRoom", operation: str) -> None:
    """409 while any room uses it; it serves several, and is free after the last."""
    made = created(fake)
    member = "loggingConfigurationIdentifiers"
    first, second = (
        fake.perform("CreateRoom", **{member: [made["arn"]]})["arn"] for _ in range(2)
    )

    def attempt() -> HttpResponse:
        path = f"/{operation}LoggingConfiguration"
        return fake.call(path, identifier=made["arn"], name="new")

    status, members = error(attempt())
    fake.perform("DeleteRoom", identifier=first)
    assert attempt().status == 409
    assert fake.perform("GetLoggingConfiguration", identifier=made["arn"]) == made
    fake.perform("UpdateRoom", identifier=second, **{member: []})

    assert (status, members["resourceId"]) == (409, made["id"])
    assert attempt().status in {200, 204}


@pytest.mark.ivschat_verifies("LOGCFG-08")
@pytest.mark.parametrize("operation", ["Get", "Update", "Delete"])
def test_unknown_configuration_is_not_found(fake: "LiveRoom", operation: str) -> None:
    """404 names it."""
    status, members = error(
        fake.call(f"/{operation}LoggingConfiguration", identifier=NOBODYS)
    )

    assert (status, members["resourceId"]) == (404, "AAAAaaaa0000")
    assert members["resourceType"]


@pytest.mark.ivschat_verifies("LOGCFG-01")
@pytest.mark.parametrize(
    "destination",
    [{}, DESTINATIONS, {"s3": {}}, {"s3": None}],
    ids=["none", "three", "bucket-without-a-name", "null"],
)
def test_destination_is_exactly_one(
    fake: "LiveRoom", destination: dict[str, Any]
) -> None:
    """Neither none nor several is a place to log to."""
    response = fake.call(
        "/CreateLoggingConfiguration", destinationConfiguration=destination
    )

    assert response.status == 400
    assert fake.perform("ListLoggingConfigurations")["loggingConfigurations"] == []
