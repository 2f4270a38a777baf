"""Tags of rooms and logging configurations, added, read and removed (contract.md 7)."""

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import (
    LoggingConfigurations,
    Rooms,
    case,
    verifies,
)
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.exchange import Exchange
from ivschat_conformance.fixtures.pages import entries
from ivschat_conformance.fixtures.polling import Judge, Reads

LIST = "ListTagsForResource"


@verifies("TAG-01")
@pytest.mark.parametrize("tags", [case({}, name="none"), case({"a": "1"}, name="one")])
def test_tags_are_listed(rooms: Rooms, reads: Reads, tags: dict[str, str]) -> None:
    """`tags` is there, be it empty."""
    arn = rooms.new(tags=tags)

    listed = reads.until(LIST, {"resourceArn": arn}, _has(tags))

    assert isinstance(listed.json.get("tags"), dict), "tags is no object, or missing"


@verifies("TAG-02")
@pytest.mark.parametrize(
    ("given", "after"),
    [
        case({"c": "3"}, {"a": "1", "b": "2", "c": "3"}, name="new-key"),
        case({"b": "3"}, {"a": "1", "b": "3"}, name="new-value"),
        case({"a": "0", "c": "3"}, {"a": "0", "b": "2", "c": "3"}, name="both"),
        case({"a": "1"}, {"a": "1", "b": "2"}, name="what-is-there"),
        case({"a": ""}, {"a": "", "b": "2"}, name="empty-value"),
        case({}, {"a": "1", "b": "2"}, name="none"),
    ],
)
def test_new_tags_are_merged(
    api: ControlPlane,
    rooms: Rooms,
    reads: Reads,
    given: dict[str, str],
    after: dict[str, str],
) -> None:
    """New keys come in, keys that are there get the new value, others stay."""
    arn = rooms.new(tags={"a": "1", "b": "2"})

    tagged = api.call("TagResource", {"resourceArn": arn, "tags": given})

    expect.accepted(tagged)
    reads.until(LIST, {"resourceArn": arn}, _has(after))


@verifies("TAG-03")
@pytest.mark.parametrize(
    ("keys", "after"),
    [
        case(["b"], {"a": "1", "c": "3"}, name="one"),
        case(["a", "c"], {"b": "2"}, name="two"),
        case(["a", "b", "c"], {}, name="all"),
        case(["d"], {"a": "1", "b": "2", "c": "3"}, name="one-that-is-not-there"),
        case(["b", "d"], {"a": "1", "c": "3"}, name="one-of-each"),
        case(["b", "b"], {"a": "1", "c": "3"}, name="one-twice"),
    ],
)
def test_named_tags_are_removed(
    api: ControlPlane,
    rooms: Rooms,
    reads: Reads,
    keys: list[str],
    after: dict[str, str],
) -> None:
    """The tags of these keys go; a key without a tag is no error."""
    arn = rooms.new(tags={"a": "1", "b": "2", "c": "3"})

    untagged = api.call("UntagResource", {"resourceArn": arn, "tagKeys": keys})

    expect.accepted(untagged)
    reads.until(LIST, {"resourceArn": arn}, _has(after))


@verifies("TAG-03")
def test_tags_can_be_removed_again(
    api: ControlPlane, rooms: Rooms, reads: Reads
) -> None:
    """The same request once more succeeds, and changes nothing."""
    arn = rooms.new(tags={"a": "1", "b": "2"})

    for _ in range(2):
        again = api.call("UntagResource", {"resourceArn": arn, "tagKeys": ["a"]})
        expect.accepted(again)

    reads.until(LIST, {"resourceArn": arn}, _has({"b": "2"}))


@verifies("TAG-05")
@pytest.mark.parametrize("kind", ["room", "logging-configuration"])
def test_both_kinds_of_resources_are_tagged(
    api: ControlPlane,
    rooms: Rooms,
    logging_configurations: LoggingConfigurations,
    reads: Reads,
    kind: str,
) -> None:
    """Tags are added to either, listed, and removed."""
    maker = rooms if kind == "room" else logging_configurations
    arn = maker.new(tags={})

    tagged = api.call("TagResource", {"resourceArn": arn, "tags": {"a": "1", "b": "2"}})
    expect.accepted(tagged)
    reads.until(LIST, {"resourceArn": arn}, _has({"a": "1", "b": "2"}))

    untagged = api.call("UntagResource", {"resourceArn": arn, "tagKeys": ["a"]})
    expect.accepted(untagged)
    reads.until(LIST, {"resourceArn": arn}, _has({"b": "2"}))


@verifies("TAG-06")
@pytest.mark.parametrize("reader", [LIST, "GetRoom", "ListRooms"])
def test_tags_of_a_new_room_are_read(rooms: Rooms, reads: Reads, reader: str) -> None:
    """What a room was created with is listed by every operation that tells tags."""
    arn = rooms.new(tags={"team": "chat"})

    _read_by(reader, arn, reads)


@verifies("TAG-06")
@pytest.mark.parametrize(
    "reader", [LIST, "GetLoggingConfiguration", "ListLoggingConfigurations"]
)
def test_tags_of_a_new_logging_configuration_are_read(
    logging_configurations: LoggingConfigurations, reads: Reads, reader: str
) -> None:
    """What it was created with is listed by every operation that tells tags."""
    arn = logging_configurations.new(tags={"team": "chat"})

    _read_by(reader, arn, reads)


def _has(tags: dict[str, str]) -> Judge:
    """Return the judge of an answer whose tags must be these."""

    def judge(exchange: Exchange) -> None:
        expect.accepted(exchange)
        held = exchange.json.get("tags") or {}  # TAG-01 judges that it is there
        assert held == tags, "tags is not what it should be"

    return judge


def _read_by(reader: str, arn: str, reads: Reads) -> None:
    """Expect a reading operation to tell the tags of a new resource."""

    def judge(exchange: Exchange) -> None:
        expect.accepted(exchange)
        if reader in {"ListRooms", "ListLoggingConfigurations"}:
            told = [entry for entry in entries(exchange) if entry.get("arn") == arn]
            assert told, "the new resource is not in the list"
        else:
            told = [exchange.json]
        assert told[0].get("tags") == {"team": "chat"}, "tags is not what was given"

    asked: dict[str, dict[str, str]] = {
        LIST: {"resourceArn": arn},
        "GetRoom": {"identifier": arn},
        "GetLoggingConfiguration": {"identifier": arn},
    }
    reads.until(reader, asked.get(reader, {}), judge)
