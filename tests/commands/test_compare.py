"""`ivschat-conformance compare`: several reports in one matrix."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivschat_conformance.__main__ import main
from ivschat_conformance.commands.compare import lines
from ivschat_conformance.fixtures.reports import json_report
from ivschat_conformance.fixtures.reports.comparison import compare
from ivschat_conformance.fixtures.reports.words import Paint

if TYPE_CHECKING:
    from tests.commands.conftest import WrittenReport

MATRIX = """\
A  Emulator 1.2 (edition 2026.1): ✗ not conformant
   MUST 50 % passed, 100 % judged; SHOULD 100 % passed, 100 % judged
B  Emulator 1.3 (edition 2026.1): ○ nothing failed
   MUST 50 % passed, 50 % judged; SHOULD 0 % passed, 0 % judged

MUSTs passed          A        B
SIG                 1/1      1/1
TOKEN-REQ           0/1      0/1
TOKEN-RESP            -        -

2 of 3 differ            A  B
TOKEN-REQ-09    MUST     ✗  ○  A duration of 181 is refused.
TOKEN-RESP-16   SHOULD   ✓  ○  Times have whole seconds.

✗ failed  ○ not tested  ✓ passed
"""


@pytest.fixture
def two(written_report: "WrittenReport") -> list[str]:
    """Give two reports of one emulator's versions."""
    return [
        str(
            written_report(
                "old.json",
                name="Emulator 1.2",
                outcomes={
                    "SIG-01": "passed",
                    "TOKEN-REQ-09": "failed",
                    "TOKEN-RESP-16": "passed",
                },
            )
        ),
        str(
            written_report(
                "new.json", name="Emulator 1.3", outcomes={"SIG-01": "passed"}
            )
        ),
    ]


def test_matrix_is_shown(two: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Who is compared, how much of each area holds, and where they differ."""
    assert main(["compare", *two]) == 0

    assert capsys.readouterr().out == MATRIX


def test_colour_is_only_paint(two: list[str]) -> None:
    """Red is what failed, yellow what was not judged; the text is the same."""
    comparison = compare([(path, json_report.load(Path(path))) for path in two])

    coloured = "\n".join(lines(comparison, Paint(colour=True), 80))

    assert re.sub(r"\x1b\[[0-9]+m", "", coloured) + "\n" == MATRIX
    assert "\x1b[31m      0/1\x1b[0m\x1b[33m      0/1\x1b[0m" in coloured
    assert "\x1b[32m      1/1\x1b[0m" in coloured


def test_equal_reports_say_so(
    two: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """No empty table."""
    assert main(["compare", two[0], two[0]]) == 0

    assert "no difference in 3 requirements" in capsys.readouterr().out


def test_matrix_is_written_as_a_page(
    two: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is named at the end."""
    page = tmp_path / "matrix.html"

    assert main(["compare", *two, "--html", str(page)]) == 0

    assert "Compatibility of 2 targets" in page.read_text(encoding="utf-8")
    assert capsys.readouterr().out.endswith(f"\nwritten: {page}\n")


def test_file_that_is_no_report_is_exit_code_2(
    two: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence names the file; nothing is compared."""
    foreign = tmp_path / "package.json"
    foreign.write_text('{"version": "1.0.0"}')

    with pytest.raises(SystemExit) as ended:
        main(["compare", two[0], str(foreign)])

    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.err == (
        f"ivschat-conformance compare: error: {foreign} is no report of "
        "`ivschat-conformance check --json`\n"
    )
    assert said.out == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["{old}"], "give two reports or more"),
        (["{old}", "{old}", "--html", "{folder}"], "give the name of a file"),
        (["{old}", "{old}", "--html", "{folder}/none/x"], "there is no folder"),
    ],
)
def test_what_cannot_be_done_is_exit_code_2(
    two: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    sentence: str,
) -> None:
    """It is said before anything is read or written."""
    with pytest.raises(SystemExit) as ended:
        main(
            [
                "compare",
                *(word.format(old=two[0], folder=tmp_path) for word in arguments),
            ]
        )

    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err
