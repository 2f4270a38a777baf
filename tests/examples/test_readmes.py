"""The examples' READMEs tell their reader to run what the tests beside this one run."""

import re
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"

COMMANDS = {
    "node": [
        "ivschat-conformance serve",
        "npm ci",
        "node chat_token.mjs",
        "node chat_room.mjs",
        "npm test",
    ],
    "browser": ["ivschat-conformance serve", "npm ci", "npm start", "npm test"],
    "fastapi": [
        "pip install -r requirements.txt",
        "pytest",
        "ivschat-conformance exec --room Lobby -- uvicorn backend:app --port 8000",
    ],
    "scenarios": ["pip install -r requirements.txt", "pytest"],
    "node-backend": ["npm ci", "ivschat-conformance exec --room Lobby -- node --test"],
}


@pytest.mark.parametrize("folder", sorted(path.name for path in EXAMPLES.iterdir()))
def test_readme_has_no_command_that_is_not_run(folder: str) -> None:
    """Each is run here, but for those that install packages."""
    readme = (EXAMPLES / folder / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)

    lines = [line for block in blocks for line in block.splitlines()]

    assert lines == COMMANDS[folder]
