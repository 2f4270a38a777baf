"""Streams of every make as handshakes and frames: nothing breaks, nothing is left.

`IVSCHAT_TEST_FUZZ` sets how many are made, 300 unless it says otherwise.
"""

import json
import logging
import os
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.shells.conftest import Lobby

EXAMPLES = int(os.environ.get("IVSCHAT_TEST_FUZZ", "300"))

# Handshakes: a sound one, some of whose lines are replaced, doubled or left out.
LINES = (
    "Host: here",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: MTYgYnl0ZXMgb2Yga2V5Lg==",
    "Sec-WebSocket-Protocol: {token}",
)
ODD_LINES = (
    "Connection: keep-alive, Upgrade",
    "Connection: close",
    "Connection: ,,",
    'Connection: "',
    "Upgrade: h2c",
    "Upgrade: websocket, h2c",
    "Upgrade: websocket/13",
    "Upgrade: ;",
    "Sec-WebSocket-Version: 12",
    "Sec-WebSocket-Version: 13, 8",
    "Sec-WebSocket-Version:",
    "Sec-WebSocket-Key: \xe9",
    "Sec-WebSocket-Key:",
    "Sec-WebSocket-Protocol: {token}, {token}",
    "Sec-WebSocket-Protocol: ,",
    "Sec-WebSocket-Protocol: \xff",
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
    'Sec-WebSocket-Extensions: ;;="',
    "Origin: null",
    "Origin: http://a",
    "Content-Length: 0",
    "Content-Length: 3",
    "Transfer-Encoding: chunked",
    "Expect: 100-continue",
    "nonsense",
)
TEXTS = st.text(st.characters(max_codepoint=255), max_size=12)
HEADS = st.builds(
    lambda first, keep, more: [
        first,
        *(line for line, kept in zip(LINES, keep, strict=True) if kept),
        *more,
    ],
    st.sampled_from(
        [
            *["GET / HTTP/1.1"] * 12,
            *("GET /a?b HTTP/1.1", "GET * HTTP/1.1", "GET http://a/ HTTP/1.1"),
            *("POST / HTTP/1.1", "GET / HTTP/1.0", "GET / HTTP/2.0", "CONNECT a:1"),
        ]
    ),
    st.tuples(*[st.sampled_from([True] * 19 + [False])] * len(LINES)),
    st.lists(
        st.one_of(st.sampled_from(LINES), st.sampled_from(ODD_LINES), TEXTS), max_size=2
    ),
)
HANDSHAKES = st.just(["GET / HTTP/1.1", *LINES]) | HEADS

# Frames: sound ones, and ones whose every bit and length may be wrong.
REQUESTS = st.one_of(
    st.fixed_dictionaries(
        {"Action": st.sampled_from(["SEND_MESSAGE", "DELETE_MESSAGE", "X"])},
        optional={
            "Content": st.text(max_size=9),
            "RequestId": st.text(max_size=9) | st.integers() | st.none(),
            "Attributes": st.dictionaries(st.text(max_size=3), st.text(max_size=3)),
            "Id": st.just("a1B2c3D4e5F6"),
            "UserId": st.sampled_from(["ann", "nobody"]),
        },
    ).map(lambda members: json.dumps(members).encode()),
    st.binary(max_size=40),
    st.binary(min_size=120, max_size=130),
    st.just(b"a" * 16_384),
    st.just(b"a" * 20_000),
)


def framed(
    first: int, payload: bytes, mask: bytes, claimed: int | None, *, masked: bool
) -> bytes:
    """Return a frame that may claim another length than it has."""
    size = len(payload) if claimed is None else claimed
    if size < 126:
        length = bytes([masked << 7 | size])
    elif size < 65_536:
        length = bytes([masked << 7 | 126]) + size.to_bytes(2)
    else:
        length = bytes([masked << 7 | 127]) + size.to_bytes(8)
    if masked:
        long = (mask * (len(payload) // 4 + 1))[: len(payload)]
        payload = bytes(a ^ b for a, b in zip(payload, long, strict=True))
        length += mask
    return bytes([first]) + length + payload


SOUND = st.builds(
    framed,
    st.sampled_from([0x81] * 5 + [0x82, 0x01, 0x00, 0x80, 0x89, 0x8A, 0x88]),
    REQUESTS,
    st.binary(min_size=4, max_size=4),
    st.none(),
    masked=st.just(value=True),
)
UNSOUND = st.builds(
    framed,
    st.integers(0, 255),
    REQUESTS,
    st.binary(min_size=4, max_size=4),
    st.none()
    | st.integers(0, 300)
    | st.sampled_from([65_536, 2**32, 2**63, 2**64 - 1]),
    masked=st.booleans(),
)
CLOSES = st.builds(
    framed,
    st.just(0x88),
    st.sampled_from([b"", b"\x03", b"\x03\xe8", b"\x03\xed", b"\x0f\xa0\xff"]),
    st.just(b"\0\0\0\0"),
    st.none(),
    masked=st.just(value=True),
)
FRAMES = st.lists(
    st.one_of(SOUND, SOUND, SOUND, UNSOUND, CLOSES, st.binary(max_size=20)), max_size=8
).map(b"".join)
CUTS = st.lists(st.floats(0, 1), max_size=4)
ENDS = st.sampled_from(["reset", "finish", "finish", "finish"])


def test_no_stream_breaks_the_server(
    lobby: "Lobby", caplog: pytest.LogCaptureFixture
) -> None:
    """No error is logged, all connections end, and the room goes on as before."""
    late: list[str] = []  # from those that did not wait for the end

    def take_errors() -> list[str]:
        errors = [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR]
        caplog.clear()
        return errors

    @settings(
        max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(head=HANDSHAKES, frames=FRAMES, cuts=CUTS, end=ENDS, noise=st.booleans())
    def send(
        head: list[str], frames: bytes, cuts: list[float], end: str, *, noise: bool
    ) -> None:
        late.extend(take_errors())
        token = lobby.token()
        lines = [line.replace("{token}", token) for line in head]
        data = "\r\n".join((*lines, "", "")).encode("latin-1") + frames
        at = sorted({0, len(data), *(int(cut * len(data)) for cut in cuts)})
        client = lobby.client()
        if noise:
            lobby.event("noise")
        try:
            for start, stop in pairwise(at):
                client.send(data[start:stop])
            if end == "finish":
                client.socket.shutdown(1)
                client.file.read()  # up to the end, which has to come
        except TimeoutError:
            raise
        except OSError:
            pass  # it was cut off, as it should be
        client.reset()
        if end == "finish":
            assert take_errors() == []

    witness = lobby.connect("witness")
    send()
    witness.hang_up()
    lobby.wait_for_people(0)

    assert late == []
