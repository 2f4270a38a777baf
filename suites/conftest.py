"""What every check asks for: its turn at the target, a client and a room of its own."""

import os
import warnings
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from ivschat_conformance.fixtures import applicable, waiting_lane
from ivschat_conformance.fixtures.cases import (
    ChatTokens,
    LoggingConfigurations,
    Rooms,
    needs_messaging,
)
from ivschat_conformance.fixtures.command_runs import ISSUED, CommandRuns
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.frame_patience import FramePatience
from ivschat_conformance.fixtures.housekeeping import RunTag, TidyControlPlane
from ivschat_conformance.fixtures.journal import Journal, folder
from ivschat_conformance.fixtures.pacing import Pace, unpaced
from ivschat_conformance.fixtures.polling import Patience, Reads
from ivschat_conformance.fixtures.real_time import SlowClock
from ivschat_conformance.fixtures.recording import requirements_of, test_id
from ivschat_conformance.fixtures.recording_server import RecordingServer
from ivschat_conformance.fixtures.review_stub import Reviews, reviews_of
from ivschat_conformance.fixtures.scenario_clock import (
    TOLERANCE,
    FixedTimeError,
    WallClock,
)
from ivschat_conformance.fixtures.shared_room import SharedRoom
from ivschat_conformance.fixtures.target import ScenarioClock, Target


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the suites of command lines to `--ivschat-cli`, and all others without."""
    if not collection_path.name.startswith("test_"):
        return None
    of_command_lines = collection_path.name.startswith("test_command_line_")
    return of_command_lines is not bool(config.getoption("ivschat_cli")) or None


@pytest.fixture(scope="session")
def _run(request: pytest.FixtureRequest, ivschat_target: Target) -> str | None:
    """Give the id that all workers share; None where nothing outlives the run."""
    if ivschat_target.clock.kind == "process":
        return None
    shared = getattr(request.config, "workerinput", {}).get("testrunuid")
    return str(shared or uuid4().hex)[:12]


@pytest.fixture(scope="session")
def _pace(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], None]:
    """Give what all processes of the run wait for before each request."""
    rate = request.config.getoption("ivschat_max_rate")
    if not rate:
        return unpaced
    record = request.config.getoption("ivschat_record")
    folder = tmp_path_factory.getbasetemp()
    if record:
        folder = record.parent
    elif hasattr(request.config, "workerinput"):
        folder = folder.parent
    return Pace(rate, folder / "pace").wait


@pytest.fixture(scope="session")
def _client(
    request: pytest.FixtureRequest,
    ivschat_target: Target,
    _run: str | None,
    _pace: Callable[[], None],
) -> Iterator[ControlPlane]:
    if _run is None:
        client = ControlPlane(ivschat_target)
        client.pace = _pace
        yield client
    else:
        client = TidyControlPlane(
            ivschat_target,
            Journal(folder(os.environ), endpoint=ivschat_target.endpoint, run=_run),
        )
        client.pace = _pace
        yield client
        for warning in client.finish():
            _warn(request.config, warning)
    client.close()


def _warn(config: pytest.Config, text: str) -> None:
    """Have the report tell what is no check's failure, and pytest's own summary too."""
    recorder = config.pluginmanager.get_plugin("ivschat-recorder")
    if recorder is not None:
        recorder.write("warning", text=text)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(text, stacklevel=1)


@pytest.fixture(scope="session")
def _run_tag(_run: str | None) -> RunTag:
    return RunTag(_run)


@pytest.fixture(scope="package", autouse=True)
def _held_clock(ivschat_target: Target) -> Iterator[None]:
    """Freeze a clock that can be held while suites run, and nobody else's tests."""
    with ivschat_target.clock.held():
        yield


@pytest.fixture(autouse=True)
def _applies(request: pytest.FixtureRequest, ivschat_target: Target) -> None:
    """End a check here that judges by nothing the target claims."""
    applicable.leave_out(requirements_of(request.node), ivschat_target)


@pytest.fixture(autouse=True)
def _turn(
    request: pytest.FixtureRequest, _applies: None, ivschat_target: Target
) -> Iterator[None]:
    """Share the target, or have it alone where others would be in the way.

    They are where the check moves the clock, needs of the few logging configurations
    that an account may have (LIMIT-03), or chats in the one room that all checks share.
    """
    alone = {"clock", "logging_configurations"}
    if ivschat_target.room is not None:
        alone.add("connections")
    exclusive = not alone.isdisjoint(request.fixturenames)
    with ivschat_target.clock.turn(exclusive=exclusive):
        yield


