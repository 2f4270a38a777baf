"""How a request is written: a JSON object in a text frame (contract.md 10)."""

import json
from typing import Any

import pytest

from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.connections import CAPABILITIES, Connections

# The same request: what a JSON text may look like is not its reader's choice.
WRITTEN = {
    "plain": '{"Action":"SEND_MESSAGE","RequestId":"r-1","Content":"Zoë €5 😀"}',
    "escaped": '{"Action":"SEND_MESSAGE","RequestId":"r-1",'
    '"Content":"Zo\\u00eb \\u20AC5 \\ud83d\\ude00"}',
    "escaped-names": '{"\\u0041ction":"SEND\\u005fMESSAGE","RequestId":"r-1",'
    '"Content":"Zoë €5 😀"}',
    "other-order": '{"Content":"Zoë €5 😀","RequestId":"r-1","Action":"SEND_MESSAGE"}',
    "indented": '\n{\r\n\t"Action" : "SEND_MESSAGE",\n  "RequestId" : "r-1",\n'
    '  "Content" : "Zoë €5 😀"\n}\n',
}

ANOTHER_CASE = {
    "camel-case": ("action", "requestId", "content", "attributes"),
    "lower-case": ("action", "requestid", "content", "attributes"),
    "upper-case": ("ACTION", "REQUESTID", "CONTENT", "ATTRIBUTES"),
    "mixed": ("aCTION", "requestID", "conTENT", "attriButes"),
}

NO_ACTIONS = {
    "lower-case": "send_message",
    "capitalized": "Send_Message",
    "pascal-case": "SendMessage",
    "space": "SEND MESSAGE",
    "space-after": "SEND_MESSAGE ",
    "newline-after": "SEND_MESSAGE\n",
}


@verifies("WS-REQ-01")
@pytest.mark.parametrize(
    "text", [case(text, name=name) for name, text in WRITTEN.items()]
)
def test_request_is_any_json_text_of_its_object(
    connections: Connections, text: str
) -> None:
    """Escapes, order and white space change nothing, and UTF-8 is read as such."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    alice.send_frame(text)

    assert alice.next_message().content == "Zoë €5 😀", "the message is another one"


@verifies("WS-REQ-01")
def test_each_frame_is_one_request(connections: Connections) -> None:
    """Frames that follow each other at once are requests of their own."""
    alice = connections.open(user_id="alice", capabilities=CAPABILITIES)

    for content in ("first", "second", "third"):
        alice.send(content)

    contents = {alice.next_message().content for _ in range(3)}
    assert contents == {"first", "second", "third"}, "the messages are others"


@verifies("WS-REQ-03")
def test_message_is_asked_for_by_its_four_names(connections: Connections) -> None:
    """Action, RequestId, Content and Attributes are what SEND_MESSAGE is made of."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])

    alice.send_frame(
        {
            "Action": "SEND_MESSAGE",
            "RequestId": "r-1",
            "Content": "hello",
            "Attributes": {"lang": "en"},
        }
    )

    message = alice.next_message()
    found = (message.request_id, message.content, dict(message.attributes))
    assert found == ("r-1", "hello", {"lang": "en"}), "the message says something else"


@verifies("WS-REQ-03")
def test_deletion_is_asked_for_by_its_four_names(connections: Connections) -> None:
    """Action, RequestId, Id and Reason are what DELETE_MESSAGE is made of."""
    alice = connections.open(user_id="alice", capabilities=CAPABILITIES)
    alice.send("hello")
    message_id = alice.next_message().id

    alice.send_frame(
        {
            "Action": "DELETE_MESSAGE",
            "RequestId": "r-2",
            "Id": message_id,
            "Reason": "spam",
        }
    )

    event = alice.next_event("aws:DELETE_MESSAGE")
    found = (event.request_id, event.attributes.get("MessageID"))
    assert found == ("r-2", message_id), "the event says something else"


@verifies("WS-REQ-03")
def test_disconnection_is_asked_for_by_its_four_names(
    connections: Connections,
) -> None:
    """Action, RequestId, UserId and Reason are what DISCONNECT_USER is made of."""
    alice = connections.open(user_id="alice", capabilities=["DISCONNECT_USER"])
    bob = connections.open(user_id="bob")

    alice.send_frame(
        {
            "Action": "DISCONNECT_USER",
            "RequestId": "r-3",
            "UserId": "bob",
            "Reason": "rude",
        }
    )

    bob.wait_closed()


