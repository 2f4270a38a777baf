"""Requests that ask for a WebSocket, wherever they are cut, and those that do not."""

import pytest

from ivschat_conformance.reference_impl.core.http_messages import TransportFault
from ivschat_conformance.reference_impl.shells.http_reader import (
    CLOSE,
    PERSIST,
    RequestReader,
)

POST = b"POST /Call HTTP/1.1\r\nHost: here\r\n\r\n"
WEBSOCKET = (
    b"GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
)


def read(*pieces: bytes) -> RequestReader:
    """Feed a fresh reader these pieces, each to its end."""
    reader = RequestReader()
    for piece in pieces:
        rest = piece
        while rest and reader.accepting:
            rest = reader.read(rest)
    return reader


@pytest.mark.parametrize(
    "offer",
    [
        pytest.param(b"Connection: Upgrade\r\nUpgrade: websocket\r\n", id="most"),
        pytest.param(b"connection: upgrade\r\nupgrade: websocket\r\n", id="undici"),
        pytest.param(
            b"Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n", id="Firefox"
        ),
        pytest.param(
            b"Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n",
            id="a length of nothing",
        ),
    ],
)
def test_handshake_ends_http(offer: bytes) -> None:
    """It is none of the requests to answer, and what follows it is left as it is."""
    frames = b"\x81\x85....GET / HTTP/1.1\r\n\r\n"
    handshake = b"GET /room?a HTTP/1.1\r\nHost: here\r\n" + offer + b"\r\n"

    whole = read(POST + handshake + frames)

    assert [request.target for request, _ in whole.waiting] == ["/Call"]
    assert whole.handshake is not None
    assert (whole.handshake.method, whole.handshake.target) == ("GET", "/room?a")
    assert whole.handshake.header("upgrade") in {"websocket", "WebSocket"}
    assert whole.following == frames
    assert (whole.accepting, whole.under_way, whole.fault) == (False, 0, None)

    for cut in range(1, len(handshake)):
        reader = read(handshake[:cut], handshake[cut:] + frames)
        assert reader.handshake == whole.handshake, f"cut at {cut}"
        assert reader.following == frames


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"Content-Length: 3\r\n\r\nabc", id="length"),
        pytest.param(
            b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", id="chunked"
        ),
        pytest.param(
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", id="no chunk at all"
        ),
    ],
)
def test_handshake_with_a_body_is_malformed(body: bytes) -> None:
    """The body would be taken for frames."""
    reader = read(WEBSOCKET + body)

    assert reader.fault is TransportFault.MALFORMED
    assert reader.handshake is None
    assert not reader.waiting


@pytest.mark.parametrize(
    ("head", "field"),
    [
        pytest.param(WEBSOCKET.replace(b"GET", b"POST"), PERSIST, id="POST"),
        pytest.param(WEBSOCKET.replace(b"GET", b"OPTIONS"), PERSIST, id="OPTIONS"),
        pytest.param(WEBSOCKET.replace(b"1.1", b"1.0"), CLOSE, id="HTTP/1.0"),
        pytest.param(
            WEBSOCKET.replace(b"Connection: Upgrade\r\n", b""), PERSIST, id="one field"
        ),
        pytest.param(
            WEBSOCKET.replace(b"websocket", b"h2c"), PERSIST, id="another protocol"
        ),
    ],
)
def test_offer_that_is_no_handshake_is_an_ordinary_request(
    head: bytes, field: str
) -> None:
    """WebSockets begin with a GET of HTTP/1.1 that asks for one in both fields."""
    reader = read(head + b"Content-Length: 3\r\n\r\nabc")

    assert reader.handshake is None
    assert reader.fault is None
    assert [(request.body, field) for request, field in reader.waiting] == [
        (b"abc", field)
    ]
