"""The house keeps its own rules: sizes of modules, and lists that must be complete."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("src/ivschat_conformance", "schemas", "reference_impl", "fixtures", "suites")
LONGEST = 400  # lines: what is longer is two modules


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_is_two(room: str) -> None:
    """A module that passes 400 lines has a second one inside it."""
    lengths = {
        path.relative_to(ROOT): path.read_text("utf-8").count("\n")
        for path in (ROOT / room).rglob("*.py")
    }

    assert {path: n for path, n in lengths.items() if n > LONGEST} == {}


def test_plugin_is_thin() -> None:
    """What loads in everybody's sessions holds options, fixtures and hooks only."""
    plugin = (ROOT / "fixtures" / "plugin.py").read_text("utf-8")

    assert plugin.count("\n") < 150


def test_every_room_of_the_fixtures_is_kept_from_the_fake() -> None:
    """A new module is on the list of those that may not open the fake."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    listed = next(
        set(contract["source_modules"])
        for contract in contracts
        if contract["name"]
        == "Only fixtures.bundled and the rooms of fixtures.fake open the fake directly"
    )

    modules = {
        f"ivschat_conformance.fixtures.{path.stem}"
        for path in (ROOT / "fixtures").iterdir()
        if path.suffix == ".py" or path.joinpath("__init__.py").is_file()
    }

    openers = {
        "ivschat_conformance.fixtures.__init__",
        "ivschat_conformance.fixtures.bundled",
        "ivschat_conformance.fixtures.fake",
        "ivschat_conformance.fixtures.fake_clock",
        "ivschat_conformance.fixtures.fake_options",
        "ivschat_conformance.fixtures.fake_room",
        "ivschat_conformance.fixtures.fake_service",
        "ivschat_conformance.fixtures.heard_endpoint",
        "ivschat_conformance.fixtures.memory_connection",
        "ivschat_conformance.fixtures.mock",
    }
    assert modules - openers == listed


def test_every_package_is_installed() -> None:
    """A folder with modules that the map forgets would be missing from the wheel."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    folders = {
        path.parent.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("__init__.py")
    }

    packages = {
        name.removeprefix("ivschat_conformance.").replace(".", "/")
        for name in project["tool"]["setuptools"]["packages"]
        if name != "ivschat_conformance"
    }

    names = {folder.removeprefix("src/ivschat_conformance") for folder in folders}
    assert {name.strip("/") for name in names if name} == packages


@pytest.mark.parametrize("room", ["fixtures", "reference_impl/core"])
def test_room_says_where_everything_is(room: str) -> None:
    """Who looks for the place of a change finds each module on the room's own map."""
    folder = ROOT / room
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    told = set(re.findall("`([a-z_]+)`", (folder / "__init__.py").read_text("utf-8")))

    assert modules <= told
    assert all((folder / name).is_dir() for name in told - modules - {"ivschat"})
