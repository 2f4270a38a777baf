"""What every success of the control plane looks like (contract.md 2.2)."""

from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import ChatTokens, Rooms, case, verifies
from ivschat_conformance.fixtures.control_plane import ControlPlane, Exchange

OF_A_ROOM = (
    "arn",
    "id",
    "name",
    "createTime",
    "updateTime",
    "maximumMessageRatePerSecond",
    "maximumMessageLength",
    "messageReviewHandler",
    "tags",
    "loggingConfigurationIdentifiers",
)
OF_A_HANDLER = ("uri", "fallbackResult")
OF_A_VALIDATION_ERROR = ("message", "reason", "fieldList")


@verifies("HTTP-RESP-01")
def test_chat_token_is_answered_in_json(chat_tokens: ChatTokens) -> None:
    """CreateChatToken answers application/json and one object."""
    exchange = chat_tokens.ask()

    _expect_json_object(exchange)


@verifies("HTTP-RESP-01")
def test_new_room_is_answered_in_json(rooms: Rooms) -> None:
    """CreateRoom answers application/json and one object."""
    exchange = rooms.create()

    _expect_json_object(exchange)


@verifies("HTTP-RESP-01")
def test_room_is_answered_in_json(api: ControlPlane, room: str) -> None:
    """GetRoom answers application/json and one object."""
    exchange = api.call("GetRoom", {"identifier": room})

    _expect_json_object(exchange)


@verifies("HTTP-RESP-01")
def test_text_outside_ascii_is_answered_in_json(rooms: Rooms) -> None:
    """The object is UTF-8 or escaped: what was given comes back as it was."""
    exchange = rooms.create(tags={"sprache": "Zoë 😀"})

    _expect_json_object(exchange)
    tags = exchange.json.get("tags", {})
    assert tags.get("sprache", "Zoë 😀") == "Zoë 😀", "a text came back as another"


@verifies("HTTP-RESP-02")
def test_chat_token_comes_with_a_request_id(chat_tokens: ChatTokens) -> None:
    """CreateChatToken's answer carries x-amzn-RequestId."""
    exchange = chat_tokens.ask()

    _expect_request_id(exchange)


@verifies("HTTP-RESP-02")
def test_new_room_comes_with_a_request_id(rooms: Rooms) -> None:
    """CreateRoom's answer carries x-amzn-RequestId."""
    exchange = rooms.create()

    _expect_request_id(exchange)


@verifies("HTTP-RESP-02")
def test_room_comes_with_a_request_id(api: ControlPlane, room: str) -> None:
    """GetRoom's answer carries x-amzn-RequestId."""
    exchange = api.call("GetRoom", {"identifier": room})

    _expect_request_id(exchange)


@verifies("HTTP-RESP-02")
def test_deletion_comes_with_a_request_id(api: ControlPlane, rooms: Rooms) -> None:
    """DeleteRoom's answer carries x-amzn-RequestId, although it has no body."""
    arn = rooms.new()

    exchange = api.call("DeleteRoom", {"identifier": arn})

    _expect_request_id(exchange)


@verifies("HTTP-RESP-02")
def test_no_two_answers_have_one_request_id(chat_tokens: ChatTokens) -> None:
    """Successes and refusals, of requests alike or not, are told apart."""
    exchanges = [chat_tokens.ask() for _ in range(4)]
    exchanges += [chat_tokens.ask(userId="") for _ in range(4)]

    ids = [exchange.header("x-amzn-RequestId") for exchange in exchanges]
    assert len(set(ids)) == 8, "two of eight answers have the same x-amzn-RequestId"


@verifies("HTTP-RESP-04")
@pytest.mark.parametrize(
    "members",
    [
        case({}, name="room-of-defaults"),
        case({"name": "lobby", "tags": {"k": "v"}}, name="room-with-settings"),
    ],
)
def test_deletion_is_answered_with_204_and_no_body(
    api: ControlPlane, rooms: Rooms, members: dict[str, Any]
) -> None:
    """DeleteRoom has nothing to say: not even `{}`."""
    arn = rooms.new(**members)

    exchange = api.call("DeleteRoom", {"identifier": arn})

    expect.accepted(exchange, 204)
    if exchange.body:
        raise expect.AnswerError(
            f"the body has {len(exchange.body)} bytes, not 0", exchange
        )


@verifies("HTTP-RESP-07")
@pytest.mark.parametrize(
    "members",
    [
        case({}, name="nothing-given"),
        case({"name": "lobby"}, name="name-given"),
        case({"messageReviewHandler": {"uri": ""}}, name="empty-uri-given"),
        case({"tags": {}}, name="empty-tags-given"),
        case({"name": None, "messageReviewHandler": None}, name="nulls-given"),
    ],
)
def test_room_has_no_null_for_what_it_lacks(
    api: ControlPlane, rooms: Rooms, members: dict[str, Any]
) -> None:
    """A setting that is not there is left out, when created and when read."""
    arn = rooms.new(**members)
    api.call("GetRoom", {"identifier": arn})

    for exchange in api.trace:
        _expect_no_null(exchange, exchange.json, OF_A_ROOM)
        handler = exchange.json.get("messageReviewHandler")
        _expect_no_null(exchange, handler or {}, OF_A_HANDLER)


@verifies("HTTP-RESP-07")
def test_error_has_no_null_for_what_it_lacks(chat_tokens: ChatTokens) -> None:
    """A fieldList that is not there is left out."""
    exchange = chat_tokens.ask(sessionDurationInMinutes=10_000)

    _expect_no_null(exchange, exchange.json, OF_A_VALIDATION_ERROR)


def _expect_json_object(exchange: Exchange) -> None:
    expect.accepted(exchange)
    media_type, _, _ = (exchange.header("Content-Type") or "").partition(";")
    assert media_type.strip().lower() == "application/json", (
        "Content-Type is not application/json"
    )
    assert isinstance(exchange.json, dict), "the body is no JSON object"


def _expect_request_id(exchange: Exchange) -> None:
    if not exchange.header("x-amzn-RequestId"):
        raise expect.AnswerError("there is no x-amzn-RequestId", exchange)


def _expect_no_null(
    exchange: Exchange, found: dict[str, Any], names: tuple[str, ...]
) -> None:
    nulls = [name for name in names if found.get(name, "") is None]
    if nulls:
        raise expect.AnswerError(
            f"{exchange.operation} was answered with null for {', '.join(nulls)}",
            exchange,
        )
