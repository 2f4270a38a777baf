"""The 17 operations: each is there, and is a POST of its name or of the tags' path.

contract.md 1.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import (
    BUCKET,
    LoggingConfigurations,
    Rooms,
    case,
    verifies,
)
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.exchange import Exchange

CREATIONS = ("CreateRoom", "CreateLoggingConfiguration")

# What each needs; {room} and {logging} are resources of the check's own.
POSTED: dict[str, dict[str, Any]] = {
    "CreateChatToken": {"roomIdentifier": "{room}", "userId": "user-1"},
    "CreateLoggingConfiguration": {"destinationConfiguration": BUCKET},
    "CreateRoom": {},
    "DeleteLoggingConfiguration": {"identifier": "{logging}"},
    "DeleteMessage": {"roomIdentifier": "{room}", "id": "Ab3dEf6hIj9L"},
    "DeleteRoom": {"identifier": "{room}"},
    "DisconnectUser": {"roomIdentifier": "{room}", "userId": "user-1"},
    "GetLoggingConfiguration": {"identifier": "{logging}"},
    "GetRoom": {"identifier": "{room}"},
    "ListLoggingConfigurations": {},
    "ListRooms": {},
    "SendEvent": {"roomIdentifier": "{room}", "eventName": "greeting"},
    "UpdateLoggingConfiguration": {"identifier": "{logging}", "name": "archive"},
    "UpdateRoom": {"identifier": "{room}", "name": "hall"},
}
TAGGED: dict[str, dict[str, Any]] = {
    "ListTagsForResource": {"resourceArn": "{room}"},
    "TagResource": {"resourceArn": "{room}", "tags": {"k": "v"}},
    "UntagResource": {"resourceArn": "{room}", "tagKeys": ["k"]},
}
DELETIONS = ("DeleteLoggingConfiguration", "DeleteRoom")

Fill = Callable[[dict[str, Any]], dict[str, Any]]
Ask = Callable[[str, dict[str, Any]], Exchange]


@pytest.fixture
def fill(rooms: Rooms, logging_configurations: LoggingConfigurations) -> Fill:
    """Give a way to fill the places of a request with resources of the check's own."""
    makers = {
        "{room}": lambda: rooms.new(tags={"k": "v"}),
        "{logging}": logging_configurations.new,
    }

    def filled(members: dict[str, Any]) -> dict[str, Any]:
        return {
            name: makers[value]()
            if isinstance(value, str) and value in makers
            else value
            for name, value in members.items()
        }

    return filled


@pytest.fixture
def ask(
    api: ControlPlane, rooms: Rooms, logging_configurations: LoggingConfigurations
) -> Ask:
    """Give a way to call an operation, after which nothing is left."""
    creators = dict(zip(CREATIONS, (rooms, logging_configurations), strict=True))

    def send(operation: str, members: dict[str, Any]) -> Exchange:
        if operation in creators:
            return creators[operation].create_from(members)
        return api.call(operation, members)

    return send


@verifies("GEN-03", "GEN-06")
@pytest.mark.parametrize("operation", [*POSTED, *TAGGED])
def test_operation_is_there(ask: Ask, fill: Fill, operation: str) -> None:
    """A valid request succeeds: with 200, and with 204 where all is gone."""
    members = fill({**POSTED, **TAGGED}[operation])

    exchange = ask(operation, members)

    _needs_somebody(exchange)
    expect.accepted(exchange, 204 if operation in DELETIONS else 200)


@verifies("GEN-03")
@pytest.mark.parametrize(
    "operation",
    [
        "DeleteChatToken",
        "CreateChannel",
        "SendMessage",
    ],
)
def test_there_are_no_other_operations(
    api: ControlPlane, room: str, operation: str
) -> None:
    """What other services have, or this one might have, leads nowhere."""
    members = {"identifier": room, "roomIdentifier": room, "userId": "user-1"}

    exchange = api.call(operation, members)

    expect.not_successful(exchange)


@verifies("GEN-04")
@pytest.mark.parametrize("operation", POSTED)
def test_operation_is_a_post_with_members_in_the_body(
    api: ControlPlane, ask: Ask, fill: Fill, operation: str
) -> None:
    """A GET gets nowhere, and no POST whose required members stand in the query."""
    members = fill(POSTED[operation])
    flat = {name: value for name, value in members.items() if isinstance(value, str)}
    asked = replace(api.draft(operation, {}), query=urlencode(flat))

    refused = [api.send(replace(asked, method="GET", headers=(), body=b""))]
    if members:
        refused.append(api.send(asked))
    twin = ask(operation, members)

    for exchange in refused:
        expect.not_successful(exchange)
    _needs_somebody(twin)
    expect.accepted(twin, 204 if operation in DELETIONS else 200)


@verifies("REGION-06")
@pytest.mark.parametrize(
    ("operation", "members"),
    [
        case(name, members, name=name)
        for name, members in {**POSTED, **TAGGED}.items()
        if "{room}" in members.values()
    ],
)
def test_room_of_another_region_is_refused(
    api: ControlPlane, rooms: Rooms, operation: str, members: dict[str, Any]
) -> None:
    """A room is here under the ARN of its own region, and under no other."""
    room = rooms.new(tags={"k": "v"})
    elsewhere = "us-east-1" if api.target.region != "us-east-1" else "eu-west-1"
    abroad = room.replace(f":{api.target.region}:", f":{elsewhere}:")

    exchanges = [
        api.call(
            operation,
            {
                name: arn if value == "{room}" else value
                for name, value in members.items()
            },
        )
        for arn in (abroad, room)
    ]

    expect.not_successful(exchanges[0])
    _needs_somebody(exchanges[1])
    expect.accepted(exchanges[1], 204 if operation in DELETIONS else 200)


def _needs_somebody(exchange: Exchange) -> None:
    """Leave a check untested where a target misses the user, or the message."""
    if expect.is_of_nobody(exchange):
        pytest.skip("there is no such user or message: DISC-03, DELM-03 judge that")
