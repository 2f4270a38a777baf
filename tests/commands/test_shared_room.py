"""`check URL --room ARN`: one room for all checks, and no failure because of that."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

if TYPE_CHECKING:
    from tests.conftest import Serve, Served

DEADLINE = 120  # seconds for a run that takes ten on an idle machine
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
WHERE_PEOPLE_CHAT = "ws_ or send_event"


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["serial", "parallel"])
def test_checks_that_share_a_room_fail_no_target(
    serve: "Serve", tmp_path: Path, workers: tuple[str, ...]
) -> None:
    """Its ten messages a second are there for each; the room stays as it was."""
    with serve("--room", ROOM) as served:
        before = room(served)
        done = subprocess.run(
            [
                *(sys.executable, "-P", "-m", "ivschat_conformance", "check"),
                *(served.endpoint, "--room", ROOM, "-k", WHERE_PEOPLE_CHAT, *workers),
            ],
            env={**os.environ, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        after = room(served)

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert re.search(r"[0-9]{3} checks in ", done.stdout)
    assert "failed" not in done.stdout
    assert after == before


def room(served: "Served") -> dict[str, object]:
    """Return all that is known of the room, as somebody else's client."""
    client = boto3.session.Session().client(
        "ivschat",
        endpoint_url=served.endpoint,
        region_name="us-west-2",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the fake's own
    )
    answer: dict[str, object] = client.get_room(identifier=ROOM)
    client.close()
    del answer["ResponseMetadata"]
    return answer
