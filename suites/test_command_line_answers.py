"""What the command says of answers and mistakes, and where (CLI-23 to CLI-25)."""

import json
import re
from typing import Any

import pytest

from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.command_line import ROOM, Completed
from ivschat_conformance.fixtures.command_runs import (
    REQUIRED,
    TOKEN,
    USER,
    CommandRuns,
    Settings,
    accepted,
    refused,
    result,
)
from ivschat_conformance.fixtures.recording_server import says

DOCUMENT = json.dumps({"roomIdentifier": ROOM, "userId": USER})
NO_ROOM = ("--room-identifier", f"{ROOM[:-1]}X", "--user-id", USER)
DURATION = "--session-duration-in-minutes"


@verifies("CLI-23")
@pytest.mark.parametrize(
    "words", [case([], name="default"), case(["--output", "json"], name="json")]
)
def test_result_is_json_on_stdout(cli: CommandRuns, words: list[str]) -> None:
    """It is indented by four spaces, and stdout holds nothing else."""
    done = cli.create(*REQUIRED, *words)

    document = result(done)
    assert document["token"] == TOKEN["token"], "that is not the token"
    laid_out = json.dumps(document, indent=4)
    assert done.stdout.strip() == laid_out, "the indent is not of four spaces"


@verifies("CLI-23")
@pytest.mark.parametrize(
    ("words", "settings"),
    [
        case([], {}, name="missing-options"),
        case([*REQUIRED, "--bogus", "x"], {}, name="unknown-option"),
        case([*REQUIRED, DURATION, "0"], {}, name="bad-value"),
        case([*REQUIRED, "--cli-input-json", "{"], {}, name="bad-document"),
        case(["--generate-cli-skeleton", "bogus"], {}, name="bad-choice"),
        case(
            REQUIRED,
            {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None},
            name="no-credentials",
        ),
    ],
)
def test_mistakes_are_told_on_stderr(
    cli: CommandRuns, words: list[str], settings: Settings
) -> None:
    """Stdout stays empty, so that whoever reads results there gets none."""
    done = cli.create(*words, settings=settings)

    refused(done)
    assert done.stdout == "", "something stands on stdout"
    assert done.stderr.strip(), "nothing stands on stderr"
    accepted(cli.create(*REQUIRED))


@verifies("CLI-23")
def test_errors_of_the_service_are_told_on_stderr(cli: CommandRuns) -> None:
    """An answer that is an error is no result."""
    done = cli.ask(*NO_ROOM)
    twin = cli.asked(*REQUIRED)

    assert done.exit_code != 0, "exit code 0: it was not refused"
    assert done.stdout == "", "something stands on stdout"
    assert done.stderr.strip(), "nothing stands on stderr"
    accepted(twin)


@verifies("CLI-24")
@pytest.mark.parametrize(
    ("status", "type_"),
    [
        (400, "ValidationException"),
        (403, "AccessDeniedException"),
        (403, "PendingVerification"),
        (404, "ResourceNotFoundException"),
        (429, "ThrottlingException"),
        (500, "InternalServerException"),
    ],
)
def test_errors_of_the_service_are_told(
    cli: CommandRuns, status: int, type_: str
) -> None:
    """The line has the error's type, the operation's name and the message."""
    message = f"it was {status}, for a reason"
    answer = says({"message": message}, status, x_amzn_ErrorType=type_)

    done = cli.create(*REQUIRED, answer=answer)

    _tells(done, type_, message)
    accepted(cli.create(*REQUIRED))


@verifies("CLI-24")
@pytest.mark.parametrize("ask", [1, 2])
def test_retries_are_told_once_they_are_exhausted(cli: CommandRuns, ask: int) -> None:
    """How often was asked again stands before the colon, where it was at all."""
    answer = says({"message": "later"}, 500, x_amzn_ErrorType="InternalServerException")

    settings = {"AWS_MAX_ATTEMPTS": str(ask)}
    done = cli.create(*REQUIRED, answer=answer, settings=settings)

    again = len(done.requests) - 1
    assert 0 <= again < ask, f"{again} retries, where {ask} attempts are allowed"
    _tells(done, "InternalServerException", "later", retries=again)
    accepted(cli.create(*REQUIRED))


@verifies("CLI-24")
@pytest.mark.parametrize(
    ("words", "type_"),
    [
        case(NO_ROOM, "ResourceNotFoundException", name="no-such-room"),
        case((*REQUIRED, DURATION, "181"), "ValidationException", name="too-long"),
        case(
            (*REQUIRED, "--capabilities", "FLY"),
            "ValidationException",
            name="no-such-capability",
        ),
    ],
)
def test_what_the_service_refuses_is_told(
    cli: CommandRuns, words: tuple[str, ...], type_: str
) -> None:
    """The reference's own errors arrive, under the type of the contract."""
    done = cli.ask(*words)
    twin = cli.asked(*REQUIRED, DURATION, "180", "--capabilities", "SEND_MESSAGE")

    _tells(done, type_)
    accepted(twin)


