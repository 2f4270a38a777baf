"""How the tag operations are called: an ARN in the path, keys in the query.

contract.md 1, 2.1, 2.4 and 3.
"""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import (
    Rooms,
    case,
    needs_signatures,
    verifies,
)
from ivschat_conformance.fixtures.control_plane import ControlPlane, Draft
from ivschat_conformance.fixtures.exchange import Exchange
from ivschat_conformance.fixtures.polling import Judge, Reads

LIST = "ListTagsForResource"
TAGS = {"team": "chat", "stage": "test"}


@pytest.fixture
def tagged_room(api: ControlPlane, rooms: Rooms, reads: Reads) -> str:
    """Give the ARN of a room that has two tags."""
    arn = rooms.new(tags=TAGS)
    reads.until("GetRoom", {"identifier": arn}, expect.accepted)
    api.clear()
    return arn


@verifies("GEN-05")
def test_get_of_the_path_lists(api: ControlPlane, tagged_room: str) -> None:
    """GET answers with the tags."""
    exchange = api.send(_draft("GET", tagged_room))

    _has(TAGS)(exchange)


@verifies("GEN-05")
def test_post_to_the_path_adds(
    api: ControlPlane, tagged_room: str, reads: Reads
) -> None:
    """POST adds the tags that are in its body."""
    exchange = api.send(_draft("POST", tagged_room, body=b'{"tags":{"k":"v"}}'))

    expect.accepted(exchange)
    reads.until(LIST, {"resourceArn": tagged_room}, _has({**TAGS, "k": "v"}))


@verifies("GEN-05")
def test_delete_of_the_path_removes(
    api: ControlPlane, tagged_room: str, reads: Reads
) -> None:
    """DELETE removes the tags that its query names, and not the room."""
    exchange = api.send(_draft("DELETE", tagged_room, query="tagKeys=team"))

    expect.accepted(exchange)
    reads.until(LIST, {"resourceArn": tagged_room}, _has({"stage": "test"}))
    reads.until("GetRoom", {"identifier": tagged_room}, expect.accepted)


@verifies("HTTP-REQ-11")
@pytest.mark.parametrize(
    "written",
    [
        case(lambda arn: quote(arn, safe=""), name="capital-hex"),
        case(lambda arn: quote(arn, safe="").replace("%3A", "%3a"), name="small-colon"),
        case(lambda arn: quote(arn, safe="").replace("%2F", "%2f"), name="small-slash"),
        case(lambda arn: quote(arn, safe=":"), name="plain-colons"),
    ],
)
def test_encoded_arn_is_one_segment(
    api: ControlPlane, tagged_room: str, written: Callable[[str], str]
) -> None:
    """The slash in the ARN, encoded as `%2F`, ends no segment."""
    exchange = api.send(
        replace(_draft("GET", ""), path="/tags/" + written(tagged_room))
    )

    _has(TAGS)(exchange)


@verifies("HTTP-REQ-11")
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_encoded_arn_is_one_segment_of_changes(
    api: ControlPlane, tagged_room: str, reads: Reads, method: str
) -> None:
    """Neither does it where tags are changed."""
    body = b'{"tags":{"k":"v"}}' if method == "POST" else b""
    query = "tagKeys=team" if method == "DELETE" else ""
    after = {**TAGS, "k": "v"} if method == "POST" else {"stage": "test"}

    exchange = api.send(_draft(method, tagged_room, body=body, query=query))

    expect.accepted(exchange)
    reads.until(LIST, {"resourceArn": tagged_room}, _has(after))


@verifies("HTTP-REQ-12")
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_plain_arn_is_accepted(
    api: ControlPlane, tagged_room: str, method: str
) -> None:
    """The ARN may stand in the path as it is, slash included."""
    body = b'{"tags":{"k":"v"}}' if method == "POST" else b""
    query = "tagKeys=team" if method == "DELETE" else ""
    draft = _draft(method, "", body=body, query=query)

    exchange = api.send(replace(draft, path=f"/tags/{tagged_room}"))

    expect.accepted(exchange)


