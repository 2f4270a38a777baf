"""--cli-input-yaml: a document of v2, in the stead of one in JSON (CLI-10)."""

import json
from pathlib import Path
from typing import Any

import pytest

from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.command_line import ROOM
from ivschat_conformance.fixtures.command_runs import (
    REQUIRED,
    USER,
    CommandRuns,
    refused,
    sends,
)

JSON_SAYS = {
    "roomIdentifier": ROOM,
    "userId": "document-user",
    "attributes": {"displayName": "Document"},
}

YAML = f"""\
roomIdentifier: {ROOM}
userId: '{USER}'
capabilities:
- SEND_MESSAGE
sessionDurationInMinutes: 30
attributes:
  displayName: Document
"""
SAID_IN_YAML = {
    "roomIdentifier": ROOM,
    "userId": USER,
    "capabilities": ["SEND_MESSAGE"],
    "sessionDurationInMinutes": 30,
    "attributes": {"displayName": "Document"},
}


def needs_yaml(cli: CommandRuns) -> None:
    """Leave a check out where the dialect has no YAML."""
    if not cli.dialect.has_yaml:
        pytest.skip(f"dialect {cli.dialect.name} has no YAML")


@verifies("CLI-10")
@pytest.mark.parametrize("first", ["json", "yaml"])
def test_documents_exclude_each_other(cli: CommandRuns, first: str) -> None:
    """Two documents are refused though each is good; in v1 one is no option at all."""
    words = [("--cli-input-json", json.dumps(JSON_SAYS)), ("--cli-input-yaml", YAML)]
    if first == "yaml":
        words.reverse()

    refused(cli.create(*words[0], *words[1]))
    sends(cli.create("--cli-input-json", json.dumps(JSON_SAYS)), JSON_SAYS)


@verifies("CLI-10")
def test_yaml_exists_in_v2_alone(cli: CommandRuns) -> None:
    """A document in YAML is one more way in v2, and in v1 no way."""
    alone = cli.create("--cli-input-yaml", YAML)
    beside = cli.create(*REQUIRED, "--cli-input-yaml", YAML)

    if cli.dialect.has_yaml:
        sends(alone, SAID_IN_YAML)
        sends(beside, SAID_IN_YAML)
    else:
        refused(alone)
        refused(beside)


@verifies("CLI-10")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        case(
            f"{{roomIdentifier: '{ROOM}', userId: yaml-user}}",
            {"roomIdentifier": ROOM, "userId": "yaml-user"},
            name="flow",
        ),
        case(json.dumps(JSON_SAYS), JSON_SAYS, name="json"),
        case(
            f"# a note\nroomIdentifier: {ROOM} # another\nuserId: >-\n  two\n  lines\n",
            {"roomIdentifier": ROOM, "userId": "two lines"},
            name="comments-and-folds",
        ),
    ],
)
def test_yaml_is_read(cli: CommandRuns, text: str, said: dict[str, Any]) -> None:
    """Whatever the style, the document says the same."""
    needs_yaml(cli)

    sends(cli.create("--cli-input-yaml", text), said)


@verifies("CLI-10")
def test_yaml_may_be_a_file_and_is_overridden(cli: CommandRuns, tmp_path: Path) -> None:
    """It is used as the document in JSON is: from a file, and options win."""
    needs_yaml(cli)
    file = tmp_path / "input.yaml"
    file.write_text(YAML, encoding="utf-8")

    done = cli.create("--cli-input-yaml", f"file://{file}", "--user-id", "option-user")

    sends(done, SAID_IN_YAML | {"userId": "option-user"})
