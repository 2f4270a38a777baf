"""Requests of every make against a whole fake: none breaks it, none is repeated.

`IVSCHAT_TEST_EXAMPLES` sets how many are made, 2,000 unless it says otherwise.
"""

import json
import os
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
)
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.schemas import documents

EXAMPLES = int(os.environ.get("IVSCHAT_TEST_EXAMPLES", "2000"))
NOW = datetime(2026, 11, 24, 1, 51, 27, 123456, tzinfo=UTC)
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
PLANTED = "planted-zq7"  # in every user id and attribute, and in nothing else

CALLS = [
    *(("POST", f"/{name}") for name in ("CreateChatToken", "CreateRoom", "GetRoom")),
    *(("POST", "/DeleteRoom"), ("POST", "/_control/reset")),
    *(("PUT", "/_control/clock"), ("POST", "/_control/clock/advance")),
]
MISSED = [
    *(("GET", "/CreateRoom"), ("post", "/CreateRoom"), ("POST", "/createroom")),
    *(("OPTIONS", "/CreateRoom"), ("HEAD", "/_control/clock"), ("POST", "/_control")),
    *(("POST", ""), ("POST", "*"), ("", "/"), ("GET", "/tags/arn%3Aaws%2Fa?tagKeys=")),
    *(("POST", "http://x/GetRoom"), ("POST", "//GetRoom"), ("\xff", "/\xff?\xff")),
]
TEXTS = st.text(st.characters(max_codepoint=255), max_size=8)
ROUTES = st.one_of(
    st.sampled_from(CALLS * 6 + MISSED),
    st.sampled_from(CALLS),
    st.sampled_from(CALLS),
    st.tuples(TEXTS, TEXTS),
)
HEADERS = st.lists(
    st.sampled_from(
        [
            *[("content-type", "application/json")] * 4,
            ("content-type", "application/json; charset=x"),
            ("content-type", "text/plain"),
            ("content-type", ""),
            ("access-control-request-method", "POST"),
            ("authorization", "AWS4-HMAC-SHA256 Credential=test"),
            ("x-amz-date", "20261124T015127Z"),
            ("accept", "text/html"),
            ("", "\0\xff"),
        ]
    ),
    max_size=3,
).map(tuple)

SCALARS = st.sampled_from(
    [
        *(
            None,
            True,
            False,
            "",
            "x",
            "é",
            "\0",
            "\ud800",
            "\udc00\ud800",
            "a b",
            "ALLOW",
        ),
        *(0, 1, 60, 180, 181, -1, 0.5, 60.0, 1e308, 2**31, 2**63, 2**64, 10**40, -0.0),
        *(float("nan"), float("inf"), ROOM, ROOM[:-1], f"{ROOM}\n", "SEND_MESSAGE"),
        *("2026-01-02T03:04:05Z", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00+99:99"),
        *("arn:aws:lambda:us-west-2:123456789012:function:f", "x" * 600, "😀" * 128),
    ]
)
KEYS = st.sampled_from(["", "a", "uri", "fallbackResult", "\ud800", "x" * 200])
LISTS = st.lists(SCALARS, max_size=3)
VALUES = st.one_of(
    SCALARS,
    LISTS,
    st.lists(LISTS, max_size=2),
    st.dictionaries(KEYS, SCALARS, max_size=3),
    st.dictionaries(KEYS, LISTS, max_size=2),
)
RIGHT: st.SearchStrategy[tuple[str, Any]] = st.sampled_from(
    [
        ("capabilities", ["SEND_MESSAGE", "SEND_MESSAGE"]),
        ("sessionDurationInMinutes", 180),
        ("tags", {"a": "b"}),
        ("now", "2026-01-02T03:04:05Z"),
        ("seconds", 3600.5),
    ]
)
NAMES = [
    *("roomIdentifier", "identifier", "capabilities", "sessionDurationInMinutes"),
    *("name", "maximumMessageLength", "maximumMessageRatePerSecond", "tags", "now"),
    *("messageReviewHandler", "loggingConfigurationIdentifiers", "seconds", "", "x"),
]
MEMBERS = st.tuples(
    st.sampled_from([ROOM, ROOM, f"{ROOM[:-1]}0"]),
    st.lists(RIGHT, max_size=3),
    st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=2),
).map(
    lambda drawn: {
        "roomIdentifier": drawn[0],
        "identifier": drawn[0],
        **dict(drawn[1] + drawn[2]),
    }
)
# What must never come back: a user and attributes, right or wrong in every way.
SENSITIVE = st.fixed_dictionaries(
    {
        "userId": st.sampled_from(
            [PLANTED] * 12
            + [PLANTED * 20, [PLANTED], {PLANTED: PLANTED}, f"{PLANTED}\ud800"]
        ),
        "attributes": st.sampled_from(
            [
                *[{PLANTED: PLANTED}] * 15,
                {PLANTED: PLANTED * 100},
                {PLANTED: [PLANTED]},
                {PLANTED: {PLANTED: None}},
                [PLANTED],
                PLANTED,
                {"\ud800": PLANTED},
            ]
        ),
    }
)


