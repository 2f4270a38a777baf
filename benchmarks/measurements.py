"""What is measured, one function a subject: ours and moto's in turns."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from command_lines import measure_command_line
from figures import MOTO_IN_PROCESS, STUBBER, Figures, Row, Target, Unit
from many_rooms import measure_many_rooms
from messaging import measure_messaging
from plans import Plan, Samples
from programs import json_of, output
from servers import CORES, Call, Server, moto, ours, pinned, program

_MOST_ANSWERS = 1_000_000
_WARM_UP = 2.0  # seconds
_TOKEN_REQUEST = {
    "userId": "user-1",
    "capabilities": ["SEND_MESSAGE", "DELETE_MESSAGE"],
    "attributes": {"displayName": "Ada", "avatar": "https://example.com/a/1.png"},
    "sessionDurationInMinutes": 60,
}


def measure_start(plan: Plan) -> list[Row]:
    """Time from before the process is started until its first answer is read."""
    taken = Samples()
    for server in (ours, moto):  # once unmeasured: compiles, and warms the disk's cache
        with server():
            pass
    for _ in range(plan.starts):
        with ours() as our_server:
            _request_token(our_server)
            taken.add("ours", our_server.age() * 1_000)
        with moto() as moto_server:
            _reset_moto(moto_server)
            taken.add("moto reset", moto_server.age() * 1_000)
            moto_server.perform("ListChannels", {})
            taken.add("moto list", moto_server.age() * 1_000)
    return [
        Row(
            f"process start to first answer: ours CreateRoom and CreateChatToken, "
            f"both signed; moto's {first_call}",
            Unit.MILLISECONDS,
            taken["ours"],
            taken[f"moto {name}"],
            Target("ours", 200, "under 200 ms"),
        )
        for name, first_call in (
            ("reset", "own `/moto-api/reset`"),
            ("list", "that and IVS ListChannels"),
        )
    ]


def measure_memory(plan: Plan) -> list[Row]:
    """Weigh the idle process and its children."""
    taken = Samples()
    for _ in range(plan.weighings):
        with ours() as our_server:
            taken.add("ours before", our_server.resident_mib())
            _request_token(our_server)
            taken.add("ours after", our_server.resident_mib())
        with moto() as moto_server:
            taken.add("moto before", moto_server.resident_mib())
            moto_server.perform("ListChannels", {})
            taken.add("moto after", moto_server.resident_mib())
    return [
        Row(
            f"memory of the idle server, {state} that first call of the service",
            Unit.MEBIBYTES,
            taken[f"ours {state}"],
            taken[f"moto {state}"],
            Target("ours", 45, "under 45 MiB"),
        )
        for state in ("before", "after")
    ]


def measure_requests(plan: Plan) -> list[Row]:
    """Count answers a second: ours with every signature verified, moto's with none."""
    taken = Samples()
    operations = ("CreateChannel", "ListChannels")
    with ours() as our_server, moto() as moto_server:
        request = _TOKEN_REQUEST | {"roomIdentifier": _room(our_server)}
        # Sixteen first calls at once keep moto busy with its imports for over a second.
        _load(our_server, our_server.signed("CreateChatToken", request), 16, _WARM_UP)
        for operation in operations:
            _load(moto_server, moto_server.signed(operation, {}), 16, _WARM_UP)
        for _ in range(plan.loads):
            for connections in (16, 1):
                call = our_server.signed("CreateChatToken", request)
                rate, busy = _load(our_server, call, connections, plan.load_seconds)
                taken.add(f"CreateChatToken {connections}", rate)
                taken.add(f"busy {connections}", busy)
                for operation in operations:
                    _reset_moto(moto_server)  # so that its lists stay short
                    call = moto_server.signed(operation, {})
                    rate, _ = _load(moto_server, call, connections, plan.load_seconds)
                    taken.add(f"{operation} {connections}", rate)
        weights = our_server.resident_mib(), moto_server.resident_mib()
    our_weight, moto_weight = (Figures((weight,)) for weight in weights)
    return [
        *(
            Row(
                f"answers a second, {connections} connection(s): ours CreateChatToken, "
                f"signature verified; moto's IVS {operation}, unverified",
                Unit.PER_SECOND,
                taken[f"CreateChatToken {connections}"],
                taken[f"{operation} {connections}"],
                Target("ratio", 20, "20 times moto's") if connections > 1 else None,
            )
            for connections in (16, 1)
            for operation in operations
        ),
        Row("memory after these loads", Unit.MEBIBYTES, our_weight, moto_weight),
        Row(
            "how busy the load generator was with ours, 16 connections",
            Unit.PERCENT,
            taken["busy 16"],
        ),
    ]


def measure_thread(plan: Plan) -> list[Row]:
    """Time a server in a thread of a process that has imported all it needs."""
    taken = Samples()
    for _ in range(plan.thread_rounds):
        for kind, times in (("ours", 20), ("moto", 3)):
            found = json_of("threaded_servers.py", kind, str(times))
            taken.add(f"{kind} start", *found["start"])
            taken.add(f"{kind} stop", *found["stop"])
    return [
        Row(
            f"server in a thread, {step}",
            Unit.MILLISECONDS,
            taken[f"ours {step}"],
            taken[f"moto {step}"],
            Target("ours", 10, "under 10 ms"),
        )
        for step in ("start", "stop")
    ]


