"""What the schemas of a report allow and refuse, by both engines."""

from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.schemas import documents

if TYPE_CHECKING:
    from tests.schemas.conftest import Allows

FIGURES = {
    "total": 2,
    "passed": 1,
    "failed": 1,
    "indeterminate": 0,
    "notTested": 0,
    "conformance": 0.5,
    "coverage": 1,
}
TARGET = {
    "name": "Example emulator 1.2",
    "endpoint": "http://127.0.0.1:4566",
    "messagingEndpoint": None,
    "region": "us-west-2",
    "clock": "wall",
    "claimed": ["signatures"],
}
CHECK = {
    "test": "test_x.py::test_y[181]",
    "requirements": ["TOKEN-REQ-09"],
    "outcome": "failed",
    "seconds": 0.012,
    "reason": "it was answered 200, not 400",
    "details": "",
}
REQUIREMENT = {
    "id": "TOKEN-REQ-09",
    "level": "MUST",
    "kind": "server",
    "statement": "A duration of 181 is refused.",
    "sources": ["MODEL"],
    "evidence": "model",
    "area": "TOKEN-REQ",
    "feature": None,
    "edition": "2026.1",
    "outcome": "failed",
    "tests": ["test_x.py::test_y[181]"],
}
EXCUSE = {
    "line": 3,
    "reason": "181 minutes are taken",
    "requirement": "TOKEN-REQ-09",
    "test": None,
    "link": None,
    "expires": None,
    "trouble": "stale",
    "sentence": "TOKEN-REQ-09 passes now: remove the entry",
}
BASELINE = {"file": "baseline.toml", "entries": [EXCUSE]}
REPORT = {
    "version": 1,
    "generator": "ivschat-conformance 0.1.0",
    "edition": "2026.1",
    "strict": False,
    "verdict": "not conformant",
    "exitCode": 1,
    "target": TARGET,
    "seconds": 3,
    "checkCount": 1,
    "notCarriedOut": {"there is no room": 1},
    "warnings": ["a room was left behind"],
    "figures": {"MUST": FIGURES, "SHOULD": None},
    "areas": [
        {"area": "TOKEN-REQ", "selected": True, "MUST": FIGURES, "SHOULD": FIGURES}
    ],
    "requirements": [REQUIREMENT],
    "checks": [CHECK],
}


def _needed(shape: str, whole: dict[str, Any]) -> list[tuple[str, Any, bool]]:
    """Return claims that a whole value is allowed, and none without a member."""
    return [
        (shape, whole, True),
        (shape, {**whole, "later": 1}, True),
        *(
            (shape, {name: row for name, row in whole.items() if name != left}, False)
            for left in whole
        ),
    ]


CLAIMS: list[tuple[str, Any, bool]] = [
    ("Area", "TOKEN-REQ", True),
    ("Area", "TOKEN-REQ\n", False),
    ("Area", "", False),
    ("Edition", "2026.1", True),
    ("Edition", "2026.10", True),
    ("Edition", "2026", False),
    ("Edition", "2026x1", False),
    ("Outcome", "passed", True),
    ("Outcome", "known failing", True),
    ("Outcome", "not_tested", False),
    ("RequirementId", "TOKEN-REQ-09", True),
    ("RequirementId", "TOKEN-REQ-9", False),
    ("RequirementId", "TOKEN-REQ-09\n", False),
    *_needed("ReportFigures", FIGURES),
    ("ReportFigures", {**FIGURES, "knownFailing": 1}, True),
    ("ReportFigures", {**FIGURES, "conformance": None}, True),
    ("ReportFigures", {**FIGURES, "conformance": 1.1}, False),
    ("ReportFigures", {**FIGURES, "passed": -1}, False),
    *_needed("ReportTarget", TARGET),
    ("ReportTarget", {**TARGET, "clock": "sand"}, False),
    *_needed("ReportCheck", CHECK),
    ("ReportCheck", {**CHECK, "seconds": -0.1}, False),
    *_needed("ReportRequirement", REQUIREMENT),
    ("ReportRequirement", {**REQUIREMENT, "level": "MAY"}, False),
    ("ReportRequirement", {**REQUIREMENT, "excuses": [3]}, True),
    ("ReportRequirement", {**REQUIREMENT, "excuses": [0]}, False),
    *_needed("ReportBaseline", BASELINE),
    ("ReportBaseline", {**BASELINE, "entries": [{**EXCUSE, "trouble": None}]}, True),
    ("ReportBaseline", {**BASELINE, "entries": [{**EXCUSE, "trouble": "old"}]}, False),
    ("ReportBaseline", {**BASELINE, "entries": [{**EXCUSE, "line": 0}]}, False),
    *(
        (
            "ReportBaseline",
            {
                "file": "b.toml",
                "entries": [{key: row for key, row in EXCUSE.items() if key != left}],
            },
            False,
        )
        for left in EXCUSE
    ),
    *_needed("Report", REPORT),
    ("Report", {**REPORT, "baseline": BASELINE}, True),
    ("Report", {**REPORT, "baseline": None}, True),
    ("Report", {**REPORT, "baseline": "baseline.toml"}, False),
    ("Report", {**REPORT, "target": None}, True),
    ("Report", {**REPORT, "version": 2}, False),
    ("Report", {**REPORT, "exitCode": 4, "verdict": "stale baseline"}, True),
    ("Report", {**REPORT, "verdict": "known failing"}, True),
    ("Report", {**REPORT, "exitCode": 2}, False),
    ("Report", {**REPORT, "checks": [{**CHECK, "outcome": "great"}]}, False),
    ("Report", {**REPORT, "notCarriedOut": {"why": 0.5}}, False),
]


@pytest.mark.parametrize(("shape", "value", "allowed"), CLAIMS)
def test_both_engines_read_a_report_alike(
    allows: "Allows", shape: str, value: object, *, allowed: bool
) -> None:
    """Who reads a report with another engine reads the same."""
    assert allows(shape, value) is allowed


def test_every_shape_of_a_report_is_tried() -> None:
    """Each shape within reach has a row that is allowed and one that is refused."""
    shapes = documents.bundle("Report", api=documents.HARNESS)["$defs"]

    for allowed in (True, False):
        assert {row[0] for row in CLAIMS if row[2] is allowed} == set(shapes)
