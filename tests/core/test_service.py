"""The service: what each operation answers and changes, and what it leaves alone."""

from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.reference_impl.core.changes import (
    RoomDeleted,
    RoomStored,
    TokenNumbersReserved,
)
from ivschat_conformance.reference_impl.core.errors import (
    ResourceNotFoundException,
    ValidationException,
)
from ivschat_conformance.reference_impl.core.outcome import Outcome
from ivschat_conformance.reference_impl.core.paging import Pages
from ivschat_conformance.reference_impl.core.room_operations import RoomOperations
from ivschat_conformance.reference_impl.core.service import Service
from ivschat_conformance.reference_impl.core.tokens import ChatToken, TokenVault

if TYPE_CHECKING:
    from tests.core.conftest import Started

NOW = datetime(2026, 11, 24, 1, 51, 27, 987654, tzinfo=UTC)
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
LOGGING = "arn:aws:ivschat:us-west-2:123456789012:logging-configuration/ABcdef34ghIJ"
ASKED = {"roomIdentifier": ROOM, "userId": "user-1"}


def perform(service: Service, operation: str, **request: Any) -> Any:
    """Return the output of an operation performed now."""
    return service.perform(operation, request, NOW).output


def refusal(
    service: Service, operation: str, **request: Any
) -> ResourceNotFoundException:
    """Return the error of an operation on something that is not there."""
    with pytest.raises(ResourceNotFoundException) as caught:
        service.perform(operation, request, NOW)
    return caught.value


@pytest.mark.ivschat_verifies(
    *("TOKEN-RESP-01", "TOKEN-RESP-02", "TOKEN-RESP-03", "TOKEN-RESP-09"),
    *("TOKEN-RESP-16", "TOKEN-RESP-17", "TOKEN-REQ-04", "TOKEN-REQ-08"),
)
def test_token_of_the_shortest_request_has_the_defaults(started: "Started") -> None:
    """An hour of session, a minute of token, a viewer without attributes."""
    service = started(NOW)

    output = perform(service, "CreateChatToken", **ASKED)

    assert service.state.tokens.open(output.pop("token")) == ChatToken(
        number=1,
        room_arn=ROOM,
        user_id="user-1",
        capabilities=(),
        attributes={},
        issued_at=datetime(2026, 11, 24, 1, 51, 27, tzinfo=UTC),
        token_expiration_time=datetime(2026, 11, 24, 1, 52, 27, tzinfo=UTC),
        session_expiration_time=datetime(2026, 11, 24, 2, 51, 27, tzinfo=UTC),
    )
    assert output == {
        "tokenExpirationTime": "2026-11-24T01:52:27Z",
        "sessionExpirationTime": "2026-11-24T02:51:27Z",
    }


@pytest.mark.ivschat_verifies("TOKEN-LIFE-08", "TOKEN-REQ-01", "TOKEN-REQ-06")
def test_token_says_what_was_asked_for(started: "Started") -> None:
    """Room, user, capabilities and attributes are fixed when it is issued."""
    service = started(NOW)

    output = perform(
        service,
        "CreateChatToken",
        **ASKED,
        capabilities=["DELETE_MESSAGE", "SEND_MESSAGE", "DELETE_MESSAGE"],
        sessionDurationInMinutes=180,
        attributes={"displayName": "Ada", "color": ""},
    )

    token = service.state.tokens.open(output["token"])
    assert token.room_arn == ROOM
    assert token.user_id == "user-1"
    assert token.capabilities == ("DELETE_MESSAGE", "SEND_MESSAGE")
    assert token.attributes == {"displayName": "Ada", "color": ""}
    assert output["sessionExpirationTime"] == "2026-11-24T04:51:27Z"


@pytest.mark.ivschat_verifies(
    "TOKEN-RESP-13", "TOKEN-RESP-14", "TOKEN-RESP-16", "TOKEN-RESP-17"
)
@pytest.mark.parametrize(
    ("lifetime", "minutes", "token_end", "session_end"),
    [
        (1, 60, "2026-11-24T01:51:28Z", "2026-11-24T02:51:27Z"),
        (3600, 180, "2026-11-24T02:51:27Z", "2026-11-24T04:51:27Z"),
        (3600, 60, "2026-11-24T02:51:27Z", "2026-11-24T02:51:27Z"),
        (3600, 5, "2026-11-24T01:56:27Z", "2026-11-24T01:56:27Z"),
        (60, 1, "2026-11-24T01:52:27Z", "2026-11-24T01:52:27Z"),
    ],
)
def test_token_lifetime_is_as_configured(
    started: "Started", lifetime: int, minutes: int, token_end: str, session_end: str
) -> None:
    """The configured lifetime counts from the issue, and ends with the session."""
    service = started(NOW, token_lifetime=timedelta(seconds=lifetime))

    output = perform(
        service, "CreateChatToken", **ASKED, sessionDurationInMinutes=minutes
    )

    assert output["tokenExpirationTime"] == token_end
    assert output["sessionExpirationTime"] == session_end


