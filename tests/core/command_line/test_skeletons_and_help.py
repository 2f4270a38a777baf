"""Skeletons are read back as inputs; pages of help fit a terminal."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import yaml

from ivschat_conformance.reference_impl.core.command_line.shapes import (
    kebab_case,
    load_shape,
    option_name,
)
from ivschat_conformance.schemas.operations import load_operations

if TYPE_CHECKING:
    from tests.core.command_line.conftest import Read, Refused

Pages = Callable[..., str]
NAMES = [*load_operations()]
TOKEN = ("create-chat-token", "--room-identifier", "r", "--user-id", "u")


@pytest.mark.parametrize("words", [(), ("input",)])
def test_json_skeleton_has_every_member_in_order(
    page: Pages, words: tuple[str, ...]
) -> None:
    """Nothing is required for it; its indent is four spaces (CLI-14, CLI-15)."""
    assert page("create-chat-token", "--generate-cli-skeleton", *words) == (
        "{\n"
        '    "roomIdentifier": "",\n'
        '    "userId": "",\n'
        '    "capabilities": [\n'
        '        "SEND_MESSAGE"\n'
        "    ],\n"
        '    "sessionDurationInMinutes": 0,\n'
        '    "attributes": {\n'
        '        "KeyName": ""\n'
        "    }\n"
        "}\n"
    )


def test_yaml_skeleton_is_sorted_and_says_what_is_required(page: Pages) -> None:
    """Each line has a comment, as in version 2 of AWS's command (CLI-20)."""
    text = page("create-chat-token", "--generate-cli-skeleton", "yaml-input")

    assert yaml.safe_load(text) == {
        "attributes": {"KeyName": ""},
        "capabilities": ["SEND_MESSAGE"],
        "roomIdentifier": "",
        "sessionDurationInMinutes": 0,
        "userId": "",
    }
    assert [line.partition(":")[0] for line in text.splitlines() if "#" in line] == [
        "attributes",
        "capabilities",
        "roomIdentifier",
        "sessionDurationInMinutes",
        "userId",
    ]
    assert text.count("# [REQUIRED] ") == 2
    assert "roomIdentifier: '' # [REQUIRED] " in text


@pytest.mark.parametrize("name", NAMES)
def test_both_skeletons_say_the_same(page: Pages, name: str) -> None:
    """Of every operation, the YAML is the JSON, and has a member for every option."""
    words = (kebab_case(name), "--generate-cli-skeleton")

    as_json = json.loads(page(*words))

    assert as_json == yaml.safe_load(page(*words, "yaml-input"))
    assert set(as_json) == set(load_shape(load_operations()[name].request).members)


def test_skeleton_as_it_stands_is_refused(page: Pages, refused: "Refused") -> None:
    """It is a form to fill in: ids are empty and the duration is none (CLI-17)."""
    skeleton = page("create-chat-token", "--generate-cli-skeleton")

    error = refused("create-chat-token", "--cli-input-json", skeleton)

    assert len(str(error).splitlines()) == 4


def test_sample_output_is_of_valid_parameters_only(
    read: "Read", refused: "Refused"
) -> None:
    """It is a result with nothing sent, once the parameters would be sent (CLI-18)."""
    words = ("--generate-cli-skeleton", "output")

    assert read(*TOKEN, *words).sample == {
        "token": "token",
        "tokenExpirationTime": "1970-01-01T00:00:00",
        "sessionExpirationTime": "1970-01-01T00:00:00",
    }
    assert "the following arguments are required" in str(
        refused("create-chat-token", *words)
    )
    assert "valid min value: 1" in str(
        refused(*TOKEN, "--session-duration-in-minutes", "0", *words)
    )


def test_sample_output_of_an_operation_without_members_is_empty(read: "Read") -> None:
    """There is nothing to print (CLI-19)."""
    words = ("delete-room", "--identifier", "r", "--generate-cli-skeleton", "output")

    assert read(*words).sample == {}


@pytest.mark.parametrize("words", [("help",), ("--help",), ("-h",)])
def test_page_of_the_command_names_every_operation(
    page: Pages, words: tuple[str, ...]
) -> None:
    """It fits 80 columns and lists what can be called, with which exit codes."""
    text = page(*words)

    assert max(map(len, text.splitlines())) <= 79
    assert [name for name in NAMES if f"\n    {kebab_case(name)} " not in text] == []
    assert all(f"\n    {code} " in text for code in (0, 130, 252, 253, 254, 255))


@pytest.mark.parametrize("name", NAMES)
def test_page_of_an_operation_names_every_option_and_member(
    page: Pages, name: str
) -> None:
    """It fits 80 columns, unless an example is wider, and says what the schemas say."""
    operation = load_operations()[name]

    text = page(kebab_case(name), "help")

    assert max(len(line) for line in text.splitlines() if "arn:" not in line) <= 79
    assert all(
        f"\n    {option_name(member)} (" in text
        for member in load_shape(operation.request).members
    )
    output = load_shape(operation.response).members if operation.response else ()
    assert all(f"\n    {member} (" in text for member in output)


def test_page_of_an_operation_is_found_by_its_name_before_or_after(page: Pages) -> None:
    """`help get-room` and `get-room --help` are `get-room help`."""
    assert (
        page("help", "get-room")
        == page("get-room", "--help")
        == page("get-room", "help")
    )
