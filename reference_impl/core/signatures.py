"""Hold a request's Signature Version 4 against the credentials that the server knows.

The order: is anybody named, is the Authorization header whole, is the key known, is
its session token right, the scope, the time, the signature. What a client signs is up
to the client as long as it signs the Host (SIG-11); a header that it did not sign may
be anything (HTTP-REQ-03, HTTP-REQ-04). Messages say what is expected and never what
was sent: no key, token, signature or canonical text.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from ivschat_conformance.reference_impl.core.canonical_request import (
    canonical_request,
)
from ivschat_conformance.reference_impl.core.errors import (
    ExpiredTokenException,
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)
from ivschat_conformance.reference_impl.core.findings import FindingName
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest

FRESHNESS = timedelta(minutes=5)
"""How far a signature's time may lie from a clock, before or after, this included.

Signature Version 4's own material says 5 minutes and the list of common errors 15
(SIG-08): a client within the narrower is right by both.
"""

_SIGNING_KEYS_KEPT = 64
"""Derived keys, one for each access key and day: more than a test run moves through."""

_CREDENTIAL = "ACCESS-KEY-ID/YYYYMMDD/REGION/SERVICE/aws4_request"
_FORM = (
    f"'AWS4-HMAC-SHA256 Credential={_CREDENTIAL}, "
    "SignedHeaders=name;name, Signature=64 hexadecimal digits'"
)

_VALUE = r"[!-+\--~]+"  # visible ASCII without the comma, which ends a parameter
_PART = r"[!-+\-.0-~]+"  # and without the slash, which ends a part of the scope
_AUTHORIZATION = re.compile(
    rf"""AWS4-HMAC-SHA256\ +
    (?:
      (?: Credential=({_PART})/({_PART})/({_PART})/({_PART})/aws4_request
        | SignedHeaders=({_VALUE})
        | Signature=({_VALUE})
      )
      (?: ,\ *(?=[CS]) | \Z )
    ){{3}}""",
    re.VERBOSE,
)
_SCOPE = re.compile(rf"Credential=(?:{_PART}/){{4}}aws4_request(?=[ ,;]|\Z)")
_TIMESTAMP = re.compile(
    r"[0-9]{4}[01][0-9][0-3][0-9]T(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]Z"
)
_VISIBLE = re.compile(r"[!-~]+")
_ACCESS_KEY_ID = re.compile(_PART)
_UNKNOWN_CLIENT = "The security token included in the request is invalid."
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. "
    "Consult the service documentation for details."
)


@dataclass(frozen=True, slots=True)
class Credential:
    """An access key that the server knows: a temporary one has a session token."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    expires: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what no client could ever sign or send."""
        if not _ACCESS_KEY_ID.fullmatch(self.access_key_id):
            raise ValueError(
                "access_key_id: give visible ASCII without a comma or a slash"
            )
        if not self.secret_access_key or not self.secret_access_key.isprintable():
            raise ValueError("secret_access_key: give one or more printable characters")
        if self.session_token is not None and not _VISIBLE.fullmatch(
            self.session_token
        ):
            raise ValueError("session_token: give visible ASCII, or None for no token")
        if self.expires is not None and self.expires.tzinfo is None:
            raise ValueError("expires: give an instant with its time zone, as UTC")


