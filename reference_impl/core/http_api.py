"""The control plane as HTTP: a request in, the service's answer out, errors included.

The order of the checks is the service's: routing, authentication, parsing, constraints,
and then what the operation itself finds (ORDER-01).
"""

import json
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from ivschat_conformance.reference_impl.core.calls import Refusal
from ivschat_conformance.reference_impl.core.errors import (
    BadRequestException,
    CallerError,
    Reason,
    RequestEntityTooLarge,
    RequestHeaderFieldsTooLarge,
    RequestTimeoutException,
    ServiceError,
    ValidationException,
)
from ivschat_conformance.reference_impl.core.fault_effects import (
    NOT_PERFORMED,
    delivered,
    goes_on,
)
from ivschat_conformance.reference_impl.core.faults import Faults
from ivschat_conformance.reference_impl.core.findings import FindingName
from ivschat_conformance.reference_impl.core.http_input import (
    operation_input,
    path_of_operation,
)
from ivschat_conformance.reference_impl.core.http_messages import (
    MAX_BODY_BYTES,
    MAX_HEAD_BYTES,
    HttpRequest,
    HttpResponse,
    Reply,
    TransportFault,
)
from ivschat_conformance.reference_impl.core.records import Records
from ivschat_conformance.reference_impl.core.service import Service
from ivschat_conformance.reference_impl.core.signatures import SignatureVerifier
from ivschat_conformance.schemas.operations import Operation, load_operations

_FAULTS: Mapping[TransportFault, CallerError] = {
    TransportFault.MALFORMED: BadRequestException("This is no HTTP/1.1 request."),
    TransportFault.HEAD_TOO_LARGE: RequestHeaderFieldsTooLarge(
        f"Request line and headers may have {MAX_HEAD_BYTES} bytes together."
    ),
    TransportFault.BODY_TOO_LARGE: RequestEntityTooLarge(
        f"A body may have {MAX_BODY_BYTES} bytes."
    ),
    TransportFault.TOO_SLOW: RequestTimeoutException(
        "The request did not arrive whole in time; send it again."
    ),
}


class HttpApi:
    """Answers the control plane's requests for one service, and records them.

    Without a verifier nobody looks at signatures.
    """

    def __init__(
        self,
        service: Service,
        faults: Faults,
        records: Records,
        verifier: SignatureVerifier | None,
    ) -> None:
        self._service = service
        self._faults = faults
        self._records = records
        self._verifier = verifier
        self._routes = {
            (operation.method, operation.path): operation
            for operation in load_operations().values()
        }

    def answer(
        self, request: HttpRequest, now: datetime, machine_now: datetime
    ) -> Reply:
        """Answer a request at an instant of the fake's clock and of the machine's."""
        name, fault, refusal, token = "", None, None, None
        try:
            if _is_preflight(request):
                reply = Reply(self._response(200, None, now, _PREFLIGHT))
            else:
                operation = self._route(request)
                name = operation.name
                fault = self._faults.take(name) if self._faults.waiting else None
                if fault is not None and not goes_on(fault):
                    outcome = NOT_PERFORMED
                else:
                    if self._verifier is not None:
                        self._verifier.verify(request, (now, machine_now))
                    outcome = self._service.perform(
                        name, operation_input(operation, request), now
                    )
                token = outcome.token
                response = self._response(operation.status, outcome.output, now)
                reply = Reply(response, outcome.changes, outcome.effects)
        except ServiceError as error:
            refusal = Refusal(error.type, None if fault else error.finding)
            reply = Reply(self.error(error, now))
        status: int | None = reply.response.status
        if fault is not None:
            reply = delivered(reply, fault)
            status = None if reply.delivery.share is None else status
        size = len(request.body)
        self._records.add(
            (now, request, name, status, size, refusal, fault, token, None)
        )
        return reply

    def refuse(self, fault: TransportFault, now: datetime) -> HttpResponse:
        """Answer bytes that never became a request (OPEN-08)."""
        return self.error(_FAULTS[fault], now)

    def error(self, error: ServiceError, now: datetime) -> HttpResponse:
        """Return the error as a restJson1 client reads it (ERR-01, ERR-02)."""
        return self._response(
            error.status, error.body(), now, (("x-amzn-ErrorType", error.type),)
        )

    def _route(self, request: HttpRequest) -> Operation:
        route = (request.method, path_of_operation(request.path))
        operation = self._routes.get(route)
        if operation is None:
            raise ValidationException(
                "No operation has this method and path.",
                Reason.UNKNOWN_OPERATION,
                finding=FindingName.operation_unknown,
            )
        return operation

    def _response(
        self,
        status: int,
        body: Mapping[str, Any] | None,
        now: datetime,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> HttpResponse:
        every = (
            ("Date", _http_date(now.replace(microsecond=0))),
            ("x-amzn-RequestId", self._service.ids.request_id()),
            *_CORS,
            *headers,
        )
        if body is None:
            return HttpResponse(status, every)
        return HttpResponse(
            status,
            (("Content-Type", "application/json"), *every),
            _ENCODER.encode(body).encode(),
        )


# `json.dumps` with options of its own would build an encoder for every answer.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

_CORS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "*"),
)
"""Pages of any origin may call, as OPEN-22 proposes for a fake."""

_PREFLIGHT = (
    ("Access-Control-Allow-Headers", "*, Authorization"),
    ("Access-Control-Allow-Methods", "*"),
)


def _is_preflight(request: HttpRequest) -> bool:
    """Say whether a browser asks before it calls; OPTIONS alone is a wrong method."""
    return (
        request.method == "OPTIONS"
        and request.header("access-control-request-method") is not None
    )


@lru_cache(maxsize=1)
def _http_date(second: datetime) -> str:
    """Return the value of `Date`, written once a second."""
    return format_datetime(second, usegmt=True)
