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
    ExpiredTokenException,
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
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


@pytest.mark.parametrize(
    "form",
    [
        "AWS4-HMAC-SHA256 SignedHeaders={1}, Signature={2}, Credential={0}",
        "AWS4-HMAC-SHA256 Signature={2},Credential={0},SignedHeaders={1}",
        "AWS4-HMAC-SHA256   Credential={0},   SignedHeaders={1},Signature={2}",
    ],
)
def test_authorization_parameters_come_in_any_order_and_spacing(form: str) -> None:
    """The three parameters are told apart by their names alone."""
    request = sign(UNSIGNED, form=form)

    assert VERIFIER.verify(request, [NOW]) == "test"


@pytest.mark.ivschat_verifies("SIG-01", "SIG-02")
@pytest.mark.parametrize("values", [(), ("",), (" ",)])
def test_unsigned_request_is_refused_as_missing_a_token(
    values: tuple[str, ...],
) -> None:
    """Without authentication information there is nobody to believe."""
    request = with_header(UNSIGNED, "authorization", *values)

    error = refusal(request)

    assert type(error) is MissingAuthenticationTokenException
    assert error.status == 403
    assert error.message == "Missing Authentication Token"


CREDENTIAL = f"Credential=test/{SCOPE}"
SIGNED_HEADERS = "SignedHeaders=content-type;host;x-amz-date"
SIGNATURE = f"Signature={'0' * 64}"
AUTHORIZATION = f"AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNED_HEADERS}, {SIGNATURE}"


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
    request = with_header(UNSIGNED, "authorization", authorization)

    error = refusal(request)

    assert type(error) is IncompleteSignatureException
    assert error.status == 403
    assert part in error.message


@pytest.mark.ivschat_verifies("SIG-03")
def test_second_authorization_header_is_refused_as_incomplete() -> None:
    """Two Authorization headers are refused, even if they make up one when joined."""
    signed = sign(UNSIGNED).header("authorization") or ""
    start, _, end = signed.rpartition(", ")

    twice = refusal(with_header(UNSIGNED, "authorization", signed, signed))
    halves = refusal(with_header(UNSIGNED, "authorization", start, end))

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
        ("20261124T245127Z",),
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
    request = with_header(sign(UNSIGNED), "x-amz-date", *dates)

    error = refusal(request)

    assert type(error) is IncompleteSignatureException
    assert "X-Amz-Date" in error.message
    assert "YYYYMMDDTHHMMSSZ" in error.message


@pytest.mark.ivschat_verifies("SIG-06")
def test_unknown_access_key_is_refused_as_an_unrecognized_client() -> None:
    """An access key id that the server does not know is no client of its."""
    request = sign(UNSIGNED, key=("AKIANOBODY", "test"))

    error = refusal(request)

    assert type(error) is UnrecognizedClientException
    assert error.status == 403
    assert error.message == "The security token included in the request is invalid."


@pytest.mark.ivschat_verifies("SIG-06", "HTTP-REQ-03")
def test_temporary_credential_is_accepted_with_its_session_token() -> None:
    """The header that temporary credentials need makes them good, signed or not."""
    request = with_header(UNSIGNED, "x-amz-security-token", SESSION_TOKEN)
    names = "content-type;host;x-amz-date;x-amz-security-token"
    key = ("ASIATEMPORARY", "temporary-secret")

    assert VERIFIER.verify(sign(request, names, key=key), [NOW]) == "ASIATEMPORARY"
    assert VERIFIER.verify(sign(request, key=key), [NOW]) == "ASIATEMPORARY"


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
    request = with_header(UNSIGNED, "x-amz-security-token", *tokens)

    error = refusal(sign(request, key=("ASIATEMPORARY", "temporary-secret")))

    assert type(error) is UnrecognizedClientException


def test_long_term_credential_is_accepted_with_any_session_token() -> None:
    """A dummy AWS_SESSION_TOKEN beside a long-term key does no harm."""
    request = with_header(UNSIGNED, "x-amz-security-token", "dummy")
    names = "content-type;host;x-amz-date;x-amz-security-token"

    assert VERIFIER.verify(sign(request, names), [NOW]) == "test"


@pytest.mark.ivschat_verifies("SIG-06")
@pytest.mark.parametrize("token", ["", "two words", "tab\t", "d\xfcmmy", "\x7f", "a\n"])
def test_malformed_session_token_is_refused(token: str) -> None:
    """A session token is visible ASCII, whatever the credential."""
    request = with_header(UNSIGNED, "x-amz-security-token", token)

    assert type(refusal(sign(request))) is UnrecognizedClientException


