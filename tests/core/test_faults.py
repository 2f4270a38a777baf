"""What comes of planned faults: errors, late answers and half ones, sessions' ends."""

import json
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.reference_impl.core.effects import (
    Close,
    Cut,
    Deliver,
    Later,
    WriteLog,
)
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.faults import (
    FaultName,
)
from ivschat_conformance.reference_impl.core.findings import FindingName
from ivschat_conformance.reference_impl.core.handshakes import Opening
from ivschat_conformance.reference_impl.core.http_messages import (
    Delivery,
    HttpRequest,
    Reply,
)
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.schemas.operations import load_operations
from tests.core.conftest import MACHINE, ROOM

if TYPE_CHECKING:
    from tests.core.conftest import LiveRoom, OpenRoom


def fake() -> Endpoint:
    """Return a fake with one room, to which nobody has to sign."""
    settings = Settings(rooms=[ROOM], verify_signatures=False)
    return Endpoint(settings, Random(1), MACHINE)  # noqa: S311 - must be repeatable


def create_room(endpoint: Endpoint) -> Reply:
    """Create a room, or fail to."""
    return endpoint.answer(HttpRequest("POST", "/CreateRoom"), MACHINE)


@pytest.mark.parametrize(
    ("fault", "status", "members"),
    [
        ("throttle", 429, {"message", "resourceId", "resourceType", "limit"}),
        ("internal_error", 500, {"message"}),
        ("pending_verification", 403, {"message"}),
        ("access_denied", 403, {"message"}),
    ],
)
def test_error_is_the_services_own(fault: str, status: int, members: set[str]) -> None:
    """Type, status and members are the model's, nothing is done, and the next works."""
    types = {
        "throttle": "ThrottlingException",
        "internal_error": "InternalServerException",
        "pending_verification": "PendingVerification",
        "access_denied": "AccessDeniedException",
    }
    endpoint = fake()
    rooms = len(endpoint.service.state.rooms)
    endpoint.faults.plan("CreateRoom", fault)

    failed, after = create_room(endpoint), len(endpoint.service.state.rooms)

    assert failed.response.status == status
    assert dict(failed.response.headers)["x-amzn-ErrorType"] == types[fault]
    assert set(json.loads(failed.response.body)) == members
    assert after == rooms
    assert create_room(endpoint).response.status == 200


@pytest.mark.parametrize("operation", load_operations())
def test_throttled_operation_says_its_own_limit(operation: str) -> None:
    """A throttled client reads a number of calls a second, whatever it called."""
    endpoint = fake()
    endpoint.faults.plan(operation, "throttle")
    row = load_operations()[operation]

    reply = endpoint.answer(HttpRequest(row.method, row.path), MACHINE)

    assert json.loads(reply.response.body)["limit"] in {3, 5, 10, 100, 200}


@pytest.mark.parametrize(
    ("fault", "members", "delivery", "rooms"),
    [
        ("slow", {"seconds": 2.5}, Delivery(seconds=2.5), 1),
        ("truncate", {}, Delivery(share=0.5), 1),
        ("reset", {}, Delivery(share=None), 0),
        ("reset", {"performed": True}, Delivery(share=None), 1),
    ],
)
def test_delivery_says_how_the_answer_comes(
    fault: str, members: dict[str, Any], delivery: Delivery, rooms: int
) -> None:
    """The shell is told a manner, and the operation is performed where that is said."""
    endpoint = fake()
    before = len(endpoint.service.state.rooms)
    endpoint.faults.plan("CreateRoom", fault, **members)

    assert create_room(endpoint).delivery == delivery
    assert len(endpoint.service.state.rooms) - before == rooms
    assert create_room(endpoint).delivery == Delivery()


def test_other_operations_meet_no_fault() -> None:
    """A plan is for its own operation, and for nothing that no operation is."""
    endpoint = fake()
    endpoint.faults.plan("CreateRoom", "throttle")

    listed = endpoint.answer(HttpRequest("POST", "/ListRooms"), MACHINE)
    unknown = endpoint.answer(HttpRequest("POST", "/createroom"), MACHINE)

    assert (listed.response.status, unknown.response.status) == (200, 400)
    assert len(endpoint.faults.planned) == 1


def test_operation_of_this_process_meets_no_fault() -> None:
    """`perform` is for whoever sets a scene, not for the application under test."""
    endpoint = fake()
    endpoint.faults.plan("CreateRoom", "throttle")

    endpoint.perform("CreateRoom", {}, MACHINE)

    assert len(endpoint.faults.unfired) == 1


def offer(room: "LiveRoom", token: str) -> Any:
    """Offer a token and return what the core says to it."""
    request = HttpRequest("GET", "/", (("sec-websocket-protocol", token),))
    return room.fake.open_session(request, "192.0.2.7", room.now)


@pytest.mark.parametrize(
    ("fault", "members", "status", "delivery"),
    [
        ("refuse", {}, 503, Delivery()),
        ("refuse", {"status": 403}, 403, Delivery()),
        ("drop", {}, None, Delivery(share=None)),
    ],
)
def test_handshake_that_fails_leaves_the_token_good(
    open_room: "OpenRoom",
    fault: str,
    members: dict[str, Any],
    status: int | None,
    delivery: Delivery,
) -> None:
    """Refused or cut, it uses nothing up: the same token opens afterwards."""
    room = open_room()
    token = room.token()
    room.fake.faults.plan("CONNECT", fault, **members)

    answer = offer(room, token)

    assert answer.delivery == delivery
    assert status is None or answer.status == status
    assert isinstance(offer(room, token), Opening)


