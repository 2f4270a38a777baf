"""Bytes that become requests, wherever they are cut, and bytes that become none."""

import pytest

from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    TransportFault,
)
from ivschat_conformance.reference_impl.shells.http_reader import (
    CLOSE,
    PERSIST,
    RequestReader,
)

HEAD = b"POST /Call HTTP/1.1\r\nHost: here\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

STREAM = (
    b"\r\nPOST /Sized?a=%2F&b HTTP/1.1\r\nHost: here\r\nX-Odd:\t  v\xe9\xa0 \t\r\n"
    b"X-Empty:\r\nx-odd: again\r\nContent-Length: 3\r\n\r\nabc"
    + CHUNKED
    + b'3;name="value"\r\nxyz\r\n0001\r\n!\r\n0\r\nTrailer: gone\r\n\r\n'
    b"GET /last HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
)
REQUESTS = [
    HttpRequest(
        "POST",
        "/Sized?a=%2F&b",
        (
            ("host", "here"),
            ("x-odd", "v\xe9\xa0"),
            ("x-empty", ""),
            ("x-odd", "again"),
            ("content-length", "3"),
        ),
        b"abc",
    ),
    HttpRequest(
        "POST", "/Call", (("host", "here"), ("transfer-encoding", "chunked")), b"xyz!"
    ),
    HttpRequest("GET", "/last", (("host", "here"), ("connection", "close"))),
]


def read(*pieces: bytes) -> RequestReader:
    """Feed a fresh reader these pieces, each to its end."""
    reader = RequestReader()
    for piece in pieces:
        rest = piece
        while rest and reader.accepting:
            rest = reader.read(rest)
    return reader


def test_stream_cut_anywhere_is_the_same_requests() -> None:
    """Where the network cuts means nothing."""
    for cut in range(len(STREAM)):
        reader = read(STREAM[:cut], STREAM[cut:])

        assert [request for request, _ in reader.waiting] == REQUESTS, f"cut at {cut}"
        assert reader.fault is None


def test_stream_in_single_bytes_is_the_same_requests() -> None:
    """Nor does it matter how often it cuts."""
    reader = read(*(bytes([byte]) for byte in STREAM))

    assert [request for request, _ in reader.waiting] == REQUESTS
    assert [field for _, field in reader.waiting] == [PERSIST, PERSIST, CLOSE]


def test_only_a_request_that_has_begun_is_under_way() -> None:
    """Blank lines between requests start no request, and its last byte ends it."""
    assert read(b"\r\n\r\n").under_way == 0
    assert read(b"\r\n\r\nG").under_way == 1
    assert read(STREAM[:-1]).under_way == 3
    assert read(STREAM).under_way == 0


