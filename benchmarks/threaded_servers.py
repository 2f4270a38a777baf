"""Start and stop one of the two servers in a thread of this process, many times.

`threaded_servers.py ours|moto TIMES` writes one JSON object: {"start", "stop"}, lists
of milliseconds. The first start, with the imports in it, is not among them.
"""

import json
import sys
from collections.abc import Callable
from time import perf_counter

Stop = Callable[[], None]


def start_ours() -> Stop:
    """Make a fake, as its users do, and have it listen."""
    from ivschat_conformance import FakeIvsChat

    fake = FakeIvsChat()
    fake.start()
    return fake.stop


def start_moto() -> Stop:
    """Have moto's own threaded server listen."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    return server.stop


def time_once(start: Callable[[], Stop]) -> tuple[float, float]:
    """Return how many milliseconds a start and a stop took."""
    begun = perf_counter()
    stop = start()
    listening = perf_counter()
    stop()
    return (listening - begun) * 1_000, (perf_counter() - listening) * 1_000


def main(kind: str, times: str) -> None:
    """Time it and write what it took."""
    start = {"ours": start_ours, "moto": start_moto}[kind]
    time_once(start)
    taken = [time_once(start) for _ in range(int(times))]
    starts, stops = zip(*taken, strict=True)
    print(json.dumps({"start": starts, "stop": stops}))


if __name__ == "__main__":
    main(*sys.argv[1:])
