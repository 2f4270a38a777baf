"""The control plane as HTTP: which check comes first, and the form of every answer."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.fixtures.signing import Signing
from ivschat_conformance.fixtures.target import Credentials
from ivschat_conformance.reference_impl.core.http_api import HttpApi
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
    TransportFault,
)
from ivschat_conformance.schemas import documents

if TYPE_CHECKING:
    from tests.core.conftest import OpenApi

NOW = datetime(2026, 11, 24, 1, 51, 27, 987654, tzinfo=UTC)
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
MISSING = "arn:aws:ivschat:us-west-2:123456789012:room/000000000000"
JSON = (("content-type", "application/json"),)
ASKED = {"roomIdentifier": ROOM, "userId": "user-1"}
CALLER = Credentials("test", "test")
TYPE = "x-amzn-ErrorType"
REQUEST_ID = "x-amzn-RequestId"


def post(
    path: str = "/CreateChatToken",
    body: Mapping[str, Any] | bytes = ASKED,
    headers: tuple[tuple[str, str], ...] = JSON,
) -> HttpRequest:
    """Return a POST of this JSON, or of these bytes."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpRequest("POST", path, headers, raw)


def signed(request: HttpRequest, credentials: Credentials = CALLER) -> HttpRequest:
    """Return the request with a host and a signature of this instant."""
    request = replace(request, headers=(*request.headers, ("host", "127.0.0.1:4570")))
    signing = Signing(credentials, "us-west-2", NOW)
    added = signing.headers(request).items()
    return replace(
        request,
        headers=(*request.headers, *((name.lower(), value) for name, value in added)),
    )


def answered(http: HttpApi, request: HttpRequest) -> HttpResponse:
    """Return the response to a request that arrived now."""
    return http.answer(request, NOW, NOW).response


def header(response: HttpResponse, name: str) -> str | None:
    """Return the one header of this name, or None."""
    found = [value for key, value in response.headers if key.lower() == name.lower()]
    assert len(found) <= 1
    return found[0] if found else None


def refusal(response: HttpResponse) -> tuple[int, str | None]:
    """Return an error's status and type, once its body is sure to be an error's."""
    assert header(response, "Content-Type") == "application/json"
    assert isinstance(json.loads(response.body)["message"], str)
    return response.status, header(response, TYPE)


BROKEN_TYPE = {"roomIdentifier": MISSING, "userId": 1, "sessionDurationInMinutes": 181}
BROKEN_LIMIT = {"roomIdentifier": MISSING, "userId": "", "attributes": {}}


@pytest.mark.ivschat_verifies("ORDER-01", "ORDER-02", "ROUTE-02", "SIG-01", "SIG-04")
def test_checks_come_in_the_order_of_the_service(api: "OpenApi") -> None:
    """Routing, authentication, parsing, constraints, existence: the first fault tells.

    Each request has every fault of those after it, and lacks the fault before.
    """
    http = api(NOW, verify=True)
    text = (("content-type", "text/plain"),)
    requests = [
        post("/Unknown", b"{", text),
        post(body=b"{", headers=text),
        signed(post(body=b"{", headers=text), Credentials("test", "wrong")),
        signed(post(body=b"{", headers=text)),
        signed(post(body=b"{")),
        signed(post(body=BROKEN_TYPE)),
        signed(post(body=BROKEN_LIMIT)),
        signed(post(body={"roomIdentifier": MISSING, "userId": "user-1"})),
    ]

    refused = [refusal(answered(http, request)) for request in requests]

    assert refused == [
        (400, "ValidationException"),
        (403, "MissingAuthenticationTokenException"),
        (403, "InvalidSignatureException"),
        (415, "UnsupportedMediaTypeException"),
        (400, "SerializationException"),
        (400, "SerializationException"),
        (400, "ValidationException"),
        (404, "ResourceNotFoundException"),
    ]
    assert answered(http, signed(post())).status == 200


@pytest.mark.ivschat_verifies("ORDER-02", "VAL-04")
@pytest.mark.parametrize("path", ["/CreateChatToken", "/GetRoom", "/DeleteRoom"])
def test_malformed_arn_is_invalid_and_never_not_found(
    api: "OpenApi", path: str
) -> None:
    """A room id in place of an ARN is a 400, whether or not such a room exists."""
    body = {"roomIdentifier": "g1H2I3j4k5L6", "identifier": "g1H2I3j4k5L6"}

    response = answered(api(NOW), post(path, body | {"userId": "user-1"}))

    assert refusal(response) == (400, "ValidationException")


