"""The backend's tests, on the fixture `ivschat` that the package brings."""

import json
from collections.abc import Iterator

import backend
import pytest
from fastapi.testclient import TestClient

from ivschat_conformance import FakeIvsChat

ANN = {"X-Name": "ann", "X-Role": "member"}
BEN = {"X-Name": "ben", "X-Role": "viewer"}
MO = {"X-Name": "mo", "X-Role": "moderator"}


@pytest.fixture
def client(
    ivschat: FakeIvsChat, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """Run the backend, set up for the fake as it would be for the service."""
    ivschat.set_environment(monkeypatch)
    monkeypatch.setenv("IVSCHAT_ROOM_ARN", ivschat.create_room("lobby"))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")  # botocore would wait between them
    backend.ivschat.cache_clear()
    with TestClient(backend.app) as client:
        yield client


def token_for(client: TestClient, headers: dict[str, str]) -> str:
    """Return the token that the backend gives to somebody."""
    answer = client.post("/chat-token", headers=headers)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])


def test_member_may_chat(ivschat: FakeIvsChat, client: TestClient) -> None:
    """The token opens a session, and the room hears who says what."""
    ann = ivschat.connect(token_for(client, ANN))

    ann.send("Hello")

    heard = ann.next_message()
    assert (heard.content, heard.sender.user_id) == ("Hello", "ann")
    assert heard.sender.attributes == {"displayName": "ann"}


def test_viewer_may_read_only(ivschat: FakeIvsChat, client: TestClient) -> None:
    """A role without capabilities hears everything and is refused to speak."""
    ann = ivschat.connect(token_for(client, ANN))
    ben = ivschat.connect(token_for(client, BEN))

    ben.send("Me too")
    ann.send("Hello")

    assert ben.next_error().error_code == 403
    assert ben.next_message().content == "Hello"


def test_answer_is_what_token_providers_return(client: TestClient) -> None:
    """Three members, the times as strings that JavaScript and Kotlin can read."""
    answer = client.post("/chat-token", headers=ANN).json()

    assert set(answer) == {"token", "tokenExpirationTime", "sessionExpirationTime"}
    assert all(isinstance(value, str) for value in answer.values())


def test_kicked_user_is_disconnected_everywhere(
    ivschat: FakeIvsChat, client: TestClient
) -> None:
    """Both of her tabs hear why, and close; the others stay."""
    tabs = [ivschat.connect(token_for(client, ANN)) for _ in range(2)]
    ben = ivschat.connect(token_for(client, BEN))

    answer = client.post("/kick", headers=MO, json={"user_id": "ann", "reason": "Spam"})

    assert answer.status_code == 204
    for tab in tabs:
        event = tab.next_event("aws:DISCONNECT_USER")
        assert event.attributes == {"UserId": "ann", "Reason": "Spam"}
        assert tab.wait_closed().clean
    ben.ping()  # which fails where the connection is closed


def test_only_moderators_kick(ivschat: FakeIvsChat, client: TestClient) -> None:
    """Everybody else gets a 403, and the service is not even called."""
    answer = client.post("/kick", headers=ANN, json={"user_id": "ben"})

    assert answer.status_code == 403
    assert not ivschat.calls.of("DisconnectUser")


def test_role_decides_what_is_asked_for(
    ivschat: FakeIvsChat, client: TestClient
) -> None:
    """What reached the service can be read in the test."""
    token_for(client, MO)

    request = ivschat.calls.of("CreateChatToken").one().request
    assert request["userId"] == "mo"
    assert request["sessionDurationInMinutes"] == 60
    assert set(request["capabilities"]) == {
        *("SEND_MESSAGE", "DELETE_MESSAGE", "DISCONNECT_USER")
    }


def test_session_ends_and_the_next_token_opens_another(
    ivschat: FakeIvsChat, client: TestClient
) -> None:
    """An hour passes in a moment, and boto3 does not mind."""
    ann = ivschat.connect(token_for(client, ANN))

    ivschat.clock.advance(minutes=61)

    assert ann.wait_closed().clean
    again = ivschat.connect(token_for(client, ANN))
    again.send("I am back")
    assert again.next_message().content == "I am back"


@pytest.mark.parametrize(
    ("fault", "status"),
    [("throttle", 503), ("internal_error", 503), ("access_denied", 502)],
)
def test_refusal_says_whether_to_try_again(
    ivschat: FakeIvsChat, client: TestClient, fault: str, status: int
) -> None:
    """What passes by itself is a 503; what somebody has to repair is none."""
    ivschat.faults.plan("CreateChatToken", fault)

    answer = client.post("/chat-token", headers=ANN)

    assert answer.status_code == status
    assert json.loads(answer.text)["message"].endswith("Exception")
