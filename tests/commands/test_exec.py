"""`ivschat-conformance exec`: what its command finds, gets, and leaves behind."""

import json
import os
import pty
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

DEADLINE = 20  # seconds for what takes a quarter of one on an idle machine
EXEC = (sys.executable, "-m", "ivschat_conformance", "exec")
SECRET = "hidden/secret:of+colons"  # noqa: S105 - invented

SHOW_ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"
GET_ROOM = """
import boto3, os
client = boto3.client("ivschat")
print(client.get_room(identifier=os.environ["IVSCHAT_ROOM_ARN"])["name"])
"""
COUNT_INTERRUPTS = """
import os, signal, sys
interrupts = []
def ended(*_):  # it may come while `ready` is still being printed
    os.write(1, b"interrupts: %d\\n" % len(interrupts))
    os._exit(5)
if "of-its-own" in sys.argv:
    os.setpgid(0, 0)
signal.signal(signal.SIGINT, lambda *_: interrupts.append(1))
signal.signal(signal.SIGTERM, ended)
print("ready", flush=True)
while True:
    signal.pause()
"""
IGNORE_CHILDREN = """
import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])
"""
CATCH = """
import os, signal, sys
signal.signal(signal.Signals[sys.argv[1]], lambda *_: os._exit(9))
print("ready", flush=True)
while True:
    signal.pause()
"""

Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.usefixtures("isolation")


@pytest.fixture
def run() -> Run:
    """Run `exec` with these arguments to its end."""

    def run_to_end(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*EXEC, *arguments],
            input=text,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )

    return run_to_end


