"""One connection, spoken to byte by byte: framing, order, and what a defect shows."""

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import pytest

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
    Reply,
    TransportFault,
)
from ivschat_conformance.reference_impl.shells.http_connection import (
    Timeouts,
)
from ivschat_conformance.reference_impl.shells.server import Address, ServerThread

DEADLINE = 5.0  # seconds; what is late by more has hung
GOOD = b"GET /good HTTP/1.1\r\nHost: here\r\n\r\n"
POST = b"POST /good HTTP/1.1\r\nHost: here\r\n"
LARGE = 100_000
PRIVATE = "alice@example.com"


class StubCore:
    """Answers with what it was asked; fails where the path says so."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []

    def answer(self, request: HttpRequest, machine_now: datetime) -> Reply:
        """Answer as the path says."""
        del machine_now
        self.requests.append(request)
        match request.path:
            case "/defect":
                raise LookupError(PRIVATE)
            case "/unsendable":
                return Reply(HttpResponse(200, (("X-Name", "\u65e5"),)))
            case "/nothing":
                return Reply(HttpResponse(204))
            case "/large":
                return Reply(
                    HttpResponse(200, body=request.target.ljust(LARGE).encode())
                )
        text = f"{request.method} {request.target} {request.body.decode()}"
        return Reply(HttpResponse(200, (("Date", "today"),), text.encode()))

    def refuse(self, fault: TransportFault, machine_now: datetime) -> HttpResponse:
        """Answer with the fault's own status."""
        del machine_now
        status = {
            TransportFault.MALFORMED: 400,
            TransportFault.TOO_SLOW: 408,
            TransportFault.BODY_TOO_LARGE: 413,
            TransportFault.HEAD_TOO_LARGE: 431,
        }[fault]
        return HttpResponse(status, body=fault.value.encode())


@dataclass(frozen=True, slots=True)
class Answer:
    """One response as it was on the wire."""

    line: str
    fields: dict[str, str]
    body: bytes

    @property
    def status(self) -> int:
        """The status code; its phrase differs from Python to Python."""
        return int(self.line.split()[1])


class Client:
    """A raw socket; every wait on it has a deadline."""

    def __init__(self, address: Address) -> None:
        self.socket = socket.create_connection(
            (address.host, address.port), timeout=DEADLINE
        )
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Hang up."""
        self.file.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def head(self) -> tuple[str, dict[str, str]]:
        """Receive a status line and its fields."""
        line = self.file.readline().decode()
        fields: dict[str, str] = {}
        while field := self.file.readline().strip().decode():
            name, _, value = field.partition(": ")
            fields[name] = value
        return line.rstrip("\r\n"), fields

    def answer(self) -> Answer:
        """Receive a response with the body that its length announces."""
        line, fields = self.head()
        body = self.file.read(int(fields.get("Content-Length", "0")))
        return Answer(line, fields, body)

    def ask(self, data: bytes) -> Answer:
        """Send, and receive one response."""
        self.send(data)
        return self.answer()

    def at_end(self) -> bool:
        """Wait for the end that the server sets; a reset raises."""
        return self.file.read(1) == b""


@pytest.fixture
def core() -> StubCore:
    """Return the core that the server of the test talks to."""
    return StubCore()


@pytest.fixture
def server(core: StubCore, timeouts: Timeouts) -> Iterator[ServerThread]:
    """Run a server that, whatever the test did, still answers afterwards."""
    with ServerThread(core, timeouts=timeouts) as thread:
        yield thread

        with Client(thread.address) as other:
            assert other.ask(GOOD).body == b"GET /good "


@pytest.fixture
def client(server: ServerThread) -> Iterator[Client]:
    """Return a client that is connected."""
    with Client(server.address) as connected:
        yield connected


def wait_until(server: ServerThread, condition: Callable[[], bool]) -> None:
    """Ask the server's thread until it is so, or fail at the deadline."""
    deadline = clock.monotonic() + DEADLINE
    while not server.call(condition):
        assert clock.monotonic() < deadline, "it did not come true in time"


# Framing and order.


def test_connection_serves_one_request_after_another(client: Client) -> None:
    """HTTP/1.1 keeps the connection without a word."""
    first = client.ask(POST + b"Content-Length: 3\r\n\r\nabc")
    second = client.ask(GOOD)

    assert first == Answer(
        "HTTP/1.1 200 OK", {"Date": "today", "Content-Length": "14"}, b"POST /good abc"
    )
    assert second.body == b"GET /good "


def test_pipelined_requests_are_answered_in_order(client: Client) -> None:
    """Whoever sends many at once gets as many answers, the first one first."""
    client.send(b"".join(GOOD.replace(b"good", b"%d" % n) for n in range(2000)))

    bodies = [client.answer().body for _ in range(2000)]

    assert bodies == [b"GET /%d " % n for n in range(2000)]


def test_request_reaches_the_core_as_a_value(core: StubCore, client: Client) -> None:
    """Names in lower case, values stripped, the target as it was on the wire."""
    client.ask(b"DELETE /a%2Fb?c=%20 HTTP/1.1\r\nHOST:  here \r\nX-Byte: \xe9\r\n\r\n")

    assert core.requests == [
        HttpRequest("DELETE", "/a%2Fb?c=%20", (("host", "here"), ("x-byte", "\xe9")))
    ]


def test_chunked_body_arrives_whole(client: Client) -> None:
    """Chunks, their extensions and trailers are no business of the core."""
    answer = client.ask(
        POST + b"Transfer-Encoding: Chunked\r\n\r\n"
        b'2;name="value"\r\nab\r\n1\r\nc\r\n0\r\nX-Trailer: t\r\n\r\n'
    )

    assert answer.body == b"POST /good abc"


