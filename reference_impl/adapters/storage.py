"""What a server writes down, handed to its shells as functions; by default nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ivschat_conformance.reference_impl.core.changes import Change
from ivschat_conformance.reference_impl.core.effects import WriteLog


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