@pytest.fixture
def api(_turn: None, _client: ControlPlane) -> Iterator[ControlPlane]:
    """Give a client of the control plane that remembers this check's requests.

    The check ends where it comes to an operation that the target does not claim.
    """
    _client.clear()
    claimed = partial(applicable.leave_out_operation, _client.target)
    with _client.looked_at(claimed):
        yield _client
    if isinstance(_client, TidyControlPlane):
        _client.tidy()


@pytest.fixture
def clock(request: pytest.FixtureRequest, ivschat_target: Target) -> ScenarioClock:
    """Give the target's clock to move; not tested where it cannot be.

    Real time is waited for if the run is to be slow. Scenarios wait together, so that
    they cannot chat in one room that they share.
    """
    real = ivschat_target.clock
    if not isinstance(real, WallClock):
        return real
    if not request.config.getoption("ivschat_slow"):
        pytest.skip(str(FixedTimeError()))
    if ivschat_target.room is not None and "connections" in request.fixturenames:
        pytest.skip("scenarios that wait need rooms of their own, and --room names one")
    return SlowClock(real, partial(_tell_wait, request))


def _tell_wait(request: pytest.FixtureRequest, seconds: float) -> None:
    """Have the run's progress show what it is waiting for."""
    waiting_lane.settled()
    recorder = request.config.pluginmanager.get_plugin("ivschat-recorder")
    if recorder is not None:
        recorder.write("waits", test=test_id(request.node), seconds=seconds)


@pytest.fixture
def margin(ivschat_target: Target) -> timedelta:
    """Give how long before and after an expiry it is judged (TOKEN-LIFE-16)."""
    return TOLERANCE if ivschat_target.clock.kind == "wall" else timedelta(seconds=2)


@pytest.fixture
def rooms(api: ControlPlane, reads: Reads, _run_tag: RunTag) -> Iterator[Rooms]:
    """Give a way to create rooms, which are deleted afterwards."""
    rooms = Rooms(api, _run_tag, reads)
    yield rooms
    rooms.delete_all()


@pytest.fixture
def room(api: ControlPlane, rooms: Rooms) -> str:
    """Give the ARN of a room of this check's own, or of the one that the run names."""
    if api.target.room is not None:
        return api.target.room
    created = rooms.prerequisite()
    if created.status != 200:
        pytest.fail(f"CreateRoom was answered {created.status}: there is no room")
    api.clear()
    return str(created.json["arn"])


@pytest.fixture
def logging_configurations(
    api: ControlPlane, rooms: Rooms, reads: Reads, _run_tag: RunTag
) -> Iterator[LoggingConfigurations]:
    """Give a way to create them; deleted afterwards, the rooms that use them first."""
    configurations = LoggingConfigurations(api, _run_tag, reads)
    yield configurations
    rooms.delete_all()
    configurations.delete_all()


@pytest.fixture(scope="session")
def _patience(ivschat_target: Target) -> Patience:
    return Patience(ivschat_target)


@pytest.fixture
def reads(api: ControlPlane, _patience: Patience) -> Reads:
    """Give a way to read what was written, however long it takes to show."""
    return Reads(api, _patience)


@pytest.fixture
def chat_tokens(api: ControlPlane, room: str) -> ChatTokens:
    """Give a way to ask for chat tokens of this check's room."""
    return ChatTokens(api, room)


@pytest.fixture(scope="session")
def _shared_room(ivschat_target: Target) -> SharedRoom | None:
    return SharedRoom(ivschat_target.clock) if ivschat_target.room else None


@pytest.fixture(scope="session")
def _frame_patience() -> FramePatience:
    return FramePatience()


@pytest.fixture
def connections(
    api: ControlPlane,
    room: str,
    _shared_room: SharedRoom | None,
    _frame_patience: FramePatience,
) -> Iterator[Connections]:
    """Give a way to connect to this check's room; closed afterwards, whatever came."""
    connections = Connections(api, needs_messaging(api), room, _frame_patience)
    if _shared_room:
        _shared_room.ready()
    yield connections
    connections.close_all()
    if _shared_room:
        _shared_room.spent(connections.trace)


@pytest.fixture
def reviews(api: ControlPlane, rooms: Rooms, room: str) -> Iterator[Reviews]:
    """Give rooms whose messages a handler of this check reviews."""
    with reviews_of(api.target, rooms, room) as reviews:
        yield reviews


@pytest.fixture(scope="session")
def _command_runs(
    ivschat_target: Target, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CommandRuns]:
    if ivschat_target.command is None:
        pytest.fail("give the command line to judge: --ivschat-cli COMMAND")
    home = tmp_path_factory.mktemp("home")
    with RecordingServer(ISSUED) as server:
        yield CommandRuns(ivschat_target.command, ivschat_target, server, home)


@pytest.fixture
def cli(_command_runs: CommandRuns) -> CommandRuns:
    """Give the command under test, which remembers this check's runs."""
    _command_runs.trace.clear()
    return _command_runs
