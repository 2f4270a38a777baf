"""The state file: what was kept is there again, whatever became of the process."""

import resource
import shutil
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ivschat_conformance.reference_impl.adapters.state_file import (
    StateFile,
    StateFileError,
)
from ivschat_conformance.reference_impl.adapters.storage import keeping_in_step
from ivschat_conformance.reference_impl.core.changes import (
    Change,
    Cleared,
    RoomDeleted,
    RoomStored,
    TokenKeysStored,
    TokenNumbersReserved,
    TokensForgotten,
    TokenUsed,
)
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.errors import ServiceError
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.core.state import State

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"


def fake() -> Endpoint:
    """Return a fake with a lobby."""
    return Endpoint(Settings(rooms=["Lobby"]), Random(1), NOW)  # noqa: S311


def loaded(path: Path) -> State:
    """Return the state that a file leads to."""
    state = State()
    with closing(StateFile(path)) as file:
        state.apply(file.load())
    return state


def seen(state: State) -> tuple[object, ...]:
    """Return what there is in a state, in its order."""
    return (
        list(state.rooms.items()),
        list(state.logging_configurations.items()),
        state.token_numbers_reserved,
        vars(state.used_tokens)["_expirations"],
        vars(state.used_tokens)["_forgotten"],
    )


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process take another byte."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_every_member_of_what_was_kept_is_there_again(path: Path) -> None:
    """Rooms and configurations: all settings, to the microsecond, in their order."""
    core = fake()
    with closing(StateFile(path)) as file:
        file.keep(core.started)
        calls: dict[str, dict[str, Any]] = {
            "CreateLoggingConfiguration": {
                "destinationConfiguration": {"s3": {"bucketName": "logs"}},
                "name": "logs",
                "tags": {"é": "🔑"},
            },
            "CreateRoom": {
                "name": "",
                "maximumMessageLength": 7,
                "messageReviewHandler": {"uri": LAMBDA, "fallbackResult": "DENY"},
                "loggingConfigurationIdentifiers": [],
                "tags": {"'": '"; DROP TABLE rooms'},
            },
        }
        for name, request in calls.items():
            file.keep(core.service.perform(name, request, NOW).changes)

    state = loaded(path)

    assert seen(state) == seen(core.service.state)
    [*_, room] = state.rooms.values()
    [*_, same] = core.service.state.rooms.values()
    assert room.wire() == same.wire()
    assert room.review_handler == {"uri": LAMBDA, "fallbackResult": "DENY"}


def test_file_follows_every_call(path: Path) -> None:
    """After each of many calls it leads to the very state of the fake, or its copy."""
    core = fake()
    random = Random(20260102)  # noqa: S311 - must be repeatable
    arns = list(core.service.state.rooms)
    with closing(StateFile(path)) as file:
        file.keep(core.started)
        for step in range(400):
            now = NOW + timedelta(seconds=step)
            arn = random.choice(arns)
            calls: list[tuple[str, dict[str, Any]]] = [
                ("CreateRoom", {"name": f"room-{step}"}),
                ("UpdateRoom", {"identifier": arn, "name": f"room-{step}"}),
                ("DeleteRoom", {"identifier": arn}),
                ("TagResource", {"resourceArn": arn, "tags": {f"k{step}": ""}}),
                ("CreateChatToken", {"roomIdentifier": arn, "userId": "u"}),
            ]
            operation, request = random.choice(calls)
            try:
                outcome = core.service.perform(operation, request, now)
            except ServiceError:
                continue
            file.keep(outcome.changes)
            arns += [
                change.room.arn
                for change in outcome.changes
                if isinstance(change, RoomStored) and operation == "CreateRoom"
            ]
            if step % 50 == 0:
                state = State()
                state.apply(file.load())
                assert seen(state) == seen(core.service.state)

    assert len(core.service.state.rooms) > 5
    assert seen(loaded(path)) == seen(core.service.state)


def test_nothing_is_left_after_a_reset(path: Path) -> None:
    """Neither rooms nor keys nor tokens of before stand in the file."""
    core = fake()
    key = TokenKeysStored((b"k" * 44,))
    with closing(StateFile(path)) as file:
        file.keep([*core.started, TokenNumbersReserved(7), TokenUsed(3, NOW)])
        file.keep([TokensForgotten(2, NOW)])
        file.keep([Cleared(), key])

        assert file.load() == (key,)


