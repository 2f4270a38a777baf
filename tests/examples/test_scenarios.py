"""The scenarios: all of them are there, named, and hold."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SCENARIOS = Path(__file__).parents[2] / "examples" / "scenarios"
COUNT = 28
DEADLINE = 120  # seconds for what takes two on an idle machine


@pytest.fixture(scope="module")
def run() -> subprocess.CompletedProcess[str]:
    """Run them all, as their README says."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider"],
        cwd=SCENARIOS,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def test_scenarios_hold(run: subprocess.CompletedProcess[str]) -> None:
    """With the example's own configuration and nothing else."""
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_scenario_has_a_test(run: subprocess.CompletedProcess[str]) -> None:
    """A test that passed names each of them."""
    passed = re.findall(r"::test_scenario_(\d\d)_\S+ PASSED", run.stdout)

    assert {int(number) for number in passed} == set(range(1, COUNT + 1))


def test_readme_lists_every_scenario() -> None:
    """One row for each, in order."""
    readme = (SCENARIOS / "README.md").read_text(encoding="utf-8")

    rows = re.findall(r"^\| (\d+) \|", readme, re.MULTILINE)

    assert [int(number) for number in rows] == [*range(1, COUNT + 1)]
