"""The editions of the contract: which requirements and tests each judges by.

One file an edition in editions/. An edition is open until it is released, and whatever
is written meanwhile belongs to it; from its release on its file is never edited: what
is added later belongs to the next, and runs unscored against this one.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

_FOLDER = Path(__file__).with_name("editions")


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition; `released` is the day, and None while it is open.

    `requirements` are ids. `tests` are functions of the suites, as
    `test_x.py::test_y`, and None while the edition is open: all of them.
    """

    name: str
    released: str | None
    requirements: frozenset[str]
    tests: frozenset[str] | None

    def scores(self, requirement: str) -> bool:
        """Say whether a target is judged by this requirement."""
        return requirement in self.requirements

    def scores_test(self, test: str) -> bool:
        """Say whether a target is judged by this test, given by a check's id."""
        return self.tests is None or test.partition("[")[0] in self.tests


@cache
def load_editions() -> Mapping[str, Edition]:
    """Return every edition by its name, the oldest first."""
    files = sorted(_FOLDER.glob("*.toml"), key=lambda file: _order(file.stem))
    return MappingProxyType(
        {file.stem: read(file.stem, file.read_text(encoding="utf-8")) for file in files}
    )


def read(name: str, text: str) -> Edition:
    """Read the text of one edition's file.

    Raises ValueError where a released edition does not say its tests, or an open one
    does: it would be neither.
    """
    row = tomllib.loads(text)
    released, tests = row.get("released"), row.get("tests")
    if (released is None) is not (tests is None):
        raise ValueError(f"{name}: `released` and `tests` come together, or not at all")
    return Edition(
        name,
        released.isoformat() if released else None,
        frozenset(row["requirements"]),
        frozenset(tests) if tests is not None else None,
    )


def _order(name: str) -> tuple[int, ...]:
    return tuple(map(int, name.split(".")))
