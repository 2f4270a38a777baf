"""What was measured, as values, and the table that a person reads."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from statistics import median
from typing import Literal

_PACKAGES = (
    "ivschat-conformance",
    "moto",
    "cryptography",
    "httptools",
    "jsonschema-rs",
    "msgpack",
    "werkzeug",
    "websockets",
    "pytest",
)
MOTO = "moto's server"
"""What rows are beside that say nothing else."""

STUBBER = "botocore's Stubber"
MOTO_IN_PROCESS = "moto's `mock_aws`"
"""What rows about calls in one process are beside."""


class Unit(StrEnum):
    """How a figure is written."""

    MICROSECONDS = "us"
    MILLISECONDS = "ms"
    SECONDS = "s"
    KIBIBYTES = "KiB"
    MEBIBYTES = "MiB"
    DELIVERIES = "deliveries"
    PER_SECOND = "/s"
    PERCENT = "%"
    TIMES = "times"


@dataclass(frozen=True, slots=True)
class Target:
    """What is aimed at: of our own figure, or of its ratio to the other's."""

    of: Literal["ours", "ratio"]
    bound: float
    text: str

    def is_reached(self, row: "Row") -> bool:
        """Return whether the row's median holds it."""
        if self.of == "ours":
            return row.ours.median < self.bound
        return row.ratio is not None and row.ratio >= self.bound


@dataclass(frozen=True, slots=True)
class Figures:
    """One quantity, measured several times."""

    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        """The one to speak of."""
        return median(self.samples)

    def written(self, unit: Unit) -> str:
        """Return the median and, of several, the least and the greatest."""
        numbers = (self.median, min(self.samples), max(self.samples))
        middle, least, greatest = (_number(number) for number in numbers)
        if len(self.samples) == 1:
            return f"{middle} {unit}"
        return f"{middle} {unit} ({least} to {greatest})"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: ours, and the other's where that has it."""

    what: str
    unit: Unit
    ours: Figures
    other: Figures | None = None
    target: Target | None = None
    beside: str = MOTO

    @property
    def ratio(self) -> float | None:
        """How many times better than the other's: smaller, or more a second."""
        if self.other is None or not self.ours.median:
            return None
        ours, other = self.ours.median, self.other.median
        return ours / other if self.unit is Unit.PER_SECOND else other / ours

    @property
    def verdict(self) -> str:
        """Say whether the target is reached, where there is one."""
        if self.target is None:
            return ""
        return "reached" if self.target.is_reached(self) else "**missed**"


def table(rows: Sequence[Row]) -> list[str]:
    """Return rows, all beside the same, as the lines of a Markdown table."""
    lines = [
        f"| what | ours | {rows[0].beside} | times better | target | |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = (
            row.what,
            row.ours.written(row.unit),
            row.other.written(row.unit) if row.other else "-",
            f"{row.ratio:.1f}" if row.ratio else "-",
            row.target.text if row.target else "-",
            row.verdict,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def conditions(cores: int, manner: str) -> list[str]:
    """Return where and when, as lines above the table."""
    versions = ", ".join(f"{name} {_version(name)}" for name in _PACKAGES)
    return [
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, "
        f"{cores} cores, {platform.python_implementation()} "
        f"{platform.python_version()}, {manner}.",
        f"{versions}.",
        "Medians, with the least and the greatest in brackets.",
    ]


def inserted(document: str, lines: Sequence[str], name: str = "figures") -> str:
    """Return a document with these lines between the marks of this name.

    Where it has no such marks, they are put at its end.
    """
    begin, end = f"<!-- {name}: written by run.py -->", f"<!-- end of {name} -->"
    block = "\n".join((begin, "", *lines, "", end))
    before, begun, rest = document.partition(begin)
    _, ended, after = rest.partition(end)
    if begun and ended:
        return f"{before}{block}{after}"
    return f"{document}\n{block}\n" if document else f"{block}\n"


def _number(value: float) -> str:
    """Return three digits that count, or all of a larger or a whole number's."""
    if abs(value) >= 100 or isinstance(value, int):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
