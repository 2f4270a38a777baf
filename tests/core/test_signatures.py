"""Whom the verifier believes, and the name under which it refuses the others.

The requests are signed here by a dozen lines of our own; that these and the verifier
read the standard rightly is for test_signatures_agree_with_botocore.py to show.
"""

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivschat_conformance.reference_impl.core.errors import (
    InvalidSignatureException,
    SignatureError,
    UnrecognizedClientException,
)
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.reference_impl.core.signatures import (
    Credential,
    SignatureVerifier,
)

NOW = datetime(2026, 11, 24, 1, 51, 27, tzinfo=UTC)
DATE = "20261124T015127Z"
SCOPE = "20261124/us-west-2/ivschat/aws4_request"
SPACED = "AWS4-HMAC-SHA256 Credential={}, SignedHeaders={}, Signature={}"
BODY = (
    b'{"roomIdentifier": "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6", '
    b'"userId": "11231234"}'
)
SESSION_TOKEN = "FwoGZXIvYXdzEXAMPLE//token=="  # noqa: S105 - invented
BODY_SHA256 = "3598224b3dc195121c7f17b2f7429c8a1dce66ec3836b2787faba78d66c7a3df"
VERIFIER = SignatureVerifier(
    [
        Credential("test", "test"),
        Credential(
            "ASIATEMPORARY",
            "temporary-secret",
            session_token=SESSION_TOKEN,
            expires=datetime(2026, 11, 24, 2, 51, 27, tzinfo=UTC),
        ),
    ],
    "us-west-2",
)
HEADERS = (
    ("host", "127.0.0.1:4570"),
    ("content-type", "application/json"),
    ("x-amz-date", DATE),
)
UNSIGNED = HttpRequest("POST", "/CreateChatToken", HEADERS, BODY)


def sign(
    request: HttpRequest,
    names: str = "content-type;host;x-amz-date",
    *,
    key: tuple[str, str] = ("test", "test"),
    scope: str = SCOPE,
    form: str = SPACED,
) -> HttpRequest:
    """Return the request with an Authorization header as its last one."""
    fields: dict[str, list[str]] = {}
    for name, value in request.headers:
        fields.setdefault(name, []).append(value)
    canonical = [request.method, request.path, ""]
    canonical += [
        f"{name}:{','.join(fields.get(name, []))}" for name in names.split(";")
    ]
    canonical += ["", names, hashlib.sha256(request.body).hexdigest()]
    digest = hashlib.sha256("\n".join(canonical).encode("latin-1")).hexdigest()
    date = request.header("x-amz-date") or DATE
    text = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}"
    signing_key = f"AWS4{key[1]}".encode()
    for part in scope.split("/"):
        signing_key = hmac.digest(signing_key, part.encode(), "sha256")
    signature = hmac.digest(signing_key, text.encode(), "sha256").hex()
    return with_header(
        request, "authorization", form.format(f"{key[0]}/{scope}", names, signature)
    )


def with_header(request: HttpRequest, name: str, *values: str) -> HttpRequest:
    """Return the request with these values of a header and no others, at the end."""
    others = tuple(field for field in request.headers if field[0] != name)
    return replace(request, headers=(*others, *((name, value) for value in values)))


def refusal(request: HttpRequest, *instants: datetime) -> SignatureError:
    """Return the error with which the verifier refuses a request."""
    with pytest.raises(SignatureError) as caught:
        VERIFIER.verify(request, instants or (NOW,))
    return caught.value


@pytest.mark.ivschat_verifies("SIG-11", "HTTP-REQ-03")
def test_signature_over_content_type_host_and_date_is_accepted() -> None:
    """The three headers that botocore signs are enough, and the key id comes back."""
    request = sign(UNSIGNED)

    assert VERIFIER.verify(request, [NOW]) == "test"


