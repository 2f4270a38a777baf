"""What the package is like where it is installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "asyncio",
    "cryptography",
    "freezegun",
    "httptools",
    "jsonschema",
    "jsonschema_rs",
    "msgpack",
    "requests",
    "responses",
    "websockets",
)


@pytest.mark.parametrize(
    "module",
    ["ivschat_conformance", "ivschat_conformance.fixtures.plugin"],
)
def test_module_that_loads_in_other_sessions_is_light(module: str) -> None:
    """The plugin loads in every session of every repository: nothing heavy comes in."""
    code = (
        f"import pytest, sys; before = set(sys.modules); import {module}; "
        f"print(*[name for name in {HEAVY!r} if name in set(sys.modules) - before])"
    )

    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == []


def test_command_line_needs_no_suite_to_say_its_help() -> None:
    """`--help` answers without loading what a run needs."""
    code = (
        "import sys; from ivschat_conformance.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print(*[n for n in {HEAVY!r} if n in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )

    assert "check" in done.stdout
    assert "serve" in done.stdout
    assert done.stderr.split() == []


def test_suites_run_from_any_folder_by_their_package_name(tmp_path: Path) -> None:
    """`pytest --pyargs` finds the installed suites, whatever the caller's settings."""
    tmp_path.joinpath("pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    environment = {
        name: value for name, value in os.environ.items() if name[:4] != "AWS_"
    }

    done = subprocess.run(
        [
            *(sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("--pyargs", "ivschat_conformance.suites", "-k", "chat_token_answer"),
        ],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == pytest.ExitCode.OK, done.stdout[-2000:]
    assert " passed" in done.stdout