def test_client_that_sends_single_bytes_is_served(client: Client) -> None:
    """Slow is not wrong, as long as it is in time."""
    for byte in POST + b"Content-Length: 3\r\n\r\nabc":
        client.send(bytes([byte]))

    assert client.answer().body == b"POST /good abc"


def test_answer_without_content_has_no_length(client: Client) -> None:
    """A 204 ends with its head (RFC 9110, 8.6), and the next answer follows."""
    nothing = client.ask(GOOD.replace(b"good", b"nothing"))

    assert nothing == Answer("HTTP/1.1 204 No Content", {}, b"")
    assert client.ask(GOOD).body == b"GET /good "


def test_answer_to_head_has_the_length_and_not_the_body(client: Client) -> None:
    """HEAD asks what GET would say, and the next answer follows the head at once."""
    client.send(GOOD.replace(b"GET", b"HEAD") + GOOD)

    head = client.head()

    assert head == ("HTTP/1.1 200 OK", {"Date": "today", "Content-Length": "11"})
    assert client.answer().body == b"GET /good "


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(
            b"GET /good HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n", id="1.1"
        ),
        pytest.param(b"GET /good HTTP/1.0\r\n\r\n", id="1.0"),
    ],
)
def test_connection_is_closed_where_the_client_wants_it(
    client: Client, request_bytes: bytes
) -> None:
    """HTTP/1.1 closes when asked, HTTP/1.0 unless asked not to."""
    answer = client.ask(request_bytes)

    assert answer.line == "HTTP/1.1 200 OK"
    assert answer.fields["Connection"] == "close"
    assert client.at_end()


def test_old_client_may_keep_its_connection(client: Client) -> None:
    """HTTP/1.0 that asks to keep the connection is told that it may."""
    old = b"GET /good HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"

    first, second = client.ask(old), client.ask(old)

    assert first.fields["Connection"] == "keep-alive"
    assert second.body == b"GET /good "


def test_upgrade_is_answered_like_any_request_and_the_connection_closed(
    client: Client,
) -> None:
    """Without a messaging API there is nothing to go on with."""
    answer = client.ask(
        b"GET /good HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\n"
        b"Upgrade: websocket\r\n\r\n"
    )

    assert answer.body == b"GET /good "
    assert answer.fields["Connection"] == "close"
    assert client.at_end()


# Expect: 100-continue.


@pytest.mark.parametrize(
    ("framing", "body"),
    [
        pytest.param(b"Content-Length: 3\r\n", b"abc", id="length"),
        pytest.param(
            b"Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n0\r\n\r\n", id="chunked"
        ),
    ],
)
def test_client_that_waits_is_told_to_send(
    client: Client, framing: bytes, body: bytes
) -> None:
    """`Expect: 100-continue` gets its interim answer, after the answers before it."""
    client.send(GOOD + POST + framing + b"Expect: 100-Continue\r\n\r\n")

    before, interim = client.answer(), client.answer()
    after = client.ask(body)

    assert before.body == b"GET /good "
    assert interim == Answer("HTTP/1.1 100 Continue", {}, b"")
    assert after.body == b"POST /good abc"


def test_client_that_waits_is_told_once(server: ServerThread, client: Client) -> None:
    """A body that trickles in is no reason to say it again."""
    interim = client.ask(
        POST + b"Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
    )
    client.send(b"3")
    with Client(server.address) as other:
        other.ask(GOOD)  # by now the server has read the byte

    after = client.ask(b"\r\nabc\r\n0\r\n\r\n")

    assert interim.status == 100
    assert after.body == b"POST /good abc"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        pytest.param(POST, b"abc", id="a body that is there already"),
        pytest.param(b"POST /good HTTP/1.0\r\n", b"", id="HTTP/1.0"),
    ],
)
def test_client_that_does_not_wait_is_told_nothing(
    client: Client, head: bytes, body: bytes
) -> None:
    """An interim answer nobody waits for would be taken for the answer."""
    client.send(head + b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n" + body)
    client.send(b"abc"[len(body) :])

    assert client.answer().body == b"POST /good abc"


def test_body_that_would_be_too_large_is_not_sent_for(client: Client) -> None:
    """The client that asks first is spared the sending."""
    answer = client.ask(POST + b"Content-Length: 65537\r\nExpect: 100-continue\r\n\r\n")

    assert answer.status == 413


# A core with a defect.


@pytest.mark.parametrize("path", [b"defect", b"unsendable"])
def test_defect_of_the_core_is_a_plain_500_and_the_connection_goes_on(
    client: Client, caplog: pytest.LogCaptureFixture, path: bytes
) -> None:
    """Neither client nor log learns what the exception says, only the log where."""
    failed = client.ask(GOOD.replace(b"good", path))
    after = client.ask(GOOD)

    assert failed.status == 500
    assert failed.fields["x-amzn-ErrorType"] == "InternalServerException"
    assert json.loads(failed.body)["__type"] == "InternalServerException"
    assert after.body == b"GET /good "
    (record,) = caplog.records
    assert record.name == "ivschat_conformance.server"
    assert failed.fields["x-amzn-RequestId"] in record.getMessage()
    assert ".py:" in record.getMessage()
    assert PRIVATE not in caplog.text + failed.body.decode()


def test_defect_in_a_refusal_is_a_plain_500_as_well(
    client: Client, core: StubCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way out of a bad request has to be safe too."""
    monkeypatch.setattr(core, "refuse", None)

    answer = client.ask(b"\x00")

    assert answer.status == 500
    assert client.at_end()
