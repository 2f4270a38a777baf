"""The registry of requirements: every MUST and SHOULD of the contract, under its id.

One file an area in requirements/, one table a requirement. An id is never reused; what
a row may say is told by harness/requirements.json, and `load_requirements` refuses the
same mistakes without an engine, since it is on the start path of every command.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

CURRENT_EDITION = "2026.1"
"""The edition that a run is judged by unless another is asked for."""

AREAS = (
    "GEN",
    "REGION",
    "HTTP-REQ",
    "HTTP-RESP",
    "ERR",
    "SIG",
    "ROUTE",
    "PARSE",
    "ORDER",
    "VAL",
    "TOKEN-REQ",
    "TOKEN-RESP",
    "TOKEN-LIFE",
    "ROOM-CREATE",
    "ROOM-GET",
    "ROOM-UPD",
    "ROOM-DEL",
    "ROOM-LIST",
    "LOGCFG",
    "TAG",
    "SEVT",
    "DELM",
    "DISC",
    "WS-CONN",
    "WS-REQ",
    "WS-MSG",
    "WS-EVT",
    "WS-ERR",
    "WS-CLOSE",
    "LIMIT",
    "REVIEW",
    "LOG",
    "IAM",
    "CLI",
    "SEED",
)
"""The areas in the contract's order: an id is its area, a hyphen and two digits."""

FEATURES = frozenset(
    {
        "control_plane",
        "messaging",
        "signatures",
        "review_handler",
        "logging_configuration_quota",
    }
)
"""What a server may claim and a requirement of servers may need."""

COMMAND_FEATURES = frozenset({"cli", "cli_v1", "cli_v2"})
"""What a command line shows: that it is one, and whose exit codes it has."""

_KEYS = frozenset(
    {
        "level",
        "kind",
        "statement",
        "sources",
        "evidence",
        "feature",
        "edition",
        "untested",
        "verified",
    }
)

_FOLDER = Path(__file__).with_name("requirements")
_TWO_DIGITS = re.compile("[0-9]{2}")
_Word = TypeVar("_Word", bound=StrEnum)


class RegistryError(ValueError):
    """A file of the registry says what no row may say."""


class Level(StrEnum):
    """How strict a requirement is: a SHOULD that fails is a warning."""

    MUST = "MUST"
    SHOULD = "SHOULD"


class Kind(StrEnum):
    """Who is bound: only a server's requirements count in a target's score."""

    SERVER = "server"
    CLIENT = "client"
    SUITE = "suite"
    SERVICE = "service"


class Evidence(StrEnum):
    """What a requirement rests on, the strongest first."""

    MODEL = "model"
    DOCUMENTED = "documented"
    RECORDED = "recorded"
    STANDARD = "standard"
    VERIFIED = "verified"
    RECALLED = "recalled"
    INFERRED = "inferred"
    UNSPECIFIED = "unspecified"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement.

    `sources` are the contract's short keys. `feature` is what a target must claim for
    the requirement to apply; None: it applies to every server. `untested` is why
    nothing verifies it, `verified` the path of the test that does where no target is
    judged; what binds servers or command lines and has neither, the suites verify.
    """

    id: str
    level: Level
    kind: Kind
    statement: str
    sources: tuple[str, ...]
    evidence: Evidence
    area: str
    feature: str | None
    edition: str
    untested: str | None
    verified: str | None

    @property
    def can_fail(self) -> bool:
        """Whether a target may be failed for it: not for what nobody can look up."""
        return self.evidence not in (Evidence.RECALLED, Evidence.UNSPECIFIED)

    @property
    def of_command_lines(self) -> bool:
        """Whether the target that it binds is a command line, and not a server."""
        return self.feature in COMMAND_FEATURES

    @property
    def is_scored(self) -> bool:
        """Whether the suites judge a target by it."""
        binds_targets = self.kind is Kind.SERVER or self.of_command_lines
        return binds_targets and self.untested is None


@cache
def load_requirements() -> Mapping[str, Requirement]:
    """Return every requirement by its id, in the contract's order."""
    return MappingProxyType(
        {
            requirement.id: requirement
            for area in AREAS
            for requirement in read_area(
                area, (_FOLDER / file_name(area)).read_text(encoding="utf-8")
            )
        }
    )


