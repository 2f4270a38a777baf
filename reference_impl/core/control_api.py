"""The control API: what tests may do to the fake that the service has no call for.

JSON over HTTP under `/_control`, never signed, described in docs/control-api.md: the
clock, what clients sent, faults, the message review handlers, and a reset.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ivschat_conformance.reference_impl.core.errors import CallerError
from ivschat_conformance.reference_impl.core.fake_clock import (
    ClockRangeError,
    FakeClock,
)
from ivschat_conformance.reference_impl.core.faults import (
    FaultError,
    FaultNotPlannedError,
    Faults,
)
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
    Reply,
)
from ivschat_conformance.reference_impl.core.records import Records
from ivschat_conformance.reference_impl.core.service import Service, Started
from ivschat_conformance.reference_impl.core.validation import (
    input_reader,
    read_object,
)
from ivschat_conformance.schemas import documents, timestamps

PREFIX = "/_control"
_FAULTS = f"{PREFIX}/faults"

_Handler = Callable[[HttpRequest, datetime], Reply]


def is_under_prefix(path: str) -> bool:
    """Say whether this path is the control API's, whether or not a call has it."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


@dataclass(frozen=True, slots=True)
class ControlError(Exception):
    """A call of the control API is refused, with this status and sentence."""

    status: int
    message: str
    headers: tuple[tuple[str, str], ...] = ()


class ControlApi:
    """Moves the fake's clock, plans faults, shows calls, and leads to review handlers.

    `reset` puts the fake back to its start, and returns what that does to connections.
    """

    def __init__(
        self,
        clock: FakeClock,
        service: Service,
        faults: Faults,
        records: Records,
        reset: Callable[[datetime], Started],
    ) -> None:
        self._clock = clock
        self._service = service
        self._faults = faults
        self._records = records
        self._reset = reset
        self._calls: Mapping[str, Mapping[str, _Handler]] = {
            "/_control/clock": {
                "GET": self._clock_state,
                "PUT": self._freeze,
                "DELETE": self._release,
            },
            "/_control/clock/advance": {"POST": self._advance},
            "/_control/calls": {"GET": self._show_calls},
            _FAULTS: {
                "GET": self._show_faults,
                "POST": self._plan_fault,
                "DELETE": self._drop_fault,
            },
            "/_control/review-handlers": {"PUT": self._lead_review_handlers},
            "/_control/reset": {"POST": self._start_again},
        }

    def answer(self, request: HttpRequest, machine_now: datetime) -> Reply:
        """Answer one call; `{"message"}` says what was wrong with a refused one."""
        try:
            return self._handler(request)(request, machine_now)
        except ControlError as error:
            return _json(error.status, {"message": error.message}, error.headers)
        except CallerError as error:
            return _json(400, {"message": error.message})

    def _handler(self, request: HttpRequest) -> _Handler:
        methods = self._calls.get(request.path)
        if methods is None and _fault_id(request.path):
            methods = {"DELETE": self._drop_fault}
        if methods is None:
            raise ControlError(
                404, f"No such call; there are {', '.join(self._calls)}."
            )
        handler = methods.get(request.method)
        if handler is None:
            raise ControlError(
                405,
                f"Use {' or '.join(methods)} here.",
                (("Allow", ", ".join(methods)),),
            )
        return handler

    def _clock_state(self, _request: HttpRequest, machine_now: datetime) -> Reply:
        now = self._clock.read(machine_now)
        return _json(
            200, {"now": timestamps.microseconds(now), "mode": self._clock.mode}
        )

    def _freeze(self, request: HttpRequest, machine_now: datetime) -> Reply:
        try:
            self._clock.freeze(timestamps.parse(_body(request, "ClockSetting")["now"]))
        except (timestamps.TimestampError, ClockRangeError) as error:
            raise ControlError(400, f"now: {error}.") from None
        return self._clock_state(request, machine_now)

    def _advance(self, request: HttpRequest, machine_now: datetime) -> Reply:
        try:
            by = timedelta(seconds=_body(request, "ClockAdvance")["seconds"])
            self._clock.advance(by, machine_now)
        except (OverflowError, ClockRangeError):
            raise ControlError(400, f"seconds: {ClockRangeError()}.") from None
        return self._clock_state(request, machine_now)

    def _release(self, request: HttpRequest, machine_now: datetime) -> Reply:
        self._clock.release()
        return self._clock_state(request, machine_now)

    def _start_again(self, _request: HttpRequest, machine_now: datetime) -> Reply:
        return Reply(HttpResponse(204), *self._reset(machine_now))

    def _show_calls(self, _request: HttpRequest, _machine_now: datetime) -> Reply:
        calls = [call.document() for call in self._records.calls]
        return _json(200, {"calls": calls, "dropped": self._records.dropped})

    def _show_faults(self, _request: HttpRequest, _machine_now: datetime) -> Reply:
        faults = [plan.document() for plan in self._faults.planned]
        return _json(200, {"faults": faults})

    def _plan_fault(self, request: HttpRequest, _machine_now: datetime) -> Reply:
        """Plan a fault exactly as it is asked for: no member is ignored here."""
        members = _members(request, "FaultPlan")
        try:
            return _json(201, {"id": self._faults.plan(**members)})
        except FaultError as error:
            raise ControlError(400, f"{error}.") from None

    def _drop_fault(self, request: HttpRequest, _machine_now: datetime) -> Reply:
        try:
            self._faults.drop(_fault_id(request.path))
        except FaultNotPlannedError as error:
            raise ControlError(404, f"{error}.") from None
        return Reply(HttpResponse(204))

    def _lead_review_handlers(
        self, request: HttpRequest, _machine_now: datetime
    ) -> Reply:
        """Lead some ARNs to URLs, or with null nowhere; the others stay as they are.

        Those who share the fake have ARNs of their own.
        """
        targets = {**self._service.review_targets, **_body(request, "ReviewHandlers")}
        targets = {arn: target for arn, target in targets.items() if target}
        self._service.review_targets = targets
        shown = {arn: t for arn, t in targets.items() if isinstance(t, str)}
        return _json(200, shown)


def _fault_id(path: str) -> str | None:
    """Return the id that the path of one fault ends in."""
    before, _, identifier = path.rpartition("/")
    return identifier or None if before == _FAULTS else None


def _members(request: HttpRequest, shape: str) -> dict[str, Any]:
    """Return the members that are not null, unknown ones too; the known are valid."""
    sent = {name: v for name, v in read_object(request.body).items() if v is not None}
    return {**sent, **input_reader(shape, api=documents.HARNESS).read(sent)}


def _body(request: HttpRequest, shape: str) -> dict[str, Any]:
    return input_reader(shape, api=documents.HARNESS).read(read_object(request.body))


def _json(
    status: int,
    body: Mapping[str, Any],
    headers: tuple[tuple[str, str], ...] = (),
) -> Reply:
    return Reply(
        HttpResponse(
            status,
            (("Content-Type", "application/json"), *headers),
            json.dumps(body).encode(),
        )
    )
