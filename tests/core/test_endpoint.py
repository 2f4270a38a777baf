"""One fake as a whole: its clock moves its service, and its keys stay inside."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
    TransportFault,
)
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.core.tokens import TokenError, TokenVault

MACHINE = datetime(2026, 11, 24, 1, 51, 27, 500000, tzinfo=UTC)
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
MISSING = "arn:aws:ivschat:us-west-2:123456789012:room/000000000000"
ASKED = {"roomIdentifier": ROOM, "userId": "user-1"}

# Signed by botocore 1.44.5 at 01:51:27 of that day.
SIGNED = HttpRequest(
    "POST",
    "/CreateChatToken",
    (
        ("host", "127.0.0.1:4570"),
        ("content-type", "application/json"),
        ("x-amz-date", "20261124T015127Z"),
        (
            "authorization",
            "AWS4-HMAC-SHA256 "
            "Credential=test/20261124/us-west-2/ivschat/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, Signature="
            "58572aeecde30b128b44cdbd98e67ea3563fd8a32266207bfc6e962b3f675270",
        ),
    ),
    b'{"roomIdentifier": "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6", '
    b'"userId": "11231234"}',
)


class KnownKey(Random):
    """A source of randomness whose bytes a test knows."""

    def randbytes(self, n: int) -> bytes:
        """Return bytes that no text has by chance."""
        return bytes((7 * place + 129) % 256 for place in range(n))


def started(random: Random | None = None, **settings: Any) -> Endpoint:
    """Return a fake that was started at MACHINE, with one room, signatures off."""
    whole = Settings(**{"rooms": [ROOM], "verify_signatures": False, **settings})
    return Endpoint(whole, random or KnownKey(20261124), MACHINE)


def request(path: str, body: object = b"", method: str = "POST") -> HttpRequest:
    """Return an unsigned request; the body is JSON or bytes."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpRequest(method, path, (("content-type", "application/json"),), raw)


def answered(
    fake: Endpoint, asked: HttpRequest, at: datetime = MACHINE
) -> HttpResponse:
    """Return the response to a request that arrived at this instant."""
    return fake.answer(asked, at).response


def output(fake: Endpoint, asked: HttpRequest, at: datetime = MACHINE) -> Any:
    """Return the output of a request that succeeds."""
    response = answered(fake, asked, at)
    assert response.status == 200
    return json.loads(response.body)


def date(response: HttpResponse) -> str:
    """Return the header Date."""
    return dict(response.headers)["Date"]


@pytest.mark.ivschat_verifies(
    *("TOKEN-REQ-01", "TOKEN-RESP-01", "TOKEN-RESP-09", "TOKEN-RESP-17", "SIG-11"),
    "HTTP-RESP-01",
)
def test_signed_request_gets_a_token() -> None:
    """What botocore signs is answered with a token of the room and user it names."""
    fake = started(verify_signatures=True)

    body = output(fake, SIGNED)

    token = fake.service.state.tokens.open(body.pop("token"))
    assert (token.room_arn, token.user_id) == (ROOM, "11231234")
    assert body == {
        "tokenExpirationTime": "2026-11-24T01:52:27Z",
        "sessionExpirationTime": "2026-11-24T02:51:27Z",
    }


@pytest.mark.ivschat_verifies("SIG-01", "SIG-13")
def test_signatures_count_unless_they_are_switched_off() -> None:
    """By default an unsigned request is refused; switched off, it is answered."""
    strict = Endpoint(Settings(rooms=[ROOM]), KnownKey(1), MACHINE)
    lenient = started(verify_signatures=False)
    unsigned = request("/CreateChatToken", ASKED)

    assert answered(strict, unsigned).status == 403
    assert answered(lenient, unsigned).status == 200


@pytest.mark.ivschat_verifies("SIG-08")
def test_signature_is_fresh_by_the_fakes_clock_or_the_machines() -> None:
    """A client by the machine's clock goes on working after the fake's was moved on."""
    moved = started(verify_signatures=True)
    answered(moved, request("/_control/clock/advance", {"seconds": 3660}))
    frozen = started(
        verify_signatures=True, clock=datetime(2026, 11, 24, 1, 51, tzinfo=UTC)
    )
    next_day = MACHINE + timedelta(days=1)

    assert output(moved, SIGNED)["tokenExpirationTime"] == "2026-11-24T02:53:27Z"
    assert answered(moved, SIGNED, next_day).status == 403
    assert answered(frozen, SIGNED, next_day).status == 200


