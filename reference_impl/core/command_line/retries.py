"""When to ask again, as version 2 of the AWS CLI does in its standard mode (ERR-25)."""

from ivschat_conformance.reference_impl.core.command_line.service_answers import (
    WireAnswer,
    error_type,
)

_TRANSIENT_STATUSES = {429, 500, 502, 503, 504}
_LONGEST_WAIT = 20.0  # seconds
_PASSING_TYPES = {
    "RequestTimeout",
    "RequestTimeoutException",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "SlowDown",
}


def is_worth_a_retry(answer: WireAnswer) -> bool:
    """Say whether the same request may well succeed in a while."""
    if answer.is_success:
        return False
    return answer.status in _TRANSIENT_STATUSES or error_type(answer) in _PASSING_TYPES


def wait_before(attempt: int, share: float) -> float:
    """Return the seconds to wait before an attempt: 2 is the first that repeats one.

    `share` is a number drawn from [0, 1), so that many clients do not come back at
    once.
    """
    return min(share * 2.0 ** (attempt - 2), _LONGEST_WAIT)
