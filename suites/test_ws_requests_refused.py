"""Requests that are none, and what is wrong with their members (contract.md 10)."""

from collections.abc import Callable
from typing import Any

import pytest

from ivschat_conformance.fixtures.cases import WITHOUT, case, changed, verifies
from ivschat_conformance.fixtures.chat_connection import (
    ChatConnection,
    NothingReceivedError,
)
from ivschat_conformance.fixtures.connections import CAPABILITIES, Connections

SENDING = {"Action": "SEND_MESSAGE", "Content": "hello"}

Valid = Callable[[str], dict[str, Any]]

NO_JSON = {
    "empty": "",
    "spaces": "  \n",
    "truncated": '{"Action":"SEND_MESSAGE","Content":"refused"',
    "truncated-text": '{"Action":"SEND_MESSAGE","Content":"refu',
    "single-quotes": "{'Action':'SEND_MESSAGE','Content':'refused'}",
    "bare-names": '{Action:"SEND_MESSAGE",Content:"refused"}',
    "trailing-comma": '{"Action":"SEND_MESSAGE","Content":"refused",}',
    "comment": '{"Action":"SEND_MESSAGE",/* hello */"Content":"refused"}',
    "newline-in-text": '{"Action":"SEND_MESSAGE","Content":"refu\nsed"}',
    "bad-escape": '{"Action":"SEND_MESSAGE","Content":"refu\\xsed"}',
    "not-a-number": '{"Action":"SEND_MESSAGE","Content":NaN}',
    "trailing-word": '{"Action":"SEND_MESSAGE","Content":"refused"} please',
    "two-objects": '{"Action":"SEND_MESSAGE","Content":"refused"}'
    '{"Action":"SEND_MESSAGE","Content":"refused"}',
    "two-lines": '{"Action":"SEND_MESSAGE","Content":"refused"}\n'
    '{"Action":"SEND_MESSAGE","Content":"refused"}\n',
}

NO_OBJECT = {
    "empty-array": "[]",
    "array-of-a-request": '[{"Action":"SEND_MESSAGE","Content":"refused"}]',
    "string": '"SEND_MESSAGE"',
    "request-in-a-string": '"{\\"Action\\":\\"SEND_MESSAGE\\",\\"Content\\":\\"x\\"}"',
    "number": "7",
    "true": "true",
    "null": "null",
}


@pytest.fixture
def alice(connections: Connections) -> ChatConnection:
    """Give a session that may do everything; nobody else is in the room."""
    return connections.open(user_id="alice", capabilities=CAPABILITIES)


@pytest.fixture
def valid(connections: Connections, alice: ChatConnection) -> Valid:
    """Give a valid request of an action, with what it is to be done to."""

    def request(action: str) -> dict[str, Any]:
        match action:
            case "DELETE_MESSAGE":
                alice.send("hello")
                return {"Action": action, "Id": alice.next_message().id}
            case "DISCONNECT_USER":
                connections.open(user_id="bob")
                return {"Action": action, "UserId": "bob"}
        return SENDING

    return request


@verifies("WS-REQ-18")
@pytest.mark.parametrize(
    "text", [case(text, name=name) for name, text in NO_JSON.items()]
)
def test_frame_that_is_no_json_is_refused(
    connections: Connections, alice: ChatConnection, text: str
) -> None:
    """ERROR 400 is the answer, or the end of the connection, and nothing is sent."""
    alice.send_frame(text)

    try:
        assert alice.next_error().error_code == 400, "the ERROR is no 400"
    except NothingReceivedError:
        if alice.closed is None:
            raise
        alice = connections.open(user_id="alice", capabilities=CAPABILITIES)
    _expect_twin_accepted(alice)


@verifies("WS-REQ-18", "WS-ERR-06")
@pytest.mark.parametrize(
    "text", [case(text, name=name) for name, text in NO_OBJECT.items()]
)
def test_frame_that_is_no_object_is_a_400(alice: ChatConnection, text: str) -> None:
    """Other JSON than an object asks for nothing."""
    alice.send_frame(text)

    assert alice.next_error().error_code == 400, "the ERROR is no 400"
    _expect_twin_accepted(alice)


@verifies("WS-REQ-18", "WS-ERR-06")
@pytest.mark.parametrize(
    "action",
    [
        case(WITHOUT, name="missing"),
        case(None, name="null"),
        case("", name="empty"),
        case("JOIN", name="unknown"),
        case("aws:DELETE_MESSAGE", name="event-name"),
        case(7, name="number"),
        case(True, name="true"),  # noqa: FBT003 - a JSON value
        case(["SEND_MESSAGE"], name="list"),
        case({"SEND_MESSAGE": "refused"}, name="object"),
    ],
)
def test_request_without_an_action_that_is_known_is_a_400(
    alice: ChatConnection, action: object
) -> None:
    """An object that names none of the three actions asks for nothing."""
    alice.send_frame(changed({"Content": "refused"}, {"Action": action}))

    assert alice.next_error().error_code == 400, "the ERROR is no 400"
    _expect_twin_accepted(alice)


@pytest.mark.parametrize(
    ("action", "member"),
    [
        case(
            "SEND_MESSAGE",
            "Content",
            name="Content",
            verifying=("WS-REQ-08", "WS-REQ-18"),
        ),
        case("DELETE_MESSAGE", "Id", name="Id", verifying=("WS-REQ-14", "WS-REQ-18")),
        case(
            "DISCONNECT_USER",
            "UserId",
            name="UserId",
            verifying=("WS-REQ-15", "WS-REQ-18"),
        ),
    ],
)
def test_request_without_its_required_member_is_a_400(
    alice: ChatConnection, valid: Valid, action: str, member: str
) -> None:
    """An action does not guess what it is to be done to."""
    _expect_refused_beside_its_twin(alice, valid(action), {member: WITHOUT})


