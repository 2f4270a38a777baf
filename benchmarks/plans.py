"""How much is measured, and what was, by name."""

from collections import defaultdict
from dataclasses import dataclass

from figures import Figures


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """How large a room is, and how many texts are sent to all of it.

    `texts` are on their way several at a time, `single_texts` one at a time, `messages`
    at a room's greatest pace; `held` are connections that are only open.
    """

    rounds: int
    connections: int
    texts: int
    single_texts: int
    messages: int
    held: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How often, and for loads how long, each subject is measured."""

    manner: str
    starts: int
    weighings: int
    loads: int
    load_seconds: float
    thread_rounds: int
    resets: int
    call_rounds: int
    checks: int
    sessions: int
    room: RoomPlan
    command_lines: int


FULL = Plan(
    "in full",
    9,
    3,
    5,
    2.0,
    3,
    20,
    5,
    3,
    15,
    RoomPlan(3, 1_000, 1_000, 150, 320, 5_000),
    9,
)
QUICK = Plan(
    "--quick", 2, 1, 1, 0.5, 1, 5, 1, 1, 3, RoomPlan(1, 200, 200, 50, 120, 500), 2
)


class Samples:
    """Collects what was measured, by name."""

    def __init__(self) -> None:
        self._samples: defaultdict[str, list[float]] = defaultdict(list)

    def add(self, name: str, *values: float) -> None:
        """Keep these beside what was kept under the name before."""
        self._samples[name] += values

    def __getitem__(self, name: str) -> Figures:
        """Return what was kept under a name."""
        return Figures(tuple(self._samples[name]))
