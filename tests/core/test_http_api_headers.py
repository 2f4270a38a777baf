"""What every answer of the control plane has in its head, refusals too."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from ivschat_conformance.reference_impl.core.http_api import HttpApi
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
    TransportFault,
)

if TYPE_CHECKING:
    from tests.core.conftest import OpenApi

NOW = datetime(2026, 11, 24, 1, 51, 27, 987654, tzinfo=UTC)
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
JSON = (("content-type", "application/json"),)
ASKED = {"roomIdentifier": ROOM, "userId": "user-1"}


def answered(http: HttpApi, request: HttpRequest) -> HttpResponse:
    """Return the response to a request that arrived now."""
    return http.answer(request, NOW, NOW).response


def post(path: str, body: Mapping[str, Any] | bytes) -> HttpRequest:
    """Return a POST of this JSON, or of these bytes."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpRequest("POST", path, JSON, raw)


def head(response: HttpResponse) -> dict[str, str]:
    """Return the headers by their names in lower case, each there once."""
    named = {name.lower(): value for name, value in response.headers}
    assert len(named) == len(response.headers)
    return named


EVERY_KIND = [
    post("/CreateChatToken", ASKED),
    post("/DeleteRoom", {"identifier": ROOM}),
    post("/Unknown", ASKED),
    post("/CreateChatToken", b"{"),
    post("/CreateChatToken", {}),
    HttpRequest("POST", "/CreateChatToken", (("content-type", "text/plain"),), b"{}"),
    HttpRequest("GET", "/"),
    HttpRequest(
        "OPTIONS", "/CreateChatToken", (("access-control-request-method", "POST"),)
    ),
]


@pytest.mark.ivschat_verifies("HTTP-RESP-02")
def test_every_answer_has_a_request_id_of_its_own(api: "OpenApi") -> None:
    """Successes, refusals, preflights and broken requests: a UUID each, none twice."""
    http = api(NOW)
    responses = [answered(http, request) for request in EVERY_KIND * 3]
    responses += [http.refuse(fault, NOW) for fault in TransportFault]

    ids = [head(response).get("x-amzn-requestid") for response in responses]

    assert [str(UUID(text)) for text in ids] == ids
    assert len(set(ids)) == len(ids) == 28


def test_every_answer_has_the_date_that_it_was_told(api: "OpenApi") -> None:
    """In the form of HTTP, by the first of the two instants, to the second."""
    http = api(NOW)
    told = datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC)
    responses = [http.answer(request, told, NOW).response for request in EVERY_KIND]
    responses += [http.refuse(fault, told) for fault in TransportFault]

    dates = {head(response).get("date") for response in responses}

    assert dates == {"Thu, 29 Feb 2024 23:59:59 GMT"}


def test_every_answer_may_be_read_by_pages_of_any_origin(api: "OpenApi") -> None:
    """A fake allows all origins, also to read its errors (OPEN-22)."""
    http = api(NOW)
    responses = [answered(http, request) for request in EVERY_KIND]
    responses += [http.refuse(fault, NOW) for fault in TransportFault]

    for response in responses:
        assert head(response).get("access-control-allow-origin") == "*"
        assert head(response).get("access-control-expose-headers") == "*"


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.parametrize("target", ["/CreateChatToken", "/", "/tags/x"])
def test_browser_that_asks_first_may_send_any_method_and_header(
    api: "OpenApi", target: str, *, verify: bool
) -> None:
    """A preflight is never signed; the Authorization header must be named (OPEN-22)."""
    request = HttpRequest(
        "OPTIONS",
        target,
        (
            ("origin", "http://localhost:3000"),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,x-amz-date"),
        ),
    )

    response = answered(api(NOW, verify=verify), request)

    assert (response.status, response.body) == (200, b"")
    assert head(response).get("access-control-allow-origin") == "*"
    assert head(response).get("access-control-allow-methods") == "*"
    assert head(response).get("access-control-allow-headers") == "*, Authorization"


def test_answers_leave_framing_to_the_shell(api: "OpenApi") -> None:
    """Length, transfer coding and connection are for whoever owns the socket."""
    http = api(NOW)

    for request in EVERY_KIND:
        response = answered(http, request)

        for name in ("content-length", "transfer-encoding", "connection"):
            assert head(response).get(name) is None
