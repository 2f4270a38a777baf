"""Frames: what stands in them, in which order, and how their instants are written."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from ivschat_conformance.reference_impl.core.frames import (
    Message,
    SendTimes,
    error_frame,
    event_frame,
    message_frame,
)
from ivschat_conformance.reference_impl.core.tokens import ChatToken, issue
from ivschat_conformance.schemas import documents

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
SEND_TIME = "2026-01-02T03:04:05.678901234Z"


def token(attributes: Mapping[str, str]) -> ChatToken:
    """Return the token of a session that sends."""
    return issue(
        number=1,
        room_arn="arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6",
        user_id="user-1",
        capabilities=("SEND_MESSAGE",),
        attributes=attributes,
        session_duration=timedelta(minutes=60),
        token_lifetime=timedelta(seconds=60),
        now=NOW,
    )


def message(**changed: Any) -> Message:
    """Return an ordinary message, or one that differs."""
    members = {
        "id": "Ab3dEf6hIj9L",
        "request_id": "r-1",
        "content": "hello",
        "attributes": {"lang": "en"},
        "send_time": SEND_TIME,
        "received_at": NOW,
    }
    return Message(**{**members, **changed})


def keeps_to(shape: str, frame: str) -> bool:
    """Say whether a frame is of this shape and has no member besides."""
    validator = documents.validator(shape, closed=True, api=documents.MESSAGING)
    return validator.is_valid(json.loads(frame))


@pytest.mark.ivschat_verifies(
    *("WS-MSG-01", "WS-MSG-05", "WS-MSG-09", "WS-MSG-10", "WS-MSG-17")
)
def test_message_frame_is_as_the_contract_shows_it() -> None:
    """The contract's example comes out byte for byte, in the order of the wire."""
    frame = message_frame(message(), token({"displayName": "Ann"}))

    assert frame == (
        '{"Type":"MESSAGE","Id":"Ab3dEf6hIj9L","RequestId":"r-1",'
        '"Attributes":{"lang":"en"},"Content":"hello",'
        '"SendTime":"2026-01-02T03:04:05.678901234Z",'
        '"Sender":{"UserId":"user-1","Attributes":{"displayName":"Ann"}}}'
    )
    assert keeps_to("MessageFrame", frame)


@pytest.mark.ivschat_verifies("WS-MSG-06", "WS-MSG-08", "WS-MSG-10")
def test_what_a_message_lacks_is_said_as_the_service_says_it() -> None:
    """An empty request id, null for its attributes, none of the sender's."""
    frame = message_frame(message(request_id="", attributes=None), token({}))

    assert frame == (
        '{"Type":"MESSAGE","Id":"Ab3dEf6hIj9L","RequestId":"",'
        '"Attributes":null,"Content":"hello",'
        '"SendTime":"2026-01-02T03:04:05.678901234Z",'
        '"Sender":{"UserId":"user-1","Attributes":{}}}'
    )
    assert keeps_to("MessageFrame", frame)


@pytest.mark.ivschat_verifies("WS-MSG-17")
def test_empty_attributes_of_a_message_stay_empty() -> None:
    """A message sent with no entries is not one sent without attributes."""
    frame = message_frame(message(attributes={}), token({}))

    assert json.loads(frame)["Attributes"] == {}
    assert keeps_to("MessageFrame", frame)


@pytest.mark.ivschat_verifies("WS-REQ-13")
@pytest.mark.parametrize(
    "content",
    [
        " \t spaces \n",
        "<b>&amp;</b>",
        'quote " and \\',
        "e\N{COMBINING ACUTE ACCENT}",
        "\N{PERFORMING ARTS}\u2028\x00\x7f",
        "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}",
    ],
)
def test_text_goes_through_a_frame_untouched(content: str) -> None:
    """No trimming, escaping for HTML or normalising: the same text comes out."""
    frame = message_frame(message(content=content), token({content: content}))

    members = json.loads(frame)
    assert members["Content"] == content
    assert members["Sender"]["Attributes"] == {content: content}


@pytest.mark.ivschat_verifies("WS-EVT-01", "WS-EVT-08", "WS-EVT-10")
def test_event_frame_is_as_the_contract_shows_it() -> None:
    """The contract's example comes out byte for byte, in the order of the wire."""
    frame = event_frame(
        "Zy8xWv5uTs2R",
        "r-2",
        "aws:DELETE_MESSAGE",
        {"MessageId": "Ab3dEf6hIj9L", "MessageID": "Ab3dEf6hIj9L", "Reason": "spam"},
        "2026-01-02T03:04:06.1Z",
    )

    assert frame == (
        '{"Type":"EVENT","Id":"Zy8xWv5uTs2R","RequestId":"r-2",'
        '"EventName":"aws:DELETE_MESSAGE","Attributes":{'
        '"MessageId":"Ab3dEf6hIj9L","MessageID":"Ab3dEf6hIj9L","Reason":"spam"},'
        '"SendTime":"2026-01-02T03:04:06.1Z"}'
    )
    assert keeps_to("EventFrame", frame)


