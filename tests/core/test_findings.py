"""Findings: each names what the caller did wrong, and what is right names nothing."""

import json
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.fixtures.signing import Signing
from ivschat_conformance.fixtures.target import Credentials
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.findings import FindingName
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.core.signatures import Credential
from tests.core.conftest import MACHINE, ROOM

if TYPE_CHECKING:
    from tests.core.conftest import LiveRoom, OpenRoom

ASKED = {"roomIdentifier": ROOM, "userId": "user-1"}
CONFIGURATION = ROOM.replace("room/", "logging-configuration/")


def found(room: "LiveRoom") -> list[str]:
    """Return the names of what was found about the latest call."""
    return [finding.name.value for finding in room.fake.records.calls[-1].findings]


CALLS: list[tuple[str, dict[str, Any], str | None]] = [
    ("/CreateChatToken", ASKED, None),
    ("/CreateChatToken", {**ASKED, "userId": ""}, "request_invalid"),
    ("/CreateChatToken", {**ASKED, "userId": 1}, "request_invalid"),
    (
        "/CreateChatToken",
        {**ASKED, "roomIdentifier": "g1H2I3j4k5L6"},
        "room_id_instead_of_arn",
    ),
    ("/CreateChatToken", {**ASKED, "roomIdentifier": "lobby"}, "request_invalid"),
    ("/GetRoom", {"identifier": "g1H2I3j4k5L6"}, "room_id_instead_of_arn"),
    ("/GetLoggingConfiguration", {"identifier": "g1H2I3j4k5L6"}, "request_invalid"),
    ("/tags/g1H2I3j4k5L6", {"tags": {"a": "b"}}, "room_id_instead_of_arn"),
    ("/GetRoom", {"identifier": ROOM.replace("g1", "00")}, "room_unknown"),
    (
        "/GetRoom",
        {"identifier": ROOM.replace("us-west-2", "eu-west-1")},
        "wrong_region",
    ),
    ("/GetRoom", {"identifier": ROOM.replace("123456789012", "1")}, "wrong_account"),
    (
        "/GetLoggingConfiguration",
        {"identifier": CONFIGURATION},
        "logging_configuration_unknown",
    ),
    (
        "/CreateRoom",
        {"loggingConfigurationIdentifiers": [CONFIGURATION]},
        "logging_configuration_unknown",
    ),
    (
        "/CreateChatToken",
        {**ASKED, "attributes": {"avatar": "x" * 1024}},
        "attributes_too_large",
    ),
    ("/CreateChatToken", {**ASKED, "durationInMinutes": 30}, "member_unknown"),
    ("/createChatToken", ASKED, "operation_unknown"),
    ("/SendEvent", {"roomIdentifier": ROOM, "eventName": "aws:X"}, "request_invalid"),
]


@pytest.mark.parametrize(("path", "body", "name"), CALLS)
def test_call_of_the_control_plane_is_judged(
    open_room: "OpenRoom", path: str, body: dict[str, Any], name: str | None
) -> None:
    """By what was refused, or by what is ignored in silence."""
    room = open_room()

    room.call(path, **body)

    assert found(room) == ([name] if name else [])


def test_quota_and_use_are_found(open_room: "OpenRoom") -> None:
    """As many as there may be, and what a room still needs."""
    room = open_room(logging_configuration_quota=1)
    destination: dict[str, Any] = {
        "destinationConfiguration": {"s3": {"bucketName": "logs"}}
    }
    arn = room.perform("CreateLoggingConfiguration", **destination)["arn"]
    room.perform("UpdateRoom", identifier=ROOM, loggingConfigurationIdentifiers=[arn])

    room.call("/CreateLoggingConfiguration", **destination)
    assert found(room) == ["quota_exceeded"]
    room.call("/DeleteLoggingConfiguration", identifier=arn)
    assert found(room) == ["resource_in_use"]


