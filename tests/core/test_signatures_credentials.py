"""What a credential may be, and what its session token has to do with a signature."""

from datetime import UTC, datetime

import pytest

from ivschat_conformance.reference_impl.core.errors import (
    ExpiredTokenException,
    SignatureError,
    UnrecognizedClientException,
)
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.reference_impl.core.signatures import (
    Credential,
    SignatureVerifier,
)

NOW = datetime(2026, 11, 24, 1, 51, 27, tzinfo=UTC)
SESSION_TOKEN = "FwoGZXIvYXdzEXAMPLE//token=="  # noqa: S105 - invented
VERIFIER = SignatureVerifier(
    [
        Credential("test", "test"),
        Credential(
            "ASIATEMPORARY",
            "temporary-secret",
            SESSION_TOKEN,
            expires=datetime(2026, 11, 24, 2, 51, 27, tzinfo=UTC),
        ),
    ],
    "us-west-2",
)

# Neither signature covers the session token, so that it alone makes the difference.
LONG_TERM = (
    "AWS4-HMAC-SHA256 "
    "Credential=test/20261124/us-west-2/ivschat/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date, "
    "Signature=58572aeecde30b128b44cdbd98e67ea3563fd8a32266207bfc6e962b3f675270"
)
TEMPORARY = (
    "AWS4-HMAC-SHA256 "
    "Credential=ASIATEMPORARY/20261124/us-west-2/ivschat/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date, "
    "Signature=3ad0dc1ebd3b68cfdc190f30f9cc328e533b640bea1fc559f0c5eaeaf26a74cd"
)


def request_with(authorization: str, *tokens: str) -> HttpRequest:
    """Return a request with this Authorization and these session tokens."""
    return HttpRequest(
        "POST",
        "/CreateChatToken",
        (
            ("host", "127.0.0.1:4570"),
            ("content-type", "application/json"),
            ("x-amz-date", "20261124T015127Z"),
            *(("x-amz-security-token", token) for token in tokens),
            ("authorization", authorization),
        ),
        b'{"roomIdentifier": "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"'
        b', "userId": "11231234"}',
    )


def refusal(request: HttpRequest, *instants: datetime) -> SignatureError:
    """Return the error with which the verifier refuses a request."""
    with pytest.raises(SignatureError) as caught:
        VERIFIER.verify(request, instants or (NOW,))
    return caught.value


@pytest.mark.ivschat_verifies("SIG-06", "HTTP-REQ-03")
def test_temporary_credential_is_accepted_with_its_session_token() -> None:
    """The one header that temporary credentials need makes them good."""
    request = request_with(TEMPORARY, SESSION_TOKEN)

    assert VERIFIER.verify(request, [NOW]) == "ASIATEMPORARY"


@pytest.mark.ivschat_verifies("SIG-06")
@pytest.mark.parametrize(
    "tokens",
    [
        (),
        ("",),
        ("FwoGZXIvYXdzEXAMPLE//token=",),
        ("FwoGZXIvYXdzEXAMPLE//token===",),
        ("fwoGZXIvYXdzEXAMPLE//token==",),
        ("another",),
        (SESSION_TOKEN, SESSION_TOKEN),
    ],
)
def test_temporary_credential_is_refused_without_its_session_token(
    tokens: tuple[str, ...],
) -> None:
    """A temporary access key is known together with its session token only."""
    error = refusal(request_with(TEMPORARY, *tokens))

    assert type(error) is UnrecognizedClientException
    assert error.status == 403
    assert error.message == "The security token included in the request is invalid."


def test_long_term_credential_is_accepted_with_any_session_token() -> None:
    """A dummy AWS_SESSION_TOKEN beside a long-term key does no harm."""
    assert VERIFIER.verify(request_with(LONG_TERM), [NOW]) == "test"
    assert VERIFIER.verify(request_with(LONG_TERM, "dummy"), [NOW]) == "test"


@pytest.mark.ivschat_verifies("SIG-06")
@pytest.mark.parametrize("token", ["", "two words", "tab\t", "d\xfcmmy", "\x7f", "a\n"])
def test_malformed_session_token_is_refused(token: str) -> None:
    """A session token is visible ASCII, whatever the credential."""
    error = refusal(request_with(LONG_TERM, token))

    assert type(error) is UnrecognizedClientException


@pytest.mark.ivschat_verifies("SIG-07")
def test_session_token_is_refused_as_expired_from_its_end_on() -> None:
    """A session token ends by the server's own clock, the first, and by no other."""
    request = request_with(TEMPORARY, SESSION_TOKEN)
    before = datetime(2026, 11, 24, 2, 51, 26, 999_999, tzinfo=UTC)
    end = datetime(2026, 11, 24, 2, 51, 27, tzinfo=UTC)

    error = refusal(request, end, NOW)

    assert type(error) is ExpiredTokenException
    assert error.status == 403
    assert error.message == "The security token included in the request is expired"
    assert VERIFIER.verify(request, [before, NOW]) == "ASIATEMPORARY"
    assert VERIFIER.verify(request, [NOW, end]) == "ASIATEMPORARY"


def test_secrets_of_a_credential_are_not_shown() -> None:
    """A credential's repr may stand in a log: it has the key id and no secret."""
    credential = Credential("test", "very-secret", SESSION_TOKEN)

    assert repr(credential) == "Credential(access_key_id='test', expires=None)"


@pytest.mark.parametrize(
    ("key_id", "secret", "token", "name"),
    [
        ("", "secret", None, "access_key_id"),
        ("a/b", "secret", None, "access_key_id"),
        ("a,b", "secret", None, "access_key_id"),
        ("test\n", "secret", None, "access_key_id"),
        ("test", "", None, "secret_access_key"),
        ("test", "secret\n", None, "secret_access_key"),
        ("test", "secret\udcff", None, "secret_access_key"),
        ("test", "secret", "", "session_token"),
        ("test", "secret", "two words", "session_token"),
    ],
)
def test_credential_that_no_client_could_use_is_refused(
    key_id: str, secret: str, token: str | None, name: str
) -> None:
    """A mistake in a credential is said when it is made, and without the secret."""
    with pytest.raises(ValueError, match=f"^{name}: ") as caught:
        Credential(key_id, secret, token)

    assert "secret" not in str(caught.value).removeprefix("secret_access_key")


def test_credential_whose_end_has_no_time_zone_is_refused() -> None:
    """An end without a zone could not be compared with any clock."""
    with pytest.raises(ValueError, match=r"^expires: "):
        Credential("test", "secret", expires=NOW.replace(tzinfo=None))
