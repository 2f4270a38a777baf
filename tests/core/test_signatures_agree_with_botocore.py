"""Whatever botocore signs, the verifier believes, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime
from unittest.mock import patch
from urllib.parse import quote

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.utils import normalize_url_path
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ivschat_conformance.reference_impl.core.errors import (
    InvalidSignatureException,
    SignatureError,
)
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.reference_impl.core.signatures import (
    Credential,
    SignatureVerifier,
)

NOW = datetime(2026, 11, 24, 1, 51, 27, tzinfo=UTC)
HOST = "127.0.0.1:4570"
SESSION_TOKEN = "FwoGZXIvYXdzEXAMPLE//token=="  # noqa: S105 - invented
VERIFIER = SignatureVerifier(
    [
        Credential("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        Credential("ASIAEXAMPLE", "s\u00e9cret \u2713", SESSION_TOKEN),
    ],
    "us-west-2",
)
LONG_TERM = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
TEMPORARY = Credentials("ASIAEXAMPLE", "s\u00e9cret \u2713", SESSION_TOKEN)
TAG_PATH = "/tags/arn%3Aaws%3Aivschat%3Aus-west-2%3A123456789012%3Aroom%2Fg1H2I3j4k5L6"


def sign(
    unsigned: HttpRequest,
    credentials: Credentials = LONG_TERM,
    *,
    region: str = "us-west-2",
    at: datetime = NOW,
) -> HttpRequest:
    """Return the request as botocore signs it, with the Host that it leaves out.

    Its one look at the clock is replaced: freezegun would take longer over each
    request than all the rest.
    """
    request = AWSRequest(
        unsigned.method, f"http://{HOST}{unsigned.target}", data=unsigned.body
    )
    for name, value in unsigned.headers:
        request.headers.add_header(name, value)
    with patch("botocore.auth.get_current_datetime", return_value=at):
        SigV4Auth(credentials, "ivschat", region).add_auth(request)
    return replace(
        unsigned,
        headers=(
            ("host", HOST),
            *(
                (name.lower(), value.encode().decode("latin-1"))
                for name, value in request.headers.items()
            ),
        ),
    )


SEGMENTS = st.one_of(
    st.sampled_from(["", ".", "..", "...", "tags", "CreateChatToken", TAG_PATH[6:]]),
    st.text(max_size=6).map(lambda text: quote(text.encode("utf-8", "replace"), "")),
)
PATHS = st.lists(SEGMENTS, max_size=5).map("/".join).map("/{}".format)
WORDS = st.text(max_size=6).map(
    lambda text: quote(text.encode("utf-8", "replace"), "-_.~")
)
QUERIES = st.lists(st.builds("{}={}".format, WORDS, WORDS), max_size=4).map("&".join)
# Blanks other than the space are left out: botocore takes those of every alphabet
# for blanks of HTTP, and no client puts one into a header.
VALUES = st.lists(
    st.text(st.characters(categories=["L", "M", "N", "P", "S"]), max_size=6), max_size=4
).map(" ".join)
HEADER_NAMES = st.sampled_from(
    ["content-type", "user-agent", "amz-sdk-request", "x-amz-user-agent", "x-note"]
)
REQUESTS = st.builds(
    HttpRequest,
    st.sampled_from(["GET", "POST", "DELETE"]),
    st.builds("{}?{}".format, PATHS, QUERIES) | PATHS,
    st.lists(st.tuples(HEADER_NAMES, VALUES), max_size=5).map(tuple),
    st.binary(max_size=80),
)


@pytest.mark.ivschat_verifies(
    "SIG-04", "SIG-10", "SIG-11", "HTTP-REQ-03", "HTTP-REQ-04"
)
@settings(deadline=None, max_examples=150)
@given(REQUESTS, st.sampled_from([LONG_TERM, TEMPORARY]))
def test_whatever_botocore_signs_is_accepted(
    unsigned: HttpRequest, credentials: Credentials
) -> None:
    """Any method, path, query, headers and body, with and without a session token."""
    request = sign(unsigned, credentials)

    assert VERIFIER.verify(request, [NOW]) == credentials.access_key


def canonical_target(target: str) -> tuple[str, list[str]]:
    """Return what two targets share if they mean the same, for all we need here."""
    path, _, query = target.partition("?")
    return normalize_url_path(path), sorted(query.lower().split("&"))


@pytest.mark.ivschat_verifies("SIG-04")
@settings(deadline=None, max_examples=150)
@given(REQUESTS, st.sampled_from([LONG_TERM, TEMPORARY]), st.data())
def test_one_bit_changed_of_what_botocore_signed_is_refused(
    unsigned: HttpRequest, credentials: Credentials, data: st.DataObject
) -> None:
    """A changed bit of method, target, body or signed header is noticed.

    Left out are changes of the target after which it still means the same: the case
    of an escape in the query, and a dot segment that became an empty one.
    """
    request = sign(unsigned, credentials)
    parts = {
        "method": request.method,
        "target": request.target,
        "body": request.body.decode("latin-1"),
        **{
            str(index): value
            for index, (name, value) in enumerate(request.headers)
            if name != "user-agent"  # the one that botocore leaves unsigned
        },
    }
    part = data.draw(st.sampled_from([name for name, text in parts.items() if text]))
    position = data.draw(st.integers(0, len(parts[part]) - 1))
    bit = data.draw(st.integers(0, 7))
    text = parts[part]
    changed = (
        text[:position] + chr(ord(text[position]) ^ 1 << bit) + text[position + 1 :]
    )
    assume(part != "target" or canonical_target(text) != canonical_target(changed))

    with pytest.raises(SignatureError):
        VERIFIER.verify(replace_part(request, part, changed), [NOW])


def replace_part(request: HttpRequest, part: str, text: str) -> HttpRequest:
    """Return the request with one part, or the header at that place, replaced."""
    match part:
        case "method":
            return replace(request, method=text)
        case "target":
            return replace(request, target=text)
        case "body":
            return replace(request, body=text.encode("latin-1"))
        case index:
            headers = list(request.headers)
            headers[int(index)] = (headers[int(index)][0], text)
            return replace(request, headers=tuple(headers))


@pytest.mark.ivschat_verifies("SIG-11", "HTTP-REQ-02")
def test_signature_of_the_cli_is_the_one_that_is_expected() -> None:
    """The command line's CreateChatToken has this signature, to the last digit."""
    body = (
        b'{"roomIdentifier": "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"'
        b', "userId": "11231234", "capabilities": ["SEND_MESSAGE", "DELETE_MESSAGE"], '
        b'"sessionDurationInMinutes": 30, '
        b'"attributes": {"displayName": "DemoUser", "color": "red"}}'
    )

    request = sign(
        HttpRequest(
            "POST", "/CreateChatToken", (("Content-Type", "application/json"),), body
        )
    )

    assert request.header("authorization") == (
        "AWS4-HMAC-SHA256 "
        "Credential=AKIDEXAMPLE/20261124/us-west-2/ivschat/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, Signature="
        "a7302f818e8d0df18f228b120733097f5d0a35e256db036ed9f0ea1a8fe4ec24"
    )
    assert VERIFIER.verify(request, [NOW]) == "AKIDEXAMPLE"