@verifies("HTTP-REQ-13")
@pytest.mark.parametrize(
    ("query", "gone"),
    [
        case("tagKeys=k2", {"k2"}, name="one"),
        case("tagKeys=k2&tagKeys=k1", {"k1", "k2"}, name="two"),
        case("tagKeys=k%201", {"k 1"}, name="space"),
        case("tagKeys=%C3%A9%26%3D%2F", {"é&=/"}, name="utf-8-and-separators"),
        case(
            "tagKeys=k%201&tagKeys=k2&tagKeys=%C3%A9%26%3D%2F",
            {"k 1", "k2", "é&=/"},
            name="as-documented",
        ),
        case("tagKeys=%6B2", {"k2"}, name="letter-encoded-for-no-reason"),
        case("tagKeys=a%2Bb", {"a+b"}, name="plus"),
        case("tagKeys=a%252Fb", {"a%2Fb"}, name="percent"),
        case("tagKeys=k1%2Ck2", {"k1,k2"}, name="comma-within-a-key"),
    ],
)
def test_keys_are_repeated_in_the_query(
    api: ControlPlane, rooms: Rooms, reads: Reads, query: str, gone: set[str]
) -> None:
    """Each `tagKeys=` is one key, percent-encoded once as UTF-8."""
    keys = ["k1", "k2", "k 1", "é&=/", "a+b", "a%2Fb", "k1,k2"]
    arn = rooms.new(tags=dict.fromkeys(keys, "v"))

    exchange = api.send(_draft("DELETE", arn, query=query))

    left = {key: "v" for key in keys if key not in gone}
    expect.accepted(exchange)
    reads.until(LIST, {"resourceArn": arn}, _has(left))


@verifies("HTTP-RESP-05")
@pytest.mark.parametrize(
    ("operation", "members"),
    [
        case("TagResource", {"tags": {"k": "v"}}, name="TagResource"),
        case("UntagResource", {"tagKeys": ["team"]}, name="UntagResource"),
    ],
)
def test_change_of_tags_answers_nothing(
    api: ControlPlane, tagged_room: str, operation: str, members: dict[str, object]
) -> None:
    """Adding and removing answer 200 without any member."""
    exchange = api.call(operation, {"resourceArn": tagged_room, **members})

    _expect_no_members(exchange)


@verifies("HTTP-RESP-05")
@pytest.mark.parametrize(
    "reason", [case({}, name="none"), case({"reason": "x"}, name="a")]
)
def test_disconnection_answers_nothing(
    api: ControlPlane, room: str, reason: dict[str, str]
) -> None:
    """DisconnectUser answers 200 without any member."""
    exchange = api.call(
        "DisconnectUser", {"roomIdentifier": room, "userId": "user-1", **reason}
    )

    if expect.is_of_nobody(exchange):
        pytest.skip("there is no such user: DISC-03 judges that")
    _expect_no_members(exchange)


@verifies("SIG-10")
@pytest.mark.parametrize("operation", [LIST, "TagResource", "UntagResource"])
def test_encoded_path_is_signed_encoded_once_more(
    api: ControlPlane, rooms: Rooms, operation: str
) -> None:
    """Signed over `%253A` and `%252F` it is accepted, over `%3A` and `%2F` refused."""
    needs_signatures(api)
    room = rooms.new(tags={"k": "v"})
    members: dict[str, object] = {"resourceArn": room}
    members |= {"TagResource": {"tags": {"k": "v"}}}.get(operation, {"tagKeys": ["k"]})
    draft = api.draft(operation, members)
    once = "/tags/" + room.replace(":", "%3A").replace("/", "%2F")
    twice = "/tags/" + room.replace(":", "%253A").replace("/", "%252F")

    refused = api.send(draft, signing=replace(api.signing(), canonical_path=once))
    twin = api.send(draft, signing=replace(api.signing(), canonical_path=twice))

    expect.not_successful(refused)
    expect.twin_accepted(twin)


@verifies("SIG-10")
def test_signature_covers_the_arn_in_the_path(api: ControlPlane, rooms: Rooms) -> None:
    """Signed for one room, a request is none for another."""
    needs_signatures(api)
    signed, asked = rooms.new(), rooms.new()
    canonical = "/tags/" + signed.replace(":", "%253A").replace("/", "%252F")
    signing = replace(api.signing(), canonical_path=canonical)

    refused = api.send(_draft("GET", asked), signing=signing)
    twin = api.send(_draft("GET", signed), signing=signing)

    expect.not_successful(refused)
    expect.twin_accepted(twin)


def _draft(method: str, arn: str, *, query: str = "", body: bytes = b"") -> Draft:
    """Return a request of /tags/ with the ARN encoded, written by hand."""
    headers = (("Content-Type", "application/json"),) if body else ()
    path = "/tags/" + arn.replace(":", "%3A").replace("/", "%2F")
    return Draft(method=method, path=path, query=query, headers=headers, body=body)


def _has(tags: dict[str, str]) -> Judge:
    """Return the judge of an answer whose tags must be these."""

    def judge(exchange: Exchange) -> None:
        expect.accepted(exchange)
        assert exchange.json.get("tags") == tags, "tags is not what it should be"

    return judge


def _expect_no_members(exchange: Exchange) -> None:
    """Expect a 200 with an empty body or `{}`: the two are the same (HTTP-RESP-06)."""
    expect.accepted(exchange)
    assert not exchange.body or exchange.json == {}, "the answer has members"
