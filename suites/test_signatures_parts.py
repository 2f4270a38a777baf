"""What a signature says of itself: its parts, key, scope and date (contract.md 2.4)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ivschat_conformance import clock as machine
from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import case, needs_signatures, verifies
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.exchange import Draft, Exchange
from ivschat_conformance.fixtures.signing import Signing
from ivschat_conformance.fixtures.target import Credentials

INCOMPLETE = {"IncompleteSignatureException"}

Spoil = Callable[[Signing], Signing]


@pytest.fixture
def draft(api: ControlPlane, room: str) -> Draft:
    """Give a valid request for a token, with its host, not signed yet."""
    needs_signatures(api)
    body = {"roomIdentifier": room, "userId": "user-1"}
    host = api.target.endpoint.partition("://")[2]
    return api.draft("CreateChatToken", body).with_header("Host", host)


@verifies("SIG-03")
@pytest.mark.parametrize(
    "spoil",
    [
        case(lambda s: replace(s, without=("Credential",)), name="no-credential"),
        case(
            lambda s: replace(s, without=("SignedHeaders",)), name="no-signed-headers"
        ),
        case(lambda s: replace(s, without=("Signature",)), name="no-signature"),
        case(lambda s: replace(s, without=("X-Amz-Date",)), name="no-date"),
        case(lambda s: replace(s, algorithm="AWS4-HMAC-SHA1"), name="algorithm"),
        case(lambda s: replace(s, algorithm="AWS4-HMAC-SHA512"), name="longer-hash"),
        case(lambda s: replace(s, algorithm="Basic"), name="another-scheme"),
    ],
)
def test_signature_without_one_of_its_parts_is_incomplete(
    api: ControlPlane, draft: Draft, spoil: Spoil
) -> None:
    """Algorithm, credential, signed headers, signature and date belong to it."""
    refused = api.send(draft, signing=spoil(api.signing()))
    twin = api.send(draft)

    expect.refused(refused, status={400, 403}, types=INCOMPLETE)
    expect.twin_accepted(twin)


@verifies("SIG-03")
@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        case(" .*", "", name="only-the-algorithm"),
        case(" .*", " abcdefghijklmnop", name="no-parameters"),
        case("/[^,]*", "", name="only-the-key"),
        case("/aws4_request", "", name="four-parts"),
        case("/ivschat/", "/", name="no-service"),
        case("/aws4_request", "/aws4_request/more", name="six-parts"),
        case("Credential=[^,]*", "Credential=", name="empty-credential"),
    ],
)
def test_authorization_of_another_form_is_incomplete(
    api: ControlPlane, draft: Draft, pattern: str, text: str
) -> None:
    """A credential is a key and a scope of four parts, all of them there."""
    signed = api.signing().headers(draft)
    authorization = re.sub(pattern, text, signed["Authorization"], count=1)

    refused = _send_with(api, draft, {**signed, "Authorization": authorization})
    twin = _send_with(api, draft, signed)

    expect.refused(refused, status={400, 403}, types=INCOMPLETE)
    expect.twin_accepted(twin)


@verifies("SIG-03")
@pytest.mark.parametrize(
    "spoil",
    [
        case(lambda s: replace(s, terminator="aws3_request"), name="terminator"),
        case(lambda s: _dated(s, "yesterday"), name="a-word"),
        case(lambda s: _dated(s, f"{s.at:%Y%m%d}"), name="a-day"),
        case(lambda s: _dated(s, f"{s.at:%Y-%m-%dT%H:%M:%SZ}"), name="hyphens"),
        case(lambda s: _dated(s, f"{s.at:%Y%m%dT%H%M%S}"), name="no-zone"),
        case(lambda s: _dated(s, f"{s.at:%Y%m}99T{s.at:%H%M%S}Z"), name="no-such-day"),
    ],
)
def test_scope_or_date_of_another_form_is_refused(
    api: ControlPlane, draft: Draft, spoil: Spoil
) -> None:
    """What is malformed can be called incomplete or wrong: both names are seen."""
    refused = api.send(draft, signing=spoil(api.signing()))
    twin = api.send(draft)

    types = {*INCOMPLETE, "InvalidSignatureException"}
    expect.refused(refused, status={400, 403}, types=types)
    expect.twin_accepted(twin)


@verifies("SIG-06")
@pytest.mark.parametrize(
    "credentials",
    [
        case(lambda _: Credentials("AKIDUNKNOWN", "secret"), name="unknown"),
        case(lambda _: Credentials("x", "secret"), name="short"),
        case(
            lambda known: Credentials("AKIDUNKNOWN", known.secret_access_key),
            name="unknown-with-a-known-secret",
        ),
        case(
            lambda known: replace(known, access_key_id=f"{known.access_key_id}A"),
            name="one-letter-more",
        ),
    ],
)
def test_unknown_access_key_is_told_as_such(
    api: ControlPlane, draft: Draft, credentials: Callable[[Credentials], Credentials]
) -> None:
    """Nobody has that key, or a known secret is not its own."""
    signing = api.signing()
    stranger = credentials(signing.credentials)

    refused = api.send(draft, signing=replace(signing, credentials=stranger))
    twin = api.send(draft)

    expect.refused(refused, status=403, types={"UnrecognizedClientException"})
    expect.twin_accepted(twin)


@verifies("SIG-08")
@pytest.mark.parametrize(
    "age",
    [
        case(timedelta(hours=1), name="an-hour"),
        case(timedelta(hours=2), name="two-hours"),
        case(timedelta(days=1), name="a-day"),
        case(timedelta(days=365), name="a-year"),
    ],
)
def test_stale_signature_is_refused(
    api: ControlPlane, draft: Draft, age: timedelta
) -> None:
    """What was signed an hour before the target's clock, and ours, is stale."""
    signing = api.signing()
    stale = min(signing.at, machine.now()) - age

    refused = api.send(draft, signing=replace(signing, at=stale))
    twin = api.send(draft)

    _expect_stale(refused)
    expect.twin_accepted(twin)


