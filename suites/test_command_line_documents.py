"""All arguments as one document: --cli-input-json (contract.md CLI-08 to CLI-13)."""

import json
from pathlib import Path
from typing import Any

import pytest

from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.command_line import ROOM
from ivschat_conformance.fixtures.command_runs import (
    REQUIRED,
    USER,
    CommandRuns,
    accepted,
    refused,
    sends,
)

WHOLE = {
    "roomIdentifier": ROOM,
    "userId": "document-user",
    "capabilities": ["SEND_MESSAGE", "DELETE_MESSAGE"],
    "sessionDurationInMinutes": 30,
    "attributes": {"displayName": "Document", "color": "red"},
}
MEMBERS = tuple(WHOLE)
OTHER_ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/abcdefGHIJKL"


def given(**members: Any) -> tuple[str, str]:
    """Return the option with the required members, and these besides or instead."""
    document = {"roomIdentifier": ROOM, "userId": "document-user", **members}
    return "--cli-input-json", json.dumps(document)


@verifies("CLI-08", "CLI-11")
@pytest.mark.parametrize(
    "document",
    [
        case({name: WHOLE[name] for name in MEMBERS[:2]}, name="required"),
        case(WHOLE, name="whole"),
        case(WHOLE | {"userId": "Ünï 😀"}, name="not-ascii"),
        case(WHOLE | {"capabilities": [], "attributes": {}}, name="empty"),
    ],
)
def test_document_gives_all_parameters(
    cli: CommandRuns, document: dict[str, Any]
) -> None:
    """No other option is needed, and each member is sent as it stands there."""
    sends(cli.create("--cli-input-json", json.dumps(document)), document)


@verifies("CLI-08")
def test_document_may_be_a_file(cli: CommandRuns, tmp_path: Path) -> None:
    """`file://` and a path is the text of that file."""
    file = tmp_path / "input.json"
    file.write_text(json.dumps(WHOLE, indent=4), encoding="utf-8")

    sends(cli.create("--cli-input-json", f"file://{file}"), WHOLE)


@verifies("CLI-08")
def test_document_may_be_spread_out(cli: CommandRuns) -> None:
    """White space is nothing in JSON, and the order of members is free."""
    text = json.dumps(dict(reversed(WHOLE.items())), indent=4)

    sends(cli.create("--cli-input-json", f"\n {text}\n"), WHOLE)


@verifies("CLI-08")
@pytest.mark.parametrize(
    ("words", "member"),
    [
        case(
            ["--room-identifier", OTHER_ROOM],
            {"roomIdentifier": OTHER_ROOM},
            name="room-identifier",
        ),
        case(["--user-id", "option-user"], {"userId": "option-user"}, name="user-id"),
        case(
            ["--capabilities", "DISCONNECT_USER"],
            {"capabilities": ["DISCONNECT_USER"]},
            name="capabilities",
        ),
        case(
            ["--session-duration-in-minutes", "45"],
            {"sessionDurationInMinutes": 45},
            name="session-duration",
        ),
    ],
)
def test_option_overrides_the_document(
    cli: CommandRuns, words: list[str], member: dict[str, Any]
) -> None:
    """What the command line says wins, and the rest stays as the document has it."""
    done = cli.create("--cli-input-json", json.dumps(WHOLE), *words)

    sends(done, WHOLE | member)


@verifies("CLI-08")
def test_option_before_the_document_overrides_too(cli: CommandRuns) -> None:
    """The order on the command line does not matter."""
    document = json.dumps(WHOLE)

    done = cli.create("--user-id", "option-user", "--cli-input-json", document)

    sends(done, WHOLE | {"userId": "option-user"})


@verifies("CLI-08")
@pytest.mark.parametrize(
    "text",
    [
        case("AAECAwQFBgc=", name="base64"),
        case("\\x00\\x01\\xff", name="escapes"),
        case("b'\\x00\\x01'", name="bytes-of-python"),
        case("0x0001ff", name="hexadecimal"),
        case("fileb:///dev/null", name="fileb"),
        case("file:///dev/null", name="file"),
        case("\u0000\u0001\u007f", name="control-characters"),
    ],
)
def test_binary_looking_value_in_input_json_is_taken_literally(
    cli: CommandRuns, text: str
) -> None:
    """A string of the document is the text that it is: nothing is decoded or read."""
    done = cli.create(*given(userId=f"<{text}", attributes={"blob": text}))
    bare = cli.create(*given(attributes={"blob": text}, userId=text))

    required = {"roomIdentifier": ROOM, "attributes": {"blob": text}}
    sends(done, required | {"userId": f"<{text}"})
    sends(bare, required | {"userId": text})