def test_client_that_waits_is_known_by_its_head() -> None:
    """It waits from the end of its head, unless it is too old to, or does not wait."""
    wait = b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"

    assert read(HEAD + wait).expects_continue
    assert not read(HEAD + wait[:-2]).expects_continue
    assert not read(HEAD + wait + b"a").expects_continue
    assert not read(b"POST /Call HTTP/1.0\r\n" + wait).expects_continue
    assert not read(HEAD + wait.replace(b"3", b"0") + HEAD).expects_continue


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="a TLS hello"),
        pytest.param(b"\x00", id="a null byte"),
        pytest.param(b"HELLO\r\n", id="a method nobody knows"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP/2"),
        pytest.param(b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", id="version 2.0"),
        pytest.param(b"GET / HTTP/0.9\r\n\r\n", id="version 0.9"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="no Host"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", id="two Hosts"),
        pytest.param(b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", id="1.0, two"),
        pytest.param(b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", id="space in target"),
        pytest.param(b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", id="space before colon"),
        pytest.param(HEAD + b"A: b\r\n c\r\n\r\n", id="folded field"),
        pytest.param(HEAD + b"A: \x00\r\n\r\n", id="null byte in a field"),
        pytest.param(HEAD + b"nonsense\r\n\r\n", id="field without colon"),
        pytest.param(HEAD + b"Content-Length: +3\r\n\r\nabc", id="length with a sign"),
        pytest.param(HEAD + b"Content-Length: -3\r\n\r\nabc", id="negative length"),
        pytest.param(HEAD + b"Content-Length: 3, 3\r\n\r\nabc", id="list of lengths"),
        pytest.param(HEAD + b"Content-Length:\r\n\r\n", id="empty length"),
        pytest.param(
            HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
            id="two lengths",
        ),
        pytest.param(
            HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            id="length, then chunked",
        ),
        pytest.param(
            HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
            id="chunked, then length",
        ),
        pytest.param(HEAD + b"Transfer-Encoding: gzip\r\n\r\n", id="not chunked"),
        pytest.param(HEAD + b"Transfer-Encoding: identity\r\n\r\n", id="identity"),
        pytest.param(
            HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            id="a coding that nobody undoes",
        ),
        pytest.param(
            HEAD + b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"0\r\n\r\n",
            id="the same in two fields",
        ),
        pytest.param(
            HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
            id="chunked twice",
        ),
        pytest.param(
            b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            id="chunked in HTTP/1.0",
        ),
        pytest.param(CHUNKED + b"0x3\r\nabc\r\n0\r\n\r\n", id="chunk size with 0x"),
        pytest.param(CHUNKED + b"-3\r\nabc\r\n0\r\n\r\n", id="negative chunk size"),
        pytest.param(CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n", id="chunk too long"),
    ],
)
def test_bytes_that_are_no_http_are_malformed(data: bytes) -> None:
    """What one reader would take otherwise than another is no request at all."""
    reader = read(data)

    assert reader.fault is TransportFault.MALFORMED
    assert not reader.waiting


def test_requests_before_the_malformed_one_stand() -> None:
    """A fault ends the stream, and takes nothing back."""
    reader = read(HEAD + b"\r\n" + HEAD + b"\r\n" + b"\x00")

    assert [request.target for request, _ in reader.waiting] == ["/Call", "/Call"]
    assert reader.fault is TransportFault.MALFORMED


def test_data_after_the_last_request_is_no_fault() -> None:
    """Who asked to close has no further say."""
    reader = read(STREAM + HEAD + b"\r\n")

    assert [request for request, _ in reader.waiting] == REQUESTS
    assert reader.fault is None


def padded(size: int) -> bytes:
    """Return a whole head of this many bytes."""
    return HEAD + b"X: " + b"a" * (size - len(HEAD) - 7) + b"\r\n\r\n"


@pytest.mark.parametrize("first", [1, 100, 10_000, 16_383, 16_384])
def test_head_may_have_16384_bytes_and_no_more(first: int) -> None:
    """The limit is exact, wherever the network cuts."""
    largest, larger = padded(16_384), padded(16_385)

    assert len(read(largest[:first], largest[first:]).waiting) == 1
    assert read(larger[:first], larger[first:]).fault is TransportFault.HEAD_TOO_LARGE


def test_largest_head_may_have_a_body() -> None:
    """The head counts no longer once it is whole."""
    length = b"Content-Length: 3\r\n\r\n"
    head = padded(16_384 - len(length) + 2)[:-2] + length

    assert read(head, b"a", b"bc").waiting[0][0].body == b"abc"


@pytest.mark.parametrize(
    ("start", "more"),
    [
        pytest.param(b"GET /", b"a", id="request line"),
        pytest.param(b"GET / HTTP/1.1\r\nHost", b"a", id="field name"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: ", b"a", id="field value"),
        pytest.param(b"GET / HTTP/1.1\r\n", b"A: b\r\n", id="fields"),
        pytest.param(b"", b"\r\n", id="blank lines"),
        pytest.param(CHUNKED, b"0", id="zeros of a chunk size"),
        pytest.param(CHUNKED + b"1;", b"a", id="chunk extension"),
        pytest.param(CHUNKED + b"1\r\na\r\n0\r\n", b"A: b\r\n", id="trailers"),
        pytest.param(CHUNKED + b"0\r\nA: ", b"b", id="trailer"),
    ],
)
def test_nothing_around_a_body_is_endless(start: bytes, more: bytes) -> None:
    """Whatever has no end of its own is refused within twice the limit of a head."""
    reader = read(start + more * (32_769 // len(more)))

    assert reader.fault is TransportFault.HEAD_TOO_LARGE


def test_body_may_have_65536_bytes_by_its_length() -> None:
    """One more is refused before any of it is read."""
    largest = read(HEAD + b"Content-Length: 65536\r\n\r\n" + b"a" * 65_536)
    larger = read(HEAD + b"Content-Length: 65537\r\n\r\n")

    assert len(largest.waiting[0][0].body) == 65_536
    assert larger.fault is TransportFault.BODY_TOO_LARGE


@pytest.mark.parametrize("size", [1, 1000, 65_536])
def test_body_may_have_65536_bytes_in_chunks(size: int) -> None:
    """One more is refused as soon as it is there."""
    chunk = b"%x\r\n%b\r\n"
    body = b"".join(
        chunk % (min(size, 65_536 - at), b"a" * min(size, 65_536 - at))
        for at in range(0, 65_536, size)
    )
    largest = read(CHUNKED + body + b"0\r\n\r\n")
    larger = read(CHUNKED + body + b"1\r\na")

    assert len(largest.waiting[0][0].body) == 65_536
    assert larger.fault is TransportFault.BODY_TOO_LARGE


def test_offer_of_another_protocol_leaves_the_request_whole() -> None:
    """Java's client offers HTTP/2 with every call, and sends the body all the same."""
    offer = (
        b"POST /Call HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\n"
        b"Content-Length: 3\r\nHost: here\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAM\r\n"
        b"Upgrade: h2c\r\n\r\nabc"
    )

    reader = read(offer + offer)

    assert [(r.target, r.body) for r, _ in reader.waiting] == [("/Call", b"abc")] * 2
    assert [field for _, field in reader.waiting] == [PERSIST, PERSIST]


def test_tunnel_is_the_last_request() -> None:
    """What follows such a head is not HTTP, so nothing of it is read."""
    reader = read(b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n" + b"\x81\x85....")

    assert [field for _, field in reader.waiting] == [CLOSE]
    assert not reader.accepting
    assert reader.fault is None