@pytest.mark.ivschat_verifies("ROUTE-01", "ROUTE-02", "GEN-04", "GEN-07", "ERR-15")
@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", "/"),
        ("POST", ""),
        ("POST", "*"),
        ("POST", "/createchattoken"),
        ("POST", "/CREATECHATTOKEN"),
        ("POST", "/CreateChatToken/"),
        ("POST", "//CreateChatToken"),
        ("POST", "/CreateChatToken/x"),
        ("POST", "/2020-07-14/CreateChatToken"),
        ("POST", "/CreateChatToken%20"),
        ("POST", "/%43reateChatToken"),
        ("POST", "CreateChatToken"),
        ("POST", "/CreateChatTokens"),
        ("POST", "/\xff"),
        ("GET", "/CreateChatToken"),
        ("PUT", "/CreateChatToken"),
        ("DELETE", "/DeleteRoom"),
        ("HEAD", "/GetRoom"),
        ("OPTIONS", "/CreateChatToken"),
        ("OPTIONS", "*"),
        ("post", "/CreateChatToken"),
        ("", "/CreateChatToken"),
    ],
)
def test_unknown_path_or_wrong_method_is_an_unknown_operation(
    api: "OpenApi", method: str, target: str
) -> None:
    """Paths count with their case and to the last character; so do methods."""
    request = HttpRequest(method, target, JSON, json.dumps(ASKED).encode())

    response = answered(api(NOW), request)

    assert json.loads(response.body) == {
        "message": "No operation has this method and path.",
        "reason": "UNKNOWN_OPERATION",
    }
    assert refusal(response) == (400, "ValidationException")


@pytest.mark.ivschat_verifies("PARSE-07", "HTTP-REQ-01")
@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("application/json;charset=UTF-8", 200),
        ("Application/JSON", 200),
        ("application/json ; a=b", 200),
        ("", 415),
        ("text/plain", 415),
        ("text/plain; application/json", 415),
        ("application/x-amz-json-1.1", 415),
        ("application/x-amz-json-1.0", 415),
        ("application/jsonp", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data", 415),
        ("application/xml", 415),
        ("json", 415),
    ],
)
def test_body_must_be_declared_as_json(
    api: "OpenApi", content_type: str, status: int
) -> None:
    """Parameters and case do not matter; any other media type is a 415."""
    request = post(headers=(("content-type", content_type),))

    response = answered(api(NOW), request)

    assert response.status == status
    if status == 415:
        assert refusal(response) == (415, "UnsupportedMediaTypeException")


@pytest.mark.ivschat_verifies("HTTP-REQ-03", "HTTP-REQ-04")
def test_no_header_is_required_and_others_are_ignored(api: "OpenApi") -> None:
    """With signatures off a request needs none at all, and any may come along."""
    others = (
        ("amz-sdk-invocation-id", "cfa139bb-6b9e-47bb-89b8-e65cfc25ac64"),
        ("amz-sdk-request", "attempt=1"),
        ("user-agent", "Boto3/1.43.11"),
        ("accept-encoding", "identity"),
        ("accept", "text/html"),
        ("x-amz-target", "AmazonIVSChat.GetRoom"),
    )

    assert answered(api(NOW), post(headers=())).status == 200
    assert answered(api(NOW), post(headers=(*JSON, *others))).status == 200


@pytest.mark.ivschat_verifies("HTTP-RESP-01", "TOKEN-RESP-01", "TOKEN-RESP-03")
def test_token_is_answered_as_one_json_object(api: "OpenApi") -> None:
    """200, `application/json`, and the three members that the schema has."""
    response = answered(api(NOW), post())

    body = json.loads(response.body)
    assert response.status == 200
    assert header(response, "Content-Type") == "application/json"
    assert header(response, TYPE) is None
    assert sorted(body) == ["sessionExpirationTime", "token", "tokenExpirationTime"]
    assert documents.validator("CreateChatTokenResponse", closed=True).is_valid(body)


@pytest.mark.ivschat_verifies("HTTP-RESP-04", "GEN-06", "ROOM-DEL-01")
def test_deleted_room_is_answered_without_a_body(api: "OpenApi") -> None:
    """204, and neither a body nor a type of one."""
    response = answered(api(NOW), post("/DeleteRoom", {"identifier": ROOM}))

    assert (response.status, response.body) == (204, b"")
    assert header(response, "Content-Type") is None
    assert header(response, REQUEST_ID) is not None


@pytest.mark.ivschat_verifies("HTTP-REQ-05", "HTTP-REQ-06", "ROOM-CREATE-01")
@pytest.mark.parametrize("body", [b"", b"{}"])
def test_room_needs_nothing_to_be_created(api: "OpenApi", body: bytes) -> None:
    """`{}` and no body at all are the same request, and it succeeds."""
    response = answered(api(NOW), post("/CreateRoom", body))

    room = json.loads(response.body)
    assert response.status == 200
    assert documents.validator("CreateRoomResponse", closed=True).is_valid(room)


