"""The operations of the control plane, read from operations.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

_TABLE = Path(__file__).with_name("operations.toml")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: how it is called and what it may answer.

    `request` and `response` name schemas; no `response` means an answer without a body.
    `errors` are the declared ones: the gateway may refuse any call besides (ERR-22).
    `feature` is what a target must claim for the operation to be judged. `query` names
    the members that stand in the query, one pair an entry; the others are the body's.
    """

    name: str
    method: str
    path: str
    status: int
    request: str
    response: str | None
    errors: tuple[str, ...]
    feature: str | None = None
    query: tuple[str, ...] = ()

    @property
    def path_member(self) -> str | None:
        """The member that stands in the path in braces, if one does."""
        _, _, ahead = self.path.partition("{")
        return ahead.rstrip("}") or None


@cache
def load_operations() -> Mapping[str, Operation]:
    """Return every operation by its name, in the table's order."""
    with _TABLE.open("rb") as file:
        table = tomllib.load(file)
    return MappingProxyType(
        {
            name: Operation(
                name=name,
                method=row["method"],
                path=row["path"],
                status=row["status"],
                request=row["request"],
                response=row.get("response"),
                errors=tuple(row["errors"]),
                feature=row.get("feature"),
                query=tuple(row.get("query", ())),
            )
            for name, row in table.items()
        }
    )
