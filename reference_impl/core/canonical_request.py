"""The one form of a request that client and server both sign: Signature Version 4's."""

import re
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import quote_from_bytes, unquote_to_bytes

from ivschat_conformance.reference_impl.core.errors import InvalidSignatureException

_BLANKS = re.compile(r"[ \t]+")
_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+")


class SignedRequest(Protocol):
    """What is signed of a request's first line, as it stands on the wire."""

    @property
    def method(self) -> str:
        """The method's name, in capitals."""

    @property
    def path(self) -> str:
        """The target before its first question mark."""

    @property
    def query(self) -> str:
        """The target after its first question mark."""


def canonical_request(
    request: SignedRequest,
    fields: Mapping[str, str],
    signed_headers: str,
    payload_hash: str,
) -> str:
    """Return the text whose hash is signed.

    `fields` are the request's headers by lower-case name, repeated ones joined by
    commas. Raises InvalidSignatureException where the signed headers are not in order,
    not in the request, or lack the Host.
    """
    return (
        f"{request.method}\n{_canonical_path(request.path)}\n"
        f"{_canonical_query(request.query)}\n"
        f"{_canonical_headers(signed_headers, fields)}\n"
        f"{signed_headers}\n{payload_hash}"
    )


def _canonical_path(path: str) -> str:
    """Return the path with its segments, encoded as they are, encoded again (SIG-10).

    Empty and dot segments go first, as in every service but S3.
    """
    if _PLAIN_PATH.fullmatch(path):
        return path
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in {"", "."}:
            segments.append(segment)
    first = "/" if not path or path.startswith("/") else ""
    last = "/" if segments and path.endswith("/") else ""
    normal = first + "/".join(segments) + last
    return quote_from_bytes(normal.encode("latin-1"), safe="/")


def _canonical_query(query: str) -> str:
    """Return the pairs encoded in the one canonical way, by name and then by value."""
    if not query:
        return ""
    pairs = []
    for pair in query.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            pairs.append((_encode_once(name), _encode_once(value)))
    return "&".join([f"{name}={value}" for name, value in sorted(pairs)])


def _encode_once(text: str) -> str:
    """Return text with everything but the unreserved characters percent-encoded."""
    return quote_from_bytes(unquote_to_bytes(text.encode("latin-1")), safe="")


def _canonical_headers(signed_headers: str, fields: Mapping[str, str]) -> str:
    """Return a line for each signed header: its name, a colon, its trimmed value."""
    names = signed_headers.split(";")
    if signed_headers != signed_headers.lower() or names != sorted(set(names)):
        raise InvalidSignatureException(
            "SignedHeaders must be lower-case names in order, each once."
        )
    if "host" not in names:
        raise InvalidSignatureException("SignedHeaders must name 'host'.")
    lines = []
    for name in names:
        value = fields.get(name)
        if value is None:
            raise InvalidSignatureException(
                "SignedHeaders names a header that the request does not have."
            )
        if "  " in value or "\t" in value:
            value = _BLANKS.sub(" ", value)
        lines.append(f"{name}:{value.strip(' ')}\n")
    return "".join(lines)
