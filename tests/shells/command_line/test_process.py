"""`ivschat` as a process: its imports, its streams and its end."""

import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from tests.shells.command_line.conftest import (
    DEADLINE,
    IVSCHAT,
    OK,
    TOKEN,
    Endpoint,
    started,
)


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
