"""A request on a session, as it is read: its members, and what is refused at once."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from ivschat_conformance.reference_impl.core.findings import FindingName
from ivschat_conformance.reference_impl.core.validation import input_reader
from ivschat_conformance.schemas import documents, limits


class RequestRefusedError(Exception):
    """A request on a session fails: the code and the text of an ERROR frame."""

    def __init__(self, code: int, message: str, finding: FindingName) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.finding = finding


def read_action(shape: str, members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of an action of this shape, or raise what is wrong."""
    names = _names_by_lower_case(shape)
    named = {names.get(name, name): value for name, value in members.items()}
    return input_reader(shape, api=documents.MESSAGING).read(named)


def by_lower_case(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that are not null, whatever their letter case (WS-REQ-04).

    The last of several equal names wins, as everywhere (PARSE-09).
    """
    return {name.lower(): v for name, v in members.items() if v is not None}


def request_id_of(members: Mapping[str, Any]) -> str:
    """Return the RequestId, or nothing where it is no text."""
    value = members.get("requestid")
    return value if isinstance(value, str) else ""


def check_size(members: Mapping[str, Any]) -> None:
    """Refuse attributes that are too large, with a code of their own (OPEN-05)."""
    attributes = members.get("attributes")
    most = limits.max_total_bytes("MessageAttributes", documents.MESSAGING)
    if isinstance(attributes, dict) and documents.total_bytes(attributes) > most:
        raise RequestRefusedError(
            413,
            f"Attributes must have {most} bytes of keys and values or fewer.",
            FindingName.attributes_too_large,
        )


@cache
def _names_by_lower_case(shape: str) -> dict[str, str]:
    members = documents.load(shape, documents.MESSAGING)["properties"]
    return {name.lower(): name for name in members}
