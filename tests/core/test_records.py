"""Records: what clients sent is there in order and in full, and no secret with it."""

import json
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.reference_impl.core import records
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.reference_impl.core.records import CallCountError
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.schemas import documents
from tests.core.conftest import MACHINE, ROOM

if TYPE_CHECKING:
    from tests.core.conftest import OpenRoom

LATER = MACHINE + timedelta(seconds=1)
ASKED = {"roomIdentifier": ROOM, "userId": "user-1", "attributes": {"name": "Ann"}}
AGENT = ("user-agent", "Boto3/1.43.11")


def fake() -> Endpoint:
    """Return a fake with one room, to which nobody has to sign."""
    settings = Settings(rooms=[ROOM], verify_signatures=False)
    return Endpoint(settings, Random(1), MACHINE)  # noqa: S311 - must be repeatable


def send(
    endpoint: Endpoint,
    path: str = "/CreateChatToken",
    body: object = ASKED,
    *,
    method: str = "POST",
    headers: tuple[tuple[str, str], ...] = (AGENT,),
) -> Any:
    """Send a request, and return what the answer says, or nothing."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = endpoint.answer(HttpRequest(method, path, headers, raw), LATER).response
    return json.loads(answer.body) if answer.body else b""


def test_call_is_there_in_full() -> None:
    """What was asked, by whom, when, and how it was answered."""
    endpoint = fake()

    send(endpoint)

    call = endpoint.records.of("CreateChatToken").one()
    assert call.operation == "CreateChatToken"
    assert call.request == ASKED
    assert call.request["userId"] == "user-1"
    assert (call.status, call.error, call.fault) == (200, None, None)
    assert call.at == LATER
    assert call.user_agent == "Boto3/1.43.11"
    assert (call.method, call.path) == ("POST", "/CreateChatToken")
    assert call.headers == {"user-agent": "Boto3/1.43.11"}
    assert call.token == "token-1"  # noqa: S105 - its name
    assert call.findings == ()


def test_refused_call_has_its_status_and_type() -> None:
    """And its members as they were sent, those that no operation has among them."""
    endpoint = fake()

    send(endpoint, body={"roomIdentifier": "room", "userName": None, "userId": 7})

    call = endpoint.records.calls.one()
    assert (call.status, call.error) == (400, "SerializationException")
    assert call.request == {"roomIdentifier": "room", "userName": None, "userId": 7}


def test_members_come_from_path_and_query_too() -> None:
    """Decoded, as the operation reads them."""
    endpoint = fake()
    path = "/tags/arn%3Aaws%3Aivschat%3Aus-west-2%3A123456789012%3Aroom%2Fg1H2I3j4k5L6"

    send(endpoint, f"{path}?tagKeys=k%201&tagKeys=k2", b"", method="DELETE")

    call = endpoint.records.calls.one()
    assert call.operation == "UntagResource"
    assert call.request == {"resourceArn": ROOM, "tagKeys": ["k 1", "k2"]}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"\xff",
        b'{"a": "\\ud800"}',
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    ],
)
def test_body_that_is_no_object_is_kept_as_text(body: bytes) -> None:
    """There are no members then, and the call can still be shown."""
    endpoint = fake()

    send(endpoint, body=body)

    call = endpoint.records.calls.one()
    assert (call.request, call.body) == ({}, body.decode(errors="replace"))
    assert json.dumps(call.document())


def test_unknown_path_is_a_call_too() -> None:
    """Under its method and path, without a query."""
    endpoint = fake()

    send(endpoint, "/createchattoken?a=b", method="PUT")

    [call] = endpoint.records.calls
    assert call.operation == "PUT /createchattoken"
    assert (call.status, call.error) == (400, "ValidationException")


def test_calls_are_in_order_and_of_everybody(open_room: "OpenRoom") -> None:
    """Requests, handshakes and actions in one sequence, whatever came of them."""
    room = open_room()
    ann = room.connect("ann", capabilities=["SEND_MESSAGE"])
    room.say(ann, "hello", RequestId="r-1")
    room.ask(ann, "DELETE_MESSAGE", Id="Ab3dEf6hIj9L")
    room.receive(ann, b"[]")
    room.offer("nonsense")

    calls = room.fake.records.calls
    assert [(call.operation, call.status) for call in calls] == [
        ("CreateChatToken", 200),
        ("CONNECT", 101),
        ("SEND_MESSAGE", 200),
        ("DELETE_MESSAGE", 403),
        ("FRAME", 400),
        ("CONNECT", 401),
    ]
    assert [call.token for call in calls] == ["token-1"] * 5 + ["unknown-token-1"]
    sent = {"Action": "SEND_MESSAGE", "Content": "hello", "RequestId": "r-1"}
    assert calls[2].request == sent
    assert calls.of("CONNECT")[0].request == {}
    assert calls[4].body == "[]"


def test_rejected_message_has_the_code_of_its_rejection(open_room: "OpenRoom") -> None:
    """Which is known only once its review is."""
    room = open_room()
    handler = "arn:aws:lambda:us-west-2:123456789012:function:review"
    room.perform("UpdateRoom", identifier=ROOM, messageReviewHandler={"uri": handler})
    room.call("/_control/review-handlers", "PUT", **{handler: "http://127.0.0.1:9/"})
    room.say(room.connect("ann"))
    call = room.fake.records.of("SEND_MESSAGE").one()
    before = call.status

    room.answer_review(
        room.reviews[0], {"ReviewResult": "DENY", "Attributes": {"Reason": "Be kind."}}
    )

    assert (before, call.status) == (200, 406)
    assert "Be kind." in str(call.error)


@pytest.mark.parametrize(
    ("fault", "members", "status", "error"),
    [
        ("throttle", {}, 429, "ThrottlingException"),
        ("slow", {"seconds": 1}, 200, None),
        ("truncate", {}, 200, None),
        ("reset", {}, None, None),
        ("reset", {"performed": True}, None, None),
    ],
)
def test_call_that_met_a_fault_says_so(
    fault: str, members: dict[str, Any], status: int | None, error: str | None
) -> None:
    """And nothing is found about it: the fault was ours, and not the caller's."""
    endpoint = fake()
    endpoint.faults.plan("CreateChatToken", fault, **members)

    send(endpoint)

    call = endpoint.records.calls.one()
    assert (call.fault, call.status, call.error) == (fault, status, error)
    assert call.findings == ()


