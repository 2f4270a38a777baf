"""`ivschat-conformance diff`: what changed, and whether a gate goes red."""

from typing import TYPE_CHECKING

import pytest

from ivschat_conformance.__main__ import main

if TYPE_CHECKING:
    from tests.commands.conftest import WrittenReport

BROKEN = """\
broken   TOKEN-REQ-09 (MUST): passed -> failed
         A duration of 181 is refused.
         ✗ test_x.py::test_TOKEN-REQ-09: it was not as it should be
fixed    SIG-01 (MUST): failed -> passed
         Unsigned requests are refused.
         ✓ test_x.py::test_SIG-01
changed  TOKEN-RESP-16 (SHOULD): passed -> not tested
         Times have whole seconds.

1 broken, 1 fixed, 1 changed
"""


def test_differences_are_told_and_a_break_is_exit_code_1(
    written_report: "WrittenReport", capsys: pytest.CaptureFixture[str]
) -> None:
    """The gravest first, each with the checks that turned."""
    old = {"SIG-01": "failed", "TOKEN-REQ-09": "passed", "TOKEN-RESP-16": "passed"}
    new = {"SIG-01": "passed", "TOKEN-REQ-09": "failed"}

    code = main(
        [
            "diff",
            str(written_report("old.json", outcomes=old)),
            str(written_report("new.json", outcomes=new)),
        ]
    )

    assert code == 1
    assert capsys.readouterr().out == BROKEN


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ({"SIG-01": "failed"}, {"SIG-01": "passed"}, "1 fixed"),
        ({"SIG-01": "failed"}, {"SIG-01": "failed"}, "nothing changed"),
        ({"SIG-01": "passed"}, {"SIG-01": "not tested"}, "1 changed"),
        (
            {"TOKEN-RESP-16": "passed"},
            {"TOKEN-RESP-16": "failed"},
            "broken   TOKEN-RESP-16 (SHOULD, a warning)",
        ),
    ],
)
def test_what_is_no_break_is_exit_code_0(
    written_report: "WrittenReport",
    capsys: pytest.CaptureFixture[str],
    old: dict[str, str],
    new: dict[str, str],
    said: str,
) -> None:
    """A gate stays green, whatever else changed."""
    code = main(
        [
            "diff",
            str(written_report("old.json", outcomes=old)),
            str(written_report("new.json", outcomes=new)),
        ]
    )

    assert code == 0
    assert said in capsys.readouterr().out


def test_broken_file_is_exit_code_2(
    written_report: "WrittenReport", capsys: pytest.CaptureFixture[str]
) -> None:
    """A gate that cannot read its reports is not green, and says which."""
    old = written_report("old.json", outcomes={})
    new = written_report("new.json", outcomes={})
    new.write_text(new.read_text()[:-100])

    with pytest.raises(SystemExit) as ended:
        main(["diff", str(old), str(new)])

    assert ended.value.code == 2
    assert f"error: {new} is no JSON: line " in capsys.readouterr().err
