"""Rows of the registry: read whole, never changed, and refused when one is wrong."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import ivschat_conformance.schemas
from ivschat_conformance.schemas.requirements import (
    Evidence,
    Kind,
    Level,
    RegistryError,
    Requirement,
    load_requirements,
    read_area,
)

ROOM = Path(ivschat_conformance.schemas.__file__).parent
SCHEMA = json.loads((ROOM / "harness" / "requirements.json").read_text("utf-8"))


ROW = """
[TOKEN-REQ-02]
level = "MUST"
kind = "server"
statement = "Missing `roomIdentifier` or `userId` is a 400 ValidationException."
sources = ["MODEL"]
evidence = "model"
edition = "2026.1"
"""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("level", "MAY"),
        ("kind", "vendor"),
        ("statement", "A sentence without an end"),
        ("statement", "Two\nlines."),
        ("sources", "MODEL"),
        ("sources", ["MODEL", "MODEL"]),
        ("evidence", "M"),
        ("feature", "rooms"),
        ("edition", "1"),
        ("untested", ""),
        ("verified", "tests/schemas/test_requirements.py"),
        ("severity", "high"),
    ],
)
def test_schema_refuses_a_bad_row(key: str, value: object) -> None:
    """What the schema refuses stands beside the same row without it, accepted."""
    good: dict[str, Any] = tomllib.loads(ROW)
    bad = {"TOKEN-REQ-02": good["TOKEN-REQ-02"] | {key: value}}

    validator = Draft202012Validator(SCHEMA)

    assert validator.is_valid(good)
    assert not validator.is_valid(bad)


@pytest.mark.parametrize(
    ("change", "valid"),
    [
        ({"kind": "client", "feature": "cli_v2"}, True),
        ({"kind": "client"}, False),
        ({"kind": "client", "feature": "messaging"}, False),
        ({"kind": "suite", "feature": "cli"}, False),
        ({"kind": "server", "feature": "cli"}, False),
        ({"kind": "server", "feature": "messaging"}, True),
        ({"kind": "client", "feature": "cli", "untested": "not yet"}, True),
        ({"kind": "client", "feature": "cli", "verified": "tests/test_x.py"}, False),
    ],
)
def test_features_of_command_lines_are_those_of_clients(
    change: dict[str, str], valid: bool
) -> None:
    """Schema and code agree who may need them, and what else then stands there."""
    good: dict[str, Any] = tomllib.loads(ROW)
    row = good["TOKEN-REQ-02"] | change
    text = "[TOKEN-REQ-02]\n" + "".join(
        f"{key} = {json.dumps(value)}\n" for key, value in row.items()
    )

    assert Draft202012Validator(SCHEMA).is_valid({"TOKEN-REQ-02": row}) is valid
    if valid:
        (read,) = read_area("TOKEN-REQ", text)
        assert read.of_command_lines is change["feature"].startswith("cli")
        assert read.is_scored is ("untested" not in change)
    else:
        with pytest.raises(RegistryError):
            read_area("TOKEN-REQ", text)


def test_registry_cannot_be_changed() -> None:
    """The mapping is read-only, and made once."""
    registry: Any = load_requirements()

    with pytest.raises(TypeError):
        registry["GEN-99"] = registry["GEN-01"]
    assert load_requirements() is registry


def test_reading_the_registry_imports_nothing_heavy() -> None:
    """No schema engine, and not even importlib.resources, since a command waits."""
    code = (
        "import sys; before = set(sys.modules)\n"
        "from ivschat_conformance.schemas.requirements import load_requirements\n"
        "rows = len(load_requirements())\n"
        "heavy = {'importlib.resources', 'json', 'jsonschema', 'jsonschema_rs', "
        "'pytest', 'referencing', 'requests'}\n"
        "print(rows, sorted(heavy & (set(sys.modules) - before)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )

    assert done.stdout == "370 []\n"


def test_good_row_is_read_whole() -> None:
    """A row that needs no feature and is left to the suites has None for the rest."""
    assert read_area("TOKEN-REQ", ROW) == (
        Requirement(
            id="TOKEN-REQ-02",
            level=Level.MUST,
            kind=Kind.SERVER,
            statement=(
                "Missing `roomIdentifier` or `userId` is a 400 ValidationException."
            ),
            sources=("MODEL",),
            evidence=Evidence.MODEL,
            area="TOKEN-REQ",
            feature=None,
            edition="2026.1",
            untested=None,
            verified=None,
        ),
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "[TOKEN-REQ-02]",
            "[TOKEN-REQ-2]",
            "[TOKEN-REQ-2] must be TOKEN-REQ, a hyphen",
        ),
        ("[TOKEN-REQ-02]", "[GEN-02]", "[GEN-02] must be TOKEN-REQ, a hyphen"),
        ("[TOKEN-REQ-02]", "TOKEN-REQ-02 = 1\n[X]", "[TOKEN-REQ-02] must be a table"),
        ("[TOKEN-REQ-02]", "[TOKEN-REQ-02", "is no TOML"),
        ("edition", "severity", "[TOKEN-REQ-02] severity: no such key"),
        ('"MUST"', '"MAY"', "[TOKEN-REQ-02] level: must be one of MUST, SHOULD"),
        ('level = "MUST"', "", "[TOKEN-REQ-02] level: must be one of MUST"),
        ('"server"', '"vendor"', "[TOKEN-REQ-02] kind: must be one of server, client"),
        ('"model"', '"M"', "[TOKEN-REQ-02] evidence: must be one of model"),
        ('"Missing', '"" # "', "[TOKEN-REQ-02] statement: must be a text, not empty"),
        ('["MODEL"]', '"MODEL"', "[TOKEN-REQ-02] sources: must be a list of texts"),
        ('["MODEL"]', '["MODEL", ""]', "[TOKEN-REQ-02] sources: must be a list of"),
        ('"2026.1"', "2026.1", "[TOKEN-REQ-02] edition: must be a text"),
        (
            "edition",
            'feature = "rooms"\nedition',
            "[TOKEN-REQ-02] feature: must be one",
        ),
        (
            "edition",
            'untested = ""\nedition',
            "[TOKEN-REQ-02] untested: must be a text",
        ),
        ("edition", 'verified = "t"\nedition', "[TOKEN-REQ-02] verified: of a server"),
        ('"server"', '"suite"', "[TOKEN-REQ-02] untested: no suite verifies"),
        (
            '"server"',
            '"suite"\nverified = "t"\nuntested = "not yet"',
            "[TOKEN-REQ-02] verified: cannot stand beside `untested`",
        ),
    ],
)
def test_bad_row_is_refused_with_file_id_and_key(old: str, new: str, said: str) -> None:
    """A mistake in the registry is found as it is read, and says where it is."""
    assert old in ROW

    with pytest.raises(RegistryError, match=re.escape(said)) as caught:
        read_area("TOKEN-REQ", ROW.replace(old, new))

    assert "token-req.toml" in str(caught.value)