@pytest.mark.parametrize(
    ("fault", "members", "ends"),
    [
        ("drop", {"performed": True}, Cut),
        ("close", {"code": 4001, "reason": "Away"}, Close),
    ],
)
def test_session_that_ends_at_once_uses_its_token_up(
    open_room: "OpenRoom", fault: str, members: dict[str, Any], ends: type
) -> None:
    """It was open, so the token has opened what it opens, and nobody is in the room."""
    room = open_room()
    token = room.token()
    room.fake.faults.plan("CONNECT", fault, **members)

    opening = offer(room, token)

    [effect] = opening.effects
    assert type(effect) is ends
    assert isinstance(effect, Close | Cut)
    assert effect.session is opening.session
    if isinstance(effect, Close):
        assert (effect.code, effect.reason) == (4001, "Away")
    assert len(room.fake.service.live.sessions) == 0
    assert offer(room, token).status == 401


def said(room: "LiveRoom", sender: Any, **members: Any) -> tuple[Any, ...]:
    """Return what comes of a message, without carrying it out."""
    asked = {"Action": "SEND_MESSAGE", "Content": "hello", **members}
    return room.fake.receive(sender.session, json.dumps(asked).encode(), room.now)


@pytest.mark.parametrize("performed", [False, True])
@pytest.mark.parametrize("fault", ["drop", "close"])
def test_connection_of_a_sender_ends_with_or_without_the_message(
    open_room: "OpenRoom", fault: str, *, performed: bool
) -> None:
    """It is the sender's alone; the message reaches the room only if that is said."""
    room = open_room()
    ann, bob = room.connect("ann"), room.connect("bob")
    room.fake.faults.plan("SEND_MESSAGE", fault, performed=performed)

    *before, last = said(room, ann)

    assert isinstance(last, Cut if fault == "drop" else Close)
    assert last.session is ann.session
    assert [type(effect) for effect in before] == [Deliver] * performed
    assert tuple(room.fake.service.live.sessions) == (bob.session,)


def test_delay_holds_up_what_is_delivered(open_room: "OpenRoom") -> None:
    """All of it comes later, together; what is logged is logged at once."""
    room = open_room()
    ann = room.connect("ann")
    configuration = room.perform(
        "CreateLoggingConfiguration",
        destinationConfiguration={"s3": {"bucketName": "logs"}},
    )
    arn = configuration["arn"]
    room.perform("UpdateRoom", identifier=ROOM, loggingConfigurationIdentifiers=[arn])
    room.fake.faults.plan("SEND_MESSAGE", "delay", seconds=0.5)

    later, *logged = said(room, ann)

    assert isinstance(later, Later)
    assert later.seconds == 0.5
    assert [type(effect) for effect in later.effects] == [Deliver]
    assert [type(effect) for effect in logged] == [WriteLog]
    assert [type(effect) for effect in said(room, ann)] == [Deliver, WriteLog]


def test_duplicate_delivers_the_same_frame_twice(open_room: "OpenRoom") -> None:
    """To everybody in the room, with one Id, as an overlap of connections would."""
    room = open_room()
    ann, bob = room.connect("ann"), room.connect("bob")
    room.fake.faults.plan("SEND_MESSAGE", "duplicate")

    room.say(ann)

    for member in (ann, bob):
        first, second = member.took()
        assert first == second
    room.say(ann)
    assert len(bob.took()) == 1


def test_reviewed_message_is_duplicated_after_its_review(open_room: "OpenRoom") -> None:
    """The fault was taken when it was sent, and shows when it is delivered."""
    room = open_room()
    handler = "arn:aws:lambda:us-west-2:123456789012:function:review"
    room.perform("UpdateRoom", identifier=ROOM, messageReviewHandler={"uri": handler})
    room.call("/_control/review-handlers", "PUT", **{handler: "http://127.0.0.1:9/"})
    ann = room.connect("ann")
    room.fake.faults.plan("SEND_MESSAGE", "duplicate")
    room.say(ann)
    room.say(ann)
    reviews = room.reviews

    for review in reviews:
        room.answer_review(review, {"ReviewResult": "ALLOW", "Content": "reviewed"})

    frames = ann.took()
    assert [frame["Content"] for frame in frames] == ["reviewed"] * 3
    assert frames[0]["Id"] == frames[1]["Id"] != frames[2]["Id"]


def test_reset_of_the_fake_forgets_faults(open_room: "OpenRoom") -> None:
    """As after the start, when none was planned."""
    room = open_room()
    room.fake.faults.plan("CreateChatToken", "throttle")

    room.fake.reset(room.now)

    assert room.fake.faults.planned == ()


def test_what_is_kept_of_a_fake_has_neither_faults_nor_calls() -> None:
    """A state file is of the service; the next fake begins with none of ours."""
    settings = Settings(rooms=[ROOM], verify_signatures=False)
    endpoint = fake()
    endpoint.faults.plan("CreateRoom", "throttle", times=2)
    changes = create_room(endpoint).changes

    again = Endpoint(settings, Random(1), MACHINE, (*endpoint.started, *changes))  # noqa: S311

    assert endpoint.faults.planned != ()
    assert again.faults.planned == ()
    assert len(again.records.calls) == 0


def test_documentation_has_every_fault_and_finding() -> None:
    """Whoever plans or meets one can read what it is."""
    page = (Path(__file__).parents[2] / "docs" / "control-api.md").read_text("utf-8")

    missing = [name for name in (*FaultName, *FindingName) if f"`{name}`" not in page]

    assert missing == []
