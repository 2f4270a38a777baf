"""The options of create-chat-token: each reaches its member (contract.md CLI-01 to 07).

What is sent is read by a recording server; beside each refusal stands the same command
line without the defect, accepted.
"""

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

BODY = {"roomIdentifier": ROOM, "userId": USER}
"""What the required options alone come to."""


@verifies("CLI-01")
def test_required_options_alone_are_sent_alone(cli: CommandRuns) -> None:
    """Two options make a request of two members."""
    sends(cli.create(*REQUIRED), BODY)


@verifies("CLI-01")
@pytest.mark.parametrize(
    ("words", "member"),
    [
        case(
            ["--capabilities", "SEND_MESSAGE"],
            {"capabilities": ["SEND_MESSAGE"]},
            name="capabilities",
        ),
        case(
            ["--session-duration-in-minutes", "30"],
            {"sessionDurationInMinutes": 30},
            name="session-duration-in-minutes",
        ),
        case(
            ["--attributes", "displayName=DemoUser"],
            {"attributes": {"displayName": "DemoUser"}},
            name="attributes",
        ),
    ],
)
def test_option_reaches_its_member(
    cli: CommandRuns, words: list[str], member: dict[str, Any]
) -> None:
    """A kebab-case option is the member of the same words, in the type of the model."""
    sends(cli.create(*REQUIRED, *words), BODY | member)


@verifies("CLI-01")
def test_all_options_together_make_one_request(cli: CommandRuns) -> None:
    """Their order on the command line does not matter."""
    done = cli.create(
        *("--attributes", "displayName=DemoUser,color=red"),
        *("--session-duration-in-minutes", "30"),
        *("--user-id", USER),
        *("--capabilities", "SEND_MESSAGE", "DELETE_MESSAGE"),
        *("--room-identifier", ROOM),
    )

    sends(
        done,
        BODY
        | {
            "capabilities": ["SEND_MESSAGE", "DELETE_MESSAGE"],
            "sessionDurationInMinutes": 30,
            "attributes": {"displayName": "DemoUser", "color": "red"},
        },
    )


@verifies("CLI-01")
@pytest.mark.parametrize(
    ("words", "missing"),
    [
        case(["--user-id", USER], ["--room-identifier"], name="no-room-identifier"),
        case(["--room-identifier", ROOM], ["--user-id"], name="no-user-id"),
        case([], ["--room-identifier", "--user-id"], name="neither"),
    ],
)
def test_required_option_cannot_be_left_out(
    cli: CommandRuns, words: list[str], missing: list[str]
) -> None:
    """What is missing is named by its option, and nothing is sent."""
    refused(cli.create(*words), *missing)
    accepted(cli.create(*REQUIRED))


@verifies("CLI-01")
@pytest.mark.parametrize(
    "words",
    [
        case(["--roomIdentifier", ROOM, "--user-id", USER], name="roomIdentifier"),
        case(["--room-identifier", ROOM, "--userId", USER], name="userId"),
        case([*REQUIRED, "--sessionDurationInMinutes", "30"], name="sessionDuration"),
        case([*REQUIRED, "--session_duration_in_minutes", "30"], name="snake-case"),
        case([*REQUIRED, "--capability", "SEND_MESSAGE", "--x", "y"], name="no-option"),
        case([*REQUIRED, "SEND_MESSAGE"], name="stray-word"),
    ],
)
def test_other_spellings_are_no_options(cli: CommandRuns, words: list[str]) -> None:
    """Neither the members' own names nor words that belong to no option are taken."""
    refused(cli.create(*words))
    accepted(cli.create(*REQUIRED))


@verifies("CLI-01")
@pytest.mark.parametrize(
    "user",
    [
        case("Ünïcode ✓", name="not-ascii"),
        case("😀👍🏽", name="beyond-the-basic-plane"),
        case("two words, and a comma", name="words"),
        case('it\'s "quoted" \\ slashed /', name="quotes"),
        case('{"a": 1}', name="looks-like-json"),
        case("null", name="looks-like-null"),
        case("007", name="looks-like-a-number"),
        case("a=b,c=d", name="looks-like-shorthand"),
    ],
)
def test_user_id_is_any_text(cli: CommandRuns, user: str) -> None:
    """It arrives code point by code point, always as a string."""
    done = cli.create("--room-identifier", ROOM, "--user-id", user)

    sends(done, {"roomIdentifier": ROOM, "userId": user})


