"""When a token stops opening connections, and when a session ends.

Judged a margin before and after what CreateChatToken answered: 2 seconds, and 5 on real
time (TOKEN-LIFE-16).
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
    clock: ScenarioClock, issue: Issue, connections: Connections, margin: timedelta
) -> ChatConnection:
    """Give a session of one minute that is over, by the margin."""
    issued = issue(1)
    session = connections.open(issued.token)
    clock.freeze(issued.session_end + margin)
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
    margin: timedelta,
    *,
    moment: str,
    minutes: int,
) -> None:
    """A token that waited opens a connection until just before it expires."""
    issued = issue(minutes)
    life = issued.token_end - clock.now()

    clock.freeze(issued.token_end - (life / 2 if moment == "half-way" else margin))

    found = connections.try_open(issued.token)
    assert isinstance(found, ChatConnection), "a token that had not expired was refused"


@verifies("TOKEN-LIFE-02", "WS-CONN-08")
@pytest.mark.parametrize("minutes", [1, 2, 180])
@pytest.mark.parametrize(
    "after",
    [timedelta(), timedelta(hours=1), timedelta(days=1)],
    ids=["just-after", "an-hour-later", "a-day-later"],
)
def test_expired_token_opens_nothing(
    clock: ScenarioClock,
    issue: Issue,
    connections: Connections,
    margin: timedelta,
    *,
    minutes: int,
    after: timedelta,
) -> None:
    """After tokenExpirationTime a token is refused, and a new one is not."""
    issued = issue(minutes)

    clock.freeze(issued.token_end + margin + after)

    found = connections.try_open(issued.token)
    twin = connections.try_open(connections.token(minutes=minutes))
    assert isinstance(found, Refused), "an expired token opened a connection"
    assert isinstance(twin, ChatConnection), (
        "a new token was refused as well: the refusal proves nothing"
    )


@verifies("TOKEN-LIFE-06")
@pytest.mark.parametrize("minutes", [2, 60, 180])
def test_session_outlives_its_token(
    clock: ScenarioClock,
    issue: Issue,
    connections: Connections,
    margin: timedelta,
    minutes: int,
) -> None:
    """A session goes on when its token's tokenExpirationTime has come."""
    session, issued = _session_longer_than_its_token(
        issue, connections, margin, minutes
    )

    clock.freeze(issued.token_end + margin)

    _expect_to_work(session, "the session ended when its token expired")


@verifies("TOKEN-LIFE-06")
@pytest.mark.parametrize("minutes", [2, 60, 180])
def test_session_of_an_expired_token_lasts_until_its_end(
    clock: ScenarioClock,
    issue: Issue,
    connections: Connections,
    margin: timedelta,
    minutes: int,
) -> None:
    """A session outlives its token for as long as sessionExpirationTime says."""
    session, issued = _session_longer_than_its_token(
        issue, connections, margin, minutes
    )

    clock.freeze(issued.session_end - margin)

    _expect_to_work(session, "the session ended before sessionExpirationTime")


@verifies("TOKEN-LIFE-07")
@pytest.mark.parametrize("minutes", [1, 60, 180])
def test_session_ends_at_its_expiration_time(
    clock: ScenarioClock,
    issue: Issue,
    connections: Connections,
    margin: timedelta,
    minutes: int,
) -> None:
    """It works just before sessionExpirationTime, and does not just after."""
    issued = issue(minutes)
    session = connections.open(issued.token)

    clock.freeze(issued.session_end - margin)
    _expect_to_work(session, "the session ended before sessionExpirationTime")

    clock.freeze(issued.session_end + margin)
    _expect_to_be_over(session)


@verifies("TOKEN-LIFE-07")
def test_session_that_begins_late_ends_no_later(
    clock: ScenarioClock, issue: Issue, connections: Connections, margin: timedelta
) -> None:
    """A token that waited half its life opens a session with the same end."""
    issued = issue(1)
    clock.freeze(issued.token_end - (issued.token_end - clock.now()) / 2)
    session = connections.open(issued.token)
    _expect_to_work(session, "the session did not work when it began")

    clock.freeze(issued.session_end + margin)

    _expect_to_be_over(session)


@verifies("TOKEN-LIFE-07")
def test_end_of_one_session_is_no_other_s(
    clock: ScenarioClock, issue: Issue, connections: Connections, margin: timedelta
) -> None:
    """A longer session of the same user stays when a shorter one is over."""
    long = connections.open(issue(180).token)
    issued = issue(1)
    short = connections.open(issued.token)

    clock.freeze(issued.session_end + margin)

    _expect_to_be_over(short)
    _expect_to_work(long, "a session ended with another one of its user")


@verifies("WS-CLOSE-04")
@pytest.mark.parametrize("minutes", [1, 180])
def test_expired_session_is_closed_or_hears_401(
    clock: ScenarioClock,
    issue: Issue,
    connections: Connections,
    margin: timedelta,
    minutes: int,
) -> None:
    """After its end it is closed, or its next request is answered ERROR 401."""
    issued = issue(minutes)
    session = connections.open(issued.token)
    _expect_to_work(session, "the session did not work when it began")

    clock.freeze(issued.session_end + margin)

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
@pytest.mark.parametrize(
    "idle_minutes",
    [(1,), (1, 9, 20, 60, 80)],
    ids=["a-minute", "almost-three-hours"],
)
def test_idle_connection_stays(
    clock: ScenarioClock,
    issue: Issue,
    connections: Connections,
    idle_minutes: tuple[int, ...],
) -> None:
    """Time without a request costs no session its connection."""
    issued = issue(180)
    idle = connections.open(issued.token)

    for minutes in idle_minutes:
        clock.advance(minutes=minutes)

    _expect_to_work(idle, "a connection was dropped for sending nothing")


def _session_longer_than_its_token(
    issue: Issue, connections: Connections, margin: timedelta, minutes: int
) -> tuple[ChatConnection, Issued]:
    issued = issue(minutes)
    if issued.token_end + 2 * margin > issued.session_end:
        pytest.skip("the target's tokens live as long as such a session")
    return connections.open(issued.token), issued


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

    An ERROR for the end stands for the answer, since nobody has to repeat it. Where the
    connection lasts, what came before a pong has come.
    """
    came: list[Frame] = []
    with suppress(SendError, NothingReceivedError):
        request = session.send("from beyond the end")
        while True:
            came.append(session.next_frame())
            if isinstance(came[-1], ErrorFrame) or came[-1].request_id == request:
                break
    with suppress(NothingReceivedError):
        session.ping()
    return [*came, *session.take_all()]
