"""How a room is named in a request: by its whole ARN (contract.md 3)."""

import re

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import (
    WITHOUT,
    ChatTokens,
    Rooms,
    case,
    changed,
    verifies,
)
from ivschat_conformance.fixtures.control_plane import ControlPlane

NOT_FOUND = {"ResourceNotFoundException"}

# %s is the room's ARN: what stands around it makes it another text.
AROUND = [
    case(" %s", name="space-before"),
    case("%s ", name="space-after"),
    case("x%s", name="letter-before"),
    case("%s/", name="slash-after"),
    case("%s/NoRoomHere12", name="another-id-after"),
    case("%s_", name="underscore-after"),
    case("%sé", name="accent-after"),
    case("%s\n", name="newline-after"),
    case("\n%s", name="newline-before"),
    case("%s\nx", name="second-line"),
    case("x\n%s", name="last-of-two-lines"),
    case("%s\x00", name="nul-after"),
    case("%s,%s", name="two"),
]

# Each differs from a room's ARN in one part, and holds no ARN: that is VAL-02's claim.
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
    case("arn:aws:ivschat:us-west-2:123456789012:room//NoRoomHere12", name="slashes"),
    case("arn:aws:ivschat:us-west-2:123456789012:room/_NoRoomHere1", name="underscore"),
    case("arn:aws:ivschat:us-west-2:123456789012:room/éNoRoomHere1", name="accent"),
    case("arn:aws:ivschat:us-west-2:123456789012:room/ NoRoomHere1", name="space"),
    case("arn:aws:ivschat:us-west-2:123456789012:/NoRoomHere12", name="empty-type"),
    case("arn:aws:ivschat:us-west-2:room/NoRoomHere12", name="a-part-less"),
    case(
        "arn:aws:ivschat:us-west-2:eu:123456789012:room/NoRoomHere12",
        name="a-part-more",
    ),
    case("arn::ivschat:us-west-2:123456789012:room/NoRoomHere12", name="no-partition"),
    case("arn:aws::us-west-2:123456789012:room/NoRoomHere12", name="no-service"),
    case("arn:aws:IVSChat:us-west-2:123456789012:room/NoRoomHere12", name="service"),
    case("arn:aws:ivschat:us west 2:123456789012:room/NoRoomHere12", name="spaces"),
    case("arn:aws:ivschat:us-west-2:1234-5678:room/NoRoomHere12", name="hyphens"),
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


@verifies("VAL-02")
@pytest.mark.parametrize(
    "form",
    [
        case("x%s", name="letter-before"),
        case("%s/", name="slash-after"),
        case("%s\n", name="newline-after"),
        case("x\n%s", name="last-of-two-lines"),
    ],
)
def test_pattern_is_for_the_whole_identifier_of_a_lookup(
    api: ControlPlane, room: str, form: str
) -> None:
    """GetRoom's `identifier` is an ARN and nothing around it."""
    refused = api.call("GetRoom", {"identifier": form.replace("%s", room)})
    twin = api.call("GetRoom", {"identifier": room})

    expect.refused(refused, field="identifier")
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
            "arn:aws:ivschat:us-west-2:123456789012:room/_NoRoomHere1", name="alphabet"
        ),
    ],
)
def test_identifier_must_be_the_arn_of_a_room(
    api: ControlPlane, room: str, operation: str, identifier: object
) -> None:
    """The other operations' `identifier` is of the same form, and required."""
    refused = api.call(operation, changed({}, {"identifier": identifier}))
    twin = api.call("GetRoom", {"identifier": room})

    expect.refused(refused, field="identifier")
    expect.twin_accepted(twin)


@verifies("VAL-03")
@pytest.mark.parametrize(
    "room_id",
    [
        case("a", name="one-letter"),
        case("0", name="one-digit"),
        case("-", name="one-hyphen"),
        case("No-Room-Here-12", name="every-kind"),
        case("a" * 20, name="20-letters"),
    ],
)
def test_identifier_of_the_pattern_is_well_formed(
    chat_tokens: ChatTokens, room: str, room_id: str
) -> None:
    """An ARN of the pattern is one, be it of a room that is not there: 404."""
    arn = f"{room.rpartition('/')[0]}/{room_id}"

    exchange = chat_tokens.ask(roomIdentifier=arn)

    expect.refused(exchange, status=404, types=NOT_FOUND)


@verifies("VAL-03")
@pytest.mark.parametrize("length", [127, 128])
def test_longest_identifier_is_well_formed(
    chat_tokens: ChatTokens, room: str, length: int
) -> None:
    """Up to 128 characters the ARN is one, of a room that is not there."""
    exchange = chat_tokens.ask(roomIdentifier=_of_length(room, length))

    expect.refused(exchange, status=404, types=NOT_FOUND)


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


@verifies("VAL-03")
@pytest.mark.parametrize("operation", ["GetRoom", "DeleteRoom"])
def test_identifier_of_other_operations_has_the_same_limit(
    api: ControlPlane, room: str, operation: str
) -> None:
    """128 characters are an ARN of no room, 129 are none."""
    longest = api.call(operation, {"identifier": _of_length(room, 128)})
    refused = api.call(operation, {"identifier": _of_length(room, 129)})

    expect.refused(longest, status=404, types=NOT_FOUND)
    expect.refused(refused, field="identifier")


@verifies("VAL-04")
@pytest.mark.parametrize("cut", [case("/", name="id"), case(":", name="type-and-id")])
def test_bare_room_id_is_no_identifier(
    chat_tokens: ChatTokens, room: str, cut: str
) -> None:
    """A room is named by its ARN and by nothing shorter."""
    refused = chat_tokens.ask(roomIdentifier=room.rpartition(cut)[2])
    twin = chat_tokens.ask()

    expect.refused(refused, field="roomIdentifier")
    expect.twin_accepted(twin)


@verifies("VAL-04")
@pytest.mark.parametrize("operation", ["GetRoom", "DeleteRoom"])
def test_bare_room_id_is_no_identifier_of_other_operations(
    api: ControlPlane, rooms: Rooms, operation: str
) -> None:
    """Neither is a room looked up by its id, nor deleted."""
    arn = rooms.new()

    refused = api.call(operation, {"identifier": arn.rpartition("/")[2]})
    twin = api.call("GetRoom", {"identifier": arn})

    expect.refused(refused, field="identifier")
    expect.twin_accepted(twin)


@verifies("VAL-08")
def test_room_ids_are_12_letters_and_digits(rooms: Rooms) -> None:
    """Whatever room is created, its id has this form."""
    created = [rooms.create() for _ in range(3)]

    for exchange in created:
        expect.accepted(exchange)
        room_id = str(exchange.json.get("id"))
        assert re.fullmatch(r"[a-zA-Z0-9]{12}", room_id), (
            "a room's id is not 12 characters of a-z, A-Z and 0-9"
        )


def _of_length(room: str, length: int) -> str:
    """Return an ARN of no room that has as many characters."""
    head = room.rpartition("/")[0] + "/"
    return head + "a" * (length - len(head))