@pytest.mark.ivschat_verifies("SIG-11", "HTTP-REQ-03", "HTTP-REQ-04")
@pytest.mark.parametrize(
    ("headers", "names", "form"),
    [
        pytest.param(
            (
                ("host", "127.0.0.1:4570"),
                ("accept-encoding", "identity"),
                ("content-type", "application/json"),
                ("user-agent", "Boto3/1.43.11 md/Botocore#1.43.11 ua/2.1 os/linux#6.1"),
                ("x-amz-date", DATE),
                ("amz-sdk-invocation-id", "cfa139bb-6b9e-47bb-89b8-e65cfc25ac64"),
                ("amz-sdk-request", "attempt=1"),
                ("content-length", "100"),
            ),
            "content-type;host;x-amz-date",
            SPACED,
            id="boto3 and AWS CLI v1",
        ),
        pytest.param(
            (
                ("host", "127.0.0.1:4570"),
                ("accept-encoding", "identity"),
                ("content-type", "application/json"),
                ("user-agent", "aws-cli/2.9.19 Python/3.11.2 Linux/6.1 exe/x86_64"),
                ("x-amz-date", DATE),
                ("content-length", "100"),
            ),
            "content-type;host;x-amz-date",
            SPACED,
            id="AWS CLI v2",
        ),
        pytest.param(
            (
                ("content-type", "application/json"),
                ("content-length", "100"),
                ("x-amz-user-agent", "aws-sdk-js/3.952.0"),
                ("user-agent", "aws-sdk-js/3.952.0 ua/2.1 lang/js md/nodejs#20.20.2"),
                ("host", "127.0.0.1:4570"),
                ("amz-sdk-invocation-id", "a9f639ab-5fa1-4402-ae36-c00af716348c"),
                ("amz-sdk-request", "attempt=1; max=1"),
                ("x-amz-date", DATE),
                ("x-amz-content-sha256", BODY_SHA256),
                ("connection", "keep-alive"),
            ),
            "amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;"
            "x-amz-content-sha256;x-amz-date;x-amz-user-agent",
            SPACED,
            id="AWS SDK for JavaScript v3",
        ),
        pytest.param(
            (
                ("user-agent", "aws-sdk-nodejs/2.1692.0 linux/v20.20.2 promise"),
                ("content-type", "application/json"),
                ("x-amz-content-sha256", BODY_SHA256),
                ("content-length", "100"),
                ("host", "127.0.0.1:4570"),
                ("x-amz-date", DATE),
                ("connection", "close"),
            ),
            "host;x-amz-content-sha256;x-amz-date",
            SPACED,
            id="AWS SDK for JavaScript v2",
        ),
        pytest.param(
            (
                ("host", "127.0.0.1:4570"),
                ("accept", "*/*"),
                ("accept-encoding", "gzip, deflate"),
                ("user-agent", "python-zapros/0.23.0"),
                ("content-type", "application/json"),
                ("x-amz-date", DATE),
            ),
            "content-type;host;x-amz-date",
            "AWS4-HMAC-SHA256 Credential={},SignedHeaders={},Signature={}",
            id="capo: commas without spaces",
        ),
    ],
)
def test_signature_of_each_real_client_is_accepted(
    headers: tuple[tuple[str, str], ...], names: str, form: str
) -> None:
    """What the clients send and sign is accepted, with all that they send unsigned."""
    request = sign(replace(UNSIGNED, headers=headers), names, form=form)

    assert VERIFIER.verify(request, [NOW]) == "test"


@pytest.mark.ivschat_verifies("SIG-06")
def test_unknown_access_key_is_refused_as_an_unrecognized_client() -> None:
    """An access key id that the server does not know is no client of its."""
    request = sign(UNSIGNED, key=("AKIANOBODY", "test"))

    error = refusal(request)

    assert type(error) is UnrecognizedClientException
    assert error.status == 403
    assert error.message == "The security token included in the request is invalid."


@pytest.mark.ivschat_verifies("SIG-09")
@pytest.mark.parametrize(
    ("scope", "message"),
    [
        (
            "20261124/us-east-1/ivschat/aws4_request",
            "Credential should be scoped to a valid region.",
        ),
        (
            "20261124/us-west-2/ivs/aws4_request",
            "Credential should be scoped to correct service: 'ivschat'.",
        ),
        (
            "20261123/us-west-2/ivschat/aws4_request",
            "Date in Credential scope does not match the date of X-Amz-Date.",
        ),
    ],
)
def test_wrong_scope_is_refused_though_rightly_signed(scope: str, message: str) -> None:
    """The scope is this region, this service and the day of the signature."""
    error = refusal(sign(UNSIGNED, scope=scope))

    assert type(error) is InvalidSignatureException
    assert error.status == 403
    assert error.message == message


@pytest.mark.ivschat_verifies("SIG-04", "SIG-05")
@pytest.mark.parametrize(
    ("secret", "signature"),
    [
        pytest.param("another", "{2}", id="of another secret"),
        pytest.param("test", "{2:.63}", id="a digit short"),
        pytest.param("test", "{2}0", id="a digit too many"),
        pytest.param("test", "wrong", id="no hexadecimal digits"),
    ],
)
def test_wrong_signature_is_refused(secret: str, signature: str) -> None:
    """A signature that the secret key does not make is refused, and no more is said."""
    form = "AWS4-HMAC-SHA256 Credential={0}, SignedHeaders={1}, Signature=" + signature
    request = sign(UNSIGNED, key=("test", secret), form=form)

    error = refusal(request)

    assert type(error) is InvalidSignatureException
    assert error.status == 403
    assert error.message == (
        "The request signature we calculated does not match the signature you "
        "provided. Check your AWS Secret Access Key and signing method. Consult the "
        "service documentation for details."
    )


