"""The core in place of the network for boto3 and botocore, through their own hooks.

Clients go on doing all that they do: they sign, retry and parse. Only the sending is
answered (`before-send`), and only for the hosts that are the fake's.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple
from unittest.mock import patch
from urllib.parse import urlsplit

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
)
from ivschat_conformance.reference_impl.shells.delivered import (
    CutError,
    LateError,
    await_delivery,
    framed_headers,
)
from ivschat_conformance.schemas.service_hosts import host_field

_HOOK = "before-send.ivschat"


class BotocoreMock:
    """Answers botocore's clients from the moment each is attached, until `close`."""

    def __init__(
        self,
        answer: Callable[[HttpRequest], HttpResponse],
        is_ours: Callable[[str], bool],
    ) -> None:
        self._answer = answer
        self._is_ours = is_ours
        self._attached: list[tuple[Any, Callable[..., AWSResponse | None]]] = []
        self._closed = False

    def attach(self, client: Any) -> None:
        """Answer this client; those of other services never come to the hook."""
        if not self._closed:
            timeout = client.meta.config.read_timeout
            respond = functools.partial(self._respond, timeout)
            client.meta.events.register_first(_HOOK, respond)
            self._attached.append((client, respond))

    def close(self) -> None:
        """Let every client go: it sends to the network again."""
        self._closed = True
        while self._attached:
            client, respond = self._attached.pop()
            client.meta.events.unregister(_HOOK, respond)

    def _respond(
        self, timeout: float | None, request: AWSPreparedRequest, **_: object
    ) -> AWSResponse | None:
        place = _place(request.url)
        if not self._is_ours(place.name):
            return None
        response = self._answer(_request(request, place))
        body = _delivered(response, timeout, request.url)
        headers: Any = framed_headers(response)
        return AWSResponse(request.url, response.status, headers, _Raw(body))


class _Raw:
    """The body as botocore reads it."""

    __slots__ = ("_body",)

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> tuple[bytes]:
        """Return it in one piece."""
        return (self._body,)


@contextmanager
def answering_botocore(
    answer: Callable[[HttpRequest], HttpResponse], is_ours: Callable[[str], bool]
) -> Iterator[BotocoreMock]:
    """Answer every client that is made while this lasts, whichever session makes it.

    Sessions have no hook for new clients, so their `create_client` is wrapped.
    """
    mock = BotocoreMock(answer, is_ours)
    before = botocore.session.Session.create_client

    @functools.wraps(before)
    def create_client(self: Any, *args: Any, **kwargs: Any) -> Any:
        client = before(self, *args, **kwargs)
        mock.attach(client)
        return client

    with patch.object(botocore.session.Session, "create_client", create_client):
        try:
            yield mock
        finally:
            mock.close()


def _delivered(response: HttpResponse, timeout: float | None, url: str) -> bytes:
    """Wait as the client would; return the body, or raise what it would.

    botocore does not compare the length of a body with what the head says.
    """
    try:
        await_delivery(response, timeout)
    except LateError:
        failure: Exception = ReadTimeoutError(endpoint_url=url, error="late")
    except CutError as cut:
        if cut.part is not None:
            return cut.part
        failure = ConnectionClosedError(endpoint_url=url, error=cut)
    else:
        return response.body
    raise failure


class _Place(NamedTuple):
    """What a URL says: the host's name, its `Host` and the request's target."""

    name: str
    host: str
    target: str


@lru_cache(maxsize=256)  # a client has as many as operations
def _place(url: str) -> _Place:
    parts = urlsplit(url)
    path = parts.path or "/"
    target = f"{path}?{parts.query}" if parts.query else path
    return _Place(parts.hostname or "", host_field(parts), target)


def _request(request: AWSPreparedRequest, place: _Place) -> HttpRequest:
    """Return the request as a server would have read it."""
    headers: Any = request.headers  # some values may be bytes
    fields = [
        (name.lower(), value.strip(" \t") if isinstance(value, str) else _text(value))
        for name, value in headers.items()
    ]
    if "host" not in headers:
        fields.append(("host", place.host))
    body = _bytes(request.body)
    return HttpRequest(request.method, place.target, tuple(fields), body)


def _text(value: bytes) -> str:
    return value.decode("latin-1").strip(" \t")


def _bytes(body: Any) -> bytes:
    """Return the body as the wire would have it."""
    if isinstance(body, bytes):
        return body
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else bytes(body)
