"""The `ivschat` command with all that is around it: files, streams and the network."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.reference_impl.core.command_line.shapes import kebab_case
from ivschat_conformance.reference_impl.shells import command_line
from ivschat_conformance.schemas.operations import load_operations

if TYPE_CHECKING:
    from tests.conftest import Serve, Served

DEADLINE = 20  # seconds for what takes a fifth of one on an idle machine
ARN = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
IVSCHAT = (
    sys.executable,
    "-m",
    "ivschat_conformance.reference_impl.shells.command_line",
)
TOKEN = ("create-chat-token", "--room-identifier", ARN, "--user-id", "u-1")
BUCKET = "s3={bucketName=abc}"
SECRET = "s3cr3t-of-the-test"  # noqa: S105 - no secret of anybody

Answer = tuple[int, dict[str, str], bytes]

OK: Answer = (200, {"Content-Type": "application/json"}, b'{"token": "t"}')
THROTTLED: Answer = (
    429,
    {"X-Amzn-ErrorType": "ThrottlingException"},
    b'{"message": "slow"}',
)
BROKEN: Answer = (500, {}, b"<html>")


@dataclass(slots=True)
class Endpoint:
    """Answers one request after another as it was told, and keeps what it got."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """Serve on the loopback; without an answer to give, cut the connection."""
    kept = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fields = {name.lower(): value for name, value in self.headers.items()}
            kept.requests.append((self.command, self.path, fields, body))
            if not kept.answers:
                return
            status, headers, body = kept.answers.pop(0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_DELETE = do_POST  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield kept
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide what a developer has set up for AWS; give keys and a region."""
    for name in [*os.environ]:
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the waits that would have been, and have none."""
    kept: list[float] = []
    monkeypatch.setattr("time.sleep", kept.append)
    monkeypatch.setattr("random.random", lambda: 0.5)
    return kept


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Give what runs a command line in this process."""

    def run(*words: str) -> Ended:
        code = command_line.main(words)
        stdout, stderr = capsys.readouterr()
        assert SECRET not in stdout + stderr
        assert "Signature=" not in stdout + stderr
        return Ended(code, stdout, stderr)

    return run


def started(*words: str, **settings: Any) -> subprocess.Popen[str]:
    """Start the command in a process of its own."""
    return subprocess.Popen(
        [*IVSCHAT, *words], stderr=subprocess.PIPE, text=True, **settings
    )


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