@pytest.mark.ivschat_verifies("TOKEN-RESP-09", "TOKEN-RESP-17", "ROOM-CREATE-07")
def test_everything_the_service_says_follows_the_fakes_clock() -> None:
    """Token, room and header Date go by one clock: ahead, frozen, or the machine's."""
    fake = started()
    later = datetime(2026, 11, 24, 1, 51, 29, tzinfo=UTC)
    moves = [
        ("POST", "/_control/clock/advance", {"seconds": 60.25}),
        ("PUT", "/_control/clock", {"now": "2024-02-29T23:59:59.999999Z"}),
        ("POST", "/_control/clock/advance", {"seconds": 0.000001}),
        ("DELETE", "/_control/clock", {}),
    ]
    seen = []

    for method, path, body in moves:
        assert answered(fake, request(path, body, method)).status == 200
        token = output(fake, request("/CreateChatToken", ASKED), later)
        room = output(fake, request("/CreateRoom"), later)
        refused = answered(fake, request("/CreateChatToken"), later)
        seen.append(
            (
                token["tokenExpirationTime"],
                room["createTime"],
                date(refused),
                date(fake.refuse(TransportFault.TOO_SLOW, later)),
            )
        )

    assert seen == [
        (
            "2026-11-24T01:53:29Z",
            "2026-11-24T01:52:29.250Z",
            *["Tue, 24 Nov 2026 01:52:29 GMT"] * 2,
        ),
        (
            "2024-03-01T00:00:59Z",
            "2024-02-29T23:59:59.999Z",
            *["Thu, 29 Feb 2024 23:59:59 GMT"] * 2,
        ),
        (
            "2024-03-01T00:01:00Z",
            "2024-03-01T00:00:00.000Z",
            *["Fri, 01 Mar 2024 00:00:00 GMT"] * 2,
        ),
        (
            "2026-11-24T01:52:29Z",
            "2026-11-24T01:51:29.000Z",
            *["Tue, 24 Nov 2026 01:51:29 GMT"] * 2,
        ),
    ]


def test_fake_started_with_a_frozen_clock_begins_there() -> None:
    """The seeded rooms are as old as the fake, by its own clock."""
    fake = started(clock=datetime(2024, 2, 29, 12, tzinfo=UTC))

    room = output(fake, request("/GetRoom", {"identifier": ROOM}))

    assert room["createTime"] == room["updateTime"] == "2024-02-29T12:00:00.000Z"


REFUSED = [
    request("/CreateRoom", {"name": "a b"}),
    request("/CreateRoom", {"tags": {"key": None}}),
    request("/CreateRoom", {"maximumMessageLength": 501}),
    request("/CreateRoom", b"{"),
    request("/CreateRoom", b"[]"),
    request("/CreateRoom", {}, "PUT"),
    request("/createroom", {}),
    HttpRequest("POST", "/CreateRoom", (("content-type", "text/plain"),), b"{}"),
    request("/DeleteRoom"),
    request("/DeleteRoom", {"identifier": "g1H2I3j4k5L6"}),
    request("/DeleteRoom", {"identifier": MISSING}),
    request("/DeleteRoom", {"identifier": ROOM.replace("us-west-2", "eu-west-1")}),
    request("/DeleteRoom", b'{"identifier": "' + ROOM.encode() + b'"'),
    request("/DeleteRoom", {"identifier": ROOM}, "GET"),
    request("/GetRoom", {"identifier": MISSING}),
    request("/CreateChatToken", {**ASKED, "sessionDurationInMinutes": 181}),
    request("/CreateChatToken", {**ASKED, "roomIdentifier": MISSING}),
    request("/CreateChatToken", {**ASKED, "userId": "u" * 129}),
    request("/SendEvent", {**ASKED, "eventName": "aws:DELETE_MESSAGE"}),
    request("/DeleteMessage", {**ASKED, "id": "x"}),
    request("/DisconnectUser", {**ASKED, "roomIdentifier": MISSING}),
    request("/_control/review-handlers", {ROOM: "http://127.0.0.1"}, "PUT"),
    request("/_control/clock", {"now": "soon"}, "PUT"),
    request("/_control/clock/advance", {"seconds": -1}),
    request("/_control/reset", {}, "DELETE"),
    request("/_control/unknown"),
]


