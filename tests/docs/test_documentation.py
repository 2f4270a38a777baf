"""The documentation says what is so: its commands exist and its tables are complete."""

import argparse
import importlib
import itertools
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from ivschat_conformance.fixtures import baseline
from ivschat_conformance.schemas.requirements import load_requirements

if TYPE_CHECKING:
    from tests.conftest import Serve

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "examples").glob("*/README.md")),
]
NODE = ROOT / "examples" / "node"
DEADLINE = 60  # seconds for what takes one on an idle machine
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"  # of the pages
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def parser_of(command: str) -> argparse.ArgumentParser:
    """Return the command line of one of our commands."""
    module = importlib.import_module(f"ivschat_conformance.commands.{command}")
    parser: argparse.ArgumentParser = module.parser()
    return parser


def blocks(language: str) -> list[str]:
    """Return every code block of a language, in all pages."""
    return [
        text
        for page in PAGES
        for found, text in BLOCK.findall(page.read_text(encoding="utf-8"))
        if found == language
    ]


def texts(value: object) -> Iterator[str]:
    """Yield every text in a document of YAML."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for row in value:
            yield from texts(row)
    elif isinstance(value, str):
        yield value


def own_commands() -> list[str]:
    """Return every line of a shell block, or a job of CI, that calls our command."""
    jobs = [text for block in blocks("yaml") for text in texts(yaml.safe_load(block))]
    shell = [*blocks("sh"), *jobs]
    lines = [line for block in shell for line in block.splitlines()]
    return [line for line in lines if line.startswith("ivschat-conformance ")]


@pytest.mark.parametrize("line", own_commands())
def test_command_in_the_documentation_is_one_that_exists(line: str) -> None:
    """Every option that a page names is an option of the command."""
    _, command, *arguments = shlex.split(line)

    ours = list(itertools.takewhile(lambda word: word != "--", arguments))
    options = parser_of(command).parse_args(ours)

    assert isinstance(options, argparse.Namespace)


@pytest.mark.parametrize("command", ["check"])
def test_table_of_options_is_complete(command: str) -> None:
    """The table has every option that the help has."""
    page = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    helped = set(re.findall(r"^  (--?[a-z-]+)", parser_of(command).format_help(), re.M))

    missing = {option for option in helped if f"| `{option}" not in page}

    assert missing == {"-h"}


@pytest.mark.parametrize(
    "block",
    [block for block in blocks("toml") if f"[{baseline.TABLE}]" in block],
    ids=lambda block: block.split()[0],
)
def test_baseline_in_the_documentation_is_one(block: str) -> None:
    """Every entry of it can be read and is about something that there is."""
    entries = baseline.read(block, "ci.md").entries

    for entry in entries:
        file, _, test = (entry.test or "").partition("::")
        function = f"def {test.partition('[')[0]}("
        assert (
            entry.requirement in load_requirements()
            or function in (ROOT / "suites" / file).read_text()
        )
    assert len(entries) > 1


@pytest.mark.parametrize("block", blocks("yaml"), ids=lambda block: block.split()[0])
def test_job_in_the_documentation_gates_and_keeps_its_reports(block: str) -> None:
    """Each job has our command once, and uploads every file that it writes."""
    rows = [text.split() for text in texts(yaml.safe_load(block))]
    (command,) = [row for row in rows if row[:2] == ["ivschat-conformance", "check"]]
    uploaded = {word for row in rows if row is not command for word in row}

    assert "--baseline" in command
    for option in ("--json", "--html", "--junit", "--badge"):
        assert command[command.index(option) + 1] in uploaded


def test_every_source_of_a_requirement_is_explained() -> None:
    """A key that stands in the registry stands in docs/sources.md too."""
    page = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    explained = {
        key.strip()
        for row in re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE)
        for key in row.split(",")
    }

    used = {key for row in load_requirements().values() for key in row.sources}

    assert {key for key in used if key.partition(":")[0] not in explained} == set()


def test_readme_begins_with_one_command_for_each_purpose() -> None:
    """The first two shell blocks are one line each: a newcomer pastes it and waits."""
    first, second, *_ = blocks("sh")

    assert first.count("\n") == 1
    assert first.endswith("/ivschat-conformance check\n")
    assert second.count("\n") == 1
    assert second.endswith("/tox run\n")


@pytest.fixture
def clients(serve: "Serve", tmp_path: Path) -> Iterator[dict[str, str]]:
    """Give the environment of a reader who has done what the page says before."""
    with serve("--room", ROOM) as served:
        yield {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL_IVSCHAT": served.endpoint,
            "IVSCHAT_MESSAGING_ENDPOINT": served.first_line["messagingEndpoint"],
            "IVSCHAT_ROOM_ARN": ROOM,
            "AWS_REGION": "us-west-2",
            "AWS_DEFAULT_REGION": "us-west-2",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }


@pytest.mark.parametrize("block", blocks("python"), ids=lambda block: block.split()[0])
def test_python_in_the_documentation_runs(
    block: str, clients: dict[str, str], tmp_path: Path
) -> None:
    """A reader who pastes it, or runs it with pytest, gets what the page promises."""
    file = tmp_path / "test_of_the_page.py"
    file.write_text(block, encoding="utf-8")
    is_test = re.search("^(async )?def test_", block, re.MULTILINE)
    done = subprocess.run(
        [sys.executable, *(["-m", "pytest", "-q"] if is_test else []), str(file)],
        env=clients,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(
    not (NODE / "node_modules" / "ws").is_dir(),
    reason="the packages are not installed: npm ci in examples/node",
)
@pytest.mark.parametrize(
    ("block", "says"), [*zip(blocks("js"), ["Hello", "true"], strict=True)]
)
def test_javascript_in_the_documentation_runs(
    block: str, says: str, clients: dict[str, str]
) -> None:
    """A reader who pastes it into a module gets what the page promises."""
    done = subprocess.run(
        ["node", "--input-type=module", "-e", block],  # noqa: S607
        cwd=NODE,
        env=clients,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )

    assert (done.stdout, done.returncode) == (f"{says}\n", 0), done.stderr


@pytest.mark.parametrize(
    "block",
    [
        block
        for block in blocks("sh")
        if re.search(r"^(aws|curl|ivschat) ", block, re.MULTILINE)
    ],
    ids=lambda block: block.split()[0],
)
def test_shell_in_the_documentation_runs(block: str, clients: dict[str, str]) -> None:
    """Every line of it succeeds, against a server on another port."""
    block = block.replace("http://127.0.0.1:4570", clients["AWS_ENDPOINT_URL_IVSCHAT"])

    done = subprocess.run(
        ["bash", "-ec", block.replace("curl -s", "curl -sf")],  # noqa: S607
        env=clients,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