@verifies("CLI-01")
@pytest.mark.parametrize("minutes", [1, 60, 180])
def test_session_duration_is_sent_as_a_number(cli: CommandRuns, minutes: int) -> None:
    """The member is an integer, whatever the text of the option."""
    done = cli.create(*REQUIRED, "--session-duration-in-minutes", str(minutes))

    sends(done, BODY | {"sessionDurationInMinutes": minutes})


@verifies("CLI-01")
@pytest.mark.parametrize("text", ["half-an-hour", "1.5", "PT30M"])
def test_session_duration_is_an_integer(cli: CommandRuns, text: str) -> None:
    """What is none is refused before anything is sent."""
    refused(cli.create(*REQUIRED, "--session-duration-in-minutes", text))
    accepted(cli.create(*REQUIRED, "--session-duration-in-minutes", "60"))


@verifies("CLI-03")
@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        case("displayName=DemoUser", {"displayName": "DemoUser"}, name="one"),
        case("color=red,shape=round", {"color": "red", "shape": "round"}, name="two"),
        case("name=Ünï ✓", {"name": "Ünï ✓"}, name="not-ascii-value"),
        case("name=two words", {"name": "two words"}, name="space-in-a-value"),
        case("count=1,flag=true", {"count": "1", "flag": "true"}, name="only-strings"),
    ],
)
def test_attributes_in_shorthand(
    cli: CommandRuns, text: str, attributes: dict[str, str]
) -> None:
    """Pairs of key and value, parted by commas, are a map of strings."""
    done = cli.create(*REQUIRED, "--attributes", text)

    sends(done, BODY | {"attributes": attributes})


@verifies("CLI-03")
@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        case('{"displayName":"DemoUser"}', {"displayName": "DemoUser"}, name="one"),
        case(
            '{ "color": "red",\n  "shape": "round" }',
            {"color": "red", "shape": "round"},
            name="spread-out",
        ),
        case('{"a b": "x,y=z"}', {"a b": "x,y=z"}, name="what-shorthand-cannot-say"),
        case('{"name": "\\u00dc 😀"}', {"name": "Ü 😀"}, name="escaped-or-not"),
        case('{"empty": ""}', {"empty": ""}, name="empty-value"),
        case("{}", {}, name="none"),
    ],
)
def test_attributes_in_json(
    cli: CommandRuns, text: str, attributes: dict[str, str]
) -> None:
    """A JSON object is sent as the map that it is."""
    done = cli.create(*REQUIRED, "--attributes", text)

    sends(done, BODY | {"attributes": attributes})


@verifies("CLI-07")
@pytest.mark.parametrize(
    ("words", "capabilities"),
    [
        case(["SEND_MESSAGE"], ["SEND_MESSAGE"], name="send"),
        case(["DISCONNECT_USER"], ["DISCONNECT_USER"], name="disconnect"),
        case(["DELETE_MESSAGE"], ["DELETE_MESSAGE"], name="delete"),
        case(
            ["DELETE_MESSAGE", "SEND_MESSAGE"],
            ["DELETE_MESSAGE", "SEND_MESSAGE"],
            name="two-in-their-order",
        ),
        case(
            ["SEND_MESSAGE", "DISCONNECT_USER", "DELETE_MESSAGE"],
            ["SEND_MESSAGE", "DISCONNECT_USER", "DELETE_MESSAGE"],
            name="three",
        ),
        case(['["SEND_MESSAGE"]'], ["SEND_MESSAGE"], name="json-of-one"),
        case(
            ['["SEND_MESSAGE", "DELETE_MESSAGE"]'],
            ["SEND_MESSAGE", "DELETE_MESSAGE"],
            name="json-of-two",
        ),
        case(["[]"], [], name="json-of-none"),
        case([], [], name="no-value"),
        case(
            ["SEND_MESSAGE,DELETE_MESSAGE"],
            ["SEND_MESSAGE,DELETE_MESSAGE"],
            name="a-comma-does-not-part",
        ),
    ],
)
def test_capabilities_are_words_or_json(
    cli: CommandRuns, words: list[str], capabilities: list[str]
) -> None:
    """Every word is an item, and a JSON list is the list that it is."""
    done = cli.create(*REQUIRED, "--capabilities", *words)

    sends(done, BODY | {"capabilities": capabilities})
