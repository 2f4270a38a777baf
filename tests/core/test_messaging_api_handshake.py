"""Handshakes: which token opens a session, when, and how often."""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ivschat_conformance.reference_impl.core.changes import TokenUsed
from ivschat_conformance.reference_impl.core.handshakes import Opening
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
)

if TYPE_CHECKING:
    from tests.core.conftest import LiveRoom, OpenRoom

MACHINE = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
MISSING_TOKEN = "Offer a chat token as the subprotocol."  # noqa: S105 - a sentence
NO_TOKEN = "This is no chat token."  # noqa: S105 - a sentence
EXPIRED = "The chat token has expired."
USED = "The chat token has been used."
NO_ROOM = "The token's room is not there any more."


def opening(
    room: "LiveRoom",
    *headers: tuple[str, str],
    target: str = "/",
) -> Opening | HttpResponse:
    """Make a handshake with these headers, and return what comes of it."""
    request = HttpRequest("GET", target, headers)
    return room.fake.open_session(request, "192.0.2.7", room.now)


def refusal(answer: object) -> tuple[int, str]:
    """Return the status and the text of a refused handshake."""
    assert isinstance(answer, HttpResponse)
    assert ("Content-Type", "application/json") in answer.headers
    body = json.loads(answer.body)
    assert list(body) == ["message"]
    return answer.status, body["message"]


@pytest.mark.ivschat_verifies(
    *("TOKEN-LIFE-01", "TOKEN-LIFE-08", "TOKEN-LIFE-09", "WS-CONN-01", "WS-CONN-02"),
    *("WS-CONN-04", "WS-CONN-05"),
)
def test_token_opens_a_session_in_its_room_that_begins_in_silence(
    open_room: "OpenRoom",
) -> None:
    """The very token comes back as the subprotocol; nothing is sent, all is fixed."""
    room = open_room()
    token = room.token(
        "user-7", capabilities=["DELETE_MESSAGE"], attributes={"displayName": "Ann"}
    )

    opened = opening(room, ("sec-websocket-protocol", token))

    assert isinstance(opened, Opening)
    assert opened.subprotocol == token
    assert opened.session.address == "192.0.2.7"
    says = opened.session.token
    assert says.room_arn == ROOM
    assert says.user_id == "user-7"
    assert says.capabilities == ("DELETE_MESSAGE",)
    assert says.attributes == {"displayName": "Ann"}
    assert opened.session in room.fake.service.live.sessions
    assert room.fake.turn(room.now) == ()


def test_opened_session_is_a_change_to_keep(open_room: "OpenRoom") -> None:
    """A shell that writes down what changes learns which token is used up."""
    room = open_room()
    room.token()
    token = room.token()

    opened = opening(room, ("sec-websocket-protocol", token))

    assert isinstance(opened, Opening)
    assert opened.changes == (TokenUsed(2, opened.session.token.token_expiration_time),)


@pytest.mark.ivschat_verifies("WS-CONN-06", "WS-CONN-07")
@pytest.mark.parametrize("target", ["/", "", "/?x=y", "/room", "/CreateChatToken"])
@pytest.mark.parametrize("origin", [None, "null", "https://example.com", ""])
def test_path_and_origin_do_not_matter(
    open_room: "OpenRoom", target: str, origin: str | None
) -> None:
    """Any page and any program may connect, with a slash and without."""
    room = open_room()
    headers = [("sec-websocket-protocol", room.token())]
    if origin is not None:
        headers.insert(0, ("origin", origin))

    assert isinstance(opening(room, *headers, target=target), Opening)


