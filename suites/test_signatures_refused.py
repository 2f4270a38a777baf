"""Who may not ask gets no answer: unsigned or wrongly signed (contract.md 2.4)."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import Rooms, case, needs_signatures, verifies
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.exchange import Draft, Exchange
from ivschat_conformance.fixtures.signing import Signing

Spoil = Callable[[Signing], Signing]


@pytest.fixture
def draft(api: ControlPlane, room: str) -> Draft:
    """Give a valid request for a token, with its host, not signed yet."""
    needs_signatures(api)
    body = {"roomIdentifier": room, "userId": "user-1"}
    return _with_host(api, api.draft("CreateChatToken", body))


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
    api: ControlPlane, rooms: Rooms, operation: str
) -> None:
    """No operation answers somebody who does not say who they are."""
    needs_signatures(api)
    arn = rooms.new()
    body = {} if operation == "CreateRoom" else {"identifier": arn}

    refused = api.call(operation, body, signing=None)
    twin = api.call("GetRoom", {"identifier": arn})

    if operation == "CreateRoom" and refused.status == 200:  # leave nothing behind
        api.call("DeleteRoom", {"identifier": refused.json["arn"]})
    expect.refused_somehow(refused, status=403)
    expect.twin_accepted(twin)


@verifies("SIG-02")
def test_unsigned_request_misses_an_authentication_token(
    api: ControlPlane, draft: Draft
) -> None:
    """The type says that nobody signed."""
    refused = api.send(draft, signing=None)
    twin = api.send(draft)

    _expect_type(refused, "MissingAuthenticationTokenException")
    expect.twin_accepted(twin)


# How a signing is spoilt; each leaves the request well-formed.
SPOILT: list[tuple[str, Spoil]] = [
    ("another-secret", lambda signing: _with_secret(signing, lambda _: "not it")),
    ("a-longer-secret", lambda signing: _with_secret(signing, lambda s: s + "x")),
    ("secret-and-space", lambda signing: _with_secret(signing, lambda s: s + " ")),
    ("no-secret", lambda signing: _with_secret(signing, lambda _: "")),
    ("another-body", lambda signing: replace(signing, body=b"{}")),
    ("no-body", lambda signing: replace(signing, body=b"")),
]


@verifies("SIG-04")
@pytest.mark.parametrize("spoil", [case(spoil, name=name) for name, spoil in SPOILT])
def test_signature_by_another_or_of_another_body_is_refused(
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
        case(lambda draft: replace(draft, method="GET"), name="method-get"),
        case(lambda draft: replace(draft, method="PUT"), name="method-put"),
        case(lambda draft: replace(draft, path="/"), name="no-path"),
        case(lambda draft: replace(draft, path="/GetRoom"), name="another-path"),
        case(lambda draft: replace(draft, path=draft.path.lower()), name="path-small"),
        case(lambda draft: replace(draft, query="a=b"), name="query"),
        case(
            lambda draft: replace(draft, body=_of_user_2(draft.body)),
            name="another-user",
        ),
        case(lambda draft: replace(draft, body=draft.body + b" "), name="space-after"),
        case(lambda draft: draft.with_header("Host", "ivschat.test"), name="host"),
        case(
            lambda draft: draft.with_header("Content-Type", "text/plain"),
            name="content-type",
        ),
        case(lambda draft: draft.with_header("X-Amz-Extra", "a"), name="a-header-more"),
    ],
)
def test_signature_of_another_request_is_refused(
    api: ControlPlane, draft: Draft, change: Callable[[Draft], Draft]
) -> None:
    """A signature covers method, path, query, headers and body, and fits no other."""
    refused = _send_with(api, draft, api.signing().headers(change(draft)))
    twin = _send_with(api, draft, api.signing().headers(draft))

    expect.refused_somehow(refused, status=403)
    expect.twin_accepted(twin)


@verifies("SIG-04")
@pytest.mark.parametrize(
    "change",
    [
        case(lambda hexes: "0" * len(hexes), name="zeros"),
        case(lambda hexes: "z" * len(hexes), name="no-hexadecimal"),
        case(lambda hexes: hexes[::-1], name="reversed"),
        case(lambda hexes: _other(hexes[0]) + hexes[1:], name="first-digit"),
        case(lambda hexes: hexes[:-1] + _other(hexes[-1]), name="last-digit"),
        case(lambda hexes: hexes[:-1], name="one-digit-less"),
        case(lambda hexes: hexes[: len(hexes) // 2], name="half"),
        case(lambda hexes: hexes + "0", name="one-digit-more"),
    ],
)
def test_changed_signature_is_refused(
    api: ControlPlane, draft: Draft, change: Callable[[str], str]
) -> None:
    """One digit of the signature is as much as all of them."""
    signed = api.signing().headers(draft)
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
        case("X-Amz-Extra", "b", name="value"),
        case("X-Amz-Extra", "A", name="case-of-the-value"),
        case("X-Amz-Extra", "", name="emptied"),
    ],
)
def test_signed_header_that_was_changed_is_refused(
    api: ControlPlane, draft: Draft, name: str, value: str
) -> None:
    """What was signed must arrive as it was signed."""
    draft = draft.with_header("X-Amz-Extra", "a")
    signed = api.signing().headers(draft)

    refused = _send_with(api, draft.with_header(name, value), signed)
    twin = _send_with(api, draft, signed)

    expect.refused_somehow(refused, status=403)
    expect.twin_accepted(twin)


@verifies("SIG-04")
def test_signed_header_that_was_taken_away_is_refused(
    api: ControlPlane, draft: Draft
) -> None:
    """What SignedHeaders names must be there; how its want is told is left open."""
    longer = draft.with_header("X-Amz-Extra", "a")
    signed = api.signing().headers(longer)

    refused = _send_with(api, draft, signed)
    twin = _send_with(api, longer, signed)

    expect.not_successful(refused)
    expect.twin_accepted(twin)


@verifies("SIG-04")
def test_signed_date_that_was_changed_is_refused(
    api: ControlPlane, draft: Draft
) -> None:
    """A signature holds for its own second only."""
    signing = api.signing()
    signed = signing.headers(draft)
    later = replace(signing, at=signing.at + timedelta(seconds=1)).headers(draft)

    refused = _send_with(api, draft, {**signed, "X-Amz-Date": later["X-Amz-Date"]})
    twin = _send_with(api, draft, signed)

    expect.refused_somehow(refused, status=403)
    expect.twin_accepted(twin)


@verifies("SIG-04")
def test_hash_in_a_header_does_not_stand_for_the_body(
    api: ControlPlane, draft: Draft
) -> None:
    """A signed X-Amz-Content-Sha256 covers its own body, and no other."""
    said = hashlib.sha256(draft.body).hexdigest()
    draft = draft.with_header("X-Amz-Content-Sha256", said)
    signed = api.signing().headers(draft)

    refused = _send_with(api, replace(draft, body=_of_user_2(draft.body)), signed)
    twin = _send_with(api, draft, signed)

    expect.refused_somehow(refused, status=403)
    expect.twin_accepted(twin)


@verifies("SIG-04")
def test_signature_of_another_operation_is_refused(
    api: ControlPlane, rooms: Rooms
) -> None:
    """The path is in the signature: one for GetRoom does not delete."""
    needs_signatures(api)
    lookup = _with_host(api, api.draft("GetRoom", {"identifier": rooms.new()}))
    signed = api.signing().headers(lookup)

    refused = _send_with(api, replace(lookup, path="/DeleteRoom"), signed)
    twin = _send_with(api, lookup, signed)

    expect.refused_somehow(refused, status=403)
    expect.twin_accepted(twin)


@verifies("SIG-04")
def test_each_request_of_a_session_is_judged_by_itself(
    api: ControlPlane, draft: Draft
) -> None:
    """On a connection that was trusted once, a wrong signature is refused again."""
    wrong = _with_secret(api.signing(), lambda _: "not it")

    answers = [
        api.send(draft, signing=signing)
        for signing in (api.signing(), wrong, api.signing(), wrong)
    ]

    for twin, refused in (answers[:2], answers[2:]):
        expect.refused_somehow(refused, status=403)
        expect.twin_accepted(twin)


@verifies("SIG-05")
@pytest.mark.parametrize("spoil", [case(spoil, name=name) for name, spoil in SPOILT])
def test_wrong_signature_is_told_as_such(
    api: ControlPlane, draft: Draft, spoil: Spoil
) -> None:
    """The type says that the signature does not match."""
    refused = api.send(draft, signing=spoil(api.signing()))
    twin = api.send(draft)

    _expect_type(refused, "InvalidSignatureException")
    expect.twin_accepted(twin)


def _expect_type(exchange: Exchange, name: str) -> None:
    """Expect a refusal to be called so; that there is one, other checks judge."""
    if exchange.status < 400:
        pytest.skip("the request was not refused: there is no error to judge")
    expect.refused(exchange, status=exchange.status, types={name})


def _with_secret(signing: Signing, change: Callable[[str], str]) -> Signing:
    known = signing.credentials
    other = replace(known, secret_access_key=change(known.secret_access_key))
    return replace(signing, credentials=other)


def _with_host(api: ControlPlane, draft: Draft) -> Draft:
    """Return the draft with its host, so that it can be signed by hand."""
    return draft.with_header("Host", api.target.endpoint.partition("://")[2])


def _send_with(api: ControlPlane, draft: Draft, headers: dict[str, str]) -> Exchange:
    signed = replace(draft, headers=(*draft.headers, *headers.items()))
    return api.send(signed, signing=None)


def _of_user_2(body: bytes) -> bytes:
    return json.dumps({**json.loads(body), "userId": "user-2"}).encode()


def _other(digit: str) -> str:
    return "0" if digit != "0" else "1"
