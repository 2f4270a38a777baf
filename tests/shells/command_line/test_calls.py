"""Calls of `ivschat` over the network: what is sent, trusted, tried again and told."""

import json
import socket
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.reference_impl.core.command_line.shapes import kebab_case
from ivschat_conformance.reference_impl.shells import command_line
from ivschat_conformance.schemas.operations import load_operations
from tests.shells.command_line.conftest import (
    ARN,
    BROKEN,
    BUCKET,
    OK,
    SECRET,
    THROTTLED,
    TOKEN,
    Answer,
    Ended,
    Endpoint,
)

if TYPE_CHECKING:
    from tests.conftest import Serve, Served


def test_request_has_the_headers_of_the_contract_and_no_other(
    endpoint: Endpoint, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is on the wire is what section 15.1 shows, under our own name."""
    endpoint.answers.append(OK)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session")

    ended = run(*TOKEN, "--endpoint-url", endpoint.url)

    assert ended == Ended(0, '{\n    "token": "t"\n}\n', "")
    [(method, path, fields, body)] = endpoint.requests
    assert (method, path) == ("POST", "/CreateChatToken")
    assert body == f'{{"roomIdentifier": "{ARN}", "userId": "u-1"}}'.encode()
    authorization = fields.pop("authorization")
    assert authorization.startswith("AWS4-HMAC-SHA256 Credential=test/")
    assert (
        "/us-west-2/ivschat/aws4_request, SignedHeaders=content-type;host;x-amz-date;"
        "x-amz-security-token, Signature="
    ) in authorization
    assert len(fields.pop("x-amz-date")) == len("20260102T030405Z")
    assert fields == {
        "host": endpoint.url.removeprefix("http://"),
        "user-agent": command_line.PROGRAM,
        "content-type": "application/json",
        "x-amz-security-token": "session",
        "content-length": str(len(body)),
    }


def test_request_need_not_be_signed(endpoint: Endpoint, run: Any) -> None:
    """--no-sign-request sends no authorization and no date (CLI-31)."""
    endpoint.answers.append(OK)

    run(*TOKEN, "--endpoint-url", endpoint.url, "--no-sign-request")

    [(_, _, fields, _)] = endpoint.requests
    assert {"authorization", "x-amz-date"} & set(fields) == set()


def words_of(name: str, arn: str) -> Sequence[str]:
    """Return what an operation takes, of a room or a logging configuration."""
    room = ("--room-identifier", arn)
    given = {
        "CreateLoggingConfiguration": (
            "--destination-configuration",
            "s3={bucketName=abc}",
        ),
        "CreateRoom": ("--name", "n", "--tags", "a=b", "--maximum-message-length", "9"),
        "ListRooms": ("--max-results", "1"),
        "ListLoggingConfigurations": (),
        "CreateChatToken": (*room, "--user-id", "u"),
        "SendEvent": (*room, "--event-name", "e"),
        "DisconnectUser": (*room, "--user-id", "u"),
        "DeleteMessage": (*room, "--id", "AYk6xKitV4On"),
        "ListTagsForResource": ("--resource-arn", arn),
        "TagResource": ("--resource-arn", arn, "--tags", "a=b"),
        "UntagResource": ("--resource-arn", arn, "--tag-keys", "a", "é b"),
    }
    return given.get(name, ("--identifier", arn))


@pytest.fixture(scope="module")
def served(serve: "Serve") -> "Iterator[Served]":
    """Run the bundled server."""
    with serve("--credential", f"test:{SECRET}") as running:
        yield running


@pytest.mark.parametrize("name", [*load_operations()])
def test_every_operation_is_called(
    served: "Served", run: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bundled server takes it, and what has members prints them as JSON."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_IVSCHAT", served.endpoint)
    made = (
        ("create-logging-configuration", "--destination-configuration", BUCKET)
        if "Logging" in name
        else ("create-room",)
    )
    arn = run(*made, "--query", "arn", "--output", "text").stdout.strip()

    ended = run(kebab_case(name), *words_of(name, arn))

    assert (ended.code, ended.stderr) == (0, "")
    silent = {"TagResource", "UntagResource", "DisconnectUser"}
    if name in silent or name.startswith("DeleteRoom") or "DeleteLogging" in name:
        assert ended.stdout == ""
    else:
        assert json.loads(ended.stdout)


def test_refusal_of_the_service_is_told(served: "Served", run: Any) -> None:
    """Its type and message go to stderr after an empty line, and it is 254."""
    ended = run(*TOKEN, "--endpoint-url", served.endpoint)

    assert (ended.code, ended.stdout) == (254, "")
    assert ended.stderr.startswith(
        "\nAn error occurred (ResourceNotFoundException) when calling the "
        "CreateChatToken operation: "
    )


def test_encrypted_endpoint_is_trusted_by_its_bundle_only(
    serve: "Serve", run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS_CA_BUNDLE and --no-verify-ssl let it pass; otherwise nothing is sent."""
    with serve("--tls", "--credential", f"test:{SECRET}") as running:
        call = ("list-rooms", "--endpoint-url", running.endpoint)
        unknown = run(*call)
        trusting = run(*call, "--no-verify-ssl")
        monkeypatch.setenv("AWS_CA_BUNDLE", running.first_line["caBundle"])
        known = run(*call)

    assert (unknown.code, trusting.code, known.code) == (255, 0, 0)
    assert "SSL validation failed for https://" in unknown.stderr


@pytest.mark.parametrize(
    ("answers", "code", "tries"),
    [
        ([THROTTLED, BROKEN, OK], 0, 3),
        ([THROTTLED, THROTTLED, THROTTLED, OK], 254, 3),
        ([BROKEN, BROKEN, BROKEN], 255, 3),
        ([], 255, 3),
        ([(403, {"X-Amzn-ErrorType": "A"}, b"{}"), OK], 254, 1),
        ([(302, {"Location": "/elsewhere"}, b""), OK], 255, 1),
    ],
)
def test_what_may_pass_is_tried_three_times(
    endpoint: Endpoint,
    run: Any,
    waits: list[float],
    *,
    answers: list[Answer],
    code: int,
    tries: int,
) -> None:
    """With growing waits, each time signed anew; redirects are not followed."""
    endpoint.answers += answers

    ended = run(*TOKEN, "--endpoint-url", endpoint.url)

    assert ended.code == code
    assert len(endpoint.requests) == tries
    assert waits == [0.5, 1.0][: tries - 1]
    if answers[2:3] == [THROTTLED]:
        assert "operation (reached max retries: 2): slow" in ended.stderr


def test_number_of_attempts_is_the_environments(
    endpoint: Endpoint, run: Any, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS_MAX_ATTEMPTS=1 asks once."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    endpoint.answers.append(THROTTLED)

    ended = run(*TOKEN, "--endpoint-url", endpoint.url)

    assert (ended.code, len(endpoint.requests), waits) == (254, 1, [])
    assert "max retries" not in ended.stderr


def test_endpoint_that_is_not_there_is_told(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the URL that was called, with 255 (CLI-26)."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"

    ended = run(*TOKEN, "--endpoint-url", url)

    assert ended.code == 255
    assert ended.stderr == (
        f'\nCould not connect to the endpoint URL: "{url}/CreateChatToken"\n'
    )


def test_endpoint_that_does_not_answer_is_given_up(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the read timeout, with 255."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        ended = run(*TOKEN, "--endpoint-url", url, "--cli-read-timeout", "1")

    assert ended.code == 255
    assert "Read timeout on endpoint URL:" in ended.stderr


def test_proxy_of_the_environment_is_asked(
    endpoint: Endpoint, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the whole URL and the proxy's own credentials; not for NO_PROXY's hosts."""
    endpoint.answers += [OK, OK]
    proxy = endpoint.url.replace("http://", "http://user:p%40ss@")
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    run(*TOKEN, "--endpoint-url", "http://chat.invalid/base")
    run(*TOKEN, "--endpoint-url", endpoint.url)

    [(_, through, fields, _), (_, direct, others, _)] = endpoint.requests
    assert through == "http://chat.invalid/base/CreateChatToken"
    assert fields["host"] == "chat.invalid"
    assert fields["proxy-authorization"] == "Basic dXNlcjpwQHNz"
    assert direct == "/CreateChatToken"
    assert "proxy-authorization" not in others


@pytest.mark.parametrize("proxy", ["http://:80", "http://x:99999", "http://[", "x:y"])
def test_proxy_that_is_none_is_told(
    run: Any, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    """With 253, and without a password that may be in it."""
    monkeypatch.setenv("http_proxy", proxy)

    ended = run(*TOKEN, "--endpoint-url", "http://chat.invalid")

    assert ended.code == 253
    assert ended.stderr == "\nThe proxy of the environment is no http://HOST:PORT\n"
