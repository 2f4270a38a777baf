"""An operation's input, from path, query and body: decoded once, and nothing mixed."""

import json
from typing import Any

import pytest

from ivschat_conformance.reference_impl.core.errors import (
    CallerError,
    SerializationException,
    UnsupportedMediaTypeException,
    ValidationException,
)
from ivschat_conformance.reference_impl.core.http_input import (
    operation_input,
    path_of_operation,
)
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.schemas.operations import load_operations

ARN = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
ENCODED = "arn%3Aaws%3Aivschat%3Aus-west-2%3A123456789012%3Aroom%2Fg1H2I3j4k5L6"


def read(
    operation: str,
    target: str = "/",
    body: bytes = b"",
    headers: tuple[tuple[str, str], ...] = (),
) -> dict[str, Any]:
    """Return the input of an operation."""
    wanted = load_operations()[operation]
    return operation_input(wanted, HttpRequest(wanted.method, target, headers, body))


@pytest.mark.parametrize(
    "path", [f"/tags/{ARN}", f"/tags/{ENCODED}", "/tags/", "/tags/a/b"]
)
def test_whole_rest_of_the_path_is_the_arn(path: str) -> None:
    """However its slash is written, it is the path of the operations on tags."""
    assert path_of_operation(path) == "/tags/{resourceArn}"


@pytest.mark.parametrize(
    "path", ["/CreateRoom", "/tags", "/tag/x", "/TAGS/x", "//tags/"]
)
def test_other_path_stays_as_it_is(path: str) -> None:
    """Only what begins with the two slashes has a member in it."""
    assert path_of_operation(path) == path


@pytest.mark.ivschat_verifies("HTTP-REQ-11", "HTTP-REQ-12")
@pytest.mark.parametrize(
    "written", [ARN, ENCODED, ENCODED.lower().replace("h2i3j4k5l6", "H2I3j4k5L6")]
)
@pytest.mark.parametrize("operation", ["ListTagsForResource", "TagResource"])
def test_arn_in_the_path_may_be_encoded_or_not(operation: str, written: str) -> None:
    """Hexadecimal digits of either case, too."""
    found = read(operation, f"/tags/{written}", b'{"tags":{}}')

    assert found["resourceArn"] == ARN


def test_path_wins_over_a_body_that_says_otherwise() -> None:
    """What was signed for one resource cannot be led to another one."""
    other = ARN.replace("g1H2", "AAAA")
    body = json.dumps({"resourceArn": other, "tags": {"a": "b"}}).encode()

    assert read("TagResource", f"/tags/{ARN}?resourceArn={other}", body) == {
        "resourceArn": ARN,
        "tags": {"a": "b"},
    }


@pytest.mark.ivschat_verifies("HTTP-REQ-13")
@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("tagKeys=one", ["one"]),
        ("tagKeys=one&tagKeys=two&tagKeys=one", ["one", "two", "one"]),
        ("other=x&tagKeys=one&tagkeys=two", ["one"]),
        ("tagKeys=a+b%2Bc%20d", ["a+b+c d"]),
        ("tagKeys=%C3%A9%F0%9F%94%91", ["é🔑"]),
        ("tagKeys=a=b%26c", ["a=b&c"]),
        ("&tagKeys=one&&", ["one"]),
        ("tag%4Beys=one", ["one"]),
        ("tagKeys=one%2Ctwo", ["one,two"]),
        ("tagKeys=%2541", ["%41"]),
    ],
)
def test_list_stands_in_the_query_as_repeated_pairs(
    query: str, keys: list[str]
) -> None:
    """Each value is decoded exactly once, as UTF-8; a plus is a plus."""
    assert read("UntagResource", f"/tags/{ENCODED}?{query}")["tagKeys"] == keys


@pytest.mark.ivschat_verifies("TAG-10")
@pytest.mark.parametrize("query", ["", "tagKeys", "tagKeys=", "keys=one"])
def test_query_without_a_key_is_refused(query: str) -> None:
    """A missing list is not an empty one, and an empty key is none."""
    with pytest.raises(ValidationException):
        read("UntagResource", f"/tags/{ENCODED}?{query}")


@pytest.mark.ivschat_verifies("HTTP-REQ-13")
@pytest.mark.parametrize("target", ["/tags/%FF", f"/tags/{ENCODED}?tagKeys=%C3"])
def test_path_or_query_that_is_not_utf_8_is_refused(target: str) -> None:
    """The caller is told, in an error of its own."""
    with pytest.raises(SerializationException):
        read("UntagResource", target)


@pytest.mark.parametrize("operation", ["ListTagsForResource", "UntagResource"])
def test_body_counts_for_a_post_alone(operation: str) -> None:
    """GET and DELETE have none that anybody reads, whatever it is."""
    found = read(
        operation,
        f"/tags/{ENCODED}?tagKeys=one",
        b'{"tagKeys": ["two"]} and no JSON',
        (("content-type", "text/plain"),),
    )

    assert found.get("tagKeys", ["one"]) == ["one"]
    assert found["resourceArn"] == ARN


@pytest.mark.ivschat_verifies("HTTP-REQ-03", "PARSE-07")
@pytest.mark.parametrize(
    ("content_type", "accepted"),
    [
        (None, True),
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("application/x-amz-json-1.1", False),
        ("text/plain", False),
        ("", False),
    ],
)
def test_body_is_json_unless_its_type_says_otherwise(
    content_type: str | None, *, accepted: bool
) -> None:
    """No type at all is no reason to refuse; another one is."""
    headers = () if content_type is None else (("content-type", content_type),)
    error: type[CallerError] | None = None
    found = {}

    try:
        found = read("CreateRoom", "/CreateRoom", b'{"name":"a"}', headers)
    except CallerError as refused:
        error = type(refused)

    assert (found, error) == (
        ({"name": "a"}, None) if accepted else ({}, UnsupportedMediaTypeException)
    )