def file_name(area: str) -> str:
    """Return the name of an area's file."""
    return f"{area.lower()}.toml"


def read_area(area: str, text: str) -> tuple[Requirement, ...]:
    """Read the text of one area's file; a `RegistryError` names file, id and key."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RegistryError(f"{file_name(area)} is no TOML: {error}") from error
    return tuple(_requirement(area, id_, row) for id_, row in table.items())


def _requirement(area: str, id_: str, values: object) -> Requirement:
    row = _Row(f"{file_name(area)}: [{id_}]", values)
    prefix, _, number = id_.rpartition("-")
    if prefix != area or not _TWO_DIGITS.fullmatch(number):
        raise row.error(f"must be {area}, a hyphen and two digits.")
    kind = row.word("kind", Kind)
    return Requirement(
        id=id_,
        level=row.word("level", Level),
        kind=kind,
        statement=row.text("statement"),
        sources=row.texts("sources"),
        evidence=row.word("evidence", Evidence),
        area=area,
        feature=row.feature(kind),
        edition=row.text("edition"),
        untested=row.untested(kind),
        verified=row.verified(kind),
    )


class _Row:
    """A row as it stands in its file, read key by key."""

    def __init__(self, where: str, values: object) -> None:
        self._where = where
        if not isinstance(values, dict):
            raise self.error("must be a table.")
        self._values: Mapping[str, object] = values
        for key in values.keys() - _KEYS:
            raise self.error(f"{key}: no such key; known: {', '.join(sorted(_KEYS))}.")

    def error(self, text: str) -> RegistryError:
        """Return the error that says this of the row."""
        return RegistryError(f"{self._where} {text}")

    def text(self, key: str) -> str:
        """Return a text that is there and not empty."""
        value = self._values.get(key)
        if not isinstance(value, str) or not value:
            raise self.error(f"{key}: must be a text, not empty.")
        return value

    def optional(self, key: str) -> str | None:
        """Return a text that may be left out, but not be empty."""
        return self.text(key) if key in self._values else None

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, which may be empty."""
        values = self._values.get(key)
        if isinstance(values, list) and all(
            isinstance(value, str) and value for value in values
        ):
            return tuple(values)
        raise self.error(f"{key}: must be a list of texts, none empty.")

    def word(self, key: str, words: type[_Word]) -> _Word:
        """Return a text as the member of an enumeration."""
        try:
            return words(self.text(key))
        except ValueError:  # a missing one too: to read the words helps more
            raise self.error(f"{key}: must be one of {', '.join(words)}.") from None

    def feature(self, kind: Kind) -> str | None:
        """Return what a target of this kind must claim."""
        feature = self.optional("feature")
        of_kinds = {Kind.SERVER: FEATURES, Kind.CLIENT: COMMAND_FEATURES}
        known = of_kinds.get(kind, frozenset())
        if feature is None or feature in known:
            return feature
        words = ", ".join(sorted(known)) or "none"
        raise self.error(f"feature: must be one of {words}, where it binds a {kind}.")

    def untested(self, kind: Kind) -> str | None:
        """Return why nothing verifies the requirement."""
        reason = self.optional("untested")
        said = {"verified", "feature"} & self._values.keys()
        if kind is not Kind.SERVER and not reason and not said:
            raise self.error(
                f"untested: no suite verifies what binds a {kind}; give the reason "
                "here, or in `verified` the path of the test that does."
            )
        return reason

    def verified(self, kind: Kind) -> str | None:
        """Return the path of the test that verifies the requirement."""
        path = self.optional("verified")
        if path and (kind is Kind.SERVER or "feature" in self._values):
            raise self.error(
                f"verified: of a {kind}, the suites name what they verify."
            )
        if path and "untested" in self._values:
            raise self.error("verified: cannot stand beside `untested`.")
        return path
