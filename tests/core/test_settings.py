"""Settings: the service's defaults, and a sentence for each that is not allowed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ivschat_conformance.reference_impl.core.settings import (
    SeededRoom,
    SettingError,
    Settings,
)
from ivschat_conformance.reference_impl.core.signatures import Credential

ARN = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
OTHER_ACCOUNT = "arn:aws:ivschat:us-west-2:210987654321:room/g1H2I3j4k5L6"


@pytest.mark.ivschat_verifies("TOKEN-RESP-13")
def test_defaults_are_those_of_the_commands() -> None:
    """A minute for a token, one well-known key, real time, both APIs."""
    settings = Settings()

    assert settings.region == "us-west-2"
    assert settings.account_id == "123456789012"
    assert settings.token_lifetime == timedelta(seconds=60)
    assert settings.credentials == (Credential("test", "test"),)
    assert settings.verify_signatures
    assert settings.rooms == ()
    assert settings.seeded_rooms == ()
    assert settings.clock is None
    assert settings.control
    assert settings.review_handler is None
    assert settings.warnings == ()


ARN_SENTENCE = (
    "room: not the ARN of an IVS Chat resource: one looks like "
    "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
)
ID_SENTENCE = "room: an ARN ends in room/ and an id of 12 letters and digits"
NAME_SENTENCE = "room: a name has 1 to 128 letters, digits, hyphens and underscores"
PLACE_SENTENCE = (
    "region, account id: use lower-case letters, digits and hyphens, as in us-west-2, "
    "and digits only, as in 123456789012"
)
LIFETIME_SENTENCE = "token lifetime: use whole seconds, 1 or more"
CLOCK_SENTENCE = (
    "clock: the clock stays between 1970-01-01T00:00:00Z and 9999-12-30T00:00:00Z; "
    "give an instant between these"
)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"token_lifetime": timedelta()}, LIFETIME_SENTENCE),
        ({"token_lifetime": timedelta(seconds=-60)}, LIFETIME_SENTENCE),
        ({"token_lifetime": timedelta(milliseconds=999)}, LIFETIME_SENTENCE),
        ({"token_lifetime": timedelta(seconds=60, microseconds=1)}, LIFETIME_SENTENCE),
        ({"credentials": ()}, "credential: at least one ID:SECRET is needed"),
        ({"region": ""}, PLACE_SENTENCE),
        ({"region": "US-West-2"}, PLACE_SENTENCE),
        ({"region": "us west 2"}, PLACE_SENTENCE),
        ({"region": "us-west-2\n"}, PLACE_SENTENCE),
        ({"account_id": ""}, PLACE_SENTENCE),
        ({"account_id": "12345678901x"}, PLACE_SENTENCE),
        ({"account_id": "1234-5678"}, PLACE_SENTENCE),
        ({"rooms": [""]}, NAME_SENTENCE),
        ({"rooms": ["a lobby"]}, NAME_SENTENCE),
        ({"rooms": ["lobby\n"]}, NAME_SENTENCE),
        ({"rooms": ["x" * 129]}, NAME_SENTENCE),
        (
            {"rooms": ["lobby", "stage", "lobby"]},
            "room: each name or ARN can be given once",
        ),
        ({"rooms": [ARN, ARN]}, "room: each name or ARN can be given once"),
        ({"rooms": ["arn:"]}, ARN_SENTENCE),
        ({"rooms": ["arn:aws:ivs:us-west-2:123456789012:channel/abc"]}, ARN_SENTENCE),
        ({"rooms": [f"{ARN}\n"]}, ARN_SENTENCE),
        ({"rooms": [ARN[:-1]]}, ID_SENTENCE),
        ({"rooms": [f"{ARN}7"]}, ID_SENTENCE),
        ({"rooms": [f"{ARN[:-1]}-"]}, ID_SENTENCE),
        ({"rooms": [ARN.replace("room/", "logging-configuration/")]}, ID_SENTENCE),
        (
            {"rooms": [ARN.replace("us-west-2", "eu-west-1")]},
            "room: the ARN is of region eu-west-1, the server of us-west-2; "
            "set the region to eu-west-1 or change the ARN",
        ),
        ({"rooms": [ARN, OTHER_ACCOUNT]}, "room: the ARNs must all be of one account"),
        (
            {"clock": datetime(2026, 1, 2)},  # noqa: DTZ001 - what is refused
            "clock: the instant has no time zone; give an aware datetime, such as "
            "datetime(2026, 1, 2, tzinfo=UTC), or None for real time",
        ),
        ({"clock": datetime(1969, 12, 31, tzinfo=UTC)}, CLOCK_SENTENCE),
        ({"clock": datetime(9999, 12, 31, tzinfo=UTC)}, CLOCK_SENTENCE),
    ],
    ids=str,
)
def test_setting_that_is_not_allowed_is_named(
    given: dict[str, Any], sentence: str
) -> None:
    """The sentence begins with the setting, and says what is allowed or what to do."""
    with pytest.raises(SettingError) as caught:
        Settings(**given)

    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "given",
    [
        {"token_lifetime": timedelta(seconds=1)},
        {"token_lifetime": timedelta(days=999_999)},
        {"region": "eu-central-1", "account_id": "12345678901"},
        {"clock": datetime(1970, 1, 1, tzinfo=UTC)},
        {"clock": datetime(9999, 12, 30, tzinfo=UTC)},
        {"rooms": ["x" * 128, "a-b_C1", "-"]},
        {"verify_signatures": False, "control": False},
        {"review_handler": "http://127.0.0.1:9000/review"},
        {"review_handler": dict},
    ],
    ids=str,
)
def test_setting_at_its_limits_is_allowed(given: dict[str, Any]) -> None:
    """What just keeps within the limits is taken as it is."""
    settings = Settings(**given)

    assert {name: getattr(settings, name) for name in given} == given


def test_rooms_are_names_or_arns() -> None:
    """A name leaves the id open; an ARN fixes the id, and the fake's account."""
    settings = Settings(
        account_id="111111111111", rooms=["lobby", OTHER_ACCOUNT, "stage"]
    )

    assert settings.seeded_rooms == (
        SeededRoom("lobby"),
        SeededRoom("g1H2I3j4k5L6", "g1H2I3j4k5L6", "210987654321"),
        SeededRoom("stage"),
    )
    assert settings.account_id == "210987654321"


@pytest.mark.parametrize(("seconds", "count"), [(1, 1), (30, 1), (31, 0), (3600, 0)])
def test_token_lifetime_that_makes_clients_restless_is_warned_of(
    seconds: int, count: int
) -> None:
    """At 30 seconds or less AWS's JavaScript SDK renews its token without pause."""
    settings = Settings(token_lifetime=timedelta(seconds=seconds))

    assert len(settings.warnings) == count
    for warning in settings.warnings:
        assert warning.startswith("a token lifetime of 30 seconds or less makes ")
        assert warning.endswith("31 or more does not")


def test_settings_show_no_secret() -> None:
    """Settings can be logged: of a credential they show the id alone."""
    settings = Settings(credentials=[Credential("AKIDEXAMPLE", "hidden", "hidden")])

    assert "AKIDEXAMPLE" in repr(settings)
    assert "hidden" not in repr(settings)
