"""What an answer means: a result to print, or a refusal (ERR-03, ERR-04)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivschat_conformance.reference_impl.core.command_line.refusals import (
    CallFailedError,
    ServiceRefusedError,
)
from ivschat_conformance.reference_impl.core.command_line.shapes import (
    Kind,
    Shape,
    load_shape,
)
from ivschat_conformance.schemas import timestamps
from ivschat_conformance.schemas.operations import Operation

_FIRST_NOT_SUCCESS = 300
_TYPE_HEADER = "x-amzn-errortype"


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """An answer as it came: header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether the service did what it was asked."""
        return self.status < _FIRST_NOT_SUCCESS


def read_result(answer: WireAnswer, operation: Operation) -> Mapping[str, Any]:
    """Return the members that the operation has, times in the form of version 2.

    What the operation does not have is dropped, and what is null. Raises
    CallFailedError where the answer of a success is not the operation's.
    """
    shape = output_shape(operation)
    if shape is None:
        return {}
    document = _document(answer)
    if not isinstance(document, dict):
        raise CallFailedError(
            f"The endpoint answered {operation.name} with status {answer.status} and a "
            "body that is no JSON object: it is not the control plane of Amazon IVS "
            "Chat, or is broken."
        )
    result = _presented(document, shape)
    assert isinstance(result, dict)  # noqa: S101 - as the document was one
    return result


def output_shape(operation: Operation) -> Shape | None:
    """Return what the operation answers; None where that has no members (CLI-27)."""
    shape = load_shape(operation.response) if operation.response else None
    return shape if shape is not None and shape.members else None


def error_type(answer: WireAnswer) -> str:
    """Return the error's type: header, `__type`, `code`, else the status (ERR-06)."""
    document = _document(answer)
    named = [answer.headers.get(_TYPE_HEADER)]
    if isinstance(document, dict):
        named += [document.get("__type"), document.get("code")]
    for name in named:
        if isinstance(name, str) and name:
            return name.partition(":")[0].rpartition("#")[2]
    return str(answer.status)


def refusal(answer: WireAnswer, operation: Operation, retries: int) -> Exception:
    """Return the refusal to raise; `retries` is how often the call was repeated, or 0.

    An error that is neither JSON nor named in the header is not the service's.
    """
    document = _document(answer)
    if not isinstance(document, dict):
        if _TYPE_HEADER not in answer.headers:
            return CallFailedError(
                f"The endpoint answered {operation.name} with status {answer.status} "
                "and a body that is no JSON object: it is not the control plane of "
                "Amazon IVS Chat, or is broken."
            )
        document = {}
    message = document.get("message", document.get("Message", ""))
    repeated = f" (reached max retries: {retries})" if retries else ""
    return ServiceRefusedError(
        f"An error occurred ({error_type(answer)}) when calling the {operation.name} "
        f"operation{repeated}: {message}"
    )


def _document(answer: WireAnswer) -> Any:
    """Return what the body says as JSON, or None."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def _presented(value: Any, shape: Shape) -> Any:
    """Return a value as it is printed; of a wrong type, as it is (CLI-30)."""
    if isinstance(value, dict) and shape.kind is Kind.STRUCTURE:
        return {
            member: _presented(value[member], within)
            for member, within in shape.members.items()
            if value.get(member) is not None
        }
    if isinstance(value, list) and shape.kind is Kind.LIST and shape.item:
        return [_presented(entry, shape.item) for entry in value]
    if isinstance(value, str) and shape.kind is Kind.TIMESTAMP:
        try:
            return timestamps.parse(value).isoformat()
        except timestamps.TimestampError:
            return value
    return value
