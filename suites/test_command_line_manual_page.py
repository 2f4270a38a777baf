"""The manual page's example, repaired, against a server with its room (SEED).

On the page the account has 11 digits, the options are camelCase with stray commas, and
the output has a member too many and too few commas (contract.md 15.3).
"""

import json
import re
from datetime import datetime, timedelta

import pytest

from ivschat_conformance.fixtures import websocket_client
from ivschat_conformance.fixtures.cases import case, verifies
from ivschat_conformance.fixtures.command_line import ROOM
from ivschat_conformance.fixtures.command_runs import (
    CommandRuns,
    accepted,
    refused,
    result,
    sends,
)
from ivschat_conformance.fixtures.scenario_clock import TOLERANCE
from ivschat_conformance.fixtures.target import Target

EXAMPLE = (
    *("--room-identifier", "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"),
    *("--user-id", "11231234"),
    *("--capabilities", "SEND_MESSAGE"),
    *("--session-duration-in-minutes", "30"),
)
MEMBERS = {
    "roomIdentifier": "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6",
    "userId": "11231234",
    "capabilities": ["SEND_MESSAGE"],
    "sessionDurationInMinutes": 30,
}

# What a shell makes of the page's own text.
AS_PRINTED = (
    "--roomIdentifier",
    "arn:aws:ivschat:us-west-2:12345689012:room/g1H2I3j4k5L6,",
    '--userId 11231234 \n--capabilities "SEND_MESSAGE", \n'
    "--sessionDurationInMinutes 30",
)

TCHARS = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|\+00:00)"


@verifies("SEED-01", "CLI-01")
def test_repaired_example_is_the_request_of_the_page(cli: CommandRuns) -> None:
    """Its four options are sent as the tables of the page describe them."""
    sends(cli.create(*EXAMPLE), MEMBERS)


@verifies("SEED-01")
def test_example_as_printed_is_illustrative_only(cli: CommandRuns) -> None:
    """Its options are none of the tables', and it cannot run."""
    refused(cli.create(*AS_PRINTED))
    accepted(cli.create(*EXAMPLE))


@verifies("SEED-01")
@pytest.mark.parametrize(
    "words",
    [
        case(EXAMPLE, name="options"),
        case(("--cli-input-json", json.dumps(MEMBERS)), name="document"),
    ],
)
def test_prose_says_how_long_token_and_session_last(
    cli: CommandRuns, ivschat_target: Target, words: tuple[str, ...]
) -> None:
    """The token is valid for a minute and the session for the 30 asked for, not 60."""
    before = ivschat_target.clock.now()
    answer = result(cli.ask(*words))
    after = ivschat_target.clock.now()

    for member, lasts in (
        ("tokenExpirationTime", timedelta(minutes=1)),
        ("sessionExpirationTime", timedelta(minutes=30)),
    ):
        issued = datetime.fromisoformat(answer[member]) - lasts
        assert before - TOLERANCE <= issued <= after + TOLERANCE, f"{member} is off"


@verifies("SEED-01")
def test_session_lasts_an_hour_unless_told(
    cli: CommandRuns, ivschat_target: Target
) -> None:
    """Without the option the session has the 60 minutes of the table."""
    before = ivschat_target.clock.now()
    answer = result(cli.ask(*EXAMPLE[:-2]))
    after = ivschat_target.clock.now()

    expires = datetime.fromisoformat(answer["sessionExpirationTime"])
    issued = expires - timedelta(minutes=60)
    assert before - TOLERANCE <= issued <= after + TOLERANCE, "the session is no hour"


@verifies("SEED-01")
def test_token_establishes_one_connection(
    cli: CommandRuns, ivschat_target: Target
) -> None:
    """The token that was printed opens a session that may send, and only one."""
    endpoint = ivschat_target.messaging_endpoint
    assert endpoint is not None, "the bundled server has no messaging API"
    token = result(cli.ask(*EXAMPLE))["token"]

    with websocket_client.connect(endpoint, token) as connection:
        connection.next_answer(connection.send("hello"))
        with pytest.raises(websocket_client.HandshakeRefusedError):
            websocket_client.connect(endpoint, token)


@verifies("SEED-08")
def test_output_has_the_three_members_only(
    cli: CommandRuns,
) -> None:
    """There is no `state`, which the page shows and no chat token has."""
    answer = result(cli.asked(*EXAMPLE))

    names = {"token", "tokenExpirationTime", "sessionExpirationTime"}
    assert set(answer) == names, "the members are not those of a chat token"


@verifies("SEED-08")
def test_token_is_of_tchars(cli: CommandRuns) -> None:
    """It can be a WebSocket subprotocol as it stands."""
    token = result(cli.asked(*EXAMPLE))["token"]

    assert re.fullmatch(TCHARS, token), "the token has other characters"


@verifies("SEED-08")
@pytest.mark.parametrize("member", ["tokenExpirationTime", "sessionExpirationTime"])
def test_times_are_iso_8601_in_utc(cli: CommandRuns, member: str) -> None:
    """A time ends in `Z` or in `+00:00`, as each version of AWS's command prints it."""
    time = result(cli.asked(*EXAMPLE))[member]

    assert re.fullmatch(TIME, time), f"{member} is no such text"


@verifies("SEED-08")
def test_room_of_the_example_is_the_servers(
    cli: CommandRuns, ivschat_target: Target
) -> None:
    """The account of 12 digits is served, and the page's own of 11 is no room."""
    assert ivschat_target.room == ROOM, "the server has another room"
    eleven = (EXAMPLE[0], ROOM.replace("123456789012", "12345689012"), *EXAMPLE[2:])

    done = cli.ask(*eleven)
    twin = cli.asked(*EXAMPLE)

    assert done.exit_code != 0, "exit code 0: it was not refused"
    accepted(twin)
