"""The core in place of the network for boto3 and botocore: signed, and sent nowhere."""

from collections.abc import Iterator
from contextlib import suppress
from random import SystemRandom
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.shells.in_process import InProcess
from ivschat_conformance.reference_impl.shells.mock_botocore import (
    BotocoreMock,
    answering_botocore,
)
from ivschat_conformance.reference_impl.shells.server import RealTimeEventLoop

ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
NOWHERE = "http://127.0.0.1:9"  # nothing listens there
OPTIONS = {
    "region_name": "us-west-2",
    "aws_access_key_id": "test",
    "aws_secret_access_key": "test",
    "config": Config(retries={"total_max_attempts": 1}),
}


@pytest.fixture(scope="module")
def session() -> Any:
    """Give a session that was made before any mock."""
    return boto3.session.Session()


@pytest.fixture
def door() -> InProcess:
    """Give a core without a socket."""
    core = Endpoint(Settings(rooms=[ROOM]), SystemRandom(), clock.now())
    return InProcess(core, RealTimeEventLoop)


def is_ours(host: str) -> bool:
    """Say whether a host is answered."""
    return host != "127.0.0.1"


@pytest.fixture
def mock(door: InProcess) -> Iterator[BotocoreMock]:
    """Answer clients that are made in this test."""
    with answering_botocore(door.answer, is_ours) as mock:
        yield mock


@pytest.mark.usefixtures("mock")
@pytest.mark.parametrize(
    "endpoint_url", [None, "https://chat.invalid", "http://chat.invalid:8080/"]
)
def test_client_is_answered(session: Any, endpoint_url: str | None) -> None:
    """Whatever host it was given, the signature of what it sends is the right one."""
    client = session.client("ivschat", endpoint_url=endpoint_url, **OPTIONS)

    client.tag_resource(resourceArn=ROOM, tags={"a b": "c/d"})
    token = client.create_chat_token(roomIdentifier=ROOM, userId="Ünïcode")
    tags = client.list_tags_for_resource(resourceArn=ROOM)["tags"]
    client.untag_resource(resourceArn=ROOM, tagKeys=["a b"])
    gone = client.delete_room(identifier=ROOM)

    assert tags == {"a b": "c/d"}
    assert token["tokenExpirationTime"].utcoffset() is not None
    assert token["ResponseMetadata"]["HTTPHeaders"]["content-type"] == (
        "application/json"
    )
    assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert "content-length" not in gone["ResponseMetadata"]["HTTPHeaders"]


@pytest.mark.usefixtures("mock")
def test_signature_is_verified(session: Any) -> None:
    """A wrong secret is refused as by the service."""
    wrong = {**OPTIONS, "aws_secret_access_key": "other"}

    with pytest.raises(ClientError) as refused:
        session.client("ivschat", **wrong).list_rooms()

    assert refused.value.response["Error"]["Code"] == "InvalidSignatureException"


@pytest.mark.usefixtures("mock")
def test_modelled_error_is_a_class_of_its_own(session: Any) -> None:
    """The client reads the error's members, as of an answer that was sent."""
    client = session.client("ivschat", **OPTIONS)

    with pytest.raises(client.exceptions.ResourceNotFoundException) as refused:
        client.get_room(identifier=ROOM[:-1] + "7")

    assert refused.value.response["resourceType"] == "ROOM"


@pytest.mark.usefixtures("mock")
def test_botocore_alone_is_answered() -> None:
    """A session of botocore that is made meanwhile is no other than boto3's."""
    session: Any = botocore.session.get_session()
    client = session.create_client("ivschat", **OPTIONS)

    assert client.list_rooms()["rooms"][0]["arn"] == ROOM


@pytest.mark.usefixtures("mock")
def test_other_services_and_hosts_are_sent(session: Any) -> None:
    """Another service's client is left alone, and so is a host that is not ours."""
    ivs = session.client("ivs", endpoint_url=NOWHERE, **OPTIONS)
    elsewhere = session.client("ivschat", endpoint_url=NOWHERE, **OPTIONS)

    with pytest.raises(EndpointConnectionError):
        ivs.list_channels()
    with pytest.raises(EndpointConnectionError):
        elsewhere.list_rooms()


def test_other_service_is_not_attached(session: Any, mock: BotocoreMock) -> None:
    """Nobody mistakes a client of IVS for one of IVS Chat, whatever its host."""
    ivs = session.client("ivs", endpoint_url=NOWHERE, **OPTIONS)
    sent = []
    ivs.meta.events.register("before-send.ivs", lambda **said: sent.append(said))

    mock.attach(ivs)
    with pytest.raises(EndpointConnectionError):
        ivs.list_channels()

    assert len(sent) == 1


def test_client_from_before_is_attached_by_hand(session: Any, door: InProcess) -> None:
    """What was made before is sent until it is attached, and again after the end."""
    client = session.client("ivschat", endpoint_url=NOWHERE, **OPTIONS)

    with answering_botocore(door.answer, lambda _: True) as mock:
        with pytest.raises(EndpointConnectionError):
            client.list_rooms()
        mock.attach(client)
        made_meanwhile = session.client("ivschat", endpoint_url=NOWHERE, **OPTIONS)
        assert client.list_rooms()["rooms"] == made_meanwhile.list_rooms()["rooms"]

    for each in (client, made_meanwhile):
        with pytest.raises(EndpointConnectionError):
            each.list_rooms()


def test_patch_that_outlives_the_mock_answers_nobody(
    session: Any, door: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has patched over it still calls it, and gets a client as ever."""
    with answering_botocore(door.answer, lambda _: True):
        held = botocore.session.Session.create_client
    monkeypatch.setattr(botocore.session.Session, "create_client", held)

    client = session.client("ivschat", endpoint_url=NOWHERE, **OPTIONS)

    with pytest.raises(EndpointConnectionError):
        client.list_rooms()


def test_sessions_make_clients_as_before(door: InProcess) -> None:
    """The patch is gone with the mock, also where a test failed."""
    before = botocore.session.Session.create_client

    with suppress(ZeroDivisionError), answering_botocore(door.answer, is_ours):
        assert botocore.session.Session.create_client is not before
        raise ZeroDivisionError

    assert botocore.session.Session.create_client is before