@verifies("SIG-08")
@pytest.mark.parametrize(
    "ahead",
    [case(timedelta(hours=1), name="an-hour"), case(timedelta(days=1), name="a-day")],
)
def test_signature_of_the_future_is_refused(
    api: ControlPlane, draft: Draft, ahead: timedelta
) -> None:
    """What is dated an hour past the target's clock, and ours, is not valid yet."""
    signing = api.signing()
    early = max(signing.at, machine.now()) + ahead

    refused = api.send(draft, signing=replace(signing, at=early))
    twin = api.send(draft)

    _expect_stale(refused)
    expect.twin_accepted(twin)


@verifies("SIG-09")
@pytest.mark.parametrize(
    "spoil",
    [
        case(lambda s: replace(s, region="eu-north-1"), name="another-region"),
        case(lambda s: replace(s, region=s.region.upper()), name="region-in-capitals"),
        case(lambda s: replace(s, region=f"{s.region}a"), name="one-of-its-zones"),
        case(lambda s: replace(s, service="ivs"), name="another-service"),
        case(lambda s: replace(s, service="execute-api"), name="the-gateways-service"),
        case(lambda s: replace(s, service="IvsChat"), name="service-in-capitals"),
        case(lambda s: replace(s, scope_date=_day_before(s.at)), name="another-day"),
    ],
)
def test_scope_of_something_else_is_refused(
    api: ControlPlane, draft: Draft, spoil: Spoil
) -> None:
    """A credential's scope is one day, one region and this service."""
    refused = api.send(draft, signing=spoil(api.signing()))
    twin = api.send(draft)

    expect.refused_somehow(refused, status=403)
    expect.twin_accepted(twin)


def _expect_stale(exchange: Exchange) -> None:
    """Expect one of the two ways of refusing a date (contract.md 16a)."""
    expired = exchange.status == 400
    types = {"RequestExpired"} if expired else {"InvalidSignatureException"}
    expect.refused(exchange, status={400, 403}, types=types)


def _dated(signing: Signing, text: str) -> Signing:
    """Return a signing with this date, and the right one in its scope."""
    return replace(signing, amz_date=text, scope_date=f"{signing.at:%Y%m%d}")


def _send_with(api: ControlPlane, draft: Draft, headers: dict[str, str]) -> Exchange:
    signed = replace(draft, headers=(*draft.headers, *headers.items()))
    return api.send(signed, signing=None)


def _day_before(at: datetime) -> str:
    return f"{at - timedelta(days=1):%Y%m%d}"
