"""What ten thousand rooms cost: one of them and a page, beside those of ten."""

import http.client
from collections.abc import Mapping
from contextlib import closing
from time import perf_counter

from figures import Row, Target, Unit
from plans import Plan, Samples
from servers import HOST, BenchmarkError, Server, ours

FEW, MANY = 10, 10_000

BESIDE = "ours, with ten rooms"

_CALLS = 200  # a round
_HALF_WAY = MANY // 50 // 2  # pages of 50


def measure_many_rooms(plan: Plan) -> list[Row]:
    """Time GetRoom and ListRooms with ten rooms in the server, and with ten thousand.

    Pages have ten rooms each, so that all answers are of one size.
    """
    taken = Samples()
    page = {"maxResults": FEW}
    with ours() as server:
        arn = _create(server, FEW)
        for _ in range(plan.loads):
            taken.add("few GetRoom", *_times(server, "GetRoom", {"identifier": arn}))
            taken.add("few ListRooms", *_times(server, "ListRooms", page))
        _create(server, MANY - FEW)
        half = {**page, "nextToken": _token_half_way(server)}
        for _ in range(plan.loads):
            taken.add("GetRoom", *_times(server, "GetRoom", {"identifier": arn}))
            taken.add("first page", *_times(server, "ListRooms", page))
            taken.add("page half way", *_times(server, "ListRooms", half))
    return [
        Row(
            what,
            Unit.MICROSECONDS,
            taken[name],
            taken[few],
            Target("ratio", 1 / 3, "at most 3 times its"),
            BESIDE,
        )
        for what, name, few in (
            (f"GetRoom with {MANY:,} rooms", "GetRoom", "few GetRoom"),
            (f"ListRooms with {MANY:,}, first page", "first page", "few ListRooms"),
            (f"ListRooms with {MANY:,}, half way", "page half way", "few ListRooms"),
        )
    ]


def _create(server: Server, count: int) -> str:
    """Create rooms, and return the ARN of the last."""
    answers = [server.perform("CreateRoom", {}) for _ in range(count)]
    return str(answers[-1]["arn"])


def _token_half_way(server: Server) -> str:
    """Return the token to a page in the middle of the list."""
    token = ""
    for _ in range(_HALF_WAY):
        token = server.perform("ListRooms", {"nextToken": token})["nextToken"]
    return token


def _times(
    server: Server, operation: str, members: Mapping[str, object]
) -> list[float]:
    """Return how many microseconds each call took, on one connection."""
    call = server.signed(operation, members)
    times = []
    with closing(http.client.HTTPConnection(HOST, server.port)) as connection:
        for _ in range(_CALLS):
            begun = perf_counter()
            connection.request(call.method, call.path, call.body, dict(call.headers))
            with connection.getresponse() as response:
                response.read()
            times.append((perf_counter() - begun) * 1_000_000)
            if response.status != http.client.OK:
                raise BenchmarkError(f"{operation} was answered {response.status}")
    return times
