"""`check --baseline`: a gate that is red for a new break, and for nothing else."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Serve

DEADLINE = 120  # seconds for a run that takes a few on an idle machine
SELECTION = "session_duration_outside"
FUNCTION = f"test_chat_token_members.py::test_{SELECTION}_1_to_180_minutes_is_refused"
TEST = f"{FUNCTION}[181]"

REQUIREMENT = """\
[[known_failing]]
requirement = "TOKEN-REQ-09"
reason = "181 minutes are taken"
"""
EXPIRED = f"{REQUIREMENT}expires = 2020-01-31\n"
NOTHING = """\
# None of ours.

[[known_failing]]
requirement = "TOKEN-REQ-99"
reason = "there is no such requirement"
"""


def check(
    *arguments: str, cwd: Path, selection: str = SELECTION
) -> subprocess.CompletedProcess[str]:
    """Run our command on the few checks that a break of one line shows."""
    return subprocess.run(
        [
            *(sys.executable, "-P", "-m", "ivschat_conformance", "check"),
            *(*arguments, "-k", selection),
        ],
        cwd=cwd,
        env={**os.environ, "HOME": str(cwd), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


@pytest.fixture(scope="module")
def broken(serve: "Serve") -> Iterator[str]:
    """Give a target that takes one value too many."""
    with serve("--mutant", "session-duration-181-accepted") as served:
        yield served.endpoint


@pytest.fixture(scope="module")
def mended(serve: "Serve") -> Iterator[str]:
    """Give the same target, mended."""
    with serve() as served:
        yield served.endpoint


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    """Give the name of a baseline of this test."""
    return tmp_path / "baseline.toml"


@pytest.mark.parametrize(
    ("entries", "code", "told"),
    [
        ("", 1, "FAILED TOKEN-REQ-09 (MUST)"),
        (REQUIREMENT, 0, "NOTHING NEW FAILED"),
        (EXPIRED, 4, "baseline.toml:1: TOKEN-REQ-09 was excused until 2020-01-31"),
        (
            REQUIREMENT + NOTHING,
            4,
            "baseline.toml:6: no check verifies TOKEN-REQ-99; did you mean TOKEN-REQ-",
        ),
        (NOTHING, 1, "baseline.toml:3: no check verifies TOKEN-REQ-99"),
    ],
    ids=["new", "excused", "expired", "for nothing", "new and for nothing"],
)
def test_break_is_red_unless_it_is_excused(
    broken: str, baseline: Path, entries: str, code: int, told: str
) -> None:
    """A new break is 1, an excused one 0, and an entry to be looked after 4."""
    baseline.write_text(entries)

    done = check(broken, "--baseline", "baseline.toml", cwd=baseline.parent)

    assert done.returncode == code, done.stdout + done.stderr
    assert told in done.stdout


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        (REQUIREMENT, 4),
        ('[[known_failing]]\nrequirement = "SIG-01"\nreason = "not asked now"\n', 0),
    ],
    ids=["in the selection", "outside the selection"],
)
def test_excuse_of_what_passes_is_stale(
    mended: str, baseline: Path, entries: str, code: int
) -> None:
    """Mended is 4 until the entry goes; what was not selected may fail as ever."""
    baseline.write_text(entries)

    done = check(mended, "--baseline", "baseline.toml", cwd=baseline.parent)

    assert done.returncode == code, done.stdout + done.stderr
    told = "baseline.toml:1: TOKEN-REQ-09 passes now: remove the entry" in done.stdout
    assert told is (code == 4)


def test_part_of_what_an_entry_excuses_is_not_stale(
    mended: str, baseline: Path
) -> None:
    """Where one check of a requirement was selected, the others may still fail."""
    baseline.write_text(REQUIREMENT)

    done = check(
        mended,
        *("--baseline", "baseline.toml"),
        cwd=baseline.parent,
        selection="session_duration_outside and 181",
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_target_that_is_not_there_is_no_verdict(baseline: Path) -> None:
    """A target that is down is 3, whatever the baseline says, and leaves it alone."""
    baseline.write_text(NOTHING)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

        done = check(
            url, "--baseline", str(baseline), "--prune-baseline", cwd=baseline.parent
        )

    assert done.returncode == 3, done.stdout + done.stderr
    assert baseline.read_text() == NOTHING


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["--baseline", "baseline.toml"],
            "baseline.toml:2: there is no key requirment; did you mean requirement?",
        ),
        (["--write-baseline", "baseline.toml"], "did you mean requirement?"),
        (["--baseline", "nowhere.toml"], "nowhere.toml cannot be read: No such file"),
        (["--prune-baseline"], "say of which file: --baseline FILE"),
        (["--write-baseline", "nowhere/b.toml"], "there is no folder nowhere"),
        (["--requirements", "2026.11"], "did you mean 2026.1?"),
    ],
)
def test_mistake_is_said_before_the_run(
    baseline: Path, arguments: list[str], told: str
) -> None:
    """Exit code 2 comes at once, with the line and the word that may be meant."""
    baseline.write_text('[[known_failing]]\nrequirment = "TOKEN-REQ-09"\n')

    done = check(*arguments, cwd=baseline.parent)

    assert done.returncode == 2, done.stdout + done.stderr
    assert told in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_baseline_is_written_judged_by_and_pruned(
    broken: str, mended: str, baseline: Path
) -> None:
    """What is written makes the gate green; once mended, pruning leaves the words."""
    first = check(broken, "--write-baseline", "baseline.toml", cwd=baseline.parent)
    written = baseline.read_text()
    baseline.write_text(written.replace("[[", "\n# Ours.\n\n[["))
    gate = check(
        broken,
        *("--baseline", "baseline.toml", "--json", "report.json"),
        cwd=baseline.parent,
    )
    pruned = check(
        mended, "--baseline", "baseline.toml", "--prune-baseline", cwd=baseline.parent
    )

    assert first.returncode == 1
    assert f'test = "{TEST}"' in written
    assert "added to the baseline: 1, removed: 0" in first.stdout
    assert gate.returncode == 0, gate.stdout
    report = json.loads(baseline.with_name("report.json").read_text())
    assert report["verdict"] == "known failing"
    assert report["figures"]["MUST"]["knownFailing"] == 1
    assert pruned.returncode == 4
    assert "[[" not in baseline.read_text()
    assert "# Ours.\n" in baseline.read_text()
