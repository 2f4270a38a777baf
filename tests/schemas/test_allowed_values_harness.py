"""What the schemas of our own documents allow and refuse, by both engines."""

from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.schemas import documents

if TYPE_CHECKING:
    from tests.schemas.conftest import Allows

LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"
URL = "http://127.0.0.1:9000/review"

CLAIMS: list[tuple[str, Any, bool]] = [
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
    """Each has a row that is allowed and one that is refused."""
    shapes = {name for name in documents.shapes(documents.HARNESS) if name[0].isupper()}

    for allowed in (True, False):
        assert {row[0] for row in CLAIMS if row[2] is allowed} == shapes
