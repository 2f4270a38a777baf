"""Every requirement is verified by a test, or says why not."""

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from ivschat_conformance.schemas.requirements import (
    Level,
    Requirement,
    load_requirements,
)

TESTS = Path(__file__).parents[1]
REQUIREMENT_ID = re.compile(r"[A-Z][A-Z0-9]*(?:-[A-Z]+)*-[0-9]{2}")


@pytest.fixture(scope="module")
def checks() -> dict[str, tuple[str, ...]]:
    """Give every check of the suites with the requirements that it names."""
    of_servers, of_command_lines = _collect(), _collect("--ivschat-cli=ivschat")
    assert not of_servers.keys() & of_command_lines.keys()
    return of_servers | of_command_lines


def _collect(*options: str) -> dict[str, tuple[str, ...]]:
    collected = _Collected()
    folder = _suites()
    status = pytest.main(
        [
            "--collect-only",
            "-qq",
            # Another test of this process may have collected them before.
            "-W",
            "ignore::pytest.PytestAssertRewriteWarning",
            f"--config-file={folder / 'conformance.ini'}",
            *options,
            str(folder),
        ],
        plugins=[collected],
    )
    assert status == pytest.ExitCode.OK
    return collected.checks


class _Collected:
    def __init__(self) -> None:
        self.checks: dict[str, tuple[str, ...]] = {}

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        marks = item.iter_markers("ivschat_verifies")
        self.checks[item.nodeid] = tuple(name for mark in marks for name in mark.args)


def test_every_check_names_requirements_that_exist(
    checks: dict[str, tuple[str, ...]],
) -> None:
    """A check without a requirement could not be scored."""
    registry = load_requirements()

    nameless = [check for check, names in checks.items() if not names]
    unknown = {name for names in checks.values() for name in names} - registry.keys()

    assert not nameless
    assert not unknown


def test_every_check_has_one_level(checks: dict[str, tuple[str, ...]]) -> None:
    """A failure would otherwise mean two things at once."""
    registry = load_requirements()

    mixed = [
        check
        for check, names in checks.items()
        if len({registry[name].level for name in names}) > 1
    ]

    assert not mixed


def test_every_check_judges_what_a_target_can_show(
    checks: dict[str, tuple[str, ...]],
) -> None:
    """Checks name what binds servers or, in suites of theirs alone, command lines."""
    registry = load_requirements()

    misplaced = {
        name
        for check, names in checks.items()
        for name in names
        if not registry[name].is_scored
        or registry[name].of_command_lines is not ("test_command_line_" in check)
    }

    assert not misplaced


@pytest.mark.parametrize("level", Level)
def test_every_requirement_of_targets_has_a_check_or_a_reason(
    checks: dict[str, tuple[str, ...]], level: Level
) -> None:
    """What is neither checked nor excused would stand in the denominator for ever."""
    named = {name for names in checks.values() for name in names}

    forgotten = [
        row.id
        for row in load_requirements().values()
        if row.level is level and row.is_scored and row.id not in named
    ]

    assert not forgotten


@pytest.mark.parametrize(
    "row",
    [row for row in load_requirements().values() if row.verified],
    ids=lambda row: row.id,
)
def test_test_that_verifies_a_requirement_names_it(row: Requirement) -> None:
    """What is verified here is named by a test in the file that it points to."""
    assert row.verified is not None
    file = TESTS.parent / row.verified

    assert file.is_file(), f"{row.verified} does not exist"
    assert row.id in _named_in(file)


def test_no_check_sleeps() -> None:
    """The suites wait for nothing by the clock: a sleep is a race that was lost."""
    files = _suites().glob("*.py")

    asleep = [path.name for path in files if "sleep" in path.read_text("utf-8")]

    assert not asleep


def _suites() -> Path:
    """Return the folder of the suites, which nobody imports."""
    spec = find_spec("ivschat_conformance.suites")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _named_in(file: Path) -> set[str]:
    """Return the requirement ids among a file's texts."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        found
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for found in REQUIREMENT_ID.findall(node.value)
    }
