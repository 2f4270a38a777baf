"""The JavaScript example, run as its reader would run it."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Serve

EXAMPLE = Path(__file__).parents[2] / "examples" / "node"
NODE = shutil.which("node")
DEADLINE = 60  # seconds for what takes one on an idle machine

Node = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = [
    pytest.mark.skipif(NODE is None, reason="node is not installed"),
    pytest.mark.skipif(
        not (EXAMPLE / "node_modules").is_dir(),
        reason="the example's packages are not installed: npm ci in examples/node",
    ),
]


@pytest.fixture
def node(serve: "Serve", tmp_path: Path) -> Iterator[Node]:
    """Run node in the example's folder, its client's environment set to a server."""
    empty = tmp_path / "empty"
    empty.touch()
    with serve("--clock", "2020-01-02T03:04:05Z") as served:
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "NODE_"))
        } | {
            "AWS_CONFIG_FILE": str(empty),
            "AWS_SHARED_CREDENTIALS_FILE": str(empty),
            "AWS_ENDPOINT_URL_IVSCHAT": served.endpoint,
            "AWS_REGION": "us-west-2",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

        def run(*arguments: str) -> subprocess.CompletedProcess[str]:
            assert NODE is not None
            return subprocess.run(
                [NODE, *arguments],
                cwd=EXAMPLE,
                env=environment,
                capture_output=True,
                text=True,
                timeout=DEADLINE,
                check=False,
            )

        yield run


def test_the_backend_gets_a_token_and_does_not_print_it(node: Node) -> None:
    """JavaScript reads both times as dates: a minute and an hour after the call."""
    ended = node("chat_token.mjs")

    assert ended.returncode == 0, ended.stderr
    assert re.fullmatch(
        r"token of [0-9]{3} characters\n"
        r"opens a connection until 2020-01-02T03:05:05\.000Z\n"
        r"which lasts until 2020-01-02T04:04:05\.000Z\n",
        ended.stdout,
    )


def test_the_examples_own_tests_pass(node: Node) -> None:
    """What is refused to JavaScript is refused under the names that it looks for."""
    ended = node("--test", "--test-reporter=tap")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "# fail 0" in ended.stdout
    assert "# skipped 0" in ended.stdout
    assert "# pass 9" in ended.stdout
