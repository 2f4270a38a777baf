"""The operations on tags, of rooms and of logging configurations alike (TAG-05)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ivschat_conformance.reference_impl.core.changes import (
    Change,
    LoggingConfigurationStored,
    RoomStored,
)
from ivschat_conformance.reference_impl.core.errors import (
    Reason,
    ValidationException,
)
from ivschat_conformance.reference_impl.core.outcome import Outcome
from ivschat_conformance.reference_impl.core.rooms import Room
from ivschat_conformance.reference_impl.core.state import Resource, State
from ivschat_conformance.schemas import limits

_RESERVED = "aws:"


class TagOperations:
    """Lists, adds, changes and removes the tags of a resource."""

    def __init__(self, state: State) -> None:
        self._state = state

    def list(self, request: Mapping[str, Any], _now: datetime) -> Outcome:
        """Return all tags of a resource (TAG-01)."""
        resource = self._state.resource(request["resourceArn"])
        return Outcome({"tags": dict(resource.tags)})

    def tag(self, request: Mapping[str, Any], _now: datetime) -> Outcome:
        """Add tags, or give them new values; the others stay (TAG-02)."""
        given = request["tags"]
        check_tag_keys(given)
        resource = self._state.resource(request["resourceArn"])
        tags = {**resource.tags, **given}
        most = limits.max_properties("Tags")
        if len(tags) > most:
            raise _invalid(f"must leave the resource with {most} tags or fewer")
        return Outcome(None, (_stored(resource, tags),))

    def untag(self, request: Mapping[str, Any], _now: datetime) -> Outcome:
        """Remove the named tags; names that are not there are ignored (TAG-03)."""
        resource = self._state.resource(request["resourceArn"])
        gone = set(request["tagKeys"])
        tags = {key: value for key, value in resource.tags.items() if key not in gone}
        return Outcome(None, (_stored(resource, tags),))


def check_tag_keys(keys: Iterable[str]) -> None:
    """Refuse keys that are reserved, in any letter case (TAG-07)."""
    if any(key.lower().startswith(_RESERVED) for key in keys):
        raise _invalid(f"must have no key that starts with {_RESERVED}")


def _invalid(sentence: str) -> ValidationException:
    return ValidationException(
        f"tags {sentence}.", Reason.FIELD_VALIDATION_FAILED, (("tags", sentence),)
    )


def _stored(resource: Resource, tags: Mapping[str, str]) -> Change:
    tagged = resource.tagged(tags)
    if isinstance(tagged, Room):
        return RoomStored(tagged)
    return LoggingConfigurationStored(tagged)
