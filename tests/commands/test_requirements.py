"""`ivschat-conformance requirements`: the registry in a list."""

import json
import os
import subprocess
import sys

import pytest

from ivschat_conformance.__main__ import main
from ivschat_conformance.schemas.requirements import AREAS, load_requirements


def test_every_requirement_has_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By area, with its level and whom it binds; a line is no wider than the screen."""
    monkeypatch.setenv("COLUMNS", "100")

    assert main(["requirements"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line in AREAS] == list(AREAS)
    ids = [line.split()[0] for line in lines if line.startswith("  ")]
    assert ids == list(load_requirements())
    assert max(map(len, lines)) == 100
    row = next(line for line in lines if "TOKEN-REQ-09" in line)
    assert row.split()[:3] == ["TOKEN-REQ-09", "MUST", "server"]


def test_counts_add_up(capsys: pytest.CaptureFixture[str]) -> None:
    """Every requirement is judged by suites, verified by our tests, or untested."""
    main(["requirements"])

    end = capsys.readouterr().out.splitlines()[-3:]
    counts = [int(word) for line in end for word in line.split() if word.isdigit()]
    assert sum(counts) == len(load_requirements())


def test_json_has_every_member(capsys: pytest.CaptureFixture[str]) -> None:
    """A program reads the registry without our package."""
    assert main(["requirements", "--json"]) == 0

    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert list(rows) == list(load_requirements())
    row = load_requirements()["TOKEN-REQ-09"]
    assert rows["TOKEN-REQ-09"] == {
        "id": "TOKEN-REQ-09",
        "level": "MUST",
        "kind": "server",
        "statement": row.statement,
        "sources": ["MODEL"],
        "evidence": "model",
        "area": "TOKEN-REQ",
        "feature": None,
        "edition": "2026.1",
        "untested": None,
        "verified": None,
    }


def test_reader_who_has_enough_is_no_mishap() -> None:
    """With `| head` the rest is dropped: no traceback, and the exit code of a pipe."""
    command = [sys.executable, "-m", "ivschat_conformance", "requirements"]
    read_end, write_end = os.pipe()
    os.close(read_end)

    with os.fdopen(write_end) as closed:
        ended = subprocess.run(
            command, stdout=closed, stderr=subprocess.PIPE, check=False
        )

    assert (ended.stderr, ended.returncode) == (b"", 141)
