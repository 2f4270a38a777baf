"""A reset through the control API, and what is said of a wrong call."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.tokens import TokenError
from tests.core.control_api.conftest import (
    ADVANCE,
    CLOCK,
    HANDLERS,
    LAMBDA,
    MACHINE,
    RESET,
    ROOM,
    URL,
    call,
    clock_state,
    handlers,
    started,
)


@pytest.mark.parametrize("start", [None, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)])
def test_reset_is_as_after_the_start(start: datetime | None) -> None:
    """The rooms of the start under their ARNs and no others, and the clock's start."""
    fake = started(clock=start, verify_signatures=False)
    arns = fake.service.seeded_room_arns
    at_first = clock_state(call(fake, "GET", CLOCK))
    created = json.loads(call(fake, "POST", "/CreateRoom").body)["arn"]
    assert call(fake, "POST", "/DeleteRoom", {"identifier": ROOM}).status == 204
    call(fake, "PUT", CLOCK, {"now": "2030-01-01T00:00:00Z"})
    call(fake, "POST", ADVANCE, {"seconds": 5})
    handlers(fake, **{LAMBDA: URL})

    answer = call(fake, "POST", RESET)

    assert (answer.status, answer.body) == (204, b"")
    assert clock_state(call(fake, "GET", CLOCK)) == at_first
    assert call(fake, "POST", "/GetRoom", {"identifier": created}).status == 404
    assert fake.service.seeded_room_arns == arns
    assert handlers(fake) == {}
    for arn in arns.values():
        room = json.loads(call(fake, "POST", "/GetRoom", {"identifier": arn}).body)
        assert room["createTime"][:-1] == at_first[0][:23]


def test_reset_makes_old_tokens_worthless() -> None:
    """The keys are new at each: what was sealed before opens nothing any more."""
    fake = started(verify_signatures=False)
    asked = {"roomIdentifier": ROOM, "userId": "user-1"}
    texts = []

    for _ in range(3):
        texts.append(json.loads(call(fake, "POST", "/CreateChatToken", asked).body))
        opened = [opens(fake, text["token"]) for text in texts]
        assert opened == [False] * (len(texts) - 1) + [True]
        assert call(fake, "POST", RESET).status == 204

    assert not opens(fake, texts[-1]["token"])


def opens(fake: Endpoint, text: str) -> bool:
    """Say whether a token opens."""
    try:
        return fake.service.state.tokens.open(text).number == 1
    except TokenError:
        return False


NO_CALL = (
    "No such call; there are /_control/clock, /_control/clock/advance, "
    "/_control/calls, /_control/faults, /_control/review-handlers, /_control/reset."
)
RANGE = "the clock stays between 1970-01-01T00:00:00Z and 9999-12-30T00:00:00Z."
NO_TIME = (
    "now: not a date and time of RFC 3339: write YYYY-MM-DDThh:mm:ss, then if you like "
    "a point and 1 to 9 digits, then Z or an offset such as +09:00."
)
NO_NUMBER = "The body has a number that JSON does not have, or one too long to read."
WRONG_CALLS: list[tuple[str, str, object, int, str]] = [
    ("GET", "/_control", b"", 404, NO_CALL),
    ("GET", "/_control/", b"", 404, NO_CALL),
    ("GET", "/_control/clock/", b"", 404, NO_CALL),
    ("GET", "/_control/Clock", b"", 404, NO_CALL),
    ("POST", "/_control/clock/advance/1", b"", 404, NO_CALL),
    ("POST", "/_control/unknown", {"seconds": 1}, 404, NO_CALL),
    (
        "POST",
        CLOCK,
        {"now": "2026-01-02T03:04:05Z"},
        405,
        "Use GET or PUT or DELETE here.",
    ),
    ("OPTIONS", CLOCK, b"", 405, "Use GET or PUT or DELETE here."),
    ("PUT", ADVANCE, {"seconds": 1}, 405, "Use POST here."),
    ("GET", RESET, b"", 405, "Use POST here."),
    ("DELETE", RESET, b"", 405, "Use POST here."),
    ("GET", HANDLERS, b"", 405, "Use PUT here."),
    ("POST", HANDLERS, {LAMBDA: URL}, 405, "Use PUT here."),
    ("POST", "/_control/calls", b"", 405, "Use GET here."),
    ("PUT", "/_control/faults", b"", 405, "Use GET or POST or DELETE here."),
    ("GET", "/_control/faults/fault-1", b"", 405, "Use DELETE here."),
    ("GET", "/_control/faults/", b"", 404, NO_CALL),
    ("DELETE", "/_control/faults/fault-1/2", b"", 404, NO_CALL),
    (
        "DELETE",
        "/_control/faults/fault-1",
        b"",
        404,
        "id: no such fault waits; there is none.",
    ),
    ("PUT", HANDLERS, [], 400, "The body must be a JSON object."),
    ("PUT", CLOCK, b"", 400, "now is required."),
    ("PUT", CLOCK, {"Now": "2026-01-02T03:04:05Z"}, 400, "now is required."),
    ("PUT", CLOCK, {"now": None}, 400, "now is required."),
    ("PUT", CLOCK, {"now": 1767323045}, 400, "now must be of JSON type string."),
    ("PUT", CLOCK, {"now": "soon"}, 400, NO_TIME),
    ("PUT", CLOCK, {"now": "2026-01-02"}, 400, NO_TIME),
    ("PUT", CLOCK, {"now": "2026-01-02T03:04:05"}, 400, NO_TIME),
    ("PUT", CLOCK, {"now": "2026-02-30T03:04:05Z"}, 400, NO_TIME),
    ("PUT", CLOCK, {"now": "1969-12-31T23:59:59Z"}, 400, f"now: {RANGE}"),
    ("PUT", CLOCK, {"now": "1970-01-01T00:00:00+00:01"}, 400, f"now: {RANGE}"),
    ("PUT", CLOCK, {"now": "9999-12-31T00:00:00Z"}, 400, f"now: {RANGE}"),
    ("PUT", CLOCK, [], 400, "The body must be a JSON object."),
    ("PUT", CLOCK, b"now", 400, "The body is not JSON: see line 1, column 1."),
    ("PUT", CLOCK, b'{"now": "\xff"}', 400, "The body is not UTF-8."),
    ("PUT", CLOCK, b'{"now": "\\ud800"}', 400, "The body has a lone surrogate."),
    ("POST", ADVANCE, b"", 400, "seconds is required."),
    ("POST", ADVANCE, {"seconds": "60"}, 400, "seconds must be of JSON type number."),
    ("POST", ADVANCE, {"seconds": True}, 400, "seconds must be of JSON type number."),
    ("POST", ADVANCE, {"seconds": -1}, 400, "seconds must be 0 or more."),
    ("POST", ADVANCE, {"seconds": -1e-9}, 400, "seconds must be 0 or more."),
    ("POST", ADVANCE, {"seconds": 1e12}, 400, f"seconds: {RANGE}"),
    ("POST", ADVANCE, {"seconds": 1e308}, 400, f"seconds: {RANGE}"),
    ("POST", ADVANCE, {"seconds": 10**400}, 400, f"seconds: {RANGE}"),
    ("POST", ADVANCE, b'{"seconds": NaN}', 400, NO_NUMBER),
    (
        "POST",
        ADVANCE,
        b'{"seconds": ' + b"[" * 60_000,
        400,
        "The body is nested too deeply.",
    ),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "message"), WRONG_CALLS)