@pytest.mark.ivschat_verifies("ERR-24")
def test_refused_request_leaves_no_trace() -> None:
    """After many refusals the rooms are what they were, and so is the clock."""
    fake = started()
    created = output(fake, request("/CreateRoom", {"name": "lobby"}))

    replies = [fake.answer(asked, MACHINE) for asked in REFUSED]

    assert {reply.response.status // 100 for reply in replies} == {4}
    assert {reply.changes for reply in replies} == {()}
    assert {reply.effects for reply in replies} == {()}
    assert fake.clock.read(MACHINE) == MACHINE
    assert fake.service.seeded_room_arns == {"g1H2I3j4k5L6": ROOM}
    assert output(fake, request("/GetRoom", {"identifier": created["arn"]})) == created
    assert output(fake, request("/GetRoom", {"identifier": ROOM}))["id"] == ROOM[-12:]


def test_refused_signature_leaves_no_trace() -> None:
    """A request whose signature is wrong deletes nothing."""
    fake = started(verify_signatures=True)
    headers = (*SIGNED.headers[:3], ("authorization", SIGNED.headers[3][1][:-1] + "1"))
    body = json.dumps({"identifier": ROOM}).encode()

    reply = fake.answer(HttpRequest("POST", "/DeleteRoom", headers, body), MACHINE)

    assert (reply.response.status, reply.changes) == (403, ())
    assert answered(fake, SIGNED).status == 200


def test_same_randomness_makes_the_same_fake() -> None:
    """Ids and keys come from the source that was handed in, and from nowhere else."""
    first, again, other = (
        started(Random(seed), rooms=["lobby"])  # noqa: S311 - must be repeatable
        for seed in (1, 1, 2)
    )

    arns = [fake.service.seeded_room_arns["lobby"] for fake in (first, again, other)]
    asked = request("/CreateChatToken", {**ASKED, "roomIdentifier": arns[0]})
    text = output(first, asked)["token"]

    assert arns[0] == arns[1] != arns[2]
    assert again.service.state.tokens.open(text).user_id == "user-1"
    with pytest.raises(TokenError):
        other.service.state.tokens.open(text)


def forms(secret: bytes) -> Iterator[bytes]:
    """Yield every usual way to write these bytes, whole, and escaped in JSON."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    yield repr(secret)[2:-1].encode()
    yield json.dumps(secret.decode("latin-1"))[1:-1].encode()
    yield secret.decode("latin-1").encode("utf-8")
    yield str(list(secret))[1:-1].encode()
    for encode in (b64encode, urlsafe_b64encode):
        for start in range(3):  # wherever it begins in a longer text
            yield encode(bytes(start) + secret)[4 if start else 0 :].rstrip(b"=")[:-1]


def test_no_answer_of_any_call_has_key_material() -> None:
    """Successes, refusals and the control API: nowhere a key, or half of one.

    The contract settles it (section 16a): the keys never leave the server.
    """
    fake = started(KnownKey(20261124))
    key = KnownKey(1).randbytes(32)
    rotated = bytes(range(100, 132))
    asked = [
        request("/CreateChatToken", ASKED),
        request("/CreateRoom", {"name": "lobby", "tags": {"a": "b"}}),
        request("/GetRoom", {"identifier": ROOM}),
        request("/SendEvent", {**ASKED, "eventName": "app"}),
        request("/DeleteMessage", {**ASKED, "id": "Ab3dEf6hIj9L"}),
        request("/DisconnectUser", ASKED),
        *REFUSED,
        HttpRequest("OPTIONS", "/", (("access-control-request-method", "POST"),)),
        request("/_control/clock", b"", "GET"),
        request("/_control/clock", {"now": "2026-01-02T03:04:05Z"}, "PUT"),
        request("/_control/clock/advance", {"seconds": 1}),
        request("/_control/clock", b"", "DELETE"),
        request("/_control/reset"),
        request("/CreateChatToken", ASKED),
        request("/DeleteRoom", {"identifier": ROOM}),
    ]
    first = output(fake, asked[0])["token"]

    answers = [answered(fake, one) for one in asked]
    fake.service.state.tokens.rotate(urlsafe_b64encode(rotated))
    answers += [answered(fake, one) for one in asked]
    answers += [fake.refuse(fault, MACHINE) for fault in TransportFault]

    shown = (
        f"{fake!r} {fake} {fake.service!r} {fake.service.state.tokens!r} {answers!r}"
    )
    everything = b"\n".join(
        [shown.encode()]
        + [answer.body + str(answer.headers).encode() for answer in answers]
    )
    assert TokenVault(urlsafe_b64encode(key)).open(first).user_id == "user-1"
    assert {answer.status // 100 for answer in answers} == {2, 4}
    for secret in (key, key[:16], key[16:], rotated, rotated[:16], rotated[16:]):
        assert [form for form in forms(secret) if form in everything] == []
