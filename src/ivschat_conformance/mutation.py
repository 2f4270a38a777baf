"""Applies a mutant: a named, one-line deviation of the reference implementation.

A suite is worth what it catches. A mutant is data (`reference_impl/mutants/*.toml`):
the requirement it breaks, a file, an old text and a new one. The text is replaced as
the module or the schema is loaded, in a process of its own; nothing on disk changes.
"""

import difflib
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

_PACKAGE = "ivschat_conformance"
_MUTANTS = f"{_PACKAGE}.reference_impl"


class MutantError(Exception):
    """The mutant does not exist, or does not fit the code."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One deviation; `file` is below the package, `breaks_also` what falls with it."""

    name: str
    requirement: str
    file: str
    old: str
    new: str
    breaks_also: tuple[str, ...] = ()


def load_mutants() -> Mapping[str, Mutant]:
    """Return every mutant by its name."""
    spec = find_spec(_MUTANTS)
    if spec is None or spec.origin is None:
        raise MutantError("the reference implementation is not installed")
    mutants = {}
    for path in sorted(Path(spec.origin).parent.glob("mutants/*.toml")):
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
        near = difflib.get_close_matches(name, mutants) or list(mutants)
        raise MutantError(f"no mutant {name!r}; there is {', '.join(near)}")
    mutant = mutants[name]
    if mutant.file.endswith(".py"):
        module = f"{_PACKAGE}.{mutant.file.removesuffix('.py').replace('/', '.')}"
    else:
        module = f"{_PACKAGE}.{mutant.file.partition('/')[0]}"
    if module in sys.modules:
        raise MutantError(f"{module} is loaded already: apply the mutant first")
    sys.meta_path.insert(0, _Finder(module, mutant))
    return mutant


class _Finder(MetaPathFinder):
    """Finds one module as everybody does, and gives it a loader that mutates."""

    def __init__(self, module: str, mutant: Mutant) -> None:
        self._module = module
        self._mutant = mutant

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname != self._module:
            return None
        for finder in sys.meta_path:
            if finder is self:
                continue
            spec = finder.find_spec(fullname, path, target)
            if spec is not None and spec.origin is not None:
                spec.loader = _Loader(fullname, spec.origin, self._mutant)
                return spec
        return None


class _Loader(SourceFileLoader):
    """Loads a module, or a package's data, with the mutant's text in place."""

    def __init__(self, fullname: str, path: str, mutant: Mutant) -> None:
        super().__init__(fullname, path)
        self._mutant = mutant

    def path_stats(self, path: Any) -> Mapping[str, Any]:
        """Keep compiled code out of it: neither read nor write any."""
        raise OSError(path)

    def get_data(self, path: Any) -> bytes:
        data = super().get_data(path)
        if not Path(path).as_posix().endswith(f"/{self._mutant.file}"):
            return data
        old, new = self._mutant.old.encode(), self._mutant.new.encode()
        if data.count(old) != 1:
            raise MutantError(
                f"{self._mutant.name}: the old text stands {data.count(old)} times in "
                f"{self._mutant.file}, not once"
            )
        return data.replace(old, new)
