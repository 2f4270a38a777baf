"""Applies a dialect: a server that differs from the reference, and is right.

Where the contract leaves a choice, the reference implementation makes one. A dialect
makes others: data (`reference_impl/dialects/<name>.toml`) with one sentence about it
and its deviations, each with the line of the contract that leaves it open and with one
text in place of another, replaced as a mutant's is. The suites have to pass every one
of them, or they would take a freedom for a fault.
"""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivschat_conformance.mutation import (
    Replacement,
    ReplacementError,
    data_files,
    replace_when_loaded,
)


class DialectError(ReplacementError):
    """The dialect does not exist, or does not fit the code."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One other choice, and the line of the contract that leaves it."""

    contract: str
    replacement: Replacement


@dataclass(frozen=True, slots=True)
class Dialect:
    """A set of choices that go together.

    `features` is what a target file has to declare of it beside what the reference has.
    `warned` are the SHOULDs that it does without: allowed, and a report says so.
    """

    name: str
    summary: str
    deviations: tuple[Deviation, ...]
    features: Mapping[str, Any]
    warned: tuple[str, ...]


def load_dialects() -> Mapping[str, Dialect]:
    """Return every dialect by its name."""
    dialects = {}
    for path in data_files("dialects"):
        row = tomllib.loads(path.read_text(encoding="utf-8"))
        dialects[path.stem] = Dialect(
            path.stem,
            row["summary"],
            tuple(_deviation(**deviation) for deviation in row["deviations"]),
            row.get("features", {}),
            tuple(row.get("warned", ())),
        )
    return dialects


def apply(name: str) -> Dialect:
    """Have the dialect's texts replaced when their files are loaded.

    Must come before the files' modules are imported. Raises DialectError.
    """
    dialects = load_dialects()
    if name not in dialects:
        near = difflib.get_close_matches(name, dialects) or dialects
        raise DialectError(f"no dialect {name!r}; there is {', '.join(near)}")
    dialect = dialects[name]
    try:
        replace_when_loaded(other.replacement for other in dialect.deviations)
    except ReplacementError as error:
        raise DialectError(f"dialect {name}: {error}") from None
    return dialect


def _deviation(contract: str, file: str, old: str, new: str) -> Deviation:
    return Deviation(contract, Replacement(file, old, new))
