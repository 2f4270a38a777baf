"""`ivschat-conformance check`: three ways to one verdict, and the exit codes."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivschat_conformance.schemas.requirements import Level, load_requirements

if TYPE_CHECKING:
    from tests.conftest import Serve

DEADLINE = 120  # seconds for a run that takes a few on an idle machine


def run(*arguments: str, cwd: Path, **environment: str) -> "Done":
    """Run a Python module in a folder, with no AWS settings but the given ones."""
    clean = {name: value for name, value in os.environ.items() if name[:4] != "AWS_"}
    done = subprocess.run(
        [sys.executable, "-P", "-m", *arguments],
        cwd=cwd,
        env={**clean, "HOME": str(cwd), "COLUMNS": "100", **environment},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


class Done:
    """What a command left: its exit code and what it wrote."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def figures(self) -> list[str]:
        """The lines of the verdict, without the time it took."""
        lines = self.out.rpartition("\n\n")[2].splitlines()[:4]
        return [re.sub(r" in [0-9.]+ s|: .*, edition", "", line) for line in lines]

    @property
    def figures_without_a_quota(self) -> list[str]:
        """The same, had the target not declared its quota: its rows do not apply."""
        figures = self.figures
        for at, level in ((1, Level.MUST), (2, Level.SHOULD)):
            rows = [
                row
                for row in load_requirements().values()
                if row.feature == "logging_configuration_quota" and row.level is level
            ]
            found = re.search(r"([0-9]+) of \1 passed", figures[at])
            assert found is not None
            left = int(found[1]) - len(rows)
            figures[at] = figures[at].replace(found[0], f"{left} of {left} passed")
        return figures


def check(*arguments: str, cwd: Path, **environment: str) -> Done:
    """Run our command."""
    return run("ivschat_conformance", "check", *arguments, cwd=cwd, **environment)


@pytest.fixture(scope="module")
def endpoint(serve: "Serve") -> Iterator[str]:
    """Give a server in another process."""
    with serve() as served:
        yield served.endpoint


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Give the run against the bundled reference implementation."""
    return check(cwd=tmp_path_factory.mktemp("bundled"))


def test_bundled_reference_is_conformant(bundled: Done) -> None:
    """Every MUST is judged and none fails; there is no word on stderr."""
    assert bundled.code == 0, bundled.out[-3000:] + bundled.err[-3000:]
    assert "CONFORMANT: the bundled reference implementation" in bundled.out
    assert "failed" not in bundled.out
    assert re.search(
        r"MUST +([0-9]+) of \1 passed \(100 %\), 100 % judged", bundled.out
    )
    assert bundled.err == ""


def test_workers_of_their_own_servers_get_the_same_verdict(
    bundled: Done, tmp_path: Path
) -> None:
    """With `-n` each worker has a bundled server, and the figures are the same."""
    done = check("-n", "2", cwd=tmp_path)

    assert done.code == 0, done.out[-3000:] + done.err[-3000:]
    assert done.figures == bundled.figures


@pytest.mark.parametrize("workers", [(), ("-n", "4")], ids=["serial", "parallel"])
def test_server_in_another_process_gets_the_same_verdict(
    bundled: Done, endpoint: str, tmp_path: Path, workers: tuple[str, ...]
) -> None:
    """The same figures, over the control API's clock, however many workers share it.

    But for the quota of logging configurations, which no probe can find.
    """
    done = check(endpoint, *workers, cwd=tmp_path)

    assert done.code == 0, done.out[-3000:] + done.err[-3000:]
    assert done.figures == bundled.figures_without_a_quota
    assert "does not claim logging_configuration_quota" in " ".join(done.out.split())


def test_clock_of_the_target_is_given_back(endpoint: str, tmp_path: Path) -> None:
    """After a run the target's time is real again."""
    import requests  # noqa: PLC0415

    check(endpoint, "-k", "chat_token_times", cwd=tmp_path)

    state = requests.get(f"{endpoint}/_control/clock", timeout=10).json()
    assert state["mode"] == "real"


