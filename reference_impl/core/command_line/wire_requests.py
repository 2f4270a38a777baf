"""An operation and its parameters as the request that AWS's command sends (15.1)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, quote_from_bytes, urlsplit

from ivschat_conformance.reference_impl.core.command_line.refusals import (
    CallFailedError,
)
from ivschat_conformance.schemas.operations import Operation
from ivschat_conformance.schemas.service_hosts import host_field

_UNRESERVED = "-._~"
_VISIBLE = re.compile(r"[!-~]+")
_BODILESS = {"GET", "DELETE"}


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One request to one endpoint; the headers are those that are not signed for.

    `path` and `query` stand as on the wire. `endpoint` is the URL's front: scheme, host
    and port.
    """

    method: str
    endpoint: SplitResult
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None

    @property
    def url(self) -> str:
        """The whole URL, without user and password."""
        scheme = self.endpoint.scheme
        host = self.endpoint.netloc.rpartition("@")[2]
        return f"{scheme}://{host}{self.target}"

    @property
    def target(self) -> str:
        """The request target: path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def host(self) -> str:
        """The value of the Host header."""
        return host_field(self.endpoint)


def build_request(
    operation: Operation,
    parameters: Mapping[str, Any],
    endpoint_url: str,
    user_agent: str,
) -> WireRequest:
    """Return the request; CallFailedError where the URL names no HTTP endpoint."""
    endpoint = _split(endpoint_url)
    path = operation.path
    if (member := operation.path_member) is not None:
        path = path.replace(f"{{{member}}}", _encode(parameters[member]))
    elsewhere = {member, *operation.query}
    body = {name: value for name, value in parameters.items() if name not in elsewhere}
    headers = [("User-Agent", user_agent)]
    if operation.method not in _BODILESS:
        headers.append(("Content-Type", "application/json"))
    return WireRequest(
        method=operation.method,
        endpoint=endpoint,
        path=endpoint.path.rstrip("/") + path,
        query="&".join([*_queries(endpoint.query), *_pairs(operation, parameters)]),
        headers=tuple(headers),
        body=None if operation.method in _BODILESS else json.dumps(body).encode(),
    )


def _split(endpoint_url: str) -> SplitResult:
    try:
        endpoint = urlsplit(endpoint_url)
        usable = endpoint.scheme in {"http", "https"} and endpoint.port != 0
        if usable and endpoint.hostname and _VISIBLE.fullmatch(endpoint_url):
            return endpoint
    except ValueError:  # no such port, no such address
        pass
    raise CallFailedError(f"Invalid endpoint: {endpoint_url}")


def _queries(query: str) -> Sequence[str]:
    return [query] if query else []


def _pairs(operation: Operation, parameters: Mapping[str, Any]) -> Sequence[str]:
    """Return a pair for each entry of a list that stands in the query (HTTP-REQ-13)."""
    return [
        f"{_encode(member)}={_encode(entry)}"
        for member in operation.query
        for entry in parameters.get(member, ())
    ]


def _encode(text: str) -> str:
    """Percent-encode all but the unreserved characters; a slash, too (HTTP-REQ-11)."""
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe=_UNRESERVED)
