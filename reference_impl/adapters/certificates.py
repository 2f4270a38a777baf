"""A test authority, made at the start: for clients that insist on https and wss.

Its private key signs one certificate and is forgotten. What is left on disk is the
authority's certificate, which clients have to be told to trust, and no key.
"""

import ipaddress
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=365)
"""How long both certificates are good, from an hour before they are made."""

_EARLIER = timedelta(hours=1)  # for a client whose clock is behind
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_EVERY_INTERFACE = ("0.0.0.0", "::")  # noqa: S104 - is compared with it
_NO_USAGE = dict.fromkeys(
    (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


class ServerCertificate:
    """A certificate for localhost, 127.0.0.1, ::1 and a host, by a new authority.

    `ca_bundle` is the PEM file that clients have to trust, in a private folder that is
    there until `close`, or the end of the process. `context` is what a server serves
    with. The machine's clock counts for both, whatever is frozen. Raises OSError where
    the temporary folder cannot be written.
    """

    ca_bundle: Path
    context: ssl.SSLContext

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._folder = TemporaryDirectory(
            prefix="ivschat-tls-", ignore_cleanup_errors=True
        )
        folder = Path(self._folder.name)
        # Only the system's clock stamps a file: Python's may be frozen, and clients
        # that check a certificate do not look at Python's.
        made = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
        authority_key = ec.generate_private_key(ec.SECP256R1())
        authority = _authority(authority_key, made - _EARLIER)
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = _leaf(key.public_key(), host, authority, authority_key)
        self.ca_bundle = folder / "ca-bundle.pem"
        self.ca_bundle.write_bytes(_pem(authority))
        self.context = _context(leaf, key, folder)

    def __enter__(self) -> Self:
        """Give the certificate, which is made already."""
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Remove the folder."""
        self.close()

    def close(self) -> None:
        """Remove the folder; a server goes on with what it has."""
        self._folder.cleanup()


def _context(
    leaf: x509.Certificate, key: ec.EllipticCurvePrivateKey, folder: Path
) -> ssl.SSLContext:
    """Return the server's context; OpenSSL takes a key from a file alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    with_key = folder / "server.pem"  # the folder is its owner's alone
    try:
        with_key.write_bytes(_pem(leaf) + _private_pem(key))
        context.load_cert_chain(with_key)
    finally:
        with_key.unlink(missing_ok=True)
    return context


def _authority(key: ec.EllipticCurvePrivateKey, since: datetime) -> x509.Certificate:
    name = _name("ivschat-conformance test authority")
    public_key = key.public_key()
    return (
        _certificate(name, name, public_key, since)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(public_key),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )


def _leaf(
    public_key: ec.EllipticCurvePublicKey,
    host: str,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    """Return what the server shows; its extensions are those strict clients want."""
    name = _name("ivschat-conformance test server")
    since = authority.not_valid_before_utc
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(
        authority_key.public_key()
    )
    server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return (
        _certificate(name, authority.subject, public_key, since)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage("digital_signature"), critical=True)
        .add_extension(server, critical=False)
        .add_extension(_names(host), critical=False)
        .add_extension(issuer_key, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    since: datetime,
) -> x509.CertificateBuilder:
    identifier = x509.SubjectKeyIdentifier.from_public_key(public_key)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + LIFETIME)
        .add_extension(identifier, critical=False)
    )


def _names(host: str) -> x509.SubjectAlternativeName:
    """Return what the server may be called; every interface has the machine's name."""
    asked = socket.gethostname() if host in _EVERY_INTERFACE else host
    names: list[x509.GeneralName] = []
    for text in dict.fromkeys((*_LOOPBACK, asked)):
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(text)))
        except ValueError:
            with suppress(UnicodeError):  # nobody can listen there
                names.append(x509.DNSName(text.encode("idna").decode()))
    return x509.SubjectAlternativeName(names)


def _usage(*used: str) -> x509.KeyUsage:
    return x509.KeyUsage(**_NO_USAGE | dict.fromkeys(used, True))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
