"""Records: what clients sent, in order and in full, as long as there is room.

While a call is answered a note is made that holds on to what is there anyway; a `Call`
is made of it when somebody looks.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final, overload

from ivschat_conformance.reference_impl.core.calls import Call, Note, NoteValues
from ivschat_conformance.reference_impl.core.findings import Finding
from ivschat_conformance.reference_impl.core.names import Names

MAX_CALLS = 1_000
"""The latest calls that are kept; ten times as many take a busy server its cache."""

MAX_BYTES = 16 * 1024 * 1024
"""What the bodies and frames that are kept may have together."""

_SIZE: Final = 4  # where a note has its size


class CallCountError(AssertionError):
    """There is not exactly one such call."""


class Calls(Sequence[Call]):
    """Calls in the order in which they came; a snapshot."""

    def __init__(self, calls: Sequence[Call], operation: str = "") -> None:
        self._calls = tuple(calls)
        self._operation = operation

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        """Go through them, the earliest first."""
        return iter(self._calls)

    @overload
    def __getitem__(self, index: int) -> Call: ...

    @overload
    def __getitem__(self, index: slice) -> "Calls": ...

    def __getitem__(self, index: int | slice) -> "Call | Calls":
        """Return one, or some as calls again."""
        if isinstance(index, slice):
            return Calls(self._calls[index], self._operation)
        return self._calls[index]

    def __repr__(self) -> str:
        """Name the operations and how each ended; nothing that was sent."""
        return f"<{len(self)} calls: {', '.join(map(str, self)) or 'none'}>"

    def of(self, operation: str) -> "Calls":
        """Return those of one operation, `CONNECT` or an action.

        What was asked for by no name of an operation is under `METHOD /path`, and a
        frame without a known action under `FRAME`.
        """
        some = [call for call in self._calls if call.operation == operation]
        return Calls(some, operation)

    def one(self) -> Call:
        """Return the one call that there is; CallCountError where it is not one."""
        if len(self) != 1:
            what = f"one call of {self._operation}" if self._operation else "one call"
            came = "; ".join(map(str, self)) or "no such call came"
            raise CallCountError(f"expected {what}, and there are {len(self)}: {came}")
        return self._calls[0]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with them, in their order."""
        return tuple(finding for call in self for finding in call.findings)


class Records:
    """What has been sent to one fake."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._notes: deque[NoteValues] = deque()
        self._bytes = 0
        self.dropped = 0

    @property
    def calls(self) -> Calls:
        """All calls that are kept, the earliest first."""
        names = self._names
        return Calls([Call(Note(*note), names) for note in tuple(self._notes)])

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the calls that are kept, in their order."""
        return self.calls.findings

    def of(self, operation: str) -> Calls:
        """Return the calls of one operation, `CONNECT` or an action."""
        return self.calls.of(operation)

    def add(self, note: NoteValues) -> None:
        """Keep what came, and drop the earliest where there is no room."""
        notes = self._notes
        notes.append(note)
        self._bytes += note[_SIZE]
        while len(notes) > MAX_CALLS or self._bytes > MAX_BYTES:
            self._bytes -= notes.popleft()[_SIZE]
            self.dropped += 1

    def clear(self) -> None:
        """Forget all."""
        self._notes = deque()  # a cleared one keeps blocks for later
        self._names.clear()
        self._bytes = self.dropped = 0
