"""What a session may ask for: each action needs its capability (contract.md 10)."""

from itertools import combinations
from typing import Any

import pytest

from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.chat_connection import ChatConnection
from ivschat_conformance.fixtures.connections import CAPABILITIES, Connections

ACTIONS = ("SEND_MESSAGE", "DELETE_MESSAGE", "DISCONNECT_USER")


def _matrix() -> list[Any]:
    """Return every set of capabilities with every action; refusals are 403."""
    sets = [held for size in range(4) for held in combinations(CAPABILITIES, size)]
    return [
        case(
            held,
            action,
            name=f"{action}-with-{'+'.join(held) or 'nothing'}",
            verifying="WS-REQ-16" if action in held else ("WS-REQ-16", "WS-ERR-08"),
        )
        for action in ACTIONS
        for held in sets
    ]


@pytest.mark.parametrize(("held", "action"), _matrix())
def test_action_has_its_effect_with_its_capability_and_403_without(
    connections: Connections, held: tuple[str, ...], action: str
) -> None:
    """Whoever lacks the capability gets ERROR 403, and the room gets nothing."""
    bob = connections.open(user_id="bob", capabilities=["SEND_MESSAGE"])
    said = _said_by(bob)
    actor = connections.open(user_id="actor", capabilities=held)

    request = _ask(actor, action, said)

    if action not in held:
        error = actor.next_error(to=request)
        assert error.error_code == 403, "the ERROR is no 403"
        bob.quiet_until(bob.send("marker"))
        mia = connections.open(user_id="mia", capabilities=[action])
        _ask(mia, action, said)
    _expect_effect_on(bob, action)


@verifies("TOKEN-REQ-07")
@pytest.mark.parametrize("held", ACTIONS)
def test_capability_implies_no_other(connections: Connections, held: str) -> None:
    """Each of the three permits its own action, and neither of the others."""
    bob = connections.open(user_id="bob", capabilities=["SEND_MESSAGE"])
    said = _said_by(bob)
    actor = connections.open(user_id="actor", capabilities=[held])

    for action in ACTIONS:
        if action != held:
            error = actor.next_error(to=_ask(actor, action, said))
            assert error.error_code == 403, f"{held} permitted {action}"
    _ask(actor, held, said)

    _expect_effect_on(bob, held)


@verifies("WS-REQ-02")
@pytest.mark.parametrize("action", ACTIONS)
def test_action_selects_what_is_done(connections: Connections, action: str) -> None:
    """The same session can do all three: what it does is what `Action` says."""
    bob = connections.open(user_id="bob", capabilities=["SEND_MESSAGE"])
    said = _said_by(bob)
    actor = connections.open(user_id="actor", capabilities=CAPABILITIES)

    _ask(actor, action, said)

    _expect_effect_on(bob, action)


def _said_by(bob: ChatConnection) -> str:
    """Return the id of a message, which was there before it is to be deleted."""
    bob.send("hello")
    return bob.next_message().id


def _ask(actor: ChatConnection, action: str, message_id: str) -> str:
    """Ask for one of the three, which may be done to what is there; return the id."""
    match action:
        case "SEND_MESSAGE":
            return actor.send("asked for")
        case "DELETE_MESSAGE":
            return actor.delete_message(message_id)
    return actor.disconnect_user("bob")


def _expect_effect_on(bob: ChatConnection, action: str) -> None:
    match action:
        case "SEND_MESSAGE":
            assert bob.next_message().content == "asked for", "another message came"
        case "DELETE_MESSAGE":
            bob.next_event("aws:DELETE_MESSAGE")
        case "DISCONNECT_USER":
            bob.wait_closed()
