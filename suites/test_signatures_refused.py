"""Who may not ask gets no answer: unsigned, wrongly signed, stale (contract.md 2.4)."""

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

INVALID = {"InvalidSignatureException", "SignatureDoesNotMatch"}

Spoil = Callable[[Signing], Signing]


@pytest.fixture
def draft(api: ControlPlane, room: str) -> Draft:
    """Give a valid request for a token, not signed yet."""
    needs_signatures(api)
    return api.draft("CreateChatToken", {"roomIdentifier": room, "userId": "user-1"})


@verifies("SIG-01")
@pytest.mark.parametrize(
    "headers",
    [
        case((), name="nothing"),
        case((("X-Amz-Date", "20260102T030405Z"),), name="only-a-date"),
        case((("X-Amz-Security-Token", "token"),), name="only-a-session-token"),
    ],
)
def test_unsigned_request_is_refused(
    api: ControlPlane, draft: Draft, headers: tuple[tuple[str, str], ...]
) -> None:
    """Without an Authorization there is no token, with it there is."""
    unsigned = replace(draft, headers=(*draft.headers, *headers))

    refused = api.send(unsigned, signing=None)
    twin = api.send(draft)

    expect.refused_somehow(refused, status=403)
    expect.twin_accepted(twin)


@verifies("SIG-01")
@pytest.mark.parametrize("operation", ["CreateRoom", "GetRoom", "DeleteRoom"])
def test_unsigned_request_about_rooms_is_refused(
    api: ControlPlane, room: str, operation: str
) -> None:
    """No operation answers somebody who does not say who they are."""
    needs_signatures(api)
    body = {} if operation == "CreateRoom" else {"identifier": room}

    refused = api.call(operation, body, signing=None)
    twin = api.call("GetRoom", {"identifier": room})

    expect.refused_somehow(refused, status=403)
    expect.twin_accepted(twin)


@verifies("SIG-02")
def test_unsigned_request_misses_an_authentication_token(
    api: ControlPlane, draft: Draft
) -> None:
    """The type says that nobody signed."""
    refused = _refusal(api.send(draft, signing=None))

    expect.refused(refused, status=403, types={"MissingAuthenticationTokenException"})


# How a signature is spoilt; each leaves the request well-formed.
SPOILT: list[tuple[str, Spoil]] = [
    ("another-secret", lambda signing: _with_secret(signing, "another-secret")),
    ("secret-with-a-space", lambda signing: _with_secret(signing, " ", append=True)),
    ("another-body", lambda signing: replace(signing, body=b"{}")),
    ("no-body", lambda signing: replace(signing, body=b"")),
]


@verifies("SIG-04")
@pytest.mark.parametrize("spoil", [case(spoil, name=name) for name, spoil in SPOILT])
def test_signature_of_something_else_is_refused(
    api: ControlPlane, draft: Draft, spoil: Spoil
) -> None:
    """Secret and body are both in the signature."""
    refused = api.send(draft, signing=spoil(api.signing()))
    twin = api.send(draft)

    expect.refused_somehow(refused, status=403)
    expect.twin_accepted(twin)


@verifies("SIG-04")
@pytest.mark.parametrize(
    "change",
    [
        case(lambda hexes: "0" * len(hexes), name="zeros"),
        case(lambda hexes: hexes[::-1], name="reversed"),
        case(lambda hexes: _other(hexes[0]) + hexes[1:], name="first-digit"),
        case(lambda hexes: hexes[:-1] + _other(hexes[-1]), name="last-digit"),
    ],
)
def test_changed_signature_is_refused(
    api: ControlPlane, draft: Draft, change: Callable[[str], str]
) -> None:
    """One digit of the signature is as much as all of them."""
    signed = _signed(api, draft)
    head, name, hexes = signed["Authorization"].rpartition("Signature=")

    refused = _send_with(
        api, draft, {**signed, "Authorization": head + name + change(hexes)}
    )
    twin = _send_with(api, draft, signed)

    expect.refused_somehow(refused, status=403)
    expect.twin_accepted(twin)


@verifies("SIG-04")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        case("Content-Type", "application/json; charset=utf-8", name="content-type"),
        case("X-Extra", "b", name="a-header-of-anybodys"),
    ],
)
def test_signed_header_that_was_changed_is_refused(
    api: ControlPlane, draft: Draft, name: str, value: str
) -> None:
    """What was signed must arrive as it was signed."""
    draft = draft.with_header("X-Extra", "a")
    names = ("content-type", "host", "x-amz-date", "x-extra")
    signed = _signed(api, draft, replace(api.signing(), signed_headers=names))

    refused = _send_with(api, draft.with_header(name, value), signed)
    twin = _send_with(api, draft, signed)

    expect.refused_somehow(refused, status=403)
    expect.twin_accepted(twin)


