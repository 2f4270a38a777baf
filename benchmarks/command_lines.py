"""What one command line takes: ours beside AWS's, from the prompt to the next one."""

import os
import shutil
from collections.abc import Iterator
from time import perf_counter
from unittest.mock import patch

from figures import Row, Target, Unit
from plans import Plan, Samples
from programs import output
from servers import HOST, ours, program

BESIDE = "AWS's command"

_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-west-2",
    "AWS_DEFAULT_REGION": "us-west-2",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


def measure_command_line(plan: Plan) -> list[Row]:
    """Time `create-chat-token`, signed and answered, in turns."""
    taken = Samples()
    theirs = dict(_commands_of_aws())
    with ours() as server, patch.dict(os.environ, _ENVIRONMENT):
        room = server.perform("CreateRoom", {})["arn"]
        words = (
            *("create-chat-token", "--room-identifier", room, "--user-id", "user-1"),
            *("--endpoint-url", f"http://{HOST}:{server.port}"),
        )
        for number in range(-1, plan.command_lines):
            for name, command in (("ours", (program("ivschat"),)), *theirs.items()):
                begun = perf_counter()
                output((*command, *words))
                if number >= 0:  # the first of each warms the disk's cache
                    taken.add(name, (perf_counter() - begun) * 1_000)
    return [
        Row(
            f"`create-chat-token`, beside {name}",
            Unit.MILLISECONDS,
            taken["ours"],
            taken[name],
            Target("ratio", 2, "under half of it"),
            BESIDE,
        )
        for name in theirs
    ]


def _commands_of_aws() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield version 1, beside this Python, and the system's, if that is version 2."""
    yield "version 1", (program("aws"), "ivschat")
    system = shutil.which("aws", path=os.defpath)
    if system and output((system, "--version")).startswith("aws-cli/2."):
        yield "version 2", (system, "ivschat")
