"""The examples, run as their reader runs them: in their folder, against `serve`."""

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Serve

DEADLINE = 120  # seconds for what takes ten on an idle machine

OpenExample = Callable[..., AbstractContextManager["Example"]]


@dataclass(frozen=True, slots=True)
class Example:
    """An example's folder, and the environment that its README sets up."""

    folder: Path
    environment: dict[str, str]

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command line to its end; one that takes too long is ended and fails."""
        with self.start(command) as process:
            stdout, stderr = process.communicate(timeout=DEADLINE)
        return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)

    @contextmanager
    def start(self, command: str) -> Iterator[subprocess.Popen[str]]:
        """Run a command line until the end of the `with`, and all that it started."""
        with subprocess.Popen(
            shlex.split(command),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                yield process
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)


@pytest.fixture
def open_example(serve: "Serve", tmp_path: Path) -> OpenExample:
    """Give what opens an example's folder, against a server with these options."""
    empty = tmp_path / "empty"
    empty.touch()

    @contextmanager
    def opened(folder: Path, *options: str) -> Iterator[Example]:
        with serve(*options) as served:
            inherited = {
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("AWS_", "NODE_"))
            }
            yield Example(
                folder,
                inherited
                | {
                    "AWS_CONFIG_FILE": str(empty),
                    "AWS_SHARED_CREDENTIALS_FILE": str(empty),
                    "AWS_ENDPOINT_URL_IVSCHAT": served.endpoint,
                    "IVSCHAT_MESSAGING_ENDPOINT": served.first_line[
                        "messagingEndpoint"
                    ],
                    "AWS_REGION": "us-west-2",
                    "AWS_ACCESS_KEY_ID": "test",
                    "AWS_SECRET_ACCESS_KEY": "test",
                    "NPM_CONFIG_UPDATE_NOTIFIER": "false",
                    # Without TLS it is empty, which Node takes for none.
                    "NODE_EXTRA_CA_CERTS": served.first_line.get("caBundle", ""),
                },
            )

    return opened


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the path of Chromium, or skip."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    pytest.skip("Chromium is not installed")
