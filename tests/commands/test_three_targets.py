"""Three targets, measured and compared in one page.

The reference implementation in another process, moto's server, which knows nothing of
IVS Chat, and an emulator of two operations.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.clock import monotonic
from tests.commands.partial_emulator import partial_emulator

if TYPE_CHECKING:
    from tests.conftest import Serve

DEADLINE = 300  # seconds for what takes half a minute on an idle machine
STARTED_WITHIN = 60.0
NAMES = ("reference", "moto", "partial")

# A part of the suites for each area that the three differ in.
SELECTED = (
    "test_chat_token_answer or test_signatures_refused or test_handshake_accepted "
    "or test_error_shape or test_body_parsing"
)


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it wrote."""

    code: int
    out: str


def said(*arguments: str, folder: Path) -> Said:
    """Run a command of ours; no traceback reaches whoever reads it."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "IVSCHAT_"))
    }
    done = subprocess.run(
        [sys.executable, "-P", "-m", "ivschat_conformance", *arguments],
        cwd=folder,
        env={**clean, "HOME": str(folder), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return Said(done.returncode, done.stdout)


def wait_for(port: int, deadline: float) -> None:
    """Return once somebody listens there."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert monotonic() < deadline, "moto's server did not start"
        else:
            return


@contextmanager
def moto() -> Iterator[str]:
    """Run moto's server on a free port and give its URL once it takes connections."""
    program = shutil.which("moto_server", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("moto's server is not installed: pip install 'moto[server]'")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        [program, "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            wait_for(port, monotonic() + STARTED_WITHIN)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give where the reports are."""
    return tmp_path_factory.mktemp("targets")


@pytest.fixture(scope="module")
def checked(serve: "Serve", folder: Path) -> dict[str, Said]:
    """Check each of the three, one after another."""
    runs: dict[str, Said] = {}

    def check(name: str, endpoint: str) -> None:
        file = folder / f"{name}.toml"
        file.write_text(f'[target]\nname = "{name}"\nendpoint = "{endpoint}"\n')
        report = str(folder / f"{name}.json")
        runs[name] = said(
            *("check", "--target", str(file), "-k", SELECTED, "--json", report),
            folder=folder,
        )

    with serve() as reference:
        check("reference", reference.endpoint)
    with moto() as endpoint:
        check("moto", endpoint)
    with partial_emulator() as endpoint:
        check("partial", endpoint)
    return runs


def report(folder: Path, name: str) -> Any:
    """Return the report that was written of a target."""
    return json.loads((folder / f"{name}.json").read_text())


def outcomes(folder: Path, name: str) -> dict[str, str]:
    """Return what became of each requirement."""
    return {row["id"]: row["outcome"] for row in report(folder, name)["requirements"]}


def test_each_is_judged_by_what_it_is(checked: dict[str, Said], folder: Path) -> None:
    """One conforms, one is no such service at all, and one has a part of it."""
    codes = {name: run.code for name, run in checked.items()}
    assert codes == {"reference": 0, "moto": 1, "partial": 1}
    token, handshake, signature = "TOKEN-RESP-01", "WS-CONN-01", "SIG-01"
    assert outcomes(folder, "reference")[token] == "passed"
    assert outcomes(folder, "partial")[token] == "passed"
    assert outcomes(folder, "moto")[token] != "passed"
    assert outcomes(folder, "reference")[handshake] == "passed"
    assert outcomes(folder, "partial")[handshake] == "not applicable"
    assert outcomes(folder, "reference")[signature] == "passed"
    assert outcomes(folder, "partial")[signature] == "not applicable"
    # What has no operation of the service is excused from none.
    assert outcomes(folder, "moto")[signature] not in {"passed", "not applicable"}


def test_checks_of_what_is_not_claimed_are_not_run(
    checked: dict[str, Said], folder: Path
) -> None:
    """They are told apart from those for which something was missing."""
    assert "the target does not claim signatures" in " ".join(
        checked["partial"].out.split()
    )
    idle = report(folder, "partial")["notCarriedOut"]
    assert idle["the target does not claim messaging"] > 0


@pytest.mark.usefixtures("checked")
def test_three_are_compared_in_one_page(folder: Path) -> None:
    """The page names them all, needs nothing outside itself, and they differ in it."""
    files = [f"{name}.json" for name in NAMES]

    compared = said("compare", *files, "--html", "page.html", folder=folder)

    assert compared.code == 0
    for key, name in zip("ABC", NAMES, strict=True):
        assert f"{key}  {name} (edition 2026.1)" in compared.out
    assert re.search(r"TOKEN-RESP-01 +MUST +✓ +[✗○] +✓", compared.out)
    assert re.search(r"WS-CONN-01 +MUST +✓ +\S +-", compared.out)
    page = (folder / "page.html").read_text()
    assert all(f'<td class="name">{name}</td>' in page for name in NAMES)
    assert not re.findall(r"""(?:src|href)=["'](?!#|data:)[^"']*""", page)
    assert "url(" not in page
    assert "data-differs" in page
