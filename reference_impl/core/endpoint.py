"""Everything behind one port: the control plane, the control API, the clock."""

from datetime import datetime
from random import Random

from ivschat_conformance.reference_impl.core import control_api
from ivschat_conformance.reference_impl.core.control_api import ControlApi
from ivschat_conformance.reference_impl.core.fake_clock import FakeClock
from ivschat_conformance.reference_impl.core.http_api import HttpApi
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
    Reply,
    TransportFault,
)
from ivschat_conformance.reference_impl.core.service import Service
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.core.signatures import SignatureVerifier


class Endpoint:
    """One fake: its service, its clock and how both are reached over HTTP.

    `machine_now` is the start; `random` draws ids and keys, so it is a `SystemRandom`
    unless a test wants the same ones again.
    """

    def __init__(
        self, settings: Settings, random: Random, machine_now: datetime
    ) -> None:
        self.clock = FakeClock(settings.clock)
        self.service = Service(settings, random)
        self._http = HttpApi(
            self.service,
            SignatureVerifier(settings.credentials, settings.region)
            if settings.verify_signatures
            else None,
        )
        self._control = ControlApi(self.clock, self.reset) if settings.control else None
        self.service.start(self.clock.read(machine_now))

    def answer(self, request: HttpRequest, machine_now: datetime) -> Reply:
        """Answer one request that arrived at this instant of the machine's clock."""
        if self._control is not None and control_api.is_under_prefix(request.path):
            return Reply(self._control.answer(request, machine_now))
        return self._http.answer(request, self.clock.read(machine_now), machine_now)

    def refuse(self, fault: TransportFault, machine_now: datetime) -> HttpResponse:
        """Answer bytes that never became a request."""
        return self._http.refuse(fault, self.clock.read(machine_now))

    def reset(self, machine_now: datetime) -> None:
        """Stand as after the start: seeded rooms, no others, the clock as it was."""
        self.clock.reset()
        self.service.start(self.clock.read(machine_now))
