"""The ARNs of the resources: `arn:aws:ivschat:<region>:<account>:<type>/<id>`."""

from dataclasses import dataclass
from typing import Self

from ivschat_conformance.schemas import documents

_ROOM = "room"

# The shapes that say what an ARN looks like: nothing here repeats their patterns.
_SHAPES = ("RoomIdentifier", "LoggingConfigurationIdentifier")


class ArnError(ValueError):
    """A text is no ARN of an IVS Chat resource."""


@dataclass(frozen=True, slots=True)
class Arn:
    """The parts of an ARN that vary."""

    region: str
    account_id: str
    resource_type: str
    resource_id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the parts of the ARN of a room or a logging configuration."""
        if not any(_matches(shape, text) for shape in _SHAPES):
            raise ArnError(
                "not the ARN of an IVS Chat resource: one looks like "
                "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
            )
        *_, region, account_id, resource = text.split(":")
        resource_type, resource_id = resource.split("/")
        return cls(region, account_id, resource_type, resource_id)

    def __str__(self) -> str:
        """Return the ARN as it stands on the wire."""
        return (
            f"arn:aws:ivschat:{self.region}:{self.account_id}"
            f":{self.resource_type}/{self.resource_id}"
        )


def room_arn(region: str, account_id: str, room_id: str) -> str:
    """Return the ARN of a room, once it is sure to be one."""
    return str(Arn.parse(str(Arn(region, account_id, _ROOM, room_id))))


def _matches(shape: str, text: object) -> bool:
    document = documents.load(shape)
    return (
        isinstance(text, str)
        and len(text) <= document["maxLength"]
        and bool(documents.compile_pattern(document["pattern"]).search(text))
    )
