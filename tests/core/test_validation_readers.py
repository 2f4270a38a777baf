"""Readers of other shapes: maps at the root, other APIs, and single values."""

import pytest

from ivschat_conformance.reference_impl.core.errors import (
    CallerError,
    SerializationException,
    ValidationException,
)
from ivschat_conformance.reference_impl.core.validation import (
    InputReader,
    input_reader,
    matches,
)

ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"
TOKEN = "CreateChatTokenRequest"  # noqa: S105 - a shape's name
ROOM_REQUEST = "CreateRoomRequest"


def test_map_at_the_root_is_kept_whole() -> None:
    """All its keys are data, and a null is a value that the schema allows or not."""
    reader = input_reader("ReviewHandlers", api="harness")
    handlers = {LAMBDA: "http://127.0.0.1:9000/", f"{LAMBDA}:2": None}

    assert reader.read(handlers) == handlers
    assert reader.read({}) == {}


@pytest.mark.parametrize(
    ("handlers", "error_type", "sentence"),
    [
        ({LAMBDA: 9000}, SerializationException, "must be of JSON type null or string"),
        ({LAMBDA: "x"}, ValidationException, "must match ^http://"),
        ({"x": None}, ValidationException, "each key must match ^$|^arn:aws:lambda:"),
    ],
)
def test_refusal_of_a_map_at_the_root_names_no_key(
    handlers: dict[str, object], error_type: type[CallerError], sentence: str
) -> None:
    """What is allowed is said; the key, which is data, is not."""
    with pytest.raises(error_type) as caught:
        input_reader("ReviewHandlers", api="harness").read(handlers)

    assert sentence in caught.value.message
    assert "function:review" not in caught.value.message


def test_readers_of_other_apis_know_their_own_shapes() -> None:
    """A shape is read by the schema of the API that is asked."""
    reader = input_reader("SendMessageAction", api="messaging-api")
    sent = {"Action": "SEND_MESSAGE", "Content": "x", "RequestId": None, "more": 1}

    assert reader.read(sent) == {"Action": "SEND_MESSAGE", "Content": "x"}
    with pytest.raises(LookupError):
        input_reader("SendMessageAction")


def test_reader_of_a_shape_is_made_once() -> None:
    """Reading a schema takes a hundred times as long as reading a request by it."""
    assert input_reader(TOKEN) is input_reader(TOKEN)
    assert input_reader(TOKEN) is not input_reader(ROOM_REQUEST)
    assert InputReader(TOKEN).read({"roomIdentifier": ROOM, "userId": "u"}) == {
        "roomIdentifier": ROOM,
        "userId": "u",
    }


def test_value_matches_a_shape_or_not() -> None:
    """`matches` says it of one value, for settings."""
    assert matches("RoomName", "lobby_1")
    assert not matches("RoomName", "a lobby")
    assert not matches("RoomName", 1)
