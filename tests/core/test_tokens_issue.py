"""What a token says, and from when until when, as it is due for a request."""

from datetime import datetime, timedelta

import pytest

from ivschat_conformance.reference_impl.core.tokens import ChatToken, issue

ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"


def due(
    *,
    number: int = 1,
    capabilities: tuple[str, ...] = (),
    minutes: int = 60,
    lifetime: int = 60,
    now: str = "2026-11-24T01:51:27",
) -> ChatToken:
    """Return the token that is due for a request at this instant of UTC."""
    return issue(
        number=number,
        room_arn=ROOM,
        user_id="user-1",
        capabilities=capabilities,
        attributes={"displayName": "Ada"},
        session_duration=timedelta(minutes=minutes),
        token_lifetime=timedelta(seconds=lifetime),
        now=datetime.fromisoformat(f"{now}Z"),
    )


def test_token_says_what_was_asked_for() -> None:
    """Room, user and attributes are the request's, the number is the fake's."""
    token = due(number=7)

    assert token.number == 7
    assert token.room_arn == ROOM
    assert token.user_id == "user-1"
    assert token.attributes == {"displayName": "Ada"}


@pytest.mark.ivschat_verifies(
    *("TOKEN-RESP-09", "TOKEN-RESP-10", "TOKEN-RESP-11", "TOKEN-RESP-13"),
    *("TOKEN-RESP-14", "TOKEN-RESP-16", "TOKEN-RESP-17"),
)
@pytest.mark.parametrize(
    ("now", "minutes", "lifetime", "expected"),
    [
        (
            "2026-11-24T01:51:27.000000",
            60,
            60,
            "2026-11-24T01:51:27 2026-11-24T01:52:27 2026-11-24T02:51:27",
        ),
        (
            "2026-11-24T01:51:27.000001",
            60,
            60,
            "2026-11-24T01:51:27 2026-11-24T01:52:27 2026-11-24T02:51:27",
        ),
        (
            "2026-11-24T01:51:27.999999",
            30,
            60,
            "2026-11-24T01:51:27 2026-11-24T01:52:27 2026-11-24T02:21:27",
        ),
        (
            "2026-12-31T23:59:59.999999",
            1,
            60,
            "2026-12-31T23:59:59 2027-01-01T00:00:59 2027-01-01T00:00:59",
        ),
        (
            "2026-12-31T23:59:30.500000",
            180,
            60,
            "2026-12-31T23:59:30 2027-01-01T00:00:30 2027-01-01T02:59:30",
        ),
        (
            "2028-02-28T23:59:59.000000",
            180,
            60,
            "2028-02-28T23:59:59 2028-02-29T00:00:59 2028-02-29T02:59:59",
        ),
        (
            "2028-02-29T21:30:00.000000",
            180,
            3600,
            "2028-02-29T21:30:00 2028-02-29T22:30:00 2028-03-01T00:30:00",
        ),
        (
            "2027-02-28T23:30:00.000000",
            60,
            3600,
            "2027-02-28T23:30:00 2027-03-01T00:30:00 2027-03-01T00:30:00",
        ),
        (
            "2026-11-24T01:51:27.000000",
            1,
            3600,
            "2026-11-24T01:51:27 2026-11-24T01:52:27 2026-11-24T01:52:27",
        ),
        (
            "2026-11-24T01:51:27.000000",
            1,
            59,
            "2026-11-24T01:51:27 2026-11-24T01:52:26 2026-11-24T01:52:27",
        ),
        (
            "2026-11-24T01:51:27.000000",
            180,
            1,
            "2026-11-24T01:51:27 2026-11-24T01:51:28 2026-11-24T04:51:27",
        ),
    ],
)
def test_times_count_from_the_whole_second_of_issue(
    now: str, minutes: int, lifetime: int, expected: str
) -> None:
    """Issue is cut to its second; session and token count from it, as asked and set.

    The token is over with its session at the latest, and its times are whole seconds.
    """
    token = due(now=now, minutes=minutes, lifetime=lifetime)

    times = (
        token.issued_at,
        token.token_expiration_time,
        token.session_expiration_time,
    )
    assert times == tuple(datetime.fromisoformat(f"{at}Z") for at in expected.split())


@pytest.mark.ivschat_verifies("TOKEN-REQ-06", "TOKEN-REQ-04")
def test_repeated_capabilities_collapse_in_their_order() -> None:
    """A capability given twice is one capability, and none are none."""
    token = due(capabilities=("SEND_MESSAGE", "DELETE_MESSAGE", "SEND_MESSAGE"))

    assert token.capabilities == ("SEND_MESSAGE", "DELETE_MESSAGE")
    assert due(capabilities=()).capabilities == ()
