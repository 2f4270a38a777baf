"""Faults of the messaging API on a real socket: refused, cut, closed, late, twice."""

from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance import clock

if TYPE_CHECKING:
    from tests.shells.conftest import Lobby


def plan(lobby: "Lobby", operation: str, fault: str, **members: Any) -> None:
    """Plan one fault."""
    lobby.server.call(lambda: lobby.core.faults.plan(operation, fault, **members))


def test_refused_handshake_is_answered_and_the_token_stays_good(
    lobby: "Lobby",
) -> None:
    """With the status of the plan; the next handshake succeeds."""
    plan(lobby, "CONNECT", "refuse", status=403)
    token = lobby.token()
    client, again = lobby.client(), lobby.client()

    line, fields = client.shake(token)

    assert line == "HTTP/1.1 403 Forbidden"
    assert len(client.file.read(int(fields["content-length"]))) > 2
    assert client.at_end()
    assert again.shake(token)[0] == "HTTP/1.1 101 Switching Protocols"


def test_handshake_is_cut_in_its_middle(lobby: "Lobby") -> None:
    """Not a byte comes back, and the token stays good."""
    plan(lobby, "CONNECT", "drop")
    token = lobby.token()
    client, again = lobby.client(), lobby.client()

    client.send(client.handshake(token))

    with pytest.raises(ConnectionResetError):
        client.file.read(1)
    assert again.shake(token)[0] == "HTTP/1.1 101 Switching Protocols"


def test_connection_is_cut_behind_its_handshake(lobby: "Lobby") -> None:
    """The 101 comes, no close frame does, and nobody is left in the room."""
    plan(lobby, "CONNECT", "drop", performed=True)
    client = lobby.client()

    line, _ = client.shake(lobby.token())

    assert line == "HTTP/1.1 101 Switching Protocols"
    assert client.at_end()
    lobby.wait_for_people(0)


def test_connection_is_closed_behind_its_handshake(lobby: "Lobby") -> None:
    """With a close frame of the plan's code and reason."""
    plan(lobby, "CONNECT", "close", code=4001, reason="Maintenance \u2713")
    client = lobby.client()

    client.shake(lobby.token())

    assert client.closing() == (4001, "Maintenance \u2713")
    client.hang_up()
    lobby.wait_for_people(0)


def test_what_a_client_says_in_its_handshake_is_lost_with_it(lobby: "Lobby") -> None:
    """A frame right behind a handshake that ends at once reaches nobody."""
    other = lobby.connect("bob")
    plan(lobby, "CONNECT", "drop", performed=True)
    client = lobby.client()
    token = lobby.token()

    frame = client.frame(1, client.message("too soon"))
    client.send(client.handshake(token) + frame)
    client.head()

    assert client.is_cut() or client.at_end()
    lobby.event("after")
    assert other.hear()["EventName"] == "after"


@pytest.mark.parametrize("performed", [False, True])
def test_connection_of_a_sender_is_cut(lobby: "Lobby", *, performed: bool) -> None:
    """Without a close frame, behind what it was sent; nobody else's is."""
    ann, bob = lobby.connect("ann"), lobby.connect("bob")
    plan(lobby, "SEND_MESSAGE", "drop", performed=performed)

    ann.say("cut")
    bob.say("after")

    assert bob.hear_contents(1 + performed) == ["cut"] * performed + ["after"]
    if performed:
        assert ann.hear()["Content"] == "cut"
    assert ann.at_end()
    lobby.wait_for_people(1)


@pytest.mark.parametrize("performed", [False, True])
def test_connection_of_a_sender_is_closed(lobby: "Lobby", *, performed: bool) -> None:
    """With the code and reason of the plan, behind what it was sent."""
    ann, bob = lobby.connect("ann"), lobby.connect("bob")
    plan(lobby, "SEND_MESSAGE", "close", code=1012, reason="x", performed=performed)

    ann.say("closed")
    bob.say("after")

    assert bob.hear_contents(1 + performed) == ["closed"] * performed + ["after"]
    if performed:
        assert ann.hear()["Content"] == "closed"
    assert ann.closing() == (1012, "x")


def test_delayed_message_comes_late_and_holds_up_nobody(lobby: "Lobby") -> None:
    """What is said after it overtakes it, for the same clients too."""
    ann, bob = lobby.connect("ann"), lobby.connect("bob")
    plan(lobby, "SEND_MESSAGE", "delay", seconds=0.2)
    before = clock.monotonic()

    ann.say("late")
    ann.say("early")
    heard = [client.hear_contents(2) for client in (ann, bob)]

    assert heard == [["early", "late"]] * 2
    assert clock.monotonic() - before >= 0.2


def test_delay_outlives_its_sender_and_not_its_room(lobby: "Lobby") -> None:
    """Who has left by then gets nothing, and a server that stops waits for nothing."""
    ann, bob = lobby.connect("ann"), lobby.connect("bob")
    plan(lobby, "SEND_MESSAGE", "delay", seconds=0.2)
    plan(lobby, "SEND_MESSAGE", "delay", seconds=3600)

    ann.say("late")
    ann.say("never")
    ann.hang_up()

    assert bob.hear()["Content"] == "late"


def test_duplicate_arrives_twice_and_in_order(lobby: "Lobby") -> None:
    """Both frames alike, byte for byte, before what is said next."""
    ann, bob = lobby.connect("ann"), lobby.connect("bob")
    plan(lobby, "SEND_MESSAGE", "duplicate")

    ann.say("twice")
    first, second = bob.receive(), bob.receive()
    ann.say("once")

    assert first == second
    assert bob.hear()["Content"] == "once"
    assert ann.hear_contents(3) == ["twice", "twice", "once"]