@verifies("CLI-24")
def test_wrong_secret_is_an_error_of_the_service(cli: CommandRuns) -> None:
    """A signature of another secret is refused there, and told as every error."""
    done = cli.ask(*REQUIRED, settings={"AWS_SECRET_ACCESS_KEY": "not-the-secret"})
    twin = cli.asked(*REQUIRED)

    _tells(done, "[A-Za-z]+")
    accepted(twin)


@verifies("CLI-25")
@pytest.mark.parametrize(
    ("words", "lines"),
    [
        case(
            ["--room-identifier", ROOM, "--user-id", ""],
            ["Invalid length for parameter userId, value: 0, valid min length: 1"],
            name="empty-user",
        ),
        case(
            ["--room-identifier", "", "--user-id", USER],
            [
                "Invalid length for parameter roomIdentifier, value: 0, valid min "
                "length: 1"
            ],
            name="empty-room",
        ),
        case(
            [*REQUIRED, DURATION, "0"],
            [
                "Invalid value for parameter sessionDurationInMinutes, value: 0, valid "
                "min value: 1"
            ],
            name="no-minutes",
        ),
        case(
            [*REQUIRED, DURATION, "-5"],
            [
                "Invalid value for parameter sessionDurationInMinutes, value: -5, "
                "valid min value: 1"
            ],
            name="minutes-below-none",
        ),
        case(
            ["--room-identifier", "", "--user-id", "", DURATION, "0"],
            [
                "Invalid length for parameter roomIdentifier, value: 0",
                "Invalid length for parameter userId, value: 0",
                "Invalid value for parameter sessionDurationInMinutes, value: 0",
            ],
            name="all-at-once",
        ),
    ],
)
def test_bad_values_are_told(
    cli: CommandRuns, words: list[str], lines: list[str]
) -> None:
    """After the heading each mistake has a line, all at once, and nothing is sent."""
    done = cli.create(*words)

    refused(done, "Parameter validation failed:\n", *lines)
    _stand_apart(done.said, lines)
    accepted(cli.create(*REQUIRED, DURATION, "1"))


@verifies("CLI-25")
@pytest.mark.parametrize(
    ("members", "lines"),
    [
        case({"userId": 5}, ["Invalid type for parameter userId, "], name="user"),
        case(
            {"sessionDurationInMinutes": "5"},
            ["Invalid type for parameter sessionDurationInMinutes, "],
            name="minutes",
        ),
        case(
            {"capabilities": "SEND_MESSAGE"},
            ["Invalid type for parameter capabilities, "],
            name="capabilities",
        ),
        case(
            {"attributes": ["color"]},
            ["Invalid type for parameter attributes, "],
            name="attributes",
        ),
        case(
            {"userId": "", "bogus": 1, "sessionDurationInMinutes": 0},
            [
                'Unknown parameter in input: "bogus"',
                "Invalid length for parameter userId, ",
                "Invalid value for parameter sessionDurationInMinutes, ",
            ],
            name="of-three-kinds",
        ),
    ],
)
def test_bad_members_of_a_document_are_told(
    cli: CommandRuns, members: dict[str, Any], lines: list[str]
) -> None:
    """A document is held against the model as the options are."""
    document = {"roomIdentifier": ROOM, "userId": USER} | members

    done = cli.create("--cli-input-json", json.dumps(document))

    refused(done, "Parameter validation failed:\n", *lines)
    _stand_apart(done.said, lines)
    accepted(cli.create("--cli-input-json", DOCUMENT))


def _tells(done: Completed, type_: str, message: str = "", retries: int = 0) -> None:
    """Hold a run against the line of a service's error, `type_` being a pattern.

    That nothing was tried again may be told or not.
    """
    again = rf" \(reached max retries: {retries}\)"
    line = (
        rf"An error occurred \({type_}\) when calling the CreateChatToken operation"
        rf"({again}){'' if retries else '?'}: {re.escape(message)}"
    )
    assert done.exit_code != 0, "exit code 0: it was not refused"
    assert re.search(line, done.said), f"no such line is said of {type_}"


def _stand_apart(said: str, lines: list[str]) -> None:
    """Hold each line against standing on one of its own."""
    starts = [line.strip() for line in said.splitlines()]
    for line in lines:
        alone = any(start.startswith(line.strip()) for start in starts)
        assert alone, f"this has no line of its own: {line}"
