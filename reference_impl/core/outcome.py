"""What an operation comes to."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ivschat_conformance.reference_impl.core.changes import Change
from ivschat_conformance.reference_impl.core.effects import Effect


class Outcome(NamedTuple):
    """What an operation answers, None where it has no output, and what comes of it.

    `changes` are to be kept, `effects` to be carried out on connections; `token` is the
    number of a chat token that was issued.
    """

    output: Mapping[str, Any] | None
    changes: tuple[Change, ...] = ()
    effects: tuple[Effect, ...] = ()
    token: int | None = None
