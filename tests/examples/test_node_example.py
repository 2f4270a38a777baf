"""The JavaScript example, run as its reader would run it."""

import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.examples.conftest import OpenExample

EXAMPLE = Path(__file__).parents[2] / "examples" / "node"

SKIPS_HOURS = """
import { CreateChatTokenCommand, IvschatClient } from "@aws-sdk/client-ivschat";
import { createRoom } from "./chat_token.mjs";
import { advance } from "./control_api.mjs";

const client = new IvschatClient();
const roomIdentifier = await createRoom(client);
for (let calls = 0; calls < 3; calls++) {
  const command = new CreateChatTokenCommand({ roomIdentifier, userId: "ann" });
  console.log((await client.send(command)).tokenExpirationTime.toISOString());
  await advance(61 * 60);
}
"""

pytestmark = [
    pytest.mark.skipif(shutil.which("npm") is None, reason="Node.js is not installed"),
    pytest.mark.skipif(
        not (EXAMPLE / "node_modules" / "amazon-ivs-chat-messaging").is_dir(),
        reason="the example's packages are not installed: npm ci in examples/node",
    ),
]


def test_the_backend_gets_a_token_and_does_not_print_it(
    open_example: "OpenExample",
) -> None:
    """JavaScript reads both times as dates: a minute and an hour after the call."""
    with open_example(EXAMPLE, "--clock", "2020-01-02T03:04:05Z") as example:
        ended = example.run("node chat_token.mjs")

    assert ended.returncode == 0, ended.stderr
    assert re.fullmatch(
        r"token of [0-9]{3} characters\n"
        r"opens a connection until 2020-01-02T03:05:05\.000Z\n"
        r"which lasts until 2020-01-02T04:04:05\.000Z\n",
        ended.stdout,
    )


def test_a_visitor_hears_what_it_said(open_example: "OpenExample") -> None:
    """AWS's messaging SDK joins a room, sends a message, gets it back and leaves."""
    with open_example(EXAMPLE) as example:
        ended = example.run("node chat_room.mjs")

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "Visitor: Hello, everybody\n"


def test_the_examples_own_tests_pass(open_example: "OpenExample") -> None:
    """AWS's two SDKs find what they look for, in good and in bad cases.

    After the ERROR 401 at a session's end the messaging one connects again with a new
    token, by itself (WS-ERR-16).
    """
    with open_example(EXAMPLE) as example:
        ended = example.run("npm test -- --test-reporter=tap")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "# fail 0" in ended.stdout
    assert "# skipped 0" in ended.stdout
    assert "# pass 35" in ended.stdout


def test_the_backend_goes_on_after_hours_have_been_skipped(
    open_example: "OpenExample",
) -> None:
    """The same client, though the server's clock is years and hours from its own."""
    with open_example(EXAMPLE, "--clock", "2030-01-01T00:00:00Z") as example:
        ended = example.run(f"node --input-type=module -e {shlex.quote(SKIPS_HOURS)}")

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == [
        "2030-01-01T00:01:00.000Z",
        "2030-01-01T01:02:00.000Z",
        "2030-01-01T02:03:00.000Z",
    ]


def test_both_sdks_work_over_tls(open_example: "OpenExample") -> None:
    """Node needs NODE_EXTRA_CA_CERTS, and nothing in the code."""
    with open_example(EXAMPLE, "--tls") as example:
        token = example.run("node chat_token.mjs")
        chat = example.run("node chat_room.mjs")

    assert token.returncode == 0, token.stderr
    assert chat.returncode == 0, chat.stderr
    assert chat.stdout == "Visitor: Hello, everybody\n"
