"""A fake with a room, and people in it, whose connections carry out what the core says.

Every frame on its way to somebody is held against its schema in closed form and against
the order of members that was seen on the wire (WS-MSG-16). Beside it stands what starts
a service, and what reads a request's input.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from ivschat_conformance.reference_impl.core.effects import (
    Close,
    Deliver,
    Effect,
    Review,
)
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.errors import CallerError
from ivschat_conformance.reference_impl.core.faults import Faults
from ivschat_conformance.reference_impl.core.http_api import HttpApi
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
)
from ivschat_conformance.reference_impl.core.names import Names
from ivschat_conformance.reference_impl.core.records import Records
from ivschat_conformance.reference_impl.core.service import Service
from ivschat_conformance.reference_impl.core.sessions import Session
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.core.signatures import (
    Credential,
    SignatureVerifier,
)
from ivschat_conformance.reference_impl.core.validation import (
    input_reader,
    read_object,
)
from ivschat_conformance.schemas import documents

MACHINE = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
TOKEN_REQUEST = "CreateChatTokenRequest"  # noqa: S105 - a shape's name
EXPIRED = (1000, "The session has expired")
EVERYTHING = ("SEND_MESSAGE", "DELETE_MESSAGE", "DISCONNECT_USER")

FRAMES = {
    "MESSAGE": (
        "MessageFrame",
        "Type Id RequestId Attributes Content SendTime Sender",
    ),
    "EVENT": ("EventFrame", "Type Id RequestId EventName Attributes SendTime"),
    "ERROR": ("ErrorFrame", "Type Id RequestId ErrorCode ErrorMessage"),
}
EVENTS = {
    "aws:DELETE_MESSAGE": "DeleteMessageEventAttributes",
    "aws:DISCONNECT_USER": "DisconnectUserEventAttributes",
}

OpenRoom = Callable[..., "LiveRoom"]
OpenApi = Callable[..., HttpApi]
Started = Callable[..., Service]
ReadInput = Callable[..., dict[str, Any]]
Refusal = Callable[..., CallerError]


@dataclass(slots=True, eq=False)
class Member:
    """Somebody with one connection: what arrived on it, and how it was closed."""

    session: Session
    frames: list[dict[str, Any]] = field(default_factory=list)
    closed: tuple[int, str] | None = None

    def took(self) -> list[dict[str, Any]]:
        """Return what has arrived since the last look."""
        taken, self.frames = self.frames, []
        return taken

    def took_one(self) -> dict[str, Any]:
        """Return the one frame that has arrived since the last look."""
        [frame] = self.took()
        return frame

    def is_over(self) -> bool:
        """Say whether the session was told that it has expired, and then closed."""
        if self.closed is None:
            return False
        error = self.took()[-1]
        assert (error["ErrorCode"], error["RequestId"]) == (401, "")
        assert "expired" in error["ErrorMessage"]
        assert self.closed == EXPIRED
        return True


@dataclass(slots=True, eq=False)
class LiveRoom:
    """A fake with one room, and the machine's instant at which everything happens."""

    fake: Endpoint
    now: datetime
    members: dict[Session, Member] = field(default_factory=dict)
    reviews: list[Review] = field(default_factory=list)

    def call(self, path: str, method: str = "POST", **body: Any) -> HttpResponse:
        """Make a call of the control plane or of the control API."""
        raw = json.dumps(body).encode()
        reply = self.fake.answer(HttpRequest(method, path, (), raw), self.now)
        self.carry_out(reply.effects)
        return reply.response

    def perform(self, operation: str, **body: Any) -> Any:
        """Perform an operation on the room that succeeds, and return its output."""
        named = {"roomIdentifier": ROOM, **body}
        response = self.call(f"/{operation}", **named)
        assert response.status in {200, 204}, response.body
        return json.loads(response.body or b"null")

    def token(
        self,
        user_id: str = "user-1",
        *,
        capabilities: Iterable[str] = EVERYTHING,
        **asked: Any,
    ) -> str:
        """Return a token for the room."""
        asked = {"userId": user_id, "capabilities": list(capabilities), **asked}
        return str(self.perform("CreateChatToken", **asked)["token"])

    def offer(self, token: str, target: str = "/") -> Member | HttpResponse:
        """Make a handshake that offers a token, and return what comes of it."""
        headers = (("sec-websocket-protocol", token),)
        request = HttpRequest("GET", target, headers)
        opening = self.fake.open_session(request, "192.0.2.7", self.now)
        if isinstance(opening, HttpResponse):
            return opening
        assert opening.subprotocol == token
        member = self.members[opening.session] = Member(opening.session)
        return member

    def connect(self, user_id: str = "user-1", **asked: Any) -> Member:
        """Let somebody in who has a token of their own."""
        member = self.offer(self.token(user_id, **asked))
        assert isinstance(member, Member)
        return member

    def receive(self, sender: Member, frame: bytes) -> tuple[Effect, ...]:
        """Take a frame as it is on the wire, and carry out what comes of it."""
        effects = self.fake.receive(sender.session, frame, self.now)
        self.carry_out(effects)
        return effects

    def ask(self, sender: Member, action: str, **members: Any) -> None:
        """Send one request."""
        self.receive(sender, json.dumps({"Action": action, **members}).encode())

    def say(self, sender: Member, content: str = "hello", **members: Any) -> None:
        """Send one message."""
        self.ask(sender, "SEND_MESSAGE", Content=content, **members)

    def answer_review(self, review: Review, answer: object) -> None:
        """Let a handler answer."""
        self.carry_out(self.fake.reviewed(review.message, answer, self.now))

    def pass_time(self, seconds: float) -> None:
        """Let the machine's clock go on, and the shell look at it."""
        self.now += timedelta(seconds=seconds)
        self.carry_out(self.fake.turn(self.now))

    def carry_out(self, effects: Iterable[Effect]) -> None:
        """Do as a shell does: in the order given, and nothing after a close."""
        for effect in effects:
            match effect:
                case Deliver(sessions, frame):
                    assert sessions
                    for session in sessions:
                        member = self.members[session]
                        assert member.closed is None
                        member.frames.append(checked(frame))
                case Close(session, code, reason):
                    assert self.members[session].closed is None
                    assert len(reason.encode()) <= 123
                    self.members[session].closed = (int(code), reason)
                case Review(document=document):
                    hold(document, "ReviewInput")
                    self.reviews.append(effect)