class _Claim(NamedTuple):
    """What an Authorization header claims, in the order of its regular expression."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: str
    signature: str


class SignatureVerifier:
    """Say who signed a request, for one region and service.

    Of two credentials with the same access key id the later one counts.
    """

    def __init__(
        self,
        credentials: Iterable[Credential],
        region: str,
        service: str = "ivschat",
    ) -> None:
        self._credentials = {known.access_key_id: known for known in credentials}
        self._region = region
        self._service = service
        self._signing_key = lru_cache(_SIGNING_KEYS_KEPT)(self._derive_signing_key)

    def verify(self, request: HttpRequest, instants: Sequence[datetime]) -> str:
        """Return the access key id that signed this request, or raise a SignatureError.

        `instants` are the clocks by any of which the request may be fresh, one or
        more; by the first of them, the server's own, a session token ends.
        """
        fields = _join_fields(request.headers)
        claim = _read_claim(fields)
        timestamp, signed_at = _read_date(fields)
        self._recognize(claim, fields.get("x-amz-security-token"), instants[0])
        self._check_scope(claim, timestamp)
        _check_freshness(signed_at, instants)
        self._check_signature(claim, timestamp, request, fields)
        return claim.access_key_id

    def _recognize(self, claim: _Claim, token: str | None, now: datetime) -> None:
        """Refuse an unknown key, a wrong session token, one that is over (SIG-06, -07).

        A long-term key needs no token and takes any: test environments set
        AWS_SESSION_TOKEN to a dummy beside a dummy key, and every client sends it.
        """
        known = self._credentials.get(claim.access_key_id)
        if known is None or (token is not None and not _VISIBLE.fullmatch(token)):
            raise UnrecognizedClientException(_UNKNOWN_CLIENT)
        if known.session_token is not None and not hmac.compare_digest(
            known.session_token, token or ""
        ):
            raise UnrecognizedClientException(_UNKNOWN_CLIENT)
        if known.expires is not None and known.expires <= now:
            raise ExpiredTokenException(
                "The security token included in the request is expired"
            )

    def _check_scope(self, claim: _Claim, timestamp: str) -> None:
        """Refuse a credential scope of another region, service or day (SIG-09)."""
        if claim.region != self._region:
            raise InvalidSignatureException(
                "Credential should be scoped to a valid region.",
                FindingName.signature_scope,
            )
        if claim.service != self._service:
            raise InvalidSignatureException(
                f"Credential should be scoped to correct service: '{self._service}'.",
                FindingName.signature_scope,
            )
        if claim.date != timestamp[:8]:
            raise InvalidSignatureException(
                "Date in Credential scope does not match the date of X-Amz-Date.",
                FindingName.signature_scope,
            )

    def _check_signature(
        self,
        claim: _Claim,
        timestamp: str,
        request: HttpRequest,
        fields: Mapping[str, str],
    ) -> None:
        """Refuse a request other than the one that was signed (SIG-04, SIG-05)."""
        payload_hash = hashlib.sha256(request.body).hexdigest()
        if fields.get("x-amz-content-sha256", payload_hash) != payload_hash:
            raise InvalidSignatureException(
                "X-Amz-Content-Sha256 must be the SHA-256 of the body, in lower-case "
                "hexadecimal digits; this service takes no unsigned payload."
            )
        try:
            canonical = canonical_request(
                request, fields, claim.signed_headers, payload_hash
            ).encode("latin-1")
        except UnicodeEncodeError:  # not from a wire, so nobody signed it
            raise InvalidSignatureException(_MISMATCH) from None
        string_to_sign = (
            f"AWS4-HMAC-SHA256\n{timestamp}\n"
            f"{claim.date}/{claim.region}/{claim.service}/aws4_request\n"
            f"{hashlib.sha256(canonical).hexdigest()}"
        )
        key = self._signing_key(claim.access_key_id, claim.date)
        expected = hmac.digest(key, string_to_sign.encode("ascii"), "sha256").hex()
        if not hmac.compare_digest(expected, claim.signature):
            raise InvalidSignatureException(_MISMATCH)

    def _derive_signing_key(self, access_key_id: str, date: str) -> bytes:
        """Return the key that a client derives for this day, region and service."""
        key = b"AWS4" + self._credentials[access_key_id].secret_access_key.encode()
        for part in (date, self._region, self._service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        return key


def _join_fields(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the value of each header, the values of repeated ones joined by commas."""
    fields: dict[str, str] = {}
    for name, value in headers:
        if name not in fields:
            fields[name] = value
        elif name == "authorization":
            raise IncompleteSignatureException(
                "Authorization header must be given once only."
            )
        else:
            fields[name] = ",".join((fields[name].rstrip(" \t"), value.lstrip(" \t")))
    return fields


def _read_claim(fields: Mapping[str, str]) -> _Claim:
    """Return the Authorization header's parts (SIG-01, SIG-02, SIG-03)."""
    authorization = fields.get("authorization", "")
    match = _AUTHORIZATION.fullmatch(authorization)
    if match:
        access_key_id, date, region, service, signed_headers, signature = match.groups()
        if access_key_id and signed_headers and signature:  # each once
            return _Claim(
                access_key_id, date, region, service, signed_headers, signature
            )
    if not authorization.strip(" \t"):
        raise MissingAuthenticationTokenException("Missing Authentication Token")
    raise IncompleteSignatureException(_what_is_incomplete(authorization))


def _what_is_incomplete(authorization: str) -> str:
    """Return one sentence about each part that an Authorization header lacks."""
    if authorization.partition(" ")[0] != "AWS4-HMAC-SHA256":
        return f"Authorization header must begin with AWS4-HMAC-SHA256: {_FORM}."
    lacking = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "SignedHeaders", "Signature")
        if f" {name}=" not in authorization and f",{name}=" not in authorization
    ]
    if lacking:
        return f"{' '.join(lacking)} The form is {_FORM}."
    if not _SCOPE.search(authorization):
        return f"Credential must have five parts: {_CREDENTIAL}."
    return (
        "Authorization header must give Credential, SignedHeaders and Signature once "
        f"each, none empty, separated by commas: {_FORM}."
    )


def _read_date(fields: Mapping[str, str]) -> tuple[str, datetime]:
    """Return X-Amz-Date as it was sent, and the instant that it says."""
    timestamp = fields.get("x-amz-date")
    if timestamp is None:
        raise IncompleteSignatureException(
            "The request requires an X-Amz-Date header: YYYYMMDDTHHMMSSZ, in UTC."
        )
    if _TIMESTAMP.fullmatch(timestamp):
        try:
            return timestamp, datetime.fromisoformat(timestamp)
        except ValueError:  # no such day
            pass
    raise IncompleteSignatureException(
        "X-Amz-Date must be one date and time of the form YYYYMMDDTHHMMSSZ, in UTC."
    )


def _check_freshness(signed_at: datetime, instants: Sequence[datetime]) -> None:
    """Refuse a signature that is fresh by none of these clocks (SIG-08)."""
    for instant in instants:
        if -FRESHNESS <= signed_at - instant <= FRESHNESS:
            return
    nearest = min(instants, key=lambda instant: abs(signed_at - instant))
    clock = f"the server's clock, {nearest.astimezone(UTC):%Y%m%dT%H%M%SZ}."
    apart = f"X-Amz-Date is over {FRESHNESS // timedelta(minutes=1)} minutes"
    if signed_at < nearest:
        said = f"Signature expired: {apart} before {clock}"
    else:
        said = f"Signature not yet current: {apart} after {clock}"
    raise InvalidSignatureException(said, FindingName.signature_stale)
