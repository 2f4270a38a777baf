"""What every error looks like, whoever finds it first (contract.md 2.3)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ivschat_conformance.fixtures.cases import (
    WITHOUT,
    ChatTokens,
    case,
    needs_signatures,
    unknown_room,
    verifies,
)
from ivschat_conformance.fixtures.control_plane import ControlPlane, Exchange
from ivschat_conformance.fixtures.expect import AnswerError

Provoke = Callable[[ControlPlane, ChatTokens], Exchange]

MODELLED = {"ValidationException", "ResourceNotFoundException"}


def _missing_member(_: ControlPlane, tokens: ChatTokens) -> Exchange:
    return tokens.ask(userId=WITHOUT)


def _broken_constraint(_: ControlPlane, tokens: ChatTokens) -> Exchange:
    return tokens.ask(sessionDurationInMinutes=10_000)


def _identifier_to_get(api: ControlPlane, _: ChatTokens) -> Exchange:
    return api.call("GetRoom", {"identifier": "lobby"})


def _identifier_to_delete(api: ControlPlane, _: ChatTokens) -> Exchange:
    return api.call("DeleteRoom", {"identifier": "lobby"})


def _unknown_room(_: ControlPlane, tokens: ChatTokens) -> Exchange:
    return tokens.ask(roomIdentifier=unknown_room(tokens.valid["roomIdentifier"]))


def _unknown_room_to_get(api: ControlPlane, tokens: ChatTokens) -> Exchange:
    arn = unknown_room(tokens.valid["roomIdentifier"])
    return api.call("GetRoom", {"identifier": arn})


def _unknown_room_to_delete(api: ControlPlane, tokens: ChatTokens) -> Exchange:
    arn = unknown_room(tokens.valid["roomIdentifier"])
    return api.call("DeleteRoom", {"identifier": arn})


def _unreadable_body(api: ControlPlane, _: ChatTokens) -> Exchange:
    return api.call("CreateChatToken", b'{"userId":')


def _body_of_an_array(api: ControlPlane, _: ChatTokens) -> Exchange:
    return api.call("CreateChatToken", b"[]")


def _wrong_type(_: ControlPlane, tokens: ChatTokens) -> Exchange:
    return tokens.ask(userId=7)


def _content_type(api: ControlPlane, tokens: ChatTokens) -> Exchange:
    headers = (("Content-Type", "text/plain"),)
    return api.call("CreateChatToken", tokens.valid, headers=headers)


def _unknown_operation(api: ControlPlane, _: ChatTokens) -> Exchange:
    return api.call("NoSuchOperation", {})


def _wrong_method(api: ControlPlane, _: ChatTokens) -> Exchange:
    return api.call("CreateChatToken", b"", method="GET")


def _unsigned(api: ControlPlane, tokens: ChatTokens) -> Exchange:
    needs_signatures(api)
    return api.call("CreateChatToken", tokens.valid, signing=None)


def _wrong_signature(api: ControlPlane, tokens: ChatTokens) -> Exchange:
    needs_signatures(api)
    signing = replace(api.signing(), body=b"another body")
    return api.call("CreateChatToken", tokens.valid, signing=signing)


def _stale_signature(api: ControlPlane, tokens: ChatTokens) -> Exchange:
    needs_signatures(api)
    signing = api.signing(datetime(2015, 8, 30, 12, 36, tzinfo=UTC))
    return api.call("CreateChatToken", tokens.valid, signing=signing)


def _signature_of_half_a_header(api: ControlPlane, tokens: ChatTokens) -> Exchange:
    needs_signatures(api)
    signing = replace(api.signing(), without=("Signature",))
    return api.call("CreateChatToken", tokens.valid, signing=signing)


OF_THE_OPERATIONS = [
    case(_missing_member, name="missing-member"),
    case(_broken_constraint, name="broken-constraint"),
    case(_identifier_to_get, name="malformed-identifier-to-get"),
    case(_identifier_to_delete, name="malformed-identifier-to-delete"),
    case(_unknown_room, name="unknown-room"),
    case(_unknown_room_to_get, name="unknown-room-to-get"),
    case(_unknown_room_to_delete, name="unknown-room-to-delete"),
]
OF_THE_GATEWAY = [
    case(_unreadable_body, name="unreadable-body"),
    case(_body_of_an_array, name="body-of-an-array"),
    case(_wrong_type, name="wrong-type"),
    case(_content_type, name="content-type"),
    case(_unknown_operation, name="unknown-operation"),
    case(_wrong_method, name="wrong-method"),
    case(_unsigned, name="unsigned"),
    case(_wrong_signature, name="wrong-signature"),
    case(_stale_signature, name="stale-signature"),
    case(_signature_of_half_a_header, name="incomplete-authorization"),
]

every_error = pytest.mark.parametrize("provoke", [*OF_THE_OPERATIONS, *OF_THE_GATEWAY])


@verifies("ERR-01")
@every_error
def test_error_has_a_status_an_object_and_a_type(
    api: ControlPlane, chat_tokens: ChatTokens, provoke: Provoke
) -> None:
    """4xx or 5xx, a JSON object as body, and a type where clients look for it."""
    exchange = provoke(api, chat_tokens)

    named = exchange.error_type
    if named and exchange.status < 400:
        raise AnswerError(f"{named} came with {exchange.status}", exchange)
    _needs_an_error(exchange)
    assert isinstance(exchange.json, dict), "the error's body is no JSON object"
    assert named, "no type in X-Amzn-Errortype, __type or code"


@verifies("ERR-02")
@every_error
def test_error_names_its_type_in_the_header(
    api: ControlPlane, chat_tokens: ChatTokens, provoke: Provoke
) -> None:
    """X-Amzn-Errortype is there, as new servers send it."""
    exchange = provoke(api, chat_tokens)

    _needs_an_error(exchange)
    assert exchange.header("X-Amzn-Errortype"), "there is no X-Amzn-Errortype"


@verifies("ERR-05")
@pytest.mark.parametrize("provoke", OF_THE_OPERATIONS)
def test_modelled_error_has_a_message(
    api: ControlPlane, chat_tokens: ChatTokens, provoke: Provoke
) -> None:
    """A text for people, in `message` (or in `Message`, which clients read too)."""
    exchange = provoke(api, chat_tokens)

    _needs_an_error(exchange)
    if exchange.error_type not in MODELLED:
        pytest.skip("the answer names no error of the model")
    assert exchange.error_message, "there is no text in message"


@verifies("ERR-06")
@every_error
def test_error_is_no_bare_status(
    api: ControlPlane, chat_tokens: ChatTokens, provoke: Provoke
) -> None:
    """A client finds a type, and need not call the error by its status."""
    exchange = provoke(api, chat_tokens)

    _needs_an_error(exchange)
    named = exchange.error_type
    assert named, "no type in X-Amzn-Errortype, __type or code"
    assert not named.isdigit(), "the type is a number"


@verifies("HTTP-RESP-02")
@every_error
def test_error_comes_with_a_request_id(
    api: ControlPlane, chat_tokens: ChatTokens, provoke: Provoke
) -> None:
    """Every answer carries x-amzn-RequestId, that of a refusal too."""
    exchange = provoke(api, chat_tokens)

    assert exchange.header("x-amzn-RequestId"), "there is no x-amzn-RequestId"


def _needs_an_error(exchange: Exchange) -> None:
    """Leave a check untested if nothing was refused: that is judged elsewhere."""
    if exchange.status < 400:
        pytest.skip(f"{exchange.operation} was answered {exchange.status}: no error")
