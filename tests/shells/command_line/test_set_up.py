"""Where `ivschat` takes region and credentials from, and what it needs neither for."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.shells.command_line.conftest import (
    OK,
    SECRET,
    TOKEN,
    Ended,
    Endpoint,
)


def test_profile_files_give_region_and_credentials(
    endpoint: Endpoint, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under ~/.aws, or where the environment says that they are."""
    endpoint.answers += [OK, OK]
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text("[profile x]\nregion = eu-west-1\n")
    (folder / "credentials").write_text(
        f"[x]\naws_access_key_id = filed\naws_secret_access_key = {SECRET}\n"
    )
    monkeypatch.delenv("AWS_REGION")

    run(*TOKEN, "--endpoint-url", endpoint.url, "--profile", "x")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    run(*TOKEN, "--endpoint-url", endpoint.url, "--profile", "x")

    [(_, _, fields, _)] = endpoint.requests  # of the second there is none
    assert "Credential=filed/" in fields["authorization"]
    assert "/eu-west-1/ivschat/" in fields["authorization"]


@pytest.mark.parametrize("botocore", ["installed", "missing"])
def test_lack_of_credentials_is_told(
    run: Any, monkeypatch: pytest.MonkeyPatch, botocore: str
) -> None:
    """In AWS's words and with 253, whether or not botocore's chain could be asked."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    if botocore == "missing":
        monkeypatch.setitem(sys.modules, "botocore.session", None)

    assert run(*TOKEN) == Ended(
        253,
        "",
        "\nUnable to locate credentials. You can configure credentials by running "
        '"aws configure".\n',
    )


def test_lack_of_a_region_is_told(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 253."""
    monkeypatch.delenv("AWS_REGION")

    ended = run(*TOKEN)

    assert ended.code == 253
    assert ended.stderr.startswith("\nYou must specify a region.")


def test_rest_of_the_chain_is_botocores(
    endpoint: Endpoint, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that prints credentials is one of its ways; its failure is told."""
    endpoint.answers.append(OK)
    printed = {"Version": 1, "AccessKeyId": "asked", "SecretAccessKey": SECRET}
    (tmp_path / "printed").write_text(json.dumps(printed))
    config = tmp_path / "config"
    config.write_text(
        f"[profile good]\ncredential_process = cat {tmp_path}/printed\n"
        f"[profile bad]\ncredential_process = cat {tmp_path}/{SECRET}\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))

    good = run(*TOKEN, "--endpoint-url", endpoint.url, "--profile", "good")
    bad = run(*TOKEN, "--endpoint-url", endpoint.url, "--profile", "bad")

    assert (good.code, bad.code) == (0, 253)
    assert "Credential=asked/" in endpoint.requests[0][2]["authorization"]
    assert "cannot be had" in bad.stderr


def test_usage_error_shows_the_usage(run: Any) -> None:
    """Where to look, then what is wrong; on stderr alone."""
    ended = run("create-chat-token")

    assert (ended.code, ended.stdout) == (252, "")
    assert ended.stderr == (
        "\nusage: ivschat [options] <operation> [parameters]\n"
        "To see help text, you can run:\n\n"
        "  ivschat help\n  ivschat <operation> help\n\n"
        "ivschat: error: the following arguments are required: --room-identifier, "
        "--user-id\n"
    )


def test_sample_output_needs_no_credentials_and_follows_output(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent; the form and the query are as of a real result."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_REGION")
    words = (*TOKEN, "--generate-cli-skeleton", "output")

    assert run(*words, "--output", "yaml").stdout.startswith("token: token\n")
    assert run(*words, "--query", "token").stdout == '"token"\n'
