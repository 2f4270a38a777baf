"""The control API: what each call does, and what is said of a wrong one."""

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
)
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.core.tokens import TokenError
from ivschat_conformance.schemas import documents

MACHINE = datetime(2026, 11, 24, 1, 51, 27, 123456, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 1, 51, 29, 123456, tzinfo=UTC)
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
CLOCK = "/_control/clock"
ADVANCE = "/_control/clock/advance"
RESET = "/_control/reset"
HANDLERS = "/_control/review-handlers"
LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"
OTHER_LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:other"
URL = "http://127.0.0.1:9000/review"


def started(**settings: Any) -> Endpoint:
    """Return a fake that was started at MACHINE, with one room."""
    whole = Settings(**{"rooms": [ROOM, "lobby"], **settings})
    return Endpoint(whole, Random(20261124), MACHINE)  # noqa: S311


def call(
    fake: Endpoint,
    method: str,
    path: str,
    body: object = b"",
    at: datetime = MACHINE,
) -> HttpResponse:
    """Return the answer to an unsigned call; the body is JSON or bytes."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return fake.answer(HttpRequest(method, path, (), raw), at).response


def clock_state(response: HttpResponse) -> tuple[str, str]:
    """Return what a clock's answer says, once it is sure to be one."""
    body = json.loads(response.body)
    validator = documents.validator("ClockState", closed=True, api="harness")
    assert response.status == 200
    assert ("Content-Type", "application/json") in response.headers
    assert [error.json_path for error in validator.iter_errors(body)] == []
    return body["now"], body["mode"]


def test_clock_says_the_time_and_whether_it_passes() -> None:
    """Six digits, in UTC; the machine's time unless it was moved."""
    fake = started()

    assert clock_state(call(fake, "GET", CLOCK)) == (
        "2026-11-24T01:51:27.123456Z",
        "real",
    )
    assert clock_state(call(fake, "GET", CLOCK, at=LATER)) == (
        "2026-11-24T01:51:29.123456Z",
        "real",
    )


@pytest.mark.parametrize(
    ("given", "now"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z"),
        ("2026-01-02T03:04:05.678901Z", "2026-01-02T03:04:05.678901Z"),
        ("2026-01-02T03:04:05.678901999Z", "2026-01-02T03:04:05.678901Z"),
        ("2026-01-02T03:04:05+09:00", "2026-01-01T18:04:05.000000Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"),
        ("9999-12-30T00:00:00Z", "9999-12-30T00:00:00.000000Z"),
    ],
)
def test_clock_is_frozen_at_an_instant(given: str, now: str) -> None:
    """Earlier or later, with any offset; then it stands still."""
    fake = started()

    answer = call(fake, "PUT", CLOCK, {"now": given})

    assert clock_state(answer) == (now, "frozen")
    assert clock_state(call(fake, "GET", CLOCK, at=LATER)) == (now, "frozen")


def test_real_clock_is_moved_on_and_runs_on() -> None:
    """`advance` keeps the mode: a real clock has an offset and goes on."""
    fake = started()

    answer = call(fake, "POST", ADVANCE, {"seconds": 3660})

    assert clock_state(answer) == ("2026-11-24T02:52:27.123456Z", "real")
    assert clock_state(call(fake, "GET", CLOCK, at=LATER)) == (
        "2026-11-24T02:52:29.123456Z",
        "real",
    )


@pytest.mark.parametrize(
    ("seconds", "now"),
    [
        (0, "2026-01-02T03:04:05.000000Z"),
        (-0.0, "2026-01-02T03:04:05.000000Z"),
        (1, "2026-01-02T03:04:06.000000Z"),
        (0.25, "2026-01-02T03:04:05.250000Z"),
        (0.000001, "2026-01-02T03:04:05.000001Z"),
        (86400, "2026-01-03T03:04:05.000000Z"),
        (10800.0, "2026-01-02T06:04:05.000000Z"),
    ],
)
def test_frozen_clock_is_moved_on_and_stays_frozen(seconds: float, now: str) -> None:
    """By whole seconds or parts of one, and by none."""
    fake = started()
    call(fake, "PUT", CLOCK, {"now": "2026-01-02T03:04:05Z"})

    answer = call(fake, "POST", ADVANCE, {"seconds": seconds})

    assert clock_state(answer) == (now, "frozen")


def test_clock_is_released_without_an_offset() -> None:
    """`DELETE` gives real time again, whatever was done before."""
    fake = started(clock=datetime(2026, 1, 2, tzinfo=UTC))
    call(fake, "POST", ADVANCE, {"seconds": 5})

    answer = call(fake, "DELETE", CLOCK)

    assert clock_state(answer) == ("2026-11-24T01:51:27.123456Z", "real")


