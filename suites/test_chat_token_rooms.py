"""Which rooms CreateChatToken gives tokens for, and to whom."""

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import ChatTokens, Rooms, case, verifies
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.fixtures.control_plane import ControlPlane


@verifies("TOKEN-REQ-15")
def test_room_that_never_was_is_not_found(chat_tokens: ChatTokens, room: str) -> None:
    """A well-formed ARN of no room answers 404, with the room's id and its type."""
    absent = _with_another_id(room)

    refused = chat_tokens.ask(roomIdentifier=absent)
    twin = chat_tokens.ask()

    expect.refused(refused, status=404, types={"ResourceNotFoundException"})
    body = refused.json
    assert body.get("resourceId"), "resourceId is missing or empty"
    assert body.get("resourceType") == "ROOM", "resourceType is not ROOM"
    expect.twin_accepted(twin)


@verifies("TOKEN-REQ-15")
def test_room_that_was_deleted_is_not_found(api: ControlPlane, rooms: Rooms) -> None:
    """A room gives tokens until it is deleted, and then answers 404."""
    arn = rooms.create().json["arn"]
    tokens = ChatTokens(api, arn)

    twin = tokens.ask()
    api.call("DeleteRoom", {"identifier": arn})
    refused = tokens.ask()

    expect.twin_accepted(twin)
    expect.refused(refused, status=404, types={"ResourceNotFoundException"})


@verifies("TOKEN-REQ-16")
def test_room_of_another_account_gets_no_token(
    chat_tokens: ChatTokens, room: str
) -> None:
    """An ARN with another account number answers 403 or 404."""
    arn, aws, service, region, account, resource = room.split(":")
    other = "210987654321" if account != "210987654321" else "123456789012"

    refused = chat_tokens.ask(
        roomIdentifier=":".join((arn, aws, service, region, other, resource))
    )
    twin = chat_tokens.ask()

    expect.refused(
        refused,
        status={403, 404},
        types={"AccessDeniedException", "ResourceNotFoundException"},
    )
    expect.twin_accepted(twin)


@verifies("TOKEN-REQ-17")
@pytest.mark.parametrize(
    ("members", "secret"),
    [
        case(
            {"userId": "sensitive-user" * 10},
            "sensitive-user",
            name="user-id-too-long",
        ),
        case({"userId": {"id": "sensitive-user"}}, "sensitive-user", name="user-id"),
        case(
            {"userId": "sensitive-user", "sessionDurationInMinutes": 10_000},
            "sensitive-user",
            name="user-id-beside-another-defect",
        ),
        case(
            {"attributes": {"key": "sensitive-value" * 200}},
            "sensitive-value",
            name="attribute-value-too-long",
        ),
        case(
            {"attributes": {"key": ["sensitive-value"]}},
            "sensitive-value",
            name="attribute-value-of-another-type",
        ),
        case(
            {"attributes": {"sensitive-key": 1}},
            "sensitive-key",
            name="attribute-key",
        ),
        case(
            {"attributes": ["sensitive-value"]},
            "sensitive-value",
            name="attributes-as-a-list",
        ),
    ],
)
def test_refusal_does_not_repeat_what_is_sensitive(
    chat_tokens: ChatTokens, members: dict[str, object], secret: str
) -> None:
    """User id and attributes stand nowhere in an error's answer.

    That it is refused at all is for other checks to judge.
    """
    answer = chat_tokens.ask(**members)

    assert secret.encode() not in answer.body, "the body repeats a sensitive value"
    headers = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
    assert secret not in headers, "a header repeats a sensitive value"


@verifies("TOKEN-REQ-19")
def test_same_user_gets_a_token_as_often_as_asked(chat_tokens: ChatTokens) -> None:
    """Each call for the same user and room yields a token of its own."""
    exchanges = [chat_tokens.ask() for _ in range(3)]

    for exchange in exchanges:
        expect.accepted(exchange)
    tokens = {exchange.json["token"] for exchange in exchanges}
    assert len(tokens) == 3, "two of three calls gave the same token"


@verifies("TOKEN-REQ-19")
def test_each_token_of_a_user_opens_a_session(
    chat_tokens: ChatTokens, connections: Connections
) -> None:
    """One token's use leaves the others usable: both sessions see what one sends."""
    issued = [chat_tokens.ask(capabilities=["SEND_MESSAGE"]) for _ in range(2)]
    for exchange in issued:
        expect.accepted(exchange)

    sessions = [connections.open(exchange.json["token"]) for exchange in issued]
    for number, session in enumerate(sessions):
        session.send(f"hello {number}")
        for each in sessions:
            assert each.next_message().content == f"hello {number}"


@verifies("TOKEN-REQ-19")
def test_different_users_of_a_room_get_tokens(chat_tokens: ChatTokens) -> None:
    """A room gives tokens to many users at once."""
    exchanges = [chat_tokens.ask(userId=f"user-{n}") for n in range(3)]

    for exchange in exchanges:
        expect.accepted(exchange)


def _with_another_id(arn: str) -> str:
    """Return the ARN with an id that is no room's: its first character is another."""
    head, slash, room_id = arn.rpartition("/")
    first = "A" if room_id[0] != "A" else "B"
    return f"{head}{slash}{first}{room_id[1:]}"
