"""AWS's own commands, held against what is demanded of a command line."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DEADLINE = 600  # seconds for what takes one to two minutes

# Where the AWS CLI is found, each of whichever version it may be.
PLACES = [
    str(Path(sys.executable).with_name("aws")),
    "/usr/bin/aws",
    "/usr/local/bin/aws",
]


def command_of_version(major: int) -> str:
    """Return the path of an AWS CLI of this major version, or skip."""
    for place in PLACES:
        if shutil.which(place):
            said = subprocess.run(
                [place, "--version"],
                capture_output=True,
                text=True,
                timeout=DEADLINE,
                check=False,
            )
            if f"aws-cli/{major}." in said.stdout + said.stderr:
                return place
    pytest.skip(f"version {major} of the AWS CLI is not installed")


@pytest.mark.parametrize("major", [1, 2])
def test_aws_command_line_is_conformant(tmp_path: Path, major: int) -> None:
    """No MUST fails: what is demanded is what AWS's own command was seen to do."""
    command = command_of_version(major)

    done = subprocess.run(
        [
            *(sys.executable, "-P", "-m", "ivschat_conformance", "check"),
            *("--cli", shlex.quote(command)),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert f"CONFORMANT: aws-cli/{major}." in done.stdout
    assert f"judged by the dialect of version {major}" in done.stdout
    assert re.search(r"MUST +([0-9]+) of \1 passed \(100 %\)", done.stdout)
