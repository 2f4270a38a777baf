"""One HTTP call to an endpoint: no redirect is followed, no netrc is read.

It goes by `http.client`, which starts in a third of the time that urllib3 takes: a
command is called once and is over. Proxies are those of the environment.
"""

import base64
import http.client
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from ivschat_conformance.reference_impl.core.command_line.refusals import (
    CallFailedError,
    ConfigurationError,
)
from ivschat_conformance.reference_impl.core.command_line.service_answers import (
    WireAnswer,
)
from ivschat_conformance.reference_impl.core.command_line.wire_requests import (
    WireRequest,
)

if TYPE_CHECKING:
    import ssl

Headers = Sequence[tuple[str, str]]


class NoAnswerError(CallFailedError):
    """The endpoint was not reached, or did not answer: another attempt may do."""


@dataclass(frozen=True, slots=True)
class Connecting:
    """How to reach an endpoint.

    Timeouts are in seconds, None for none. `proxy` is the URL to go through,
    `ca_bundle` a file of certificates in place of the system's.
    """

    connect_timeout: float | None
    read_timeout: float | None
    ca_bundle: str | None = None
    verifies_tls: bool = True
    proxy: str | None = None


def call_endpoint(
    request: WireRequest, headers: Headers, connecting: Connecting
) -> WireAnswer:
    """Return the answer; NoAnswerError, CallFailedError or ConfigurationError."""
    import ssl  # noqa: PLC0415 - http.client needs it, too

    where = f'"{request.url}"'
    stage = f"Could not connect to the endpoint URL: {where}"
    waited = f"Connect timeout on endpoint URL: {where}"
    connection = _connection(request, connecting)
    try:
        connection.connect()
        stage = (
            "Connection was closed before we received a valid response from endpoint "
            f"URL: {where}."
        )
        waited = f"Read timeout on endpoint URL: {where}"
        connection.sock.settimeout(connecting.read_timeout)
        return _exchange(connection, request, headers, connecting)
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", "") or error.reason
        raise CallFailedError(
            f"SSL validation failed for {request.url}: {reason}"
        ) from None
    except TimeoutError:
        raise NoAnswerError(waited) from None
    except (OSError, http.client.HTTPException, UnicodeError):
        raise NoAnswerError(stage) from None
    finally:
        connection.close()


def environment_proxy(endpoint: SplitResult, environment: Sequence[str]) -> str | None:
    """Return the proxy that the environment names for an endpoint, if it names one.

    `environment` are the variables' names: without a proxy's among them nothing is
    imported.
    """
    if not any(name.lower().endswith("_proxy") for name in environment):
        return None
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415

    proxies = getproxies()
    if endpoint.hostname is None or proxy_bypass(endpoint.hostname):
        return None
    return proxies.get(endpoint.scheme) or proxies.get("all")


def _exchange(
    connection: http.client.HTTPConnection,
    request: WireRequest,
    headers: Headers,
    connecting: Connecting,
) -> WireAnswer:
    """Send the request with exactly these headers, and read the whole answer."""
    target = request.target
    sent = [("Host", request.host), *headers]
    if connecting.proxy and request.endpoint.scheme == "http":
        target = request.url
        sent += _proxy_headers(_split_proxy(connecting.proxy))
    if request.body is not None or request.method != "GET":
        sent.append(("Content-Length", str(len(request.body or b""))))
    connection.putrequest(
        request.method, target, skip_host=True, skip_accept_encoding=True
    )
    for name, value in sent:
        connection.putheader(name, value)
    connection.endheaders(request.body)
    with connection.getresponse() as response:
        fields = {name.lower(): value for name, value in response.getheaders()}
        return WireAnswer(response.status, fields, response.read())


def _connection(
    request: WireRequest, connecting: Connecting
) -> http.client.HTTPConnection:
    endpoint = request.endpoint
    via = _split_proxy(connecting.proxy) if connecting.proxy else endpoint
    timeout = connecting.connect_timeout
    if endpoint.scheme == "http":
        return http.client.HTTPConnection(
            via.hostname or "", via.port or 80, timeout=timeout
        )
    connection = http.client.HTTPSConnection(
        via.hostname or "",
        via.port or (443 if via is endpoint else 80),
        timeout=timeout,
        context=_tls(connecting),
    )
    if via is not endpoint and endpoint.hostname is not None:
        connection.set_tunnel(
            endpoint.hostname, endpoint.port, dict(_proxy_headers(via))
        )
    return connection


def _split_proxy(proxy: str) -> SplitResult:
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        if parts.hostname and parts.port != 0:
            return parts
    except ValueError:  # no such port
        pass
    raise ConfigurationError("The proxy of the environment is no http://HOST:PORT")


def _tls(connecting: Connecting) -> "ssl.SSLContext":
    import ssl  # noqa: PLC0415

    try:
        context = ssl.create_default_context(cafile=connecting.ca_bundle)
    except OSError as error:
        raise ConfigurationError(
            f"The certificates of {connecting.ca_bundle} cannot be read: "
            f"{error.strerror or 'it holds none in PEM'}"
        ) from None
    if not connecting.verifies_tls:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _proxy_headers(proxy: SplitResult) -> Headers:
    if proxy.username is None:
        return ()
    user = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    encoded = base64.b64encode(user.encode()).decode("ascii")
    return (("Proxy-Authorization", f"Basic {encoded}"),)