@pytest.mark.ivschat_verifies("WS-EVT-09", "WS-EVT-13")
def test_what_an_event_lacks_is_said_as_the_service_says_it() -> None:
    """An empty request id and null for its attributes."""
    frame = event_frame("Zy8xWv5uTs2R", "", "app", None, SEND_TIME)

    assert frame == (
        '{"Type":"EVENT","Id":"Zy8xWv5uTs2R","RequestId":"","EventName":"app",'
        '"Attributes":null,"SendTime":"2026-01-02T03:04:05.678901234Z"}'
    )
    assert keeps_to("EventFrame", frame)


@pytest.mark.ivschat_verifies("WS-ERR-01", "WS-ERR-02", "WS-ERR-04")
def test_error_frame_is_as_the_contract_shows_it() -> None:
    """The contract's example comes out byte for byte; the code is a number."""
    frame = error_frame("Po9iUy8tRe7W", "r-4", 403, "not permitted")

    assert frame == (
        '{"Type":"ERROR","Id":"Po9iUy8tRe7W","RequestId":"r-4",'
        '"ErrorCode":403,"ErrorMessage":"not permitted"}'
    )
    assert keeps_to("ErrorFrame", frame)


def test_message_shows_its_id_alone() -> None:
    """What people say to each other, and under which names, is in no log."""
    hidden = message(
        request_id="hidden-request",
        content="hidden-content",
        attributes={"hidden-key": "hidden-value"},
    )

    shown = f"{hidden!r} {hidden} {[hidden]}"

    assert "Ab3dEf6hIj9L" in shown
    assert "hidden" not in shown


def stamps(*instants: datetime, seed: int = 1) -> list[str]:
    """Return what is written for these instants, one after the other."""
    times = SendTimes(Random(seed))  # noqa: S311 - must be repeatable
    return [times.stamp(instant) for instant in instants]


@pytest.mark.ivschat_verifies("WS-MSG-11", "WS-MSG-12")
def test_send_time_has_up_to_nine_digits_that_begin_with_the_clocks() -> None:
    """The microsecond is the clock's, the rest is drawn, and zeros are cut."""
    seen = [stamps(NOW, seed=seed)[0] for seed in range(2000)]

    assert {text[:26] for text in seen} == {"2026-01-02T03:04:05.678901"}
    assert {text[-1] for text in seen} == {"Z"}
    assert {len(text) for text in seen} == {27, 28, 29, 30}
    assert [text for text in seen if text[-2] == "0"] == []
    assert [
        text
        for text in seen
        if not documents.validator("SendTime", api=documents.MESSAGING).is_valid(text)
    ] == []
    assert len(set(seen)) > 700


@pytest.mark.ivschat_verifies("WS-MSG-11")
def test_whole_second_begins_as_it_stands() -> None:
    """A second that a person has set can be compared, and those after it count on."""
    second = datetime(2026, 1, 2, 3, 4, 10, tzinfo=UTC)

    assert stamps(second, second, second) == [
        "2026-01-02T03:04:10Z",
        "2026-01-02T03:04:10.000000001Z",
        "2026-01-02T03:04:10.000000002Z",
    ]


@pytest.mark.parametrize("instant", [NOW, NOW.replace(microsecond=0)])
def test_send_times_of_one_instant_rise(instant: datetime) -> None:
    """A hundred frames of a frozen clock are told apart, and sort as they were sent."""
    written = stamps(*[instant] * 100)
    digits = [text[20:-1].ljust(9, "0") for text in written]

    assert digits == sorted(set(digits))
    assert {text[:19] for text in written} == {"2026-01-02T03:04:05"}


@pytest.mark.parametrize("seed", range(5))
def test_send_times_of_one_instant_stay_within_its_microsecond(seed: int) -> None:
    """However many frames there are, none leaves the microsecond or goes back."""
    written = stamps(*[NOW] * 3000, seed=seed)
    digits = [text[20:-1].ljust(9, "0") for text in written]

    assert {text[:6] for text in digits} == {"678901"}
    assert digits == sorted(digits)


def test_send_time_follows_a_clock_that_moves() -> None:
    """Forth or back, each instant is written as itself."""
    later = NOW + timedelta(microseconds=1)
    earlier = NOW - timedelta(days=1)

    written = stamps(NOW, later, earlier, NOW)

    assert [text[:26] for text in written] == [
        "2026-01-02T03:04:05.678901",
        "2026-01-02T03:04:05.678902",
        "2026-01-01T03:04:05.678901",
        "2026-01-02T03:04:05.678901",
    ]
