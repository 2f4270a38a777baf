"""`ivschat` and version 1 of the AWS CLI send the same, or both refuse.

Both run in this process, with what would send replaced. What they may do otherwise is
listed here by name, and nothing else is.
"""

import contextlib
import io
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import awscli
import pytest
from awscli.clidriver import create_clidriver
from botocore.awsrequest import AWSResponse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ivschat_conformance.reference_impl.core.command_line.service_answers import (
    WireAnswer,
)
from ivschat_conformance.reference_impl.core.command_line.shapes import (
    Kind,
    kebab_case,
    load_shape,
    option_name,
)
from ivschat_conformance.reference_impl.shells import command_line
from ivschat_conformance.schemas.operations import load_operations

if TYPE_CHECKING:
    from ivschat_conformance.reference_impl.core.command_line.wire_requests import (
        WireRequest,
    )

EXAMPLES = int(os.environ.get("IVSCHAT_EXAMPLES", "120"))
"""A command line of AWS's takes 50 ms here: more were tried when this was written."""

Words = Sequence[str]


@dataclass(slots=True)
class Sent:
    """What a command line sent, in all its attempts: method, target and body."""

    requests: list[tuple[str, str, Any]] = field(default_factory=list)

    def add(self, method: str, url: str, body: bytes | str | None) -> None:
        """Keep a request; an empty query is none."""
        parts = urlsplit(url)
        target = f"{parts.netloc}{parts.path}?{parts.query}"
        self.requests.append((method, target, json.loads(body) if body else None))


class Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        """Yield all of it."""
        yield self.read()


@pytest.fixture(autouse=True)
def environment(isolation: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    """Set what both commands read, and what AWS's set for itself at its import."""
    data = Path(awscli.__file__).parent / "data"
    monkeypatch.setenv("AWS_DATA_PATH", str(data))
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


def by_ivschat(words: Words) -> tuple[bool, Sent]:
    """Return whether our command accepted the words, and what it sent."""
    sent = Sent()

    def call(request: "WireRequest", *_: object) -> WireAnswer:
        sent.add(request.method, request.url, request.body)
        return WireAnswer(200, {}, b"{}")

    return _run(lambda: command_line.main(words, call)), sent


def by_aws(words: Words) -> tuple[bool, Sent]:
    """Return whether AWS's command accepted the words, and what it sent."""
    sent = Sent()

    def before_send(request: Any, **_: Any) -> AWSResponse:
        sent.add(request.method, request.url, request.body)
        headers: Any = {"Content-Type": "application/json"}
        return AWSResponse(request.url, 200, headers, Raw(b"{}"))

    driver = create_clidriver()
    driver.session.register_component("data_loader", _loader())
    driver.session.register("before-send.ivschat", before_send)
    return _run(lambda: driver.main(["ivschat", *words])), sent


@cache
def _loader() -> Any:
    """Return what has read the service's data: reading it again takes longest."""
    return create_clidriver().session.get_component("data_loader")


def _run(command: Callable[[], int]) -> bool:
    silent = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="replace")
    with contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent):
        try:
            return command() == 0
        except SystemExit as error:  # AWS's usage errors
            return error.code == 0


def agree(words: Words) -> None:
    """Hold both to the same."""
    assert by_ivschat(words) == by_aws(words)


KEY = st.text("ab-_.#/: é", max_size=3)
PIECE = st.text("ab ,=\"'\\[]{}\n\tü", max_size=6)
SHORTHAND = st.one_of(
    st.text("ab=,\"'\\[]{} ", max_size=14),
    st.lists(st.builds("{}={}".format, KEY, PIECE), max_size=3).map(",".join),
)
TEXT = st.text(max_size=5).filter(lambda text: "\x00" not in text)
SCALAR = st.one_of(st.none(), st.booleans(), st.integers(-2, 200), st.floats(), TEXT)
VALUE = st.recursive(
    SCALAR,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(TEXT, inner, max_size=2)
    ),
    max_leaves=4,
)
MEMBERS = (
    "roomIdentifier",
    "userId",
    "capabilities",
    "sessionDurationInMinutes",
    "attributes",
    "bogus",
)
DOCUMENT = st.one_of(
    st.dictionaries(st.sampled_from(MEMBERS), VALUE, max_size=4).map(json.dumps),
    VALUE.map(json.dumps),
    st.text('{}[]":,a1 ', max_size=8),
)
WORD = st.one_of(st.text("-ab5. ", max_size=4), TEXT)
NUMBER = st.one_of(st.integers(-3, 300).map(str), st.text("0159+-_. x٣", max_size=4))

