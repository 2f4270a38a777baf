"""The one form in which a request is signed, however it was written on the wire.

What is signed stands here as text, line by line; AWS's own examples come first.
"""

import hmac
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from ivschat_conformance.reference_impl.core.errors import InvalidSignatureException
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.reference_impl.core.signatures import (
    Credential,
    SignatureVerifier,
)

NOW = datetime(2026, 11, 24, 1, 51, 27, tzinfo=UTC)
UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
VERIFIER = SignatureVerifier([Credential("test", "test")], "us-west-2")
REQUEST = HttpRequest(
    "POST",
    "/CreateChatToken",
    (
        ("host", "127.0.0.1:4570"),
        ("content-type", "application/json"),
        ("x-amz-date", "20261124T015127Z"),
    ),
    b"{}",
)
DATE_ONLY = "host;x-amz-date"


def aws_example(
    method: str, target: str, *headers: tuple[str, str], body: bytes = b""
) -> HttpRequest:
    """Return a request of AWS's test suite, without its signature."""
    always = (("host", "example.amazonaws.com"), ("x-amz-date", "20150830T123600Z"))
    return HttpRequest(method, target, (*always, *headers), body)


def with_headers(request: HttpRequest, *headers: tuple[str, str]) -> HttpRequest:
    """Return the request with these headers at its end."""
    return replace(request, headers=(*request.headers, *headers))


