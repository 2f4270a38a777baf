"""ARNs, taken apart and put together."""

import pytest

from ivschat_conformance.schemas.arn import Arn, ArnError, room_arn

ROOM = "arn:aws:ivschat:eu-west-1:210987654321:room/AbCdEf012345"
LOGGING = "arn:aws:ivschat:eu-west-1:210987654321:logging-configuration/ABcdef34ghIJ"


def test_arn_of_a_room_is_taken_apart() -> None:
    """The parts that vary are region, account, type and id."""
    arn = Arn.parse(ROOM)

    assert arn == Arn("eu-west-1", "210987654321", "room", "AbCdEf012345")


def test_arn_of_a_logging_configuration_is_taken_apart() -> None:
    """The other kind of resource has a type of two words."""
    arn = Arn.parse(LOGGING)

    assert arn == Arn(
        "eu-west-1", "210987654321", "logging-configuration", "ABcdef34ghIJ"
    )


@pytest.mark.parametrize("text", [ROOM, LOGGING])
def test_arn_is_written_as_it_was_read(text: str) -> None:
    """Taking apart loses nothing."""
    assert str(Arn.parse(text)) == text


def test_account_number_of_the_manual_pages_is_accepted() -> None:
    """The account is any number of digits: samples have 11 (VAL-06)."""
    arn = Arn.parse("arn:aws:ivschat:us-west-2:12345678901:room/g1H2I3j4k5L6")

    assert arn.account_id == "12345678901"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("AbCdEf012345", id="a bare room id"),
        pytest.param("", id="nothing"),
        pytest.param(f"{ROOM}\n", id="a newline behind"),
        pytest.param(f" {ROOM}", id="a space in front"),
        pytest.param(f"{ROOM}/extra", id="a second slash"),
        pytest.param(f"{ROOM}:extra", id="a seventh part"),
        pytest.param(ROOM.replace("ivschat", "ivs"), id="another service"),
        pytest.param(ROOM.replace("arn:aws:", "arn:aws-cn:"), id="another partition"),
        pytest.param(ROOM.replace("room/", "channel/"), id="another kind of resource"),
        pytest.param(ROOM.replace("210987654321", ""), id="no account"),
        pytest.param(ROOM.replace("eu-west-1", ""), id="no region"),
        pytest.param(ROOM.replace("eu-west-1", "EU-WEST-1"), id="region in capitals"),
        pytest.param(ROOM + "x" * (129 - len(ROOM)), id="129 characters"),
    ],
)
def test_anything_else_is_refused_with_an_example_and_without_the_text(
    text: str,
) -> None:
    """An error shows what an ARN looks like, and does not repeat what was given."""
    with pytest.raises(ArnError) as refusal:
        Arn.parse(text)

    assert "arn:aws:ivschat:us-west-2:123456789012:room/" in str(refusal.value)
    assert not text or text not in str(refusal.value)


def test_longest_arn_is_accepted() -> None:
    """An ARN has at most 128 characters."""
    text = ROOM + "x" * (128 - len(ROOM))

    assert str(Arn.parse(text)) == text


def test_arn_of_a_room_is_put_together() -> None:
    """A room's ARN follows from region, account and id."""
    assert room_arn("eu-west-1", "210987654321", "AbCdEf012345") == ROOM


@pytest.mark.parametrize(
    ("region", "account_id", "room_id"),
    [
        ("us west 2", "123456789012", "g1H2I3j4k5L6"),
        ("us-west-2", "account", "g1H2I3j4k5L6"),
        ("us-west-2", "123456789012", "room/g1H2I3j4"),
        ("us-west-2", "123456789012", ""),
    ],
)
def test_parts_that_make_no_arn_are_refused(
    region: str, account_id: str, room_id: str
) -> None:
    """What is put together is an ARN, or an error."""
    with pytest.raises(ArnError):
        room_arn(region, account_id, room_id)
