"""What an error looks like, and who gets it (contract.md 11.3)."""

from collections.abc import Callable
from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.chat_connection import ChatConnection
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.schemas import documents

Provoke = Callable[[ChatConnection], object]

# What a session that may send and nothing else gets an ERROR for.
CAUSES: dict[str, Provoke] = {
    "no-object": lambda alice: alice.send_frame("[]"),
    "unknown-action": lambda alice: alice.send_frame({"Action": "JOIN"}),
    "no-content": lambda alice: alice.send_frame(
        {"Action": "SEND_MESSAGE", "RequestId": "r-1"}
    ),
    "long-content": lambda alice: alice.send("a" * 5_000),
    "not-permitted": lambda alice: alice.delete_message("Ab3dEf6hIj9L"),
    "not-permitted-without-an-id": lambda alice: alice.disconnect_user(
        "bob", request_id=None
    ),
}
causes = pytest.mark.parametrize(
    "provoke", [case(provoke, name=name) for name, provoke in CAUSES.items()]
)


@pytest.fixture
def alice(connections: Connections) -> ChatConnection:
    """Give a session that may send, and nothing else."""
    return connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])


@verifies("WS-ERR-01", "WS-ERR-02")
@causes
def test_error_has_its_members(alice: ChatConnection, provoke: Provoke) -> None:
    """Id and ErrorMessage are texts and ErrorCode is a number, else SDKs drop it."""
    provoke(alice)

    expect.of_shape(dict(alice.next_error().raw), "ErrorFrame", api=documents.MESSAGING)


@verifies("WS-ERR-01")
@pytest.mark.parametrize(
    "frame",
    [
        case("[]", name="no-object"),
        case("null", name="null"),
        case({"Action": "JOIN"}, name="unknown-action"),
        case({"Action": "SEND_MESSAGE"}, name="no-content"),
        case({"Action": "DISCONNECT_USER", "UserId": "bob"}, name="not-permitted"),
    ],
)
def test_error_makes_no_request_id_up(alice: ChatConnection, frame: Any) -> None:
    """Where the request had none, or none that could be read, it is empty or absent."""
    alice.send_frame(frame)

    said = alice.next_error().raw.get("RequestId")
    assert said in (None, ""), "a RequestId came that nobody gave"


@verifies("WS-ERR-03")
@causes
def test_error_goes_to_nobody_else(
    connections: Connections, alice: ChatConnection, provoke: Provoke
) -> None:
    """Neither others in the room nor the same user's other connection hear of it."""
    others = [
        connections.open(user_id=name, capabilities=["SEND_MESSAGE"])
        for name in ("bob", "alice")
    ]

    provoke(alice)
    alice.next_error()

    for other in others:
        frames = other.frames_until(other.send("marker"))
        kinds = {frame.kind for frame in frames}
        assert "ERROR" not in kinds, "an ERROR came to somebody who did nothing"


@verifies("WS-ERR-03")
def test_error_goes_to_its_cause_once(alice: ChatConnection) -> None:
    """One request has one ERROR."""
    refused = alice.delete_message("Ab3dEf6hIj9L")
    assert alice.next_answer(refused).kind == "ERROR", "the request was not refused"

    frames = alice.frames_until(alice.send("marker"))

    assert "ERROR" not in {frame.kind for frame in frames}, "a second ERROR came"


@verifies("WS-ERR-05")
def test_errors_have_ids_of_their_own(alice: ChatConnection) -> None:
    """No id stands for two operations, be they alike or not."""
    alice.send("hello")
    for provoke in ("no-object", "not-permitted", "not-permitted"):
        CAUSES[provoke](alice)

    ids = {alice.next_error().id for _ in range(3)} | {alice.next_message().id}
    assert len(ids) == 4, f"four operations have {len(ids)} ids"


@verifies("WS-ERR-15")
@causes
def test_connection_stays_usable_after_an_error(
    connections: Connections, alice: ChatConnection, provoke: Provoke
) -> None:
    """Whoever made a mistake goes on sending and receiving."""
    bob = connections.open(user_id="bob", capabilities=["SEND_MESSAGE"])
    provoke(alice)
    alice.next_error()

    alice.send("still here")
    bob.send("so am I")

    contents = {alice.next_message().content for _ in range(2)}
    assert contents == {"still here", "so am I"}, "other messages came"
