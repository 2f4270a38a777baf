"""Scenarios about chat tokens: how a backend asks for one, and what it opens."""

import base64
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from chat_app import fetch_token

from ivschat_conformance import FakeIvsChat

Refused = Callable[[], AbstractContextManager[object]]


def test_scenario_01_room_id_instead_of_its_arn(
    ivschat: FakeIvsChat, backend: Any
) -> None:
    """A backend that swallows errors answers nothing; the fake says what was wrong."""
    room = ivschat.create_room()

    def token_provider() -> str | None:
        try:
            answer = backend.create_chat_token(roomIdentifier=room.id, userId="ann")
        except backend.exceptions.ClientError:
            return None  # the bug: the page waits for ever, and nobody knows why
        return str(answer["token"])

    assert token_provider() is None
    call = ivschat.calls.of("CreateChatToken").one()
    assert (call.status, call.error) == (400, "ValidationException")
    assert [finding.name for finding in ivschat.findings] == ["room_id_instead_of_arn"]


def test_scenario_02_backend_that_cannot_be_reached(ivschat: FakeIvsChat) -> None:
    """The same dead page as in scenario 1, and here no call has come at all."""
    backend_url = "http://127.0.0.1:1/chat-token"  # a wrong API_URL

    with pytest.raises(requests.ConnectionError):
        requests.post(backend_url, timeout=5)

    assert not ivschat.calls


def test_scenario_02_preflight_of_a_page_is_answered(ivschat: FakeIvsChat) -> None:
    """CORS is no obstacle, but a page that calls the service itself is found out."""
    url = f"{ivschat.endpoint}/CreateChatToken"
    headers = {
        "Origin": "http://localhost:3000",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }

    preflight = requests.options(url, headers=headers, timeout=5)
    requests.post(url, json={}, headers={"Origin": headers["Origin"]}, timeout=5)

    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    names = {finding.name for finding in ivschat.findings}
    assert names == {"called_from_browser", "signature_missing"}


def test_scenario_04_reconnecting_with_the_old_token(
    ivschat: FakeIvsChat, refused: Refused
) -> None:
    """An application that keeps its token comes back from the background to nothing."""
    token = ivschat.create_room().create_chat_token("ann")
    ivschat.connect(token).close()

    with refused():
        ivschat.connect(token)

    assert [finding.name for finding in ivschat.findings] == ["token_reused"]


def test_scenario_06_token_opens_one_connection(
    ivschat: FakeIvsChat, refused: Refused
) -> None:
    """While the first connection is open, too; a second token opens a second one."""
    room = ivschat.create_room()
    token = room.create_chat_token("ann")
    first = ivschat.connect(token)

    with refused():
        ivschat.connect(token)
    second = ivschat.connect(room.create_chat_token("ann"))

    first.ping()
    second.ping()


def test_scenario_07_token_is_good_for_a_minute(
    ivschat: FakeIvsChat, backend: Any, refused: Refused
) -> None:
    """It says when it ends, opens until then, and nothing from then on."""
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    ivschat.clock.freeze(now)
    room = ivschat.create_room()
    in_time, too_late = (
        fetch_token(backend, room, user_id) for user_id in ("ann", "ben")
    )

    ivschat.clock.advance(seconds=59)
    ivschat.connect(in_time["token"])
    ivschat.clock.advance(seconds=1)
    with refused():
        ivschat.connect(too_late["token"])

    assert too_late["tokenExpirationTime"] == now + timedelta(seconds=60)
    assert [finding.name for finding in ivschat.findings] == ["token_expired"]


def test_scenario_10_token_is_no_jwt(ivschat: FakeIvsChat) -> None:
    """Who decodes it to read `exp` finds nothing to decode: it is encrypted."""
    token = ivschat.create_room().create_chat_token("ann")

    def expiration_of_jwt(text: str) -> int:
        _, payload, _ = text.split(".")
        return int(json.loads(base64.urlsafe_b64decode(payload + "=="))["exp"])

    with pytest.raises(ValueError):  # noqa: PT011 - wherever it gives up
        expiration_of_jwt(token)


def test_scenario_12_misspelt_member_of_the_answer(
    ivschat: FakeIvsChat, backend: Any
) -> None:
    """The answer is the service's, so a wrong name fails as it will in production."""
    answer = fetch_token(backend, ivschat.create_room(), "ann")

    with pytest.raises(KeyError, match="toekn"):
        answer["toekn"]
    assert set(answer) == {
        *("token", "tokenExpirationTime", "sessionExpirationTime", "ResponseMetadata")
    }


def test_scenario_13_dates_for_the_page(ivschat: FakeIvsChat, backend: Any) -> None:
    """boto3's dates are no JSON; the page's SDK takes ISO 8601 and no numbers."""
    room = ivschat.create_room()
    answer = fetch_token(backend, room, "ann")
    on_the_wire = ivschat.perform("CreateChatToken", roomIdentifier=room, userId="ann")

    with pytest.raises(TypeError, match="datetime is not JSON serializable"):
        json.dumps(answer)
    for name in ("tokenExpirationTime", "sessionExpirationTime"):
        text = json.loads(json.dumps(answer[name].isoformat()))
        assert datetime.fromisoformat(text) == answer[name]
        assert datetime.fromisoformat(on_the_wire[name]).tzinfo is not None


def test_scenario_14_room_of_another_region(ivschat: FakeIvsChat, backend: Any) -> None:
    """An ARN from another region's configuration is named as what it is."""
    room = ivschat.create_room().arn.replace(ivschat.region, "eu-central-1")

    with pytest.raises(backend.exceptions.ResourceNotFoundException):
        backend.create_chat_token(roomIdentifier=room, userId="ann")

    assert [finding.name for finding in ivschat.findings] == ["wrong_region"]


def test_scenario_14_token_at_another_regions_edge(
    ivschat: FakeIvsChat, refused: Refused
) -> None:
    """A client that connects to the wrong region is let in nowhere."""
    token = ivschat.create_room().create_chat_token("ann")

    with FakeIvsChat(region="eu-central-1") as elsewhere:
        with refused():
            elsewhere.connect(token)
        assert [finding.name for finding in elsewhere.findings] == ["token_unknown"]
    assert ivschat.connect(token).is_open


@pytest.mark.parametrize(
    ("value", "accepted"),
    [("x" * 1017, True), ("x" * 1018, False), ("é" * 509, False)],
    ids=["1024-bytes", "1025-bytes", "1025-bytes-of-fewer-characters"],
)
def test_scenario_16_attributes_of_more_than_1_kb(
    ivschat: FakeIvsChat, backend: Any, value: str, *, accepted: bool
) -> None:
    """JSON in one attribute is how they get there; its name counts, and in bytes."""
    room = ivschat.create_room()
    attributes = {"channel": value}

    if accepted:
        assert fetch_token(backend, room, "ann", attributes=attributes)["token"]
        return
    with pytest.raises(backend.exceptions.ValidationException):
        backend.create_chat_token(
            roomIdentifier=room, userId="ann", attributes=attributes
        )
    assert [finding.name for finding in ivschat.findings] == ["attributes_too_large"]