@pytest.mark.ivschat_verifies("SIG-04", "SIG-11")
@pytest.mark.parametrize(
    ("request_", "names", "signature"),
    [
        pytest.param(
            aws_example("GET", "/"),
            DATE_ONLY,
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            id="get-vanilla",
        ),
        pytest.param(
            aws_example("POST", "/"),
            DATE_ONLY,
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            id="post-vanilla",
        ),
        pytest.param(
            aws_example("GET", "/?Param2=value2&Param1=value1"),
            DATE_ONLY,
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            id="get-vanilla-query-order-key-case",
        ),
        pytest.param(
            aws_example("GET", f"/?{UNRESERVED}={UNRESERVED}"),
            DATE_ONLY,
            "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
            id="get-vanilla-query-unreserved",
        ),
        pytest.param(
            aws_example("GET", "/?\xe1\x88\xb4=bar"),
            DATE_ONLY,
            "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
            id="get-vanilla-utf8-query",
        ),
        pytest.param(
            aws_example("GET", f"/{UNRESERVED}"),
            DATE_ONLY,
            "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
            id="get-unreserved",
        ),
        pytest.param(
            aws_example("GET", "/\xe1\x88\xb4"),
            DATE_ONLY,
            "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
            id="get-utf8",
        ),
        pytest.param(
            aws_example("GET", "/example space/"),
            DATE_ONLY,
            "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
            id="get-space",
        ),
        pytest.param(
            aws_example("GET", "//example//"),
            DATE_ONLY,
            "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
            id="get-slashes",
        ),
        pytest.param(
            aws_example("GET", "/./example"),
            DATE_ONLY,
            "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5",
            id="get-slash-pointless-dot",
        ),
        pytest.param(
            aws_example("GET", "/example1/example2/../.."),
            DATE_ONLY,
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            id="get-relative-relative",
        ),
        pytest.param(
            aws_example(
                "GET", "/", ("my-header1", " value1"), ("my-header2", ' "a   b   c"')
            ),
            "host;my-header1;my-header2;x-amz-date",
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
            id="get-header-value-trim",
        ),
        pytest.param(
            aws_example(
                "GET",
                "/",
                ("my-header1", "value2"),
                ("my-header1", "value2"),
                ("my-header1", "value1"),
            ),
            "host;my-header1;x-amz-date",
            "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
            id="get-header-key-duplicate",
        ),
        pytest.param(
            aws_example(
                "POST",
                "/",
                ("content-type", "application/x-www-form-urlencoded"),
                body=b"Param1=value1",
            ),
            "content-type;host;x-amz-date",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            id="post-x-www-form-urlencoded",
        ),
    ],
)
def test_example_of_aws_is_accepted(
    request_: HttpRequest, names: str, signature: str
) -> None:
    """The signatures of AWS's published Signature Version 4 test suite are right."""
    verifier = SignatureVerifier(
        [Credential("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")],
        "us-east-1",
        "service",
    )
    authorization = (
        "AWS4-HMAC-SHA256 "
        "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    signed = with_headers(request_, ("authorization", authorization))

    key_id = verifier.verify(signed, [datetime(2015, 8, 30, 12, 36, tzinfo=UTC)])

    assert key_id == "AKIDEXAMPLE"


def sign(
    request: HttpRequest,
    path: str = "/CreateChatToken",
    query: str = "",
    note: str | None = None,
) -> HttpRequest:
    """Return the request with a signature over REQUEST with this path, query, X-Note.

    It is the canonical request that is written down here, not what `request` holds.
    """
    names = "content-type;host;x-amz-date" + ("" if note is None else ";x-note")
    line = "" if note is None else f"x-note:{note}\n"
    canonical = (
        f"POST\n{path}\n{query}\n"
        "content-type:application/json\nhost:127.0.0.1:4570\n"
        f"x-amz-date:20261124T015127Z\n{line}\n"
        f"{names}\n44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    )
    scope = "20261124/us-west-2/ivschat/aws4_request"
    key = b"AWS4test"
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = (
        f"AWS4-HMAC-SHA256\n20261124T015127Z\n{scope}\n"
        f"{sha256(canonical.encode()).hexdigest()}"
    )
    authorization = (
        f"AWS4-HMAC-SHA256 Credential=test/{scope}, SignedHeaders={names}, "
        f"Signature={hmac.digest(key, text.encode(), 'sha256').hex()}"
    )
    return with_headers(request, ("authorization", authorization))


def with_notes(*notes: str) -> HttpRequest:
    """Return REQUEST with an X-Note header for each of these values."""
    return with_headers(REQUEST, *(("x-note", note) for note in notes))


def is_accepted(request: HttpRequest) -> bool:
    """Say whether the verifier finds the signature right."""
    try:
        return VERIFIER.verify(request, [NOW]) == "test"
    except InvalidSignatureException:
        return False


@pytest.mark.ivschat_verifies("SIG-10", "HTTP-REQ-11")
def test_encoded_segments_of_the_path_are_signed_encoded_again() -> None:
    """The ARN in a tag operation's path is signed with each % as %25, and only so."""
    once = "/tags/arn%3Aaws%3Aivschat%3Aus-west-2%3A123456789012%3Aroom%2Fg1H2I3j4k5L6"
    twice = (
        "/tags/arn%253Aaws%253Aivschat%253Aus-west-2%253A123456789012%253Aroom"
        "%252Fg1H2I3j4k5L6"
    )
    request = replace(REQUEST, target=once)

    assert is_accepted(sign(request, twice))
    assert not is_accepted(sign(request, once))


@pytest.mark.ivschat_verifies("SIG-10")
@pytest.mark.parametrize(
    ("target", "canonical"),
    [
        ("/CreateChatToken", "/CreateChatToken"),
        ("/", "/"),
        ("", "/"),
        ("//tags///a//", "/tags/a/"),
        ("/./tags/../a/.", "/a"),
        ("/../..", "/"),
        ("/a/b/../", "/a/"),
        ("/...", "/..."),
        ("/%2e%2E/a", "/%252e%252E/a"),
        ("/arn:aws:room/x", "/arn%3Aaws%3Aroom/x"),
        ("/~a-b_c.d", "/~a-b_c.d"),
        ("/\xc3\xa9 %", "/%C3%A9%20%25"),
    ],
)
def test_path_is_signed_without_empty_and_dot_segments(
    target: str, canonical: str
) -> None:
    """The path is normalized as in every service but S3, and then encoded."""
    assert is_accepted(sign(replace(REQUEST, target=target), canonical))


@pytest.mark.parametrize("target", ["CreateChatToken", ".", "*", "//x/CreateChatToken"])
def test_target_that_is_no_path_does_not_become_one(target: str) -> None:
    """A target without its slash, or with another path in it, is not the one signed."""
    request = replace(REQUEST, target=target)

    assert not is_accepted(sign(request, "/"))
    assert not is_accepted(sign(request, "/CreateChatToken"))


@pytest.mark.ivschat_verifies("SIG-04", "HTTP-REQ-13")
@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("tagKeys=k%201&tagKeys=k2", "tagKeys=k%201&tagKeys=k2"),
        ("tagKeys=k2&tagKeys=k%201", "tagKeys=k%201&tagKeys=k2"),
        ("tagKeys=%c3%a9%26%3D%2f", "tagKeys=%C3%A9%26%3D%2F"),
        ("tagKeys=\xc3\xa9/:", "tagKeys=%C3%A9%2F%3A"),
        ("b=1&a-=2&a=3", "a=3&a-=2&b=1"),
        ("tagKeys", "tagKeys="),
        ("tagKeys==", "tagKeys=%3D"),
        ("a?b=c", "a%3Fb=c"),
        ("a=1+2", "a=1%2B2"),
        ("a=%zz&b=%", "a=%25zz&b=%25"),
        ("&a=1&&", "a=1"),
        ("%41=~%7E", "A=~~"),
    ],
)
def test_query_is_signed_decoded_sorted_and_encoded(query: str, canonical: str) -> None:
    """However the query is written, its pairs are signed in one form and order."""
    request = replace(REQUEST, target=f"/CreateChatToken?{query}")

    assert is_accepted(sign(request, query=canonical))


@pytest.mark.parametrize("value", ["a b c", "a  b   c", " a b c ", "a\tb \t c"])
def test_signed_header_is_trimmed_and_its_inner_blanks_are_one_space(
    value: str,
) -> None:
    """A header's blanks count as one space inside and as none at the ends."""
    assert is_accepted(sign(with_notes(value), note="a b c"))


@pytest.mark.parametrize(
    ("values", "accepted"),
    [
        (("b", "a"), True),
        (("b,a",), True),
        (("b ", "\ta"), True),
        (("a", "b"), False),
        (("b", "", "a"), False),
        (("b, a",), False),
    ],
)
def test_repeated_signed_header_is_joined_by_commas_in_its_order(
    values: tuple[str, ...],
    accepted: bool,
) -> None:
    """The values of one header count in the order in which they came."""
    assert is_accepted(sign(with_notes(*values), note="b,a")) is accepted


@pytest.mark.parametrize(
    ("value", "note"), [("\xc3\xa0 b", "\u00e0 b"), ("b \xc3\xa0", "b \u00e0")]
)
def test_bytes_of_a_signed_header_are_signed_as_they_came(
    value: str, note: str
) -> None:
    """A byte that some alphabets call a blank is no blank of HTTP, inside or last."""
    assert is_accepted(sign(with_notes(value), note=note))
