"""Every way in which real clients sign is accepted (SIG-11, and what SIG-01 leaves)."""

from dataclasses import replace

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import case, needs_signatures, verifies
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.exchange import Draft

LEAST = ("content-type", "host", "x-amz-date")


@pytest.fixture
def draft(api: ControlPlane, room: str) -> Draft:
    """Give a valid request for a token, not signed yet."""
    needs_signatures(api)
    return api.draft("CreateChatToken", {"roomIdentifier": room, "userId": "user-1"})


@verifies("SIG-11")
@pytest.mark.parametrize(
    "names",
    [
        case(LEAST, name="aws-cli-and-boto3"),
        case((*LEAST, "content-length"), name="and-the-length"),
        case((*LEAST, "user-agent"), name="and-the-user-agent"),
        case((*LEAST, "content-length", "user-agent"), name="everything-sent"),
    ],
)
def test_few_signed_headers_are_enough(
    api: ControlPlane, draft: Draft, names: tuple[str, ...]
) -> None:
    """What clients leave unsigned is no ground for a refusal, nor is what they sign."""
    exchange = api.send(draft, signing=replace(api.signing(), signed_headers=names))

    expect.accepted(exchange)


@verifies("SIG-11")
@pytest.mark.parametrize(
    ("added", "signed"),
    [
        case(
            {
                "amz-sdk-invocation-id": "a9f639ab-5fa1-4402-ae36-c00af716348c",
                "amz-sdk-request": "attempt=1; max=1",
                "x-amz-user-agent": "aws-sdk-js/3.952.0",
            },
            (
                "amz-sdk-invocation-id",
                "amz-sdk-request",
                "content-length",
                *LEAST,
                "x-amz-user-agent",
            ),
            name="javascript-sdk-v3",
        ),
        case(
            {"amz-sdk-invocation-id": "1", "amz-sdk-request": "attempt=1"},
            LEAST,
            name="unsigned-sdk-headers",
        ),
        case({"x-extra": "a"}, (*LEAST, "x-extra"), name="a-header-of-anybodys"),
        case({"x-extra": "a   b  c"}, (*LEAST, "x-extra"), name="inner-spaces"),
        case({"x-extra": '"a, b"'}, (*LEAST, "x-extra"), name="quotes-and-commas"),
    ],
)
def test_headers_of_sdks_may_be_signed_or_not(
    api: ControlPlane, draft: Draft, added: dict[str, str], signed: tuple[str, ...]
) -> None:
    """The set of signed headers is the client's choice."""
    for name, value in added.items():
        draft = draft.with_header(name, value)

    exchange = api.send(draft, signing=replace(api.signing(), signed_headers=signed))

    expect.accepted(exchange)


@verifies("SIG-11")
def test_names_of_headers_may_be_in_any_case(api: ControlPlane, draft: Draft) -> None:
    """Node sends lower-case names, Python mixed ones: the signature is the same."""
    lower = replace(draft, headers=(("content-type", "application/json"),))
    upper = replace(draft, headers=(("CONTENT-TYPE", "application/json"),))
    signing = replace(api.signing(), signed_headers=LEAST)

    for exchange in (
        api.send(lower, signing=signing),
        api.send(upper, signing=signing),
    ):
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
    "user_id",
    [case("user-1", name="ascii"), case("Zoë 😀", name="beyond-ascii")],
)
def test_signature_covers_the_bytes_of_the_body(
    api: ControlPlane, room: str, draft: Draft, user_id: str
) -> None:
    """Raw UTF-8 is signed as it is sent."""
    body = f'{{"roomIdentifier":"{room}","userId":"{user_id}"}}'.encode()

    exchange = api.send(replace(draft, body=body))

    expect.accepted(exchange)


@verifies("SIG-11")
def test_same_signature_may_be_sent_again(api: ControlPlane, draft: Draft) -> None:
    """A client that retries sends the very same bytes, while they are fresh."""
    signing = api.signing()

    exchanges = [api.send(draft, signing=signing) for _ in range(3)]

    for exchange in exchanges:
        expect.accepted(exchange)
