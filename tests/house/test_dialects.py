"""Honest servers that differ: the suites pass each of them.

The reference implementation makes one choice where the contract leaves several. A
dialect makes others, and would fail a check that takes one answer for the only one.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.dialects import Dialect, DialectError, apply, load_dialects
from ivschat_conformance.fixtures.outcomes import Outcome, judge
from ivschat_conformance.fixtures.run import RunOptions, run
from ivschat_conformance.mutation import Replacement, ReplacementError, replaced
from ivschat_conformance.schemas.requirements import Level, load_requirements

if TYPE_CHECKING:
    from tests.conftest import Serve

FEATURES: dict[str, Any] = {
    "control_plane": True,
    "messaging": True,
    "signatures": True,
    "clock": "control",
    "review_handler": True,
}
# Lines of the contract that leave a choice; a dialect each makes another one.
OPEN = (
    *("REGION-06", "HTTP-REQ-06", "HTTP-REQ-09", "HTTP-REQ-12", "HTTP-REQ-15"),
    *("HTTP-RESP-02", "HTTP-RESP-03", "HTTP-RESP-06", "HTTP-RESP-08", "HTTP-RESP-11"),
    *("ERR-03", "ERR-04", "ERR-17", "ERR-18", "VAL-24", "SIG-03", "SIG-08"),
    *("ROUTE-01", "PARSE-02", "PARSE-07", "PARSE-09"),
    *("TOKEN-REQ-06", "TOKEN-REQ-12", "TOKEN-REQ-16"),
    *("TOKEN-RESP-04", "TOKEN-RESP-06", "TOKEN-RESP-07", "TOKEN-RESP-08"),
    *("TOKEN-LIFE-05", "TOKEN-LIFE-12", "TOKEN-LIFE-16", "CONTRA-01", "OPEN-19"),
    *("ROOM-GET-03", "ROOM-CREATE-13", "ROOM-UPD-05", "ROOM-UPD-08", "ROOM-LIST-03"),
    *("ROOM-LIST-08", "ROOM-LIST-10", "ROOM-LIST-12", "CONTRA-08"),
    *("LOGCFG-05", "LOGCFG-06", "LOGCFG-13", "TAG-04", "TAG-11"),
    *("DELM-03", "DISC-03", "OPEN-01", "OPEN-02", "OPEN-03", "OPEN-22"),
    *("WS-CONN-10", "WS-CONN-12", "WS-REQ-12", "WS-REQ-18", "WS-REQ-21"),
    *("WS-REQ-22", "WS-REQ-25", "WS-REQ-26", "WS-MSG-06", "WS-MSG-08", "WS-MSG-10"),
    *("WS-MSG-12", "WS-MSG-16", "WS-EVT-04", "WS-EVT-06", "WS-EVT-09", "WS-EVT-13"),
    *("WS-ERR-01", "WS-ERR-14", "WS-CLOSE-03", "WS-CLOSE-04", "LIMIT-11"),
    *("REVIEW-10",),
)

every_dialect = pytest.mark.parametrize(
    "dialect", list(load_dialects().values()), ids=lambda dialect: dialect.name
)


@every_dialect
def test_suites_pass_a_dialect(
    serve: "Serve", dialect: Dialect, tmp_path: Path
) -> None:
    """Every MUST is judged, and none fails; no SHOULD but those that it does without.

    The target claims what the reference has: else a probe would excuse what failed.
    """
    features = {**FEATURES, **dialect.features}
    target = tmp_path / "target.toml"
    target.write_text(
        "\n".join(
            [
                "[target.features]",
                *(f"{name} = {_written(value)}" for name, value in features.items()),
            ]
        ),
        encoding="utf-8",
    )
    with serve("--dialect", dialect.name, "--room", "lobby") as served:
        found = run(
            RunOptions(
                endpoint=served.endpoint,
                credential="test:test",
                target_file=target,
                room=None if features["control_plane"] else served.rooms["lobby"],
            )
        )

    assert found.target is not None, found.output
    verdict = judge(found.checks, load_requirements(), claimed=found.target.claimed)
    assert [
        (check.test, check.reason)
        for check in found.checks
        if check.outcome is Outcome.FAILED
        and not {*check.requirements} <= {*dialect.warned}
    ] == []
    assert {row.requirement.id for row in verdict.warnings} == {*dialect.warned}
    assert verdict.figures(Level.MUST).not_tested == 0
    assert verdict.exit_code == 0


@every_dialect
def test_dialect_fits_the_code(dialect: Dialect) -> None:
    """Each old text stands once in its file, and what comes of it is Python or JSON."""
    replacements = [deviation.replacement for deviation in dialect.deviations]

    for path, text in replaced(replacements).items():
        if path.suffix == ".py":
            compile(text, path, "exec")
        else:
            json.loads(text)
        assert text != path.read_text(encoding="utf-8")


@every_dialect
def test_dialect_says_what_leaves_it_open(dialect: Dialect) -> None:
    """It has a sentence, each deviation a line of the contract; it is no MUST's."""
    registry = load_requirements()

    assert re.fullmatch("[A-Z].+[.]", dialect.summary)
    for deviation in dialect.deviations:
        assert re.fullmatch("[A-Z]+(-[A-Z]+)?-[0-9]{2}", deviation.contract)
    assert {registry[name].level for name in dialect.warned} <= {Level.SHOULD}


@pytest.mark.parametrize("line", OPEN)
def test_what_the_contract_leaves_open_is_chosen_otherwise(line: str) -> None:
    """Some dialect differs in it: a check that knows one answer alone turns red."""
    assert any(
        deviation.contract == line
        for dialect in load_dialects().values()
        for deviation in dialect.deviations
    )


def test_unknown_dialect_is_refused_with_the_near_ones() -> None:
    """A typing error is told with what may have been meant."""
    with pytest.raises(DialectError, match="there is json-gateway"):
        apply("json-gatway")


def test_dialect_of_loaded_modules_is_refused() -> None:
    """A dialect that came too late would be one that nobody hears."""
    import ivschat_conformance.reference_impl.core.frames  # noqa: F401, PLC0415

    with pytest.raises(DialectError, match=r"^dialect terse: .* is loaded already"):
        apply("terse")


@pytest.mark.parametrize(
    ("replacements", "sentence"),
    [
        ([("schemas/arn.py", "nothing like it", "")], "stands 0 times in schemas/arn"),
        ([("schemas/arn.py", "a", "b")], "times in schemas/arn.py, not once"),
        ([("schemas/nowhere.py", "a", "b")], "there is no schemas/nowhere.py"),
        ([("nowhere/arn.py", "a", "b")], "there is no nowhere/arn.py"),
    ],
)
def test_replacement_that_does_not_fit_is_refused(
    replacements: list[tuple[str, str, str]], sentence: str
) -> None:
    """A text that is not there, or more than once, is no place for another."""
    with pytest.raises(ReplacementError, match=sentence):
        replaced(Replacement(*words) for words in replacements)


def test_dialect_and_mutant_are_applied_together() -> None:
    """A server that differs can be broken, too; data and modules alike."""
    code = (
        "from ivschat_conformance import dialects, mutation\n"
        "dialects.apply('generous')\n"
        "mutation.apply('session-duration-181-accepted')\n"
        "from ivschat_conformance.schemas import documents, limits\n"
        "print(limits.maximum('SessionDurationInMinutes'))\n"
        "print(documents.total_bytes({'k': 'v' * 2047}))"
    )

    said = subprocess.check_output([sys.executable, "-P", "-c", code], text=True)

    assert said == "181\n1024\n"


def _written(value: object) -> str:
    """Return a value as TOML has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