def nested(member: str, depth: int, opened: str, closed: str) -> bytes:
    """Return a body with one member nested so deep."""
    return f'{{"{member}": {opened * depth}{closed * depth}}}'.encode()


OBJECTS = st.builds(lambda members, more: {**members, **more}, MEMBERS, SENSITIVE).map(
    lambda members: json.dumps(members).encode()
)
CHANGED = st.builds(
    lambda body, at, cut, put: body[:at] + put + body[at + cut :],
    OBJECTS,
    st.integers(0, 200),
    st.integers(0, 3),
    st.sampled_from(
        [b"", b"\0", b"\xff", b'"', b"{", b"}", b",", b"\\", b"1e999", b" "]
    ),
)
NESTED = st.builds(
    nested,
    st.sampled_from(["userId", "attributes", "tags", "seconds", "unknown"]),
    st.sampled_from([1, 100, 254, 255, 256, 257, 500, 900, 2000, 12_000]),
    *(st.just("["), st.just("]")),
)
BODIES = st.sampled_from(
    [
        *[OBJECTS] * 6,
        *[CHANGED] * 2,
        NESTED,
        VALUES.map(lambda value: json.dumps(value).encode()),
        st.binary(max_size=40),
    ]
).flatmap(lambda strategy: strategy)
REQUESTS = st.builds(
    lambda route, headers, body: HttpRequest(route[0], route[1], headers, body),
    *(ROUTES, HEADERS, BODIES),
)


def started(*, verify: bool) -> Endpoint:
    """Return a fake with one room, the same every time."""
    return Endpoint(
        Settings(rooms=[ROOM], verify_signatures=verify),
        Random(20261124),  # noqa: S311 - must be repeatable
        NOW,
    )


def check(request: HttpRequest, response: HttpResponse) -> None:
    """Hold one answer against what holds of all of them."""
    names = [name.lower() for name, _ in response.headers]
    shown = response.body + str(response.headers).encode()
    assert len(set(names)) == len(names)
    assert 200 <= response.status < 500
    assert PLANTED.encode() not in shown
    if response.status < 300:
        assert response.status in {200, 204}
        return
    body: Any = json.loads(response.body)
    assert isinstance(body, dict)
    assert isinstance(body["message"], str)
    assert body["message"]
    assert ("Content-Type", "application/json") in response.headers
    if request.path == "/_control" or request.path.startswith("/_control/"):
        return
    assert "x-amzn-errortype" in names
    error_type = dict(response.headers)["x-amzn-ErrorType"]
    if error_type in {"ValidationException", "ResourceNotFoundException"}:
        assert documents.validator(error_type, closed=True).is_valid(body)


@pytest.mark.ivschat_verifies("ERR-01", "ERR-05", "ERR-06", "ERR-21", "TOKEN-REQ-17")
@settings(
    deadline=None,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(sent=REQUESTS, verify=st.sampled_from([False, False, False, True]))
@example(
    sent=HttpRequest("POST", "/GetRoom", (), nested("identifier", 900, "[", "]")),
    verify=False,
)
@example(
    sent=HttpRequest("POST", "/_control/clock/advance", (), b'{"seconds": 1e999}'),
    verify=True,
)
def test_whatever_arrives_is_answered_and_never_by_a_failure(
    sent: HttpRequest, *, verify: bool
) -> None:
    """A request is granted, or refused with a sentence; user and attributes stay out.

    Afterwards the fake still answers what it should.
    """
    fake = started(verify=verify)

    response = fake.answer(sent, NOW).response

    check(sent, response)
    clock = fake.answer(HttpRequest("GET", "/_control/clock"), NOW).response
    assert clock.status == 200
    assert len(json.loads(clock.body)["now"]) == 27