@pytest.mark.ivschat_verifies("TOKEN-RESP-13")
@pytest.mark.parametrize(
    ("settings", "seconds"),
    [
        ({}, 60),
        ({"token_lifetime": timedelta(seconds=1)}, 1),
        ({"token_lifetime": timedelta(minutes=10)}, 600),
    ],
)
def test_token_opens_until_the_time_that_its_answer_names(
    open_room: "OpenRoom", settings: dict[str, timedelta], seconds: int
) -> None:
    """That is a minute after the second of issue, or what the fake was set to."""
    room = open_room(**settings)
    answers = [room.perform("CreateChatToken", userId="user-1") for _ in range(2)]
    end = datetime.fromisoformat(answers[0]["tokenExpirationTime"])

    room.now = end - timedelta(microseconds=1)
    in_time = room.offer(answers[0]["token"])
    room.now = end
    too_late = room.offer(answers[1]["token"])

    assert end == MACHINE.replace(microsecond=0) + timedelta(seconds=seconds)
    assert not isinstance(in_time, HttpResponse)
    assert refusal(too_late) == (401, EXPIRED)


@pytest.mark.ivschat_verifies("WS-CONN-12")
def test_first_of_several_subprotocols_counts(open_room: "OpenRoom") -> None:
    """The others are ignored, good or bad, and are not used up."""
    room = open_room()
    first, second = room.token(), room.token()
    both = f" {first} ,{second}, chat"

    opened = opening(room, ("sec-websocket-protocol", both))
    refused = opening(room, ("sec-websocket-protocol", f"chat, {second}"))

    assert isinstance(opened, Opening)
    assert opened.subprotocol == first
    assert refusal(refused) == (401, NO_TOKEN)
    assert isinstance(opening(room, ("sec-websocket-protocol", second)), Opening)


@pytest.mark.ivschat_verifies("WS-CONN-08", "WS-CONN-09")
@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("authorization", "Bearer x"),),
        (("sec-websocket-protocol", ""),),
        (("sec-websocket-protocol", " \t "),),
        (("sec-websocket-protocol", ","),),
        (("sec-websocket-protocol", " , chat"),),
    ],
)
def test_handshake_without_a_token_is_refused(
    open_room: "OpenRoom", headers: tuple[tuple[str, str], ...]
) -> None:
    """401, and a sentence about where the token belongs."""
    room = open_room()

    assert refusal(opening(room, *headers)) == (401, MISSING_TOKEN)
    assert len(room.fake.service.live.sessions) == 0


@pytest.mark.ivschat_verifies("WS-CONN-03", "WS-CONN-08", "WS-CONN-09")
def test_text_that_is_no_token_is_refused(open_room: "OpenRoom") -> None:
    """Neither a mutilated, a foreign nor a differently spelt one opens anything."""
    room, other = open_room(), open_room()
    room.call("/_control/reset")  # new keys, unlike the other fake's
    token = room.token()
    texts = ["chat", "é\xff", "!#0", "A" * 10_000, other.token()]
    texts += [token[1:], token[:-1], token.swapcase(), f'"{token}"', f"{token}=="]

    answers = [opening(room, ("sec-websocket-protocol", text)) for text in texts]

    assert {refusal(answer) for answer in answers} == {(401, NO_TOKEN)}
    assert isinstance(opening(room, ("sec-websocket-protocol", token)), Opening)


@pytest.mark.ivschat_verifies("TOKEN-LIFE-03", "TOKEN-LIFE-04", "WS-CLOSE-14")
def test_token_opens_one_session_and_never_another(open_room: "OpenRoom") -> None:
    """A second handshake fails while the first session lives, and after it."""
    room = open_room()
    token = room.token()
    member = room.offer(token)
    assert not isinstance(member, HttpResponse)

    assert refusal(room.offer(token)) == (401, USED)
    room.fake.leave(member.session)
    assert refusal(room.offer(token)) == (401, USED)
    assert len(room.fake.service.live.sessions) == 0