@pytest.mark.ivschat_verifies("TOKEN-REQ-19", "TOKEN-RESP-15")
def test_each_call_yields_another_token_that_opens(started: "Started") -> None:
    """The same request again is no retry: every call issues a token."""
    service = started(NOW)

    texts = [perform(service, "CreateChatToken", **ASKED)["token"] for _ in range(50)]

    opened = [service.state.tokens.open(text) for text in texts]
    assert len(set(texts)) == 50
    assert {token.user_id for token in opened} == {"user-1"}
    assert [token.number for token in opened] == list(range(1, 51))


MISSING = "arn:aws:ivschat:us-west-2:123456789012:room/000000000000"
ROOM_OPERATIONS = [
    *("CreateChatToken", "GetRoom", "DeleteRoom"),
    *("SendEvent", "DeleteMessage", "DisconnectUser"),
]
ASKED_OF_ALL = {"userId": "user-1", "eventName": "app", "id": "Ab3dEf6hIj9L"}
ELSEWHERE = [
    (MISSING, "000000000000"),
    (ROOM.replace("123456789012", "210987654321"), "g1H2I3j4k5L6"),
    (ROOM.replace("us-west-2", "eu-west-1"), "g1H2I3j4k5L6"),
    (ROOM.replace("123456789012", "0123456789012"), "g1H2I3j4k5L6"),
    (f"{ROOM}7", "g1H2I3j4k5L67"),
    (ROOM.lower(), "g1h2i3j4k5l6"),
]


@pytest.mark.ivschat_verifies(
    *("TOKEN-REQ-15", "TOKEN-REQ-16", "REGION-06", "ROOM-GET-02", "ROOM-DEL-03"),
    *("ERR-19", "ERR-21", "SEVT-09"),
)
@pytest.mark.parametrize(("arn", "resource_id"), ELSEWHERE)
@pytest.mark.parametrize("operation", ROOM_OPERATIONS)
def test_room_that_is_not_here_is_not_found(
    started: "Started", operation: str, arn: str, resource_id: str
) -> None:
    """Another id, account or region is 404 with the id of the ARN; no room is taken."""
    service = started(NOW)
    error = refusal(
        service, operation, roomIdentifier=arn, identifier=arn, **ASKED_OF_ALL
    )

    assert error.status == 404
    assert error.body() == {
        "message": "No such resource in this account and region.",
        "resourceId": resource_id,
        "resourceType": "ROOM",
    }
    assert perform(service, "GetRoom", identifier=ROOM)["id"] == "g1H2I3j4k5L6"


@pytest.mark.ivschat_verifies("ROOM-CREATE-03", "ROOM-GET-01", "REGION-05")
def test_created_room_is_read_as_it_was_answered(started: "Started") -> None:
    """GetRoom gives what CreateRoom gave, in the account and region of the fake."""
    service = started(NOW, region="eu-west-1", account_id="12345678901", rooms=())

    room = perform(service, "CreateRoom", name="lobby", tags={"a": "b"})

    assert room["arn"] == f"arn:aws:ivschat:eu-west-1:12345678901:room/{room['id']}"
    assert perform(service, "GetRoom", identifier=room["arn"]) == room
    assert room["createTime"] == room["updateTime"] == "2026-11-24T01:51:27.987Z"


@pytest.mark.ivschat_verifies("ROOM-CREATE-08")
def test_rooms_of_one_name_are_two_rooms(started: "Started") -> None:
    """Names are no keys: the second room has an id and a life of its own."""
    service = started(NOW)
    first, second = (perform(service, "CreateRoom", name="lobby") for _ in range(2))

    perform(service, "DeleteRoom", identifier=first["arn"])

    assert first["id"] != second["id"]
    assert perform(service, "GetRoom", identifier=second["arn"]) == second


@pytest.mark.ivschat_verifies("ROOM-DEL-01", "ROOM-DEL-03", "ROOM-GET-02")
def test_deleted_room_is_gone_for_every_operation(started: "Started") -> None:
    """Once it is deleted, a room is read, deleted, joined and told no more."""
    service = started(NOW)

    assert perform(service, "DeleteRoom", identifier=ROOM) is None

    for operation in ROOM_OPERATIONS:
        error = refusal(
            service, operation, identifier=ROOM, roomIdentifier=ROOM, **ASKED_OF_ALL
        )
        assert error.body()["resourceId"] == "g1H2I3j4k5L6"


@pytest.mark.ivschat_verifies("ROOM-CREATE-10", "ERR-19")
def test_room_with_an_unknown_logging_configuration_is_not_created(
    started: "Started",
) -> None:
    """The configuration is not found: 404 with its id, and its type by name."""
    service = started(NOW)

    error = refusal(service, "CreateRoom", loggingConfigurationIdentifiers=[LOGGING])

    assert error.status == 404
    assert error.body()["resourceId"] == "ABcdef34ghIJ"
    assert error.body()["resourceType"] == "LOGGING_CONFIGURATION"


