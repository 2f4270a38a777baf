"""The server with TLS: both APIs on one port, and whoever speaks something else."""

import json
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from random import Random
from typing import Any

import pytest
import requests
from websockets.exceptions import ConnectionClosedOK
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as connect_websocket

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.adapters.certificates import ServerCertificate
from ivschat_conformance.reference_impl.core.effects import Deliver
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.shells.http_connection import Timeouts
from ivschat_conformance.reference_impl.shells.server import Address, ServerThread
from ivschat_conformance.reference_impl.shells.websocket_connection import (
    LINGER_SECONDS,
    MAX_BACKLOG_BYTES,
)

DEADLINE = 5.0  # seconds; what is late by more has hung
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
PLAIN = b"GET /_control/clock HTTP/1.1\r\nHost: here\r\n\r\n"


@pytest.fixture(scope="module")
def certificate() -> Iterator[ServerCertificate]:
    """Return the certificate of every server here."""
    with ServerCertificate() as made:
        yield made


@pytest.fixture
def core() -> Endpoint:
    """Return a core with one room."""
    settings = Settings(rooms=[ROOM], verify_signatures=False)
    return Endpoint(settings, Random(20260102), clock.now())  # noqa: S311 - repeatable


@pytest.fixture
def server(
    core: Endpoint, certificate: ServerCertificate, caplog: pytest.LogCaptureFixture
) -> Iterator[ServerThread]:
    """Run a server that nobody makes complain."""
    with (
        caplog.at_level(logging.INFO),
        ServerThread(core, tls=certificate.context) as thread,
    ):
        yield thread

        assert call(thread, certificate, "GetRoom", identifier=ROOM)["arn"] == ROOM
    assert [r.getMessage() for r in caplog.get_records("call")] == []


def call(
    server: ServerThread,
    certificate: ServerCertificate,
    operation: str,
    **members: object,
) -> Any:
    """Make a call that succeeds, and return its output."""
    answer = requests.post(
        f"{server.address.url}/{operation}",
        json=members,
        verify=str(certificate.ca_bundle),
        timeout=DEADLINE,
    )
    assert answer.ok, answer.text
    return answer.json() if answer.content else None


@contextmanager
def joined(
    server: ServerThread, certificate: ServerCertificate, user_id: str
) -> Iterator[ClientConnection]:
    """Open a session of this user, who may do everything."""
    token = call(
        server,
        certificate,
        "CreateChatToken",
        roomIdentifier=ROOM,
        userId=user_id,
        capabilities=["SEND_MESSAGE", "DELETE_MESSAGE", "DISCONNECT_USER"],
    )["token"]
    with connect_websocket(
        server.address.ws_url,
        subprotocols=[token],
        ssl=ssl.create_default_context(cafile=certificate.ca_bundle),
        open_timeout=DEADLINE,
        close_timeout=DEADLINE,
    ) as connection:
        yield connection


def plain(address: Address) -> socket.socket:
    """Open a connection over which nothing has been said."""
    return socket.create_connection((address.host, address.port), timeout=DEADLINE)


def ended(client: socket.socket) -> bytes:
    """Return what comes up to the end, or to a reset."""
    received = b""
    try:
        while data := client.recv(4096):
            received += data
    except ConnectionResetError:
        pass
    return received


def test_address_says_https_and_wss(server: ServerThread) -> None:
    """Whoever is told where the server listens is told how."""
    port = server.address.port

    assert server.address.url == f"https://127.0.0.1:{port}"
    assert server.address.ws_url == f"wss://127.0.0.1:{port}"


def test_both_apis_share_the_port(
    server: ServerThread, certificate: ServerCertificate
) -> None:
    """A message, and an event of the control plane, arrive over wss."""
    with joined(server, certificate, "ann") as ann:
        ann.send(json.dumps({"Action": "SEND_MESSAGE", "Content": "Grüezi 👋"}))
        message = json.loads(ann.recv(DEADLINE))
        call(
            server, certificate, "SendEvent", roomIdentifier=ROOM, eventName="app:break"
        )
        event = json.loads(ann.recv(DEADLINE))

    assert message["Content"] == "Grüezi 👋"
    assert event["EventName"] == "app:break"


