"""Scenarios about accounts: throttling, permissions, credentials."""

from types import SimpleNamespace
from typing import Any

import pytest
import requests
from chat_app import fetch_token

from ivschat_conformance import FakeIvsChat


def test_scenario_23_throttling_is_survived_by_retries(
    ivschat: FakeIvsChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """boto3 tries again by itself: the application sees nothing of it."""
    waits: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=waits.append))
    client = ivschat.boto3_client()
    room = ivschat.create_room()
    ivschat.faults.plan("CreateChatToken", "throttle", times=2)

    token = client.create_chat_token(roomIdentifier=room, userId="ann")["token"]
    client.close()

    assert ivschat.connect(token).is_open
    assert [call.status for call in ivschat.calls.of("CreateChatToken")] == [
        *(429, 429, 200)
    ]
    assert len(waits) == 2


@pytest.mark.parametrize("operation", ["SendEvent", "DeleteMessage", "DisconnectUser"])
def test_scenario_23_throttling_without_retries(
    ivschat: FakeIvsChat, backend: Any, operation: str
) -> None:
    """Every call of the control plane may meet it, under this one name."""
    room = ivschat.create_room()
    ivschat.faults.plan(operation, "throttle")
    call = {
        "SendEvent": lambda: backend.send_event(roomIdentifier=room, eventName="app:a"),
        "DeleteMessage": lambda: backend.delete_message(
            roomIdentifier=room, id="AYk6xKitV4On"
        ),
        "DisconnectUser": lambda: backend.disconnect_user(
            roomIdentifier=room, userId="ann"
        ),
    }[operation]

    with pytest.raises(backend.exceptions.ThrottlingException) as refusal:
        call()

    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429


def test_scenario_24_call_of_an_account_that_is_not_verified(
    ivschat: FakeIvsChat, backend: Any
) -> None:
    """One call meets PendingVerification, and the next one is let through."""
    ivschat.faults.plan("CreateRoom", "pending_verification")

    with pytest.raises(backend.exceptions.PendingVerification) as refusal:
        backend.create_room()

    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert backend.create_room()["arn"]


def test_scenario_24_account_that_is_not_verified() -> None:
    """As an option it lasts, until AWS has looked at the account."""
    with FakeIvsChat(pending_verification=True) as ivschat:
        client = ivschat.boto3_client()
        with pytest.raises(client.exceptions.PendingVerification):
            client.create_room()
        client.close()


def test_scenario_25_policy_without_the_permission(
    ivschat: FakeIvsChat, backend: Any
) -> None:
    """It lacks ivschat:CreateChatToken: an error of its own, which nobody retries."""
    room = ivschat.create_room()
    ivschat.faults.plan("CreateChatToken", "access_denied")

    with pytest.raises(backend.exceptions.AccessDeniedException):
        backend.create_chat_token(roomIdentifier=room, userId="ann")

    assert ivschat.calls.of("CreateChatToken").one().status == 403
    assert fetch_token(backend, room, "ann")["token"]


def test_scenario_27_call_without_credentials(ivschat: FakeIvsChat) -> None:
    """It is refused, as the service refuses it."""
    room = ivschat.create_room()

    answer = requests.post(
        f"{ivschat.endpoint}/CreateChatToken",
        json={"roomIdentifier": room, "userId": "ann"},
        timeout=5,
    )

    assert answer.status_code == 403
    assert answer.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"
    assert [finding.name for finding in ivschat.findings] == ["signature_missing"]


def test_scenario_27_credentials_that_are_shipped_to_a_page(
    ivschat: FakeIvsChat, backend: Any
) -> None:
    """Signed or not, a call that comes from a page is found out by its Origin."""
    backend.meta.events.register(
        "before-sign", lambda request, **_: request.headers.add_header("Origin", "null")
    )

    backend.create_room()

    assert [finding.name for finding in ivschat.findings] == ["called_from_browser"]
