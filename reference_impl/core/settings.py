"""What one fake is set up with; every value checked, every default the service's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ivschat_conformance.reference_impl.core.fake_clock import (
    ClockRangeError,
    FakeClock,
)
from ivschat_conformance.reference_impl.core.review import ReviewTarget
from ivschat_conformance.reference_impl.core.signatures import Credential
from ivschat_conformance.reference_impl.core.validation import matches
from ivschat_conformance.schemas.arn import Arn, ArnError, room_arn

_SECOND = timedelta(seconds=1)

RESTLESS_LIFETIME = timedelta(seconds=30)
"""AWS's JavaScript SDK renews such tokens at once, again and again."""


class SettingError(ValueError):
    """A setting is not allowed: which, what is, and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The set-up of one fake.

    `rooms` are names, or ARNs that fix the room's id and the fake's account;
    `token_lifetime` is a minute unless asked otherwise (TOKEN-RESP-13); `clock` freezes
    the fake at this instant from the start; `review_handler` reviews messages for every
    ARN that the control API has not led elsewhere; the quotas are the service's own
    (LOGCFG-16, LIMIT-10); with `pending_verification` the account may do little
    (IAM-05). Raises SettingError.
    """

    region: str = "us-west-2"
    account_id: str = "123456789012"
    token_lifetime: timedelta = timedelta(seconds=60)
    credentials: Sequence[Credential] = (Credential("test", "test"),)
    verify_signatures: bool = True
    rooms: Sequence[str] = ()
    clock: datetime | None = None
    control: bool = True
    review_handler: ReviewTarget | None = None
    logging_configuration_quota: int = 10
    room_quota: int = 50_000
    pending_verification: bool = False
    seeded_rooms: Sequence["SeededRoom"] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check every value, and read the rooms."""
        if self.token_lifetime < _SECOND or self.token_lifetime % _SECOND:
            raise SettingError("token lifetime: use whole seconds, 1 or more")
        _check_clock(self.clock)
        if not self.credentials:
            raise SettingError("credential: at least one ID:SECRET is needed")
        keys = [credential.access_key_id for credential in self.credentials]
        if len(set(keys)) < len(keys):
            raise SettingError("credential: each access key id can be given once")
        rooms = tuple(_seeded(room, self.region) for room in self.rooms)
        accounts = {room.account_id for room in rooms if room.account_id}
        if len(accounts) > 1:
            raise SettingError("room: the ARNs must all be of one account")
        for account_id in accounts:
            object.__setattr__(self, "account_id", account_id)
        try:
            room_arn(self.region, self.account_id, "A" * 12)
        except ArnError:
            raise SettingError(
                "region, account id: use lower-case letters, digits and hyphens, as in "
                "us-west-2, and digits only, as in 123456789012"
            ) from None
        if len({room.name for room in rooms}) < len(rooms):
            raise SettingError("room: each name or ARN can be given once")
        object.__setattr__(self, "seeded_rooms", rooms)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed and yet likely to hurt, in sentences."""
        if self.token_lifetime <= RESTLESS_LIFETIME:
            return (
                "a token lifetime of 30 seconds or less makes AWS's JavaScript SDK "
                "renew its token without pause; 31 or more does not",
            )
        return ()


@dataclass(frozen=True, slots=True)
class SeededRoom:
    """A room that is there from the start; an ARN fixes its id and the account."""

    name: str
    room_id: str | None = None
    account_id: str | None = None


def _check_clock(at: datetime | None) -> None:
    if at is None:
        return
    if at.utcoffset() is None:
        raise SettingError(
            "clock: the instant has no time zone; give an aware datetime, such as "
            "datetime(2026, 1, 2, tzinfo=UTC), or None for real time"
        )
    try:
        FakeClock(at)
    except ClockRangeError as error:
        raise SettingError(f"clock: {error}; give an instant between these") from None


def _seeded(room: str, region: str) -> SeededRoom:
    if not room.startswith("arn:"):
        if not room or not matches("RoomName", room):
            raise SettingError(
                "room: a name has 1 to 128 letters, digits, hyphens and underscores"
            )
        return SeededRoom(room)
    try:
        arn = Arn.parse(room)
    except ArnError as error:
        raise SettingError(f"room: {error}") from None
    if arn.region != region:
        raise SettingError(
            f"room: the ARN is of region {arn.region}, the server of {region}; "
            f"set the region to {arn.region} or change the ARN"
        )
    if arn.resource_type != "room" or not matches("RoomID", arn.resource_id):
        raise SettingError(
            "room: an ARN ends in room/ and an id of 12 letters and digits"
        )
    return SeededRoom(arn.resource_id, arn.resource_id, arn.account_id)
