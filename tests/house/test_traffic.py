"""The suites' own traffic: what they mean to be valid is, and what not is not.

Each request is held against the closed schema of its operation, each frame against its
action's. What a check says of an answer says what it takes the request for; a request
that it says nothing of has to be valid, since it stands before what is judged.
"""

import json
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import cache

import pytest

from ivschat_conformance.fixtures.chat_connection import ChatConnection
from ivschat_conformance.fixtures.collected import session_of_suites
from ivschat_conformance.fixtures.connections import Connections
from ivschat_conformance.fixtures.control_plane import ControlPlane
from ivschat_conformance.fixtures.exchange import Exchange, refuse_constant
from ivschat_conformance.fixtures.frame_trace import FrameTrace
from ivschat_conformance.schemas import documents
from ivschat_conformance.schemas.operations import load_operations

# What is invalid on purpose in checks that look at the refusal's form, or at what it
# leaves alone, and not at its type.
LOOK_AT_THE_REFUSAL = {
    "test_chat_token_rooms::test_refusal_does_not_repeat_what_is_sensitive",
    "test_check_order::test_signature_comes_before_the_body",
    "test_error_effects::test_deletion_refused_for_its_body_leaves_the_room",
    "test_error_members::test_every_entry_of_the_field_list_has_a_name_and_a_message",
    "test_error_members::test_field_is_named_as_in_the_request",
    "test_error_members::test_reason_is_one_of_three",
    "test_error_members::test_validation_error_has_what_it_must_have",
    "test_error_members::test_validation_error_is_a_400_with_a_reason",
    "test_error_shape::test_error_comes_with_a_request_id",
    "test_error_shape::test_error_has_a_status_an_object_and_a_type",
    "test_error_shape::test_error_is_no_bare_status",
    "test_error_shape::test_error_names_its_type_in_the_header",
    "test_error_shape::test_modelled_error_has_a_message",
    "test_http_answers::test_error_has_no_null_for_what_it_lacks",
    "test_http_answers::test_no_two_answers_have_one_request_id",
    "test_http_requests::test_empty_body_lacks_what_an_empty_object_lacks",
    "test_operations::test_errors_are_told_apart_by_their_types",
    "test_operations::test_input_in_the_query_is_no_input",
    "test_request_members::test_member_of_a_chat_token_is_read_under_its_name",
    "test_request_members::test_member_of_a_room_is_read_under_its_name",
    "test_routing::test_chat_token_cannot_be_got",
    "test_routing::test_room_cannot_be_got_by_get",
}

# Valid, and not in the closed schema: nulls, unknown members and empty bodies.
BEYOND_THE_SCHEMA = {
    "test_http_answers::test_room_has_no_null_for_what_it_lacks",
    "test_http_requests::test_room_is_created_from_an_empty_body",
    "test_request_members::test_null_for_an_optional_member_of_a_chat_token_is_as_if_absent",
    "test_request_members::test_null_for_an_optional_member_of_a_room_is_as_if_absent",
    "test_request_members::test_unknown_member_of_a_chat_token_is_ignored",
    "test_request_members::test_unknown_member_of_a_room_is_ignored",
}

# Invalid by a rule that no schema can tell: whose token, whose name, whose prefix.
BY_ANOTHER_RULE = {
    "test_room_list::test_token_of_nobody_is_refused",
    "test_send_event::test_event_of_an_application_is_not_taken_for_the_services",
    "test_tag_rules::test_reserved_key_is_refused",
}

# Frames that a room's own limits refuse, and no schema.
OVER_THE_ROOMS_LIMIT = {
    "test_token_life_what_it_fixes::test_limits_are_the_rooms_and_not_the_tokens",
    "test_ws_content::test_code_of_content_that_is_far_too_long_is_400_or_413",
    "test_ws_content::test_content_over_the_rooms_limit_is_refused",
}

# Frames with members that are ignored, or answered by either.
WITH_MORE_MEMBERS = {
    "test_token_life_what_it_fixes::test_session_cannot_become_somebody_else",
    "test_token_life_what_it_fixes::test_session_cannot_give_itself_a_capability",
    "test_token_life_what_it_fixes::test_session_cannot_go_to_another_room",
    "test_ws_requests::test_letter_case_of_a_deletion_names_does_not_matter",
    "test_ws_requests::test_letter_case_of_a_disconnection_names_does_not_matter",
    "test_ws_requests::test_letter_case_of_a_message_names_does_not_matter",
    "test_ws_requests::test_member_that_an_action_does_not_have_is_ignored",
}

ACTIONS = {
    "SEND_MESSAGE": "SendMessageAction",
    "DELETE_MESSAGE": "DeleteMessageAction",
    "DISCONNECT_USER": "DisconnectUserAction",
}


