"""The operation table."""

import pytest

from ivschat_conformance.schemas import documents
from ivschat_conformance.schemas.operations import Operation, load_operations


def test_table_has_the_operations_built_so_far() -> None:
    """CreateChatToken, the life of a room and what happens in it, in this order."""
    operations = load_operations()

    assert tuple(operations) == (
        "CreateChatToken",
        "CreateRoom",
        "GetRoom",
        "DeleteRoom",
        "SendEvent",
        "DeleteMessage",
        "DisconnectUser",
    )


def test_row_of_the_table_becomes_an_operation() -> None:
    """An operation knows how it is called, and what it answers."""
    operation = load_operations()["CreateChatToken"]

    assert operation == Operation(
        name="CreateChatToken",
        method="POST",
        path="/CreateChatToken",
        status=200,
        request="CreateChatTokenRequest",
        response="CreateChatTokenResponse",
        errors=(
            "AccessDeniedException",
            "ResourceNotFoundException",
            "PendingVerification",
            "ValidationException",
        ),
        feature=None,
    )


def test_operation_without_a_body_in_its_answer_has_no_response() -> None:
    """DeleteRoom answers 204 and names no response shape."""
    operation = load_operations()["DeleteRoom"]

    assert operation.status == 204
    assert operation.response is None


def test_operations_on_rooms_need_the_feature_control_plane() -> None:
    """A target that cannot make rooms may still issue tokens."""
    needing = {
        name
        for name, operation in load_operations().items()
        if operation.feature == "control_plane"
    }

    assert needing == {
        "CreateRoom",
        "GetRoom",
        "DeleteRoom",
        "SendEvent",
        "DeleteMessage",
        "DisconnectUser",
    }


@pytest.mark.parametrize("operation", load_operations().values(), ids=lambda o: o.name)
def test_every_shape_of_the_table_has_a_schema(operation: Operation) -> None:
    """Request, response and errors are names of schemas."""
    named = {operation.request, *operation.errors}
    if operation.response is not None:
        named.add(operation.response)

    assert named <= set(documents.shapes())


def test_table_is_read_once_and_cannot_be_changed() -> None:
    """Everybody gets the same read-only table."""
    operations = load_operations()

    assert operations is load_operations()
    assert not hasattr(operations, "__setitem__")
