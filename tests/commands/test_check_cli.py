"""`ivschat-conformance check --cli`: a command line as the target."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

DEADLINE = 300  # seconds for a run that takes fifteen on an idle machine

IVSCHAT = str(Path(sys.executable).with_name("ivschat"))
WRONG = str(Path(__file__).parents[1] / "fixtures" / "wrong_command.py")

Done = subprocess.CompletedProcess[str]


def run(*words: str, cwd: Path, **environment: str) -> Done:
    """Run a Python module in a folder, with settings of AWS that lead nowhere."""
    return subprocess.run(
        [sys.executable, "-P", "-m", *words],
        cwd=cwd,
        env={
            **os.environ,
            "AWS_PROFILE": "nobody",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
            "AWS_REGION": "mars-1",
            "COLUMNS": "100",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def check(*arguments: str, cwd: Path) -> Done:
    """Run our command."""
    return run("ivschat_conformance", "check", *arguments, cwd=cwd)


def test_ivschat_is_conformant(tmp_path: Path) -> None:
    """Every MUST of its dialect is judged and none fails, by a hundred checks or more.

    Whatever its caller has set up for AWS.
    """
    done = check("--cli", shlex.quote(IVSCHAT), cwd=tmp_path)

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert done.stderr == ""
    assert "\nCONFORMANT: ivschat" in done.stdout
    assert "judged by the dialect of version 2" in done.stdout
    assert re.search(r"MUST +([0-9]+) of \1 passed \(100 %\), 100 % judg", done.stdout)
    checks = re.search(r"([0-9]+) checks in", done.stdout)
    assert checks is not None
    assert int(checks[1]) >= 100
    assert "not carried out" not in done.stdout


@pytest.mark.parametrize(
    ("wrong", "requirement", "selection"),
    [
        ("no-shorthand", "CLI-03", "test_attributes_in_shorthand"),
        ("document-is-decoded", "CLI-08", "test_binary_looking_value"),
        ("attributes-merge", "CLI-09", "test_option_replaces"),
        ("sample-sends", "CLI-18", "test_sample_output_is_printed"),
        ("exits-with-1", "CLI-22", "test_bad_parameter_is_told"),
        ("errors-on-stdout", "CLI-23", "test_mistakes_are_told"),
        ("lines-joined", "CLI-25", "test_bad_values_are_told"),
        ("state-in-the-output", "SEED-08", "test_output_has_the_three"),
    ],
)
def test_what_a_command_does_wrong_is_found(
    tmp_path: Path, wrong: str, requirement: str, selection: str
) -> None:
    """The requirement that it breaks fails, and no other."""
    command = shlex.join([sys.executable, WRONG, wrong, IVSCHAT])

    done = check("--cli", command, "-k", selection, cwd=tmp_path)

    assert done.returncode == 1, done.stdout[-4000:] + done.stderr[-2000:]
    failed = re.findall(r"(?m)^FAILED (\S+) \(MUST\)", done.stdout)
    assert failed == [requirement]


def test_failure_is_told_without_what_was_given(tmp_path: Path) -> None:
    """Arguments are there by their options, and the line that runs the check again."""
    command = shlex.join([sys.executable, WRONG, "document-wins", IVSCHAT])

    done = check("--cli", command, "-k", "test_option_overrides", cwd=tmp_path)

    assert done.returncode == 1, done.stdout[-4000:]
    assert "FAILED CLI-08 (MUST), 1 of 4 checks" in done.stdout
    assert "userId is sent otherwise than it was given" in done.stdout
    assert re.search(r"\$ create-chat-token --cli-input-json .input: ", done.stdout)
    assert "exit code 0" in done.stdout
    assert "document-user" not in done.stdout
    assert "option-user" not in done.stdout
    again = re.search(r"run this check again:\n +(pytest .+)", done.stdout)
    assert again is not None
    words = shlex.split(again[1])
    assert words[-2:] == ["--ivschat-cli", command]

    repeated = run(*words, "-p", "no:cacheprovider", cwd=tmp_path)
    assert "1 failed" in repeated.stdout, repeated.stdout[-2000:] + repeated.stderr
    assert "option-user" not in repeated.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["http://127.0.0.1:4570"], "judged by itself, so leave out a URL"),
        (
            ["--messaging-endpoint", "ws://127.0.0.1:4570"],
            "leave out --messaging-endpoint",
        ),
        (["--room", "lobby"], "leave out --room"),
        (["--region", "us-west-2"], "leave out --region"),
        (["--credential", "planted:planted"], "leave out --credential"),
    ],
)
def test_target_is_a_command_or_an_endpoint(
    tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    """Both at once are exit code 2, before anything is run."""
    done = check("--cli", "touch ran;", *arguments, cwd=tmp_path)

    assert done.returncode == 2, done.stdout + done.stderr
    assert sentence in done.stderr
    assert "planted" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        ("no-such-command-here", 2, "--cli: there is no command no-such-command-here"),
        ("aws 'x", 2, "--cli: a quotation mark is not closed"),
        (" ", 2, "--cli: give a command"),
        ("echo hello", 3, "no verdict: "),
        ("false", 3, "no verdict: "),
    ],
)
def test_what_cannot_be_judged_is_told(
    tmp_path: Path, command: str, code: int, sentence: str
) -> None:
    """A command that is not there is a mistake; one of another kind is no verdict."""
    done = check("--cli", command, cwd=tmp_path)

    assert done.returncode == code, done.stdout + done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_without_a_command_its_suites_are_not_there(tmp_path: Path) -> None:
    """A run against a server neither runs nor skips them."""
    done = check("-k", "test_command_line", cwd=tmp_path)

    assert done.returncode == 3, done.stdout
    assert "no check was selected" in done.stderr


@pytest.mark.parametrize(
    ("options", "collected"),
    [((), "test_routing.py"), (("--ivschat-cli", "ivschat"), "test_command_line_")],
)
def test_by_their_package_name_only_one_kind_is_collected(
    tmp_path: Path, options: tuple[str, ...], collected: str
) -> None:
    """`pytest --pyargs` takes the suites of servers, or those of command lines."""
    done = run(
        *("pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *options),
        *("--pyargs", "ivschat_conformance.suites"),
        cwd=tmp_path,
    )

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    files = {
        line.partition("::")[0] for line in done.stdout.splitlines() if "::" in line
    }
    assert any(collected in file for file in files)
    of_commands = {"test_command_line_" in file for file in files}
    assert of_commands == {bool(options)}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--ivschat-cli", "no-such-command-here"], "there is no command"),
        (["--ivschat-cli", "echo"], "has no command create-chat-token"),
        (["--ivschat-cli", "echo", "--ivschat-room", "x"], "--ivschat-room: "),
    ],
)
def test_pytest_itself_refuses_what_cannot_be_judged(
    tmp_path: Path, options: list[str], sentence: str
) -> None:
    """Before the first check, and in one sentence."""
    done = run(
        *("pytest", "-p", "no:cacheprovider", *options),
        *("--pyargs", "ivschat_conformance.suites"),
        cwd=tmp_path,
    )

    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