@verifies("SIG-04")
def test_signed_date_that_was_changed_is_refused(
    api: ControlPlane, draft: Draft
) -> None:
    """A signature holds for its own second only."""
    at = api.signing().at
    signed = _signed(api, draft)
    later = f"{at + timedelta(seconds=1):%Y%m%dT%H%M%SZ}"

    refused = _send_with(api, draft, {**signed, "X-Amz-Date": later})
    twin = _send_with(api, draft, signed)

    expect.refused_somehow(refused, status=403)
    expect.twin_accepted(twin)


@verifies("SIG-04")
def test_signature_of_another_operation_is_refused(
    api: ControlPlane, room: str
) -> None:
    """The path is in the signature: one for GetRoom does not delete."""
    needs_signatures(api)
    lookup = api.draft("GetRoom", {"identifier": room})
    signed = _signed(api, lookup)

    refused = _send_with(api, replace(lookup, path="/DeleteRoom"), signed)
    twin = _send_with(api, lookup, signed)

    expect.refused_somehow(refused, status=403)
    expect.twin_accepted(twin)


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
        case(lambda s: replace(s, algorithm="Basic"), name="another-scheme"),
        case(lambda s: replace(s, terminator="aws3_request"), name="terminator"),
    ],
)
def test_incomplete_signature_is_told_as_such(
    api: ControlPlane, draft: Draft, spoil: Spoil
) -> None:
    """A part that is missing or malformed is no wrong signature."""
    refused = _refusal(api.send(draft, signing=spoil(api.signing())))

    expect.refused(refused, status={400, 403}, types={"IncompleteSignatureException"})


@verifies("SIG-05")
@pytest.mark.parametrize("spoil", [case(spoil, name=name) for name, spoil in SPOILT])
def test_wrong_signature_is_told_as_such(
    api: ControlPlane, draft: Draft, spoil: Spoil
) -> None:
    """The type says that the signature does not match."""
    refused = _refusal(api.send(draft, signing=spoil(api.signing())))

    expect.refused(refused, status=403, types=INVALID)


@verifies("SIG-06")
@pytest.mark.parametrize(
    "key", [case("AKIDUNKNOWN", name="unknown"), case("x", name="short")]
)
def test_unknown_access_key_is_told_as_such(
    api: ControlPlane, draft: Draft, key: str
) -> None:
    """Nobody has that key."""
    stranger = Credentials(key, "secret")

    refused = _refusal(
        api.send(draft, signing=replace(api.signing(), credentials=stranger))
    )

    expect.refused(refused, status=403, types={"UnrecognizedClientException"})


# At least an hour before, or after, both the target's clock and the machine's.
AGES = [
    case(timedelta(hours=-1), name="an-hour"),
    case(timedelta(hours=-2), name="two-hours"),
    case(timedelta(days=-1), name="a-day"),
    case(timedelta(days=-365), name="a-year"),
]


@verifies("SIG-08")
@pytest.mark.parametrize("age", AGES)
def test_stale_signature_is_refused(
    api: ControlPlane, draft: Draft, age: timedelta
) -> None:
    """What was signed an hour ago is no longer valid."""
    signing = api.signing()
    stale = min(signing.at, machine.now()) + age

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
    """What will be signed in an hour is not valid yet."""
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
        case(lambda s: replace(s, region="US-WEST-2"), name="region-in-capitals"),
        case(lambda s: replace(s, service="ivs"), name="another-service"),
        case(lambda s: replace(s, service="execute-api"), name="the-gateways-service"),
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


def _refusal(exchange: Exchange) -> Exchange:
    """Return a refusal to judge by its type; that there is one, other checks judge."""
    if exchange.status < 400:
        pytest.skip("the request was not refused: there is no error to judge")
    return exchange


def _expect_stale(exchange: Exchange) -> None:
    """Expect either way of refusing a date (contract.md 16a); names are recalled."""
    types = {*INVALID, "RequestExpired", "RequestTimeTooSkewed"}
    expect.refused(exchange, status={400, 403}, types=types)


def _with_secret(signing: Signing, secret: str, *, append: bool = False) -> Signing:
    known = signing.credentials
    other = known.secret_access_key + secret if append else secret
    return replace(signing, credentials=replace(known, secret_access_key=other))


def _signed(
    api: ControlPlane, draft: Draft, signing: Signing | None = None
) -> dict[str, str]:
    """Return the headers that sign a draft, to be sent by hand."""
    host = api.target.endpoint.partition("://")[2]
    with_host = draft.with_header("Host", host)
    return {"Host": host, **(signing or _least(api)).headers(with_host)}


def _least(api: ControlPlane) -> Signing:
    names = ("content-type", "host", "x-amz-date")
    return replace(api.signing(), signed_headers=names)


def _send_with(api: ControlPlane, draft: Draft, headers: dict[str, str]) -> Exchange:
    for name, value in headers.items():
        draft = draft.with_header(name, value)
    return api.send(draft, signing=None)


def _other(digit: str) -> str:
    return "0" if digit != "0" else "1"


def _day_before(at: datetime) -> str:
    return f"{at - timedelta(days=1):%Y%m%d}"