@pytest.mark.ivschat_verifies("SIG-07")
def test_session_token_is_refused_as_expired_from_its_end_on() -> None:
    """A session token ends by the server's own clock, the first, and by no other."""
    request = with_header(UNSIGNED, "x-amz-security-token", SESSION_TOKEN)
    request = sign(request, key=("ASIATEMPORARY", "temporary-secret"))
    before = datetime(2026, 11, 24, 2, 51, 26, 999_999, tzinfo=UTC)
    end = datetime(2026, 11, 24, 2, 51, 27, tzinfo=UTC)

    error = refusal(request, end, NOW)

    assert type(error) is ExpiredTokenException
    assert error.status == 403
    assert error.message == "The security token included in the request is expired"
    assert VERIFIER.verify(request, [before, NOW]) == "ASIATEMPORARY"
    assert VERIFIER.verify(request, [NOW, end]) == "ASIATEMPORARY"


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


@pytest.mark.ivschat_verifies("SIG-08")
@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_signature_is_fresh_within_five_minutes_either_way(seconds: int) -> None:
    """Five minutes before and after, both included, are still fresh."""
    request = sign(UNSIGNED)

    assert VERIFIER.verify(request, [NOW + timedelta(seconds=seconds)]) == "test"


@pytest.mark.ivschat_verifies("SIG-08")
@pytest.mark.parametrize(
    ("clock", "start"),
    [
        (NOW + timedelta(seconds=300, microseconds=1), "Signature expired:"),
        (NOW + timedelta(seconds=301), "Signature expired:"),
        (NOW + timedelta(days=400), "Signature expired:"),
        (NOW - timedelta(seconds=300, microseconds=1), "Signature not yet current:"),
        (NOW - timedelta(seconds=301), "Signature not yet current:"),
        (NOW - timedelta(days=400), "Signature not yet current:"),
    ],
)
def test_stale_or_future_signature_is_refused(clock: datetime, start: str) -> None:
    """Past five minutes a signature is over, or its time has not come."""
    error = refusal(sign(UNSIGNED), clock)

    assert type(error) is InvalidSignatureException
    assert error.status == 403
    assert error.message.startswith(start)


@pytest.mark.ivschat_verifies("SIG-08")
def test_stale_signature_is_told_the_clock_of_the_server() -> None:
    """The client reads by which clock it is late, in the form of its own date."""
    error = refusal(sign(UNSIGNED), NOW + timedelta(minutes=61))

    assert error.message == (
        "Signature expired: X-Amz-Date is over 5 minutes before the server's clock, "
        "20261124T025227Z."
    )


@pytest.mark.ivschat_verifies("SIG-08")
def test_signature_is_fresh_by_either_clock() -> None:
    """A request is fresh by the fake's clock or the machine's: one is enough."""
    request = sign(UNSIGNED)
    later = NOW + timedelta(minutes=61)

    assert VERIFIER.verify(request, [later, NOW]) == "test"
    assert VERIFIER.verify(request, [NOW, later]) == "test"
    assert type(refusal(request, later, later)) is InvalidSignatureException


@pytest.mark.parametrize(
    ("clocks", "start"),
    [
        ((-3600, +7200), "Signature not yet current:"),
        ((-7200, +3600), "Signature expired:"),
    ],
)
def test_signature_between_two_clocks_is_judged_by_the_nearer(
    clocks: tuple[int, int], start: str
) -> None:
    """The message speaks of the clock that the client most likely went by."""
    instants = [NOW + timedelta(seconds=seconds) for seconds in clocks]

    assert refusal(sign(UNSIGNED), *instants).message.startswith(start)


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


def test_secrets_of_a_credential_are_not_shown() -> None:
    """A credential's repr may stand in a log: it has the key id and no secret."""
    credential = Credential("test", "very-secret", SESSION_TOKEN)

    assert repr(credential) == "Credential(access_key_id='test', expires=None)"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("", "secret"), "access_key_id"),
        (("a/b", "secret"), "access_key_id"),
        (("a,b", "secret"), "access_key_id"),
        (("test\n", "secret"), "access_key_id"),
        (("test", ""), "secret_access_key"),
        (("test", "secret\n"), "secret_access_key"),
        (("test", "secret\udcff"), "secret_access_key"),
        (("test", "secret", ""), "session_token"),
        (("test", "secret", "two words"), "session_token"),
    ],
)
def test_credential_that_no_client_could_use_is_refused(
    arguments: tuple[str, ...], name: str
) -> None:
    """A mistake in a credential is said when it is made, and without the secret."""
    with pytest.raises(ValueError, match=f"^{name}: ") as caught:
        Credential(*arguments)

    assert "secret" not in str(caught.value).removeprefix("secret_access_key")


def test_credential_whose_end_has_no_time_zone_is_refused() -> None:
    """An end without a zone could not be compared with any clock."""
    with pytest.raises(ValueError, match=r"^expires: "):
        Credential("test", "secret", expires=NOW.replace(tzinfo=None))
