"""The JavaScript example, run as its reader would run it."""

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.examples.conftest import OpenExample

EXAMPLE = Path(__file__).parents[2] / "examples" / "node"

pytestmark = [
    pytest.mark.skipif(shutil.which("npm") is None, reason="Node.js is not installed"),
    pytest.mark.skipif(
        not (EXAMPLE / "node_modules" / "amazon-ivs-chat-messaging").is_dir(),
        reason="the example's packages are not installed: npm ci in examples/node",
    ),
]


def test_the_backend_gets_a_token_and_does_not_print_it(
    open_example: "OpenExample",
) -> None:
    """JavaScript reads both times as dates: a minute and an hour after the call."""
    with open_example(EXAMPLE, "--clock", "2020-01-02T03:04:05Z") as example:
        ended = example.run("node chat_token.mjs")

    assert ended.returncode == 0, ended.stderr
    assert re.fullmatch(
        r"token of [0-9]{3} characters\n"
        r"opens a connection until 2020-01-02T03:05:05\.000Z\n"
        r"which lasts until 2020-01-02T04:04:05\.000Z\n",
        ended.stdout,
    )


def test_a_visitor_hears_what_it_said(open_example: "OpenExample") -> None:
    """AWS's messaging SDK joins a room, sends a message, gets it back and leaves."""
    with open_example(EXAMPLE) as example:
        ended = example.run("node chat_room.mjs")

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "Visitor: Hello, everybody\n"


def test_the_examples_own_tests_pass(open_example: "OpenExample") -> None:
    """AWS's two SDKs find what they look for, in good and in bad cases."""
    with open_example(EXAMPLE) as example:
        ended = example.run("npm test -- --test-reporter=tap")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "# fail 0" in ended.stdout
    assert "# skipped 0" in ended.stdout
    assert "# pass 35" in ended.stdout
