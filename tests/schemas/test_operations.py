"""The operation table."""

import pytest

from ivschat_conformance.schemas import documents
from ivschat_conformance.schemas.operations import Operation, load_operations


def test_table_has_the_17_operations() -> None:
    """No operation is missing, and none is made up (GEN-03)."""
    operations = load_operations()

    assert set(operations) == {
        "CreateChatToken",
        "CreateLoggingConfiguration",
        "CreateRoom",
        "DeleteLoggingConfiguration",
        "DeleteMessage",
        "DeleteRoom",
        "DisconnectUser",
        "GetLoggingConfiguration",
        "GetRoom",
        "ListLoggingConfigurations",
        "ListRooms",
        "ListTagsForResource",
        "SendEvent",
        "TagResource",
        "UntagResource",
        "UpdateLoggingConfiguration",
        "UpdateRoom",
    }
    assert len(operations) == 17


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


def test_members_in_path_and_query_are_told() -> None:
    """UntagResource has one member in its path and one in its query."""
    operation = load_operations()["UntagResource"]

    assert (operation.method, operation.path) == ("DELETE", "/tags/{resourceArn}")
    assert operation.path_member == "resourceArn"
    assert operation.query == ("tagKeys",)
    assert load_operations()["CreateChatToken"].path_member is None


def test_operation_without_a_body_in_its_answer_has_no_response() -> None:
    """DeleteRoom answers 204 and names no response shape."""
    operation = load_operations()["DeleteRoom"]

    assert operation.status == 204
    assert operation.response is None


def test_all_but_one_operation_need_the_feature_control_plane() -> None:
    """A target that cannot make rooms may still issue tokens."""
    features = {name: row.feature for name, row in load_operations().items()}

    assert features.pop("CreateChatToken") is None
    assert set(features.values()) == {"control_plane"}


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