@pytest.mark.ivschat_verifies("TOKEN-LIFE-01", "TOKEN-LIFE-02")
@pytest.mark.parametrize(
    ("seconds", "opens"),
    [(0, True), (59.321098, True), (59.321099, False), (3600, False)],
)
def test_token_opens_until_its_time_is_over(
    open_room: "OpenRoom", seconds: float, *, opens: bool
) -> None:
    """Issued at 5.678901, cut to 5: it opens until the last microsecond of 04."""
    room = open_room()
    token = room.token()

    room.pass_time(seconds)
    answer = room.offer(token)

    if opens:
        assert not isinstance(answer, HttpResponse)
    else:
        assert refusal(answer) == (401, EXPIRED)


@pytest.mark.ivschat_verifies("TOKEN-LIFE-02", "TOKEN-RESP-17")
def test_token_of_a_longer_lifetime_is_judged_by_its_own_timestamp(
    open_room: "OpenRoom",
) -> None:
    """What counts is the expiration that was answered, not a minute."""
    room = open_room(token_lifetime=timedelta(hours=1))
    tokens = [room.token(sessionDurationInMinutes=minutes) for minutes in (60, 60, 5)]

    room.pass_time(5 * 60)
    assert refusal(room.offer(tokens[2])) == (401, EXPIRED)
    room.pass_time(54 * 60)
    assert not isinstance(room.offer(tokens[0]), HttpResponse)
    room.pass_time(60)
    assert refusal(room.offer(tokens[1])) == (401, EXPIRED)


@pytest.mark.ivschat_verifies("TOKEN-LIFE-03")
def test_used_token_stays_used_when_the_clock_is_set_back(
    open_room: "OpenRoom",
) -> None:
    """An expired one may open again then, if it never did: it was not used."""
    room = open_room()
    used, unused = room.token(), room.token()
    room.offer(used)
    room.call("/_control/clock/advance", seconds=3600)
    assert refusal(room.offer(unused)) == (401, EXPIRED)

    room.call("/_control/clock", "PUT", now="2026-01-02T03:04:05Z")

    assert refusal(room.offer(used)) == (401, USED)
    assert not isinstance(room.offer(unused), HttpResponse)


@pytest.mark.ivschat_verifies("TOKEN-LIFE-11", "WS-CONN-09")
def test_token_of_a_deleted_room_opens_nothing(open_room: "OpenRoom") -> None:
    """404, before the upgrade."""
    room = open_room()
    token = room.token()
    room.call("/DeleteRoom", identifier=ROOM)

    assert refusal(room.offer(token)) == (404, NO_ROOM)


@pytest.mark.ivschat_verifies("TOKEN-LIFE-05")
def test_refused_handshake_does_not_use_a_token_up(open_room: "OpenRoom") -> None:
    """In the wrong place or behind another it opens nothing, and later it does."""
    room = open_room()
    token = room.token()

    assert refusal(opening(room, ("sec-websocket-protocol", f"x, {token}")))[0] == 401
    assert refusal(opening(room, ("authorization", token)))[0] == 401

    assert not isinstance(room.offer(token), HttpResponse)


@pytest.mark.ivschat_verifies("WS-CONN-09", "TOKEN-REQ-17")
def test_refusal_repeats_nothing_of_the_handshake(open_room: "OpenRoom") -> None:
    """A token in an answer would end up in logs."""
    room = open_room()
    token = room.token("hidden-user")
    room.offer(token)
    texts = [token, "hidden-text", f"{token}x", f"x, {token}"]

    answers = [opening(room, ("sec-websocket-protocol", text)) for text in texts]

    shown = repr(answers)
    assert token not in shown
    assert "hidden" not in shown


@pytest.mark.ivschat_verifies("TOKEN-LIFE-13", "TOKEN-LIFE-17", "DISC-02")
def test_disconnected_user_comes_back_with_another_token(
    open_room: "OpenRoom",
) -> None:
    """One issued before the disconnection as well as one issued after it."""
    room = open_room()
    before = room.token("user-7")
    member = room.connect("user-7")

    room.perform("DisconnectUser", userId="user-7")

    assert member.closed == (1000, "Disconnected by a moderator")
    assert not isinstance(room.offer(before), HttpResponse)
    assert room.connect("user-7").closed is None
