"""--generate-cli-skeleton: what it prints, without a request (CLI-14, 15, 18, 20)."""

import json
import re
from typing import Any

import pytest

from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.command_line import ROOM
from ivschat_conformance.fixtures.command_runs import (
    REQUIRED,
    USER,
    CommandRuns,
    Settings,
    accepted,
    refused,
    result,
    sends,
    sends_nothing,
)

SKELETON = "--generate-cli-skeleton"
CAPABILITIES = ("SEND_MESSAGE", "DISCONNECT_USER", "DELETE_MESSAGE")
MEMBERS = [
    "roomIdentifier",
    "userId",
    "capabilities",
    "sessionDurationInMinutes",
    "attributes",
]
NO_CREDENTIALS: Settings = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}

every_input = pytest.mark.parametrize(
    "words", [case([], name="no-value"), case(["input"], name="input")]
)


@verifies("CLI-14")
@every_input
@pytest.mark.parametrize(
    ("options", "settings"),
    [
        case([], {}, name="nothing-else"),
        case([], NO_CREDENTIALS, name="no-credentials"),
        case(REQUIRED, {}, name="required-options"),
        case(["--cli-input-json", "{}"], {}, name="document"),
    ],
)
def test_input_skeleton_is_printed_and_nothing_sent(
    cli: CommandRuns, words: list[str], options: list[str], settings: Settings
) -> None:
    """A JSON object stands on stdout, whatever else was given or was not."""
    done = cli.create(*options, SKELETON, *words, settings=settings)

    sends_nothing(done)
    result(done)


@verifies("CLI-15")
@every_input
def test_input_skeleton_has_every_member(cli: CommandRuns, words: list[str]) -> None:
    """Texts are empty, the number is 0, list and map have one entry."""
    skeleton = result(cli.create(SKELETON, *words))

    (capability,) = skeleton.pop("capabilities", [None])
    assert capability in CAPABILITIES, "the capability is none of the three"
    assert skeleton == {
        "roomIdentifier": "",
        "userId": "",
        "sessionDurationInMinutes": 0,
        "attributes": {"KeyName": ""},
    }, "the other members are not those of the skeleton"


@verifies("CLI-15")
@every_input
def test_input_skeleton_is_laid_out(cli: CommandRuns, words: list[str]) -> None:
    """Members stand in the model's order or the alphabet's, indented by four spaces."""
    done = cli.create(SKELETON, *words)

    skeleton = result(done)
    assert list(skeleton) in (MEMBERS, sorted(MEMBERS)), "the order is neither"
    laid_out = json.dumps(skeleton, indent=4)
    assert done.stdout.strip() == laid_out, "the indent is not of four spaces"


@verifies("CLI-15")
def test_filled_skeleton_is_a_document(cli: CommandRuns) -> None:
    """What was printed, with values put in, is what --cli-input-json takes."""
    skeleton = result(cli.create(SKELETON))
    filled = skeleton | {
        "roomIdentifier": ROOM,
        "userId": USER,
        "sessionDurationInMinutes": 30,
    }

    sends(cli.create("--cli-input-json", json.dumps(filled)), filled)


@verifies("CLI-18")
@pytest.mark.parametrize(
    ("options", "settings"),
    [
        case(REQUIRED, {}, name="required"),
        case(
            (*REQUIRED, "--session-duration-in-minutes", "30"),
            {},
            name="required-and-more",
        ),
        case(
            ("--cli-input-json", json.dumps({"roomIdentifier": ROOM, "userId": USER})),
            {},
            name="document",
        ),
        case(REQUIRED, NO_CREDENTIALS, name="no-credentials"),
    ],
)
def test_sample_output_is_printed_and_nothing_sent(
    cli: CommandRuns, options: tuple[str, ...], settings: Settings
) -> None:
    """It has the members of an answer, with values that nobody takes for real."""
    done = cli.create(*options, SKELETON, "output", settings=settings)

    sends_nothing(done)
    assert result(done) == {
        "token": "token",
        "tokenExpirationTime": "1970-01-01T00:00:00",
        "sessionExpirationTime": "1970-01-01T00:00:00",
    }, "that is not the sample"


@verifies("CLI-18")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        case(["--room-identifier", ROOM], ["--user-id"], name="no-user"),
        case(["--user-id", USER], ["--room-identifier"], name="no-room"),
        case(
            ["--room-identifier", ROOM, "--user-id", ""],
            ["Invalid length for parameter userId, value: 0, valid min length: 1"],
            name="empty-user",
        ),
        case(
            [*REQUIRED, "--session-duration-in-minutes", "0"],
            ["Invalid value for parameter sessionDurationInMinutes, value: 0"],
            name="no-minutes",
        ),
        case(
            ["--cli-input-json", json.dumps({"roomIdentifier": ROOM})],
            ['Missing required parameter in input: "userId"'],
            name="document-without-user",
        ),
        case([*REQUIRED, "--bogus", "x"], [], name="no-option"),
    ],
)
def test_sample_output_needs_good_input(
    cli: CommandRuns, options: list[str], said: list[str]
) -> None:
    """What a request would be refused for is refused here."""
    refused(cli.create(*options, SKELETON, "output"), *said)
    accepted(cli.create(*REQUIRED, SKELETON, "output"))


@verifies("CLI-20")
@pytest.mark.parametrize("value", ["bogus", "INPUT", "yaml", "yaml-output"])
def test_other_skeletons_are_refused(cli: CommandRuns, value: str) -> None:
    """There is no other kind."""
    refused(cli.create(SKELETON, value))
    accepted(cli.create(SKELETON, "input"))


@verifies("CLI-20")
def test_yaml_skeleton_exists_in_v2_alone(cli: CommandRuns) -> None:
    """It is printed without a request in v2, and refused in v1."""
    done = cli.create(SKELETON, "yaml-input")

    if not cli.dialect.has_yaml:
        refused(done)
        return
    accepted(done)
    sends_nothing(done)
    members = re.findall(r"(?m)^([A-Za-z]+):", done.stdout)
    assert sorted(members) == sorted(MEMBERS), "its members are not those of the model"
    assert not done.stdout.lstrip().startswith("{"), "that is JSON"


@verifies("CLI-20")
def test_yaml_skeleton_is_a_document(cli: CommandRuns) -> None:
    """What was printed, with values put in, is what --cli-input-yaml takes."""
    if not cli.dialect.has_yaml:
        pytest.skip(f"dialect {cli.dialect.name} has no YAML")
    text = cli.create(SKELETON, "yaml-input").stdout

    overridden = ("--session-duration-in-minutes", "30", "--attributes", "color=red")
    done = cli.create("--cli-input-yaml", text, *REQUIRED, *overridden)

    accepted(done)
    body: dict[str, Any] = done.requests[0].json
    (capability,) = body.pop("capabilities", [None])
    assert capability in CAPABILITIES, "the capability is none of the three"
    assert body == {
        "roomIdentifier": ROOM,
        "userId": USER,
        "sessionDurationInMinutes": 30,
        "attributes": {"color": "red"},
    }, "that is not what skeleton and options say"
