"""Faults as they are planned: what fits where, how often, in which order."""

from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.reference_impl.core.faults import (
    FaultError,
    FaultName,
    FaultNotPlannedError,
    Faults,
    operations,
)

if TYPE_CHECKING:
    pass


ACTIONS = ("SEND_MESSAGE", "DELETE_MESSAGE", "DISCONNECT_USER")
WITHOUT_OUTPUT = (
    "DeleteRoom",
    "DeleteLoggingConfiguration",
    "DisconnectUser",
    "TagResource",
    "UntagResource",
)
VERIFIED = ("GetRoom", "ListRooms", "GetLoggingConfiguration", "TagResource")
NEEDED: dict[str, dict[str, Any]] = {"slow": {"seconds": 1}, "delay": {"seconds": 1}}


def fits(fault: str, operation: str) -> bool:
    """Say whether a fault can be planned for an operation."""
    try:
        Faults().plan(operation, fault, **NEEDED.get(fault, {}))
    except FaultError:
        return False
    return True


@pytest.mark.parametrize("operation", operations())
def test_faults_fit_their_kind_of_operation(operation: str) -> None:
    """Answers have other faults than handshakes, and these than actions."""
    fitting = {fault.value for fault in FaultName if fits(fault, operation)}

    if operation == "CONNECT":
        assert fitting == {"refuse", "drop", "close"}
    elif operation in ACTIONS:
        assert fitting == {"drop", "close", "delay", "duplicate"}
    else:
        assert fitting - {"truncate", "pending_verification"} == {
            "throttle",
            "internal_error",
            "access_denied",
            "slow",
            "reset",
        }
        assert ("truncate" in fitting) is (operation not in WITHOUT_OUTPUT)


@pytest.mark.parametrize("operation", VERIFIED)
def test_account_that_is_not_verified_may_read(operation: str) -> None:
    """`pending_verification` is for the operations that declare it (IAM-05)."""
    assert not fits("pending_verification", operation)
    assert fits("pending_verification", "CreateChatToken")


WRONG: list[tuple[str, str, dict[str, Any], str]] = [
    ("CreateToken", "throttle", {}, "operation: use one of CreateChatToken, "),
    ("connect", "refuse", {}, "operation: use one of "),
    ("SEND_EVENT", "drop", {}, "operation: use one of "),
    ("CreateRoom", "explode", {}, "fault: use one of throttle, internal_error, "),
    (
        "SEND_MESSAGE",
        "throttle",
        {},
        "fault: throttle does not fit SEND_MESSAGE; "
        "use one of drop, close, delay, duplicate",
    ),
    ("CreateRoom", "throttle", {"times": 0}, "times: give a whole number of calls, 1"),
    ("CreateRoom", "throttle", {"times": True}, "times: give a whole number"),
    ("CreateRoom", "throttle", {"times": "2"}, "times: give a whole number"),
    (
        "CreateRoom",
        "throttle",
        {"seconds": 1},
        "seconds: throttle for CreateRoom takes",
    ),
    ("CreateRoom", "throttle", {"why": 1}, "why: throttle for CreateRoom takes times"),
    ("CreateRoom", "slow", {}, "seconds: give a number of seconds of real time, 0 to"),
    ("CreateRoom", "slow", {"seconds": -1}, "seconds: give a number"),
    ("CreateRoom", "slow", {"seconds": "1"}, "seconds: give a number"),
    ("CreateRoom", "slow", {"seconds": float("nan")}, "seconds: give a number"),
    ("CreateRoom", "slow", {"seconds": float("inf")}, "seconds: give a number"),
    ("CreateRoom", "reset", {"performed": "no"}, "performed: give true where"),
    ("CONNECT", "refuse", {"status": 200}, "status: give the status of a refusal, 400"),
    ("CONNECT", "close", {"code": 1006}, "code: give a code that a close frame may"),
    ("CONNECT", "close", {"performed": True}, "performed: close for CONNECT takes"),
    (
        "CONNECT",
        "close",
        {"reason": "\u00e9" * 62},
        "reason: give a text of at most 123",
    ),
    ("CONNECT", "close", {"reason": "\ud800"}, "reason: give a text of at most 123"),
]


@pytest.mark.parametrize(("operation", "fault", "members", "said"), WRONG)
def test_fault_that_does_not_fit_is_not_planned(
    operation: str, fault: str, members: dict[str, Any], said: str
) -> None:
    """One line names the field and what is allowed, and nothing waits."""
    faults = Faults()

    with pytest.raises(FaultError) as caught:
        faults.plan(operation, fault, **members)

    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)
    assert not faults
    assert faults.planned == ()


def test_fault_is_taken_call_by_call_and_in_order() -> None:
    """The earliest plan for an operation first, each as often as it says."""
    faults = Faults()
    first = faults.plan("CreateRoom", "throttle", times=2)
    other = faults.plan("GetRoom", "internal_error")
    last = faults.plan("CreateRoom", "access_denied")
    taken = [faults.take("CreateRoom") for _ in range(4)]

    assert [plan and plan.id for plan in taken] == [first, first, last, None]
    assert [plan.id for plan in faults.planned] == [other]
    assert [plan.id for plan in faults.unfired] == [other]
    assert bool(faults)


def test_plan_is_unfired_until_its_first_call() -> None:
    """One that came once and not again has done its work, though it still waits."""
    faults = Faults()
    faults.plan("CreateRoom", "throttle", times=2)

    before = faults.unfired
    faults.take("CreateRoom")

    assert len(before) == 1
    assert faults.unfired == ()
    assert [(plan.left, plan.fired) for plan in faults.planned] == [(1, 1)]


def test_plan_is_dropped_alone_or_with_all() -> None:
    """What is dropped meets no call; an id that does not wait is told which do."""
    faults = Faults()
    first, second, _ = (faults.plan("CreateRoom", "throttle") for _ in range(3))

    faults.drop(second)
    with pytest.raises(
        FaultNotPlannedError, match=r"^id: no such fault waits; .*fault-3$"
    ):
        faults.drop(second)
    left = [plan.id for plan in faults.planned]
    faults.drop()

    assert left == [first, "fault-3"]
    assert faults.take("CreateRoom") is None


def test_plan_is_shown_with_its_defaults() -> None:
    """So that whoever lists them sees what will happen."""
    faults = Faults()
    faults.plan("CONNECT", "close", code=4000)

    assert [plan.document() for plan in faults.planned] == [
        {
            "id": "fault-1",
            "operation": "CONNECT",
            "fault": "close",
            "times": 1,
            "fired": 0,
            "code": 4000,
            "reason": "",
        }
    ]