def test_unknown_members_of_a_call_are_ignored() -> None:
    """A newer client may say more than this server knows."""
    fake = started()

    answer = call(fake, "POST", ADVANCE, {"seconds": 1, "minutes": "x", "why": None})

    assert clock_state(answer) == ("2026-11-24T01:51:28.123456Z", "real")


def handlers(fake: Endpoint, **targets: object) -> Any:
    """Return where handlers lead, after these were named."""
    answer = call(fake, "PUT", HANDLERS, targets)
    assert answer.status == 200
    assert ("Content-Type", "application/json") in answer.headers
    return json.loads(answer.body)


def test_review_handlers_lead_where_each_was_last_led() -> None:
    """A call names some and leaves the others; with null one leads nowhere again."""
    fake = started()

    assert handlers(fake) == {}
    assert handlers(fake, **{LAMBDA: URL}) == {LAMBDA: URL}
    both = handlers(fake, **{OTHER_LAMBDA: f"{URL}/2"})
    assert both == {LAMBDA: URL, OTHER_LAMBDA: f"{URL}/2"}
    assert handlers(fake) == both
    assert handlers(fake, **{LAMBDA: None}) == {OTHER_LAMBDA: f"{URL}/2"}
    assert handlers(fake, **{LAMBDA: None}) == {OTHER_LAMBDA: f"{URL}/2"}
    moved = handlers(fake, **{OTHER_LAMBDA: URL, LAMBDA: URL})
    assert moved == {OTHER_LAMBDA: URL, LAMBDA: URL}


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1",
        "http://127.0.0.1/",
        "http://127.0.0.1:1/a/b?c=d#e",
        "http://127.1.2.3:65535",
        "http://localhost:9000",
        "http://[::1]:9000/x",
    ],
)
def test_review_handler_may_be_anywhere_on_this_machine(url: str) -> None:
    """On any port and path of a loopback address."""
    fake = started()

    assert handlers(fake, **{LAMBDA: url}) == {LAMBDA: url}


def test_function_of_this_process_is_not_shown() -> None:
    """What somebody has put there in Python stays, and an answer says nothing of it."""
    fake = started()
    fake.service.review_targets = {OTHER_LAMBDA: print}

    assert handlers(fake, **{LAMBDA: URL}) == {LAMBDA: URL}
    assert fake.service.review_target(OTHER_LAMBDA) is print


def test_handler_that_leads_nowhere_again_leads_where_all_do() -> None:
    """With null an ARN is as it was before anybody named it, for the setting too."""
    fake = started(review_handler=print)
    handlers(fake, **{LAMBDA: URL})

    handlers(fake, **{LAMBDA: None})

    assert fake.service.review_target(LAMBDA) is print


WRONG_HANDLERS: list[object] = [
    {"": URL, LAMBDA[4:]: URL},
    {"review": URL},
    {LAMBDA.replace("lambda", "sns"): URL},
    {LAMBDA: ""},
    {LAMBDA: "127.0.0.1:9000"},
    {LAMBDA: "https://127.0.0.1:9000"},
    {LAMBDA: "http://example.com/"},
    {LAMBDA: "http://10.0.0.1:9000/"},
    {LAMBDA: "http://127.0.0.1.example.com/"},
    {LAMBDA: "http://127.0.0.1@example.com/"},
    {LAMBDA: "http://127.0.0.1:9000@example.com/"},
    {LAMBDA: "http://user@127.0.0.1:9000/"},
    {LAMBDA: "http://localhost.example.com/"},
    {LAMBDA: "http://127.0.0.1/\n"},
    {LAMBDA: 9000},
    {LAMBDA: [URL]},
    {LAMBDA: URL, OTHER_LAMBDA: "http://example.com/"},
    [LAMBDA, URL],
    b"{",
]


@pytest.mark.parametrize("body", WRONG_HANDLERS, ids=str)
def test_review_handler_leads_nowhere_else(body: object) -> None:
    """What is no ARN of a function or no URL of this machine changes nothing at all."""
    fake = started()
    before = handlers(fake, **{OTHER_LAMBDA: URL})

    answer = call(fake, "PUT", HANDLERS, body)

    assert answer.status == 400
    assert list(json.loads(answer.body)) == ["message"]
    assert "example.com" not in answer.body.decode()
    assert handlers(fake) == before


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
