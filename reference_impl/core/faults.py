"""Planned faults: what goes wrong in the next calls, by name, and never by chance.

A fault waits for the next calls of its operation and is taken by one after the other,
as soon as it is known what the call asks for: what else is wrong with it is not looked
at any more. Here is which fault fits which operation and what it takes; what comes of a
fault is done where the call is answered.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import jsonschema_rs

from ivschat_conformance.reference_impl.core.effects import MAX_REASON_BYTES
from ivschat_conformance.schemas import documents
from ivschat_conformance.schemas.operations import load_operations

CONNECT = "CONNECT"
"""The operation of a handshake on the messaging API."""

_SHAPE = "FaultPlan"


class FaultName(StrEnum):
    """What can go wrong."""

    throttle = "throttle"
    internal_error = "internal_error"
    pending_verification = "pending_verification"
    access_denied = "access_denied"
    slow = "slow"
    reset = "reset"
    truncate = "truncate"
    refuse = "refuse"
    drop = "drop"
    close = "close"
    delay = "delay"
    duplicate = "duplicate"


class FaultError(ValueError):
    """A fault cannot be planned or dropped; the message names what is allowed."""


class FaultNotPlannedError(FaultError):
    """No planned fault has this id."""


@dataclass(slots=True, eq=False)
class PlannedFault:
    """One plan: which fault, for which operation, and how often it is still to come.

    `members` are the fault's own, its defaults among them: `seconds`, `performed`,
    `status`, `code`, `reason`. `fired` counts the calls that took it.
    """

    id: str
    operation: str
    fault: FaultName
    times: int
    members: Mapping[str, Any] = field(default_factory=dict)
    fired: int = 0

    @property
    def left(self) -> int:
        """How many calls it still waits for."""
        return self.times - self.fired

    @property
    def is_performed(self) -> bool:
        """Whether what was asked for happens nevertheless."""
        return bool(self.members.get("performed", True))

    def document(self) -> dict[str, Any]:
        """Return it as JSON shows it."""
        return {
            "id": self.id,
            "operation": self.operation,
            "fault": self.fault.value,
            "times": self.times,
            "fired": self.fired,
            **self.members,
        }


class Faults:
    """The planned faults of one fake.

    `waiting` are those that still wait for calls, by id, the earliest plan first.
    """

    def __init__(self) -> None:
        self.waiting: dict[str, PlannedFault] = {}
        self._made = 0

    def __bool__(self) -> bool:
        """Say whether any fault waits for a call."""
        return bool(self.waiting)

    @property
    def planned(self) -> tuple[PlannedFault, ...]:
        """The plans that still wait for calls, the earliest first."""
        return tuple(self.waiting.values())

    @property
    def unfired(self) -> tuple[PlannedFault, ...]:
        """The plans that not one call has taken: whoever made one tested nothing."""
        return tuple(plan for plan in self.planned if not plan.fired)

    def plan(
        self, /, operation: str, fault: str, times: int = 1, **members: object
    ) -> str:
        """Have the next `times` calls of an operation go wrong; return the plan's id.

        `operation` is an operation of the control plane, `CONNECT`, or an action. The
        faults, and the `members` that each takes with what they are unless given:

        - on the control plane: `throttle` (429 ThrottlingException), `internal_error`
          (500 InternalServerException), `pending_verification` and `access_denied`
          (403); `slow` (`seconds` of real time, then the answer), `reset` (the
          connection is cut instead of an answer; `performed=False`), `truncate` (half
          an answer);
        - on `CONNECT`: `refuse` (`status=503`), `drop` (cut without a close frame;
          `performed=False`, or True for a cut behind the 101), `close` (`code=1011`,
          `reason=""`, right behind the 101);
        - on an action: `drop` and `close` (`code=1011`, `reason=""`), both of the
          sender's connection (`performed=False`), `delay` (`seconds` of real time until
          what comes of it is delivered), `duplicate` (what comes of it is delivered
          twice).

        Of several plans for one operation the earliest goes first. Raises FaultError,
        which names the field and what is allowed.
        """
        given = {"operation": operation, "fault": fault, "times": times, **members}
        name, own = _checked(given)
        self._made += 1
        plan = PlannedFault(f"fault-{self._made}", operation, name, int(times), own)
        self.waiting[plan.id] = plan
        return plan.id

    def drop(self, plan_id: str | None = None) -> None:
        """Drop one plan, or all; FaultNotPlannedError where nothing has this id."""
        if plan_id is None:
            self.waiting.clear()
        elif self.waiting.pop(plan_id, None) is None:
            there = ", ".join(self.waiting) or "none"
            raise FaultNotPlannedError(f"id: no such fault waits; there is {there}")

    def take(self, operation: str) -> PlannedFault | None:
        """Return the fault of this call and count it; None where none is planned."""
        for plan in self.planned:
            if plan.operation == operation:
                plan.fired += 1
                if not plan.left:
                    self.waiting.pop(plan.id, None)
                return plan
        return None


def operations() -> tuple[str, ...]:
    """Return every operation for which a fault can be planned."""
    return (*load_operations(), CONNECT, *_actions())


class _Fit(NamedTuple):
    """Where a fault fits, and the members that it takes there with their defaults.

    A member whose default is None has to be given.
    """

    fits: Callable[[str], bool]
    members: Mapping[str, object] = MappingProxyType({})


def _actions() -> tuple[str, ...]:
    return tuple(documents.load("Action", documents.MESSAGING)["enum"])


def _is_call(operation: str) -> bool:
    return operation in load_operations()


def _is_action(operation: str) -> bool:
    return operation in _actions()


def _is_connect(operation: str) -> bool:
    return operation == CONNECT


def _awaits_verification(operation: str) -> bool:
    """Say whether an account that is not verified may not do this (IAM-05)."""
    return (
        _is_call(operation)
        and "PendingVerification" in load_operations()[operation].errors
    )


def _has_output(operation: str) -> bool:
    """Say whether an operation answers with a body, of which half can be sent."""
    response = load_operations()[operation].response if _is_call(operation) else None
    schema = documents.load(response) if response else {}
    return bool(schema.get("properties") or schema.get("$ref"))


_PERFORMED = {"performed": False}
_CLOSE = {"code": 1011, "reason": ""}
_LASTING: Mapping[str, object] = {"seconds": None}
_FITS: Mapping[FaultName, tuple[_Fit, ...]] = {
    FaultName.throttle: (_Fit(_is_call),),
    FaultName.internal_error: (_Fit(_is_call),),
    FaultName.pending_verification: (_Fit(_awaits_verification),),
    FaultName.access_denied: (_Fit(_is_call),),
    FaultName.slow: (_Fit(_is_call, _LASTING),),
    FaultName.reset: (_Fit(_is_call, _PERFORMED),),
    FaultName.truncate: (_Fit(_has_output),),
    FaultName.refuse: (_Fit(_is_connect, {"status": 503}),),
    FaultName.drop: (_Fit(_is_connect, _PERFORMED), _Fit(_is_action, _PERFORMED)),
    FaultName.close: (
        _Fit(_is_connect, _CLOSE),
        _Fit(_is_action, {**_CLOSE, **_PERFORMED}),
    ),
    FaultName.delay: (_Fit(_is_action, _LASTING),),
    FaultName.duplicate: (_Fit(_is_action),),
}


def _fit(fault: FaultName, operation: str) -> _Fit | None:
    return next((fit for fit in _FITS[fault] if fit.fits(operation)), None)


def _checked(given: Mapping[str, object]) -> tuple[FaultName, Mapping[str, Any]]:
    """Return the fault and its own members, or raise FaultError."""
    operation, fault = given["operation"], given["fault"]
    if not isinstance(operation, str) or operation not in operations():
        raise FaultError(f"operation: use one of {', '.join(operations())}")
    fitting = [name for name in FaultName if _fit(name, operation)]
    name = next((name for name in FaultName if name == fault), None)
    if name is None:
        raise FaultError(f"fault: use one of {', '.join(fitting)} for {operation}")
    fit = _fit(name, operation)
    if fit is None:
        raise FaultError(
            f"fault: {name} does not fit {operation}; use one of {', '.join(fitting)}"
        )
    for member in given.keys() - {"operation", "fault", "times"} - fit.members.keys():
        takes = ", ".join(("times", *fit.members))
        raise FaultError(f"{member}: {name} for {operation} takes {takes} and no more")
    own = {member: given.get(member, fit.members[member]) for member in fit.members}
    for member, value in {"times": given["times"], **own}.items():
        _check(member, value)
    return name, own


def _check(member: str, value: object) -> None:
    schema = documents.load("FaultPlan", documents.HARNESS)["properties"][member]
    try:
        sound = _engine(member).is_valid(value)
        if member == "reason":
            sound = sound and len(str(value).encode()) <= MAX_REASON_BYTES
    except ValueError:  # a number that JSON does not have, or a lone surrogate
        sound = False
    if not sound:
        raise FaultError(f"{member}: {schema['description']}")


@cache
def _engine(member: str) -> jsonschema_rs.Validator:
    document = documents.load("FaultPlan", documents.HARNESS)
    return jsonschema_rs.validator_for(document["properties"][member])
