"""The Authorization header and X-Amz-Date: what is whole, and what is incomplete."""

from datetime import UTC, datetime

import pytest

from ivschat_conformance.reference_impl.core.errors import (
    IncompleteSignatureException,
    MissingAuthenticationTokenException,
    SignatureError,
)
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.reference_impl.core.signatures import (
    Credential,
    SignatureVerifier,
)

NOW = datetime(2026, 11, 24, 1, 51, 27, tzinfo=UTC)
DATE = "20261124T015127Z"
VERIFIER = SignatureVerifier([Credential("test", "test")], "us-west-2")
SCOPE = "20261124/us-west-2/ivschat/aws4_request"
CREDENTIAL = f"Credential=test/{SCOPE}"
SIGNED_HEADERS = "SignedHeaders=content-type;host;x-amz-date"
SIGNATURE = "Signature=58572aeecde30b128b44cdbd98e67ea3563fd8a32266207bfc6e962b3f675270"
AUTHORIZATION = f"AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNED_HEADERS}, {SIGNATURE}"


def request_with(
    authorizations: tuple[str, ...] = (AUTHORIZATION,), dates: tuple[str, ...] = (DATE,)
) -> HttpRequest:
    """Return the request that was signed, with these headers instead of its own."""
    return HttpRequest(
        "POST",
        "/CreateChatToken",
        (
            ("host", "127.0.0.1:4570"),
            ("content-type", "application/json"),
            *(("x-amz-date", date) for date in dates),
            *(("authorization", text) for text in authorizations),
        ),
        b'{"roomIdentifier": "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"'
        b', "userId": "11231234"}',
    )


def refusal(request: HttpRequest) -> SignatureError:
    """Return the error with which the verifier refuses a request."""
    with pytest.raises(SignatureError) as caught:
        VERIFIER.verify(request, [NOW])
    return caught.value


@pytest.mark.parametrize(
    "authorization",
    [
        AUTHORIZATION,
        f"AWS4-HMAC-SHA256 {SIGNED_HEADERS}, {SIGNATURE}, {CREDENTIAL}",
        f"AWS4-HMAC-SHA256 {SIGNATURE},{CREDENTIAL},{SIGNED_HEADERS}",
        f"AWS4-HMAC-SHA256   {CREDENTIAL},   {SIGNED_HEADERS},{SIGNATURE}",
    ],
)
def test_authorization_parameters_come_in_any_order_and_spacing(
    authorization: str,
) -> None:
    """The three parameters are told apart by their names alone."""
    request = request_with((authorization,))

    assert VERIFIER.verify(request, [NOW]) == "test"


@pytest.mark.ivschat_verifies("SIG-01", "SIG-02")
@pytest.mark.parametrize("values", [(), ("",), (" ",)])
def test_unsigned_request_is_refused_as_missing_a_token(
    values: tuple[str, ...],
) -> None:
    """Without authentication information there is nobody to believe."""
    error = refusal(request_with(values))

    assert type(error) is MissingAuthenticationTokenException
    assert error.status == 403
    assert error.message == "Missing Authentication Token"


@pytest.mark.ivschat_verifies("SIG-03")
@pytest.mark.parametrize(
    ("authorization", "part"),
    [
        ("Bearer abcdef", "AWS4-HMAC-SHA256"),
        ("AWS4-HMAC-SHA256", "'Credential'"),
        (f"aws4-hmac-sha256 {CREDENTIAL}, {SIGNED_HEADERS}, {SIGNATURE}", "begin"),
        (f"AWS4-HMAC-SHA512 {CREDENTIAL}, {SIGNED_HEADERS}, {SIGNATURE}", "begin"),
        (f"AWS4-HMAC-SHA256{CREDENTIAL}, {SIGNED_HEADERS}, {SIGNATURE}", "begin"),
        (f"AWS4-HMAC-SHA256 {SIGNED_HEADERS}, {SIGNATURE}", "'Credential'"),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNATURE}", "'SignedHeaders'"),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNED_HEADERS}", "'Signature'"),
        (
            f"AWS4-HMAC-SHA256 credential=test/{SCOPE}, {SIGNED_HEADERS}, {SIGNATURE}",
            "'Credential'",
        ),
        (
            f"AWS4-HMAC-SHA256 Credential=test, {SIGNED_HEADERS}, {SIGNATURE}",
            "five parts",
        ),
        (
            f"AWS4-HMAC-SHA256 {CREDENTIAL}/more, {SIGNED_HEADERS}, {SIGNATURE}",
            "five parts",
        ),
        (
            f"AWS4-HMAC-SHA256 {CREDENTIAL}s, {SIGNED_HEADERS}, {SIGNATURE}",
            "five parts",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=/20261124/us-west-2/ivschat/aws4_request, "
            f"{SIGNED_HEADERS}, {SIGNATURE}",
            "five parts",
        ),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL}, SignedHeaders=, {SIGNATURE}", "none empty"),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNED_HEADERS}, Signature=", "none empty"),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL} {SIGNED_HEADERS} {SIGNATURE}", "commas"),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL}; {SIGNED_HEADERS}; {SIGNATURE}", "commas"),
        (f"{AUTHORIZATION},", "commas"),
        (f"{AUTHORIZATION}, {SIGNATURE}", "once"),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNATURE}, {SIGNATURE}", "'SignedHeaders'"),
        (f"{AUTHORIZATION}\n", "commas"),
        (f"AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNED_HEADERS}, Signature=\xe9", "once"),
    ],
)
def test_malformed_authorization_is_refused_as_incomplete(
    authorization: str, part: str
) -> None:
    """What is no whole Signature Version 4 header is told which part is wrong."""
    error = refusal(request_with((authorization,)))

    assert type(error) is IncompleteSignatureException
    assert error.status == 403
    assert part in error.message


@pytest.mark.ivschat_verifies("SIG-03")
def test_second_authorization_header_is_refused_as_incomplete() -> None:
    """Two Authorization headers are refused, even if they make up one when joined."""
    start, _, end = AUTHORIZATION.rpartition(", ")

    twice = refusal(request_with((AUTHORIZATION, AUTHORIZATION)))
    halves = refusal(request_with((start, end)))

    assert type(twice) is type(halves) is IncompleteSignatureException
    assert "once" in twice.message


@pytest.mark.ivschat_verifies("SIG-03")
@pytest.mark.parametrize(
    "dates",
    [
        (),
        ("",),
        (DATE, DATE),
        ("2026-11-24T01:51:27Z",),
        ("20261124T015127",),
        ("20261124T015127+0000",),
        ("20261124T015127Z\n",),
        ("20261124",),
        ("20261324T015127Z",),
        ("20261131T015127Z",),
        ("20261124T240000Z",),
        ("20261124T016027Z",),
        ("00001124T015127Z",),
        ("2026112\u0664T015127Z",),
        ("Tue, 24 Nov 2026 01:51:27 GMT",),
    ],
)
def test_missing_or_malformed_date_is_refused_as_incomplete(
    dates: tuple[str, ...],
) -> None:
    """The signature's time comes as one X-Amz-Date of the basic ISO 8601 form."""
    error = refusal(request_with(dates=dates))

    assert type(error) is IncompleteSignatureException
    assert "X-Amz-Date" in error.message
    assert "YYYYMMDDTHHMMSSZ" in error.message
