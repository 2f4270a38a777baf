"""Programs that run to their end, on this core, while what they do is measured."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from servers import BenchmarkError

_HERE = Path(__file__).parent
_LONGEST_STEP = 120.0  # seconds; the longest takes about ten


def json_of(script: str, *arguments: str, asked: object = None) -> Any:
    """Run a script of this folder; return what it found."""
    command = (sys.executable, str(_HERE / script), *arguments)
    return json.loads(output(command, asked=json.dumps(asked)))


def output(command: tuple[str, ...], folder: str | None = None, asked: str = "") -> str:
    """Run a program to its end, which must be a good one; return its stdout."""
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"
    }
    ended = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        input=asked,
        capture_output=True,
        text=True,
        timeout=_LONGEST_STEP,
        check=False,
    )
    if ended.returncode:
        said = (ended.stderr.strip() or ended.stdout.strip())[-2_000:]
        raise BenchmarkError(
            f"{Path(command[0]).name} {' '.join(command[1:])} ended with "
            f"{ended.returncode}: {said}"
        )
    return ended.stdout
