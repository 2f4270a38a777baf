"""Every way in which real clients sign is accepted (SIG-11)."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import case, needs_signatures, verifies
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.exchange import Draft, Exchange
from ivschat_conformance.fixtures.signing import Signing

LEAST = ("content-type", "host", "x-amz-date")


@dataclass(frozen=True, slots=True)
class Client:
    """How a client writes a request: headers in order, what it signs, its commas.

    Of a header's value, `{host}`, `{length}` and `{sha256}` are filled in.
    """

    headers: tuple[tuple[str, str], ...]
    signed: tuple[str, ...] = LEAST
    separator: str = ", "
    write: Callable[[object], str] = json.dumps
    lower_case: bool = False


def _compact(body: object) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


SDK_ATTEMPT = (
    ("amz-sdk-invocation-id", "cfa139bb-6b9e-47bb-89b8-e65cfc25ac64"),
    ("amz-sdk-request", "attempt=1"),
)
BOTOCORE = (
    ("Host", "{host}"),
    ("Accept-Encoding", "identity"),
    ("Content-Type", "application/json"),
    ("User-Agent", "Boto3/1.43.11 md/Botocore#1.43.11 lang/python#3.11.7"),
)
LENGTH = ("Content-Length", "{length}")

# As each was seen on the wire.
CLIENTS = {
    "boto3-and-aws-cli-v1": Client((*BOTOCORE, *SDK_ATTEMPT, LENGTH)),
    "aws-cli-v2": Client((*BOTOCORE, LENGTH)),
    "javascript-sdk-v3": Client(
        (
            ("content-type", "application/json"),
            ("content-length", "{length}"),
            ("x-amz-user-agent", "aws-sdk-js/3.952.0"),
            ("user-agent", "aws-sdk-js/3.952.0 ua/2.1 lang/js m/N,E,e"),
            ("host", "{host}"),
            ("amz-sdk-invocation-id", "a9f639ab-5fa1-4402-ae36-c00af716348c"),
            ("amz-sdk-request", "attempt=1; max=1"),
            ("x-amz-content-sha256", "{sha256}"),
            ("Connection", "keep-alive"),
        ),
        signed=(
            *LEAST,
            "amz-sdk-invocation-id",
            "amz-sdk-request",
            "content-length",
            "x-amz-content-sha256",
            "x-amz-user-agent",
        ),
        write=_compact,
        lower_case=True,
    ),
    "javascript-sdk-v2": Client(
        (
            ("User-Agent", "aws-sdk-nodejs/2.1692.0 linux/v20.20.2 promise"),
            ("Content-Type", "application/json"),
            ("X-Amz-Content-Sha256", "{sha256}"),
            LENGTH,
            ("Host", "{host}"),
            ("Connection", "close"),
        ),
        signed=("host", "x-amz-content-sha256", "x-amz-date"),
        write=_compact,
    ),
    "capo": Client(
        (
            ("Host", "{host}"),
            ("Accept", "*/*"),
            ("Accept-Encoding", "gzip, deflate"),
            ("User-Agent", "python-zapros/0.23.0"),
            ("Content-Type", "application/json"),
            LENGTH,
        ),
        separator=",",
        write=_compact,
    ),
}


@pytest.fixture
def draft(api: ControlPlane, room: str) -> Draft:
    """Give a valid request for a token, not signed yet."""
    needs_signatures(api)
    return api.draft("CreateChatToken", {"roomIdentifier": room, "userId": "user-1"})


@verifies("SIG-11")
@pytest.mark.parametrize(
    "client", [case(client, name=name) for name, client in CLIENTS.items()]
)
def test_request_as_a_client_writes_it_is_accepted(
    api: ControlPlane, room: str, client: Client
) -> None:
    """Clients differ in headers, their case, what they sign, and commas."""
    needs_signatures(api)
    body = {
        "roomIdentifier": room,
        "userId": "user-1",
        "attributes": {"displayName": "Zoë ✓"},
    }

    exchange = _send_as(api, client, body)

    expect.accepted(exchange)


@verifies("SIG-11")
@pytest.mark.parametrize(
    "names",
    [
        case(LEAST, name="the-least"),
        case((*LEAST, "content-length"), name="and-the-length"),
        case((*LEAST, "user-agent"), name="and-the-user-agent"),
        case((*LEAST, "content-length", "user-agent"), name="everything-sent"),
    ],
)
def test_few_signed_headers_are_enough(
    api: ControlPlane, draft: Draft, names: tuple[str, ...]
) -> None:
    """What clients leave unsigned is no ground for a refusal, nor is what they sign."""
    exchange = api.send(draft, signing=_signing(api, names))

    expect.accepted(exchange)


@verifies("SIG-11")
@pytest.mark.parametrize(
    ("name", "value", "names"),
    [
        case("x-extra", "a", LEAST, name="unsigned"),
        case("x-extra", "a", (*LEAST, "x-extra"), name="signed"),
        case("x-extra", "a   b  c", (*LEAST, "x-extra"), name="inner-spaces"),
        case("x-extra", '"a, b"', (*LEAST, "x-extra"), name="quotes-and-commas"),
        case("x-extra", "a=b; c=/d?e&f:g", (*LEAST, "x-extra"), name="punctuation"),
        case("x-amz-extra", "a", (*LEAST, "x-amz-extra"), name="one-of-amazons"),
    ],
)
def test_header_of_anybodys_may_be_signed_or_not(
    api: ControlPlane, draft: Draft, name: str, value: str, names: tuple[str, ...]
) -> None:
    """The set of signed headers is the client's choice; runs of spaces count as one."""
    longer = draft.with_header(name, value)

    exchange = api.send(longer, signing=_signing(api, names))

    expect.accepted(exchange)


