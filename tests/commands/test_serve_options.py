"""`ivschat-conformance serve`: which options it refuses and how, and its help.

In this process: a refused option starts no server.
"""

import re
import shlex
import socket
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from ivschat_conformance.__main__ import main
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.reference_impl.shells import foreground

FORMS = "write a URL such as http://127.0.0.1:8000/review, or module:function"
LOOPBACK = (
    "a URL must be plain http and on loopback, such as http://127.0.0.1:8000/review"
)
ARN = "arn:aws:ivschat:us-west-2:210987654321:room/g1H2I3j4k5L6"

LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"

Refuse = Callable[[str], str]


@pytest.fixture
def taken() -> Iterator[int]:
    """Return a port that somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def refuse(taken: int, capsys: pytest.CaptureFixture[str]) -> Refuse:
    """Run `serve` with options and return the one sentence with which it ends.

    The port is taken: an option that ought to be refused and is not starts no server.
    """

    def run(options: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["serve", "--port", str(taken), *shlex.split(options)])

        written = capsys.readouterr()
        assert ended.value.code == 2
        assert not written.out
        sentence = re.fullmatch(
            r"ivschat-conformance serve: error: (.+)\n", written.err
        )
        assert sentence, written.err
        return sentence[1]

    return run


def test_taken_port_is_one_sentence_and_exit_code_2(refuse: Refuse, taken: int) -> None:
    """It says which port, and what to do."""
    assert refuse("") == (
        f"port {taken} of 127.0.0.1 is taken: stop the program that listens there, or "
        "choose another with --port (--port 0 takes any free one)"
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--port x", "argument --port: write a whole number"),
        (
            "--port 65536",
            "there is no port 65536: choose 1 to 65535, or --port 0 for any",
        ),
        ("--host ''", "no host to listen on: give one, such as 127.0.0.1"),
        ("--token-lifetime 1.5", "argument --token-lifetime: write a whole number"),
        ("--token-lifetime 0", "token lifetime: use whole seconds, 1 or more"),
        (
            "--token-lifetime 86400000000000",
            "token lifetime: too long for any calendar; use fewer seconds",
        ),
        (
            "--credential test",
            "credential: write ID:SECRET, neither of them empty",
        ),
        (
            "--credential a/b:secret",
            "credential: access_key_id: give visible ASCII without a comma or a slash",
        ),
        (
            "--room 'a room'",
            "room: a name has 1 to 128 letters, digits, hyphens and underscores",
        ),
        (
            "--room Lobby --room Lobby",
            "room: each name or ARN can be given once",
        ),
        (
            f"--room {ARN} --region eu-west-1",
            "room: the ARN is of region us-west-2, the server of eu-west-1; "
            "set the region to us-west-2 or change the ARN",
        ),
        (
            "--clock noon",
            "clock: write `real`, or an instant; not a date and time of RFC 3339: "
            "write YYYY-MM-DDThh:mm:ss, then if you like a point and 1 to 9 digits, "
            "then Z or an offset such as +09:00",
        ),
        (
            "--clock 1969-12-31T23:59:59Z",
            "clock: the clock stays between 1970-01-01T00:00:00Z and "
            "9999-12-30T00:00:00Z; give an instant between these",
        ),
        (
            "--region US",
            "region, account id: use lower-case letters, digits and hyphens, as in "
            "us-west-2, and digits only, as in 123456789012",
        ),
        (
            "--account-id mine",
            "region, account id: use lower-case letters, digits and hyphens, as in "
            "us-west-2, and digits only, as in 123456789012",
        ),
        ("--review-handler ''", f"review handler: {FORMS}"),
        ("--review-handler handlers", f"review handler: {FORMS}"),
        ("--review-handler handlers:", f"review handler: {FORMS}"),
        ("--review-handler :review", f"review handler: {FORMS}"),
        ("--review-handler handlers:a:b", f"review handler: {FORMS}"),
        ("--review-handler localhost:8000", f"review handler: {FORMS}"),
        ("--review-handler https://127.0.0.1:8000/", f"review handler: {LOOPBACK}"),
        ("--review-handler http://chat.example/", f"review handler: {LOOPBACK}"),
        ("--review-handler http://127.0.0.1.example/", f"review handler: {LOOPBACK}"),
        ("--review-handler http://127.0.0.1@example/", f"review handler: {LOOPBACK}"),
        (
            "--review-handler nowhere_to_be_found.handlers:review",
            "review handler: there is no module nowhere_to_be_found.handlers, neither "
            "installed nor in the current directory",
        ),
        ("--frozen", "there is no option --frozen: see --help"),
        ("--token-life 60", "there is no option --token-life: see --help"),
        ("Lobby", "there is an argument too many: see --help"),
    ],
)
def test_bad_option_is_one_sentence_and_exit_code_2(
    refuse: Refuse, options: str, sentence: str
) -> None:
    """It says which option and what is allowed, or what to do."""
    assert refuse(options) == sentence


def review_handler(monkeypatch: pytest.MonkeyPatch, *options: str) -> Any:
    """Return what would review messages if `serve` were started like this."""
    cores: list[Any] = []
    monkeypatch.setattr(foreground, "run", lambda core, *_, **__: cores.append(core))

    assert main(["serve", *options]) == 0
    return cores[0].service.review_target(LAMBDA)


def test_no_review_handler_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rooms then do what their own fallback says."""
    assert review_handler(monkeypatch) is None


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8000/review?strict=1", "http://[::1]", "http://localhost:80/"],
)
def test_review_handler_may_be_a_loopback_url(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """It is taken as it is written, and not called yet."""
    assert review_handler(monkeypatch, "--review-handler", url) == url


def test_review_handler_may_be_a_function(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever Python can import."""
    assert review_handler(monkeypatch, "--review-handler", "copy:deepcopy") is deepcopy


@pytest.mark.parametrize(
    ("options", "start"),
    [
        ("--signatures maybe", "argument --signatures: invalid choice: 'maybe' (choo"),
        ("--dialect nobody", "no dialect 'nobody'; there is "),
        ("--mutant nobody", "no mutant 'nobody'; "),
    ],
)
def test_unknown_choice_is_told_the_choices(
    refuse: Refuse, options: str, start: str
) -> None:
    """Where there are few, the sentence lists them."""
    assert refuse(options).startswith(start)


@pytest.mark.parametrize(
    "options",
    [
        "--credential a/b:hidden",
        "--credential :hidden",
        "--credentials AKIDEXAMPLE:hidden",
        "--credentials=AKIDEXAMPLE:hidden",
        "--cred=AKIDEXAMPLE:hidden",
        "AKIDEXAMPLE:hidden",
    ],
)
def test_refused_credential_is_not_repeated(refuse: Refuse, options: str) -> None:
    """Whatever was wrong with it, the sentence says nothing of the secret."""
    assert "hidden" not in refuse(options)


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ("--host 127.0.0.1", 200),
        ("--host localhost", 200),
        ("--host ::1", 200),
        ("--host 127.0.0.1 --no-control", 400),
        ("--host 0.0.0.0", 400),
        ("--host chat.example", 400),
        ("--host 0.0.0.0 --control", 200),
    ],
)
def test_control_api_is_served_on_loopback_or_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, options: str, status: int
) -> None:
    """Whoever reaches it moves the clock: no other machine does, unless asked for."""
    found = []

    def answer(core: Any, *_: object, **__: object) -> None:
        request = HttpRequest("GET", "/_control/clock", (), b"")
        found.append(core.answer(request, datetime(2020, 1, 2, tzinfo=UTC)))

    monkeypatch.setattr(foreground, "run", answer)

    assert main(["serve", "--signatures", "ignore", *options.split()]) == 0
    assert [reply.response.status for reply in found] == [status]


def test_help_fits_a_terminal_and_names_every_option(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """80 columns hold it."""
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--help"])

    written = capsys.readouterr().out
    assert ended.value.code == 0
    assert max(map(len, written.splitlines())) <= 80
    assert re.findall(r"^  (--[a-z-]+)", written, re.MULTILINE) == [
        "--host",
        "--port",
        "--region",
        "--account-id",
        "--token-lifetime",
        "--credential",
        "--signatures",
        "--room",
        "--clock",
        "--control",
        "--review-handler",
        "--state",
        "--log-directory",
        "--tls",
        "--dialect",
        "--mutant",
    ]
