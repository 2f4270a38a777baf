"""`ivschat-conformance mutants`: the list, and the kill matrix."""

from pathlib import Path

import pytest

from ivschat_conformance.__main__ import main
from ivschat_conformance.mutation import load_mutants


def test_mutants_are_listed_by_file(capsys: pytest.CaptureFixture[str]) -> None:
    """Each is there once, with what it breaks."""
    assert main(["mutants"]) == 0

    out = capsys.readouterr().out
    lines = out.splitlines()
    assert "schemas/control-plane-api/SessionDurationInMinutes.json" in lines
    assert any(
        line.split()[:2] == ["session-duration-181-accepted", "TOKEN-REQ-09"]
        for line in lines
    )
    mutants = load_mutants()
    for name in mutants:
        assert sum(line.split()[:1] == [name] for line in lines) == 1
    assert lines[-1].startswith(f"{len(mutants)} mutants, of ")


def test_kill_matrix_is_printed_and_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The figures, and a page that leads from requirement to mutant and back."""
    page = tmp_path / "matrix.md"
    name = "session-duration-181-accepted"
    arguments = ["--run", "--sample", "-n", "1", "--commit", "abc123"]

    code = main(["mutants", name, *arguments, "--markdown", str(page)])

    out = capsys.readouterr().out
    assert code == 0
    assert "1 of 1 mutants killed, against their checks and a sample" in out
    text = page.read_text("utf-8")
    assert "on commit `abc123`" in text
    row = next(line for line in text.splitlines() if '<a id="token-req-09">' in line)
    assert "`sessionDurationInMinutes` that is 0, negative or 181" in row
    test = "test_session_duration_outside_1_to_180_minutes_is_refused"
    assert f"`test_chat_token_members.py::{test}` (7)" in row
    assert f"[{name}](#{name})" in row
    back = next(line for line in text.splitlines() if f'<a id="{name}">' in line)
    assert "[TOKEN-REQ-09](#token-req-09)" in back
    assert f"{test}[181]`" in back


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--sample"], "--sample: goes with --run"),
        (["-n", "2"], "-n: goes with --run"),
        (["--run", "-n", "0"], "give a number of processes, 1 or more"),
        (["session-duration-181"], "there is session-duration-181-accepted"),
    ],
)
def test_wrong_use_is_told(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which option, and what would be right."""
    with pytest.raises(SystemExit) as ended:
        main(["mutants", *arguments])

    assert ended.value.code == 2
    assert said in capsys.readouterr().err
