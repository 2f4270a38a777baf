"""An operation's input, gathered from where HTTP carries it: path, query and body."""

from typing import Any
from urllib.parse import parse_qsl, unquote

from ivschat_conformance.reference_impl.core.errors import (
    SerializationException,
    UnsupportedMediaTypeException,
)
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest
from ivschat_conformance.reference_impl.core.validation import (
    input_reader,
    read_object,
)
from ivschat_conformance.schemas.operations import Operation

_TAGS = "/tags/"
_TAGS_OF_RESOURCE = "/tags/{resourceArn}"


def path_of_operation(path: str) -> str:
    """Return the path as the table of operations has it, with a member in braces.

    The whole rest is the ARN: most clients encode its slash, and some do not
    (HTTP-REQ-11, HTTP-REQ-12).
    """
    return _TAGS_OF_RESOURCE if path.startswith(_TAGS) else path


def operation_input(operation: Operation, request: HttpRequest) -> dict[str, Any]:
    """Return the input of an operation, valid by its schema, or raise what is wrong."""
    members = _body(request) if operation.method == "POST" else {}
    if operation.path_member is not None:
        members[operation.path_member] = _decoded(request.path.removeprefix(_TAGS))
    for member in operation.query:
        members |= _from_query(request.query, member)
    return input_reader(operation.request).read(members)


def members_as_sent(operation: Operation, request: HttpRequest) -> dict[str, Any]:
    """Return the members that a request has, valid or not, unknown ones too.

    Raises CallerError where its body is no JSON object.
    """
    members = read_object(request.body) if operation.method == "POST" else {}
    if operation.path_member is not None:
        members[operation.path_member] = unquote(request.path.removeprefix(_TAGS))
    for member in operation.query:
        pairs = parse_qsl(request.query, keep_blank_values=True)
        members[member] = [value for name, value in pairs if name == member]
    return members


def _body(request: HttpRequest) -> dict[str, Any]:
    """Return the members that the body has; no content type means JSON.

    A server may require no header beyond those of the signature (HTTP-REQ-03); one that
    is there must say JSON (PARSE-07).
    """
    content_type = request.header("content-type")
    if content_type is not None:
        media_type = content_type.partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise UnsupportedMediaTypeException(
                "Send the body with Content-Type: application/json."
            )
    return read_object(request.body)


def _from_query(query: str, member: str) -> dict[str, list[str]]:
    """Return a list from its repeated pairs, or nothing where there is none."""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    values = [_decoded(value) for name, _, value in pairs if _decoded(name) == member]
    return {member: values} if values else {}


def _decoded(text: str) -> str:
    """Return percent-encoded UTF-8 as text (HTTP-REQ-13); a plus is a plus."""
    try:
        return unquote(text.encode("latin-1").decode("utf-8"), errors="strict")
    except UnicodeDecodeError:
        raise SerializationException(
            "Path and query must be percent-encoded UTF-8."
        ) from None
