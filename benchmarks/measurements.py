"""What is measured, one function a subject: ours and moto's in turns, round by round."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from figures import Figures, Row, Target, Unit
from servers import CORES, BenchmarkError, Call, Server, moto, ours, pinned, program

_HERE = Path(__file__).parent
_TOKEN_REQUEST = {
    "userId": "user-1",
    "capabilities": ["SEND_MESSAGE", "DELETE_MESSAGE"],
    "attributes": {"displayName": "Ada", "avatar": "https://example.com/a/1.png"},
    "sessionDurationInMinutes": 60,
}
_TWENTY_TIMES = Target("ratio", 20, "20 times")
_UNDER_10_MS = Target("ours", 10, "under 10 ms")


@dataclass(frozen=True, slots=True)
class Plan:
    """How often and how long each subject is measured."""

    manner: str
    starts: int
    weighings: int
    loads: int
    load_seconds: float
    thread_rounds: int
    resets: int
    checks: int
    sessions: int


FULL = Plan("all rounds", 9, 3, 5, 2.0, 3, 20, 3, 15)
QUICK = Plan("few rounds (--quick)", 2, 1, 1, 0.5, 1, 5, 1, 3)


class _Samples:
    """Collects figures by name, in the order of the first of each."""

    def __init__(self) -> None:
        self._samples: defaultdict[str, list[float]] = defaultdict(list)

    def add(self, name: str, *values: float) -> None:
        self._samples[name] += values

    def __getitem__(self, name: str) -> Figures:
        return Figures(tuple(self._samples[name]))


def measure_start(plan: Plan) -> list[Row]:
    """From before the process is started until its first answer is read."""
    taken = _Samples()
    for server in (ours, moto):  # once unmeasured: compiles, and warms the disk's cache
        with server():
            pass
    for _ in range(plan.starts):
        with ours() as server:
            _token_request(server)
            taken.add("ours", server.seconds_since_start() * 1_000)
        with moto() as server:
            server.send(_moto_reset(server))
            taken.add("moto any", server.seconds_since_start() * 1_000)
            server.perform("ListChannels")
            taken.add("moto ivs", server.seconds_since_start() * 1_000)
    return [
        Row(
            "process start to first answer: ours a signed CreateRoom and the "
            "CreateChatToken after it, moto's its own reset",
            Unit.MILLISECONDS,
            taken["ours"],
            taken["moto any"],
            Target("ours", 200, "under 200 ms"),
        ),
        Row(
            "the same, against moto's first answer as a service, IVS ListChannels",
            Unit.MILLISECONDS,
            taken["ours"],
            taken["moto ivs"],
        ),
    ]


def measure_memory(plan: Plan) -> list[Row]:
    """The resident memory of the process and its children, idle."""
    taken = _Samples()
    for _ in range(plan.weighings):
        with ours() as server:
            taken.add("ours started", server.resident_mib())
            _token_request(server)
            taken.add("ours called", server.resident_mib())
        with moto() as server:
            taken.add("moto started", server.resident_mib())
            server.perform("ListChannels")
            taken.add("moto called", server.resident_mib())
    return [
        Row(
            f"memory of the idle server, {when}",
            Unit.MEBIBYTES,
            taken[f"ours {state}"],
            taken[f"moto {state}"],
            Target("ours", 45, "under 45 MiB"),
        )
        for when, state in (
            ("before any call", "started"),
            ("after CreateChatToken; moto's after ListChannels", "called"),
        )
    ]


def measure_requests(plan: Plan) -> list[Row]:
    """Answers a second: ours with every signature verified, moto's with none."""
    taken = _Samples()
    busiest = 0.0
    with ours() as our_server, moto() as moto_server:
        room = our_server.perform("CreateRoom")["arn"]

        def token() -> Call:
            return our_server.signed("CreateChatToken", roomIdentifier=room, **_TOKEN_REQUEST)

        def create() -> Call:
            return moto_server.signed("CreateChannel", name="benchmark")

        def read() -> Call:
            moto_server.send(_moto_reset(moto_server))
            return moto_server.signed("ListChannels")

        for _ in range(plan.loads):
            for connections in (16, 1):
                for name, server, call in (
                    ("CreateChatToken", our_server, token),
                    ("CreateChannel", moto_server, create),
                    ("ListChannels", moto_server, read),
                ):
                    rate, busy = _load(server, call(), connections, plan.load_seconds)
                    taken.add(f"{name} {connections}", rate)
                    busiest = max(busiest, busy)
        memory = our_server.resident_mib(), moto_server.resident_mib()
    rows = [
        Row(
            f"CreateChatToken a second, {_counted(connections)}, signatures verified; "
            f"moto's: IVS {operation}, unverified",
            Unit.PER_SECOND,
            taken[f"CreateChatToken {connections}"],
            taken[f"{operation} {connections}"],
            _TWENTY_TIMES if connections == 16 else None,
        )
        for connections in (16, 1)
        for operation in ("CreateChannel", "ListChannels")
    ]
    our_memory, moto_memory = (Figures((weight,)) for weight in memory)
    rows.append(
        Row("memory after these loads", Unit.MEBIBYTES, our_memory, moto_memory)
    )
    if busiest > 0.9:
        print(f"beware: the load generator was {busiest:.0%} busy", file=sys.stderr)
    return rows
