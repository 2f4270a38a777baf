"""Applies a mutant: a named, one-line deviation of the reference implementation.

A suite is worth what it catches. A mutant is data (`reference_impl/mutants/*.toml`):
the requirement it breaks, a file, an old text and a new one. The text is replaced as
the module or the schema is loaded, in a process of its own; nothing on disk changes.
`dialects` has the other use of such replacements: servers that differ and are right.
"""

import difflib
import sys
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

_PACKAGE = "ivschat_conformance"
_REFERENCE = f"{_PACKAGE}.reference_impl"


class ReplacementError(Exception):
    """What is to be replaced does not exist, or does not fit the code."""


class MutantError(ReplacementError):
    """The mutant does not exist, or does not fit the code."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """One text in place of another, in a file below the package."""

    file: str
    old: str
    new: str

    @property
    def module(self) -> str:
        """The module that loads the file: itself, or the package whose data it is."""
        if self.file.endswith(".py"):
            return f"{_PACKAGE}.{self.file.removesuffix('.py').replace('/', '.')}"
        return f"{_PACKAGE}.{self.file.partition('/')[0]}"

    @property
    def path(self) -> Path:
        """Where the file is."""
        room, _, below = self.file.partition("/")
        spec = find_spec(f"{_PACKAGE}.{room}")
        if spec is None or spec.origin is None:
            raise ReplacementError(f"there is no {self.file}")
        return Path(spec.origin).parent / below


@dataclass(frozen=True, slots=True)
class Mutant:
    """One deviation; `file` is below the package.

    `breaks_also` are the requirements that fall with it, by id; by a glob of ids, those
    that may.
    """

    name: str
    requirement: str
    file: str
    old: str
    new: str
    breaks_also: tuple[str, ...] = ()

    def breaks(self, requirement: str) -> bool:
        """Return whether it says that it breaks a requirement."""
        named = (self.requirement, *self.breaks_also)
        return any(fnmatchcase(requirement, pattern) for pattern in named)

    @property
    def replacement(self) -> Replacement:
        """What it does to the code."""
        return Replacement(self.file, self.old, self.new)


def load_mutants() -> Mapping[str, Mutant]:
    """Return every mutant by its name."""
    mutants = {}
    for path in data_files("mutants"):
        for name, row in tomllib.loads(path.read_text(encoding="utf-8")).items():
            row["breaks_also"] = tuple(row.get("breaks_also", ()))
            mutants[name] = Mutant(name, **row)
    return mutants


def apply(name: str) -> Mutant:
    """Have the mutant's text replaced when its file is loaded; MutantError otherwise.

    Must come before the file's module is imported.
    """
    mutants = load_mutants()
    if name not in mutants:
        raise MutantError(unknown(name, mutants))
    mutant = mutants[name]
    try:
        replace_when_loaded([mutant.replacement])
    except ReplacementError as error:
        raise MutantError(f"mutant {name}: {error}") from None
    return mutant


def unknown(name: str, mutants: Collection[str]) -> str:
    """Return a sentence for a name that no mutant has."""
    meant = difflib.get_close_matches(name, mutants)
    if not meant:
        return f"no mutant {name!r}; `ivschat-conformance mutants` lists all"
    return f"no mutant {name!r}; there is {', '.join(meant)}"


def data_files(folder: str) -> list[Path]:
    """Return the TOML files of a folder of the reference implementation."""
    spec = find_spec(_REFERENCE)
    if spec is None or spec.origin is None:
        raise ReplacementError("the reference implementation is not installed")
    return sorted(Path(spec.origin).parent.glob(f"{folder}/*.toml"))


def replace_when_loaded(replacements: Iterable[Replacement]) -> None:
    """Have texts replaced when their files are loaded: all of them, or none.

    Raises ReplacementError where one does not fit, or comes too late.
    """
    rows = tuple(replacements)
    for module in {row.module for row in rows}:
        if module in sys.modules:
            raise ReplacementError(f"{module} is loaded already: apply it first")
    _FINDER.texts |= replaced(rows, _FINDER.texts)
    _FINDER.modules |= {row.module for row in rows}
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)


def replaced(
    replacements: Iterable[Replacement], already: Mapping[Path, str] | None = None
) -> dict[Path, str]:
    """Return the files' new texts; several replacements may be in one file.

    `already` has the texts of files that are not as on disk. Raises ReplacementError
    where an old text does not stand in its file exactly once.
    """
    texts = dict(already or {})
    for row in replacements:
        path = row.path
        try:
            text = texts.get(path) or path.read_text(encoding="utf-8")
        except OSError:
            raise ReplacementError(f"there is no {row.file}") from None
        if (count := text.count(row.old)) != 1:
            raise ReplacementError(
                f"the old text stands {count} times in {row.file}, not once"
            )
        texts[path] = text.replace(row.old, row.new)
    return texts


class _Finder(MetaPathFinder):
    """Finds some modules as everybody does, and gives them a loader that replaces.

    `texts` are the files' new contents by their paths.
    """

    def __init__(self) -> None:
        self.modules: set[str] = set()
        self.texts: dict[Path, str] = {}

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname not in self.modules:
            return None
        for finder in sys.meta_path:
            if finder is self:
                continue
            spec = finder.find_spec(fullname, path, target)
            if spec is not None and spec.origin is not None:
                spec.loader = _Loader(fullname, spec.origin, self.texts)
                return spec
        return None


_FINDER = _Finder()


class _Loader(SourceFileLoader):
    """Loads a module, or a package's data, with the new texts in place."""

    def __init__(self, fullname: str, path: str, texts: Mapping[Path, str]) -> None:
        super().__init__(fullname, path)
        self._texts = texts

    def path_stats(self, path: Any) -> Mapping[str, Any]:
        """Keep compiled code out of it: neither read nor write any."""
        raise OSError(path)

    def get_data(self, path: Any) -> bytes:
        text = self._texts.get(Path(path))
        return super().get_data(path) if text is None else text.encode()
