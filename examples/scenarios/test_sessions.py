"""Scenarios about sessions: how they break, end, and are begun again."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chat_app import (
    MODERATE,
    SEND,
    ChatUnavailableError,
    TokenDeniedError,
    TokenUnavailableError,
    Visitor,
    fetch_token,
)

from ivschat_conformance import FakeIvsChat

Visit = Callable[[Callable[[], str]], Visitor]
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_scenario_04_connect_after_disconnect(
    ivschat: FakeIvsChat, backend: Any, visit: Visit
) -> None:
    """With a new token each time, coming back from the background works."""
    room = ivschat.create_room()
    ann = visit(lambda: fetch_token(backend, room, "ann")["token"])

    for _ in range(2):
        ann.connect()
        ann.leave()

    assert len(ivschat.calls.of("CreateChatToken")) == 2
    assert not ivschat.findings


def test_scenario_05_connection_that_is_cut_in_its_handshake(
    ivschat: FakeIvsChat, backend: Any, visit: Visit
) -> None:
    """The next attempt needs a token of its own."""
    room = ivschat.create_room()
    ann = visit(lambda: fetch_token(backend, room, "ann")["token"])
    ivschat.faults.plan("CONNECT", "drop")

    ann.connect()

    assert ann.attempts == 2
    assert len(ivschat.calls.of("CreateChatToken")) == 2
    assert not ivschat.findings


@pytest.mark.parametrize(
    ("operation", "options"),
    [("CONNECT", {"performed": True}), ("SEND_MESSAGE", {})],
    ids=["behind-the-101", "at-a-message"],
)
def test_scenario_05_connection_that_is_cut_in_its_session(
    ivschat: FakeIvsChat,
    backend: Any,
    visit: Visit,
    operation: str,
    options: dict[str, Any],
) -> None:
    """No close frame came, so the client fetches another token and is back."""
    room = ivschat.create_room()
    ann = visit(lambda: fetch_token(backend, room, "ann", capabilities=SEND)["token"])
    ivschat.faults.plan(operation, "drop", **options)
    ann.connect()
    if operation == "SEND_MESSAGE":
        ann.send("Lost")

    assert ann.next_frame() is None
    ann.send("Found")
    heard = ann.next_frame()

    assert heard is not None
    assert heard["Content"] == "Found"
    assert len(ivschat.calls.of("CreateChatToken")) == 2
    assert [message.content for message in room.messages] == ["Found"]


def test_scenario_08_session_ends_when_its_duration_is_over(
    ivschat: FakeIvsChat, backend: Any
) -> None:
    """An ERROR 401 and a close say so, and a new token opens the next session."""
    ivschat.clock.freeze(NOW)
    room = ivschat.create_room()
    answer = fetch_token(backend, room, "ann", sessionDurationInMinutes=30)
    ann = ivschat.connect(answer["token"])

    ivschat.clock.advance(minutes=30)

    assert answer["sessionExpirationTime"] == NOW + timedelta(minutes=30)
    assert ann.next_error().error_code == 401
    assert ann.wait_closed().clean
    assert ivschat.connect(fetch_token(backend, room, "ann")["token"]).is_open


def test_scenario_09_refresh_timer_that_is_hard_coded(
    ivschat: FakeIvsChat, backend: Any
) -> None:
    """When the backend shortens the session, a timer of 160 minutes is too late."""
    ivschat.clock.freeze(NOW)
    answer = fetch_token(backend, ivschat.create_room(), "ann")  # an hour, now
    ann = ivschat.connect(answer["token"])
    hard_coded = timedelta(minutes=160)
    from_the_answer = answer["sessionExpirationTime"] - NOW - timedelta(minutes=5)

    ivschat.clock.advance(from_the_answer)
    ann.ping()  # which fails where the session is over
    ivschat.clock.advance(hard_coded - from_the_answer)

    assert ann.wait_closed().clean


def test_scenario_19_kick_is_no_ban(ivschat: FakeIvsChat) -> None:
    """The victim sees the event, then a clean close; a new token lets it back in."""
    room = ivschat.create_room()
    ann = room.connect("ann")
    mo = room.connect("mo", capabilities=MODERATE)

    mo.disconnect_user("ann", reason="Kicked by moderator")

    event = ann.next_event("aws:DISCONNECT_USER")
    assert event.attributes == {"UserId": "ann", "Reason": "Kicked by moderator"}
    assert ann.wait_closed().clean
    assert room.connect("ann").is_open


def test_scenario_20_one_user_in_two_tabs(ivschat: FakeIvsChat, backend: Any) -> None:
    """Both hear everything, and a kick closes both: React's double effect shows."""
    room = ivschat.create_room()
    ben = room.connect("ben", capabilities=SEND)
    tabs = [room.connect("ann") for _ in range(2)]

    ben.send("Hello")
    heard = {tab.next_message().id for tab in tabs}
    backend.disconnect_user(roomIdentifier=room, userId="ann")

    assert len(heard) == 1
    assert all(tab.wait_closed().clean for tab in tabs)
    ben.ping()  # which fails where the connection is closed
    assert len(ivschat.calls.of("CONNECT")) == 3


