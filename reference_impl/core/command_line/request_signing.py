"""Sign a request with Signature Version 4, as AWS's command signs for this service.

The signature covers the Host, X-Amz-Date and, where there is one, the Content-Type
(SIG-11). The instant is the shell's to say. Neither key nor signature reaches a text
but the header that is sent.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ivschat_conformance.reference_impl.core.canonical_request import (
    canonical_request,
)
from ivschat_conformance.reference_impl.core.command_line.wire_requests import (
    WireRequest,
)

SERVICE = "ivschat"
_ALGORITHM = "AWS4-HMAC-SHA256"
_SIGNED = ("content-type", "host", "x-amz-date", "x-amz-security-token")


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key, and the session token of a temporary one."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


def signed_headers(
    request: WireRequest, credentials: Credentials, region: str, instant: datetime
) -> tuple[tuple[str, str], ...]:
    """Return the headers that sign a request at an instant: its date, first of all."""
    timestamp = instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    added = {"X-Amz-Date": timestamp}
    if credentials.session_token is not None:
        added["X-Amz-Security-Token"] = credentials.session_token
    fields = {
        name.lower(): value
        for name, value in (*request.headers, *added.items(), ("Host", request.host))
    }
    names = ";".join(name for name in _SIGNED if name in fields)
    scope = f"{timestamp[:8]}/{region}/{SERVICE}/aws4_request"
    payload_hash = hashlib.sha256(request.body or b"").hexdigest()
    canonical = canonical_request(request, fields, names, payload_hash)
    digest = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
    signature = hmac.digest(
        _signing_key(credentials.secret_access_key, scope),
        f"{_ALGORITHM}\n{timestamp}\n{scope}\n{digest}".encode(),
        "sha256",
    ).hex()
    added["Authorization"] = (
        f"{_ALGORITHM} Credential={credentials.access_key_id}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    return tuple(added.items())


def _signing_key(secret: str, scope: str) -> bytes:
    """Return the key that is derived for this day, region and service."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