@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_page_that_calls_the_control_plane_is_found(
    open_room: "OpenRoom", method: str
) -> None:
    """A browser says where a page is from; its preflight alone is no call yet."""
    room = open_room()
    headers = (
        ("origin", "http://localhost:5173"),
        ("access-control-request-method", "POST"),
    )
    raw = json.dumps(ASKED).encode()

    room.fake.answer(HttpRequest(method, "/CreateChatToken", headers, raw), room.now)

    assert found(room) == (["called_from_browser"] if method == "POST" else [])


def test_handshake_is_judged(open_room: "OpenRoom") -> None:
    """A token that is missing, unknown, used, or of a room that is gone."""
    room = open_room()
    used, left = room.token(), room.token()

    room.offer("")
    assert found(room) == ["token_missing"]
    room.offer("eyJhbGciOiJIUzI1NiJ9.e30.c2ln")
    assert found(room) == ["token_unknown"]
    room.offer(used)
    assert found(room) == []
    room.offer(used)
    assert found(room) == ["token_reused"]
    room.call("/DeleteRoom", identifier=ROOM)
    room.offer(left)
    assert found(room) == ["room_unknown"]


def test_token_after_its_time_is_found(open_room: "OpenRoom") -> None:
    """At the second at which it ends, and not a second earlier."""
    room = open_room()
    early, late = room.token(), room.token()

    room.pass_time(59)
    room.offer(early)
    assert found(room) == []
    room.pass_time(1)
    room.offer(late)
    assert found(room) == ["token_expired"]


ACTIONS: list[tuple[bytes, str | None]] = [
    (b'{"Action": "SEND_MESSAGE", "Content": "hello", "RequestId": "r"}', None),
    (b'{"action": "SEND_MESSAGE", "content": "hello"}', None),
    (b'{"Action": "SEND_MESSAGE", "Content": "hello", "Room": "x"}', "member_unknown"),
    (b'{"Action": "SEND_MESSAGE"}', "request_invalid"),
    (b'{"Action": "SEND_MESSAGE", "Content": "12345678901"}', "content_too_long"),
    (b'{"Action": "send_message", "Content": "hello"}', "operation_unknown"),
    (b'{"Action": "DELETE_MESSAGE", "Id": "Ab3dEf6hIj9L"}', "capability_missing"),
    (b"hello", "request_invalid"),
    (
        b'{"Action": "SEND_MESSAGE", "Content": "a", "Attributes": {"a": "%s"}}'
        % (b"x" * 1024),
        "attributes_too_large",
    ),
]


@pytest.mark.parametrize(("frame", "name"), ACTIONS, ids=[str(n) for n in range(9)])
def test_action_is_judged(
    open_room: "OpenRoom", frame: bytes, name: str | None
) -> None:
    """By the ERROR that it gets, or by what is ignored in silence."""
    room = open_room()
    room.perform("UpdateRoom", identifier=ROOM, maximumMessageLength=10)
    ann = room.connect("ann", capabilities=["SEND_MESSAGE"])

    room.receive(ann, frame)

    assert found(room) == ([name] if name else [])


def test_rates_are_found(open_room: "OpenRoom") -> None:
    """The room's and the connection's: the first message too many, and not before."""
    room = open_room()
    room.perform("UpdateRoom", identifier=ROOM, maximumMessageRatePerSecond=2)
    ann = room.connect("ann")

    names = []
    for _ in range(12):
        room.say(ann)
        names.append(found(room))

    assert names == [[]] * 2 + [["rate_exceeded"]] * 10


def test_message_after_the_sessions_end_is_found(open_room: "OpenRoom") -> None:
    """Who sends after its session's end never looked at sessionExpirationTime."""
    room = open_room()
    ann = room.connect("ann", sessionDurationInMinutes=1)
    room.pass_time(60)

    room.receive(ann, b'{"Action": "SEND_MESSAGE", "Content": "hello"}')

    assert found(room) == ["session_expired"]
    assert room.fake.records.calls[-1].status == 401


