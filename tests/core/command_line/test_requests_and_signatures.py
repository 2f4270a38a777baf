"""The request is the one that AWS's command sends, signed so that a server agrees."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from ivschat_conformance.reference_impl.core.command_line.refusals import (
    CallFailedError,
)
from ivschat_conformance.reference_impl.core.command_line.request_signing import (
    Credentials,
    signed_headers,
)
from ivschat_conformance.reference_impl.core.command_line.wire_requests import (
    WireRequest,
    build_request,
)
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.reference_impl.core.signatures import (
    Credential,
    SignatureVerifier,
)

if TYPE_CHECKING:
    from tests.core.command_line.conftest import Read

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ARN = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
TAGS = "/tags/arn%3Aaws%3Aivschat%3Aus-west-2%3A123456789012%3Aroom%2Fg1H2I3j4k5L6"
CREDENTIALS = Credentials("AKIDEXAMPLE", "s/e+c ret", "token")
TOKEN = (
    *("create-chat-token", "--room-identifier", ARN, "--user-id", "é"),
    *("--capabilities", "SEND_MESSAGE", "--attributes", "a=b"),
)
COMMANDS = [
    TOKEN,
    ("list-tags-for-resource", "--resource-arn", ARN),
    ("tag-resource", "--resource-arn", ARN, "--tags", "a=b"),
    ("untag-resource", "--resource-arn", ARN, "--tag-keys", "k 1", "k2", "é&=/"),
    ("list-rooms",),
]


def request_of(read: "Read", words: tuple[str, ...], endpoint: str) -> WireRequest:
    """Return the request of a command line."""
    asked = read(*words)
    return build_request(asked.operation, asked.parameters, endpoint, "ivschat/1")


@pytest.mark.parametrize(
    ("words", "method", "target", "body"),
    [
        (
            TOKEN,
            "POST",
            "/CreateChatToken",
            b'{"roomIdentifier": "arn:aws:ivschat:us-west-2:123456789012:room/'
            b'g1H2I3j4k5L6", "userId": "\\u00e9", "capabilities": ["SEND_MESSAGE"], '
            b'"attributes": {"a": "b"}}',
        ),
        (COMMANDS[1], "GET", TAGS, None),
        (COMMANDS[2], "POST", TAGS, b'{"tags": {"a": "b"}}'),
        (
            COMMANDS[3],
            "DELETE",
            f"{TAGS}?tagKeys=k%201&tagKeys=k2&tagKeys=%C3%A9%26%3D%2F",
            None,
        ),
        (
            ("untag-resource", "--resource-arn", "x", "--tag-keys"),
            "DELETE",
            "/tags/x",
            None,
        ),
        (("list-rooms",), "POST", "/ListRooms", b"{}"),
    ],
)
def test_request_is_the_one_that_the_contract_shows(
    read: "Read", words: tuple[str, ...], method: str, target: str, body: bytes | None
) -> None:
    """Method, path, query and body are AWS's, byte for byte (15.1)."""
    request = request_of(read, words, "https://example.com")

    assert (request.method, request.target, request.body) == (method, target, body)
    headers = dict(request.headers)
    assert headers.pop("User-Agent") == "ivschat/1"
    assert headers == ({"Content-Type": "application/json"} if body else {})


@pytest.mark.parametrize(
    ("endpoint", "url", "host"),
    [
        ("http://x:4570", "http://x:4570/ListRooms", "x:4570"),
        ("http://x:80/base/", "http://x:80/base/ListRooms", "x"),
        ("HTTPS://x/?q=1", "https://x/ListRooms?q=1", "x"),
        ("http://user:secret@x", "http://x/ListRooms", "x"),
        ("http://[::1]:1", "http://[::1]:1/ListRooms", "[::1]:1"),
    ],
)
def test_endpoint_may_have_a_path(
    read: "Read", endpoint: str, url: str, host: str
) -> None:
    """The operation's path goes behind it; a password in it is never shown."""
    request = request_of(read, ("list-rooms",), endpoint)

    assert (request.url, request.host) == (url, host)


@pytest.mark.parametrize(
    "endpoint",
    ["http://", "ftp://x", "http://x:99999", "http://a b", "http://x\n", "http://é"],
)
def test_endpoint_that_cannot_be_called_is_refused(read: "Read", endpoint: str) -> None:
    """With 255, as AWS's command does."""
    with pytest.raises(CallFailedError, match="Invalid endpoint: "):
        request_of(read, ("list-rooms",), endpoint)


@pytest.mark.parametrize("words", COMMANDS)
@pytest.mark.parametrize("token", ["token", None])
def test_server_agrees_with_the_signature(
    read: "Read", words: tuple[str, ...], token: str | None
) -> None:
    """Ours is found right by the verifier that holds clients to account."""
    request = request_of(read, words, "http://127.0.0.1:4570")
    credentials = Credentials("AKIDEXAMPLE", "s/e+c ret", token)
    headers = signed_headers(request, credentials, "us-west-2", NOW)
    sent = (*request.headers, *headers, ("Host", request.host))
    received = HttpRequest(
        request.method,
        request.target,
        tuple((name.lower(), value) for name, value in sent),
        request.body or b"",
    )
    verifier = SignatureVerifier(
        [Credential("AKIDEXAMPLE", "s/e+c ret", token)], "us-west-2"
    )

    assert verifier.verify(received, [NOW + timedelta(minutes=1)]) == "AKIDEXAMPLE"


@pytest.mark.parametrize("words", COMMANDS)
def test_signature_is_the_one_that_botocore_makes(
    read: "Read", words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same keys, instant and request give the same Authorization."""
    request = request_of(read, words, "http://127.0.0.1:4570")
    theirs = AWSRequest(
        request.method, request.url, dict(request.headers), request.body
    )
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: NOW)
    keys = BotocoreCredentials("AKIDEXAMPLE", "s/e+c ret", "token")

    SigV4Auth(keys, "ivschat", "us-west-2").add_auth(theirs)

    ours = dict(signed_headers(request, CREDENTIALS, "us-west-2", NOW))
    assert {name: theirs.headers[name] for name in ours} == ours


def test_secrets_are_in_no_text() -> None:
    """What is logged by mistake shows the key's name only."""
    assert repr(CREDENTIALS) == "Credentials(access_key_id='AKIDEXAMPLE')"