OPTION = st.one_of(
    st.tuples(st.sampled_from(("--room-identifier", "--user-id", "--user")), WORD),
    st.tuples(st.just("--attributes"), SHORTHAND),
    st.tuples(st.just("--attributes"), VALUE.map(json.dumps)),
    st.tuples(st.sampled_from(("--session-duration-in-minutes", "--session")), NUMBER),
    st.lists(WORD, max_size=3).map(lambda words: ("--capabilities", *words)),
    st.tuples(st.just("--cli-input-json"), DOCUMENT),
    st.tuples(st.sampled_from(("--region", "--no-sign-request", "--bogus"))),
    st.tuples(st.just("--region"), st.sampled_from(("us-east-1", "eu-west-1"))),
    st.tuples(WORD),
)
BOTH = ("--room-identifier", "arn", "--user-id", "u")
COMMAND = st.builds(
    lambda first, options: [
        "create-chat-token",
        *first,
        *(word for option in options for word in option),
    ],
    st.sampled_from(((), BOTH, BOTH, BOTH)),
    st.lists(OPTION, max_size=4),
)

KNOWN = {
    "a key with @ in it": re.compile("@"),
    "a value of http(s)://, which version 1 fetches": re.compile("https?://"),
    "fileb://, which gives bytes": re.compile("fileb://"),
}
"""What version 1 alone does: version 2 has neither, and we follow version 2.

None is made here but by chance; bytes are no values of this service.
"""


def is_known(words: Words) -> bool:
    """Say whether a word has to do with what the two may do otherwise."""
    return any(known.search(word) for word in words for known in KNOWN.values())


@given(COMMAND.filter(lambda words: not is_known(words)))
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(["create-chat-token", *BOTH, "--attributes", "a=1,,b=2"])
@example(["create-chat-token", *BOTH, "--attributes", "a=x,\\,y=1"])
@example(["create-chat-token", *BOTH, "--attributes", "a=x,\"b,c='\" '"])
@example(["create-chat-token", *BOTH, "--attributes", "a=x,b\\,y=1"])
@example(["create-chat-token", *BOTH, "--capabilities", "-5", "- a"])
@example(["create-chat-token", *BOTH, "--session", "٣"])
def test_create_chat_token_is_sent_alike(words: list[str]) -> None:
    """Whatever the words, both commands send the same request, or both refuse."""
    agree(words)


DESTINATION = st.sampled_from(
    (
        "s3={bucketName=abc}",
        "s3={bucketName=ab}",
        "s3={ bucketName = 'a,b' },firehose={}",
        "cloudWatchLogs={logGroupName=/a/b,bogus=1}",
        '{"firehose": {"deliveryStreamName": "d"}}',
        '{"s3": null}',
        "uri=a,b",
        "uri=,fallbackResult=X",
        "{}",
    )
)
BY_KIND = {
    Kind.STRING: st.one_of(st.just("arn:x/y"), WORD).map(lambda word: (word,)),
    Kind.INTEGER: NUMBER.map(lambda number: (number,)),
    Kind.LIST: st.lists(WORD, max_size=2).map(tuple),
    Kind.MAP: SHORTHAND.map(lambda text: (text,)),
    Kind.STRUCTURE: st.one_of(DESTINATION, SHORTHAND).map(lambda text: (text,)),
}


@st.composite
def other_commands(draw: st.DrawFn) -> list[str]:
    """Draw a command line of any operation, most often with what it requires."""
    operation = draw(st.sampled_from([*load_operations().values()]))
    shape = load_shape(operation.request)
    words = [kebab_case(operation.name)]
    for member, within in shape.members.items():
        often = member in shape.required
        if draw(st.integers(0, 9)) < (9 if often else 4):
            words += [option_name(member), *draw(BY_KIND[within.kind])]
    return words


@given(other_commands().filter(lambda words: not is_known(words)))
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_other_operations_are_sent_alike(words: list[str]) -> None:
    """What has no code of its own is sent as AWS's command sends it, too."""
    agree(words)
