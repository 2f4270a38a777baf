"""Every member of every operation: its type, and each constraint on both sides.

One check a row of rejections.json, which tests/schemas/rejections.py reads from the
service model: a request with one defect is refused, and the one beside it accepted. A
row that another suite has by hand is not in it (contract.md 2.4, 3).

Words of the table: "{room}" and "{logging}" are the ARNs of a room and a logging
configuration of the check's own; {"$absent": true} is a member that is not there,
{"$repeat": [text, times]} a long text, {"$arn": [type, length]} an ARN of nothing,
{"$function": length} one of a function, {"$logging": count} as many configurations,
{"$keys": count} and {"$tags": count} keys and tags, {"$key": key} one tag.
"""

import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import (
    BUCKET,
    WITHOUT,
    LoggingConfigurations,
    Rooms,
    case,
    changed,
)
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.exchange import Exchange

TABLE = Path(__file__).with_name("rejections.json")
ROWS: list[dict[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))

# A valid request of each operation that takes any; a row changes one member of it.
VALID: dict[str, dict[str, Any]] = {
    "CreateLoggingConfiguration": {"destinationConfiguration": BUCKET},
    "CreateRoom": {},
    "DeleteLoggingConfiguration": {"identifier": "{logging}"},
    "DeleteMessage": {"roomIdentifier": "{room}", "id": "Ab3dEf6hIj9L"},
    "DisconnectUser": {"roomIdentifier": "{room}", "userId": "user-1"},
    "GetLoggingConfiguration": {"identifier": "{logging}"},
    "ListLoggingConfigurations": {},
    "ListRooms": {},
    "ListTagsForResource": {"resourceArn": "{room}"},
    "SendEvent": {"roomIdentifier": "{room}", "eventName": "greeting"},
    "TagResource": {"resourceArn": "{room}", "tags": {"k": "v"}},
    "UntagResource": {"resourceArn": "{room}", "tagKeys": ["k"]},
    "UpdateLoggingConfiguration": {"identifier": "{logging}"},
    "UpdateRoom": {"identifier": "{room}"},
}


class Words:
    """Puts values in the place of the table's words."""

    def __init__(
        self, rooms: Rooms, logging_configurations: LoggingConfigurations
    ) -> None:
        self._rooms = rooms
        self._logging_configurations = logging_configurations
        self._configurations: list[str] = []

    @cached_property
    def room(self) -> str:
        """The ARN of one room, which has a tag to remove."""
        return self._rooms.new(tags={"k": "v"})

    def configurations(self, count: int) -> list[str]:
        """Return the ARNs of as many logging configurations, the same each time."""
        while len(self._configurations) < count:
            self._configurations.append(self._logging_configurations.new())
        return self._configurations[:count]

    def filled(self, value: Any) -> Any:
        """Return a value of the table with all its words replaced."""
        match value:
            case "{room}":
                return self.room
            case "{logging}":
                return self.configurations(1)[0]
            case list():
                return [self.filled(entry) for entry in value]
            case dict() if len(value) == 1 and next(iter(value)).startswith("$"):
                return self._meant(*next(iter(value.items())))
            case dict():
                return changed({}, self.each_filled(value))
            case _:
                return value

    def each_filled(self, members: dict[str, Any]) -> dict[str, Any]:
        """Return the members with what each holds filled, `WITHOUT` among it."""
        return {name: self.filled(held) for name, held in members.items()}

    def _meant(self, word: str, given: Any) -> Any:
        meanings: dict[str, Callable[[Any], Any]] = {
            "$absent": lambda _: WITHOUT,
            "$repeat": lambda text_and_times: text_and_times[0] * text_and_times[1],
            "$arn": lambda kind_and_length: self._arn(*kind_and_length),
            "$function": self._function,
            "$logging": self.configurations,
            "$keys": _numbered,
            "$tags": lambda count: dict.fromkeys(_numbered(count), "v"),
            "$key": lambda key: {self.filled(key): "v"},
        }
        return meanings[word](given)

    def _arn(self, kind: str, length: int) -> str:
        head = f"{self.room.rpartition(':')[0]}:{kind}/"
        return head + ("No-Such0" * length)[: length - len(head)]

    def _function(self, length: int) -> str:
        account = self.room.rpartition(":")[0].replace(":ivschat:", ":lambda:")
        head = f"{account}:function:"
        return head + "f" * (length - len(head))


def _numbered(count: int) -> list[str]:
    """Return as many keys, of which the room's own tag has the first."""
    return ["k", *(f"k{number}" for number in range(1, count))]


@pytest.fixture
def words(rooms: Rooms, logging_configurations: LoggingConfigurations) -> Words:
    """Give a way to fill a row with resources of the check's own."""
    return Words(rooms, logging_configurations)


@pytest.mark.parametrize(
    "row", [case(row, name=row["name"], verifying=row["verifies"]) for row in ROWS]
)
def test_member_is_refused_past_its_constraint_and_accepted_at_it(
    api: ControlPlane,
    rooms: Rooms,
    logging_configurations: LoggingConfigurations,
    words: Words,
    row: dict[str, Any],
) -> None:
    """A defect in one member is a 400, and the same request without it succeeds."""
    operation = row["operation"]
    creators = {"Room": rooms, "LoggingConfiguration": logging_configurations}

    def ask(members: dict[str, Any]) -> Exchange:
        body = changed(words.filled(VALID[operation]), words.each_filled(members))
        if operation.startswith("Create"):
            return creators[operation.removeprefix("Create")].create_from(body)
        return api.call(operation, body)

    refused, twin = ask(row["refused"]), ask(row["accepted"])

    if row["breaks"] == "type":
        expect.refused_somehow(refused, field=row["field"])
    else:
        expect.refused(refused, field=row["field"])
    if twin.status >= 400 and "destinationConfiguration" in row["accepted"]:
        _needs_destinations(row["accepted"], logging_configurations)
    _expect_accepted(twin, row)


def _expect_accepted(twin: Exchange, row: dict[str, Any]) -> None:
    """Expect success, or of an ARN of nothing that it is well formed."""
    if expect.is_of_nobody(twin):
        return
    success = 204 if row["operation"] == "DeleteLoggingConfiguration" else 200
    statuses = row.get("status", [success])
    if twin.status not in statuses:
        raise expect.AnswerError(
            "the same request without the defect was answered "
            f"{twin.status}, not {' or '.join(map(str, statuses))}",
            twin,
        )


def _needs_destinations(
    accepted: dict[str, Any], logging_configurations: LoggingConfigurations
) -> None:
    """Leave a check untested where no destination is taken that is not there."""
    (kind,) = accepted["destinationConfiguration"]
    plain = {
        "s3": {"bucketName": "chat-logs"},
        "cloudWatchLogs": {"logGroupName": "chat-logs"},
        "firehose": {"deliveryStreamName": "chat-logs"},
    }
    logging_configurations.new(destinationConfiguration={kind: plain[kind]})
