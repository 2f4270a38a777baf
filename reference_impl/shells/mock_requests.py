"""The core in place of the network for `requests`, mounted in `responses`.

Only the hosts that are the fake's are answered; a request to any other host goes on to
whoever would have had it, unread.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import IOBase
from typing import Any, cast
from urllib.parse import urlsplit

import requests
import responses
from requests import exceptions

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

_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")

_CUT_BEFORE = exceptions.ConnectionError
_CUT_WITHIN = exceptions.ChunkedEncodingError

_Answer = tuple[int, Mapping[str, str], bytes]


class _Mount(responses.RequestsMock):
    """A `RequestsMock` that does not even look at what is for other hosts."""

    def __init__(self, is_ours: Callable[[str], bool]) -> None:
        super().__init__(assert_all_requests_are_fired=False)
        self._is_ours = is_ours
        self._before = requests.adapters.HTTPAdapter.send  # or another mock

    def unbound_on_send(self) -> Any:
        """Return what takes the place of the adapter's `send`."""
        answered = super().unbound_on_send()

        def send(
            adapter: requests.adapters.HTTPAdapter,
            request: requests.PreparedRequest,
            *args: Any,
            **kwargs: Any,
        ) -> requests.Response:
            host = urlsplit(request.url or "").hostname or ""
            then = answered if self._is_ours(host) else self._before
            return then(adapter, request, *args, **kwargs)

        return send


@contextmanager
def answering_requests(
    answer: Callable[[HttpRequest], HttpResponse], is_ours: Callable[[str], bool]
) -> Iterator[None]:
    """Answer what `requests` sends to our hosts, of this process, while this lasts."""

    def respond(request: requests.PreparedRequest) -> _Answer:
        response = answer(_request(request))
        _await(response, request)
        return response.status, framed_headers(response), response.body

    mount = _Mount(is_ours)
    for method in _METHODS:
        mount.add_callback(method, re.compile(""), respond, content_type=None)
    with mount:
        yield


def _await(response: HttpResponse, request: requests.PreparedRequest) -> None:
    """Wait as the client would, or raise what `requests` would."""
    timeout = getattr(request, "req_kwargs", {}).get("timeout")
    try:
        await_delivery(response, _read_timeout(timeout))
    except LateError:
        failure: Exception = exceptions.ReadTimeout("late", request=request)
    except CutError as cut:
        kind = _CUT_BEFORE if cut.part is None else _CUT_WITHIN
        failure = kind(str(cut), request=request)
    else:
        return
    raise failure


def _read_timeout(timeout: Any) -> float | None:
    """Return the seconds that `requests` waits for an answer, in each of its forms."""
    if isinstance(timeout, tuple):
        timeout = timeout[1]
    return cast("float | None", getattr(timeout, "read_timeout", timeout))


def _request(request: requests.PreparedRequest) -> HttpRequest:
    """Return the request as a server would have read it."""
    fields = tuple((name.lower(), _text(v)) for name, v in request.headers.items())
    if "host" not in request.headers:
        fields = (*fields, ("host", host_field(str(request.url))))
    return HttpRequest(
        request.method or "GET", request.path_url, fields, _bytes(request.body)
    )


def _text(value: str | bytes) -> str:
    return (value.decode("latin-1") if isinstance(value, bytes) else value).strip(" \t")


def _bytes(body: Any) -> bytes:
    """Return the body as the wire would have it; `responses` has read any file."""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, IOBase) or body is None:
        return b""
    return body if isinstance(body, bytes) else b"".join(body)