def test_closing_takes_no_time(
    server: ServerThread, certificate: ServerCertificate
) -> None:
    """Whoever closes is let go at once, and not when the server cuts it off."""
    with joined(server, certificate, "ann") as ann:
        began = clock.monotonic()
        ann.close()
        took = clock.monotonic() - began

    assert took < LINGER_SECONDS / 2


def test_disconnected_user_gets_the_close_frame(
    server: ServerThread, certificate: ServerCertificate
) -> None:
    """The event, then the closing handshake, then the end."""
    with joined(server, certificate, "ann") as ann:
        call(server, certificate, "DisconnectUser", roomIdentifier=ROOM, userId="ann")
        event = json.loads(ann.recv(DEADLINE))
        with pytest.raises(ConnectionClosedOK):
            ann.recv(DEADLINE)

    assert event["EventName"] == "aws:DISCONNECT_USER"
    assert ann.close_code == 1000


def test_client_that_does_not_read_is_dropped(
    core: Endpoint, server: ServerThread, certificate: ServerCertificate
) -> None:
    """Encrypted or not, nobody makes the server keep what they never fetch."""
    with joined(server, certificate, "deaf") as deaf:
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        frame = "x" * 16_000
        most = 64 * MAX_BACKLOG_BYTES // len(frame)  # far beyond the system's buffers

        def deliver() -> bool:
            sessions = tuple(core.service.live.sessions)
            server.server.carry_out([Deliver(sessions, frame)])  # no rate limits here
            return bool(sessions)

        assert not all(server.call(deliver) for _ in range(most))


def test_plain_http_is_hung_up_on(server: ServerThread) -> None:
    """Who forgets the s of https gets an end at once, and no answer to misread."""
    with plain(server.address) as client:
        client.sendall(PLAIN)

        assert b"HTTP/1.1" not in ended(client)


def test_client_that_trusts_nobody_hangs_up(server: ServerThread) -> None:
    """Who does not know the bundle says so, and the server is none the worse."""
    trusting_the_systems = ssl.create_default_context()
    with plain(server.address) as client, pytest.raises(ssl.SSLCertVerificationError):
        trusting_the_systems.wrap_socket(client, server_hostname="127.0.0.1")


@pytest.mark.parametrize("first", [b"", b"\x16\x03\x01"], ids=["silent", "half-hello"])
def test_client_that_never_finishes_its_hello_is_dropped(
    core: Endpoint,
    certificate: ServerCertificate,
    caplog: pytest.LogCaptureFixture,
    first: bytes,
) -> None:
    """As long as for a request, and no longer."""
    short = Timeouts(request=0.05, linger=0.05)
    with (
        ServerThread(core, timeouts=short, tls=certificate.context) as server,
        plain(server.address) as client,
    ):
        client.sendall(first)

        assert ended(client) == b""
    assert caplog.records == []


def test_stop_waits_for_nobody(
    core: Endpoint, certificate: ServerCertificate, caplog: pytest.LogCaptureFixture
) -> None:
    """A session, an idle client and one in mid-handshake are dropped at once."""
    server = ServerThread(core, tls=certificate.context)
    address = server.start()
    trusting = ssl.create_default_context(cafile=certificate.ca_bundle)
    with (
        closing(plain(address)) as in_handshake,
        trusting.wrap_socket(plain(address), server_hostname="127.0.0.1") as idle,
        joined(server, certificate, "ann"),
    ):
        began = clock.monotonic()
        server.stop()
        took = clock.monotonic() - began

        assert ended(in_handshake) == b""
        assert idle.recv(1) == b""
    assert took < 1
    assert caplog.records == []


def test_hello_on_the_plain_port_is_refused(
    core: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    """Who has an s too many is told at once that this is no TLS."""
    with ServerThread(core) as server:
        with plain(server.address) as client, pytest.raises(ssl.SSLError) as refused:
            ssl.create_default_context().wrap_socket(client, server_hostname="here")

        assert "WRONG_VERSION_NUMBER" in str(refused.value)
        answer = requests.get(f"{server.address.url}/_control/clock", timeout=DEADLINE)
        assert answer.status_code == 200
    assert caplog.records == []
