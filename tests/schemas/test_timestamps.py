"""Instants, read from RFC 3339 and written as the service writes them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ivschat_conformance.schemas import documents, timestamps


@pytest.mark.ivschat_verifies("HTTP-RESP-11")
@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
        ("2026-01-02T03:04:05.6Z", datetime(2026, 1, 2, 3, 4, 5, 600_000, UTC)),
        ("2026-01-02T03:04:05.678Z", datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)),
        ("2026-01-02T03:04:05.678901Z", datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC)),
        ("2026-01-02T03:04:05.678901999Z", datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC)),
        ("2026-01-02T03:04:05+00:00", datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
        ("2026-01-02T03:04:05-00:00", datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
        ("2026-01-02T03:04:05+09:00", datetime(2026, 1, 1, 18, 4, 5, 0, UTC)),
        ("2026-01-02T03:04:05.5-08:30", datetime(2026, 1, 2, 11, 34, 5, 500_000, UTC)),
        ("2026-01-02t03:04:05z", datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, 0, 0, 0, 0, UTC)),
        ("2000-02-29T23:59:59Z", datetime(2000, 2, 29, 23, 59, 59, 0, UTC)),
        ("1969-12-31T23:59:59.9Z", datetime(1969, 12, 31, 23, 59, 59, 900_000, UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, 0, 0, 0, 0, UTC)),
        ("2017-01-01T08:59:60.5+09:00", datetime(2017, 1, 1, 0, 0, 0, 500_000, UTC)),
    ],
)
def test_rfc_3339_is_read_as_an_instant_in_utc(text: str, instant: datetime) -> None:
    """Any offset, 0 to 9 digits, capitals or not, and a leap second are read."""
    read = timestamps.parse(text)

    assert read == instant
    assert read.tzinfo is UTC
    assert documents.validator("Time").is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2026-01-02T03:04:05", id="no zone"),
        pytest.param("2026-01-02 03:04:05Z", id="a space for the T"),
        pytest.param("2026-01-02T24:00:00Z", id="hour 24"),
        pytest.param("2026-01-02T03:60:00Z", id="minute 60"),
        pytest.param("2026-01-02T03:04:61Z", id="second 61"),
        pytest.param("2026-01-02T03:04:60Z", id="a leap second in the morning"),
        pytest.param("2016-12-31T23:59:60+01:00", id="a leap second of local time"),
        pytest.param("2026-02-29T00:00:00Z", id="29 February of no leap year"),
        pytest.param("1900-02-29T00:00:00Z", id="29 February of 1900"),
        pytest.param("2026-04-31T00:00:00Z", id="31 April"),
        pytest.param("2026-13-01T00:00:00Z", id="month 13"),
        pytest.param("2026-00-01T00:00:00Z", id="month 0"),
        pytest.param("0000-01-01T00:00:00Z", id="year 0"),
        pytest.param("0001-01-01T00:00:00+01:00", id="before year 1 in UTC"),
        pytest.param("9999-12-31T23:59:59-01:00", id="after year 9999 in UTC"),
        pytest.param("2026-01-02T03:04:05.Z", id="a point without digits"),
        pytest.param("2026-01-02T03:04:05,6Z", id="a comma"),
        pytest.param("2026-01-02T03:04:05.6789012345Z", id="10 digits"),
        pytest.param("2026-01-02T03:04:05+0900", id="an offset without colon"),
        pytest.param("2026-01-02T03:04:05+24:00", id="an offset of a day"),
        pytest.param("2026-01-02T03:04Z", id="no seconds"),
        pytest.param("20260102T030405Z", id="the basic form"),
        pytest.param("2026-01-02", id="a date only"),
        pytest.param("1767323045", id="epoch seconds"),
        pytest.param("٢٠٢٦-01-02T03:04:05Z", id="digits of another script"),
        pytest.param("2026-01-02T03:04:05Z\n", id="a newline behind"),
        pytest.param(" 2026-01-02T03:04:05Z", id="a space in front"),
        pytest.param("", id="nothing"),
    ],
)
def test_everything_else_is_refused_with_what_is_allowed(text: str) -> None:
    """A text that is no RFC 3339 date and time gets a TimestampError and no other."""
    with pytest.raises(timestamps.TimestampError, match="YYYY-MM-DDThh:mm:ss"):
        timestamps.parse(text)


@pytest.mark.parametrize("value", [None, 1767323045, 1.5, b"2026-01-02T03:04:05Z", []])
def test_what_is_no_text_is_refused_alike(value: object) -> None:
    """An answer may hold anything: the error stays the same."""
    with pytest.raises(timestamps.TimestampError):
        timestamps.parse(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 0, UTC), "2026-01-02T03:04:05Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 999_999, UTC), "2026-01-02T03:04:05Z"),
        (datetime(1969, 12, 31, 23, 59, 59, 1, UTC), "1969-12-31T23:59:59Z"),
        (datetime(1, 2, 3, 4, 5, 6, 7, UTC), "0001-02-03T04:05:06Z"),
        (
            datetime(2026, 1, 2, 3, 4, 5, 0, timezone(timedelta(hours=9))),
            "2026-01-01T18:04:05Z",
        ),
    ],
)
def test_whole_seconds_are_rounded_down(instant: datetime, text: str) -> None:
    """An instant of a token has no fraction, and never lies ahead."""
    assert timestamps.whole_seconds(instant) == text


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 0, UTC), "2026-01-02T03:04:05.000Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 678_999, UTC), "2026-01-02T03:04:05.678Z"),
        (
            datetime(2026, 1, 2, 3, 4, 5, 1_000, timezone(timedelta(hours=-8))),
            "2026-01-02T11:04:05.001Z",
        ),
    ],
)
def test_milliseconds_are_cut(instant: datetime, text: str) -> None:
    """An instant of a room has three digits, and never lies ahead."""
    assert timestamps.milliseconds(instant) == text


@pytest.mark.ivschat_verifies("WS-MSG-11", "WS-MSG-12")
@pytest.mark.parametrize(
    ("instant", "nanosecond", "text"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC), 234, "05.678901234Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC), 0, "05.678901Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC), 1, "05.678901001Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC), 30, "05.67890103Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 678_901, UTC), 999, "05.678901999Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 100_000, UTC), 0, "05.1Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 0, UTC), 0, "05Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 0, UTC), 1, "05.000000001Z"),
        (datetime(2026, 1, 2, 3, 4, 10, 0, UTC), 0, "10Z"),
        (datetime(2026, 1, 2, 3, 4, 0, 0, UTC), 0, "00Z"),
        (
            datetime(2026, 1, 2, 12, 4, 5, 1, timezone(timedelta(hours=9))),
            0,
            "05.000001Z",
        ),
    ],
)
def test_nanoseconds_have_up_to_nine_digits(
    instant: datetime, nanosecond: int, text: str
) -> None:
    """Zeros at the end are cut, and the point with the last of them; never a second's.

    What is written is a `SendTime`, and reads as the instant that it was.
    """
    written = timestamps.nanoseconds(instant, nanosecond)

    assert written == f"2026-01-02T03:04:{text}"
    assert timestamps.parse(written) == instant
    assert documents.validator("SendTime", api="messaging-api").is_valid(written)


@pytest.mark.parametrize(
    "write",
    [
        timestamps.whole_seconds,
        timestamps.milliseconds,
        timestamps.microseconds,
        lambda instant: timestamps.nanoseconds(instant, 0),
    ],
)
def test_instant_without_zone_is_refused(write: object) -> None:
    """A naive datetime is somebody's local time: nobody knows whose."""
    naive = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 - that is the point

    assert callable(write)
    with pytest.raises(timestamps.TimestampError, match="time zone"):
        write(naive)
