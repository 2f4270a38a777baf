"""What the service is: its name, its protocol, its operations (contract.md 1)."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import (
    WITHOUT,
    ChatTokens,
    Rooms,
    case,
    needs_signatures,
    unknown_room,
    verifies,
)
from ivschat_conformance.fixtures.control_plane import ControlPlane

JSON = ("Content-Type", "application/json")


@verifies("GEN-01")
def test_request_signed_for_ivschat_is_accepted(
    api: ControlPlane, chat_tokens: ChatTokens
) -> None:
    """The signing name is ivschat."""
    signing = replace(api.signing(), service="ivschat")

    exchange = api.call("CreateChatToken", chat_tokens.valid, signing=signing)

    expect.accepted(exchange)


@verifies("GEN-01")
def test_request_signed_for_another_service_is_refused(
    api: ControlPlane, chat_tokens: ChatTokens
) -> None:
    """A name that is not ivschat, such as that of the video service, is none."""
    needs_signatures(api)
    signing = replace(api.signing(), service="ivs")

    refused = api.call("CreateChatToken", chat_tokens.valid, signing=signing)
    twin = chat_tokens.ask()

    expect.not_successful(refused)
    expect.twin_accepted(twin)


@verifies("GEN-01")
@pytest.mark.parametrize(
    "authorization",
    [
        case("Bearer abcdefghijklmnop", name="bearer"),
        case("Basic dGVzdDp0ZXN0", name="basic"),
    ],
)
def test_only_signature_version_4_authenticates(
    api: ControlPlane, chat_tokens: ChatTokens, authorization: str
) -> None:
    """Another scheme of HTTP authentication opens nothing."""
    needs_signatures(api)
    headers = (JSON, ("Authorization", authorization))

    refused = api.call(
        "CreateChatToken", chat_tokens.valid, signing=None, headers=headers
    )
    twin = chat_tokens.ask()

    expect.not_successful(refused)
    expect.twin_accepted(twin)


@verifies("GEN-02")
def test_input_and_output_are_json_objects_in_the_bodies(
    chat_tokens: ChatTokens,
) -> None:
    """The members stand at the top of the body's object, there and back."""
    exchange = chat_tokens.ask()

    expect.accepted(exchange)
    assert isinstance(exchange.json, dict), "the answer's body is no JSON object"
    assert "token" in exchange.json, "token is not at the top of the answer's object"


@verifies("GEN-02")
def test_input_in_the_query_is_no_input(
    api: ControlPlane, chat_tokens: ChatTokens
) -> None:
    """The members are bound to the body, and to nothing else."""
    query = urlencode(chat_tokens.valid)

    refused = api.call("CreateChatToken", {}, query=query)
    twin = chat_tokens.ask()

    expect.not_successful(refused)
    expect.twin_accepted(twin)


@verifies("GEN-02")
def test_errors_are_told_apart_by_their_types(
    chat_tokens: ChatTokens, room: str
) -> None:
    """A missing member and a missing room have types of their own (ERR-06)."""
    incomplete = chat_tokens.ask(userId=WITHOUT)
    unknown = chat_tokens.ask(roomIdentifier=unknown_room(room))

    types = [incomplete.error_type, unknown.error_type]
    assert None in types or types[0] != types[1], (
        f"a missing member and a missing room are both called {types[0]}"
    )


@verifies("GEN-06")
def test_create_chat_token_succeeds_with_200(chat_tokens: ChatTokens) -> None:
    """CreateChatToken answers 200."""
    exchange = chat_tokens.ask()

    expect.accepted(exchange, 200)


@verifies("GEN-06")
def test_create_room_succeeds_with_200(rooms: Rooms) -> None:
    """CreateRoom answers 200: not 201."""
    exchange = rooms.create()

    expect.accepted(exchange, 200)


@verifies("GEN-06")
def test_get_room_succeeds_with_200(api: ControlPlane, room: str) -> None:
    """GetRoom answers 200."""
    exchange = api.call("GetRoom", {"identifier": room})

    expect.accepted(exchange, 200)


@verifies("GEN-06")
def test_delete_room_succeeds_with_204(api: ControlPlane, rooms: Rooms) -> None:
    """DeleteRoom answers 204: not 200."""
    arn = rooms.new()

    exchange = api.call("DeleteRoom", {"identifier": arn})

    expect.accepted(exchange, 204)


@verifies("GEN-07")
@pytest.mark.parametrize(
    "path",
    [
        case("/createchattoken", name="lower-case"),
        case("/CREATECHATTOKEN", name="upper-case"),
        case("/createChatToken", name="camel-case"),
        case("/create-chat-token", name="kebab-case"),
        case("/CreateChatToken/", name="trailing-slash"),
        case("/2020-07-14/CreateChatToken", name="version-prefix"),
        case("/v1/CreateChatToken", name="other-prefix"),
    ],
)
def test_path_spelled_otherwise_leads_nowhere(
    api: ControlPlane, chat_tokens: ChatTokens, path: str
) -> None:
    """Only /CreateChatToken, letter by letter, is the operation's path."""
    draft = replace(api.draft("CreateChatToken", chat_tokens.valid), path=path)

    exchange = api.send(draft)
    twin = chat_tokens.ask()

    assert not 200 <= exchange.status < 300, f"{path} was answered {exchange.status}"
    expect.twin_accepted(twin)