def test_kept_is_there_whatever_becomes_of_the_process(
    path: Path, tmp_path: Path
) -> None:
    """A copy of what is on disk, the file still open, has all that was kept."""
    core = fake()
    copies = tmp_path / "copies"
    copies.mkdir()
    with closing(StateFile(path)) as file:
        file.keep(core.started)
        for copied in tmp_path.glob("state.db*"):
            shutil.copy(copied, copies)

    assert seen(loaded(copies / "state.db")) == seen(core.service.state)


def test_changes_are_kept_all_or_none(path: Path) -> None:
    """What comes before a failure is not in the file, and the next ones are."""
    core = fake()
    [arn] = core.service.state.rooms

    def failing() -> Iterator[Change]:
        yield RoomDeleted(arn)
        raise RuntimeError

    with closing(StateFile(path)) as file:
        file.keep(core.started)
        with pytest.raises(RuntimeError):
            file.keep(failing())
        file.keep([TokenNumbersReserved(7)])

    state = loaded(path)
    assert list(state.rooms) == [arn]
    assert state.token_numbers_reserved == 7


def test_full_disk_costs_what_it_does_not_take(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The error says so, the file stays as it was, and later it goes on."""
    with closing(StateFile(path)) as file:
        file.keep([TokenNumbersReserved(1)])
        for _ in range(3):
            with full_disk(), pytest.raises(StateFileError, match="cannot write"):
                file.keep([TokenNumbersReserved(2)])
            assert file.load() == (TokenNumbersReserved(1),)
        file.keep([TokenUsed(3, NOW)])

    assert [record.name for record in caplog.records] == [
        "ivschat_conformance.state_file"
    ] * 3
    state = loaded(path)
    assert state.token_numbers_reserved == 1
    assert state.used_tokens.has(3, NOW)


def test_fake_undoes_what_the_disk_did_not_take(path: Path) -> None:
    """It answers as its next start would, and goes on from there."""
    core = fake()
    [lobby] = core.service.state.rooms
    with closing(StateFile(path)) as file:
        file.keep(core.started)
        keep = keeping_in_step(file, core)
        created = core.service.perform("CreateRoom", {"name": "lost"}, NOW)
        with full_disk(), pytest.raises(StateFileError):
            keep(created.changes)
        assert list(core.service.state.rooms) == [lobby]

        keep(core.service.perform("DeleteRoom", {"identifier": lobby}, NOW).changes)

    assert seen(loaded(path)) == seen(core.service.state)
    assert core.service.state.rooms == {}


@pytest.mark.ivschat_verifies("TOKEN-LIFE-03")
def test_forgotten_tokens_stay_refused_after_a_start(path: Path) -> None:
    """Also where the clock was set back before they were forgotten, or after it."""
    later, latest = NOW + 60 * MINUTE, NOW + 120 * MINUTE
    with closing(StateFile(path)) as file:
        file.keep([TokenUsed(number, NOW + MINUTE) for number in (1, 2, 3)])
        file.keep([TokenUsed(4, latest + MINUTE), TokensForgotten(3, later)])
        file.keep([TokenUsed(9, NOW), TokensForgotten(9, NOW + MINUTE)])
        file.keep([TokensForgotten(3, NOW)])  # says less than what is known of them

    used = loaded(path).used_tokens

    assert len(used) == 1
    assert all(used.has(number, NOW + MINUTE) for number in (1, 2, 3))
    assert used.has(3, later)
    assert used.has(4, latest + MINUTE)
    assert used.has(9, NOW)
    assert not used.has(5, later)
    assert not used.has(10, NOW)


def test_forgetting_leaves_little_behind(path: Path) -> None:
    """However often it happens, one mark is kept where time only goes on."""
    with closing(StateFile(path)) as file:
        for number in range(1, 50):
            at = NOW + number * MINUTE
            file.keep([TokenUsed(number, at), TokensForgotten(number, at)])

        assert file.load() == (TokensForgotten(49, NOW + 49 * MINUTE),)


def test_file_is_for_its_owner_alone(path: Path) -> None:
    """It holds the keys that seal tokens, and so does what stands beside it."""
    with closing(StateFile(path)) as file:
        file.keep([TokenNumbersReserved(1)])
        modes = {
            stat.S_IMODE(beside.stat().st_mode)
            for beside in path.parent.glob("state.db*")
        }

    assert modes == {0o600}
