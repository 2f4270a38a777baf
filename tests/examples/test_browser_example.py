"""The chat page, driven in a real browser as its reader would drive it."""

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    import subprocess

    from tests.examples.conftest import OpenExample

EXAMPLE = Path(__file__).parents[2] / "examples" / "browser"

pytestmark = [
    pytest.mark.skipif(shutil.which("npm") is None, reason="Node.js is not installed"),
    pytest.mark.skipif(
        not (EXAMPLE / "node_modules" / "playwright-core").is_dir(),
        reason="the example's packages are not installed: npm ci in examples/browser",
    ),
]


def address(process: "subprocess.Popen[str]") -> str:
    """Read the lines that `npm start` prints, up to the one with the page's address."""
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://\S+", line):
            return found[0]
    raise AssertionError("it ended without an address")


def test_the_page_and_its_tokens_are_served(open_example: "OpenExample") -> None:
    """One command builds the page, serves it, and gives a role what it may do."""
    with open_example(EXAMPLE) as example:
        example.environment["PORT"] = "0"
        with example.start("npm start") as process:
            url = address(process)
            script = requests.get(f"{url}chat.js", timeout=10)
            answer = requests.post(
                f"{url}chat-token", json={"name": "Ann", "role": "member"}, timeout=10
            )

    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert set(answer.json()) == {
        "token",
        "tokenExpirationTime",
        "sessionExpirationTime",
    }


def test_the_page_chats_in_a_browser(
    open_example: "OpenExample", chromium: str
) -> None:
    """Messages, moderation, renewal, expiry and cuts work in Chromium."""
    with open_example(EXAMPLE) as example:
        example.environment["CHROMIUM"] = chromium
        ended = example.run("npm test -- --test-reporter=tap")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "# fail 0" in ended.stdout
    assert "# skipped 0" in ended.stdout
    assert "# pass 12" in ended.stdout