def test_handshake_and_action_that_met_a_fault_say_so(open_room: "OpenRoom") -> None:
    """With the status that the client saw, or none."""
    room = open_room()
    ann = room.connect("ann")
    for operation, fault in (("CONNECT", "refuse"), ("SEND_MESSAGE", "drop")):
        room.fake.faults.plan(operation, fault)
    room.offer(room.token())
    room.fake.receive(ann.session, b'{"Action": "SEND_MESSAGE"}', room.now)

    calls = room.fake.records.calls
    assert [(call.fault, call.status) for call in calls if call.fault] == [
        ("refuse", 503),
        ("drop", None),
    ]


def test_control_api_and_this_process_are_not_clients(open_room: "OpenRoom") -> None:
    """What a test does to the fake is not what the application did."""
    room = open_room()

    room.call("/_control/clock", "GET")
    room.fake.perform("CreateRoom", {}, room.now)

    assert len(room.fake.records.calls) == 0


SECRETS = (
    ("authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/x, Signature=abcdef"),
    ("x-amz-security-token", "IQoJb3JpZ2luX2VjE"),
    ("cookie", "sid=31d4d96e407aad42"),
)


def test_no_secret_is_in_a_call(open_room: "OpenRoom") -> None:
    """Wherever a client put one, its name stands there, the same one each time."""
    room = open_room()
    endpoint = room.fake
    token = room.token()
    send(endpoint, headers=SECRETS)
    again = (("authorization", "other"), *SECRETS[1:])
    send(endpoint, headers=again)
    send(endpoint, f"/connect/{token.replace('!#', '%21%23')}?token={token}")
    ann = room.offer(token)
    room.say(ann, f"my token is {token}", Attributes={token: token})  # type: ignore[arg-type]

    calls = endpoint.records.calls
    shown = json.dumps([call.document() for call in calls])
    for secret in (
        token,
        token[:40],
        "AKIDEXAMPLE",
        "abcdef",
        *(s for _, s in SECRETS),
    ):
        assert secret not in shown
    assert calls[1].headers == {
        "authorization": "authorization-1",
        "x-amz-security-token": "security-token-1",
        "cookie": "cookie-1",
    }
    assert calls[2].headers["authorization"] == "authorization-2"
    assert calls[2].headers["cookie"] == "cookie-1"
    assert calls[3].path == "/connect/token-1"
    assert calls[4].headers["sec-websocket-protocol"] == "token-1"
    assert calls[5].request["Content"] == "my token is token-1"
    assert calls[5].request["Attributes"] == {"token-1": "token-1"}