@verifies("SIG-11")
@pytest.mark.parametrize(
    "written",
    [
        case(str.lower, name="lower-case"),
        case(str.upper, name="upper-case"),
        case(str.title, name="mixed"),
    ],
)
def test_names_of_headers_may_be_in_any_case(
    api: ControlPlane, draft: Draft, written: Callable[[str], str]
) -> None:
    """Node sends lower-case names, Python mixed ones: the signature is the same."""
    host = api.target.endpoint.partition("://")[2]
    headers = (("host", host), ("content-type", "application/json"))
    draft = replace(draft, headers=headers)
    draft = _signed_by_hand(draft, _signing(api, LEAST))
    renamed = tuple((written(name), value) for name, value in draft.headers)

    exchange = api.send(replace(draft, headers=renamed), signing=None)

    expect.accepted(exchange)


@verifies("SIG-11")
@pytest.mark.parametrize(
    "separator",
    [case(", ", name="comma-and-space"), case(",", name="comma-alone")],
)
def test_parameters_are_separated_by_commas_with_or_without_spaces(
    api: ControlPlane, draft: Draft, separator: str
) -> None:
    """AWS's own clients write a space after the comma, others do not."""
    exchange = api.send(draft, signing=replace(api.signing(), separator=separator))

    expect.accepted(exchange)


@verifies("SIG-11")
@pytest.mark.parametrize(
    "write",
    [
        case(json.dumps, name="spaces-and-escapes"),
        case(_compact, name="compact-and-raw"),
        case(lambda body: json.dumps(body, indent=2) + "\n", name="many-lines"),
    ],
)
def test_signature_covers_the_bytes_of_the_body(
    api: ControlPlane, draft: Draft, room: str, write: Callable[[object], str]
) -> None:
    """However the same JSON is written, it is signed as it is sent."""
    body = write({"roomIdentifier": room, "userId": "Zoë 😀"}).encode()

    exchange = api.send(replace(draft, body=body))

    expect.accepted(exchange)


@verifies("SIG-11")
def test_each_request_of_a_session_has_its_own_signature(
    api: ControlPlane, draft: Draft, room: str
) -> None:
    """One connection carries requests of several users, signed one by one."""
    bodies = [{"roomIdentifier": room, "userId": f"user-{n}"} for n in range(3)]

    exchanges = [
        api.send(replace(draft, body=_compact(body).encode())) for body in bodies
    ]

    for exchange in exchanges:
        expect.accepted(exchange)


def _send_as(api: ControlPlane, client: Client, body: object) -> Exchange:
    written = client.write(body).encode()
    values = {
        "host": api.target.endpoint.partition("://")[2],
        "length": len(written),
        "sha256": hashlib.sha256(written).hexdigest(),
    }
    headers = tuple((name, value.format(**values)) for name, value in client.headers)
    draft = api.draft("CreateChatToken", written, headers=headers)
    signing = replace(_signing(api, client.signed), separator=client.separator)
    signed = _signed_by_hand(draft, signing)
    if client.lower_case:
        lower = tuple((name.lower(), value) for name, value in signed.headers)
        signed = replace(signed, headers=lower)
    return api.send(signed, signing=None, operation="CreateChatToken")


def _signing(api: ControlPlane, names: tuple[str, ...]) -> Signing:
    """Return a signing of these headers, and of the session token if there is one."""
    signing = api.signing()
    if signing.credentials.session_token is not None:
        names = (*names, "x-amz-security-token")
    return replace(signing, signed_headers=names)


def _signed_by_hand(draft: Draft, signing: Signing) -> Draft:
    """Return the draft, which has its host, with the headers that sign it."""
    return replace(draft, headers=(*draft.headers, *signing.headers(draft).items()))
