"""Everything behind one port: both APIs, the control API and the clock."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any

from ivschat_conformance.reference_impl.core import control_api
from ivschat_conformance.reference_impl.core.changes import Change
from ivschat_conformance.reference_impl.core.control_api import ControlApi
from ivschat_conformance.reference_impl.core.effects import Effect
from ivschat_conformance.reference_impl.core.fake_clock import FakeClock
from ivschat_conformance.reference_impl.core.faults import Faults
from ivschat_conformance.reference_impl.core.handshakes import Handshakes, Opening
from ivschat_conformance.reference_impl.core.http_api import HttpApi
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
    Reply,
    TransportFault,
)
from ivschat_conformance.reference_impl.core.messaging_api import MessagingApi
from ivschat_conformance.reference_impl.core.names import Names
from ivschat_conformance.reference_impl.core.outcome import Outcome
from ivschat_conformance.reference_impl.core.records import Records
from ivschat_conformance.reference_impl.core.review import PendingMessage
from ivschat_conformance.reference_impl.core.service import Service, Started
from ivschat_conformance.reference_impl.core.sessions import Session
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.core.signatures import SignatureVerifier
from ivschat_conformance.reference_impl.core.tokens import TokenError
from ivschat_conformance.reference_impl.core.validation import input_reader
from ivschat_conformance.schemas.operations import load_operations


class Endpoint:
    """One fake: its service, its clock and how both are reached.

    `machine_now` is the start; `random` draws ids and keys, so it is a `SystemRandom`
    unless a test wants the same ones again. Whatever reaches a session first ends those
    whose time is over, and so does `turn`, which a shell calls while sessions are open.
    `kept` is what a shell has kept of an earlier one, `started` what it has to keep of
    this one.

    `faults` are what is planned to go wrong, `records` what clients have sent. What
    this process does by `perform` meets no fault and is not recorded.
    """

    def __init__(
        self,
        settings: Settings,
        random: Random,
        machine_now: datetime,
        kept: Sequence[Change] = (),
    ) -> None:
        self.clock = FakeClock(settings.clock)
        self.service = Service(settings, random)
        self.faults = Faults()
        self.records = Records(Names(self._token_number))
        watched = (self.service, self.faults, self.records)
        verifier = (
            SignatureVerifier(settings.credentials, settings.region)
            if settings.verify_signatures
            else None
        )
        self._http = HttpApi(*watched, verifier)
        self._handshakes = Handshakes(*watched)
        self._messaging = MessagingApi(*watched)
        self._control = (
            ControlApi(self.clock, *watched, self.reset) if settings.control else None
        )
        now = self.clock.read(machine_now)
        self.started = self.service.start(now, kept).changes

    def answer(self, request: HttpRequest, machine_now: datetime) -> Reply:
        """Answer one request that arrived at this instant of the machine's clock."""
        before = self.turn(machine_now)
        if self._control is not None and control_api.is_under_prefix(request.path):
            reply = self._control.answer(request, machine_now)
            after = self.turn(machine_now)  # the call may have moved the clock
        else:
            now = self.clock.read(machine_now)
            reply = self._http.answer(request, now, machine_now)
            after = ()
        if not before and not after:
            return reply
        return Reply(reply.response, reply.changes, (*before, *reply.effects, *after))

    def perform(
        self, operation: str, members: Mapping[str, Any], machine_now: datetime
    ) -> Outcome:
        """Perform an operation for a caller in this process, or raise ServiceError."""
        ended = self.turn(machine_now)
        request = input_reader(load_operations()[operation].request).read(members)
        outcome = self.service.perform(operation, request, self.clock.read(machine_now))
        return outcome._replace(effects=(*ended, *outcome.effects))

    def refuse(self, fault: TransportFault, machine_now: datetime) -> HttpResponse:
        """Answer bytes that never became a request."""
        return self._http.refuse(fault, self.clock.read(machine_now))

    def open_session(
        self, request: HttpRequest, address: str, machine_now: datetime
    ) -> Opening | HttpResponse:
        """Open the session that a handshake asks for, or answer why not (OPEN-01)."""
        return self._handshakes.answer(request, address, self.clock.read(machine_now))

    def receive(
        self, session: Session, frame: bytes, machine_now: datetime
    ) -> tuple[Effect, ...]:
        """Take a text frame, UTF-8, that a session sent."""
        ended = self.turn(machine_now)
        now = self.clock.read(machine_now)
        return (*ended, *self._messaging.receive(session, frame, now))

    def reviewed(
        self, message: PendingMessage, answer: object, machine_now: datetime
    ) -> tuple[Effect, ...]:
        """Take what a review handler answered, or `review.NO_ANSWER`."""
        ended = self.turn(machine_now)
        return (*ended, *self._messaging.reviewed(message, answer))

    def leave(self, session: Session) -> None:
        """End a session whose connection is gone."""
        self.service.live.sessions.remove(session)

    def turn(self, machine_now: datetime) -> tuple[Effect, ...]:
        """End the sessions whose time is over at this instant of the machine's."""
        return self.service.live.end_sessions(self.clock.read(machine_now))

    def hold(self, kept: Iterable[Change]) -> None:
        """Undo what a shell could not keep: hold what it has kept, and nothing else.

        Sessions go on; an opening or a closing that was not kept stays with the shell.
        """
        self.service.hold(kept)

    def reset(self, machine_now: datetime) -> Started:
        """Stand as after the start: seeded rooms, no others, the clock as it was."""
        self.clock.reset()
        self.faults.drop()
        self.records.clear()
        self._messaging.forget_reviews()
        return self.service.start(self.clock.read(machine_now))

    def _token_number(self, text: str) -> int | None:
        """Return which of this fake's tokens a text is."""
        try:
            return self.service.state.tokens.open(text).number
        except TokenError:
            return None
