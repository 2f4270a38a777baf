"""What every check asks for: its turn at the target, a client and a room of its own."""

from collections.abc import Iterator

import pytest

from ivschat_conformance.fixtures.cases import (
    ChatTokens,
    LoggingConfigurations,
    Rooms,
    needs_messaging,
)
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.polling import Patience, Reads
from ivschat_conformance.fixtures.scenario_clock import FixedTimeError
from ivschat_conformance.fixtures.target import ScenarioClock, Target


@pytest.fixture(scope="session")
def _client(ivschat_target: Target) -> Iterator[ControlPlane]:
    client = ControlPlane(ivschat_target)
    yield client
    client.close()


@pytest.fixture(scope="package", autouse=True)
def _held_clock(ivschat_target: Target) -> Iterator[None]:
    """Freeze a clock that can be held while suites run, and nobody else's tests."""
    with ivschat_target.clock.held():
        yield


@pytest.fixture(autouse=True)
def _turn(request: pytest.FixtureRequest, ivschat_target: Target) -> Iterator[None]:
    """Share the target, or have it alone where others would be in the way.

    They are where the check moves the clock, or needs of the few logging
    configurations that an account may have (LIMIT-03).
    """
    exclusive = not {"clock", "logging_configurations"}.isdisjoint(request.fixturenames)
    with ivschat_target.clock.turn(exclusive=exclusive):
        yield


@pytest.fixture
def api(_turn: None, _client: ControlPlane) -> ControlPlane:
    """Give a client of the control plane that remembers this check's requests."""
    _client.clear()
    return _client


@pytest.fixture
def clock(ivschat_target: Target) -> ScenarioClock:
    """Give the target's clock to move; not tested where it cannot be."""
    if ivschat_target.clock.kind == "wall":
        pytest.skip(str(FixedTimeError()))
    return ivschat_target.clock


@pytest.fixture
def rooms(api: ControlPlane) -> Iterator[Rooms]:
    """Give a way to create rooms, which are deleted afterwards."""
    rooms = Rooms(api)
    yield rooms
    rooms.delete_all()


@pytest.fixture
def room(api: ControlPlane, rooms: Rooms) -> str:
    """Give the ARN of a room of this check's own, or of the one that the run names."""
    if api.target.room is not None:
        return api.target.room
    created = rooms.create()
    if created.status != 200:
        pytest.fail(f"CreateRoom was answered {created.status}: there is no room")
    api.clear()
    return str(created.json["arn"])


@pytest.fixture
def logging_configurations(
    api: ControlPlane, rooms: Rooms
) -> Iterator[LoggingConfigurations]:
    """Give a way to create them; deleted afterwards, the rooms that use them first."""
    configurations = LoggingConfigurations(api)
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


@pytest.fixture
def connections(api: ControlPlane, room: str) -> Iterator[Connections]:
    """Give a way to connect to this check's room; closed afterwards, whatever came."""
    connections = Connections(api, needs_messaging(api), room)
    yield connections
    connections.close_all()
