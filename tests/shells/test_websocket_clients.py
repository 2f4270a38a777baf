"""The handshakes of real clients, as they were received."""

from typing import TYPE_CHECKING

import pytest
from websockets.utils import accept_key

if TYPE_CHECKING:
    from tests.shells.conftest import Lobby

KEY = "MTYgYnl0ZXMgb2Yga2V5Lg=="

# In their order and their letter case; only the values in braces differ.
CLIENTS = {
    "ws": """\
Sec-WebSocket-Version: 13
Sec-WebSocket-Key: {key}
Connection: Upgrade
Upgrade: websocket
Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits
Sec-WebSocket-Protocol: {token}
Host: 127.0.0.1:18931""",
    "undici": """\
host: 127.0.0.1:18931
connection: upgrade
upgrade: websocket
sec-websocket-key: {key}
sec-websocket-version: 13
sec-websocket-protocol: {token}
sec-websocket-extensions: permessage-deflate; client_max_window_bits
accept: */*
accept-language: *
sec-fetch-mode: websocket
user-agent: node
pragma: no-cache
cache-control: no-cache
accept-encoding: gzip, deflate""",
    "Chromium": """\
Host: 127.0.0.1:18931
Connection: Upgrade
Pragma: no-cache
Cache-Control: no-cache
User-Agent: Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/156.0.0.0 Safari/537.36
Upgrade: websocket
Origin: http://127.0.0.1:40555
Sec-WebSocket-Version: 13
Accept-Encoding: gzip, deflate, br, zstd
Accept-Language: en-US,en;q=0.9
Sec-WebSocket-Key: {key}
Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits
Sec-WebSocket-Protocol: {token}""",
    "websockets": """\
Host: 127.0.0.1:18931
Upgrade: websocket
Connection: Upgrade
Sec-WebSocket-Key: {key}
Sec-WebSocket-Version: 13
Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits
Sec-WebSocket-Protocol: {token}
User-Agent: Python/3.11 websockets/17.4""",
    "aiohttp": """\
Host: 127.0.0.1:18931
Upgrade: websocket
Connection: Upgrade
Sec-WebSocket-Version: 13
Sec-WebSocket-Key: {key}
Sec-WebSocket-Protocol: {token}
Accept: */*
Accept-Encoding: gzip, deflate
User-Agent: Python/3.11 aiohttp/3.14""",
    "gorilla": """\
Host: 127.0.0.1:18931
User-Agent: Go-http-client/1.1
Connection: Upgrade
Sec-WebSocket-Key: {key}
Sec-WebSocket-Protocol: {token}
Sec-WebSocket-Version: 13
Upgrade: websocket""",
    "Firefox": """\
Host: 127.0.0.1:18931
Sec-WebSocket-Version: 13
Origin: null
Sec-WebSocket-Protocol: {token}
Sec-WebSocket-Extensions: permessage-deflate
Sec-WebSocket-Key: {key}
Connection: keep-alive, Upgrade
Pragma: no-cache
Cache-Control: no-cache
Upgrade: websocket""",
}


def as_received(client: str, token: str) -> bytes:
    """Return the handshake of this client."""
    fields = CLIENTS[client].format(key=KEY, token=token).splitlines()
    return "\r\n".join(("GET / HTTP/1.1", *fields, "", "")).encode()


@pytest.mark.parametrize("name", CLIENTS)
def test_handshake_as_received_opens_a_session(lobby: "Lobby", name: str) -> None:
    """All get the same answer: their token back, no extension, nothing unasked for."""
    client, token = lobby.client(), lobby.token()

    client.send(as_received(name, token))

    assert client.head() == (
        "HTTP/1.1 101 Switching Protocols",
        {
            "upgrade": "websocket",
            "connection": "Upgrade",
            "sec-websocket-accept": accept_key(KEY),
            "sec-websocket-protocol": token,
        },
    )
    lobby.event("for everybody")
    assert client.hear_contents(1) == ["for everybody"]