def test_scenario_26_room_that_is_deleted_with_people_in_it(
    ivschat: FakeIvsChat, backend: Any
) -> None:
    """They are disconnected, no token is issued, and deleting twice is no disaster."""
    room = ivschat.create_room()
    ann = room.connect("ann")

    def delete_room() -> None:
        with suppress(backend.exceptions.ResourceNotFoundException):
            backend.delete_room(identifier=room)  # gone is what was wanted

    delete_room()
    delete_room()

    assert ann.wait_closed().clean
    with pytest.raises(TokenDeniedError, match="ResourceNotFoundException"):
        fetch_token(backend, room, "ann")
    assert {finding.name for finding in ivschat.findings} == {"room_unknown"}


def test_scenario_28_token_provider_that_fails_for_a_while(
    ivschat: FakeIvsChat, backend: Any, visit: Visit
) -> None:
    """Three failures are survived, as the SDKs' four attempts do."""
    room = ivschat.create_room()
    ivschat.faults.plan("CreateChatToken", "internal_error", times=3)
    ann = visit(lambda: fetch_token(backend, room, "ann")["token"])

    ann.connect()

    assert ann.attempts == 4


def test_scenario_28_token_provider_that_goes_on_failing(
    ivschat: FakeIvsChat, backend: Any, visit: Visit
) -> None:
    """After four attempts it is given up, and the backend was asked no more often."""
    room = ivschat.create_room()
    ivschat.faults.plan("CreateChatToken", "throttle", times=4)
    ann = visit(lambda: fetch_token(backend, room, "ann")["token"])

    with pytest.raises(TokenUnavailableError, match="ThrottlingException"):
        ann.connect()

    assert len(ivschat.calls.of("CreateChatToken")) == 4


def test_scenario_28_refusal_that_stops_the_attempts(
    ivschat: FakeIvsChat, backend: Any, visit: Visit
) -> None:
    """A room that is not there will not be there in a moment: one attempt."""
    room = ivschat.create_room()
    backend.delete_room(identifier=room)
    ann = visit(lambda: fetch_token(backend, room, "ann")["token"])

    with pytest.raises(TokenDeniedError):
        ann.connect()

    assert len(ivschat.calls.of("CreateChatToken")) == 1


def test_scenario_28_handshake_that_is_refused(
    ivschat: FakeIvsChat, backend: Any, visit: Visit
) -> None:
    """Each attempt takes a token, and a chat that is down is said to be so."""
    room = ivschat.create_room()
    ivschat.faults.plan("CONNECT", "refuse", times=4)
    ann = visit(lambda: fetch_token(backend, room, "ann")["token"])

    with pytest.raises(ChatUnavailableError, match="503"):
        ann.connect()

    assert len(ivschat.calls.of("CreateChatToken")) == 4
