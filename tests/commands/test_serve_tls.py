"""`serve --tls` in another process, and real clients that are told whom to trust."""

import json
import os
import shlex
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
import requests
from websockets.sync.client import connect

if TYPE_CHECKING:
    from tests.commands.conftest import Aws
    from tests.conftest import Serve, Served

DEADLINE = 60
AWS_V2 = Path("/usr/bin/aws")

MODULES = """
import sys
from ivschat_conformance.__main__ import main
from ivschat_conformance.reference_impl.shells import foreground
foreground.run = lambda *_, **__: print(
    *(name for name in sys.modules if name.endswith((".certificates", "pty.x509")))
)
main(["serve", *sys.argv[1:]])
"""
UNWRITABLE = """
import sys, tempfile
from ivschat_conformance.__main__ import main
tempfile.tempdir = sys.argv[1]
main(["serve", "--tls"])
"""


@pytest.fixture(scope="module")
def served(serve: "Serve") -> "Iterator[Served]":
    """Run a server with TLS and one room."""
    with serve("--tls", "--room", "Lobby") as running:
        yield running


@pytest.fixture
def environment(
    served: "Served",
    isolation: None,  # noqa: ARG001 - comes first
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Do what the lines on stderr say."""
    for line in served.stderr.splitlines():
        if line.startswith("  export "):
            name, _, value = shlex.split(line)[1].partition("=")
            monkeypatch.setenv(name, value)


def test_first_line_says_whom_to_trust(served: "Served") -> None:
    """Both endpoints are encrypted, and `caBundle` is a file of PEM."""
    port = served.endpoint.rpartition(":")[2]
    bundle = served.first_line["caBundle"]

    assert served.endpoint == f"https://127.0.0.1:{port}"
    assert served.first_line["messagingEndpoint"] == f"wss://127.0.0.1:{port}"
    assert Path(bundle).read_text(encoding="ascii").startswith("-----BEGIN CERTIFI")
    for name in ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"):
        assert f"  export {name}={bundle}\n" in served.stderr


def test_nothing_stays_behind(serve: "Serve") -> None:
    """The folder of the bundle goes with the server."""
    with serve("--tls") as served:
        folder = Path(served.first_line["caBundle"]).parent
        assert folder.is_dir()

    assert not folder.exists()


@pytest.mark.parametrize("host", ["localhost", "::1"])
def test_bound_host_is_in_the_certificate(serve: "Serve", host: str) -> None:
    """Whatever the loopback is called, the URL that is announced can be trusted."""
    with serve("--tls", "--host", host) as served:
        answer = requests.get(
            f"{served.endpoint}/_control/clock",
            verify=served.first_line["caBundle"],
            timeout=DEADLINE,
        )

    assert answer.status_code == 200


def test_without_the_option_nobody_pays(tmp_path: Path) -> None:
    """Certificates are not even imported, and no temporary folder is made."""
    asked, not_asked = (
        subprocess.run(
            [sys.executable, "-c", MODULES, *options],
            env=os.environ | {"TMPDIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=True,
        ).stdout.split()
        for options in (["--tls"], [])
    )

    assert asked != []
    assert not_asked == []
    assert [*tmp_path.iterdir()] == []


def test_no_place_for_the_bundle_is_one_sentence(tmp_path: Path) -> None:
    """It says what to set."""
    ended = subprocess.run(
        [sys.executable, "-c", UNWRITABLE, str(tmp_path / "absent")],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )

    assert ended.returncode == 2
    assert ended.stderr == (
        "ivschat-conformance serve: error: tls: no temporary folder for the "
        "certificate (No such file or directory): set TMPDIR to a folder that can be "
        "written\n"
    )


@pytest.mark.usefixtures("environment")
def test_boto3_goes_the_whole_way(served: "Served") -> None:
    """With what was pasted and no argument."""
    client = boto3.session.Session().client("ivschat")
    room = client.get_room(identifier=served.rooms["Lobby"])
    token = client.create_chat_token(roomIdentifier=room["arn"], userId="ann")
    client.close()

    assert room["name"] == "Lobby"
    assert token["token"]


@pytest.mark.usefixtures("environment")
def test_aws_cli_goes_the_whole_way(served: "Served", aws: "Aws") -> None:
    """Version 1, which knows the endpoint from the environment."""
    read = aws("get-room", "--identifier", served.rooms["Lobby"])

    assert json.loads(read.stdout)["name"] == "Lobby"


@pytest.mark.usefixtures("environment")
@pytest.mark.skipif(not AWS_V2.exists(), reason="version 2 of the AWS CLI is absent")
def test_aws_cli_v2_goes_the_whole_way(served: "Served") -> None:
    """Version 2, which trusts the bundle and has to be told the endpoint."""
    read = subprocess.run(
        [
            *(AWS_V2, "ivschat", "get-room", "--endpoint-url", served.endpoint),
            *("--identifier", served.rooms["Lobby"]),
        ],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )

    assert read.returncode == 0, read.stderr
    assert json.loads(read.stdout)["name"] == "Lobby"


@pytest.mark.usefixtures("environment")
def test_websockets_chats_over_wss(served: "Served") -> None:
    """OpenSSL's own variable is enough for Python's other clients."""
    client = boto3.session.Session().client("ivschat")
    token = client.create_chat_token(
        roomIdentifier=served.rooms["Lobby"],
        userId="ann",
        capabilities=["SEND_MESSAGE"],
    )["token"]
    client.close()

    with connect(
        served.first_line["messagingEndpoint"],
        subprotocols=[token],
        ssl=ssl.create_default_context(),
    ) as ann:
        ann.send(json.dumps({"Action": "SEND_MESSAGE", "Content": "Grüezi"}))
        heard = json.loads(ann.recv(DEADLINE))

    assert heard["Content"] == "Grüezi"