def test_texts_come_back_as_they_were_sent(api: "OpenApi") -> None:
    """Tags of any script survive the way in, as escapes or raw, and the way out."""
    http = api(NOW)
    tags = {"clé": "値\N{PERFORMING ARTS}\n\u2028"}
    raw = json.dumps({"tags": tags}, ensure_ascii=False).encode()

    for request in (post("/CreateRoom", raw), post("/CreateRoom", {"tags": tags})):
        created = json.loads(answered(http, request).body)
        read = json.loads(
            answered(http, post("/GetRoom", {"identifier": created["arn"]})).body
        )

        assert created["tags"] == read["tags"] == tags


@pytest.mark.ivschat_verifies(
    "ERR-01", "ERR-02", "ERR-05", "ERR-14", "ERR-12", "ERR-21"
)
@pytest.mark.parametrize(
    ("request_", "shape"),
    [
        (post(body={}), "ValidationException"),
        (post("/Unknown"), "ValidationException"),
        (post(body=ASKED | {"roomIdentifier": MISSING}), "ResourceNotFoundException"),
    ],
    ids=["constraints", "routing", "existence"],
)
def test_modelled_error_is_as_its_schema_says(
    api: "OpenApi", request_: HttpRequest, shape: str
) -> None:
    """The type is in the header alone, and the body has the modelled members alone."""
    response = answered(api(NOW), request_)

    assert header(response, TYPE) == shape
    assert documents.validator(shape, closed=True).is_valid(json.loads(response.body))


@pytest.mark.ivschat_verifies("TOKEN-REQ-17")
def test_refusal_does_not_echo_user_or_attributes(api: "OpenApi") -> None:
    """Neither what was wrong nor what was right of them comes back."""
    sensitive = {"userId": "secret-user", "attributes": {"secret-key": "secret-value"}}
    bodies: list[dict[str, Any]] = [
        {"roomIdentifier": MISSING, **sensitive},
        {"roomIdentifier": "secret-room", **sensitive},
        {"roomIdentifier": ROOM, **sensitive, "userId": "secret-user" * 20},
        {"roomIdentifier": ROOM, **sensitive, "userId": ["secret-user"]},
        {"roomIdentifier": ROOM, "attributes": {"secret-key": "secret" * 500}},
    ]

    for body in bodies:
        response = answered(api(NOW), post(body=body))

        assert refusal(response)[0] in {400, 404}
        assert b"secret" not in response.body
        assert "secret" not in str(response.headers)


@pytest.mark.parametrize(
    ("fault", "status", "type_"),
    [
        (TransportFault.MALFORMED, 400, "BadRequestException"),
        (TransportFault.HEAD_TOO_LARGE, 431, "RequestHeaderFieldsTooLarge"),
        (TransportFault.BODY_TOO_LARGE, 413, "RequestEntityTooLarge"),
        (TransportFault.TOO_SLOW, 408, "RequestTimeoutException"),
    ],
)
def test_bytes_that_never_became_a_request_are_refused_by_name(
    api: "OpenApi", fault: TransportFault, status: int, type_: str
) -> None:
    """What a shell finds wrong is answered like any other error (OPEN-08)."""
    assert refusal(api(NOW).refuse(fault, NOW)) == (status, type_)


@pytest.mark.ivschat_verifies("SEVT-02", "DELM-01", "DISC-01")
@pytest.mark.parametrize(
    ("path", "body", "members"),
    [
        ("/SendEvent", {"eventName": "app"}, ["id"]),
        ("/DeleteMessage", {"id": "Ab3dEf6hIj9L"}, ["id"]),
        ("/DisconnectUser", {"userId": "user-1"}, None),
    ],
)
def test_what_a_room_is_told_is_answered_with_200(
    api: "OpenApi", path: str, body: dict[str, str], members: list[str] | None
) -> None:
    """With an id, or for DisconnectUser with nothing in the body."""
    response = answered(api(NOW), post(path, {"roomIdentifier": ROOM, **body}))

    assert response.status == 200
    if members is None:
        assert response.body == b""
    else:
        assert header(response, "Content-Type") == "application/json"
        assert list(json.loads(response.body)) == members


@pytest.mark.ivschat_verifies("ERR-24")
def test_only_what_succeeded_has_changes(api: "OpenApi") -> None:
    """A reply to a refused request carries nothing to remember."""
    http = api(NOW)
    refused = [
        post("/CreateRoom", {"name": "a b"}),
        post("/CreateRoom", b"{"),
        post("/CreateRoom", {}, (("content-type", "text/plain"),)),
        post("/DeleteRoom", {"identifier": MISSING}),
        post("/DeleteRoom", json.dumps({"identifier": ROOM}).encode()[:-1]),
    ]

    replies = [http.answer(request, NOW, NOW) for request in refused]

    assert [reply.changes for reply in replies] == [()] * 5
    assert [reply.response.status for reply in replies] == [400, 400, 415, 404, 400]
    assert len(http.answer(post("/CreateRoom", {}), NOW, NOW).changes) == 1
    assert answered(http, post("/GetRoom", {"identifier": ROOM})).status == 200
