"""How a room is named in a request: by its whole ARN (contract.md 3)."""

import re

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import (
    WITHOUT,
    ChatTokens,
    Rooms,
    case,
    verifies,
)
from ivschat_conformance.fixtures.control_plane import ControlPlane

LONGEST = 128

# %s is the room's ARN: what stands around it makes it another text.
AROUND = [
    case(" %s", name="space-before"),
    case("%s ", name="space-after"),
    case("x%s", name="letter-before"),
    case("%s/", name="slash-after"),
    case("%s\n", name="newline-after"),
    case("\n%s", name="newline-before"),
    case("%s\nx", name="second-line"),
    case("x\n%s", name="last-of-two-lines"),
    case("%s\x00", name="nul-after"),
    case("%s,%s", name="two"),
]

# Each differs from a room's ARN in one part.
MALFORMED = [
    case("", name="empty"),
    case("a", name="one-letter"),
    case("arn", name="only-the-first-part"),
    case(
        "ARN:aws:ivschat:us-west-2:123456789012:room/NoRoomHere12", name="capital-arn"
    ),
    case(
        "arn:aws-cn:ivschat:cn-north-1:123456789012:room/NoRoomHere12", name="partition"
    ),
    case("arn:aws:ivs:us-west-2:123456789012:channel/NoRoomHere12", name="ivs-channel"),
    case(
        "arn:aws:ivschat:US-WEST-2:123456789012:room/NoRoomHere12",
        name="capital-region",
    ),
    case("arn:aws:ivschat::123456789012:room/NoRoomHere12", name="no-region"),
    case(
        "arn:aws:ivschat:us_west_2:123456789012:room/NoRoomHere12", name="underscores"
    ),
    case("arn:aws:ivschat:us-west-2::room/NoRoomHere12", name="no-account"),
    case(
        "arn:aws:ivschat:us-west-2:12345678901a:room/NoRoomHere12",
        name="letter-in-account",
    ),
    case("arn:aws:ivschat:us-west-2:123456789012:NoRoomHere12", name="no-type"),
    case(
        "arn:aws:ivschat:us-west-2:123456789012:Room/NoRoomHere12", name="capital-type"
    ),
    case(
        "arn:aws:ivschat:us-west-2:123456789012:rooms/NoRoomHere12", name="plural-type"
    ),
    case(
        "arn:aws:ivschat:us-west-2:123456789012:logging-configuration/NoRoomHere12",
        name="another-resource",
    ),
    case("arn:aws:ivschat:us-west-2:123456789012:room/", name="no-id"),
    case("arn:aws:ivschat:us-west-2:123456789012:room:NoRoomHere12", name="colon"),
    case(
        "arn:aws:ivschat:us-west-2:123456789012:room/NoRoom/Here12", name="slash-in-id"
    ),
    case(
        "arn:aws:ivschat:us-west-2:123456789012:room/NoRoom_Here1",
        name="underscore-in-id",
    ),
    case(
        "arn:aws:ivschat:us-west-2:123456789012:room/NoRoomHere1é", name="accent-in-id"
    ),
    case(
        "arn:aws:ivschat:us-west-2:١٢٣٤٥٦٧٨٩٠١٢:room/NoRoomHere12", name="other-digits"
    ),
]


@verifies("VAL-02")
@pytest.mark.parametrize("form", AROUND)
def test_pattern_is_for_the_whole_identifier(
    chat_tokens: ChatTokens, room: str, form: str
) -> None:
    """An ARN with something around it is no ARN."""
    refused = chat_tokens.ask(roomIdentifier=form.replace("%s", room))
    twin = chat_tokens.ask()

    expect.refused(refused, field="roomIdentifier")
    expect.twin_accepted(twin)


@verifies("VAL-03")
@pytest.mark.parametrize("identifier", MALFORMED)
def test_room_identifier_must_be_the_arn_of_a_room(
    chat_tokens: ChatTokens, identifier: str
) -> None:
    """Every part of the ARN has its alphabet, and none may be missing."""
    refused = chat_tokens.ask(roomIdentifier=identifier)
    twin = chat_tokens.ask()

    expect.refused(refused, field="roomIdentifier")
    expect.twin_accepted(twin)


@verifies("VAL-03")
@pytest.mark.parametrize("operation", ["GetRoom", "DeleteRoom"])
@pytest.mark.parametrize(
    "identifier",
    [
        case(WITHOUT, name="absent"),
        case("", name="empty"),
        case("arn:aws:ivschat:us-west-2:123456789012:room/", name="no-id"),
        case("arn:aws:ivs:us-west-2:123456789012:channel/NoRoomHere12", name="channel"),
        case(
            "arn:aws:ivschat:us-west-2:123456789012:room/NoRoom_Here1", name="alphabet"
        ),
    ],
)
def test_identifier_must_be_the_arn_of_a_room(
    api: ControlPlane, room: str, operation: str, identifier: object
) -> None:
    """The other operations' `identifier` is of the same form, and required."""
    body = {} if identifier is WITHOUT else {"identifier": identifier}

    refused = api.call(operation, body)
    twin = api.call("GetRoom", {"identifier": room})

    expect.refused(refused, field="identifier")
    expect.twin_accepted(twin)


@verifies("VAL-03")
def test_longest_identifier_is_well_formed(chat_tokens: ChatTokens, room: str) -> None:
    """At 128 characters the ARN is one, of a room that is not there."""
    exchange = chat_tokens.ask(roomIdentifier=_of_length(room, LONGEST))

    expect.refused(exchange, status=404, types={"ResourceNotFoundException"})


@verifies("VAL-03")
@pytest.mark.parametrize("length", [129, 130, 1_000])
def test_longer_identifier_is_refused(
    chat_tokens: ChatTokens, room: str, length: int
) -> None:
    """One character more than 128 is too many."""
    refused = chat_tokens.ask(roomIdentifier=_of_length(room, length))
    twin = chat_tokens.ask()

    expect.refused(refused, field="roomIdentifier")
    expect.twin_accepted(twin)


@verifies("VAL-04")
@pytest.mark.parametrize("cut", ["/", ":room/", ":"])
def test_bare_room_id_is_no_identifier(
    chat_tokens: ChatTokens, room: str, cut: str
) -> None:
    """A room is named by its ARN and by nothing shorter."""
    refused = chat_tokens.ask(roomIdentifier=room.rpartition(cut)[2])
    twin = chat_tokens.ask()

    expect.refused(refused, field="roomIdentifier")
    expect.twin_accepted(twin)


@verifies("VAL-08")
def test_room_ids_are_12_letters_and_digits(rooms: Rooms) -> None:
    """Whatever room is created, its id has this form."""
    created = [rooms.create() for _ in range(5)]

    for exchange in created:
        expect.accepted(exchange)
        assert re.fullmatch(r"[a-zA-Z0-9]{12}", exchange.json["id"]), "the id's form"
        assert exchange.json["arn"].endswith(f":room/{exchange.json['id']}")


def _of_length(room: str, length: int) -> str:
    """Return an ARN of no room that has as many characters."""
    head = room.rpartition("/")[0] + "/"
    return head + "a" * (length - len(head))
