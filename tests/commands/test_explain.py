"""`ivschat-conformance explain`: all there is to know of one requirement."""

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest

from ivschat_conformance.__main__ import main
from ivschat_conformance.commands import explain
from ivschat_conformance.fixtures.collected import collected_checks
from ivschat_conformance.mutation import load_mutants
from ivschat_conformance.schemas.requirements import load_requirements

Checks = Mapping[str, tuple[str, ...]]


@pytest.fixture(scope="module")
def checks() -> Checks:
    """Give every check of the suites, collected once."""
    return collected_checks()


def explained(id_: str, checks: Checks) -> str:
    """Return what is said of a requirement."""
    tests = [test for test, names in checks.items() if id_ in names]
    row = load_requirements()[id_]
    return "\n".join(explain.lines(row, tests, checks, 100))


def test_requirement_is_explained(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What it demands, where it is from, its tests, its mutants, and what to run."""
    monkeypatch.chdir(tmp_path)

    assert main(["explain", "token-req-09"]) == 0

    out = capsys.readouterr().out
    row = load_requirements()["TOKEN-REQ-09"]
    test = "test_session_duration_outside_1_to_180_minutes_is_refused"
    assert out.startswith("TOKEN-REQ-09  MUST, of kind server, area TOKEN-REQ\n")
    assert row.statement in " ".join(out.split())
    for said in (
        "sources    MODEL\n",
        "evidence   model\n",
        "edition    2026.1\n",
        "feature    none: it binds every server\n",
        f"test_chat_token_members.py::{test}[181]\n",
        "session-duration-181-accepted, in\n",
        f"ivschat-conformance check URL -k {test}\n",
        "ivschat-conformance serve --mutant session-duration-0-accepted\n",
    ):
        assert said in out


@pytest.mark.parametrize("id_", ["DISC-02", "TOKEN-REQ-02", "VAL-01", "GEN-04"])
def test_selection_takes_every_test_of_the_requirement(
    checks: Checks, id_: str
) -> None:
    """What `-k` is given selects all of them, and pytest can read it."""
    (line,) = re.findall(
        r"^ *ivschat-conformance check URL -k (.*)$",
        explained(id_, checks),
        re.MULTILINE,
    )

    (expression,) = shlex.split(line)
    names = expression.split(" or ")
    assert all(re.fullmatch(r"[\w\[\]:+./-]+", name) for name in names)
    tests = [test for test, requirements in checks.items() if id_ in requirements]
    assert tests
    assert all(any(name in test for name in names) for test in tests)


def test_command_line_is_named_in_place_of_an_endpoint() -> None:
    """What judges a command line is given one."""
    text = explained("CLI-01", {"test_x.py::test_y": ("CLI-01",)})

    assert "ivschat-conformance check --cli COMMAND -k test_y\n" in text
    assert "suites.test_x -k test_y --ivschat-cli COMMAND" in text


def test_few_checks_of_a_function_are_named_one_by_one() -> None:
    """A requirement of one row of a table does not run the whole table."""
    checks = {
        "test_x.py::test_y[a]": ("SIG-01",),
        "test_x.py::test_y[b]": ("SIG-02",),
        "test_x.py::test_y[c d]": ("SIG-03",),
        "test_x.py::test_z": ("SIG-01",),
    }

    assert "-k 'test_y[a] or test_z'" in explained("SIG-01", checks)
    assert "-k test_y\n" in explained("SIG-03", checks)


@pytest.mark.parametrize("mutant", load_mutants().values(), ids=lambda row: row.name)
def test_mutants_are_named_for_all_that_they_break(mutant: object) -> None:
    """A requirement that falls with another one is told so, too."""
    broken = filter(mutant.breaks, load_requirements())  # type: ignore[attr-defined]

    for id_ in broken:
        assert mutant.name in explained(id_, {})  # type: ignore[attr-defined]


def test_requirement_that_no_suite_verifies_says_why() -> None:
    """Nothing is collected for it."""
    rows = load_requirements().values()
    untested = next(row for row in rows if row.untested)
    verified = next(row for row in rows if row.verified)

    assert str(untested.untested)[:20] in explained(untested.id, {})
    assert f"verified   {verified.verified}" in explained(verified.id, {})


def test_what_can_fail_no_target_says_so() -> None:
    """A reader learns what the evidence means for a verdict."""
    recalled = next(
        row for row in load_requirements().values() if row.evidence == "recalled"
    )

    assert "evidence   recalled: it never fails a target" in explained(recalled.id, {})


@pytest.mark.parametrize(
    ("id_", "sentence"),
    [
        ("TOKEN-REQ-99", "did you mean TOKEN-REQ-19 or TOKEN-REQ-09"),
        ("TOKN-REQ-09", "did you mean TOKEN-REQ-09"),
        ("Lobby", "`ivschat-conformance requirements` lists all"),
    ],
)
def test_unknown_id_is_exit_code_2_and_near_ones_are_named(
    capsys: pytest.CaptureFixture[str], id_: str, sentence: str
) -> None:
    """A typing error is told with what may have been meant."""
    with pytest.raises(SystemExit) as ended:
        main(["explain", id_])

    assert ended.value.code == 2
    assert f"there is no requirement {id_}: {sentence}" in capsys.readouterr().err


def test_environment_of_a_vendor_does_not_hide_tests(
    checks: Checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither pytest's options nor its plugins are heeded, and both are left alone."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")

    assert list(collected_checks()) == list(checks)
    import os  # noqa: PLC0415

    assert os.environ["PYTEST_ADDOPTS"] == "-k nothing"
    assert "PYTEST_DISABLE_PLUGIN_AUTOLOAD" not in os.environ


def test_mutant_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """What it changes, what it breaks, and how to see that."""
    assert main(["explain", "session-duration-181-accepted"]) == 0

    out = capsys.readouterr().out
    assert '  - "maximum": 180\n  + "maximum": 181\n' in out
    assert "\nTOKEN-REQ-09  MUST: A `sessionDurationInMinutes` that is 0" in out
    assert "ivschat-conformance mutants --run session-duration-181-accepted\n" in out


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("test_session_duration_outside_1_to_180_minutes_is_refused", "7 checks"),
        (
            "test_chat_token_members.py::"
            "test_session_duration_outside_1_to_180_minutes_is_refused[181]",
            "1 check",
        ),
    ],
)
def test_check_is_explained(
    name: str, count: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Back from a check or a test function to the requirement and its mutants."""
    assert main(["explain", name]) == 0

    out = " ".join(capsys.readouterr().out.split())
    assert out.startswith("test_chat_token_members.py::test_session_duration_outside")
    assert f" {count} TOKEN-REQ-09 MUST: " in out
    assert "session-duration-181-accepted" in out
