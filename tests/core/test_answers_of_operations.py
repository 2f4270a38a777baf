"""Every operation's answer, held against the schema of its response in closed form."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
)
from ivschat_conformance.schemas import documents
from ivschat_conformance.schemas.operations import Operation, load_operations

if TYPE_CHECKING:
    from tests.core.conftest import LiveRoom, OpenRoom

OPERATIONS = load_operations()
NOBODYS = "arn:aws:ivschat:us-west-2:123456789012:room/AAAAaaaa0000"
LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"
WITHOUT_A_BODY = {
    "DeleteRoom": 204,
    "DeleteLoggingConfiguration": 204,
    "DisconnectUser": 200,
    "TagResource": 200,
    "UntagResource": 200,
}
ROOM_SETTINGS = {
    "name": "lobby",
    "maximumMessageRatePerSecond": 20,
    "messageReviewHandler": {"uri": LAMBDA},
    "tags": {"stage": "test"},
}


def ask(
    live: "LiveRoom", operation: Operation, members: dict[str, Any]
) -> HttpResponse:
    """Perform an operation with its members where HTTP carries them."""
    body = dict(members)
    target = operation.path
    if operation.path_member is not None:
        arn = quote(str(body.pop(operation.path_member)), safe="")
        target = target.replace(f"{{{operation.path_member}}}", arn)
    for name in operation.query:
        target += "?" + "&".join(f"{name}={quote(text)}" for text in body.pop(name))
    raw = json.dumps(body).encode() if operation.method == "POST" else b""
    request = HttpRequest(operation.method, target, (), raw)
    return live.fake.answer(request, live.now).response


def whole_life(live: "LiveRoom") -> Iterator[tuple[str, HttpResponse]]:
    """Give the answer of each call of a life in which every operation occurs."""

    def called(operation: str, /, **members: Any) -> HttpResponse:
        return ask(live, OPERATIONS[operation], members)

    def both(operation: str, /, *more: dict[str, Any], **members: Any) -> Any:
        """Give the answers with these members alone, and with each of the others."""
        for extra in ({}, *more):
            yield operation, called(operation, **members, **extra)

    yield from both("CreateRoom", {"tags": {}}, ROOM_SETTINGS)
    bucket = {"s3": {"bucketName": "chat-logs"}}
    logging = json.loads(
        called("CreateLoggingConfiguration", destinationConfiguration=bucket).body
    )["arn"]
    logs = {"loggingConfigurationIdentifiers": [logging]}
    arn = json.loads(called("CreateRoom", **ROOM_SETTINGS, **logs).body)["arn"]
    for destination in (
        bucket,
        {"cloudWatchLogs": {"logGroupName": "g"}},
        {"firehose": {"deliveryStreamName": "d"}},
    ):
        yield from both(
            "CreateLoggingConfiguration",
            {"name": "logs", "tags": {"a": "b"}},
            destinationConfiguration=destination,
        )
    other = json.loads(
        called("CreateLoggingConfiguration", destinationConfiguration=bucket).body
    )["arn"]
    yield from both("UpdateLoggingConfiguration", {"name": ""}, identifier=other)
    yield from both("GetLoggingConfiguration", identifier=logging)
    yield from both("ListLoggingConfigurations", {"maxResults": 1})
    yield from both("GetRoom", identifier=arn)
    yield from both("UpdateRoom", ROOM_SETTINGS, logs, identifier=arn)
    yield from both("ListRooms", {"maxResults": 1}, {"name": "nobody"})
    for resource in (arn, logging):
        yield from both("TagResource", resourceArn=resource, tags={"a": "", "b": ""})
        yield from both("UntagResource", resourceArn=resource, tagKeys=["a", "x y"])
        yield from both("ListTagsForResource", resourceArn=resource)
    room = {"roomIdentifier": arn}
    yield from both(
        "CreateChatToken", {"attributes": {"a": "b"}}, **room, userId="user-1"
    )
    yield from both("SendEvent", {"attributes": {}}, **room, eventName="app:x")
    yield from both("DeleteMessage", {"reason": "r"}, **room, id="AAAAaaaa0000")
    yield from both("DisconnectUser", {"reason": "r"}, **room, userId="user-1")
    yield from both("DeleteRoom", identifier=arn)
    yield from both("DeleteLoggingConfiguration", identifier=other)


@pytest.fixture
def answers(open_room: "OpenRoom") -> list[tuple[str, HttpResponse]]:
    """Give the answers of a whole life, and that every operation is among them."""
    found = list(whole_life(open_room(logging_configuration_quota=20)))
    assert {name for name, _ in found} == OPERATIONS.keys()
    assert len(OPERATIONS) == 17
    return found


@pytest.mark.ivschat_verifies(
    *("HTTP-RESP-01", "HTTP-RESP-04", "HTTP-RESP-05", "HTTP-RESP-07", "HTTP-RESP-09")
)
def test_every_answer_is_what_its_schema_says_and_no_more(
    answers: list[tuple[str, HttpResponse]],
) -> None:
    """In closed form: no member is missing, of another type, or unknown."""
    for name, answer in answers:
        operation = OPERATIONS[name]
        assert answer.status == operation.status, (name, answer.body)
        if name in WITHOUT_A_BODY:
            assert (answer.status, answer.body) == (WITHOUT_A_BODY[name], b"")
            continue
        assert operation.response is not None
        assert ("Content-Type", "application/json") in answer.headers
        validator = documents.validator(operation.response, closed=True)
        errors = validator.iter_errors(json.loads(answer.body))
        assert [error.json_path for error in errors] == [], name


@pytest.mark.ivschat_verifies("ERR-20")
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_on_nothing_is_not_found_or_empty(
    open_room: "OpenRoom", name: str
) -> None:
    """A 404 is valid by its schema in closed form; what names nothing finds nothing."""
    live = open_room()
    logging = NOBODYS.replace("room", "logging-configuration")
    members: dict[str, Any] = {
        "identifier": logging if "Logging" in name else NOBODYS,
        "roomIdentifier": NOBODYS,
        "resourceArn": NOBODYS,
        "loggingConfigurationIdentifiers": [logging],
        "tagKeys": ["a"],
        "tags": {"a": "b"},
        "userId": "user-1",
        "eventName": "app:x",
        "id": "AAAAaaaa0000",
    }
    operation = OPERATIONS[name]
    named = documents.load(operation.request)["properties"].keys()
    asked = {key: value for key, value in members.items() if key in named}

    answer = ask(live, operation, asked)

    found = json.loads(answer.body)
    if "List" in name and "Tags" not in name:
        assert answer.status == 200
    elif name == "CreateLoggingConfiguration":
        assert answer.status == 400  # it names nothing that could be missing
    else:
        assert answer.status == 404
        validator = documents.validator("ResourceNotFoundException", closed=True)
        found.pop("__type", None)
        assert [error.message for error in validator.iter_errors(found)] == []
