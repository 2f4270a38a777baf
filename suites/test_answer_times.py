"""How the control plane writes times (contract.md 2.2)."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import ChatTokens, Rooms, case, verifies
from ivschat_conformance.fixtures.control_plane import ControlPlane, Exchange

OF_A_TOKEN = ("tokenExpirationTime", "sessionExpirationTime")
OF_A_ROOM = ("createTime", "updateTime")

FRACTION = re.compile(r":[0-9]{2}(?:[.]([0-9]+))?(?:[Zz]|[+-][0-9:]+)")

AnswerOf = Callable[[str], Exchange]


def of(*answers: tuple[str, tuple[str, ...]]) -> pytest.MarkDecorator:
    """Return what runs a check with each time of these answers."""
    rows = [
        case(answer, member, name=f"{answer}-{member}")
        for answer, members in answers
        for member in members
    ]
    return pytest.mark.parametrize(("answer", "member"), rows)


TOKEN = ("token", OF_A_TOKEN)
ROOMS = (("new-room", OF_A_ROOM), ("read-room", OF_A_ROOM))


@pytest.fixture
def answer_of(
    api: ControlPlane, chat_tokens: ChatTokens, rooms: Rooms, room: str
) -> AnswerOf:
    """Give what asks for a token, or for a room that is new or is there."""

    def answered(answer: str) -> Exchange:
        match answer:
            case "token":
                return chat_tokens.ask()
            case "new-room":
                return rooms.create()
        return api.call("GetRoom", {"identifier": room})

    return answered


@verifies("HTTP-RESP-09")
@of(TOKEN, *ROOMS)
def test_time_is_iso_8601(answer_of: AnswerOf, answer: str, member: str) -> None:
    """A JSON string of date, time and offset: never a number of seconds."""
    found = _time(answer_of(answer), member)

    assert isinstance(found, str), f"{member} is no JSON string"
    expect.instant(found)


@verifies("HTTP-RESP-10")
@of(TOKEN, *ROOMS)
def test_time_is_in_zulu(answer_of: AnswerOf, answer: str, member: str) -> None:
    """The zone designator on the wire is Z, not +00:00."""
    found = _text(answer_of(answer), member)

    assert found.endswith("Z"), f"{member} does not end in Z"


@verifies("HTTP-RESP-12")
@of(TOKEN)
def test_time_of_a_token_is_to_the_second(
    answer_of: AnswerOf, answer: str, member: str
) -> None:
    """No fraction, or one of zeros."""
    fraction = _fraction(answer_of(answer), member)

    assert not fraction.strip("0"), f"{member} has a fraction of a second"


@verifies("HTTP-RESP-12")
@of(*ROOMS)
def test_time_of_a_room_is_to_the_millisecond(
    answer_of: AnswerOf, answer: str, member: str
) -> None:
    """Three digits of a second, or more of which the others are zeros."""
    fraction = _fraction(answer_of(answer), member)

    assert len(fraction) >= 3, f"{member} has {len(fraction)} digits of a second, not 3"
    assert not fraction[3:].strip("0"), f"{member} is finer than a millisecond"


def _time(exchange: Exchange, member: str) -> Any:
    """Return an answer's time; whether there is one is judged elsewhere."""
    body = exchange.json
    if not isinstance(body, dict) or body.get(member) is None:
        pytest.skip(f"{exchange.operation} was not answered with a {member}")
    return body[member]


def _text(exchange: Exchange, member: str) -> str:
    """Return an answer's time as a text; whether it is one is judged elsewhere."""
    found = _time(exchange, member)
    if not isinstance(found, str):
        pytest.skip(f"{member} is no text: HTTP-RESP-09 judges that")
    return found


def _fraction(exchange: Exchange, member: str) -> str:
    """Return the digits after the second, none if there are none."""
    match = FRACTION.search(_text(exchange, member))
    if match is None:
        pytest.skip(f"{member} is no ISO 8601: HTTP-RESP-09 judges that")
    return match[1] or ""
