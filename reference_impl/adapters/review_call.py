"""Asks message review handlers: a function of this process, or a program at a URL.

Handlers block and may hang, so each is asked in a daemon thread of its own. An executor
would not do: the interpreter waits for its threads when it ends.
"""

import asyncio
import copy
import json
import logging
import socket
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from traceback import walk_tb
from urllib.parse import urlsplit

from ivschat_conformance.reference_impl.core.effects import Review
from ivschat_conformance.reference_impl.core.review import (
    NO_ANSWER,
    TIMEOUT,
    PendingMessage,
)

logger = logging.getLogger("ivschat_conformance.review")

SECONDS = TIMEOUT.total_seconds()

MAX_THREADS = 64
"""How many handlers may be at work; whoever comes then waits, and its time runs."""

MAX_ANSWER_BYTES = 65_536
"""What a URL may answer: several times what the largest valid answer needs."""


class HandlerError(Exception):
    """A program at a URL answers what cannot be an answer; the message is our own."""


class ReviewCalls:
    """Asks message review handlers, each for 200 ms of real time at most (REVIEW-09).

    `answered` is called in the loop, once a review, with the message and the answer:
    plain JSON data, or NO_ANSWER where the handler failed or was too late. The clock
    is the loop's own, which has to be real. Methods are for the loop's thread.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        answered: Callable[[PendingMessage, object], None],
    ) -> None:
        self._loop = loop
        self._answered = answered
        self._timers: dict[_Call, asyncio.TimerHandle] = {}
        self._waiting: OrderedDict[_Call, None] = OrderedDict()
        self._threads = 0
        self._closed = False

    def ask(self, review: Review) -> None:
        """Have the handler asked; return at once."""
        if self._closed:
            return
        call = _Call(review)
        self._timers[call] = self._loop.call_later(SECONDS, self._expire, call)
        self._waiting[call] = None
        self._start_threads()

    def close(self) -> None:
        """Forget everything under way: `answered` is not called any more."""
        self._closed = True
        for call, timer in self._timers.items():
            timer.cancel()
            call.give_up()
        self._timers.clear()
        self._waiting.clear()

    def _start_threads(self) -> None:
        while self._waiting and self._threads < MAX_THREADS:
            call, _ = self._waiting.popitem(last=False)
            thread = threading.Thread(
                target=self._work, args=(call,), name="ivschat-review", daemon=True
            )
            try:
                thread.start()
            except RuntimeError:  # the system has none to give: its time runs out
                continue
            self._threads += 1

    def _work(self, call: "_Call") -> None:
        answer = call.answer()
        with suppress(RuntimeError):  # the loop may be closed by now
            self._loop.call_soon_threadsafe(self._end, call, answer)

    def _end(self, call: "_Call", answer: object) -> None:
        self._threads -= 1
        self._start_threads()
        self._settle(call, answer)

    def _expire(self, call: "_Call") -> None:
        self._waiting.pop(call, None)
        call.give_up()
        logger.warning(
            "a message review handler did not answer within %d ms", SECONDS * 1000
        )
        self._settle(call, NO_ANSWER)

    def _settle(self, call: "_Call", answer: object) -> None:
        timer = self._timers.pop(call, None)
        if timer is None:  # it is too late, or forgotten
            return
        timer.cancel()
        self._answered(call.review.message, answer)


@dataclass(slots=True, eq=False)
class _Call:
    """One review; `answer` is for a thread, `give_up` for the loop's.

    Each of the two first writes what the other one reads after that, so that no
    connection is left to itself whichever comes first.
    """

    review: Review
    given_up: bool = False
    connected: socket.socket | None = None

    def answer(self) -> object:
        """Return plain JSON data or NO_ANSWER; log what went wrong, never raise."""
        target = self.review.target
        try:
            if isinstance(target, str):
                return json.loads(self._post(target))
            # A copy each way: nothing of the handler's is alive in what is returned.
            answer = target(copy.deepcopy(dict(self.review.document)))
            return json.loads(json.dumps(answer))
        except BaseException as error:
            if not self.given_up:
                _report(error)
            return NO_ANSWER

    def give_up(self) -> None:
        """Cut the connection, on which a thread may still wait for one more byte."""
        self.given_up = True
        if self.connected is not None:
            with suppress(OSError):  # it is closed already
                self.connected.shutdown(socket.SHUT_RDWR)

    def _post(self, target: str) -> str:
        """Return the body of the answer, or raise where there is no good one.

        A connection a review: one that was kept open may be closed by the other side
        just when it is used again, and a POST is not to be repeated. The library knows
        no proxies and follows no redirects.
        """
        url = urlsplit(target)
        host, port = url.hostname or "", url.port or 80
        path = f"{url.path}?{url.query}" if url.query else url.path
        body = json.dumps(self.review.document).encode()
        headers = {"Content-Type": "application/json", "Connection": "close"}
        # The loop cuts the connection sooner, unless it is still being opened.
        with closing(HTTPConnection(host, port, timeout=2 * SECONDS)) as connection:
            connection.connect()
            self.connected = connection.sock
            if self.given_up:  # while it connected
                raise TimeoutError
            connection.request("POST", path, body, headers)
            with connection.getresponse() as response:
                if response.status != HTTPStatus.OK:
                    raise HandlerError(f"it answered with status {response.status}")
                answer = response.read(MAX_ANSWER_BYTES + 1)
        if len(answer) > MAX_ANSWER_BYTES:
            raise HandlerError(f"its answer has more than {MAX_ANSWER_BYTES} bytes")
        return answer.decode("utf-8")


def _report(error: BaseException) -> None:
    """Log an exception's type and place: its message may hold what was reviewed."""
    if isinstance(error, HandlerError):
        logger.warning("a message review handler failed: %s", error)
        return
    steps = walk_tb(error.__traceback__)
    logger.warning(
        "a message review handler failed: %s at %s",
        type(error).__name__,
        ", ".join(f"{frame.f_code.co_filename}:{line}" for frame, line in steps),
    )