@verifies("CLI-09")
@pytest.mark.parametrize(
    ("words", "member"),
    [
        case(
            ["--attributes", "shape=round"],
            {"attributes": {"shape": "round"}},
            name="attributes",
        ),
        case(
            ["--attributes", '{"color": "blue"}'],
            {"attributes": {"color": "blue"}},
            name="attributes-in-json",
        ),
        case(["--attributes", "{}"], {"attributes": {}}, name="no-attributes"),
        case(
            ["--capabilities", "DELETE_MESSAGE"],
            {"capabilities": ["DELETE_MESSAGE"]},
            name="capabilities",
        ),
        case(["--capabilities"], {"capabilities": []}, name="no-capabilities"),
    ],
)
def test_option_replaces_a_whole_member(
    cli: CommandRuns, words: list[str], member: dict[str, Any]
) -> None:
    """Nothing of the document's map or list is left: there is no merging."""
    done = cli.create("--cli-input-json", json.dumps(WHOLE), *words)

    sends(done, WHOLE | member)


@verifies("CLI-11")
@pytest.mark.parametrize(
    ("words", "members"),
    [
        case(["--user-id", USER], {"roomIdentifier": ROOM}, name="room-in-document"),
        case(["--room-identifier", ROOM], {"userId": USER}, name="user-in-document"),
        case(list(REQUIRED), {}, name="neither-in-document"),
    ],
)
def test_required_member_comes_from_either_side(
    cli: CommandRuns, words: list[str], members: dict[str, Any]
) -> None:
    """Document and options together have to say it."""
    done = cli.create("--cli-input-json", json.dumps(members), *words)

    sends(done, {"roomIdentifier": ROOM, "userId": USER})


@verifies("CLI-11")
@pytest.mark.parametrize(
    ("words", "members", "missing"),
    [
        case([], {"roomIdentifier": ROOM}, ["userId"], name="user"),
        case([], {"userId": USER}, ["roomIdentifier"], name="room"),
        case([], {}, ["roomIdentifier", "userId"], name="both"),
        case(["--user-id", USER], {}, ["roomIdentifier"], name="room-beside-an-option"),
    ],
)
def test_member_missing_on_both_sides_is_told(
    cli: CommandRuns, words: list[str], members: dict[str, Any], missing: list[str]
) -> None:
    """Each has a line in the words of the contract, and nothing is sent."""
    done = cli.create("--cli-input-json", json.dumps(members), *words)

    lines = [f'Missing required parameter in input: "{name}"' for name in missing]
    refused(done, *lines)
    accepted(cli.create(*given()))


@verifies("CLI-12")
@pytest.mark.parametrize(
    "name", ["bogus", "user-id", "UserId", "room-identifier", "state", "$schema"]
)
def test_unknown_key_is_told(cli: CommandRuns, name: str) -> None:
    """The line names the key, and then all that there are."""
    done = cli.create(*given(**{name: "x"}))

    line = f'Unknown parameter in input: "{name}", must be one of: '
    refused(done, line)
    listed = done.said.partition(line)[2].splitlines()[0]
    for known in MEMBERS:
        assert known in listed, f"{known} is not among the names that are told"
    accepted(cli.create(*given()))


@verifies("CLI-13")
@pytest.mark.parametrize(
    "text",
    [
        case("{", name="cut"),
        case("{not json", name="bare-words"),
        case("{'userId': 'x'}", name="single-quotes"),
        case('{"userId": "x",}', name="comma-too-many"),
        case('{"userId": "x"} more', name="more-after-it"),
        case("userId=x", name="shorthand"),
    ],
)
def test_invalid_json_is_told(cli: CommandRuns, text: str) -> None:
    """The line names the option, and nothing is sent though the options are good."""
    done = cli.create(*REQUIRED, "--cli-input-json", text)

    refused(done, "Error parsing parameter 'cli-input-json': Invalid JSON")
    accepted(cli.create(*REQUIRED, "--cli-input-json", "{}"))
