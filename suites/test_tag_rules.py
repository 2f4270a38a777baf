"""Which tags are refused, and of what: limits, letters, resources (contract.md 7)."""

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
from ivschat_conformance.fixtures.polling import Judge, Reads

LIST = "ListTagsForResource"
NOT_FOUND = {"ResourceNotFoundException"}
TOO_MANY = {"ValidationException", "ServiceQuotaExceededException"}

CALLS = [
    case(LIST, {}, name=LIST),
    case("TagResource", {"tags": {"k": "v"}}, name="TagResource"),
    case("UntagResource", {"tagKeys": ["k"]}, name="UntagResource"),
]


@verifies("TAG-04")
def test_many_tags_in_one_request_are_refused(
    api: ControlPlane, rooms: Rooms, reads: Reads
) -> None:
    """One request adds no 60 tags, and none of them."""
    arn = rooms.new(tags={})

    refused = api.call("TagResource", {"resourceArn": arn, "tags": _tags(60)})
    twin = api.call("TagResource", {"resourceArn": arn, "tags": {"k": "v"}})

    expect.refused(refused, status={400, 402}, types=TOO_MANY)
    expect.twin_accepted(twin)
    reads.until(LIST, {"resourceArn": arn}, _has({"k": "v"}))


@verifies("TAG-04")
def test_resource_has_50_tags_and_no_more(
    api: ControlPlane, rooms: Rooms, reads: Reads
) -> None:
    """Beside 49 there is a place for one, and then for none."""
    arn = rooms.new(tags=_tags(49))

    fitting = api.call("TagResource", {"resourceArn": arn, "tags": {"x": "v"}})
    refused = api.call("TagResource", {"resourceArn": arn, "tags": {"y": "v"}})

    expect.accepted(fitting)
    expect.refused(refused, status={400, 402}, types=TOO_MANY)
    reads.until(LIST, {"resourceArn": arn}, _has({**_tags(49), "x": "v"}))


@verifies("TAG-04")
def test_full_resource_takes_new_values(
    api: ControlPlane, rooms: Rooms, reads: Reads
) -> None:
    """A key that is there needs no place of its own."""
    arn = rooms.new(tags=_tags(50))

    changed = api.call("TagResource", {"resourceArn": arn, "tags": {"k0": "new"}})

    expect.accepted(changed)
    reads.until(LIST, {"resourceArn": arn}, _has({**_tags(50), "k0": "new"}))


@verifies("TAG-07")
@pytest.mark.parametrize("key", ["aws:team", "Aws:team"])
@pytest.mark.parametrize(
    "operation", ["TagResource", "CreateRoom", "CreateLoggingConfiguration"]
)
def test_reserved_key_is_refused(
    api: ControlPlane,
    rooms: Rooms,
    logging_configurations: LoggingConfigurations,
    operation: str,
    key: str,
) -> None:
    """A key that begins with `aws:` is the service's own."""
    match operation:
        case "CreateRoom":
            refused, twin = (rooms.create(tags={name: "v"}) for name in (key, "aws"))
        case "TagResource":
            arn = rooms.new()
            refused, twin = (
                api.call("TagResource", {"resourceArn": arn, "tags": {name: "v"}})
                for name in (key, "aws")
            )
        case _:
            refused, twin = (
                logging_configurations.create(
                    destinationConfiguration=BUCKET, tags={name: "v"}
                )
                for name in (key, "aws")
            )

    expect.refused(refused)
    expect.twin_accepted(twin)


@verifies("TAG-08")
@pytest.mark.parametrize(
    "tags",
    [
        case({"team": "chat", "Team": "video"}, name="case-of-keys"),
        case({"team": "Chat"}, name="case-of-values"),
        case({"Équipe": "Überblick"}, name="accents"),
        case({"チーム": "日本"}, name="japanese"),
        case({"Cost Center": "a b"}, name="spaces"),
        case({"a:b/c=d+e-f@g": "a:b/c=d+e-f@g"}, name="signs"),
    ],
)
def test_tags_are_texts_letter_by_letter(
    api: ControlPlane, rooms: Rooms, reads: Reads, tags: dict[str, str]
) -> None:
    """Keys and values come back as they were given; case and script count."""
    arn = rooms.new(tags={})

    tagged = api.call("TagResource", {"resourceArn": arn, "tags": tags})

    expect.accepted(tagged)
    reads.until(LIST, {"resourceArn": arn}, _has(tags))


@verifies("TAG-08")
def test_key_of_another_case_is_not_removed(
    api: ControlPlane, rooms: Rooms, reads: Reads
) -> None:
    """`Team` is not `team`."""
    arn = rooms.new(tags={"team": "chat", "Team": "video"})

    untagged = api.call("UntagResource", {"resourceArn": arn, "tagKeys": ["Team"]})

    expect.accepted(untagged)
    reads.until(LIST, {"resourceArn": arn}, _has({"team": "chat"}))


@verifies("TAG-09")
@pytest.mark.parametrize("kind", ["room", "logging-configuration"])
@pytest.mark.parametrize(("operation", "members"), CALLS)
def test_unknown_resource_is_not_found(
    api: ControlPlane,
    rooms: Rooms,
    kind: str,
    operation: str,
    members: dict[str, Any],
) -> None:
    """What never was has no tags, and gets none: a 404."""
    absent = f"{rooms.new().rpartition(':')[0]}:{kind}/NothingHere1"

    refused = api.call(operation, {"resourceArn": absent, **members})

    expect.refused(refused, status=404, types=NOT_FOUND)


@verifies("TAG-09")
@pytest.mark.parametrize(("operation", "members"), CALLS)
def test_resource_of_another_service_is_refused(
    api: ControlPlane, rooms: Rooms, operation: str, members: dict[str, Any]
) -> None:
    """Only an ARN of ivschat names a resource: others are a 400."""
    room = rooms.new(tags={"k": "v"})
    others = (
        "arn:aws:ivs:us-west-2:123456789012:channel/NoChannel123",
        "arn:aws:s3:::chat-logs",
        "lobby",
    )

    refused = [api.call(operation, {"resourceArn": arn, **members}) for arn in others]
    twin = api.call(operation, {"resourceArn": room, **members})

    for exchange in refused:
        expect.refused(exchange, field="resourceArn")
    expect.twin_accepted(twin)


@verifies("TAG-10")
@pytest.mark.parametrize(
    ("operation", "member", "value"),
    [
        case("TagResource", "tags", {"k": "v"}, name="tags"),
        case("UntagResource", "tagKeys", ["k"], name="tagKeys"),
    ],
)
def test_what_to_change_is_required(
    api: ControlPlane, rooms: Rooms, operation: str, member: str, value: object
) -> None:
    """Without tags, or without keys, there is nothing to do: a 400."""
    arn = rooms.new(tags={"k": "v"})

    refused = api.call(operation, {"resourceArn": arn})
    twin = api.call(operation, {"resourceArn": arn, member: value})

    expect.refused(refused, field=member)
    expect.twin_accepted(twin)


def _tags(count: int) -> dict[str, str]:
    return {f"k{number}": "v" for number in range(count)}


def _has(tags: dict[str, str]) -> Judge:
    """Return the judge of an answer whose tags must be these."""

    def judge(exchange: Exchange) -> None:
        expect.accepted(exchange)
        assert exchange.json.get("tags") == tags, "tags is not what it should be"

    return judge
