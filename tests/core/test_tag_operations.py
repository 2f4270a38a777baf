"""Tags: added, changed and removed, on rooms and on logging configurations alike."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from ivschat_conformance.reference_impl.core.http_messages import HttpResponse

if TYPE_CHECKING:
    from tests.core.conftest import LiveRoom, OpenRoom

FIFTY = {f"key-{n}": "" for n in range(50)}
ARN = "arn:aws:ivschat:us-west-2:123456789012:"


@pytest.fixture
def fake(open_room: "OpenRoom") -> "LiveRoom":
    """Return a fake with a room and a clock that only the test moves."""
    return open_room()


@pytest.fixture(params=["room", "logging configuration"])
def resource(fake: "LiveRoom", request: pytest.FixtureRequest) -> str:
    """Return the ARN of something without tags."""
    if request.param == "room":
        made = fake.perform("CreateRoom")
    else:
        made = fake.perform(
            "CreateLoggingConfiguration",
            destinationConfiguration={"s3": {"bucketName": "chat-logs"}},
        )
    return str(made["arn"])


def call(
    fake: "LiveRoom", method: str, arn: str, query: str = "", **body: Any
) -> HttpResponse:
    """Make a call on the tags of a resource."""
    return fake.call(f"/tags/{quote(arn, safe='')}{query}", method, **body)


def tags(fake: "LiveRoom", arn: str) -> Any:
    """Return the tags of a resource."""
    response = call(fake, "GET", arn)
    assert response.status == 200
    assert json.loads(response.body).keys() == {"tags"}
    return json.loads(response.body)["tags"]


def tag(fake: "LiveRoom", arn: str, given: Mapping[str, str]) -> None:
    """Add tags."""
    response = call(fake, "POST", arn, tags=given)
    assert (response.status, response.body) == (200, b"")


def untag(fake: "LiveRoom", arn: str, keys: Iterable[str]) -> None:
    """Remove tags."""
    pairs = "&".join(f"tagKeys={quote(key, safe='')}" for key in keys)
    response = call(fake, "DELETE", arn, f"?{pairs}")
    assert (response.status, response.body) == (200, b"")


@pytest.mark.ivschat_verifies("TAG-01", "TAG-02", "TAG-05", "HTTP-RESP-05")
def test_tags_are_added_to_those_that_are_there(
    fake: "LiveRoom", resource: str
) -> None:
    """A key that is there gets its new value, and the others stay."""
    assert tags(fake, resource) == {}

    tag(fake, resource, {"stage": "test", "team": "chat"})
    tag(fake, resource, {"stage": "live", "empty": ""})

    assert tags(fake, resource) == {"stage": "live", "team": "chat", "empty": ""}


@pytest.mark.ivschat_verifies("TAG-03", "TAG-05")
def test_named_tags_are_removed(fake: "LiveRoom", resource: str) -> None:
    """Names that are not there are ignored, also all of them."""
    tag(fake, resource, {"a": "1", "b": "2", "c": "3"})

    untag(fake, resource, ["a", "c", "d"])
    untag(fake, resource, ["a", "c", "d"])

    assert tags(fake, resource) == {"b": "2"}


@pytest.mark.ivschat_verifies("TAG-06")
def test_tags_of_creation_are_seen_everywhere(fake: "LiveRoom") -> None:
    """In Get, in the list and in ListTagsForResource, for both kinds."""
    given = {"stage": "test"}
    fake.pass_time(1)  # so that it is the first of the list
    room = fake.perform("CreateRoom", tags=given)["arn"]
    logging = fake.perform(
        "CreateLoggingConfiguration",
        destinationConfiguration={"s3": {"bucketName": "chat-logs"}},
        tags=given,
    )["arn"]

    assert tags(fake, room) == tags(fake, logging) == given
    for operation, arn in (
        ("GetRoom", room),
        ("GetLoggingConfiguration", logging),
    ):
        assert fake.perform(operation, identifier=arn)["tags"] == given
    assert fake.perform("ListRooms")["rooms"][0]["tags"] == given
    listed = fake.perform("ListLoggingConfigurations")["loggingConfigurations"]
    assert listed[0]["tags"] == given


def test_tags_leave_the_update_time_alone(fake: "LiveRoom", resource: str) -> None:
    """Neither a tag nor its removal is an update (OPEN-17)."""
    get = "GetRoom" if ":room/" in resource else "GetLoggingConfiguration"
    before = fake.perform(get, identifier=resource)
    fake.pass_time(1)

    tag(fake, resource, {"stage": "test"})
    tagged = fake.perform(get, identifier=resource)
    untag(fake, resource, ["stage"])

    assert tagged == before | {"tags": {"stage": "test"}}
    assert fake.perform(get, identifier=resource) == before


@pytest.mark.ivschat_verifies("TAG-04", "ERR-24")
def test_fifty_tags_are_the_most(fake: "LiveRoom", resource: str) -> None:
    """A 51st is refused and leaves the 50; a new value for one of them is not."""
    tag(fake, resource, FIFTY)

    response = call(fake, "POST", resource, tags={"one more": "", "key-0": "new"})

    assert response.status == 400
    [field] = json.loads(response.body)["fieldList"]
    assert field["name"] == "tags"
    assert tags(fake, resource) == FIFTY
    tag(fake, resource, {"key-0": "new"})
    untag(fake, resource, FIFTY)
    assert tags(fake, resource) == {}


@pytest.mark.ivschat_verifies("TAG-07", "ERR-24")
@pytest.mark.parametrize("key", ["aws:stage", "AWS:stage", "aWs:"])
def test_reserved_key_is_refused(fake: "LiveRoom", resource: str, key: str) -> None:
    """In any letter case, by TagResource and at creation; nothing is done."""
    answers = [
        call(fake, "POST", resource, tags={key: "x", "other": "y"}),
        fake.call("/CreateRoom", tags={key: "x"}),
        fake.call(
            "/CreateLoggingConfiguration",
            destinationConfiguration={"s3": {"bucketName": "chat-logs"}},
            tags={key: "x"},
        ),
    ]

    assert [answer.status for answer in answers] == [400, 400, 400]
    for answer in answers:
        assert json.loads(answer.body)["fieldList"][0]["name"] == "tags"
    assert tags(fake, resource) == {}


@pytest.mark.ivschat_verifies("TAG-07", "TAG-08")
def test_keys_are_told_apart_by_letter_case(fake: "LiveRoom", resource: str) -> None:
    """Any UTF-8 is a key, and what merely begins like a reserved one."""
    given = {"Stage": "1", "stage": "2", "aws": "3", "xaws:": "4", "schlüssel 🔑": "é"}

    tag(fake, resource, given)
    untag(fake, resource, ["Stage", "schlüssel 🔑"])

    assert tags(fake, resource) == {"stage": "2", "aws": "3", "xaws:": "4"}


@pytest.mark.ivschat_verifies("TAG-09")
@pytest.mark.parametrize(
    ("arn", "status"),
    [
        (f"{ARN}room/AAAAaaaa0000", 404),
        (f"{ARN}logging-configuration/AAAAaaaa0000", 404),
        (f"{ARN}something-else/AAAAaaaa0000", 404),
        ("arn:aws:ivs:us-west-2:123456789012:channel/AAAAaaaa0000", 400),
        ("AAAAaaaa0000", 400),
        ("", 400),
    ],
)
def test_tags_of_nothing_are_refused(fake: "LiveRoom", arn: str, status: int) -> None:
    """404 for what is not here, 400 for what is no ARN of the service."""
    answers = [
        call(fake, "GET", arn),
        call(fake, "POST", arn, tags={"stage": "test"}),
        call(fake, "DELETE", arn, "?tagKeys=stage"),
    ]

    assert [answer.status for answer in answers] == [status] * 3


@pytest.mark.ivschat_verifies("TAG-10")
def test_call_without_tags_or_keys_is_refused(fake: "LiveRoom", resource: str) -> None:
    """Both are required: an empty request is no way to say "none"."""
    assert call(fake, "POST", resource).status == 400
    assert call(fake, "DELETE", resource).status == 400
    assert call(fake, "DELETE", resource, "?other=stage").status == 400
