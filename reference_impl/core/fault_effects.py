"""What planned faults come to: errors, manners of delivery, and effects on sessions."""

from collections.abc import Iterator
from dataclasses import replace

from ivschat_conformance.reference_impl.core.effects import (
    Close,
    Cut,
    Deliver,
    Effect,
    Later,
    WriteLog,
)
from ivschat_conformance.reference_impl.core.errors import (
    AccessDeniedException,
    InternalServerException,
    PendingVerification,
    ServiceError,
    ThrottlingException,
)
from ivschat_conformance.reference_impl.core.faults import FaultName, PlannedFault
from ivschat_conformance.reference_impl.core.http_messages import Delivery, Reply
from ivschat_conformance.reference_impl.core.outcome import Outcome
from ivschat_conformance.reference_impl.core.rooms import ROOM
from ivschat_conformance.reference_impl.core.sessions import Session

NOT_PERFORMED = Outcome(None)

_CALLS_PER_SECOND = {
    "CreateChatToken": 200,
    "SendEvent": 100,
    "DeleteMessage": 100,
    "DisconnectUser": 100,
    "ListTagsForResource": 10,
    "TagResource": 10,
    "UntagResource": 10,
    "CreateLoggingConfiguration": 3,
    "GetLoggingConfiguration": 3,
    "UpdateLoggingConfiguration": 3,
    "DeleteLoggingConfiguration": 3,
    "ListLoggingConfigurations": 3,
}
"""The service's quotas; every room operation has 5 (LIMIT-01)."""


def goes_on(fault: PlannedFault) -> bool:
    """Say whether an operation is performed; raise the error that the fault is."""
    error = _error(fault.fault, fault.operation)
    if error is not None:
        raise error
    return fault.is_performed


def _error(fault: FaultName, operation: str) -> ServiceError | None:
    match fault:
        case FaultName.throttle:
            limit = _CALLS_PER_SECOND.get(operation, 5)
            return ThrottlingException("Rate exceeded", operation, ROOM, limit)
        case FaultName.internal_error:
            return InternalServerException("The service failed.")
        case FaultName.pending_verification:
            return PendingVerification("The account is pending verification.")
        case FaultName.access_denied:
            return AccessDeniedException(
                f"User is not authorized to perform: ivschat:{operation}"
            )
    return None


def delivered(reply: Reply, fault: PlannedFault) -> Reply:
    """Return the reply with the manner of delivery that a fault wants."""
    match fault.fault:
        case FaultName.slow:
            delivery = Delivery(seconds=fault.members["seconds"])
        case FaultName.truncate:
            delivery = Delivery(share=0.5)
        case FaultName.reset:
            delivery = Delivery(share=None)
        case _:
            return reply
    return replace(reply, response=replace(reply.response, delivery=delivery))


def disturbed(
    effects: tuple[Effect, ...], fault: PlannedFault, session: Session
) -> tuple[Effect, ...]:
    """Return what comes of a session's action, with its fault."""
    match fault.fault:
        case FaultName.delay:
            later = tuple(e for e in effects if not isinstance(e, WriteLog))
            at_once = tuple(e for e in effects if isinstance(e, WriteLog))
            return (Later(fault.members["seconds"], later), *at_once)
        case FaultName.duplicate:
            return duplicated(effects)
    return (*effects, *ending(fault, session))


def ending(fault: PlannedFault, session: Session) -> tuple[Effect, ...]:
    """Return how a fault ends the session's connection, if that is what it does."""
    match fault.fault:
        case FaultName.drop:
            return (Cut(session),)
        case FaultName.close:
            return (Close(session, fault.members["code"], fault.members["reason"]),)
    return ()


def duplicated(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """Return the effects with each frame delivered twice."""
    return tuple(_twice(effects))


def _twice(effects: tuple[Effect, ...]) -> Iterator[Effect]:
    for effect in effects:
        yield effect
        if isinstance(effect, Deliver):
            yield effect
