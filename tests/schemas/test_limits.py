"""The limits that stand in the schemas, as code reads them."""

from collections.abc import Callable

import pytest

from ivschat_conformance.schemas import limits
from ivschat_conformance.schemas.documents import SchemaNotFoundError


@pytest.mark.parametrize(
    ("read", "shape", "value"),
    [
        (limits.minimum, "SessionDurationInMinutes", 1),
        (limits.maximum, "SessionDurationInMinutes", 180),
        (limits.min_length, "UserID", 1),
        (limits.max_length, "UserID", 128),
        (limits.max_items, "LoggingConfigurationIdentifierList", 3),
        (limits.max_properties, "Tags", 50),
        (limits.max_total_bytes, "ChatTokenAttributes", 1024),
        (limits.max_total_bytes, "EventAttributes", 1024),
        (limits.default, "FallbackResult", "ALLOW"),
        (limits.enum, "FallbackResult", ("ALLOW", "DENY")),
        (limits.members, "ValidationExceptionField", ("name", "message")),
        (limits.required, "DeleteRoomRequest", ("identifier",)),
        (limits.required, "CreateRoomRequest", ()),
    ],
)
def test_limit_is_read_from_the_schema(
    read: Callable[[str], object], shape: str, value: object
) -> None:
    """Each reader gives what stands under its keyword."""
    assert read(shape) == value


def test_limit_of_another_api_is_read_from_its_schema() -> None:
    """A shape is looked for where it is said to be, and nowhere else."""
    read = limits.max_total_bytes

    assert read("MessageAttributes", "messaging-api") == 1024
    with pytest.raises(SchemaNotFoundError):
        read("MessageAttributes")
    with pytest.raises(limits.LimitNotFoundError):
        read("FrameAttributes", "messaging-api")


def test_shape_that_is_another_has_the_others_members() -> None:
    """GetRoom's answer refers to CreateRoom's."""
    members = limits.members("GetRoomResponse")

    assert members[:3] == ("arn", "id", "name")
    assert members == limits.members("CreateRoomResponse")


@pytest.mark.parametrize(
    ("read", "shape", "keyword"),
    [
        (limits.minimum, "UserID", "minimum"),
        (limits.max_length, "SessionDurationInMinutes", "maxLength"),
        (limits.default, "UserID", "default"),
        (limits.members, "Tags", "properties"),
        (limits.max_total_bytes, "Tags", "maxTotalBytes"),
    ],
)
def test_limit_that_a_shape_does_not_have_is_an_error(
    read: Callable[[str], object], shape: str, keyword: str
) -> None:
    """The error names the shape and the keyword, and no number is made up."""
    with pytest.raises(limits.LimitNotFoundError, match=f"{shape} has no '{keyword}'"):
        read(shape)


def test_shape_that_does_not_exist_is_an_error() -> None:
    """A misspelt shape is not a shape without limits."""
    with pytest.raises(SchemaNotFoundError, match="UserID"):
        limits.max_length("UserId")
