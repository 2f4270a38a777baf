"""How many requests a connection, and how many messages a room, takes a second.

Windows are not documented: what is to be refused is ten times the limit at once, and
what is to succeed is less than half of it (LIMIT-11).
"""

import pytest

from ivschat_conformance.fixtures.cases import Rooms, verifies
from ivschat_conformance.fixtures.chat_connection import ChatConnection
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.fixtures.frames import Frame
from ivschat_conformance.fixtures.target import ScenarioClock

PER_CONNECTION = 4  # less than half of LIMIT-07's ten


@pytest.fixture
def roomy(rooms: Rooms) -> str:
    """Give a room that takes a hundred messages a second, more than a connection."""
    return rooms.new(maximumMessageRatePerSecond=100)


@verifies("LIMIT-07")
def test_hundred_requests_at_once_are_too_many_for_a_connection(
    connections: Connections, roomy: str
) -> None:
    """A connection may make ten a second; of a hundred some get ERROR 429."""
    (alice,) = _senders(connections, roomy, count=1)

    for _ in range(100):
        alice.send("hello")

    assert alice.next_error().error_code == 429, "the ERROR is no 429"


@verifies("LIMIT-07")
def test_four_requests_at_once_are_not_too_many(connections: Connections) -> None:
    """Less than half of what a connection may do in a second is done."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    answers = _answers([alice], each=PER_CONNECTION)

    assert {answer.kind for answer in answers} == {"MESSAGE"}, "one of four was refused"


@verifies("LIMIT-07")
def test_requests_of_one_connection_do_not_count_for_another(
    connections: Connections, roomy: str
) -> None:
    """The rate is a connection's own, of one user or of two."""
    alice, other = _senders(connections, roomy, count=2)
    for _ in range(100):
        alice.send("hello")

    request = other.send("hello")

    assert other.next_answer(request).kind == "MESSAGE", "the other was refused"


@verifies("LIMIT-07", "WS-ERR-15")
def test_connection_may_go_on_a_little_later(
    connections: Connections, roomy: str, clock: ScenarioClock
) -> None:
    """Ten seconds after too many requests a connection makes one more."""
    (alice,) = _senders(connections, roomy, count=1)
    requests = [alice.send("hello") for _ in range(100)]
    alice.next_answer(requests[-1])

    clock.advance(seconds=10)

    later = alice.next_answer(alice.send("hello"))
    assert later.kind == "MESSAGE", "the connection is refused still"


@verifies("LIMIT-09", "WS-ERR-12")
@pytest.mark.parametrize("rate", [1, 2])
def test_ten_times_a_rooms_rate_is_too_much(
    connections: Connections, rooms: Rooms, rate: int
) -> None:
    """Senders who are far from their own limits get ERROR 429 for the room's."""
    room = rooms.new(maximumMessageRatePerSecond=rate)
    senders = _senders(connections, room, count=3 * rate)

    answers = _answers(senders, each=PER_CONNECTION)

    assert _refused_for_rate(answers), f"{len(answers)} messages were taken at once"


@verifies("LIMIT-09", "WS-ERR-12")
def test_hundred_messages_are_too_many_for_a_room_without_settings(
    connections: Connections, rooms: Rooms
) -> None:
    """The default is ten a second."""
    senders = _senders(connections, rooms.new(), count=25)

    answers = _answers(senders, each=PER_CONNECTION)

    assert _refused_for_rate(answers), "a hundred messages were taken at once"


@verifies("LIMIT-09")
def test_four_messages_are_not_too_many_for_a_room_without_settings(
    connections: Connections, rooms: Rooms
) -> None:
    """Less than half of the default is delivered."""
    senders = _senders(connections, rooms.new(), count=4)

    answers = _answers(senders, each=1)

    assert {answer.kind for answer in answers} == {"MESSAGE"}, "one of four was refused"


@verifies("LIMIT-09")
def test_room_with_a_higher_rate_takes_more(
    connections: Connections, rooms: Rooms
) -> None:
    """A room of 100 a second takes 24, more than twice the default."""
    room = rooms.new(maximumMessageRatePerSecond=100)
    senders = _senders(connections, room, count=6)

    answers = _answers(senders, each=PER_CONNECTION)

    assert {answer.kind for answer in answers} == {"MESSAGE"}, "one of 24 was refused"


@verifies("LIMIT-09")
def test_messages_of_one_room_do_not_count_for_another(
    connections: Connections, rooms: Rooms
) -> None:
    """The rate is a room's own: a full one of the same rate is nothing to another."""
    (other,) = _senders(connections, rooms.new(), count=1)
    _answers(_senders(connections, rooms.new(), count=25), each=PER_CONNECTION)

    answers = _answers([other], each=PER_CONNECTION)

    assert {answer.kind for answer in answers} == {"MESSAGE"}, "one of four was refused"


@verifies("LIMIT-12")
def test_message_refused_for_its_rate_reaches_nobody(
    connections: Connections, rooms: Rooms
) -> None:
    """Viewers and senders get those messages alone that had no ERROR 429."""
    room = rooms.new(maximumMessageRatePerSecond=1)
    viewer = connections.open(user_id="viewer", room=room)

    answers = _answers(_senders(connections, room, count=3), each=PER_CONNECTION)

    refused = {answer.request_id for answer in _refused_for_rate(answers)}
    if not refused:
        pytest.skip("ten times the room's rate were taken: nothing was refused")
    # Any answer marks the end, and this one is an ERROR: the room takes no message.
    frames = viewer.frames_until(viewer.delete_message("Ab3dEf6hIj9L"))
    delivered = {frame.raw.get("Content") for frame in frames}
    assert not refused & delivered, "a refused message was delivered"


def _senders(
    connections: Connections, room: str, *, count: int
) -> list[ChatConnection]:
    """Return sessions that may send to a room."""
    return [
        connections.open(user_id=f"user-{n}", capabilities=["SEND_MESSAGE"], room=room)
        for n in range(count)
    ]


def _answers(senders: list[ChatConnection], *, each: int) -> list[Frame]:
    """Have all send so many at once, and return what each message led to.

    A message's content is its request's id, by which a viewer tells it too.
    """
    asked = [
        (sender, sender.send(name, request_id=name))
        for number, sender in enumerate(senders)
        for name in (f"{number}-{n}" for n in range(each))
    ]
    return [sender.next_answer(request) for sender, request in asked]


def _refused_for_rate(answers: list[Frame]) -> list[Frame]:
    return [answer for answer in answers if answer.raw.get("ErrorCode") == 429]