@pytest.mark.parametrize("frozen", [True, False])
def test_wrong_call_is_told_what_is_right_and_changes_nothing(
    method: str, path: str, body: object, status: int, message: str, *, frozen: bool
) -> None:
    """One sentence says what is wrong or allowed; the clock and the rooms stay."""
    fake = started(verify_signatures=False)
    if frozen:
        call(fake, "PUT", CLOCK, {"now": "2026-01-02T03:04:05Z"})
    created = json.loads(call(fake, "POST", "/CreateRoom").body)
    before = clock_state(call(fake, "GET", CLOCK))

    answer = call(fake, method, path, body)

    assert (answer.status, json.loads(answer.body)) == (status, {"message": message})
    assert ("Content-Type", "application/json") in answer.headers
    assert clock_state(call(fake, "GET", CLOCK)) == before
    still_there = call(fake, "POST", "/GetRoom", {"identifier": created["arn"]})
    assert json.loads(still_there.body) == created


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", CLOCK, "GET, PUT, DELETE"),
        ("GET", ADVANCE, "POST"),
        ("PUT", RESET, "POST"),
        ("DELETE", HANDLERS, "PUT"),
    ],
)
def test_wrong_method_is_told_the_right_ones(
    method: str, path: str, allowed: str
) -> None:
    """A 405 has the header Allow, as HTTP demands (RFC 9110, section 15.5.6)."""
    answer = call(started(), method, path)

    assert answer.status == 405
    assert dict(answer.headers)["Allow"] == allowed


def test_control_api_needs_no_signature_and_ignores_a_query() -> None:
    """Signatures are for the service's own calls."""
    fake = started(verify_signatures=True)

    assert call(fake, "GET", f"{CLOCK}?a=b").status == 200
    assert call(fake, "POST", f"{ADVANCE}?seconds=9", {"seconds": 1}).status == 200
    assert call(fake, "POST", RESET).status == 204


@pytest.mark.ivschat_verifies("ROUTE-01", "ROUTE-02")
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", CLOCK, b""),
        ("PUT", CLOCK, {"now": "2026-01-02T03:04:05Z"}),
        ("DELETE", CLOCK, b""),
        ("POST", ADVANCE, {"seconds": 60}),
        ("POST", RESET, b""),
        ("PUT", HANDLERS, {LAMBDA: URL}),
        ("GET", "/_control", b""),
    ],
)
def test_control_api_that_is_off_is_an_unknown_path(
    method: str, path: str, body: object
) -> None:
    """Without it nobody learns that there could be one, and nothing moves."""
    fake = started(control=False, verify_signatures=False)
    created = json.loads(call(fake, "POST", "/CreateRoom").body)

    answer = call(fake, method, path, body)

    assert answer.status == 400
    assert json.loads(answer.body)["reason"] == "UNKNOWN_OPERATION"
    still_there = call(fake, "POST", "/GetRoom", {"identifier": created["arn"]})
    assert still_there.status == 200
    assert fake.clock.read(MACHINE + timedelta(1)) == MACHINE + timedelta(1)


@pytest.mark.parametrize(
    "path", ["/_controlled", "/_control-clock", "//_control/clock", "/a/_control/clock"]
)
def test_path_that_only_looks_like_the_control_apis_is_the_services(path: str) -> None:
    """What is not below `/_control` is for the service, which knows no such path."""
    answer = call(started(), "GET", path)

    assert answer.status == 400
    assert json.loads(answer.body)["reason"] == "UNKNOWN_OPERATION"