def test_message_that_crosses_a_close_is_no_finding(open_room: "OpenRoom") -> None:
    """Nobody can know that somebody else disconnects them just now."""
    room = open_room()
    ann = room.connect("ann")
    room.perform("DisconnectUser", userId="ann")

    room.receive(ann, b'{"Action": "SEND_MESSAGE", "Content": "hello"}')

    assert found(room) == []
    assert room.fake.records.calls[-1].status is None


TEMPORARY = Credential("ASIA", "secret", "session", MACHINE)
KNOWN = Credentials("test", "test")
SIGNATURES: list[tuple[Credentials, str, timedelta, str | None]] = [
    (KNOWN, "us-west-2", timedelta(), None),
    (KNOWN, "us-west-2", timedelta(minutes=-4), None),
    (KNOWN, "us-west-2", timedelta(minutes=-61), "signature_stale"),
    (KNOWN, "us-west-2", timedelta(minutes=61), "signature_stale"),
    (KNOWN, "eu-west-1", timedelta(), "signature_scope"),
    (Credentials("test", "Test"), "us-west-2", timedelta(), "signature_wrong"),
    (Credentials("other", "test"), "us-west-2", timedelta(), "credentials_unknown"),
    (
        Credentials("ASIA", "secret", "session"),
        "us-west-2",
        timedelta(),
        "credentials_expired",
    ),
]


@pytest.mark.parametrize(("who", "region", "apart", "name"), SIGNATURES)
def test_signature_is_judged(
    who: Credentials, region: str, apart: timedelta, name: str | None
) -> None:
    """Who signs, for where, when, and with which key."""
    settings = Settings(
        rooms=[ROOM], credentials=[Credential("test", "test"), TEMPORARY]
    )
    endpoint = Endpoint(settings, Random(1), MACHINE)  # noqa: S311 - must be repeatable
    body = json.dumps(ASKED).encode()
    request = HttpRequest("POST", "/CreateChatToken", (("host", "h"),), body)
    signing = Signing(who, region, MACHINE + apart)
    added = signing.headers(request).items()
    fields = (*request.headers, *((key.lower(), value) for key, value in added))

    endpoint.answer(replace(request, headers=fields), MACHINE)

    names = [finding.name.value for finding in endpoint.records.findings]
    assert names == ([name] if name else [])


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ((), "signature_missing"),
        ((("authorization", "Bearer x"),), "signature_incomplete"),
    ],
)
def test_request_that_is_not_signed_is_judged(
    headers: tuple[tuple[str, str], ...], name: str
) -> None:
    """Not at all, or in another manner."""
    endpoint = Endpoint(Settings(), Random(1), MACHINE)  # noqa: S311

    endpoint.answer(HttpRequest("POST", "/ListRooms", headers), MACHINE)

    [finding] = endpoint.records.findings
    assert finding.name == name
    assert finding.call is not None
    assert finding.call.operation == "ListRooms"


def test_finding_says_what_is_wrong_and_nothing_that_was_sent(
    open_room: "OpenRoom",
) -> None:
    """Its text has a name, the call's operation, and one or two sentences."""
    room = open_room()
    room.call("/CreateChatToken", **{**ASKED, "roomIdentifier": "g1H2I3j4k5L6"})

    [finding] = room.fake.records.findings

    assert str(finding) == (
        "room_id_instead_of_arn (CreateChatToken): "
        "The request names the room by its id: give its ARN."
    )
    assert finding.document() == {
        "name": "room_id_instead_of_arn",
        "sentence": "The request names the room by its id: give its ARN.",
    }


def test_every_finding_has_a_sentence() -> None:
    """Which ends where sentences end, and stands on one line."""
    for name in FindingName:
        assert name.sentence.endswith(".")
        assert "\n" not in name.sentence