def test_names_are_the_same_whoever_looks_first(open_room: "OpenRoom") -> None:
    """A token of ours has the number under which it was issued."""
    room = open_room()
    texts = [room.token() for _ in range(3)]

    for text in reversed(texts):
        room.offer(text)

    names = [call.token for call in room.fake.records.of("CONNECT")]
    assert names == ["token-3", "token-2", "token-1"]


def test_text_of_a_call_has_nothing_that_was_sent(open_room: "OpenRoom") -> None:
    """A failed assertion prints it, and a report keeps what was printed."""
    room = open_room()
    room.say(room.connect("user-77", attributes={"mail": "ann@example.com"}), "secret")

    calls = room.fake.records.calls
    said = f"{calls!r} {calls[0]!r} {calls[-1]}"

    for sent in ("user-77", "ann@example.com", "secret", "g1H2I3j4k5L6"):
        assert sent not in said
    assert "SEND_MESSAGE 200" in said


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (0, "expected one call of GetRoom, and there are 0: no such call came"),
        (
            2,
            "expected one call of GetRoom, and there are 2: "
            "GetRoom 200; GetRoom 404 (room_unknown)",
        ),
    ],
)
def test_one_says_what_there_is_instead(times: int, said: str) -> None:
    """How many, and how each ended."""
    endpoint = fake()
    for arn in (ROOM, ROOM.replace("g1H2", "0000"))[:times]:
        send(endpoint, "/GetRoom", {"identifier": arn})

    with pytest.raises(CallCountError) as caught:
        endpoint.records.of("GetRoom").one()

    assert str(caught.value) == said


def test_calls_are_a_sequence() -> None:
    """Of which a part is calls again; what comes later is not in it."""
    endpoint = fake()
    for _ in range(3):
        send(endpoint)
    calls = endpoint.records.calls
    send(endpoint)

    assert len(calls) == 3
    assert len(calls[1:]) == 2
    assert [call.token for call in calls[1:].of("CreateChatToken")] == [
        "token-2",
        "token-3",
    ]


@pytest.mark.parametrize(("bound", "most"), [("MAX_CALLS", 3), ("MAX_BYTES", 300)])
def test_earliest_calls_give_way(
    monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    """Too many, or too large together: how many are gone is told."""
    monkeypatch.setattr(records, bound, most)
    endpoint = fake()

    for number in range(5):
        send(endpoint, "/ListRooms", {"name": str(number).ljust(88, "x")})

    calls = endpoint.records.calls
    assert [call.request["name"][0] for call in calls] == ["2", "3", "4"]
    assert endpoint.records.dropped == 2


def test_reset_forgets_calls_and_names(open_room: "OpenRoom") -> None:
    """The first token after it is the first again."""
    room = open_room()
    room.token()
    room.offer("nonsense")
    room.fake.records.calls[-1].document()

    room.fake.reset(room.now)

    assert len(room.fake.records.calls) == 0
    room.token()
    room.offer("other nonsense")
    names = [call.token for call in room.fake.records.calls]
    assert names == ["token-1", "unknown-token-1"]


def test_document_is_as_its_schema_says(open_room: "OpenRoom") -> None:
    """In closed form, for every kind of call."""
    room = open_room()
    ann = room.connect("ann")
    room.say(ann)
    room.receive(ann, b"{")
    room.fake.faults.plan("CreateRoom", "reset")
    room.call("/CreateRoom")
    room.call("/nowhere", "GET")
    validator = documents.validator("Call", closed=True, api=documents.HARNESS)

    found = [
        error.json_path
        for call in room.fake.records.calls
        for error in validator.iter_errors(call.document())
    ]

    assert found == []
    assert len(room.fake.records.calls) == 6
