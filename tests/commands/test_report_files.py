"""The files that `check` writes: no stale one outlives a run without a verdict."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivschat_conformance.__main__ import main
from ivschat_conformance.fixtures.reports import json_report
from ivschat_conformance.schemas.requirements import Level

FORMS = ("json", "html", "junit", "markdown", "badge")
FEW = ("-k", "test_answer_has_no_state")  # one check against the bundled reference
GREEN = '{"message": "192 of 192 MUST (2026.1)"}'


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Give a file a form, with what a run of last week left in it."""
    found = {form: tmp_path / f"report.{form}" for form in FORMS}
    for path in found.values():
        path.write_text(GREEN)
    return found


@pytest.fixture
def nobody() -> Iterator[str]:
    """Give the URL of a port where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def options(files: dict[str, Path]) -> list[str]:
    """Return the options that write them all."""
    return [word for form, path in files.items() for word in (f"--{form}", str(path))]


def test_every_form_is_written_and_named(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """One run, five files of the same report; they are named after the verdict."""
    assert main(["check", *FEW, *options(files)]) == 0

    out = capsys.readouterr().out
    assert out.endswith("".join(f"written: {path}\n" for path in files.values()))
    texts = {form: path.read_text(encoding="utf-8") for form, path in files.items()}
    found = json_report.read(texts["json"])
    assert found.checks == 1
    must = found.verdict.figures(Level.MUST)
    assert f"  MUST   {must.passed} of {must.total} passed" in out
    assert "NOTHING FAILED, not all judged" in texts["html"]
    assert "NOTHING FAILED, not all judged" in texts["markdown"]
    assert 'name="verdict" value="nothing failed"' in texts["junit"]
    assert json.loads(texts["badge"])["color"] == "yellow"


@pytest.mark.parametrize("why", ["unreached", "nothing-selected"])
def test_run_without_a_verdict_leaves_no_green_file_behind(
    files: dict[str, Path], nobody: str, why: str
) -> None:
    """A badge of last week would say that the target is well."""
    asked = [nobody] if why == "unreached" else ["-k", "no_such_check"]

    assert main(["check", *asked, *options(files)]) == 3

    texts = {form: path.read_text(encoding="utf-8") for form, path in files.items()}
    assert json.loads(texts["badge"])["message"] == "no verdict"
    assert json.loads(texts["json"])["verdict"] == "no verdict"
    assert json.loads(texts["json"])["figures"] == {"MUST": None, "SHOULD": None}
    assert "NO VERDICT" in texts["html"]
    assert "NO VERDICT" in texts["markdown"]
    assert 'errors="1"' in texts["junit"]


@pytest.mark.parametrize("form", FORMS)
def test_folder_that_is_not_there_is_said_before_the_run(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody waits for a run whose report cannot be kept."""
    with pytest.raises(SystemExit) as ended:
        main(["check", f"--{form}", str(tmp_path / "none" / "file")])

    assert ended.value.code == 2
    said = capsys.readouterr()
    assert f"argument --{form}: there is no folder {tmp_path / 'none'}" in said.err
    assert said.out == ""


def test_file_that_cannot_be_written_is_exit_code_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The verdict was told, and yet a gate must not pass on a badge of last week."""
    with pytest.raises(SystemExit) as ended:
        main(["check", *FEW, "--badge", "/dev/full"])

    assert ended.value.code == 2
    said = capsys.readouterr()
    assert "/dev/full cannot be written: No space left on device" in said.err
    assert "NOTHING FAILED" in said.out