@contextmanager
def running(
    *command: str, before: tuple[str, ...] = ()
) -> Iterator[subprocess.Popen[str]]:
    """Run a command in `exec`, in a session of its own, up to the end of the block."""
    with subprocess.Popen(
        [*before, *EXEC, "--", *command],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def line_of(process: subprocess.Popen[str]) -> str:
    """Return the next line that the command writes."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def environment_of(run: Run, *options: str) -> dict[str, str]:
    """Return the environment that a command finds."""
    ended = run(*options, "--", sys.executable, "-c", SHOW_ENVIRONMENT)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, str] = json.loads(ended.stdout)
    return found


def is_alive(pid: int) -> bool:
    """Say whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_environment_leads_to_the_server(run: Run) -> None:
    """Endpoints, region and credentials, and no look-up of other ones."""
    found = environment_of(run, "--region", "eu-west-1")

    port = found["AWS_ENDPOINT_URL_IVSCHAT"].rpartition(":")[2]
    expected = {
        "AWS_ENDPOINT_URL_IVSCHAT": f"http://127.0.0.1:{port}",
        "IVSCHAT_MESSAGING_ENDPOINT": f"ws://127.0.0.1:{port}",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "IVSCHAT_ROOMS": "{}",
    }
    assert {name: found.get(name) for name in expected} == expected
    assert "IVSCHAT_ROOM_ARN" not in found
    assert found["PATH"] == os.environ["PATH"]


def test_nothing_that_leads_elsewhere_is_inherited(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A developer's profile, session token and options of other endpoints are gone."""
    names = [
        *("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN"),
        *("AWS_SECURITY_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
        *("AWS_USE_DUALSTACK_ENDPOINT", "AWS_USE_FIPS_ENDPOINT"),
        *("IVSCHAT_CREDENTIAL", "IVSCHAT_ROOM_ARN"),
    ]
    for name in names:
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("SOMETHING_ELSE", "stays")

    found = environment_of(run)

    assert {name for name in names if name in found} == set()
    assert found["SOMETHING_ELSE"] == "stays"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"HTTPS_PROXY": "http://proxy:3128"}, "127.0.0.1"),
        (
            {"http_proxy": "http://proxy:3128", "NO_PROXY": "intranet"},
            "intranet,127.0.0.1",
        ),
        ({"NO_PROXY": "intranet"}, None),
    ],
)
def test_no_proxy_stands_between(
    run: Run, monkeypatch: pytest.MonkeyPatch, before: dict[str, str], after: str | None
) -> None:
    """Where there is a proxy, the server is added to what it is not for."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, text in before.items():
        monkeypatch.setenv(name, text)

    found = environment_of(run)

    if after is None:
        assert (found["NO_PROXY"], "no_proxy" in found) == ("intranet", False)
    else:
        assert (found["NO_PROXY"], found["no_proxy"]) == (after, after)


def test_rooms_reach_the_command(run: Run) -> None:
    """IVSCHAT_ROOMS has them all as JSON, IVSCHAT_ROOM_ARN is the first."""
    found = environment_of(run, "--room", "Lobby", "--room", "Bar")

    rooms = json.loads(found["IVSCHAT_ROOMS"])
    assert [*rooms] == ["Lobby", "Bar"]
    assert rooms["Lobby"].startswith("arn:aws:ivschat:us-west-2:123456789012:room/")
    assert found["IVSCHAT_ROOM_ARN"] == rooms["Lobby"]


def test_given_credential_is_the_commands(run: Run) -> None:
    """The first `--credential`, whose secret the command needs and nobody else sees."""
    options = ("--credential", f"AKIDFIRST:{SECRET}", "--credential", "AKIDSECOND:two")
    found = environment_of(run, *options)
    failed = run(*options, "--", "nowhere-to-be-found")

    assert found["AWS_ACCESS_KEY_ID"] == "AKIDFIRST"
    assert found["AWS_SECRET_ACCESS_KEY"] == SECRET
    assert "hidden" not in failed.stdout + failed.stderr


def test_client_in_the_command_needs_nothing_else(run: Run) -> None:
    """boto3 without any argument reaches the room that an option created."""
    ended = run("--room", "Lobby", "--", sys.executable, "-c", GET_ROOM)

    assert (ended.stdout, ended.stderr, ended.returncode) == ("Lobby\n", "", 0)


def test_bundle_is_there_as_long_as_the_command(run: Run) -> None:
    """With `--tls`, clients of AWS, OpenSSL's and Node's are told whom to trust."""
    found = environment_of(run, "--tls")
    bundle = Path(found["AWS_CA_BUNDLE"])
    ended = run("--tls", "--", "sh", "-c", 'cat "$AWS_CA_BUNDLE"')

    assert found["AWS_ENDPOINT_URL_IVSCHAT"].startswith("https://127.0.0.1:")
    assert found["IVSCHAT_MESSAGING_ENDPOINT"].startswith("wss://127.0.0.1:")
    assert found["SSL_CERT_FILE"] == found["NODE_EXTRA_CA_CERTS"] == str(bundle)
    assert ended.stdout.startswith("-----BEGIN CERTIFICATE-----\n")
    assert not bundle.parent.exists()


def test_rooms_are_kept_for_the_next_command(run: Run, tmp_path: Path) -> None:
    """With `--state`, two commands after each other find the same room."""
    options = ("--room", "Lobby", "--state", str(tmp_path / "chat.db"))

    first, second = (environment_of(run, *options) for _ in range(2))

    assert first["IVSCHAT_ROOM_ARN"] == second["IVSCHAT_ROOM_ARN"]


def test_streams_are_the_commands_own(run: Run) -> None:
    """What it reads and writes is what is there, and not a byte more."""
    ended = run("--", "sh", "-c", "cat; echo oops >&2", text="Grüezi")

    assert (ended.stdout, ended.stderr) == ("Grüezi", "oops\n")


def test_everything_behind_the_dashes_is_the_commands(run: Run) -> None:
    """Its own `--` too, and options that are also ours."""
    ended = run("--room", "Lobby", "--", "echo", "--port", "x", "--", "--help")

    assert ended.stdout == "--port x -- --help\n"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["true"], 0),
        (["sh", "-c", "exit 7"], 7),
        (["sh", "-c", "exit 255"], 255),
        (["sh", "-c", "kill -KILL $$"], 137),
        (["sh", "-c", "kill -TERM $$"], 143),
        (["sh", "-c", "kill -PIPE $$"], 141),
    ],
)
def test_exit_code_is_the_commands(run: Run, command: list[str], code: int) -> None:
    """As a shell has it, with 128 and the number of a signal that ended it."""
    ended = run("--", *command)

    assert (ended.returncode, ended.stderr) == (code, "")


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        ("nowhere-to-be-found", 127, "there is no command nowhere-to-be-found"),
        ("./absent", 127, "there is no command ./absent"),
        (os.devnull, 126, f"{os.devnull} cannot be run: Permission denied"),
        (os.path.sep, 126, f"{os.path.sep} cannot be run: Permission denied"),
    ],
)
def test_command_that_cannot_be_run_is_one_sentence(
    run: Run, command: str, code: int, sentence: str
) -> None:
    """127 where there is none, 126 where it is no program."""
    ended = run("--", command, "--secret", "hidden")

    assert ended.returncode == code
    assert ended.stderr == f"ivschat-conformance exec: error: {sentence}\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "write the command behind --, as in: exec -- npm test"),
        (["npm", "test"], "write the command behind --, as in: exec -- npm test"),
        (["--tls", "--"], "write the command behind --, as in: exec -- npm test"),
        (["--", ""], "write the command behind --, as in: exec -- npm test"),
        (["--frozen", "--", "true"], "there is no option --frozen: see --help"),
        (["Lobby", "--", "true"], "there is an argument too many: see --help"),
        (["--port", "x", "--", "true"], "argument --port: write a whole number"),
        (
            ["--room", "a room", "--", "true"],
            "room: a name has 1 to 128 letters, digits, hyphens and underscores",
        ),
    ],
)
def test_bad_option_is_one_sentence_and_exit_code_2(
    run: Run, arguments: list[str], sentence: str
) -> None:
    """And no command is run."""
    ended = run(*arguments)

    assert ended.returncode == 2
    assert ended.stderr == f"ivschat-conformance exec: error: {sentence}\n"


def test_taken_port_is_one_sentence_and_exit_code_2(run: Run) -> None:
    """A port that was asked for is not given up for another."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        ended = run("--port", str(port), "--", "echo", "is run")

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(
        f"ivschat-conformance exec: error: port {port} of 127.0.0.1 is taken: "
    )


