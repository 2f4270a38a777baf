"""By which clock, and for how long, a signature is fresh (SIG-08)."""

from datetime import UTC, datetime, timedelta

import pytest

from ivschat_conformance.reference_impl.core.errors import InvalidSignatureException
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.reference_impl.core.signatures import (
    Credential,
    SignatureVerifier,
)

NOW = datetime(2026, 11, 24, 1, 51, 27, tzinfo=UTC)
VERIFIER = SignatureVerifier([Credential("test", "test")], "us-west-2")
AUTHORIZATION = (
    "AWS4-HMAC-SHA256 "
    "Credential=test/20261124/us-west-2/ivschat/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date, "
    "Signature=58572aeecde30b128b44cdbd98e67ea3563fd8a32266207bfc6e962b3f675270"
)
REQUEST = HttpRequest(
    "POST",
    "/CreateChatToken",
    (
        ("host", "127.0.0.1:4570"),
        ("content-type", "application/json"),
        ("x-amz-date", "20261124T015127Z"),
        ("authorization", AUTHORIZATION),
    ),
    b'{"roomIdentifier": "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6", '
    b'"userId": "11231234"}',
)


def refusal(*instants: datetime) -> InvalidSignatureException:
    """Return the error with which REQUEST is refused at these instants."""
    with pytest.raises(InvalidSignatureException) as caught:
        VERIFIER.verify(REQUEST, instants)
    return caught.value


@pytest.mark.ivschat_verifies("SIG-08")
@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_signature_is_fresh_within_five_minutes_either_way(seconds: int) -> None:
    """Five minutes before and after, both included, are still fresh."""
    assert VERIFIER.verify(REQUEST, [NOW + timedelta(seconds=seconds)]) == "test"


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
    error = refusal(clock)

    assert type(error) is InvalidSignatureException
    assert error.status == 403
    assert error.message.startswith(start)


@pytest.mark.ivschat_verifies("SIG-08")
def test_stale_signature_is_told_the_clock_of_the_server() -> None:
    """The client reads by which clock it is late, in the form of its own date."""
    error = refusal(NOW + timedelta(minutes=61))

    assert error.message == (
        "Signature expired: X-Amz-Date is over 5 minutes before the server's clock, "
        "20261124T025227Z."
    )


@pytest.mark.ivschat_verifies("SIG-08")
def test_signature_is_fresh_by_either_clock() -> None:
    """A request is fresh by the fake's clock or the machine's: one is enough."""
    later = NOW + timedelta(minutes=61)

    assert VERIFIER.verify(REQUEST, [later, NOW]) == "test"
    assert VERIFIER.verify(REQUEST, [NOW, later]) == "test"
    assert type(refusal(later, later)) is InvalidSignatureException


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

    assert refusal(*instants).message.startswith(start)
