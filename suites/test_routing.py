"""Where no operation is: other paths, other methods (contract.md 2.4)."""

from dataclasses import replace

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import ChatTokens, case, verifies
from ivschat_conformance.fixtures.control_plane import ControlPlane


@verifies("ROUTE-01")
@pytest.mark.parametrize(
    "path",
    [
        case("/", name="root"),
        case("/NoSuchOperation", name="unknown-name"),
        case("/CreateChatTokens", name="name-and-more"),
        case("/CreateChat", name="half-a-name"),
        case("/CreateChatToken/1", name="path-below"),
        case("/chat/CreateChatToken", name="path-above"),
        case("/CreateChatToken%20", name="trailing-space"),
        case("/CreateChatToken.json", name="suffix"),
    ],
)
def test_unknown_path_is_refused(
    api: ControlPlane, chat_tokens: ChatTokens, path: str
) -> None:
    """A path of no operation answers some 4xx, though body and signature are good."""
    draft = replace(api.draft("CreateChatToken", chat_tokens.valid), path=path)

    refused = api.send(draft)
    twin = chat_tokens.ask()

    expect.not_successful(refused)
    expect.twin_accepted(twin)


@verifies("ROUTE-01")
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_wrong_method_is_refused(
    api: ControlPlane, chat_tokens: ChatTokens, method: str
) -> None:
    """Operations are called by POST alone."""
    refused = api.call("CreateChatToken", chat_tokens.valid, method=method)
    twin = chat_tokens.ask()

    expect.not_successful(refused)
    expect.twin_accepted(twin)


@verifies("ROUTE-01")
def test_chat_token_cannot_be_got(api: ControlPlane, chat_tokens: ChatTokens) -> None:
    """GET makes no token."""
    refused = api.call("CreateChatToken", b"", method="GET")
    twin = chat_tokens.ask()

    expect.not_successful(refused)
    expect.twin_accepted(twin)


@verifies("ROUTE-01")
def test_room_cannot_be_got_by_get(api: ControlPlane, room: str) -> None:
    """Even a read is a POST."""
    refused = api.call("GetRoom", b"", method="GET")
    twin = api.call("GetRoom", {"identifier": room})

    expect.not_successful(refused)
    expect.twin_accepted(twin)


@verifies("ROUTE-02")
@pytest.mark.parametrize("operation", ["NoSuchOperation", "CreateChatTokens"])
def test_unknown_operation_has_a_reason_of_its_own(
    api: ControlPlane, chat_tokens: ChatTokens, operation: str
) -> None:
    """A signed request is a ValidationException of reason UNKNOWN_OPERATION."""
    refused = api.call(operation, chat_tokens.valid)
    twin = chat_tokens.ask()

    expect.refused(refused)
    reason = refused.json.get("reason")
    assert reason == "UNKNOWN_OPERATION", f"reason is {reason}"
    expect.twin_accepted(twin)