def checked(frame: str) -> dict[str, Any]:
    """Return a frame's members, once it is sure to be one."""
    members: dict[str, Any] = json.loads(frame)
    shape, order = FRAMES[members["Type"]]
    hold(members, shape)
    if members.get("EventName") in EVENTS:
        hold(members["Attributes"], EVENTS[members["EventName"]])
    assert list(members) == order.split()
    return members


def hold(value: Mapping[str, Any], shape: str) -> None:
    """Hold a value against a shape of the messaging API, in its closed form."""
    validator = documents.validator(shape, closed=True, api=documents.MESSAGING)
    assert [error.json_path for error in validator.iter_errors(value)] == []


class KnownKey(Random):
    """A source of randomness whose bytes a test knows."""

    def randbytes(self, n: int) -> bytes:
        """Return the first bytes of all."""
        return bytes(range(n))


@pytest.fixture(scope="session")
def started() -> Started:
    """Give what starts a service, with one room of a known ARN unless told another."""

    def start(at: datetime, **settings: Any) -> Service:
        whole = Settings(**{"rooms": [ROOM], **settings})
        service = Service(whole, KnownKey(20261124))
        service.start(at)
        return service

    return start


@pytest.fixture(scope="session")
def api(started: Started) -> OpenApi:
    """Give the HTTP form of a service with one room; signatures count if asked."""

    def opened(at: datetime, *, verify: bool = False) -> HttpApi:
        verifier = SignatureVerifier([Credential("test", "test")], "us-west-2")
        records = Records(Names(lambda _text: None))
        return HttpApi(started(at), Faults(), records, verifier if verify else None)

    return opened


@pytest.fixture(scope="session")
def read() -> ReadInput:
    """Give what reads a body as the input of a shape, CreateChatToken's by default."""
    return _read


@pytest.fixture(scope="session")
def refusal() -> Refusal:
    """Give what returns the error with which such a body is refused."""

    def refused(body: bytes, shape: str = TOKEN_REQUEST) -> CallerError:
        with pytest.raises(CallerError) as caught:
            _read(body, shape)
        return caught.value

    return refused


def _read(body: bytes, shape: str = TOKEN_REQUEST) -> dict[str, Any]:
    return input_reader(shape).read(read_object(body))


@pytest.fixture(scope="session")
def open_room() -> OpenRoom:
    """Give what starts a fake with one room, at 03:04:05.678901 unless told."""

    def opened(**settings: Any) -> LiveRoom:
        whole = Settings(**{"rooms": [ROOM], "verify_signatures": False, **settings})
        random = Random(20260102)  # noqa: S311 - must be repeatable
        return LiveRoom(Endpoint(whole, random, MACHINE), MACHINE)

    return opened