@pytest.mark.parametrize(
    "value",
    [
        case(None, name="null"),
        case(7, name="number"),
        case(True, name="true"),  # noqa: FBT003 - a JSON value
        case(["Ab3dEf6hIj9L"], name="list"),
        case({"text": "Ab3dEf6hIj9L"}, name="object"),
    ],
)
@pytest.mark.parametrize(
    ("action", "member"),
    [
        case("SEND_MESSAGE", "Content", name="Content", verifying="WS-REQ-08"),
        case("DELETE_MESSAGE", "Id", name="Id", verifying="WS-REQ-14"),
        case("DISCONNECT_USER", "UserId", name="UserId", verifying="WS-REQ-15"),
    ],
)
def test_required_member_that_is_no_text_is_a_400(
    alice: ChatConnection, valid: Valid, action: str, member: str, value: object
) -> None:
    """A text is required, and nothing else stands for one."""
    _expect_refused_beside_its_twin(alice, valid(action), {member: value})


@verifies("WS-REQ-08")
@pytest.mark.parametrize(
    "attributes",
    [
        case("lang=en", name="text"),
        case('{"lang":"en"}', name="object-in-a-text"),
        case(7, name="number"),
        case(True, name="true"),  # noqa: FBT003 - a JSON value
        case([], name="empty-list"),
        case([{"lang": "en"}], name="list-of-an-object"),
    ],
)
def test_attributes_that_are_no_object_are_a_400(
    alice: ChatConnection, attributes: object
) -> None:
    """A message's attributes are a map."""
    _expect_refused_beside_its_twin(alice, SENDING, {"Attributes": attributes})


@verifies("WS-REQ-08")
@pytest.mark.parametrize(
    "attributes",
    [
        case(WITHOUT, name="absent"),
        case({}, name="none"),
        case({"lang": "en"}, name="one"),
        case({"lang": ""}, name="empty-value"),
        case({f"k{n}": "v" for n in range(40)}, name="forty"),
    ],
)
def test_message_may_have_attributes(alice: ChatConnection, attributes: object) -> None:
    """Content is enough, and a map of texts may come along."""
    alice.send_frame(changed(SENDING, {"Attributes": attributes}))

    assert alice.next_message().content == "hello", "another message came"


@verifies("WS-REQ-19")
@pytest.mark.parametrize(
    "value",
    [
        case(7, name="number"),
        case(1.5, name="fraction"),
        case(True, name="true"),  # noqa: FBT003 - a JSON value
        case(["en"], name="list"),
        case({"lang": "en"}, name="object"),
    ],
)
def test_attribute_that_is_no_text_is_a_400(
    alice: ChatConnection, value: object
) -> None:
    """The values of attributes are texts, each of them."""
    attributes = {"kind": "greeting", "value": value}

    _expect_refused_beside_its_twin(alice, SENDING, {"Attributes": attributes})


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        case(action, reason, name=f"{action}-{name}", verifying=verifying)
        for action, verifying in (
            ("DELETE_MESSAGE", "WS-REQ-14"),
            ("DISCONNECT_USER", "WS-REQ-15"),
        )
        for name, reason in (("without-a-reason", WITHOUT), ("with-one", "spam"))
    ],
)
def test_reason_may_come_along_or_not(
    alice: ChatConnection, valid: Valid, action: str, reason: object
) -> None:
    """Moderation is no error, whether it gives a reason or not."""
    alice.send_frame(changed(valid(action), {"Reason": reason}))

    _expect_no_error(alice)


@verifies("WS-REQ-25")
@pytest.mark.parametrize("action", ["DELETE_MESSAGE", "DISCONNECT_USER"])
@pytest.mark.parametrize(
    "reason",
    [
        case("", name="empty"),
        case("r" * 257, name="257-characters"),
        case("r" * 5_000, name="5000-characters"),
        case(7, name="number"),
    ],
)
def test_reason_outside_its_limits_is_a_400(
    alice: ChatConnection, valid: Valid, action: str, reason: object
) -> None:
    """What the control plane refuses as a reason is none here either."""
    _expect_refused_beside_its_twin(alice, valid(action), {"Reason": reason})


@verifies("WS-REQ-25")
@pytest.mark.parametrize("action", ["DELETE_MESSAGE", "DISCONNECT_USER"])
@pytest.mark.parametrize(
    "reason",
    [
        case("r", name="1"),
        case("r" * 256, name="256"),
        case("é" * 256, name="256-of-two-bytes"),
    ],
)
def test_reason_of_1_to_256_characters_is_accepted(
    alice: ChatConnection, valid: Valid, action: str, reason: str
) -> None:
    """Both limits are legal, in characters."""
    alice.send_frame({**valid(action), "Reason": reason})

    _expect_no_error(alice)


def _expect_refused_beside_its_twin(
    alice: ChatConnection, valid: dict[str, Any], defect: dict[str, Any]
) -> None:
    """Expect ERROR 400 with the defect, and no ERROR without it."""
    alice.send_frame(changed(valid, defect))

    assert alice.next_error().error_code == 400, "the ERROR is no 400"

    alice.send_frame(valid)
    _expect_no_error(alice)


def _expect_no_error(alice: ChatConnection) -> None:
    """Expect that none of the requests up to now had an ERROR that nobody took."""
    frames = alice.frames_until(alice.send("marker"))
    assert "ERROR" not in {frame.kind for frame in frames}, "a valid request had one"


def _expect_twin_accepted(alice: ChatConnection) -> None:
    """Expect a message to be sent, and nothing of what was refused before it."""
    twin = alice.quiet_until(alice.send("hello"))
    assert twin.kind == "MESSAGE", "a valid request was refused as well"