def test_lifetime_that_makes_clients_spin_is_warned_of(run: Run) -> None:
    """On stderr, and the command runs."""
    ended = run("--token-lifetime", "30", "--", "echo", "is run")

    assert ended.stdout == "is run\n"
    assert ended.stderr.startswith("ivschat-conformance exec: warning: a token lifeti")


def test_help_says_where_the_rooms_are(run: Run) -> None:
    """No command is needed to ask for it."""
    ended = run("--help")

    assert ended.returncode == 0
    assert ended.stdout.startswith(
        "usage: ivschat-conformance exec [options] -- COMMAND ...\n"
    )
    assert "IVSCHAT_ROOM_ARN" in ended.stdout


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])
def test_signal_is_passed_on(name: str) -> None:
    """The command decides what it means; its exit code is the end."""
    with running(sys.executable, "-c", CATCH, name) as process:
        assert line_of(process) == "ready"
        process.send_signal(signal.Signals[name])

        assert process.wait(DEADLINE) == 9


def test_signal_ends_the_command_first() -> None:
    """Where it is not caught, the command is gone before `exec` is: no orphan."""
    with running("sh", "-c", "echo $$; exec sleep 1000") as process:
        pid = int(line_of(process))
        process.terminate()

        assert process.wait(DEADLINE) == 143
        assert not is_alive(pid)


@pytest.mark.parametrize(
    ("group", "interrupts"), [("of-terminal", 1), ("of-its-own", 0)]
)
def test_ctrl_c_is_the_terminals_to_deliver(group: str, interrupts: int) -> None:
    """It reaches us and the command alike: passed on, it would come a second time."""
    ours, theirs = pty.openpty()
    on_terminal = f'exec "$@" <{os.ttyname(theirs)}'  # which becomes the session's
    try:
        with running(
            *(sys.executable, "-c", COUNT_INTERRUPTS, group),
            before=("sh", "-c", on_terminal, "sh"),
        ) as process:
            assert line_of(process) == "ready"
            os.write(ours, b"\x03")
            assert os.read(ours, 2) == b"^C"  # and so it has been delivered
            process.terminate()

            assert line_of(process) == f"interrupts: {interrupts}"
            assert process.wait(DEADLINE) == 5
    finally:
        os.close(ours)
        os.close(theirs)


def test_exit_code_is_known_though_the_parent_ignores_children() -> None:
    """An ignored SIGCHLD is inherited, and would have the system drop exit codes."""
    ignoring = (sys.executable, "-c", IGNORE_CHILDREN)
    with running("sh", "-c", "exit 7", before=ignoring) as process:
        assert process.wait(DEADLINE) == 7