def measure_reset(plan: Plan) -> list[Row]:
    """Time a reset between tests, over HTTP, as clients in any language ask for it."""
    taken = Samples()
    with ours() as our_server, moto() as moto_server:
        for _ in range(plan.resets):
            begun = perf_counter()
            our_server.send(Call("/_control/reset"))
            taken.add("ours", (perf_counter() - begun) * 1_000)
            begun = perf_counter()
            _reset_moto(moto_server)
            taken.add("moto", (perf_counter() - begun) * 1_000)
    return [
        Row(
            "reset between tests, on a connection of its own",
            Unit.MILLISECONDS,
            taken["ours"],
            taken["moto"],
            Target("ours", 1, "under 1 ms"),
        )
    ]


def measure_calls(plan: Plan) -> list[Row]:
    """Time calls of boto3 in its own process; ours are signed, and verified."""
    taken = Samples()
    for _ in range(plan.call_rounds):
        for other in ("stubber", "moto"):
            found = json_of("in_process_calls.py", other, "20")
            for subject, times in found.items():
                taken.add(f"{other} {subject}", *times)
    return [*_beside_the_stubber(taken), *_beside_moto(taken)]


def _beside_the_stubber(taken: Samples) -> Iterator[Row]:
    """Yield our time for a call beside the Stubber's, and how many of its that is."""
    ours = taken["stubber CreateChatToken"]
    for how, stubbed, target in (
        ("is told of each call", "stubber", Target("ours", 6, "at most 6 times its")),
        ("was told of all calls before", "queued before", None),
    ):
        its = taken[f"stubber {stubbed}"]
        what = f"boto3 in process, CreateChatToken, where the Stubber {how}"
        yield Row(what, Unit.MICROSECONDS, ours, its, beside=STUBBER)
        pairs = zip(ours.samples, its.samples, strict=True)
        times = Figures(tuple(our / one for our, one in pairs))
        what = "how many of its times ours is, turn by turn"
        yield Row(what, Unit.TIMES, times, target=target, beside=STUBBER)


def _beside_moto(taken: Samples) -> Iterator[Row]:
    for our_call, its_call in (
        ("CreateChatToken", "GetChannel"),
        ("ListRooms", "ListChannels"),
    ):
        yield Row(
            f"boto3 in process: ours {our_call}; moto's IVS {its_call}, unverified",
            Unit.MICROSECONDS,
            taken[f"moto {our_call}"],
            taken[f"moto {its_call}"],
            Target("ratio", 1, "not slower"),
            MOTO_IN_PROCESS,
        )
    yield Row(
        "reset of the fake in process",
        Unit.MICROSECONDS,
        taken["moto reset"],
        target=Target("ours", 1_000, "under 1 ms"),
        beside=MOTO_IN_PROCESS,
    )


def measure_check(plan: Plan) -> list[Row]:
    """Time `ivschat-conformance check`, from the shell's prompt to its next."""
    taken = Samples()
    with pinned(*CORES):
        for _ in range(plan.checks):
            begun = perf_counter()
            output((program("ivschat-conformance"), "check"))
            taken.add("check", perf_counter() - begun)
    return [
        Row(
            "`ivschat-conformance check` against the bundled reference",
            Unit.SECONDS,
            taken["check"],
            target=Target("ours", 10, "under 10 s"),
        )
    ]


def measure_plugin(plan: Plan) -> list[Row]:
    """Time what the installed plugin adds to a pytest session that does not use it."""
    taken = Samples()
    session = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    with TemporaryDirectory() as folder, pinned(*CORES[:1]):
        Path(folder, "test_nothing.py").write_text("def test_nothing(): pass\n")
        for number in range(-1, plan.sessions):
            begun = perf_counter()
            output((*session, "-p", "no:ivschat"), folder)
            between = perf_counter()
            output(session, folder)
            if number >= 0:  # the first two compile
                without = between - begun
                taken.add("without", without * 1_000)
                taken.add("added", (perf_counter() - between - without) * 1_000)
    return [
        Row(
            "what the plugin adds to a pytest session that does not use it",
            Unit.MILLISECONDS,
            taken["added"],
            target=Target("ours", 10, "under 10 ms"),
        ),
        Row("that session without the plugin", Unit.MILLISECONDS, taken["without"]),
    ]


MEASUREMENTS: Mapping[str, Callable[[Plan], list[Row]]] = {
    "start": measure_start,
    "memory": measure_memory,
    "requests": measure_requests,
    "thread": measure_thread,
    "reset": measure_reset,
    "calls": measure_calls,
    "check": measure_check,
    "plugin": measure_plugin,
    "command": measure_command_line,
    "messaging": measure_messaging,
    "many-rooms": measure_many_rooms,
}


def _room(server: Server) -> str:
    arn: str = server.perform("CreateRoom", {})["arn"]
    return arn


def _request_token(server: Server) -> None:
    server.perform(
        "CreateChatToken", _TOKEN_REQUEST | {"roomIdentifier": _room(server)}
    )


def _reset_moto(server: Server) -> None:
    server.send(Call("/moto-api/reset"))


def _load(
    server: Server, call: Call, connections: int, seconds: float
) -> tuple[float, float]:
    """Return answers a second, and how busy the generator was, in percent of a core."""
    asked = {
        "port": server.port,
        "request": call.wire(),
        "connections": connections,
        "limit": _MOST_ANSWERS,
    }
    json_of("load_generator.py", asked=asked | {"seconds": seconds / 5})  # warms up
    found = json_of("load_generator.py", asked=asked | {"seconds": seconds})
    elapsed = found["seconds"]
    return found["answers"] / elapsed, 100 * found["cpu_seconds"] / elapsed