@dataclass
class Traffic:
    """A pytest plugin that hears what each check sent."""

    exchanges: list[tuple[str, Exchange]] = field(default_factory=list)
    frames: list[tuple[str, FrameTrace]] = field(default_factory=list)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None]:
        """Keep the check's traffic, whatever came of it."""
        try:
            yield
        finally:
            test = f"{item.path.stem}::{item.name.partition('[')[0]}"
            given = {id(value): value for value in item.funcargs.values()}  # type: ignore[attr-defined]
            traces = {}
            for value in given.values():
                if isinstance(value, ControlPlane):
                    self.exchanges += [(test, one) for one in value.trace]
                if isinstance(value, (ChatConnection, Connections)):
                    value.drain()
                    traces[id(value.trace)] = value.trace
            self.frames += [(test, trace) for trace in traces.values()]


@cache
def has(shape: str, text: bytes | str, api: str = documents.CONTROL_PLANE) -> bool:
    """Say whether a text is JSON, and of a shape's closed schema."""
    try:
        value = json.loads(text, parse_constant=refuse_constant)
    except ValueError:
        return False
    return documents.validator(shape, closed=True, api=api).is_valid(value)


def is_valid(exchange: Exchange) -> bool:
    """Say whether the closed schema of the operation has the request."""
    return has(f"{exchange.operation}Request", exchange.draft.body)


def is_valid_frame(text: str) -> bool:
    """Say whether the closed schema of its action has the frame."""
    try:
        frame = json.loads(text, parse_constant=refuse_constant)
    except ValueError:
        return False
    action = frame.get("Action") if isinstance(frame, dict) else None
    if not isinstance(action, str) or action not in ACTIONS:
        return False
    return has(ACTIONS[action], text, documents.MESSAGING)


def is_bad_request(text: str) -> bool:
    """Say whether a frame is an ERROR of code 400."""
    frame: dict[str, object] = json.loads(text)
    return frame.get("Type") == "ERROR" and frame.get("ErrorCode") == 400


@pytest.fixture(scope="module")
def traffic() -> Traffic:
    """Give the traffic of all suites against the bundled reference implementation."""
    heard = Traffic()
    session_of_suites(heard)
    return heard


def functions(traffic: Traffic, wanted: Callable[[Exchange], bool]) -> set[str]:
    """Return the tests with a request of that sort, to an operation with a schema."""
    operations = {
        name for name, row in load_operations().items() if not row.path_member
    }
    return {
        test
        for test, exchange in traffic.exchanges
        if exchange.operation in operations and wanted(exchange)
    }


def test_request_that_is_meant_to_be_valid_is_valid(traffic: Traffic) -> None:
    """What a check takes for valid, its operation's closed schema has."""
    found = functions(traffic, lambda one: "valid" in one.meant and not is_valid(one))

    assert found <= BEYOND_THE_SCHEMA
    assert len(functions(traffic, lambda one: "valid" in one.meant)) > 200


def test_request_that_is_meant_to_be_invalid_is_invalid(traffic: Traffic) -> None:
    """What a check expects to be refused for its input, the schema has not."""
    found = functions(traffic, lambda one: "invalid" in one.meant and is_valid(one))

    assert found == BY_ANOTHER_RULE
    assert len(functions(traffic, lambda one: "invalid" in one.meant)) > 50


def test_request_is_never_meant_to_be_both(traffic: Traffic) -> None:
    """A check cannot call one request valid and invalid."""
    assert functions(traffic, lambda one: len(one.meant) > 1) == set()


def test_request_that_nothing_is_said_of_is_valid(traffic: Traffic) -> None:
    """Prerequisites are sound, so that what is judged is what was meant."""
    found = functions(traffic, lambda one: not one.meant and not is_valid(one))

    assert found - BEYOND_THE_SCHEMA == LOOK_AT_THE_REFUSAL


def test_valid_requests_beyond_the_schema_are_few_and_known(traffic: Traffic) -> None:
    """The list has no entry that is needed no longer."""
    found = functions(
        traffic, lambda one: not is_valid(one) and "invalid" not in one.meant
    )

    assert found >= BEYOND_THE_SCHEMA


def test_frames_are_refused_as_the_schemas_say(traffic: Traffic) -> None:
    """As many frames as no closed schema has are answered by an ERROR 400."""
    over, under = set(), set()
    for test, trace in traffic.frames:
        texts = [entry for entry in trace if entry.kind == "text"]
        sent = [entry.text for entry in texts if entry.direction == "sent"]
        came = [entry.text for entry in texts if entry.direction == "received"]
        invalid = sum(not is_valid_frame(text) for text in sent)
        refused = sum(map(is_bad_request, came))
        if refused > invalid:
            over.add(test)
        if refused < invalid:
            under.add(test)

    assert over == OVER_THE_ROOMS_LIMIT
    assert under == WITH_MORE_MEMBERS
