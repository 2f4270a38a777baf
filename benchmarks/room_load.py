"""Fill one room with connections, have texts sent to all of them, and count.

A process of its own: it reads what to do from stdin, one JSON object, and writes what
it found to stdout, another. `Order` and `Found` say what is in them.
"""

import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import partial
from selectors import EVENT_READ, DefaultSelector
from statistics import quantiles
from time import perf_counter, process_time, sleep
from typing import Any

from deliveries import DeliveryError
from load_generator import LoadError
from members import Member, join
from pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Order:
    """What to do. Requests and texts are whole, as Latin-1, and sent as they stand.

    token_requests  sent over HTTP, one before each connection, which the token in the
                    answer opens; none: connections are opened without a token
    sends           what makes the server send a text to everybody, one after the other
    senders         the first so many connections send them in turns; 0: they go over
                    an HTTP connection, whose answers must all be a 200
    window          how many of them are on their way at a time
    interval        seconds between two of them, with no regard to the window; 0: none
    gather          seconds between two looks at what has come, so that a server is not
                    held up by waking this process for every single delivery
    warm_up         the clock starts when so many of them have come everywhere
    patience        seconds without any delivery after which what is missing is lost
    server_pid      the process to watch; 0: none
    """

    port: int
    connections: int
    sends: Sequence[str]
    token_requests: Sequence[str] = ()
    senders: int = 0
    window: int = 1
    interval: float = 0.0
    gather: float = 0.0
    warm_up: int = 0
    patience: float = 3.0
    server_pid: int = 0


@dataclass(slots=True)
class Found:
    """What was found. Times in seconds; `server_bytes` is what all connections took.

    `deliveries` came in `seconds`, while this process and the server used so much of
    their cores; the rest is about all deliveries, those of the warm-up too: `sent` says
    how many there should be. `latency`
    is from sending to receiving, its median and its 99th percentile, with an interval.
    """

    deliveries: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    server_cpu_seconds: float = 0.0
    server_bytes: int = 0
    sent: int = 0
    lost: int = 0
    reordered: int = 0
    repeated: int = 0
    text_bytes: float = 0.0
    latency: tuple[float, float] = (0.0, 0.0)


class Watched:
    """The server's process, as the system sees it."""

    def __init__(self, pid: int) -> None:
        if pid:
            from psutil import Process

            self._process: Any = Process(pid)
        else:
            self._process = None

    def cpu_seconds(self) -> float:
        """Return how long the process has kept a core busy since its start."""
        if self._process is None:
            return 0.0
        used = self._process.cpu_times()
        return float(used.user + used.system)

    def resident_bytes(self) -> int:
        """Return how much memory the process has."""
        return 0 if self._process is None else int(self._process.memory_info().rss)


@dataclass(slots=True)
class Load:
    """The texts that are on their way, and what has come of them."""

    order: Order
    members: Sequence[Member]
    pipeline: Pipeline | None
    watched: Watched
    selector: DefaultSelector
    delivered: int = 0
    began: float = 0.0
    sent_at: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    def run(self) -> Found:
        """Send everything and receive everything."""
        for member in self.members:
            receive = partial(self._receive, member)
            self.selector.register(member.stream, EVENT_READ, receive)
        if self.pipeline is not None:
            self.selector.register(self.pipeline.stream, EVENT_READ, self._answered)
        self.began = perf_counter()
        self._until(self.order.warm_up * len(self.members))
        delivered, before = self.delivered, self._instants()
        self._until(len(self.order.sends) * len(self.members))
        seconds, cpu, server_cpu = (
            now - then for now, then in zip(self._instants(), before, strict=True)
        )
        while self.pipeline is not None and self.pipeline.awaited:
            self.pipeline.receive()
        return self._counted(
            Found(self.delivered - delivered, seconds, cpu, server_cpu)
        )

    def _counted(self, found: Found) -> Found:
        """Add what the members have counted."""
        sent, tallies = len(self.sent_at), [member.tally for member in self.members]
        found.sent = sent * len(tallies)
        found.lost = sum(tally.lost(sent) for tally in tallies)
        found.reordered = sum(tally.reordered for tally in tallies)
        found.repeated = sum(tally.repeated for tally in tallies)
        text_bytes = sum(tally.text_bytes for tally in tallies)
        found.text_bytes = text_bytes / max(1, self.delivered)
        if len(self.latencies) > 1:
            percentiles = quantiles(self.latencies, n=100)
            found.latency = percentiles[49], percentiles[98]
        return found

    def _until(self, enough: int) -> None:
        """Send and receive until so much is delivered, or nothing comes any more."""
        order, patience = self.order, self.order.patience
        given_up = perf_counter() + patience
        while self.delivered < enough:
            due_in = self._send_due()
            now, before = perf_counter(), self.delivered
            if now >= given_up:
                return
            for key, _ in self.selector.select(min(due_in, given_up - now)):
                self.delivered += key.data()
            if self.delivered > before:
                given_up = now + patience
            if order.gather:
                sleep(order.gather)

    def _send_due(self) -> float:
        """Send what may be sent now; return in how many seconds there is more."""
        order = self.order
        while (number := len(self.sent_at)) < len(order.sends):
            now = perf_counter()
            if order.interval:
                due_in = self.began + number * order.interval - now
                if due_in > 0:
                    return due_in
            elif (number + 1 - order.window) * len(self.members) > self.delivered:
                break
            self.sent_at.append(now)
            self._send(number, order.sends[number].encode("latin-1"))
        return order.patience

    def _send(self, number: int, data: bytes) -> None:
        if self.order.senders:
            self.members[number % self.order.senders].stream.sendall(data)
        elif self.pipeline is not None:
            self.pipeline.send(data)

    def _receive(self, member: Member) -> int:
        """Read what has come for a member; return how many texts that is."""
        numbers = member.receive()
        if self.order.interval:
            now = perf_counter()
            self.latencies += [now - self.sent_at[number] for number in numbers]
        return len(numbers)

    def _answered(self) -> int:
        """Read answers, which deliver nothing."""
        if self.pipeline is not None:
            self.pipeline.receive()
        return 0

    def _instants(self) -> tuple[float, float, float]:
        return perf_counter(), process_time(), self.watched.cpu_seconds()


def perform(order: Order) -> Found:
    """Do what an order says. Raises LoadError and DeliveryError."""
    watched = Watched(order.server_pid)
    with ExitStack() as stack:
        pipeline = None
        if order.token_requests or not order.senders:
            pipeline = Pipeline(order.port)
            stack.callback(pipeline.stream.close)
        before = watched.resident_bytes()
        members = []
        for number in range(order.connections):
            token = ""
            if pipeline is not None and order.token_requests:
                request = order.token_requests[number].encode("latin-1")
                token = json.loads(pipeline.perform(request))["token"]
            members.append(join(order.port, token))
            stack.callback(members[-1].stream.close)
        taken = watched.resident_bytes() - before
        selector = stack.enter_context(DefaultSelector())
        found = Load(order, members, pipeline, watched, selector).run()
    found.server_bytes = taken
    return found


def main() -> int:
    """Do what stdin says; 1 and a sentence on stderr where the server did not."""
    try:
        found = perform(Order(**json.load(sys.stdin)))
    except (DeliveryError, LoadError, OSError) as error:
        print(f"room load: {error}", file=sys.stderr)
        return 1
    print(json.dumps(asdict(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
