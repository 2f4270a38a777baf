"""A fake with its control API, and calls of it."""

import json
from datetime import UTC, datetime
from random import Random
from typing import Any

from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
)
from ivschat_conformance.reference_impl.core.settings import Settings
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


def handlers(fake: Endpoint, **targets: object) -> Any:
    """Return where handlers lead, after these were named."""
    answer = call(fake, "PUT", HANDLERS, targets)
    assert answer.status == 200
    assert ("Content-Type", "application/json") in answer.headers
    return json.loads(answer.body)
