"""What a room with many connections costs, ours beside a bare `broadcast()`."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from figures import Figures, Row, Target, Unit
from plans import Plan, RoomPlan, Samples
from programs import json_of
from rooms import MESSAGES_A_SECOND, Room, bare_room, our_room
from servers import BenchmarkError, allow_open_files

BESIDE = "bare `websockets.broadcast()`"

_WINDOW = 16  # texts on their way at a time, so that no server ever waits for one
_GATHER = 0.001  # seconds; waking the receiver for every delivery slows any server down
_SPEAKERS = 20  # members that send messages, each well within the 10 a second it may
_WARM_UP = 20  # texts
_SPARE_FILES = 100
_DIFFERENCE = 0.05  # of the size of texts; more would be another load

_FAULTS = ("lost", "reordered", "repeated")
_ROOMS: dict[str, Callable[[], AbstractContextManager[Room]]] = {
    "ours": our_room,
    "bare": bare_room,
}


def measure_messaging(plan: Plan) -> list[Row]:
    """Have both servers send texts to all connections of a room; hold connections."""
    size = plan.room
    allow_open_files(max(size.connections, size.held) + _SPARE_FILES)
    taken = Samples()
    for _ in range(size.rounds):
        for side, opened in _ROOMS.items():
            with opened() as room:
                _load_events(taken, side, room, size)
            with opened() as room:
                _load_messages(taken, side, room, size)
            with opened() as room:
                _hold(taken, side, room, size)
    for kind in ("event", "message"):
        _require_like_sizes(taken[f"ours {kind} size"], taken[f"bare {kind} size"])
    return _rows(taken, size)


def _load_events(taken: Samples, side: str, room: Room, size: RoomPlan) -> None:
    """Have events delivered, many on their way and then one at a time."""
    events = [room.event(number) for number in range(size.texts)]
    many = {"sends": events, "window": _WINDOW, "gather": _GATHER, "warm_up": _WARM_UP}
    found = _load(room, size.connections, room.event_senders, many)
    _count(taken, side, found)
    seconds = found["seconds"]
    taken.add(f"{side} rate", found["deliveries"] / seconds)
    taken.add(f"{side} server", 100 * found["server_cpu_seconds"] / seconds)
    taken.add(f"{side} generator", 100 * found["cpu_seconds"] / seconds)
    taken.add(f"{side} event size", found["text_bytes"])
    single = {"sends": events[: size.single_texts], "window": 1, "warm_up": _WARM_UP}
    found = _load(room, size.connections, room.event_senders, single)
    _count(taken, side, found)
    rate = found["deliveries"] / found["seconds"]
    cost = found["server_cpu_seconds"] / found["deliveries"]
    taken.add(f"{side} single", 1_000 * size.connections / rate)
    taken.add(f"{side} cost", 1_000_000 * cost)


def _load_messages(taken: Samples, side: str, room: Room, size: RoomPlan) -> None:
    """Have members send messages as fast as a room takes them."""
    messages = [room.message(number) for number in range(size.messages)]
    paced = {"sends": messages, "interval": 1 / MESSAGES_A_SECOND, "warm_up": _WARM_UP}
    found = _load(room, size.connections, _SPEAKERS, paced)
    # Two members' messages have no order between them that a server must keep.
    _count(taken, side, found | {"reordered": 0})
    middle, late = found["latency"]
    taken.add(f"{side} median", 1_000 * middle)
    taken.add(f"{side} late", 1_000 * late)
    taken.add(f"{side} busy", 100 * found["server_cpu_seconds"] / found["seconds"])
    taken.add(f"{side} message size", found["text_bytes"])


def _hold(taken: Samples, side: str, room: Room, size: RoomPlan) -> None:
    """Weigh connections that are only open, and see by a text that they all are."""
    first = {"sends": [room.event(number) for number in range(3)]}
    _load(room, 10, room.event_senders, first)  # what a server loads once is no one's
    found = _load(room, size.held, room.event_senders, first)
    _count(taken, side, found)
    taken.add(f"{side} held", found["server_bytes"] / size.held / 1_024)


def _load(
    room: Room, connections: int, senders: int, sends: dict[str, Any]
) -> dict[str, Any]:
    requests = [room.token_request(number) for number in range(connections)]
    order = {
        "port": room.server.port,
        "server_pid": room.server.process.pid,
        "connections": connections,
        "token_requests": [request for request in requests if request],
        "senders": senders,
    }
    found: dict[str, Any] = json_of("room_load.py", asked=order | sends)
    return found


def _count(taken: Samples, side: str, found: dict[str, Any]) -> None:
    for name in ("sent", *_FAULTS):
        taken.add(f"{side} {name}", found[name])


def _require_like_sizes(ours: Figures, bare: Figures) -> None:
    if abs(ours.median / bare.median - 1) > _DIFFERENCE:
        raise BenchmarkError(
            f"texts of {ours.median:.0f} and {bare.median:.0f} bytes do not compare: "
            "mend benchmarks/rooms.py"
        )


def _rows(taken: Samples, size: RoomPlan) -> list[Row]:
    load = f"{size.connections:,} connections in one room, {_WINDOW} texts on their way"
    single = "one text on its way"
    pace = f"{MESSAGES_A_SECOND} messages a second of {_SPEAKERS} members"
    return [
        _row(
            taken,
            "rate",
            f"deliveries a second, {load}",
            Unit.PER_SECOND,
            Target("ratio", 1.5, "1.5 times its"),
        ),
        *(_fault_row(taken, fault) for fault in _FAULTS),
        _row(taken, "server", "how busy the server was under that load", Unit.PERCENT),
        Row(
            "how busy the load generator was with ours",
            Unit.PERCENT,
            taken["ours generator"],
            beside=BESIDE,
        ),
        _row(
            taken,
            "cost",
            f"{single}: the server's time for a delivery",
            Unit.MICROSECONDS,
        ),
        _row(
            taken,
            "single",
            f"{single}: from sending until everybody has it",
            Unit.MILLISECONDS,
        ),
        _row(taken, "busy", f"{pace}: how busy the server is", Unit.PERCENT),
        _row(
            taken,
            "median",
            f"{pace}: from sending to receiving, median",
            Unit.MILLISECONDS,
        ),
        _row(
            taken,
            "late",
            f"{pace}: from sending to receiving, 99th percentile",
            Unit.MILLISECONDS,
        ),
        _row(
            taken,
            "held",
            f"memory a connection, {size.held:,} connections held",
            Unit.KIBIBYTES,
        ),
    ]


def _row(
    taken: Samples, name: str, what: str, unit: Unit, target: Target | None = None
) -> Row:
    ours, bare = taken[f"ours {name}"], taken[f"bare {name}"]
    return Row(what, unit, ours, bare, target, BESIDE)


def _fault_row(taken: Samples, fault: str) -> Row:
    ours, bare, sent = (
        sum(taken[name].samples)
        for name in (f"ours {fault}", f"bare {fault}", "ours sent")
    )
    return Row(
        f"{fault}, of {sent:,.0f} deliveries in all loads of this table",
        Unit.DELIVERIES,
        Figures((ours,)),
        Figures((bare,)),
        Target("ours", 1, "none"),
        BESIDE,
    )
