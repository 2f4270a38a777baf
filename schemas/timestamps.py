"""Instants as the service writes them: RFC 3339 (HTTP-RESP-09, WS-MSG-11)."""

from datetime import UTC, datetime, timedelta

from ivschat_conformance.schemas import documents

_LEAP_SECOND = ":60"
_SECONDS = slice(16, 19)  # 2026-01-02T03:04[:05]Z


class TimestampError(ValueError):
    """A text is no instant, or an instant has no time zone."""


def parse(text: str) -> datetime:
    """Return the instant in UTC that an RFC 3339 date and time names.

    Digits past the microsecond are cut. A leap second is read as the second after it,
    since `datetime` has none.
    """
    if not _is_time(text):
        raise TimestampError(_ALLOWED)
    leap = timedelta(0)
    if text[_SECONDS] == _LEAP_SECOND:
        text, leap = f"{text[:16]}:59{text[19:]}", timedelta(seconds=1)
    try:
        instant = datetime.fromisoformat(text.upper()).astimezone(UTC) + leap
    except (ValueError, OverflowError) as error:  # 30 February; year 0
        raise TimestampError(_ALLOWED) from error
    if leap and (instant.hour, instant.minute) != (0, 0):
        raise TimestampError(_ALLOWED)  # leap seconds end a day of UTC
    return instant


def whole_seconds(instant: datetime) -> str:
    """Return the instant as `2026-01-02T03:04:05Z`, rounded down (TOKEN-RESP-16)."""
    return _written(instant, "seconds")


def milliseconds(instant: datetime) -> str:
    """Return the instant as `2026-01-02T03:04:05.678Z`, cut (HTTP-RESP-12)."""
    return _written(instant, "milliseconds")


def microseconds(instant: datetime) -> str:
    """Return the instant as `2026-01-02T03:04:05.678901Z`, for the control API."""
    return _written(instant, "microseconds")


def nanoseconds(instant: datetime, nanosecond: int) -> str:
    """Return the instant as `2026-01-02T03:04:05.678901234Z`, zeros cut (WS-MSG-12).

    `nanosecond` is what goes beyond the instant's microsecond, 0 to 999.
    """
    text = f"{_written(instant, 'microseconds')[:-1]}{nanosecond:03d}"
    return f"{text.rstrip('0').rstrip('.')}Z"


_ALLOWED = (
    "not a date and time of RFC 3339: write YYYY-MM-DDThh:mm:ss, then if you like "
    "a point and 1 to 9 digits, then Z or an offset such as +09:00"
)


def _is_time(text: object) -> bool:
    pattern = documents.compile_pattern(documents.load("Time")["pattern"])
    return isinstance(text, str) and bool(pattern.search(text))


def _written(instant: datetime, timespec: str) -> str:
    if instant.utcoffset() is None:
        raise TimestampError(
            "the instant has no time zone: give an aware datetime, such as "
            "datetime(2026, 1, 2, tzinfo=UTC)"
        )
    text = instant.astimezone(UTC).isoformat(timespec=timespec)
    return f"{text.removesuffix('+00:00')}Z"