@verifies("WS-REQ-04")
@pytest.mark.parametrize(
    "names", [case(names, name=name) for name, names in ANOTHER_CASE.items()]
)
def test_letter_case_of_a_message_names_does_not_matter(
    connections: Connections, names: tuple[str, ...]
) -> None:
    """AWS's own first demo sent `action`, `requestId`, `content`, `attributes`."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])
    values = ("SEND_MESSAGE", "r-1", "hello", {"lang": "en"})

    alice.send_frame(dict(zip(names, values, strict=True)))

    message = alice.next_message()
    found = (message.request_id, message.content, dict(message.attributes))
    assert found == ("r-1", "hello", {"lang": "en"}), "the message says something else"


@verifies("WS-REQ-04")
@pytest.mark.parametrize(
    ("action", "request_id", "name"),
    [
        case("action", "requestId", "id", name="camel-case"),
        case("ACTION", "REQUESTID", "ID", name="upper-case"),
    ],
)
def test_letter_case_of_a_deletion_names_does_not_matter(
    connections: Connections, action: str, request_id: str, name: str
) -> None:
    """What holds for messages holds for moderation."""
    alice = connections.open(user_id="alice", capabilities=CAPABILITIES)
    alice.send("hello")
    message_id = alice.next_message().id

    alice.send_frame({action: "DELETE_MESSAGE", request_id: "r-2", name: message_id})

    event = alice.next_event("aws:DELETE_MESSAGE")
    assert event.attributes.get("MessageID") == message_id, "it is another message's"


@verifies("WS-REQ-04")
@pytest.mark.parametrize(
    ("action", "name"),
    [
        case("action", "userId", name="camel-case"),
        case("ACTION", "USERID", name="upper-case"),
    ],
)
def test_letter_case_of_a_disconnection_names_does_not_matter(
    connections: Connections, action: str, name: str
) -> None:
    """What holds for messages holds for moderation."""
    alice = connections.open(user_id="alice", capabilities=["DISCONNECT_USER"])
    bob = connections.open(user_id="bob")

    alice.send_frame({action: "DISCONNECT_USER", name: "bob"})

    bob.wait_closed()


@verifies("WS-REQ-05")
@pytest.mark.parametrize(
    "word", [case(word, name=name) for name, word in NO_ACTIONS.items()]
)
def test_action_of_another_spelling_is_not_accepted(
    connections: Connections, word: str
) -> None:
    """An action is one of three words in upper case, exactly so written."""
    alice = connections.open(user_id="alice", capabilities=CAPABILITIES)

    alice.send_frame({"Action": word, "Content": "refused"})

    assert alice.next_error().error_code == 400, "the ERROR is no 400"
    twin = alice.quiet_until(alice.send("the same, rightly spelled"))
    assert twin.kind == "MESSAGE", "the right spelling was refused as well"


@verifies("WS-REQ-20")
@pytest.mark.parametrize(
    "members",
    [
        case({"Colour": "blue"}, name="text"),
        case({"Priority": 7}, name="number"),
        case({"Nested": {"Action": "DISCONNECT_USER"}}, name="object"),
        case({"Nothing": None}, name="null"),
        case({"UserId": "mallory", "Sender": {"UserId": "mallory"}}, name="sender"),
        case({"SendTime": "2001-01-01T00:00:00Z"}, name="time"),
        case({"Reason": "of another action"}, name="another-action's"),
        case({"": ""}, name="empty"),
    ],
)
def test_member_that_an_action_does_not_have_is_ignored(
    connections: Connections, members: dict[str, Any]
) -> None:
    """What nobody knows does not keep a message from being sent as it is."""
    alice = connections.open(user_id="alice", capabilities=["SEND_MESSAGE"])
    request = {"Action": "SEND_MESSAGE", "Content": "hello", **members}

    alice.send_frame(json.dumps(request))

    message = alice.next_message()
    assert message.content == "hello", "the message says something else"
    assert message.sender.user_id == "alice", "the message is somebody else's"
