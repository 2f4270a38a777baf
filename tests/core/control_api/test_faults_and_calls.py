"""The control API on faults and calls: planned, shown and dropped from any language."""

import json
from random import Random
from typing import Any

import pytest

from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
)
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.schemas import documents
from tests.core.conftest import MACHINE, ROOM

FAULTS = "/_control/faults"
CALLS = "/_control/calls"
THROTTLE = {"operation": "CreateRoom", "fault": "throttle", "times": 2}


@pytest.fixture
def fake() -> Endpoint:
    """Return a fake with one room, to which nobody has to sign."""
    settings = Settings(rooms=[ROOM], verify_signatures=False)
    return Endpoint(settings, Random(1), MACHINE)  # noqa: S311 - must be repeatable


def call(
    endpoint: Endpoint, method: str, path: str, body: object = b""
) -> HttpResponse:
    """Return the answer to a call."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = HttpRequest(method, path, (("user-agent", "node"),), raw)
    return endpoint.answer(request, MACHINE).response


def shown(response: HttpResponse, shape: str, status: int = 200) -> Any:
    """Return what an answer says, once it is sure to be of a shape."""
    body = json.loads(response.body)
    validator = documents.validator(shape, api=documents.HARNESS)
    assert response.status == status
    assert ("Content-Type", "application/json") in response.headers
    assert [error.json_path for error in validator.iter_errors(body)] == []
    return body


def test_fault_is_planned_shown_and_met(fake: Endpoint) -> None:
    """The list says how often it has been met, until it waits no longer."""
    planned = shown(call(fake, "POST", FAULTS, THROTTLE), "FaultPlanned", 201)
    lists = []
    for _ in range(3):
        lists.append(shown(call(fake, "GET", FAULTS), "Faults")["faults"])
        call(fake, "POST", "/CreateRoom")

    assert lists == [
        [{**THROTTLE, **planned, "fired": 0}],
        [{**THROTTLE, **planned, "fired": 1}],
        [],
    ]
    calls = fake.records.of("CreateRoom")
    assert [call.status for call in calls] == [429, 429, 200]


def test_members_of_a_fault_are_kept(fake: Endpoint) -> None:
    """As they were given, the defaults with them."""
    close = {"operation": "CONNECT", "fault": "close", "code": 4000}

    call(fake, "POST", FAULTS, {**close, "reason": None})

    [fault] = shown(call(fake, "GET", FAULTS), "Faults")["faults"]
    assert fault == {**close, "id": "fault-1", "times": 1, "fired": 0, "reason": ""}


@pytest.mark.parametrize(("path", "left"), [("/fault-1", ["fault-2"]), ("", [])])
def test_faults_are_dropped(fake: Endpoint, path: str, left: list[str]) -> None:
    """One by its id, or all; then no call meets them."""
    for _ in range(2):
        call(fake, "POST", FAULTS, THROTTLE)

    answer = call(fake, "DELETE", f"{FAULTS}{path}")

    assert (answer.status, answer.body) == (204, b"")
    faults = shown(call(fake, "GET", FAULTS), "Faults")["faults"]
    assert [fault["id"] for fault in faults] == left


WRONG: list[tuple[object, str]] = [
    ({}, "operation is required; fault is required."),
    ({**THROTTLE, "fault": "explode"}, "fault must be one of throttle, "),
    ({**THROTTLE, "times": 0}, "times must be 1 or more."),
    ({**THROTTLE, "times": "2"}, "times must be of JSON type integer."),
    (
        {**THROTTLE, "operation": "createRoom"},
        "operation: use one of CreateChatToken, ",
    ),
    ({**THROTTLE, "operation": "CONNECT"}, "fault: throttle does not fit CONNECT; "),
    ({**THROTTLE, "seconds": 1}, "seconds: throttle for CreateRoom takes times and "),
    ({**THROTTLE, "self": 1}, "self: throttle for CreateRoom takes times and no more."),
    ({**THROTTLE, "fault": "slow"}, "seconds: give a number of seconds"),
    ({**THROTTLE, "fault": "slow", "seconds": 4000}, "seconds must be 3600 or less."),
    ([], "The body must be a JSON object."),
    (b"{", "The body is not JSON: see line 1, column 2."),
]


@pytest.mark.parametrize(("body", "said"), WRONG)
def test_wrong_fault_is_told_what_is_right(
    fake: Endpoint, body: object, said: str
) -> None:
    """One sentence that names the field and what is allowed, and nothing is planned."""
    answer = call(fake, "POST", FAULTS, body)

    assert answer.status == 400
    message = json.loads(answer.body)["message"]
    assert message.startswith(said)
    assert message.endswith(".")
    assert fake.faults.planned == ()


def test_calls_are_shown_with_their_findings(fake: Endpoint) -> None:
    """In order and in full, each with what is wrong with it, and no control call."""
    asked = {"roomIdentifier": ROOM, "userId": "user-1"}
    token = json.loads(call(fake, "POST", "/CreateChatToken", asked).body)["token"]
    wrong = {**asked, "roomIdentifier": "g1H2I3j4k5L6"}
    call(fake, "POST", "/CreateChatToken", wrong)
    handshake = HttpRequest("GET", "/", (("sec-websocket-protocol", token),))
    fake.open_session(handshake, "192.0.2.7", MACHINE)
    call(fake, "GET", "/_control/clock")

    answer = call(fake, "GET", CALLS)

    body = shown(answer, "Calls")
    assert body["dropped"] == 0
    assert token not in answer.body.decode()
    assert body["calls"] == [
        {
            "operation": "CreateChatToken",
            "at": "2026-01-02T03:04:05.678901Z",
            "method": "POST",
            "path": "/CreateChatToken",
            "headers": {"user-agent": "node"},
            "userAgent": "node",
            "token": "token-1",
            "request": asked,
            "status": 200,
            "findings": [],
        },
        {
            "operation": "CreateChatToken",
            "at": "2026-01-02T03:04:05.678901Z",
            "method": "POST",
            "path": "/CreateChatToken",
            "headers": {"user-agent": "node"},
            "userAgent": "node",
            "request": wrong,
            "status": 400,
            "error": "ValidationException",
            "findings": [
                {
                    "name": "room_id_instead_of_arn",
                    "sentence": "The request names the room by its id: give its ARN.",
                }
            ],
        },
        {
            "operation": "CONNECT",
            "at": "2026-01-02T03:04:05.678901Z",
            "method": "GET",
            "path": "/",
            "headers": {"sec-websocket-protocol": "token-1"},
            "token": "token-1",
            "request": {},
            "status": 101,
            "findings": [],
        },
    ]


def test_reset_forgets_calls_and_faults(fake: Endpoint) -> None:
    """As after the start; ids go on, so that an old one drops nothing new."""
    call(fake, "POST", FAULTS, THROTTLE)
    call(fake, "POST", "/ListRooms")

    call(fake, "POST", "/_control/reset")

    assert shown(call(fake, "GET", CALLS), "Calls") == {"calls": [], "dropped": 0}
    assert shown(call(fake, "GET", FAULTS), "Faults") == {"faults": []}
    again = shown(call(fake, "POST", FAULTS, THROTTLE), "FaultPlanned", 201)
    assert again == {"id": "fault-2"}
