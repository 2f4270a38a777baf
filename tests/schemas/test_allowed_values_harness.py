"""What the schemas of our own documents allow and refuse, by both engines."""

from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.schemas import documents

if TYPE_CHECKING:
    from tests.schemas.conftest import Allows

LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"
URL = "http://127.0.0.1:9000/review"

SENDABLE = [1000, 1001, 1003, 1007, 1011, 1014, 3000, 4999]
NOT_SENDABLE = [999, 1004, 1005, 1006, 1015, 2999, 5000, "1000", 1000.5]
CALL = {
    "operation": "CreateChatToken",
    "at": "2026-01-02T03:04:05.678901Z",
    "request": {},
    "findings": [{"name": "token_reused", "sentence": "So it is."}],
}
PLAN = {"operation": "CreateChatToken", "fault": "throttle"}
PLANNED = {**PLAN, "id": "fault-1", "times": 2, "fired": 1}

CAPTURE = {
    "date": "2026-01-31",
    "region": "us-west-2",
    "client": "boto3 1.43.11",
    "requirements": ["TOKEN-RESP-01"],
    "sent": ["POST /CreateChatToken HTTP/1.1"],
    "received": ["HTTP/1.1 200 OK"],
}

EXCUSE = {"requirement": "TOKEN-REQ-09", "reason": "so"}
EXCUSED_TEST = {"test": "test_x.py::test_y[a-*]", "reason": "so"}