def test_profile_files_give_region_and_credentials(
    endpoint: Endpoint, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under ~/.aws, or where the environment says that they are."""
    endpoint.answers += [OK, OK]
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text("[profile x]\nregion = eu-west-1\n")
    (folder / "credentials").write_text(
        f"[x]\naws_access_key_id = filed\naws_secret_access_key = {SECRET}\n"
    )
    monkeypatch.delenv("AWS_REGION")

    run(*TOKEN, "--endpoint-url", endpoint.url, "--profile", "x")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    run(*TOKEN, "--endpoint-url", endpoint.url, "--profile", "x")

    [(_, _, fields, _)] = endpoint.requests  # of the second there is none
    assert "Credential=filed/" in fields["authorization"]
    assert "/eu-west-1/ivschat/" in fields["authorization"]


@pytest.mark.parametrize("botocore", ["installed", "missing"])
def test_lack_of_credentials_is_told(
    run: Any, monkeypatch: pytest.MonkeyPatch, botocore: str
) -> None:
    """In AWS's words and with 253, whether or not botocore's chain could be asked."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    if botocore == "missing":
        monkeypatch.setitem(sys.modules, "botocore.session", None)

    assert run(*TOKEN) == Ended(
        253,
        "",
        "\nUnable to locate credentials. You can configure credentials by running "
        '"aws configure".\n',
    )


def test_lack_of_a_region_is_told(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 253."""
    monkeypatch.delenv("AWS_REGION")

    ended = run(*TOKEN)

    assert ended.code == 253
    assert ended.stderr.startswith("\nYou must specify a region.")


def test_rest_of_the_chain_is_botocores(
    endpoint: Endpoint, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that prints credentials is one of its ways; its failure is told."""
    endpoint.answers.append(OK)
    printed = {"Version": 1, "AccessKeyId": "asked", "SecretAccessKey": SECRET}
    (tmp_path / "printed").write_text(json.dumps(printed))
    config = tmp_path / "config"
    config.write_text(
        f"[profile good]\ncredential_process = cat {tmp_path}/printed\n"
        f"[profile bad]\ncredential_process = cat {tmp_path}/{SECRET}\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))

    good = run(*TOKEN, "--endpoint-url", endpoint.url, "--profile", "good")
    bad = run(*TOKEN, "--endpoint-url", endpoint.url, "--profile", "bad")

    assert (good.code, bad.code) == (0, 253)
    assert "Credential=asked/" in endpoint.requests[0][2]["authorization"]
    assert "cannot be had" in bad.stderr


def test_usage_error_shows_the_usage(run: Any) -> None:
    """Where to look, then what is wrong; on stderr alone."""
    ended = run("create-chat-token")

    assert (ended.code, ended.stdout) == (252, "")
    assert ended.stderr == (
        "\nusage: ivschat [options] <operation> [parameters]\n"
        "To see help text, you can run:\n\n"
        "  ivschat help\n  ivschat <operation> help\n\n"
        "ivschat: error: the following arguments are required: --room-identifier, "
        "--user-id\n"
    )


def test_sample_output_needs_no_credentials_and_follows_output(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent; the form and the query are as of a real result."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_REGION")
    words = (*TOKEN, "--generate-cli-skeleton", "output")

    assert run(*words, "--output", "yaml").stdout.startswith("token: token\n")
    assert run(*words, "--query", "token").stdout == '"token"\n'


def test_nothing_is_imported_before_it_is_needed(endpoint: Endpoint) -> None:
    """A call takes none of the libraries of the suites, the server or other formats."""
    endpoint.answers.append(OK)
    heavy = "requests urllib3 jsonschema yaml jmespath cryptography botocore asyncio"
    script = (
        "import sys; from ivschat_conformance.reference_impl.shells import "
        f"command_line as c; c.main({[*TOKEN]!r}); "
        f"print([name for name in {heavy.split()!r} if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"AWS_ENDPOINT_URL": endpoint.url},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=True,
    )

    assert done.stdout == '{\n    "token": "t"\n}\n[]\n'


def test_reader_that_went_away_is_no_traceback() -> None:
    """A pipe whose other end is closed gives 255 and no words."""
    reading, writing = os.pipe()
    os.close(reading)

    with started("help", stdout=writing) as process:
        os.close(writing)
        _, errors = process.communicate(timeout=DEADLINE)

    assert (process.returncode, errors) == (255, "")


def test_closed_streams_are_no_traceback() -> None:
    """Whoever closes stdout or stderr gets the exit code alone."""
    command = " ".join(IVSCHAT)

    done = subprocess.run(
        ["bash", "-c", f"{command} help >&- ; echo $?; {command} bogus 2>&- ; echo $?"],  # noqa: S607
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=True,
    )

    assert (done.stdout, done.stderr) == ("255\n252\n", "")


def test_interruption_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the endpoint does not answer ends it, without a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        silent.settimeout(DEADLINE)
        with started(*TOKEN, stdout=subprocess.DEVNULL) as process:
            connection, _ = silent.accept()
            with connection:
                connection.recv(1)  # it has sent, and waits
                process.send_signal(signal.SIGINT)
                _, errors = process.communicate(timeout=DEADLINE)

    assert process.returncode == 130
    assert "Traceback" not in errors


def test_text_that_stdout_cannot_show_is_escaped(endpoint: Endpoint) -> None:
    """An ASCII terminal gets escapes, which JSON knows as well."""
    endpoint.answers.append((200, {}, '{"token": "Zoë \\ud800"}'.encode()))
    environment = os.environ | {
        "AWS_ENDPOINT_URL": endpoint.url,
        "PYTHONIOENCODING": "ascii",
    }

    with started(*TOKEN, stdout=subprocess.PIPE, env=environment) as process:
        printed, _ = process.communicate(timeout=DEADLINE)

    assert json.loads(printed.replace("\\xeb", "ë")) == {"token": "Zoë \ud800"}
