"""When a token stops opening connections, and when a session ends.

Judged 2 seconds before and after what CreateChatToken answered (TOKEN-LIFE-16).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import ChatTokens, verifies
from ivschat_conformance.fixtures.chat_connection import (
    ChatConnection,
    NothingReceivedError,
    SendError,
)
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.fixtures.frames import ErrorFrame, Frame, MessageFrame
from ivschat_conformance.fixtures.target import ScenarioClock
from ivschat_conformance.fixtures.websocket_client import Refused

MARGIN = timedelta(seconds=2)

Issue = Callable[[int], "Issued"]


@dataclass(frozen=True, slots=True, repr=False)
class Issued:
    """A token, and what CreateChatToken said of its times."""

    token: str
    token_end: datetime
    session_end: datetime


@pytest.fixture
def issue(chat_tokens: ChatTokens) -> Issue:
    """Give what issues a token to send with, for a session of so many minutes."""

    def issued(minutes: int) -> Issued:
        exchange = chat_tokens.ask(
            sessionDurationInMinutes=minutes, capabilities=["SEND_MESSAGE"]
        )
        if exchange.status != 200:
            pytest.skip(f"CreateChatToken was answered {exchange.status}")
        body = exchange.json
        return Issued(
            body["token"],
            expect.instant(body["tokenExpirationTime"]),
            expect.instant(body["sessionExpirationTime"]),
        )

    return issued


@pytest.fixture
def expired(
    clock: ScenarioClock, issue: Issue, connections: Connections
) -> ChatConnection:
    """Give a session of one minute that was over 2 s ago."""
    issued = issue(1)
    session = connections.open(issued.token)
    clock.freeze(issued.session_end + MARGIN)
    return session


@verifies("TOKEN-LIFE-01")
@pytest.mark.parametrize("minutes", [1, 60, 180])
def test_token_opens_a_connection_when_it_is_issued(
    connections: Connections, minutes: int
) -> None:
    """A new token opens a connection at once, however long its session is."""
    found = connections.try_open(connections.token(minutes=minutes))

    assert isinstance(found, ChatConnection), "a new token opened nothing"


@verifies("TOKEN-LIFE-01")
@pytest.mark.parametrize("minutes", [1, 2, 180])
@pytest.mark.parametrize("moment", ["half-way", "before-its-end"])
def test_token_opens_a_connection_until_it_expires(
    clock: ScenarioClock,
    issue: Issue,
    connections: Connections,
    moment: str,
    minutes: int,
) -> None:
    """A token that waited opens a connection up to 2 s before tokenExpirationTime."""
    issued = issue(minutes)
    life = issued.token_end - clock.now()

    clock.freeze(issued.token_end - (life / 2 if moment == "half-way" else MARGIN))

    found = connections.try_open(issued.token)
    assert isinstance(found, ChatConnection), "a token that had not expired was refused"


@verifies("TOKEN-LIFE-02", "WS-CONN-08")
@pytest.mark.parametrize("minutes", [1, 2, 180])
@pytest.mark.parametrize(
    "after",
    [MARGIN, timedelta(hours=1), timedelta(days=1)],
    ids=["2s-later", "an-hour-later", "a-day-later"],
)
def test_expired_token_opens_nothing(
    clock: ScenarioClock,
    issue: Issue,
    connections: Connections,
    minutes: int,
    after: timedelta,
) -> None:
    """From 2 s after tokenExpirationTime a token is refused, and a new one is not."""
    issued = issue(minutes)

    clock.freeze(issued.token_end + after)

    found = connections.try_open(issued.token)
    twin = connections.try_open(connections.token(minutes=minutes))
    assert isinstance(found, Refused), "an expired token opened a connection"
    assert isinstance(twin, ChatConnection), (
        "a new token was refused as well: the refusal proves nothing"
    )


@verifies("TOKEN-LIFE-06")
@pytest.mark.parametrize("minutes", [2, 60, 180])
def test_session_outlives_its_token(
    clock: ScenarioClock, issue: Issue, connections: Connections, minutes: int
) -> None:
    """Neither at tokenExpirationTime nor before sessionExpirationTime it ends."""
    issued = issue(minutes)
    if issued.token_end + 2 * MARGIN > issued.session_end:
        pytest.skip("the target's tokens live as long as such a session")
    session = connections.open(issued.token)

    clock.freeze(issued.token_end + MARGIN)
    _expect_to_work(session, "the session ended when its token expired")

    clock.freeze(issued.session_end - MARGIN)
    _expect_to_work(session, "the session ended before sessionExpirationTime")


@verifies("TOKEN-LIFE-07")
@pytest.mark.parametrize("minutes", [1, 60, 180])
def test_session_ends_at_its_expiration_time(
    clock: ScenarioClock, issue: Issue, connections: Connections, minutes: int
) -> None:
    """It works 2 s before sessionExpirationTime, and does not 2 s after."""
    issued = issue(minutes)
    session = connections.open(issued.token)

    clock.freeze(issued.session_end - MARGIN)
    _expect_to_work(session, "the session ended before sessionExpirationTime")

    clock.freeze(issued.session_end + MARGIN)
    _expect_to_be_over(session)


@verifies("TOKEN-LIFE-07")
def test_session_that_begins_late_ends_no_later(
    clock: ScenarioClock, issue: Issue, connections: Connections
) -> None:
    """A token that waited half its life opens a session with the same end."""
    issued = issue(1)
    clock.freeze(issued.token_end - (issued.token_end - clock.now()) / 2)
    session = connections.open(issued.token)
    _expect_to_work(session, "the session did not work when it began")

    clock.freeze(issued.session_end + MARGIN)

    _expect_to_be_over(session)


@verifies("TOKEN-LIFE-07")
def test_end_of_one_session_is_no_other_s(
    clock: ScenarioClock, issue: Issue, connections: Connections
) -> None:
    """A longer session of the same user stays when a shorter one is over."""
    long = connections.open(issue(180).token)
    issued = issue(1)
    short = connections.open(issued.token)

    clock.freeze(issued.session_end + MARGIN)

    _expect_to_be_over(short)
    _expect_to_work(long, "a session ended with another one of its user")


@verifies("WS-CLOSE-04")
@pytest.mark.parametrize("minutes", [1, 180])
def test_expired_session_is_closed_or_hears_401(
    clock: ScenarioClock, issue: Issue, connections: Connections, minutes: int
) -> None:
    """After its end it is closed, or its next request is answered ERROR 401."""
    issued = issue(minutes)
    session = connections.open(issued.token)
    _expect_to_work(session, "the session did not work when it began")

    clock.freeze(issued.session_end + MARGIN)

    _expect_to_be_over(session)


@verifies("WS-CLOSE-05")
def test_session_is_told_that_it_expired_and_closed(expired: ChatConnection) -> None:
    """ERROR 401 without a RequestId comes at the end, unasked for, and the close."""
    told = expired.next_error()
    assert told.error_code == 401, "the ERROR at the session's end is no 401"
    assert not told.request_id, "the ERROR at the session's end has a RequestId"
    expired.wait_closed()


@verifies("WS-CLOSE-06")
def test_expired_session_receives_nothing(
    expired: ChatConnection, connections: Connections
) -> None:
    """What is sent after its end reaches the room, and not the session."""
    other = connections.open(user_id="other", capabilities=["SEND_MESSAGE"])

    other.next_answer(other.send("for those who are there"))

    came = _answers_after_the_end(expired)
    assert not any(isinstance(frame, MessageFrame) for frame in came), (
        "a session received a message after its end"
    )


@verifies("WS-CLOSE-06")
def test_expired_session_sends_nothing(
    expired: ChatConnection, connections: Connections
) -> None:
    """What it sends after its end reaches nobody."""
    other = connections.open(user_id="other", capabilities=["SEND_MESSAGE"])

    _answers_after_the_end(expired)
    marker = other.send("marker")

    came = [frame.kind for frame in other.frames_until(marker)]
    assert came.count("MESSAGE") == 1, "a message that a session sent after its end"


@verifies("WS-ERR-07")
def test_error_at_the_end_of_a_session_is_401(expired: ChatConnection) -> None:
    """Whatever ERROR an expired session hears has the code 401."""
    came = _answers_after_the_end(expired)
    errors = [frame for frame in came if isinstance(frame, ErrorFrame)]
    if not errors:
        pytest.skip("the target closes an expired session without an ERROR")
    assert {error.error_code for error in errors} == {401}, (
        "an expired session was told another code than 401"
    )


@verifies("WS-CLOSE-02")
def test_idle_connection_stays(
    clock: ScenarioClock, issue: Issue, connections: Connections
) -> None:
    """Three hours without a request cost no session its connection."""
    issued = issue(180)
    idle = connections.open(issued.token)

    for minutes in (1, 9, 20, 60, 80):
        clock.advance(minutes=minutes)

    _expect_to_work(idle, "a connection was dropped for sending nothing")


def _expect_to_work(session: ChatConnection, otherwise: str) -> None:
    try:
        answer = session.next_answer(session.send("still here"))
    except (NothingReceivedError, SendError):
        raise AssertionError(otherwise) from None
    assert answer.kind == "MESSAGE", otherwise


def _expect_to_be_over(session: ChatConnection) -> None:
    """Expect a close, or ERROR 401 for the next request, or both (WS-CLOSE-04)."""
    came = _answers_after_the_end(session)
    assert not any(isinstance(frame, MessageFrame) for frame in came), (
        "a session went on after sessionExpirationTime"
    )
    if any(isinstance(f, ErrorFrame) and f.error_code == 401 for f in came):
        return
    try:
        session.wait_closed()
    except NothingReceivedError:
        raise AssertionError(
            "an expired session was neither closed nor answered ERROR 401"
        ) from None


def _answers_after_the_end(session: ChatConnection) -> list[Frame]:
    """Ask for something, and return what comes until an ERROR, an answer or a close.

    An ERROR for the end stands for the answer, since nobody has to repeat it.
    """
    came: list[Frame] = []
    with suppress(SendError, NothingReceivedError):
        request = session.send("from beyond the end")
        while True:
            came.append(session.next_frame())
            if isinstance(came[-1], ErrorFrame) or came[-1].request_id == request:
                break
    return [*came, *session.take_all()]
