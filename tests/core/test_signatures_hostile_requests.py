"""Requests that were changed after they were signed, and such as nobody would send."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivschat_conformance.reference_impl.core.errors import SignatureError
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.reference_impl.core.signatures import (
    Credential,
    SignatureVerifier,
)

NOW = datetime(2026, 11, 24, 1, 51, 27, tzinfo=UTC)
DATE = "20261124T015127Z"
SCOPE = "20261124/us-west-2/ivschat/aws4_request"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"  # noqa: S105 - AWS's own example
VERIFIER = SignatureVerifier(
    [
        Credential("AKIDEXAMPLE", SECRET),
        Credential("ASIAEXAMPLE", SECRET, session_token="FwoGZXIvYXdzEXAMPLE//token=="),  # noqa: S106 - invented
    ],
    "us-west-2",
)

# Both were signed by botocore 1.44.5 at that instant.
CREATE_CHAT_TOKEN = HttpRequest(
    "POST",
    "/CreateChatToken",
    (
        ("host", "127.0.0.1:4570"),
        ("accept-encoding", "identity"),
        ("content-type", "application/json"),
        ("user-agent", "aws-cli/1.45.11 md/Botocore#1.43.11 ua/2.1"),
        ("x-amz-date", DATE),
        (
            "authorization",
            "AWS4-HMAC-SHA256 "
            "Credential=AKIDEXAMPLE/20261124/us-west-2/ivschat/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, Signature="
            "a7302f818e8d0df18f228b120733097f5d0a35e256db036ed9f0ea1a8fe4ec24",
        ),
        ("content-length", "243"),
    ),
    b'{"roomIdentifier": "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6", '
    b'"userId": "11231234", "capabilities": ["SEND_MESSAGE", "DELETE_MESSAGE"], '
    b'"sessionDurationInMinutes": 30, '
    b'"attributes": {"displayName": "DemoUser", "color": "red"}}',
)
UNTAG_RESOURCE = HttpRequest(
    "DELETE",
    "/tags/arn%3Aaws%3Aivschat%3Aus-west-2%3A123456789012%3Aroom%2Fg1H2I3j4k5L6"
    "?tagKeys=k%201&tagKeys=k2&tagKeys=%C3%A9%26%3D%2F",
    (
        ("host", "127.0.0.1:4570"),
        ("x-amz-date", DATE),
        ("x-amz-security-token", "FwoGZXIvYXdzEXAMPLE//token=="),
        (
            "authorization",
            "AWS4-HMAC-SHA256 "
            "Credential=ASIAEXAMPLE/20261124/us-west-2/ivschat/aws4_request, "
            "SignedHeaders=host;x-amz-date;x-amz-security-token, Signature="
            "ed5ec06739033f87a49281c4fa0ee2154fd921994460a278107fc74da35dca62",
        ),
        ("content-length", "0"),
    ),
)
UNSIGNED = {"accept-encoding", "user-agent", "content-length"}


def flips(text: str) -> Iterator[str]:
    """Yield the text as often as it has bits, each time with another one changed."""
    for position, character in enumerate(text):
        for bit in range(8):
            changed = chr(ord(character) ^ 1 << bit)
            yield text[:position] + changed + text[position + 1 :]


def header_flips(request: HttpRequest, names: set[str]) -> Iterator[HttpRequest]:
    """Yield the request with each bit of the values of these headers changed."""
    for index, (name, value) in enumerate(request.headers):
        if name in names:
            for changed in flips(value):
                headers = list(request.headers)
                headers[index] = (name, changed)
                yield replace(request, headers=tuple(headers))


def signed_flips(request: HttpRequest) -> Iterator[HttpRequest]:
    """Yield the request with each bit changed of all that its signature covers."""
    for changed in flips(request.method):
        yield replace(request, method=changed)
    for changed in flips(request.target):
        yield replace(request, target=changed)
    for changed in flips(request.body.decode("latin-1")):
        yield replace(request, body=changed.encode("latin-1"))
    yield from header_flips(request, {name for name, _ in request.headers} - UNSIGNED)


def is_accepted(request: HttpRequest) -> bool:
    """Say whether the verifier believes the request; it may refuse it by name only."""
    try:
        VERIFIER.verify(request, [NOW])
    except SignatureError:
        return False
    return True


@pytest.mark.ivschat_verifies("SIG-04", "SIG-11")
def test_request_with_any_one_bit_changed_is_refused() -> None:
    """A signed CreateChatToken is believed as it is, and with no bit of it changed."""
    changed = list(signed_flips(CREATE_CHAT_TOKEN))

    assert is_accepted(CREATE_CHAT_TOKEN)
    assert len(changed) == 4064
    assert [request for request in changed if is_accepted(request)] == []


@pytest.mark.ivschat_verifies("SIG-04", "SIG-06", "SIG-10", "SIG-11")
def test_request_with_a_query_is_refused_with_any_one_bit_changed() -> None:
    """Of a signed UntagResource only the case of the query's escapes may change.

    `%c3` and `%C3` are one byte, and the signature is over the decoded query; in the
    path, which is encoded again as it is, they differ.
    """
    changed = list(signed_flips(UNTAG_RESOURCE))

    accepted = [request for request in changed if is_accepted(request)]

    assert is_accepted(UNTAG_RESOURCE)
    assert len(changed) == 3152
    assert [request.target.partition("?")[2] for request in accepted] == [
        "tagKeys=k%201&tagKeys=k2&tagKeys=%c3%A9%26%3D%2F",
        "tagKeys=k%201&tagKeys=k2&tagKeys=%C3%a9%26%3D%2F",
        "tagKeys=k%201&tagKeys=k2&tagKeys=%C3%A9%26%3d%2F",
        "tagKeys=k%201&tagKeys=k2&tagKeys=%C3%A9%26%3D%2f",
    ]


@pytest.mark.ivschat_verifies("HTTP-REQ-04")
def test_unsigned_headers_may_change_in_any_bit() -> None:
    """What the client did not sign, a proxy may change."""
    changed = list(header_flips(CREATE_CHAT_TOKEN, UNSIGNED))

    assert len(changed) == 424
    assert all(is_accepted(request) for request in changed)


PIECES = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        [
            *("AWS4-HMAC-SHA256", " ", ",", ", ", "Credential=", "/", "aws4_request"),
            *("AKIDEXAMPLE", "ASIAEXAMPLE", SCOPE, "SignedHeaders=", "host", ";", DATE),
            *("host;x-amz-date", "Signature=", "0" * 64, "%", "?", "&", "\n", "\0"),
        ]
    ),
)
TEXTS = st.lists(PIECES, max_size=6).map("".join)
NAMES = st.sampled_from(
    ["authorization", "host", "x-amz-date", "x-amz-security-token"]
) | st.text(max_size=8)
CLAIMS = st.builds(
    "AWS4-HMAC-SHA256 Credential={}, SignedHeaders={}, Signature={}".format,
    st.sampled_from([f"AKIDEXAMPLE/{SCOPE}", f"ASIAEXAMPLE/{SCOPE}"]) | TEXTS,
    st.sampled_from(["host;x-amz-date", "host", "host;x-note"]) | TEXTS,
    st.just("0" * 64) | TEXTS,
)
OUT_OF_FORM = st.lists(
    st.tuples(NAMES, TEXTS) | st.tuples(st.just("authorization"), CLAIMS), max_size=8
).map(tuple)
IN_FORM = st.tuples(
    st.tuples(st.just("host"), TEXTS),
    st.just(("x-amz-date", DATE)),
    st.tuples(st.just("x-note"), TEXTS),
    st.tuples(st.just("authorization"), CLAIMS),
)


@settings(deadline=None, max_examples=200)
@given(
    st.builds(
        HttpRequest,
        st.sampled_from(["GET", "POST"]) | TEXTS,
        st.just("/CreateChatToken") | TEXTS,
        IN_FORM | OUT_OF_FORM,
        st.binary(max_size=64),
    )
)
def test_no_request_whatever_breaks_the_verifier(request: HttpRequest) -> None:
    """Whatever arrives is refused by name: any other exception would be a 500."""
    assert not is_accepted(request)


@pytest.mark.parametrize(
    "headers",
    [
        (("authorization", "AWS4-HMAC-SHA256 " + "Credential=," * 100_000),),
        (("authorization", "AWS4-HMAC-SHA256" + " " * 1_000_000),),
        (("authorization", "AWS4-HMAC-SHA256 Signature=" + "/" * 1_000_000),),
        (("authorization", "AWS4-HMAC-SHA256 Credential=" + "a/" * 500_000),),
        tuple(("x-note", "a") for _ in range(10_000)),
    ],
    ids=["parameters", "spaces", "a signature", "a scope", "fields"],
)
def test_enormous_headers_are_refused_by_name(
    headers: tuple[tuple[str, str], ...],
) -> None:
    """A header is read once from left to right, so that its length does no harm."""
    request = replace(CREATE_CHAT_TOKEN, headers=(("x-amz-date", DATE), *headers))

    assert not is_accepted(request)
