"""The state: it moves by changes alone, and the changes lead to it again."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from ivschat_conformance.reference_impl.core.changes import (
    Change,
    Cleared,
    LoggingConfigurationDeleted,
    RoomDeleted,
    TokenKeysStored,
    TokenNumbersReserved,
    TokensForgotten,
    TokenUsed,
)
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.errors import ResourceNotFoundException
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.core.state import State

if TYPE_CHECKING:
    from tests.core.conftest import LiveRoom, OpenRoom

ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def replayed(changes: Iterable[Change]) -> State:
    """Return what the changes lead to from nothing."""
    state = State()
    state.apply(changes)
    return state


def changes_of(
    fake: "LiveRoom", method: str, path: str, **body: Any
) -> Iterator[Change]:
    """Make a call and give what it changes."""
    raw = json.dumps(body).encode()
    yield from fake.fake.answer(HttpRequest(method, path, (), raw), fake.now).changes


def seen(state: State) -> tuple[object, ...]:
    """Return what there is in a state, in its order."""
    return (
        list(state.rooms.items()),
        list(state.logging_configurations.items()),
        state.token_numbers_reserved,
    )


def random_calls(fake: "LiveRoom", random: Random, count: int) -> Iterator[Change]:
    """Make calls of every operation that changes something, some of them refused."""
    arns = [ROOM]

    def logging() -> list[str]:
        return [arn for arn in arns if ":logging-" in arn][:3]

    for number in range(count):
        fake.now += timedelta(seconds=1)
        arn = random.choice(arns)
        tags = f"/tags/{quote(arn, safe='')}"
        calls: list[tuple[str, str, dict[str, Any]]] = [
            ("POST", "/CreateRoom", {"loggingConfigurationIdentifiers": logging()}),
            (
                *("POST", "/CreateLoggingConfiguration"),
                {"destinationConfiguration": {"s3": {"bucketName": "chat-logs"}}},
            ),
            ("POST", "/UpdateRoom", {"identifier": arn, "name": f"n-{number}"}),
            ("POST", "/UpdateLoggingConfiguration", {"identifier": arn}),
            ("POST", "/DeleteRoom", {"identifier": arn}),
            ("POST", "/DeleteLoggingConfiguration", {"identifier": arn}),
            ("POST", tags, {"tags": {f"key-{number % 7}": str(number)}}),
            ("DELETE", f"{tags}?tagKeys=key-{number % 7}", {}),
            ("POST", "/CreateChatToken", {"roomIdentifier": arn, "userId": "u"}),
        ]
        method, path, body = random.choice(calls)
        for change in changes_of(fake, method, path, **body):
            yield change
            if path.startswith("/Create") and hasattr(change, "room"):
                arns.append(change.room.arn)
            elif path.startswith("/Create") and hasattr(change, "configuration"):
                arns.append(change.configuration.arn)


def test_changes_of_many_calls_lead_to_the_same_state(open_room: "OpenRoom") -> None:
    """Whoever replays what 2,000 calls returned holds what the fake holds."""
    fake = open_room()
    random = Random(20260102)  # noqa: S311 - must be repeatable

    changes = [*fake.fake.started, *random_calls(fake, random, 2_000)]

    kinds = {type(change).__name__ for change in changes}
    assert {"RoomDeleted", "LoggingConfigurationDeleted", "RoomStored"} <= kinds
    assert len(fake.fake.service.state.rooms) > 1
    assert seen(replayed(changes)) == seen(fake.fake.service.state)


@pytest.mark.ivschat_verifies("ERR-24")
def test_refused_call_changes_nothing(open_room: "OpenRoom") -> None:
    """Neither for whoever keeps changes nor for the fake itself."""
    fake = open_room(room_quota=1)
    before = seen(fake.fake.service.state)
    arn = ROOM.replace("g1H2", "AAAA")

    changes = [
        *changes_of(fake, "POST", "/CreateRoom", name="a"),
        *changes_of(fake, "POST", "/UpdateRoom", identifier=arn),
        *changes_of(fake, "POST", "/DeleteRoom", identifier=arn),
        *changes_of(fake, "POST", f"/tags/{ROOM}", tags={"aws:a": ""}),
        *changes_of(fake, "POST", "/CreateChatToken", roomIdentifier=arn, userId="u"),
    ]

    assert changes == []
    assert seen(fake.fake.service.state) == before


def test_cleared_state_is_a_new_one() -> None:
    """Nothing is left of rooms, tokens, keys and numbers."""
    fake = Endpoint(Settings(rooms=[ROOM]), Random(1), NOW)  # noqa: S311

    state = replayed(
        [*fake.started, TokenNumbersReserved(7), TokenUsed(3, NOW), Cleared()]
    )

    assert seen(state) == seen(State())
    assert len(state.used_tokens) == 0
    assert not state.tokens.has_keys


def test_deleted_things_are_not_found() -> None:
    """Each kind by its own change; what is of another kind is not there either."""
    fake = Endpoint(Settings(rooms=[ROOM]), Random(1), NOW)  # noqa: S311
    state = replayed(fake.started)
    [room] = state.rooms.values()
    logging = ROOM.replace("room", "logging-configuration")

    assert state.resource(ROOM) is state.room(ROOM) is room
    with pytest.raises(ResourceNotFoundException):
        state.resource(logging)
    with pytest.raises(KeyError):
        state.apply([LoggingConfigurationDeleted(ROOM)])
    state.apply([RoomDeleted(ROOM)])
    with pytest.raises(ResourceNotFoundException):
        state.resource(ROOM)


def test_new_start_goes_on_with_what_was_kept() -> None:
    """The rooms as they were left, and a token of before opens after it, once."""
    first = Endpoint(Settings(rooms=["Lobby"]), Random(1), NOW)  # noqa: S311
    changes = [*first.started]
    arn = first.service.seeded_room_arns["Lobby"]
    asked = {"roomIdentifier": arn, "userId": "user-1"}
    outcome = first.service.perform("CreateChatToken", asked, NOW)
    changes += outcome.changes
    assert outcome.output is not None

    second = Endpoint(Settings(rooms=["Lobby"]), Random(2), NOW, changes)  # noqa: S311

    token = second.service.state.tokens.open(outcome.output["token"])
    assert token.room_arn == arn
    assert second.service.seeded_room_arns == {"Lobby": arn}
    assert seen(replayed(second.started)) == seen(second.service.state)


@pytest.mark.ivschat_verifies("TOKEN-LIFE-03")
def test_token_numbers_go_on_after_every_start() -> None:
    """However few of the reserved ones were used, none is given a second time."""
    kept: list[Change] = []
    numbers = []

    for start in range(5):
        fake = Endpoint(Settings(rooms=[ROOM]), Random(start), NOW, kept)  # noqa: S311
        kept = [*fake.started]
        for _ in range(1 + start * 700):
            asked = {"roomIdentifier": ROOM, "userId": "user-1"}
            outcome = fake.service.perform("CreateChatToken", asked, NOW)
            kept += outcome.changes
            assert outcome.output is not None
            sealed = outcome.output["token"]
            numbers.append(fake.service.state.tokens.open(sealed).number)

    assert len(set(numbers)) == len(numbers) == 7_005


def test_oldest_room_of_a_seeded_name_is_that_room() -> None:
    """A later room of the same name, or an update of the first, changes nothing."""
    first = Endpoint(Settings(rooms=["Lobby"]), Random(1), NOW)  # noqa: S311
    arn = first.service.seeded_room_arns["Lobby"]
    changes = [
        *first.started,
        *first.service.perform("CreateRoom", {"name": "Lobby"}, NOW).changes,
        *first.service.perform("UpdateRoom", {"identifier": arn}, NOW).changes,
    ]

    second = Endpoint(Settings(rooms=["Lobby"]), Random(2), NOW, changes)  # noqa: S311

    assert second.service.seeded_room_arns == {"Lobby": arn}
    assert len(second.service.state.rooms) == 2


def test_room_that_is_named_like_a_seeded_id_is_another_one() -> None:
    """`--room ARN` is that ARN, whatever is called by its last part."""
    first = Endpoint(Settings(), Random(1), NOW)  # noqa: S311
    made = first.service.perform("CreateRoom", {"name": "g1H2I3j4k5L6"}, NOW)
    changes = [*first.started, *made.changes]

    second = Endpoint(Settings(rooms=[ROOM]), Random(2), NOW, changes)  # noqa: S311

    assert second.service.seeded_room_arns == {"g1H2I3j4k5L6": ROOM}
    assert second.service.state.room(ROOM).id == "g1H2I3j4k5L6"


@pytest.mark.ivschat_verifies("TOKEN-LIFE-03")
def test_what_could_not_be_kept_is_undone(open_room: "OpenRoom") -> None:
    """Rooms and used tokens are as in what was kept, and numbers are reserved anew."""
    fake = open_room()
    kept = [*fake.fake.started]
    token = fake.token()  # its reservation was not kept
    fake.perform("CreateRoom", name="lost")
    fake.perform("DeleteRoom", identifier=ROOM)

    fake.fake.hold(kept)

    assert [room["arn"] for room in fake.perform("ListRooms")["rooms"]] == [ROOM]
    asked = {"roomIdentifier": ROOM, "userId": "user-1"}
    [reserved] = changes_of(fake, "POST", "/CreateChatToken", **asked)
    assert isinstance(reserved, TokenNumbersReserved)
    assert not hasattr(fake.offer(token), "status")


@pytest.mark.ivschat_verifies("TOKEN-LIFE-03")
def test_reset_that_could_not_be_kept_gives_no_number_again(
    open_room: "OpenRoom",
) -> None:
    """With the keys of before come back the tokens that were used before."""
    fake = open_room()
    kept = [*fake.fake.started, *random_calls(fake, Random(1), 50)]  # noqa: S311
    reserved = fake.fake.service.state.token_numbers_reserved
    fake.call("/_control/reset")

    fake.fake.hold(kept)

    token = fake.fake.service.state.tokens.open(fake.token())
    assert token.number > reserved > 0


@pytest.mark.ivschat_verifies("TOKEN-LIFE-03")
def test_forgotten_tokens_stay_refused_through_a_start() -> None:
    """A clock that is set back between two starts opens none of them again."""
    later = NOW + 60 * MINUTE

    state = replayed(
        [
            *(TokenUsed(number, NOW + MINUTE) for number in range(1, 6)),
            TokenUsed(6, later + MINUTE),
            TokensForgotten(5, later),
        ]
    )

    assert len(state.used_tokens) == 1
    assert all(state.used_tokens.has(number, NOW + MINUTE) for number in range(1, 6))
    assert state.used_tokens.has(6, later + MINUTE)
    assert not state.used_tokens.has(5, later + MINUTE)
    assert not state.used_tokens.has(7, NOW + MINUTE)


def test_no_change_shows_a_key() -> None:
    """Keys stay out of whatever prints a change."""
    fake = Endpoint(Settings(), Random(1), NOW)  # noqa: S311
    [stored] = [
        change for change in fake.started if isinstance(change, TokenKeysStored)
    ]

    assert repr(stored) == "TokenKeysStored()"
    assert [type(change) for change in fake.started] == [Cleared, TokenKeysStored]
