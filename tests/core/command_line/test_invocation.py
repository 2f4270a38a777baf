"""Words become an operation and its parameters, or are refused."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivschat_conformance.reference_impl.core.command_line.global_options import Output
from ivschat_conformance.reference_impl.core.command_line.invocation import (
    Invocation,
    Page,
    interpret,
)
from ivschat_conformance.reference_impl.core.command_line.refusals import (
    CommandLineError,
    ExitCode,
    UsageError,
)

if TYPE_CHECKING:
    from tests.core.command_line.conftest import Read, Refused

TOKEN = ("create-chat-token", "--room-identifier", "r", "--user-id", "u")


@pytest.mark.parametrize(
    ("words", "member", "value"),
    [
        (("--capabilities", "A", "B"), "capabilities", ["A", "B"]),
        (("--capabilities",), "capabilities", []),
        (("--capabilities", "A,B"), "capabilities", ["A,B"]),
        (("--capabilities", ' ["A", "B"]'), "capabilities", ["A", "B"]),
        (("--capabilities", '["A"', "B"), "capabilities", ['["A"', "B"]),
        (("--capabilities", "-5", "-a b"), "capabilities", ["-5", "-a b"]),
        (("--capabilities=",), "capabilities", [""]),
        (
            ("--capabilities", "file://capabilities.json"),
            "capabilities",
            ["SEND_MESSAGE"],
        ),
        (("--cap", "A"), "capabilities", ["A"]),
        (("--session-duration-in-minutes", "30"), "sessionDurationInMinutes", 30),
        (("--session-duration-in-minutes", " +1_0 "), "sessionDurationInMinutes", 10),
        (("--attributes", "a=1,b=2"), "attributes", {"a": "1", "b": "2"}),
        (("--attributes", '{"a": "1", "b": ""}'), "attributes", {"a": "1", "b": ""}),
        (("--attributes", "{}"), "attributes", {}),
        (("--attributes", "file://attributes"), "attributes", {"a": "1", "b": "2"}),
        (("--attributes", "a=1", "--attributes", "b=2"), "attributes", {"b": "2"}),
        (("--user-id", "-5"), "userId", "-5"),
        (("--user-id=--x",), "userId", "--x"),
        (("--user-id", "-"), "userId", "-"),
        (("--user-id", "help"), "userId", "help"),
        (("--user-id", "file://user.txt"), "userId", "Zoë\n"),
        (("--user-id", "file:user.txt"), "userId", "file:user.txt"),
        (("--user-id", '{"a":1}'), "userId", '{"a":1}'),
    ],
)
def test_option_gives_its_member(
    read: "Read", words: tuple[str, ...], member: str, value: Any
) -> None:
    """Each option's text becomes what is sent, as AWS's command sends it."""
    assert read(*TOKEN, *words).parameters[member] == value


def test_global_options_stand_before_or_after_the_operation(read: "Read") -> None:
    """Where an option of all operations stands makes no difference."""
    words = (
        "--region",
        "r",
        "--output=yaml",
        "--no-sign-request",
        "--endpoint",
        "http://x",
    )

    before, after = read(*words, *TOKEN), read(*TOKEN, *words)

    assert before.options == after.options
    assert before.options.region == "r"
    assert before.options.output is Output.YAML
    assert before.options.endpoint_url == "http://x"
    assert not before.options.signs


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((), "the following arguments are required: operation"),
        (("bogus",), "argument operation: Invalid choice"),
        (("create-chat-tokens",), "  * create-chat-token"),
        (("CreateChatToken",), "argument operation: Invalid choice"),
        (
            ("create-chat-token",),
            "the following arguments are required: --room-identifier, --user-id",
        ),
        (
            ("create-chat-token", "--user-id", "u"),
            "the following arguments are required: --room-identifier",
        ),
        ((*TOKEN, "--bogus", "x"), "Unknown options: --bogus, x"),
        ((*TOKEN, "--attributes", "a=1", "b=2"), "Unknown options: b=2"),
        ((*TOKEN, "--", "x"), "Unknown options: x"),
        ((*TOKEN, "--", "--user-id", "x"), "Unknown options: --user-id, x"),
        ((*TOKEN, "--user-id"), "argument --user-id: expected one argument"),
        ((*TOKEN, "--user-id", "-x"), "argument --user-id: expected one argument"),
        ((*TOKEN, "--no-sign-request=x"), "argument --no-sign-request:"),
        ((*TOKEN, "--output", "table"), "argument --output: Invalid choice"),
        ((*TOKEN, "--c", "x"), "ambiguous option: --c could match --ca-bundle"),
        (
            (*TOKEN, "--cli-input", "{}"),
            "could match --cli-input-json, --cli-input-yaml",
        ),
        (
            (*TOKEN, "--cli-input-json", "{}", "--cli-input-yaml", "{}"),
            "Only one --cli-input- parameter may be specified.",
        ),
        (
            (*TOKEN, "--generate-cli-skeleton", "yaml-output"),
            "argument --generate-cli-skeleton: Invalid choice",
        ),
    ],
)
def test_words_that_make_no_command_are_refused(
    refused: "Refused", words: tuple[str, ...], text: str
) -> None:
    """A usage error says what is missing, unknown or ambiguous, and is 252."""
    error = refused(*words)

    assert isinstance(error, UsageError)
    assert error.exit_code == 252
    assert text in str(error)


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (
            ("--user-id", "", "--session-duration-in-minutes", "0"),
            [
                "Parameter validation failed:",
                "Invalid length for parameter userId, value: 0, valid min length: 1 "
                "(--user-id)",
                "Invalid value for parameter sessionDurationInMinutes, value: 0, valid "
                "min value: 1 (--session-duration-in-minutes)",
            ],
        ),
        (
            ("--attributes", '{"a": 1}', "--capabilities", '["A", null]'),
            [
                "Parameter validation failed:",
                "Invalid type for parameter capabilities[1], value: None, type: <class "
                "'NoneType'>, valid types: <class 'str'> (--capabilities)",
                "Invalid type for parameter attributes.a, value: (not shown), type: "
                "<class 'int'>, valid types: <class 'str'> (--attributes)",
            ],
        ),
        (
            ("--session-duration-in-minutes", "x", "--attributes", "a"),
            [
                "Error parsing parameter '--session-duration-in-minutes': invalid "
                "literal for int() with base 10: 'x'",
                "Error parsing parameter '--attributes': Expected: '=', received: "
                "'EOF' at character 2",
            ],
        ),
        (
            ("--user-id", "file://none"),
            [
                "Error parsing parameter '--user-id': Unable to load paramfile "
                "file://none: [Errno 2] No such file or directory: 'none'"
            ],
        ),
        (
            ("--user-id", "file://latin.txt"),
            [
                "Error parsing parameter '--user-id': Unable to load paramfile "
                "(latin.txt), text contents could not be decoded: it is not UTF-8"
            ],
        ),
        (
            ("--capabilities", "[A]"),
            [
                "Error parsing parameter '--capabilities': Invalid JSON: Expecting "
                "value: line 1 column 2 (char 1)"
            ],
        ),
        (
            ("--attributes", "[]"),
            [
                "Error parsing parameter '--attributes': Invalid JSON: expecting an "
                "object"
            ],
        ),
        (
            ("--session-duration-in-minutes", "9" * 5_000),
            [
                "Error parsing parameter '--session-duration-in-minutes': too many "
                "digits"
            ],
        ),
        (
            ("--endpoint-url", "x"),
            [
                'Bad value for --endpoint-url "x": scheme is missing.  Must be of the '
                "form http://<hostname>/ or https://<hostname>/"
            ],
        ),
        (
            ("--cli-read-timeout", "-1"),
            [
                "Error parsing parameter '--cli-read-timeout': give whole seconds, "
                "such as 60; 0 for no limit"
            ],
        ),
    ],
)
def test_values_that_the_service_never_takes_are_refused(
    refused: "Refused", words: tuple[str, ...], lines: list[str]
) -> None:
    """All mistakes of a step are told at once, each with its option, and it is 252."""
    error = refused(*TOKEN, *words)

    assert str(error).splitlines() == lines
    assert error.exit_code == ExitCode.USAGE


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            ("create-logging-configuration", "--destination-configuration", "{}"),
            "Must set one of the following keys for tagged union structure "
            "destinationConfiguration: s3, cloudWatchLogs, firehose. "
            "(--destination-configuration)",
        ),
        (
            (
                "create-logging-configuration",
                "--destination-configuration",
                "s3={bucketName=abc},firehose={deliveryStreamName=d}",
            ),
            "Invalid number of parameters set for tagged union structure "
            "destinationConfiguration. Can only set one of the following keys: "
            "s3, cloudWatchLogs, firehose. (--destination-configuration)",
        ),
        (
            (
                "create-logging-configuration",
                "--destination-configuration",
                "s3={bucketName=x}",
            ),
            "Invalid length for parameter destinationConfiguration.s3.bucketName, "
            "value: 1, valid min length: 3 (--destination-configuration)",
        ),
        (
            ("create-logging-configuration", "--destination-configuration", "s3={}"),
            'Missing required parameter in destinationConfiguration.s3: "bucketName" '
            "(--destination-configuration)",
        ),
        (
            ("create-room", "--message-review-handler", "uri=a,bogus=1"),
            'Unknown parameter in messageReviewHandler: "bogus", must be one of: uri, '
            "fallbackResult (--message-review-handler)",
        ),
        (
            ("create-room", "--tags", "=b"),
            "Invalid length for parameter tags (key: ), value: 0, valid min length: 1 "
            "(--tags)",
        ),
        (
            ("untag-resource", "--resource-arn", "a", "--tag-keys", ""),
            "Invalid length for parameter tagKeys[0], value: 0, valid min length: 1 "
            "(--tag-keys)",
        ),
        (
            ("list-rooms", "--max-results", "0"),
            "Invalid value for parameter maxResults, value: 0, valid min value: 1 "
            "(--max-results)",
        ),
    ],
)
def test_other_operations_are_checked_by_their_schemas(
    refused: "Refused", words: tuple[str, ...], line: str
) -> None:
    """Unions, nested members, keys of maps and entries of lists are looked at."""
    assert str(refused(*words)).splitlines() == ["Parameter validation failed:", line]


@pytest.mark.parametrize(
    "words",
    [
        (*TOKEN, "--capabilities", "BOGUS", "--session-duration-in-minutes", "181"),
        (*TOKEN, "--user-id", "u" * 129, "--attributes", f"a={'x' * 1_025}"),
        ("get-room", "--identifier", "no-arn"),
        ("create-room", "--name", "", "--message-review-handler", "fallbackResult=X"),
        ("list-rooms", "--next-token", "", "--max-results", "51"),
    ],
)
def test_maxima_enums_and_patterns_are_the_servers_business(
    read: "Read", words: tuple[str, ...]
) -> None:
    """What only the server refuses is sent."""
    assert read(*words).parameters


def test_place_in_shorthand_is_shown_unless_it_is_sensitive(refused: "Refused") -> None:
    """Tags are repeated with a caret below the place; attributes are not."""
    shown = refused("create-room", "--tags", "a b=secret")
    hidden = refused(*TOKEN, "--attributes", "a b=secret")

    assert str(shown).endswith("received: 'b' for input:\na b=secret\n  ^")
    assert "secret" not in str(hidden)


@given(st.lists(st.one_of(st.text(max_size=8), st.sampled_from(TOKEN)), max_size=8))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_words_are_too_strange(words: list[str]) -> None:
    """Whatever the words, there is a call, a page or a refusal."""

    def read_file(path: str) -> bytes:
        raise FileNotFoundError(path)

    with suppress(CommandLineError):
        assert isinstance(interpret(words, read_file, "ivschat/1"), (Invocation, Page))


@pytest.mark.parametrize("place", [0, 1, 5])
def test_version_is_asked_for_anywhere(page: Callable[..., str], place: int) -> None:
    """--version prints the version and nothing is missing."""
    words = [*TOKEN]
    words.insert(place, "--version")

    assert page(*words) == "ivschat/1\n"