@pytest.mark.ivschat_verifies("SIG-04")
@pytest.mark.parametrize(
    ("names", "part"),
    [
        ("host;content-type;x-amz-date", "in order"),
        ("content-type;host;host;x-amz-date", "once"),
        ("Content-Type;host;x-amz-date", "lower-case"),
        ("content-type;x-amz-date", "'host'"),
        ("content-type;host;x-absent;x-amz-date", "does not have"),
        (";content-type;host;x-amz-date", "does not have"),
    ],
)
def test_signed_headers_out_of_form_are_refused(names: str, part: str) -> None:
    """SignedHeaders are lower-case names in order, with the Host, all of them there."""
    error = refusal(sign(UNSIGNED, names))

    assert type(error) is InvalidSignatureException
    assert part in error.message


@pytest.mark.ivschat_verifies("SIG-04")
@pytest.mark.parametrize(
    "value",
    [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "UNSIGNED-PAYLOAD",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "",
        BODY_SHA256.upper(),
    ],
)
def test_content_hash_of_anything_but_the_body_is_refused(value: str) -> None:
    """X-Amz-Content-Sha256 may be absent, and is the body's hash when it is there."""
    accepted = sign(with_header(UNSIGNED, "x-amz-content-sha256", BODY_SHA256))
    request = sign(with_header(UNSIGNED, "x-amz-content-sha256", value))

    error = refusal(request)

    assert VERIFIER.verify(accepted, [NOW]) == "test"
    assert type(error) is InvalidSignatureException
    assert "X-Amz-Content-Sha256" in error.message


def test_signing_keys_of_two_days_are_kept_apart() -> None:
    """A key derived for one day signs nothing on another."""
    verifier = SignatureVerifier([Credential("test", "test")], "us-west-2")
    tomorrow = sign(
        with_header(UNSIGNED, "x-amz-date", "20261125T015127Z"),
        scope="20261125/us-west-2/ivschat/aws4_request",
    )

    for _ in range(2):
        assert verifier.verify(sign(UNSIGNED), [NOW]) == "test"
        assert verifier.verify(tomorrow, [NOW + timedelta(days=1)]) == "test"


def test_first_thing_wrong_is_the_one_that_is_reported() -> None:
    """Presence, form, key, session token, scope, time and signature, in that order."""
    key = ("ASIATEMPORARY", "another-secret")
    scope = "20261124/us-east-1/ivschat/aws4_request"
    late = NOW + timedelta(hours=2)
    wrong = [
        (UNSIGNED, late),
        (with_header(sign(UNSIGNED, key=("nobody", "x")), "x-amz-date"), late),
        (sign(UNSIGNED, key=("nobody", "x"), scope=scope), late),
        (sign(UNSIGNED, key=key, scope=scope), late),
        (
            sign(
                with_header(UNSIGNED, "x-amz-security-token", SESSION_TOKEN),
                key=key,
                scope=scope,
            ),
            late,
        ),
        (sign(UNSIGNED, key=("test", "another"), scope=scope), late),
        (sign(UNSIGNED, key=("test", "another")), late),
        (sign(UNSIGNED, key=("test", "another")), NOW),
    ]

    errors = [refusal(request, instant) for request, instant in wrong]

    assert [f"{error.type} {error.message[:31]}" for error in errors] == [
        "MissingAuthenticationTokenException Missing Authentication Token",
        "IncompleteSignatureException The request requires an X-Amz-D",
        "UnrecognizedClientException The security token included in ",
        "UnrecognizedClientException The security token included in ",
        "ExpiredTokenException The security token included in ",
        "InvalidSignatureException Credential should be scoped to ",
        "InvalidSignatureException Signature expired: X-Amz-Date i",
        "InvalidSignatureException The request signature we calcul",
    ]


@settings(deadline=None, max_examples=100)
@given(
    key=st.sampled_from(["test", "QUOTED-KEY"]),
    scope=st.sampled_from([SCOPE, "20261124/QUOTED/ivschat/aws4_request"]),
    names=st.sampled_from(["content-type;host;x-amz-date", "QUOTED", "host;quoted"]),
    header=st.sampled_from(["x-amz-date", "x-amz-security-token", "authorization"]),
    value=st.sampled_from(["QUOTED", "QUOTED VALUE", DATE]),
)
def test_refusal_repeats_nothing_of_the_request(
    key: str, scope: str, names: str, header: str, value: str
) -> None:
    """No key, name, token or date of the request comes back in a message."""
    request = sign(
        with_header(UNSIGNED, "x-quoted", "1"), names, key=(key, "x"), scope=scope
    )

    error = refusal(with_header(request, header, value))

    assert "quoted" not in error.message.lower()
    assert DATE not in error.message
    assert set(error.body()) == {"message"}