@pytest.mark.ivschat_verifies("SIG-10", "HTTP-REQ-11", "HTTP-REQ-13")
@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("GET", TAG_PATH, b""),
        ("POST", TAG_PATH, b'{"tags": {"a": "b"}}'),
        ("DELETE", f"{TAG_PATH}?tagKeys=k%201&tagKeys=k2&tagKeys=%C3%A9%26%3D%2F", b""),
    ],
)
def test_signature_of_each_tag_operation_is_accepted(
    method: str, target: str, body: bytes
) -> None:
    """The ARN in one encoded segment and repeated keys are read as botocore does."""
    request = sign(HttpRequest(method, target, (), body))

    assert VERIFIER.verify(request, [NOW]) == "AKIDEXAMPLE"


@pytest.mark.ivschat_verifies("SIG-09")
def test_signature_for_another_region_is_refused() -> None:
    """A client that was set to another region is told so."""
    request = HttpRequest("POST", "/CreateChatToken", (), b"{}")

    with pytest.raises(InvalidSignatureException, match="valid region"):
        VERIFIER.verify(sign(request, region="us-east-1"), [NOW])

    assert VERIFIER.verify(sign(request), [NOW]) == "AKIDEXAMPLE"


@pytest.mark.ivschat_verifies("SIG-08")
def test_signature_of_another_hour_is_fresh_at_that_hour_only() -> None:
    """What a client with a clock of its own signs is fresh by that clock alone."""
    later = datetime(2026, 11, 25, 2, 51, 27, tzinfo=UTC)
    request = sign(HttpRequest("POST", "/CreateChatToken", (), b"{}"), at=later)

    with pytest.raises(InvalidSignatureException, match="Signature not yet current:"):
        VERIFIER.verify(request, [NOW])

    assert VERIFIER.verify(request, [later]) == "AKIDEXAMPLE"
