"""Message review handlers are asked, and what they answer is told.

They have more time here than they have, so that a busy machine fails no test.
"""

import json
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.reference_impl.core.review import NO_ANSWER

if TYPE_CHECKING:
    from tests.adapters.conftest import AnswerOf, Serve

ALLOW = {"ReviewResult": "ALLOW", "Content": "Héllo", "Attributes": {"a": "b"}}
SURPLUS = b'{"hidden": "hidden"}'

pytestmark = pytest.mark.usefixtures("long_time")


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Return an answer of HTTP."""
    lines = (f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", "")
    return "\r\n".join(lines).encode() + body


def listens_at(host: str) -> bool:
    """Return whether this machine has the address."""
    with suppress(OSError), socket.create_server((host, 0), family=socket.AF_INET6):
        return True
    return False


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        pytest.param(
            "::1", marks=pytest.mark.skipif(not listens_at("::1"), reason="no IPv6")
        ),
    ],
)
def test_url_is_posted_the_document(
    program: "Serve", answer_of: "AnswerOf", document: dict[str, Any], host: str
) -> None:
    """As JSON, on a connection of its own; a body of JSON is the answer."""
    with program(http(json.dumps(ALLOW).encode()), host=host) as handler:
        assert answer_of(f"{handler.url}/review?strict=1") == ALLOW

    [(first, headers, posted)] = handler.requests
    assert first == "POST /review?strict=1 HTTP/1.1"
    assert headers["content-type"] == "application/json"
    assert headers["host"] == handler.url.removeprefix("http://")
    assert headers["connection"] == "close"
    assert posted == document


def test_url_without_a_path_is_asked_at_its_root(
    program: "Serve", answer_of: "AnswerOf"
) -> None:
    """HTTP has no empty path."""
    with program(http(b"{}")) as handler:
        assert answer_of(handler.url) == {}

    assert handler.requests[0][0] == "POST / HTTP/1.1"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_url_without_a_port_means_port_80(
    answer_of: "AnswerOf", monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Of an address of IPv6, too, whose end could be taken for a port."""
    asked = []

    def refuse(address: object, *_: object) -> None:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)

    assert answer_of(f"http://[{host}]/" if ":" in host else f"http://{host}/") is (
        NO_ANSWER
    )
    assert asked == [(host, 80)]


@pytest.mark.parametrize(
    "reply",
    [
        http(SURPLUS, "500 Internal Server Error"),
        http(SURPLUS, "201 Created"),
        http(b"", "204 No Content"),
        http(b"<p>hidden</p>"),
        http(b'"\xff"'),
        http(b""),
        http(SURPLUS)[:-1],
        http(b'"' + b"x" * 65_535 + b'"'),
        http(b"[" * 60_000),
        b"hidden\r\n\r\n",
        b"",
    ],
    ids=lambda reply: repr(reply[:40]),
)
def test_url_that_answers_anything_else_gives_no_answer(
    program: "Serve",
    answer_of: "AnswerOf",
    reply: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What is wrong is logged, and nothing of what was said."""
    with program(reply) as handler:
        assert answer_of(handler.url) is NO_ANSWER

    assert caplog.messages[0].startswith("a message review handler failed: ")
    assert "hidden" not in caplog.text


def test_answer_of_64_kib_is_still_read(
    program: "Serve", answer_of: "AnswerOf"
) -> None:
    """The next byte is one too many."""
    text = "x" * 65_534
    with program(http(json.dumps(text).encode())) as handler:
        assert answer_of(handler.url) == text


def test_redirect_is_not_followed(program: "Serve", answer_of: "AnswerOf") -> None:
    """It could lead away from this machine."""
    with program(b"") as handler:
        handler.reply = http(b"", "307 Temporary Redirect", f"Location: {handler.url}/")

        assert answer_of(handler.url) is NO_ANSWER

    assert len(handler.requests) == 1


def test_proxy_of_the_environment_is_not_asked(
    program: "Serve", answer_of: "AnswerOf", monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message never leaves this machine."""
    monkeypatch.delenv("no_proxy", raising=False)
    with program(b"") as proxy, program(http(b"{}")) as handler:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("HTTP_PROXY", proxy.url)

        assert answer_of(handler.url) == {}

    assert not proxy.requests


@pytest.mark.parametrize("path", ["/a b", "/ü"])
def test_url_that_cannot_be_asked_gives_no_answer(
    program: "Serve", answer_of: "AnswerOf", path: str
) -> None:
    """The server goes on; so it does where nobody listens."""
    with program(http(b"{}")) as handler:
        assert answer_of(handler.url + path) is NO_ANSWER

    assert answer_of(handler.url) is NO_ANSWER


def test_function_is_given_a_copy_and_its_value_is_the_answer(
    answer_of: "AnswerOf", document: dict[str, Any]
) -> None:
    """It may do with the document as it likes."""
    given = []

    def handler(given_document: Mapping[str, Any]) -> object:
        given.append(json.dumps(given_document))
        given_document["Sender"].clear()
        return ALLOW

    before = json.dumps(document)

    assert answer_of(handler) == ALLOW
    assert [*given, json.dumps(document)] == [before, before]


class Unspeakable(dict[str, object]):
    """What JSON could write, if it did not fail at being asked."""

    def items(self) -> Any:
        """Fail."""
        raise LookupError("hidden")


def fail(error: BaseException) -> object:
    """Raise what is given."""
    raise error


@pytest.mark.parametrize(
    ("value", "error", "place"),
    [
        (lambda: fail(KeyError("hidden")), "KeyError", __file__),
        (lambda: fail(SystemExit("hidden")), "SystemExit", __file__),
        (lambda: {"Content": {"hidden"}}, "TypeError", json.encoder.__file__),
        (lambda: Unspeakable(hidden=1), "LookupError", __file__),
    ],
)
def test_function_that_fails_gives_no_answer(
    answer_of: "AnswerOf",
    value: Callable[[], object],
    error: str,
    place: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The exception's type and place are logged, its text is not."""
    assert answer_of(lambda _document: value()) is NO_ANSWER

    [written] = caplog.messages
    assert written.startswith(f"a message review handler failed: {error} at /")
    assert f"{place}:" in written.rpartition(", ")[2]
    assert "hidden" not in caplog.text