CLAIMS: list[tuple[str, Any, bool]] = [
    ("Capture", CAPTURE, True),
    ("Capture", {**CAPTURE, "note": "seen twice"}, True),
    ("Capture", {**CAPTURE, "date": "January"}, False),
    ("Capture", {**CAPTURE, "region": "here"}, False),
    ("Capture", {**CAPTURE, "requirements": []}, False),
    ("Capture", {**CAPTURE, "requirements": ["all"]}, False),
    ("Capture", {**CAPTURE, "received": []}, False),
    ("Capture", {**CAPTURE, "account": "123456789012"}, False),
    ("Baseline", {}, True),
    ("Baseline", {"known_failing": [EXCUSE, EXCUSED_TEST]}, True),
    ("Baseline", {"known_faling": []}, False),
    *(
        ("Baseline", {"known_failing": [{**EXCUSE, **members}]}, allowed)
        for members, allowed in (
            ({"link": "https://example.com/1", "expires": "2027-01-31"}, True),
            ({"link": "see the wiki"}, False),
            ({"expires": "soon"}, False),
            ({"expires": "2027-01-31\n"}, False),
            ({"reason": " "}, False),
            ({"requirement": "TOKEN-REQ-9"}, False),
            ({"test": "test_x.py::test_y"}, False),
            ({"colour": "red"}, False),
        )
    ),
    ("Baseline", {"known_failing": [{"reason": "so"}]}, False),
    ("Baseline", {"known_failing": [{"requirement": "TOKEN-REQ-09"}]}, False),
    ("Baseline", {"known_failing": [{**EXCUSED_TEST, "test": "test_y"}]}, False),
    ("Call", CALL, True),
    ("Call", {**CALL, "headers": {"host": "127.0.0.1"}, "status": 400}, True),
    ("Call", {**CALL, "headers": {"host": 127}}, False),
    ("Call", {**CALL, "status": None}, False),
    ("Call", {**CALL, "at": "2026-01-02T03:04:05Z"}, False),
    ("Call", {**CALL, "findings": ["token_reused"]}, False),
    ("Call", {**CALL, "operation": ""}, False),
    ("Calls", {"calls": [], "dropped": 0}, True),
    ("Calls", {"calls": [CALL], "dropped": 3}, True),
    ("Calls", {"calls": [{}], "dropped": 0}, False),
    ("Calls", {"calls": []}, False),
    ("Calls", {"calls": [], "dropped": -1}, False),
    ("ClockAdvance", {"seconds": 0}, True),
    ("ClockAdvance", {"seconds": 0.000001}, True),
    ("ClockAdvance", {"seconds": -1}, False),
    ("ClockAdvance", {"seconds": "1"}, False),
    ("ClockAdvance", {"seconds": True}, False),
    ("ClockAdvance", {}, False),
    ("ClockSetting", {"now": "2026-01-02T03:04:05Z"}, True),
    ("ClockSetting", {"now": 1767323045}, False),
    ("ClockSetting", {}, False),
    ("ClockState", {"now": "2026-01-02T03:04:05.678901Z", "mode": "real"}, True),
    ("ClockState", {"now": "2026-01-02T03:04:05.678901Z", "mode": "frozen"}, True),
    ("ClockState", {"now": "2026-01-02T03:04:05.678901Z", "mode": "Real"}, False),
    ("ClockState", {"now": "2026-01-02T03:04:05Z", "mode": "real"}, False),
    ("ClockState", {"now": "2026-01-02T03:04:05.678901Z"}, False),
    ("FaultPlan", PLAN, True),
    ("FaultPlan", {**PLAN, "times": 1_000_000, "performed": True}, True),
    ("FaultPlan", {**PLAN, "times": 0}, False),
    ("FaultPlan", {**PLAN, "times": 1_000_001}, False),
    ("FaultPlan", {**PLAN, "times": 1.5}, False),
    ("FaultPlan", {**PLAN, "seconds": 0}, True),
    ("FaultPlan", {**PLAN, "seconds": 3600.0}, True),
    ("FaultPlan", {**PLAN, "seconds": -0.1}, False),
    ("FaultPlan", {**PLAN, "seconds": 3600.1}, False),
    ("FaultPlan", {**PLAN, "performed": 1}, False),
    ("FaultPlan", {**PLAN, "status": 400}, True),
    ("FaultPlan", {**PLAN, "status": 599}, True),
    ("FaultPlan", {**PLAN, "status": 399}, False),
    ("FaultPlan", {**PLAN, "status": 600}, False),
    *(("FaultPlan", {**PLAN, "code": code}, True) for code in SENDABLE),
    *(("FaultPlan", {**PLAN, "code": code}, False) for code in NOT_SENDABLE),
    ("FaultPlan", {**PLAN, "reason": "x" * 123}, True),
    ("FaultPlan", {**PLAN, "reason": "x" * 124}, False),
    ("FaultPlan", {**PLAN, "fault": "explode"}, False),
    ("FaultPlan", {"operation": "CreateChatToken"}, False),
    ("FaultPlan", {"fault": "throttle"}, False),
    ("FaultPlanned", {"id": "fault-1"}, True),
    ("FaultPlanned", {"id": 1}, False),
    ("Faults", {"faults": [PLANNED]}, True),
    ("Faults", {"faults": []}, True),
    ("Faults", {"faults": [PLAN]}, False),
    ("Faults", {"faults": [{**PLANNED, "fired": -1}]}, False),
    ("Faults", {"faults": [{**PLANNED, "times": 0}]}, False),
    ("ReviewHandlers", {}, True),
    ("ReviewHandlers", {LAMBDA: URL, f"{LAMBDA}:2": None}, True),
    ("ReviewHandlers", {LAMBDA: "http://localhost"}, True),
    ("ReviewHandlers", {LAMBDA: "http://[::1]:65535/"}, True),
    ("ReviewHandlers", {LAMBDA: "http://[::1]:1/"}, True),
    ("ReviewHandlers", {LAMBDA: "http://127.0.0.1:0"}, False),
    ("ReviewHandlers", {LAMBDA: "http://127.0.0.1:65536"}, False),
    ("ReviewHandlers", {LAMBDA: "http://127.0.0.1:123456"}, False),
    ("ReviewHandlers", {LAMBDA: "http://127.0.0.1:"}, False),
    ("ReviewHandlers", {LAMBDA: "http://128.0.0.1"}, False),
    ("ReviewHandlers", {LAMBDA: "http://localhosts"}, False),
    ("ReviewHandlers", {LAMBDA: "https://localhost"}, False),
    ("ReviewHandlers", {LAMBDA: f"{URL}\n"}, False),
    ("ReviewHandlers", {LAMBDA: f"x{URL}"}, False),
    ("ReviewHandlers", {LAMBDA: ""}, False),
    ("ReviewHandlers", {LAMBDA: 9000}, False),
    ("ReviewHandlers", {LAMBDA.ljust(170, "x"): URL}, True),
    ("ReviewHandlers", {LAMBDA.ljust(171, "x"): URL}, False),
    ("ReviewHandlers", {f"x{LAMBDA}": URL}, False),
    ("ReviewHandlers", [], False),
]


@pytest.mark.parametrize(("shape", "value", "allowed"), CLAIMS)
def test_both_engines_read_a_schema_of_ours_alike(
    allows: "Allows", shape: str, value: object, *, allowed: bool
) -> None:
    """What a schema allows does not depend on who reads it."""
    assert allows(shape, value) is allowed


def test_every_shape_of_the_harness_is_tried() -> None:
    """Each has a row that is allowed and one that is refused.

    Those of reports and of target files have theirs in files of their own.
    """
    of_reports = {"Area", "Edition", "Outcome", "RequirementId"}
    shapes = {
        name
        for name in documents.shapes(documents.HARNESS)
        if name[0].isupper()
        and name not in of_reports
        and name[:6] not in {"Report", "Target"}
    }

    for allowed in (True, False):
        assert {row[0] for row in CLAIMS if row[2] is allowed} == shapes
