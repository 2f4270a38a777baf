"""Reviews: what a handler is given, and what each answer of one comes to."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ivschat_conformance.reference_impl.core.frames import Message
from ivschat_conformance.reference_impl.core.review import (
    NO_ANSWER,
    TIMEOUT,
    PendingMessage,
    Rejected,
    judge,
    review_input,
)
from ivschat_conformance.reference_impl.core.sessions import Session
from ivschat_conformance.reference_impl.core.tokens import issue
from ivschat_conformance.schemas import documents

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
ASTRAL = "\N{PERFORMING ARTS}"


def pending(
    *,
    fallback: str = "ALLOW",
    longest: int = 500,
    attributes: Mapping[str, str] | None = None,
) -> PendingMessage:
    """Return a message that waits for its review."""
    token = issue(
        number=1,
        room_arn=ROOM,
        user_id="user-1",
        capabilities=("SEND_MESSAGE",),
        attributes={"displayName": "Ann"},
        session_duration=timedelta(minutes=60),
        token_lifetime=timedelta(seconds=60),
        now=NOW,
    )
    message = Message(
        "Ab3dEf6hIj9L", "r-1", "as sent", attributes, "2026-01-02T03:04:05Z", NOW
    )
    session = Session(token, "192.0.2.7", NOW)
    return PendingMessage(session, message, fallback, longest, 1)


def outcome(verdict: Message | Rejected) -> tuple[str, object] | str:
    """Return what will be delivered, or the text of a rejection."""
    if isinstance(verdict, Rejected):
        return verdict.text
    assert (verdict.id, verdict.request_id) == ("Ab3dEf6hIj9L", "r-1")
    assert verdict.send_time == "2026-01-02T03:04:05Z"
    return verdict.content, verdict.attributes


@pytest.mark.ivschat_verifies("LIMIT-04")
def test_handler_has_200_milliseconds() -> None:
    """The limit is the service's, and no setting changes it."""
    assert timedelta(milliseconds=200) == TIMEOUT


@pytest.mark.ivschat_verifies("REVIEW-03")
@pytest.mark.parametrize(
    ("attributes", "given"), [(None, {}), ({}, {}), ({"lang": "en"}, {"lang": "en"})]
)
def test_handler_is_given_the_documented_input(
    attributes: dict[str, str] | None, given: dict[str, str]
) -> None:
    """All five members, attributes as a map also where none were sent."""
    document = review_input(pending(attributes=attributes))

    assert document == {
        "Content": "as sent",
        "MessageId": "Ab3dEf6hIj9L",
        "RoomArn": ROOM,
        "Attributes": given,
        "Sender": {
            "Attributes": {"displayName": "Ann"},
            "UserId": "user-1",
            "Ip": "192.0.2.7",
        },
    }
    validator = documents.validator("ReviewInput", closed=True, api="messaging-api")
    assert validator.is_valid(document)
    assert json.loads(json.dumps(document)) == document


def test_handler_cannot_change_the_message_through_its_input() -> None:
    """A function of this process gets a document of its own."""
    waiting = pending(attributes={"lang": "en"})

    document = review_input(waiting)
    document["Attributes"].clear()
    document["Sender"]["Attributes"].clear()

    assert waiting.message.attributes == {"lang": "en"}
    assert waiting.session.token.attributes == {"displayName": "Ann"}


@pytest.mark.ivschat_verifies("REVIEW-04", "REVIEW-05", "REVIEW-08")
@pytest.mark.parametrize(
    ("answer", "content", "attributes"),
    [
        ({"Content": "as sent"}, "as sent", None),
        ({"Content": "edited", "Attributes": {"a": "b"}}, "edited", {"a": "b"}),
        ({"Content": "edited", "Attributes": {}}, "edited", None),
        ({"Content": "edited", "Attributes": None}, "edited", None),
        ({"Content": "x", "Attributes": {"": "y" * 1024}}, "x", {"": "y" * 1024}),
        ({"Content": ASTRAL * 500}, ASTRAL * 500, None),
        ({"Content": " "}, " ", None),
        ({"Content": "x", "Reason": 7, "New": [None]}, "x", None),
    ],
)
def test_allowed_message_is_delivered_as_the_handler_returns_it(
    answer: dict[str, Any], content: str, attributes: dict[str, str] | None
) -> None:
    """Content and attributes are the answer's; id, request id and time stay."""
    waiting = pending(fallback="DENY", attributes={"lang": "en"})

    verdict = judge(waiting, {"ReviewResult": "ALLOW", **answer})

    assert outcome(verdict) == (content, attributes)