@pytest.mark.ivschat_verifies("ERR-24")
def test_operation_changes_nothing_before_its_changes_are_applied(
    started: "Started",
) -> None:
    """What an operation would change comes back as values; `apply` makes it so."""
    service = started(NOW)
    pages = Pages(bytes(32))
    rooms = RoomOperations(
        service.settings, service.ids, service.state, service.live, pages
    )
    creation = rooms.create({}, NOW)
    deletion = rooms.delete({"identifier": ROOM}, NOW)
    assert creation.output is not None
    arn = creation.output["arn"]

    assert deletion == Outcome(None, (RoomDeleted(ROOM),))
    assert perform(service, "GetRoom", identifier=ROOM)["arn"] == ROOM
    refusal(service, "GetRoom", identifier=arn)

    service.apply((*creation.changes, *deletion.changes))

    assert perform(service, "GetRoom", identifier=arn) == creation.output
    refusal(service, "GetRoom", identifier=ROOM)


def test_only_what_is_to_be_kept_has_changes(started: "Started") -> None:
    """A shell writes down what comes back: reads bring nothing, nor does most talk.

    Numbers of tokens are reserved a thousand at a time, so the second token has none.
    """
    service = started(NOW)

    outcomes = [
        service.perform("CreateRoom", {}, NOW),
        service.perform("GetRoom", {"identifier": ROOM}, NOW),
        service.perform("CreateChatToken", ASKED, NOW),
        service.perform("CreateChatToken", ASKED, NOW),
        service.perform("SendEvent", {**ASKED, "eventName": "app"}, NOW),
        service.perform("DeleteMessage", {**ASKED, "id": "Ab3dEf6hIj9L"}, NOW),
        service.perform("DisconnectUser", ASKED, NOW),
        service.perform("DeleteRoom", {"identifier": ROOM}, NOW),
    ]

    kinds = [[type(change) for change in outcome.changes] for outcome in outcomes]
    assert kinds == [
        [RoomStored],
        [],
        [TokenNumbersReserved],
        *([], [], [], []),
        [RoomDeleted],
    ]


@pytest.mark.ivschat_verifies("SEVT-01", "SEVT-02", "SEVT-07", "DELM-01", "DELM-03")
@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        ("SendEvent", {"eventName": "app", "attributes": {"a": "b"}}),
        ("DeleteMessage", {"id": "Ab3dEf6hIj9L", "reason": "spam"}),
    ],
)
def test_what_a_room_is_told_has_an_id_each_time(
    started: "Started", operation: str, asked: dict[str, Any]
) -> None:
    """Also where nobody is there to be told, and of a message that nobody knows."""
    service = started(NOW)

    outputs = [
        perform(service, operation, roomIdentifier=ROOM, **asked) for _ in range(20)
    ]

    assert [list(output) for output in outputs] == [["id"]] * 20
    ids = {output["id"] for output in outputs}
    assert len(ids) == 20
    assert all(len(text) == 12 and text.isalnum() for text in ids)


@pytest.mark.ivschat_verifies("DISC-01", "DISC-03")
def test_disconnection_answers_nothing_even_for_somebody_who_is_not_there(
    started: "Started",
) -> None:
    """There is no output and no effect."""
    service = started(NOW)

    outcome = service.perform("DisconnectUser", ASKED, NOW)

    assert outcome == Outcome(None)


@pytest.mark.ivschat_verifies("SEVT-06")
@pytest.mark.parametrize("name", ["aws:", "aws:DELETE_MESSAGE", "aws:app"])
def test_event_of_an_application_is_none_of_the_services(
    started: "Started", name: str
) -> None:
    """Names that begin as the service's are refused, and others that look alike not."""
    service = started(NOW)

    with pytest.raises(ValidationException) as caught:
        perform(service, "SendEvent", roomIdentifier=ROOM, eventName=name)

    assert caught.value.body() == {
        "message": "eventName must not start with aws:: the service's own events do.",
        "reason": "FIELD_VALIDATION_FAILED",
        "fieldList": [
            {
                "name": "eventName",
                "message": "must not start with aws:: the service's own events do",
            }
        ],
    }
    for other in (name[1:], name.upper(), f"x{name}", f" {name}", "aws"):
        perform(service, "SendEvent", roomIdentifier=ROOM, eventName=other)


def test_service_shows_no_key(started: "Started") -> None:
    """Neither a service nor its vault or its outcomes have the key when shown."""
    service = started(NOW)
    key = bytes(range(32))
    outcome = service.perform("CreateChatToken", ASKED, NOW)

    shown = f"{service!r} {service} {service.state!r} {service.state.tokens!r}"
    shown += f" {outcome!r} {service.settings!r}"

    text = str(outcome.output and outcome.output["token"])
    assert TokenVault(urlsafe_b64encode(key)).open(text).room_arn == ROOM
    for part in (key, key[:16], key[16:]):
        assert part.hex() not in shown
        assert repr(part)[2:-1] not in shown
        assert b64encode(part).decode().rstrip("=")[:-1] not in shown
