"""What a server writes down, handed to its shells as functions; by default nothing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ivschat_conformance.reference_impl.core.changes import Change
from ivschat_conformance.reference_impl.core.effects import WriteLog


class StorageError(Exception):
    """Nothing can be stored there; the message says why, and what to do."""


def _nothing(_what: object) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Storage:
    """Where changes are kept before an answer is sent, and chat logs written.

    keep       e.g. `StateFile.keep`; what it raises, the client sees as a 500
    write_log  e.g. `LogDirectory.write`, which raises nothing
    """

    keep: Callable[[Sequence[Change]], None] = _nothing
    write_log: Callable[[WriteLog], None] = _nothing


NOTHING_STORED = Storage()


class KeepsChanges(Protocol):
    """Where changes are kept: a StateFile."""

    def keep(self, changes: Iterable[Change]) -> None:
        """Write the changes down, all or none, or raise."""
        ...

    def load(self) -> tuple[Change, ...]:
        """Return the changes that lead from nothing to what is kept."""
        ...


class HoldsChanges(Protocol):
    """Whose changes are kept: the core."""

    def hold(self, kept: Iterable[Change]) -> None:
        """Hold what was kept, and nothing else."""
        ...


def keeping_in_step(
    file: KeepsChanges, core: HoldsChanges
) -> Callable[[Sequence[Change]], None]:
    """Return a `Storage.keep` that undoes in the core what the file does not take.

    Else the core would go on answering with what the next start does not know, and
    issue tokens under numbers that nobody has reserved.
    """

    def keep(changes: Sequence[Change]) -> None:
        try:
            file.keep(changes)
        except Exception:
            core.hold(file.load())
            raise

    return keep