@pytest.mark.ivschat_verifies("REVIEW-06", "REVIEW-07")
@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"Attributes": {"Reason": "no links"}}, "no links"),
        ({"Content": "x", "Attributes": {"Reason": "é", "a": "b"}}, "é"),
        ({}, "The message was rejected by its review."),
        ({"Attributes": {}}, "The message was rejected by its review."),
        ({"Attributes": None}, "The message was rejected by its review."),
        ({"Attributes": {"reason": "x"}}, "The message was rejected by its review."),
        ({"Attributes": {"Reason": ""}}, "The message was rejected by its review."),
        ({"Content": ""}, "The message was rejected by its review."),
        ({"Content": "x" * 501}, "The message was rejected by its review."),
    ],
)
def test_denied_message_is_rejected_with_the_handlers_reason(
    answer: dict[str, Any], text: str
) -> None:
    """The attribute `Reason` is what the sender reads, where there is one."""
    waiting = pending(fallback="ALLOW")

    verdict = judge(waiting, {"ReviewResult": "DENY", **answer})

    assert outcome(verdict) == text


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)
DEEP: list[Any] = []
for _ in range(100_000):
    DEEP = [DEEP]

OUTSIDE_THE_SYNTAX = [
    NO_ANSWER,
    None,
    True,
    7,
    "ALLOW",
    [],
    ["ALLOW"],
    {},
    {"Content": "x"},
    {"ReviewResult": None, "Content": "x"},
    {"ReviewResult": "allow", "Content": "x"},
    {"ReviewResult": "ALLOW "},
    {"ReviewResult": "MAYBE", "Content": "x"},
    {"ReviewResult": True, "Content": "x"},
    {"reviewResult": "ALLOW", "Content": "x"},
    {"ReviewResult": "ALLOW"},
    {"ReviewResult": "ALLOW", "Content": None},
    {"ReviewResult": "ALLOW", "Content": ""},
    {"ReviewResult": "ALLOW", "Content": 7},
    {"ReviewResult": "ALLOW", "Content": "x" * 501},
    {"ReviewResult": "ALLOW", "Content": "\ud800"},
    {"ReviewResult": "ALLOW", "Content": "x", "Attributes": []},
    {"ReviewResult": "ALLOW", "Content": "x", "Attributes": {"a": 1}},
    {"ReviewResult": "ALLOW", "Content": "x", "Attributes": {"a": None}},
    {"ReviewResult": "ALLOW", "Content": "x", "Attributes": {"a": {}}},
    {"ReviewResult": "ALLOW", "Content": "x", "Attributes": {"": "y" * 1025}},
    {"ReviewResult": "ALLOW", "Content": "x", "Attributes": {ASTRAL: ASTRAL * 256}},
    {"ReviewResult": "ALLOW", "Content": "x", "more": float("nan")},
    {"ReviewResult": "ALLOW", "Content": "x", "more": {1, 2}},
    {"ReviewResult": "ALLOW", "Content": "x", "more": b"bytes"},
    {"ReviewResult": "ALLOW", "Content": "x", "more": ENDLESS},
    {"ReviewResult": "ALLOW", "Content": "x", "more": DEEP},
    {"ReviewResult": "ALLOW", "Content": "x", "more": 10**5000},
    {"ReviewResult": "ALLOW", "Content": "x", ("a", "b"): 1},
    {"ReviewResult": "DENY", "Attributes": {"Reason": 7}},
    {"ReviewResult": "DENY", "Attributes": "no links"},
    {"ReviewResult": "DENY", "Content": 7},
    object(),
    b'{"ReviewResult": "ALLOW"}',
]


@pytest.mark.ivschat_verifies("REVIEW-09", "REVIEW-10", "REVIEW-08")
@pytest.mark.parametrize(
    "answer", OUTSIDE_THE_SYNTAX, ids=[str(n) for n in range(len(OUTSIDE_THE_SYNTAX))]
)
@pytest.mark.parametrize("attributes", [None, {"lang": "en"}])
def test_answer_outside_the_syntax_comes_to_what_the_room_says(
    answer: object, attributes: dict[str, str] | None
) -> None:
    """ALLOW lets the message through as it was sent, DENY rejects it."""
    allowing = pending(fallback="ALLOW", attributes=attributes)
    denying = pending(fallback="DENY", attributes=attributes)

    assert outcome(judge(allowing, answer)) == ("as sent", attributes)
    assert outcome(judge(denying, answer)) == (
        "The message was not reviewed, and its room then rejects it."
    )


@pytest.mark.ivschat_verifies("REVIEW-08", "REVIEW-09")
@pytest.mark.parametrize(("length", "content"), [(10, ASTRAL * 10), (11, "as sent")])
def test_returned_content_keeps_to_the_rooms_length(length: int, content: str) -> None:
    """It is counted in code points, as what is sent; a longer one is no answer."""
    waiting = pending(longest=10)

    verdict = judge(waiting, {"ReviewResult": "ALLOW", "Content": ASTRAL * length})

    assert outcome(verdict) == (content, None)


def test_message_under_review_is_as_long_as_it_was_when_sent() -> None:
    """A fallback lets a message through that no handler could return any more."""
    waiting = pending(longest=3)

    assert outcome(judge(waiting, NO_ANSWER)) == ("as sent", None)
