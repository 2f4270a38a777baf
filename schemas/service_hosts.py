"""The hosts of the service: what they are called, and how one is recognized."""

import re
from urllib.parse import SplitResult, urlsplit

_SERVICE_HOST = re.compile(
    r"(?:[^.]+\.)*ivschat(?:-fips)?\.(?:[^.]+\.)*(?:amazonaws\.com|api\.aws)\.?"
)
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def endpoint(region: str) -> str:
    """Return the URL of the control plane in a region."""
    return f"https://ivschat.{region}.amazonaws.com"


def messaging_endpoint(region: str) -> str:
    """Return the URL of the messaging API in a region."""
    return f"wss://edge.ivschat.{region}.amazonaws.com"


def control_plane_hosts(region: str) -> frozenset[str]:
    """Return the names that clients know of the control plane in a region."""
    return frozenset(
        f"{name}.{region}.{domain}"
        for name in ("ivschat", "ivschat-fips")
        for domain in ("amazonaws.com", "api.aws")
    )


def is_service_host(host: str) -> bool:
    """Say whether a name is the service's own, in whatever region."""
    return _SERVICE_HOST.fullmatch(host.lower()) is not None


def host_field(url: str | SplitResult) -> str:
    """Return the `Host` that a client sends for a URL: no default port, no user."""
    parts = urlsplit(url) if isinstance(url, str) else url
    host = parts.netloc.rpartition("@")[2].lower()
    name, colon, port = host.rpartition(":")
    if colon and port == str(_DEFAULT_PORTS.get(parts.scheme)):
        return name
    return host
