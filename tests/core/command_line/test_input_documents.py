"""All parameters as one JSON or YAML document."""

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.core.command_line.conftest import Read, Refused

BOTH = {"roomIdentifier": "r", "userId": "u"}


def yaml_of(member: str) -> str:
    """Return a document with the room, the user, and one more line."""
    return f"roomIdentifier: r\nuserId: u\n{member}\n"


@pytest.mark.parametrize(
    "words",
    [
        ("--cli-input-json", json.dumps(BOTH)),
        ("--cli-input-json", "file://input.json"),
        ("--cli-input-yaml", "file://input.yaml"),
        ("--cli-input-yaml", json.dumps(BOTH)),
    ],
)
def test_required_members_may_stand_in_the_document(
    read: "Read", words: tuple[str, str]
) -> None:
    """No option is required beside it."""
    assert read("create-chat-token", *words).parameters == BOTH


def test_options_win_over_the_document_member_by_member(read: "Read") -> None:
    """A map on the command line replaces the document's; nothing is merged."""
    document = json.dumps(BOTH | {"attributes": {"a": "1"}})

    asked = read(
        "create-chat-token", "--cli-input-json", document, "--attributes", "b=3"
    )

    assert asked.parameters == BOTH | {"attributes": {"b": "3"}}


@pytest.mark.parametrize(
    "text", ["aGVsbG8=", "\\x00", "\x00", "file://input.json", "b'a'", "\ud800", "0x00"]
)
def test_text_that_looks_binary_is_taken_literally(read: "Read", text: str) -> None:
    """A document's texts are what they are: nothing is decoded, no file is read."""
    document = json.dumps(BOTH | {"userId": text})

    asked = read("create-chat-token", "--cli-input-json", document)

    assert asked.parameters["userId"] == text


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (
            "attributes: {a: yes, b: on, c: 12:30:45, d: =, e: 1.2.3}",
            {"a": "yes", "b": "on", "c": "12:30:45", "d": "=", "e": "1.2.3"},
        ),
        (
            "attributes: {a: '5', b: !!str 5, c: \"\\x00\"}",
            {"a": "5", "b": "5", "c": "\x00"},
        ),
        ("attributes:\n  a: |\n    x\n    y", {"a": "x\ny\n"}),
        ("attributes: {a: aGk=}", {"a": "aGk="}),
        ("sessionDurationInMinutes: 060", 60),
        ("sessionDurationInMinutes: 0x10", 16),
        ("capabilities: [SEND_MESSAGE]", ["SEND_MESSAGE"]),
        ("capabilities:\n- A\n- B", ["A", "B"]),
    ],
)
def test_yaml_is_read_by_the_rules_of_its_second_version(
    read: "Read", line: str, value: Any
) -> None:
    """Only what YAML 1.2 calls so is a number or a boolean, as for AWS's version 2."""
    asked = read("create-chat-token", "--cli-input-yaml", yaml_of(line))

    assert asked.parameters[line.partition(":")[0]] == value


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("attributes: {a: !!binary aGk=}", "bytes"),
        ("attributes: {a: 2020-01-02}", "datetime.date"),
        ("attributes: {a: 2020-01-02T03:04:05Z}", "datetime.datetime"),
        ("attributes: {a: 5}", "int"),
        ("attributes: {a: 1e3}", "float"),
        ("attributes: {a: true}", "bool"),
        ("attributes: {a: }", "NoneType"),
        ("attributes: {1: a}", "int"),
        ("attributes: [a]", "list"),
    ],
)
def test_yaml_value_that_is_no_text_is_refused(
    refused: "Refused", line: str, kind: str
) -> None:
    """A value of any other type is none that the service takes; bytes least of all."""
    error = refused("create-chat-token", "--cli-input-yaml", yaml_of(line))

    assert f"type: <class '{kind}'>" in str(error)
    assert str(error).endswith("(--attributes)")


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        ("json", "{", "'cli-input-json': Invalid JSON: Expecting property name"),
        ("json", "", "'cli-input-json': Invalid JSON: Expecting value"),
        ("json", '{"a":1,}', "'cli-input-json': Invalid JSON: "),
        ("json", "[" * 100_000, "'cli-input-json': Invalid JSON: nested too deeply"),
        ("json", "9" * 5_000, "'cli-input-json': Invalid JSON: "),
        ("json", "[]", "Invalid type: expecting map, received <class 'list'>"),
        ("json", "null", "Invalid type: expecting map, received <class 'NoneType'>"),
        ("json", "file://none", "Unable to load paramfile file://none"),
        ("json", "fileb://input.json", "fileb:// gives bytes"),
        ("yaml", "{a", "'cli-input-yaml': Invalid YAML received: "),
        ("yaml", "a: 1\na: 2", "'cli-input-yaml': Invalid YAML received: a key"),
        ("yaml", "a: 1\n---\nb: 2", "'cli-input-yaml': Invalid YAML received: "),
        ("yaml", "a: !!python/object:os.system x", "Invalid YAML received: "),
        ("yaml", "a: 2020-99-99", "Invalid YAML received"),
        ("yaml", "a: !!timestamp x", "Invalid YAML received."),
        ("yaml", "a: !!bool x", "Invalid YAML received."),
        ("yaml", "a: !!int x", "Invalid YAML received."),
        ("yaml", "{? [a] : b}", "Invalid YAML received: found unhashable key"),
        ("yaml", "a: *x", "Invalid YAML received: "),
        ("yaml", "\x00", "Invalid YAML received."),
        ("yaml", "[" * 5_000, "'cli-input-yaml': Invalid YAML: nested too deeply"),
        ("yaml", "a", "Invalid type: expecting map, received <class 'str'>"),
    ],
)
def test_document_that_is_none_is_refused(
    refused: "Refused", option: str, text: str, message: str
) -> None:
    """It is told where it ends to make sense, and never repeated."""
    error = refused("create-chat-token", f"--cli-input-{option}={text}")

    assert "Error parsing parameter '" in str(error)
    assert message in str(error)
    assert error.exit_code == 252


@pytest.mark.parametrize("option", ["--cli-input-json", "--cli-input-yaml"])
def test_missing_and_unknown_members_are_told_at_once(
    refused: "Refused", option: str
) -> None:
    """The lines are AWS's, each with the option to look at."""
    error = refused("create-chat-token", option, '{"bogus": 1, "userId": ""}')

    assert str(error).splitlines() == [
        "Parameter validation failed:",
        'Unknown parameter in input: "bogus", must be one of: roomIdentifier, userId, '
        f"capabilities, sessionDurationInMinutes, attributes ({option})",
        'Missing required parameter in input: "roomIdentifier" (--room-identifier)',
        "Invalid length for parameter userId, value: 0, valid min length: 1 "
        "(--user-id)",
    ]


TAG = st.sampled_from(
    [
        *("int", "float", "bool", "null", "str", "binary", "timestamp"),
        *("map", "seq", "set", "omap", "pairs", "merge", "value"),
    ]
)
NODE = st.one_of(
    st.text("ab01:-.,{}[]&*!?'\"\n #_", max_size=12),
    st.builds("!!{} {}".format, TAG, st.text("a0-:_ é[]{}", max_size=5)),
)


@given(st.one_of(NODE, st.builds("a: {}".format, NODE), st.text()))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_yaml_is_too_strange(refused: "Refused", text: str) -> None:
    """Whatever the document, it gives what the operation has not, or is refused."""
    error = refused("create-chat-token", f"--cli-input-yaml={text}")

    assert error.exit_code == 252
