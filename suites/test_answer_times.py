"""How the control plane writes times (contract.md 2.2)."""

import re
from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import ChatTokens, Rooms, verifies
from ivschat_conformance.fixtures.control_plane import ControlPlane, Exchange

OF_A_TOKEN = ["tokenExpirationTime", "sessionExpirationTime"]
OF_A_ROOM = ["createTime", "updateTime"]

FRACTION = re.compile(r":[0-9]{2}(?:[.]([0-9]+))?(?:[Zz]|[+-][0-9:]+)")


@verifies("HTTP-RESP-09")
@pytest.mark.parametrize("member", OF_A_TOKEN)
def test_time_of_a_token_is_iso_8601(chat_tokens: ChatTokens, member: str) -> None:
    """A JSON string of date, time and offset: never a number of seconds."""
    exchange = chat_tokens.ask()

    _expect_iso_8601(exchange, member)


@verifies("HTTP-RESP-09")
@pytest.mark.parametrize("member", OF_A_ROOM)
def test_time_of_a_new_room_is_iso_8601(rooms: Rooms, member: str) -> None:
    """A JSON string of date, time and offset: never a number of seconds."""
    exchange = rooms.create()

    _expect_iso_8601(exchange, member)


@verifies("HTTP-RESP-09")
@pytest.mark.parametrize("member", OF_A_ROOM)
def test_time_of_a_read_room_is_iso_8601(
    api: ControlPlane, room: str, member: str
) -> None:
    """A JSON string of date, time and offset: never a number of seconds."""
    exchange = api.call("GetRoom", {"identifier": room})

    _expect_iso_8601(exchange, member)


@verifies("HTTP-RESP-10")
@pytest.mark.parametrize("member", OF_A_TOKEN)
def test_time_of_a_token_is_in_zulu(chat_tokens: ChatTokens, member: str) -> None:
    """The zone designator on the wire is Z, not +00:00."""
    exchange = chat_tokens.ask()

    _expect_zulu(exchange, member)


@verifies("HTTP-RESP-10")
@pytest.mark.parametrize("member", OF_A_ROOM)
def test_time_of_a_new_room_is_in_zulu(rooms: Rooms, member: str) -> None:
    """The zone designator on the wire is Z, not +00:00."""
    exchange = rooms.create()

    _expect_zulu(exchange, member)


@verifies("HTTP-RESP-10")
@pytest.mark.parametrize("member", OF_A_ROOM)
def test_time_of_a_read_room_is_in_zulu(
    api: ControlPlane, room: str, member: str
) -> None:
    """The zone designator on the wire is Z, not +00:00."""
    exchange = api.call("GetRoom", {"identifier": room})

    _expect_zulu(exchange, member)


@verifies("HTTP-RESP-12")
@pytest.mark.parametrize("member", OF_A_TOKEN)
def test_time_of_a_token_is_to_the_second(chat_tokens: ChatTokens, member: str) -> None:
    """No fraction, or one of zeros."""
    exchange = chat_tokens.ask()

    fraction = _fraction(exchange, member)
    assert not fraction.strip("0"), f"{member} has a fraction of a second"


@verifies("HTTP-RESP-12")
@pytest.mark.parametrize("member", OF_A_ROOM)
def test_time_of_a_new_room_is_to_the_millisecond(rooms: Rooms, member: str) -> None:
    """Three digits of a second, or more of which the others are zeros."""
    exchange = rooms.create()

    _expect_milliseconds(exchange, member)


@verifies("HTTP-RESP-12")
@pytest.mark.parametrize("member", OF_A_ROOM)
def test_time_of_a_read_room_is_to_the_millisecond(
    api: ControlPlane, room: str, member: str
) -> None:
    """Three digits of a second, or more of which the others are zeros."""
    exchange = api.call("GetRoom", {"identifier": room})

    _expect_milliseconds(exchange, member)


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


def _expect_iso_8601(exchange: Exchange, member: str) -> None:
    found = _time(exchange, member)
    assert isinstance(found, str), f"{member} is no JSON string"
    expect.instant(found)


def _expect_zulu(exchange: Exchange, member: str) -> None:
    found = _text(exchange, member)
    assert found.endswith("Z"), f"{member} does not end in Z"


def _fraction(exchange: Exchange, member: str) -> str:
    """Return the digits after the second, none if there are none."""
    match = FRACTION.search(_text(exchange, member))
    if match is None:
        pytest.skip(f"{member} is no ISO 8601: HTTP-RESP-09 judges that")
    return match[1] or ""


def _expect_milliseconds(exchange: Exchange, member: str) -> None:
    fraction = _fraction(exchange, member)
    assert len(fraction) >= 3, f"{member} has {len(fraction)} digits of a second, not 3"
    assert not fraction[3:].strip("0"), f"{member} is finer than a millisecond"
