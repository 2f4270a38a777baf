"""The exit codes of the command's dialect, v1's or v2's (CLI-21, CLI-22).

One table for both: what is expected is named, and the dialect has the number.
"""

import json
import socket

import pytest

from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.command_line import OPERATION, ROOM
from ivschat_conformance.fixtures.command_runs import (
    REQUIRED,
    USER,
    CommandRuns,
    Settings,
    accepted,
    exits,
    sends,
    sends_nothing,
)
from ivschat_conformance.fixtures.recording_server import says

pytestmark = verifies("CLI-21", "CLI-22")

BODY = {"roomIdentifier": ROOM, "userId": USER}


@pytest.mark.parametrize(
    "words",
    [
        case(REQUIRED, name="token"),
        case(("--generate-cli-skeleton",), name="skeleton"),
        case((*REQUIRED, "--generate-cli-skeleton", "output"), name="sample"),
    ],
)
def test_success_is_0(cli: CommandRuns, words: tuple[str, ...]) -> None:
    """Whatever was asked for was got."""
    exits(cli.create(*words), 0)


@pytest.mark.parametrize(
    "words",
    [
        case([OPERATION], name="no-options"),
        case([OPERATION, "--room-identifier", ROOM], name="missing-option"),
        case([OPERATION, *REQUIRED, "--user-id"], name="option-without-value"),
        case([OPERATION, "--generate-cli-skeleton", "bogus"], name="unknown-choice"),
        case(["create-chat-tokens", *REQUIRED], name="unknown-command"),
    ],
)
def test_misuse_is_told_from_other_failures(cli: CommandRuns, words: list[str]) -> None:
    """A command line that cannot be understood is the caller's mistake."""
    done = cli.record(*words)

    exits(done, cli.dialect.usage)
    sends_nothing(done)
    accepted(cli.create(*REQUIRED))


def test_unknown_option_is_a_mistake(cli: CommandRuns) -> None:
    """V2 counts it with the other misuses, v1 does not."""
    done = cli.create(*REQUIRED, "--bogus", "x")

    exits(done, cli.dialect.unknown_option)
    sends_nothing(done)
    accepted(cli.create(*REQUIRED))


@pytest.mark.parametrize(
    "words",
    [
        case(("--room-identifier", ROOM, "--user-id", ""), name="empty-user"),
        case((*REQUIRED, "--session-duration-in-minutes", "0"), name="no-minutes"),
        case((*REQUIRED, "--cli-input-json", "{"), name="invalid-json"),
        case((*REQUIRED, "--attributes", '{"a":1}'), name="attribute-of-no-text"),
        case(("--cli-input-json", "{}"), name="missing-member"),
        case((*REQUIRED, "--cli-input-json", '{"bogus": 1}'), name="unknown-member"),
    ],
)
def test_bad_parameter_is_told_apart(cli: CommandRuns, words: tuple[str, ...]) -> None:
    """What was asked for could not be a request."""
    done = cli.create(*words)

    exits(done, cli.dialect.parameters)
    sends_nothing(done)
    sends(cli.create("--cli-input-json", json.dumps(BODY)), BODY)


@pytest.mark.parametrize(
    "settings",
    [
        case(
            {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None},
            name="no-credentials",
        ),
        case({"AWS_DEFAULT_REGION": None, "AWS_REGION": None}, name="no-region"),
    ],
)
def test_missing_configuration_is_told_apart(
    cli: CommandRuns, settings: Settings
) -> None:
    """The command line was good, and what surrounds it was not."""
    done = cli.create(*REQUIRED, settings=settings)

    exits(done, cli.dialect.configuration)
    sends_nothing(done)
    accepted(cli.create(*REQUIRED))


@pytest.mark.parametrize(
    ("status", "type_"),
    [
        (404, "ResourceNotFoundException"),
        (429, "ThrottlingException"),
        (500, "InternalServerException"),
    ],
)
def test_error_of_the_service_is_told_apart(
    cli: CommandRuns, status: int, type_: str
) -> None:
    """The request was sent, and answered with an error."""
    answer = says({"message": "no"}, status, x_amzn_ErrorType=type_)

    exits(cli.create(*REQUIRED, answer=answer), cli.dialect.service)
    accepted(cli.create(*REQUIRED))


def test_service_that_is_not_there_is_255(cli: CommandRuns) -> None:
    """Nobody listens at the endpoint."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}"

        done = cli.ask(*REQUIRED, endpoint=endpoint)

    exits(done, cli.dialect.other)
    accepted(cli.create(*REQUIRED))


def test_interruption_is_130(cli: CommandRuns) -> None:
    """Whoever interrupts it while it waits for an answer is told so by the code."""
    done = cli.interrupt(*REQUIRED)

    exits(done, cli.dialect.interrupt)
    sends(cli.create(*REQUIRED), BODY)
