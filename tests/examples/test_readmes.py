"""The examples' READMEs tell their reader to run what the tests beside this one run."""

import re
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"

COMMANDS = {
    "node": ["npm ci", "node chat_token.mjs", "node chat_room.mjs", "npm test"],
    "browser": ["npm ci", "npm start", "npm test"],
}


@pytest.mark.parametrize("folder", sorted(path.name for path in EXAMPLES.iterdir()))
def test_readme_has_no_command_that_is_not_run(folder: str) -> None:
    """Each is run here, once a server has been started and the packages installed."""
    readme = (EXAMPLES / folder / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)

    lines = [line for block in blocks for line in block.splitlines()]

    assert lines == ["ivschat-conformance serve", *COMMANDS[folder]]
