"""`check --target`: claims that hold, that do not, and files that are wrong."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.partial_emulator import partial_emulator

if TYPE_CHECKING:
    from tests.conftest import Serve

DEADLINE = 120  # seconds for a run that takes a few on an idle machine


class Checked:
    """What `check` left: exit code, what it wrote, and the report."""

    def __init__(self, *arguments: str, file: str, folder: Path, **more: str) -> None:
        path = folder / "target.toml"
        path.write_text(file)
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "IVSCHAT_"))
        }
        report = folder / "report.json"
        done = subprocess.run(
            [
                *(sys.executable, "-P", "-m", "ivschat_conformance", "check"),
                *("--target", str(path), "--json", str(report), *arguments),
            ],
            cwd=folder,
            env={**clean, "HOME": str(folder), "COLUMNS": "100", **more},
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        self.code = done.returncode
        self.out = " ".join(done.stdout.split())
        self.err = done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        written = report.read_text() if report.exists() else "{}"
        self.report: dict[str, Any] = json.loads(written)

    def outcomes(self, feature: str) -> set[str]:
        """Return how the selected requirements that need a feature came out."""
        from ivschat_conformance.schemas.requirements import (  # noqa: PLC0415
            load_requirements,
        )

        registry = load_requirements()
        return {
            outcome
            for check in self.report["checks"]
            for name, outcome in [(check["requirements"][0], check["outcome"])]
            if registry[name].feature == feature
        }


@pytest.fixture(scope="module")
def partial() -> Iterator[str]:
    """Give an emulator of two operations."""
    with partial_emulator() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def served(serve: "Serve") -> Iterator[str]:
    """Give the reference implementation in another process."""
    with serve() as running:
        yield running.endpoint


def file_of(endpoint: str, *claims: str) -> str:
    """Return a target file with these claims."""
    lines = ["[target]", 'name = "Ours"', f'endpoint = "{endpoint}"']
    return "\n".join([*lines, "[target.features]", *claims, ""])


def test_quota_that_is_declared_is_judged(served: str, tmp_path: Path) -> None:
    """No check of it is passed over, as it is where nothing declares a quota."""
    done = Checked(
        *("-k", "quota"),
        file=file_of(
            served,
            "control_plane = true",
            'clock = "control"',
            "logging_configuration_quota = 10",
        ),
        folder=tmp_path,
    )

    assert done.code == 0, done.out + done.err
    assert {check["outcome"] for check in done.report["checks"]} == {"passed"}
    assert len(done.report["checks"]) == 3
    assert done.report["target"]["name"] == "Ours"


def test_feature_that_is_not_claimed_is_not_applicable(
    served: str, tmp_path: Path
) -> None:
    """The report names the line that would have it judged."""
    done = Checked(
        *("-k", "signatures_accepted or handshake_accepted"),
        file=file_of(served, "signatures = true"),
        folder=tmp_path,
    )

    assert done.code == 0, done.out + done.err
    assert done.report["target"]["claimed"] == ["signatures"]
    assert done.outcomes("signatures") == {"passed"}
    assert done.outcomes("messaging") == {"not applicable"}
    assert any("messaging = true" in text for text in done.report["warnings"])


@pytest.mark.parametrize(
    ("claims", "outcomes"),
    [(["token_lifetime_seconds = 90"], {"passed"}), ([], {"passed", "failed"})],
)
def test_lifetime_that_is_declared_is_what_tokens_are_held_to(
    serve: "Serve", tmp_path: Path, claims: list[str], outcomes: set[str]
) -> None:
    """A server of 90 s passes if it says so, and not where it is held to 60."""
    with serve("--token-lifetime", "90") as running:
        done = Checked(
            *("-k", "as_long_as_the_target_declares"),
            file=file_of(running.endpoint, *claims),
            folder=tmp_path,
        )

    assert {check["outcome"] for check in done.report["checks"]} == outcomes


def test_partial_emulator_is_judged_by_what_it_claims(
    partial: str, tmp_path: Path
) -> None:
    """The shape of its tokens is right, and what it does not claim does not count."""
    done = Checked(
        *("-k", "chat_token_answer or signatures_refused"),
        file=file_of(partial),
        folder=tmp_path,
    )

    assert done.code in {0, 1}
    assert done.report["target"]["claimed"] == []
    rows = {row["id"]: row["outcome"] for row in done.report["requirements"]}
    assert rows["SIG-01"] == "not applicable"
    assert rows["WS-CONN-01"] == "not applicable"


def test_partial_emulator_that_claims_more_fails_by_it(
    partial: str, tmp_path: Path
) -> None:
    """What is claimed and not there fails; it is not passed over as not tested."""
    done = Checked(
        *("-k", "test_review.py or signatures_refused"),
        file=file_of(partial, "signatures = true", "review_handler = true"),
        folder=tmp_path,
    )

    assert done.code == 1, done.out + done.err
    assert "handlers that the control API maps: claimed, but not there" in done.out
    assert done.outcomes("review_handler") == {"failed"}
    assert "failed" in done.outcomes("signatures")


@pytest.mark.parametrize(
    ("file", "arguments", "environment", "code", "sentence"),
    [
        (
            file_of("http://127.0.0.1:1", "mesaging = true"),
            [],
            {},
            2,
            "line 5: [target.features] has no `mesaging`; did you mean `messaging`?",
        ),
        (file_of("http://127.0.0.1:1"), [], {}, 3, "http://127.0.0.1:1 cannot be"),
        (
            file_of("http://127.0.0.1:1"),
            [],
            {"IVSCHAT_ENDPOINT": "http://127.0.0.1:2"},
            3,
            "http://127.0.0.1:2 cannot",
        ),
        (
            file_of("http://127.0.0.1:1"),
            ["http://127.0.0.1:3"],
            {"IVSCHAT_ENDPOINT": "http://127.0.0.1:2"},
            3,
            "http://127.0.0.1:3 cannot",
        ),
        (file_of("http://127.0.0.1:1"), ["--cli", "aws"], {}, 2, "leave out --target"),
    ],
)
def test_what_cannot_be_judged_is_told_at_once(
    tmp_path: Path,
    file: str,
    arguments: list[str],
    environment: dict[str, str],
    *,
    code: int,
    sentence: str,
) -> None:
    """A typo is exit 2, with its line and the likely word; nobody there is exit 3."""
    done = Checked(*arguments, file=file, folder=tmp_path, **environment)

    assert done.code == code
    assert sentence in done.err