def test_suites_judge_the_same_by_their_package_name(
    bundled: Done, endpoint: str, tmp_path: Path
) -> None:
    """`pytest --pyargs`, from a folder of anybody's, runs the same checks.

    Those of the quota alone are skipped, with their reason.
    """
    checks = re.search(r"([0-9]+) checks", bundled.out)
    assert checks is not None

    done = run(
        *(
            "pytest",
            "-q",
            "-rs",
            "-p",
            "no:cacheprovider",
            "--ivschat-endpoint",
            endpoint,
        ),
        *("--pyargs", "ivschat_conformance.suites"),
        cwd=tmp_path,
    )

    assert done.code == 0, done.out[-3000:]
    ended = re.search(r"([0-9]+) passed, ([0-9]+) skipped in", done.out)
    assert ended is not None, done.out[-3000:]
    assert int(ended[1]) + int(ended[2]) == int(checks[1])
    skipped = [line for line in done.out.splitlines() if line.startswith("SKIPPED")]
    assert skipped
    assert all("claim logging_configuration_quota" in line for line in skipped)


def test_failed_must_is_exit_code_1_and_is_told(serve: "Serve", tmp_path: Path) -> None:
    """The report names the requirement, what was sent, and how to see it again."""
    with serve("--mutant", "session-duration-181-accepted") as served:
        done = check(served.endpoint, "-k", "session_duration", cwd=tmp_path)

    assert done.code == 1
    assert "FAILED TOKEN-REQ-09 (MUST), 1 of 7 checks" in done.out
    assert "CreateChatToken was answered 200, not 400" in done.out
    assert '"sessionDurationInMinutes":181' in done.out
    assert "curl --aws-sigv4" in done.out
    assert "pytest --pyargs 'ivschat_conformance.suites.test_chat_token_mem" in done.out
    assert "NOT CONFORMANT" in done.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ftp://127.0.0.1"], "endpoint: give an http or https URL"),
        (["http://192.0.2.1:4570"], "no credentials to sign with: give --credential"),
        (["http://127.0.0.1:4570", "--credential", "id"], "--credential: give an"),
        (["-n", "0"], "give a number of processes, 1 or more"),
        (["--region", "Mars"], "--region: a region is small letters"),
        (["--room", "lobby"], "--room: "),
        (["--bogus"], "--bogus"),
    ],
)
def test_what_cannot_be_run_is_exit_code_2(
    tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    """One sentence says which option, and what is allowed."""
    done = check(*arguments, cwd=tmp_path)

    assert done.code == 2, done.out + done.err
    assert sentence in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_target_that_is_not_there_is_exit_code_3(tmp_path: Path) -> None:
    """No verdict: nothing was asked, and no check pretends otherwise."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        done = check(f"http://127.0.0.1:{port}", cwd=tmp_path)

    assert done.code == 3
    assert "no verdict" in done.err
    assert "the connection was refused" in done.err
    assert done.out == ""


def test_selection_of_nothing_is_exit_code_3(tmp_path: Path) -> None:
    """No check is no verdict."""
    done = check("-k", "no_such_check", cwd=tmp_path)

    assert done.code == 3
    assert "no check was selected" in done.err


def test_environment_of_a_vendor_does_not_bend_the_verdict(tmp_path: Path) -> None:
    """Neither pytest's variables nor a settings file in the folder are read."""
    tmp_path.joinpath("pytest.ini").write_text(
        "[pytest]\npython_files = *_spec.py\naddopts = --maxfail=1 -x\n"
    )
    tmp_path.joinpath("conftest.py").write_text("raise RuntimeError\n")

    done = check(
        *("-k", "chat_token_answer"),
        cwd=tmp_path,
        PYTEST_ADDOPTS="--collect-only",
        PYTEST_PLUGINS="no_such_plugin",
    )

    assert done.code == 0, done.out + done.err
    assert "TOKEN-RESP" in done.out


def test_what_follows_two_dashes_goes_to_pytest(tmp_path: Path) -> None:
    """Pytest's own output comes along, and the report after it."""
    done = check("-k", "chat_token_answer", "--", "-v", cwd=tmp_path)

    assert done.code == 0
    assert "test_answer_has_no_state PASSED" in done.out
    assert "TOKEN-RESP" in done.out


def test_real_time_is_judged_and_what_would_wait_is_said(
    serve: "Serve", tmp_path: Path
) -> None:
    """A target without the control API passes; no check is passed over in silence."""
    with serve("--no-control") as served:
        done = check(served.endpoint, "-k", "chat_token_times", cwd=tmp_path)

    assert done.code == 0, done.out[-3000:] + done.err[-3000:]
    assert "42 of them not carried out: time would have to pass" in done.out
