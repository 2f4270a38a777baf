"""The examples of backends, tested as their READMEs say."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import requests

EXAMPLES = Path(__file__).parents[2] / "examples"
FASTAPI = EXAMPLES / "fastapi"
NODE = EXAMPLES / "node-backend"
DEADLINE = 120  # seconds for what takes ten on an idle machine
ASKED = "ivschat-conformance exec --room Lobby -- "


def environment() -> dict[str, str]:
    """Return an environment in which our own commands are found, and AWS is not."""
    inherited = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("AWS_", "IVSCHAT_", "PYTEST_", "NODE_TEST"))
    }
    here = Path(sys.executable).parent
    return inherited | {"PATH": f"{here}:{inherited['PATH']}", "NO_COLOR": "1"}


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command line of a README to its end, in its folder."""
    return subprocess.run(
        shlex.split(command),
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


@pytest.mark.parametrize("folder", ["fastapi", "scenarios"])
def test_requirements_are_what_the_tests_have(folder: str) -> None:
    """What the README installs is what is installed here."""
    text = (EXAMPLES / folder / "requirements.txt").read_text(encoding="utf-8")

    assert [name for name in text.split() if not version(name)] == []


def test_fastapi_backends_own_tests_pass() -> None:
    """On the plugin's fixture, with no configuration but the example's."""
    ended = run("python -m pytest -p no:cacheprovider -p no:randomly", FASTAPI)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"=+ 10 passed in ", ended.stdout)


def test_fastapi_backend_runs_beside_a_server() -> None:
    """`exec` gives uvicorn the room, and Ctrl+C ends both."""
    command = f"{ASKED}uvicorn backend:app --port 0"
    with subprocess.Popen(
        shlex.split(command),
        cwd=FASTAPI,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            line = next(line for line in process.stderr if "running on" in line)
            url = re.search(r"http://[0-9.:]+", line)
            assert url is not None
            answer = requests.post(
                f"{url[0]}/chat-token",
                headers={"X-Name": "ann", "X-Role": "member"},
                timeout=DEADLINE,
            )
            process.send_signal(signal.SIGINT)
            rest = process.stderr.read()
            code = process.wait(DEADLINE)
        finally:
            process.kill()

    assert answer.status_code == 200, answer.text
    assert answer.json()["token"]
    assert "Application shutdown complete" in rest
    assert code in {0, 130}  # older versions of uvicorn end well


@pytest.mark.skipif(shutil.which("npm") is None, reason="Node.js is not installed")
@pytest.mark.skipif(
    not (NODE / "node_modules" / "ws").is_dir(),
    reason="the example's packages are not installed: npm ci in examples/node-backend",
)
@pytest.mark.parametrize("command", [f"{ASKED}node --test", "npm test"])
def test_node_backends_own_tests_pass(command: str) -> None:
    """Through `exec`, which says where the server and its room are."""
    ended = run(command, NODE)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"^\S tests 8$", ended.stdout, re.MULTILINE)
    assert re.search(r"^\S pass 8$", ended.stdout, re.MULTILINE)
