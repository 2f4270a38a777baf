"""The test authority: what its certificates say, who trusts them, what it leaves."""

import gc
import ipaddress
import socket
import ssl
import stat
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from freezegun import freeze_time

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.adapters.certificates import ServerCertificate


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder in which temporary files are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def certificate(temporary: Path) -> Iterator[ServerCertificate]:
    """Return a certificate for the loopback."""
    del temporary
    with ServerCertificate() as made:
        yield made


def shake_hands(
    certificate: ServerCertificate, name: str, ca_bundle: Path | None = None
) -> ssl.SSLObject:
    """Let a strict client meet the server in memory; return its side of it."""
    strict = ssl.create_default_context(cafile=ca_bundle or certificate.ca_bundle)
    strict.verify_flags |= ssl.VERIFY_X509_STRICT
    strict.set_alpn_protocols(["h2", "http/1.1"])
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = strict.wrap_bio(to_client, to_server, server_hostname=name)
    server = certificate.context.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(3):  # flights of TLS 1.3
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return client


def leaf_of(certificate: ServerCertificate) -> x509.Certificate:
    """Return the certificate that the server shows."""
    shown = shake_hands(certificate, "localhost").getpeercert(binary_form=True)
    assert shown is not None
    return x509.load_der_x509_certificate(shown)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1"])
def test_certificate_is_good_for_the_loopback(
    certificate: ServerCertificate, name: str
) -> None:
    """Even the strictest check of OpenSSL passes, whatever the loopback is called."""
    client = shake_hands(certificate, name)

    assert client.version() == "TLSv1.3"
    assert client.selected_alpn_protocol() == "http/1.1"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("chat.example", "chat.example"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("0.0.0.0", socket.gethostname()),  # noqa: S104 - is no socket
        ("::", socket.gethostname()),
    ],
)
def test_certificate_is_good_for_the_bound_host(host: str, name: str) -> None:
    """Whoever reaches the server by what it listens on is let in."""
    with ServerCertificate(host) as certificate:
        assert shake_hands(certificate, name).version() == "TLSv1.3"


def test_certificate_is_good_for_no_other_host(certificate: ServerCertificate) -> None:
    """A client that wants another host refuses it."""
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        shake_hands(certificate, "192.0.2.7")


@pytest.mark.parametrize("host", ["", "a b", "..", "x" * 300, "\ud800"])
def test_host_that_is_none_is_left_aside(host: str) -> None:
    """That nobody can listen there is the listener's to say."""
    with ServerCertificate(host) as certificate:
        assert shake_hands(certificate, "localhost").version() == "TLSv1.3"


def test_authority_is_new_each_time(certificate: ServerCertificate) -> None:
    """Who trusts one server trusts no other one."""
    with (
        ServerCertificate() as other,
        pytest.raises(ssl.SSLCertVerificationError, match="certificate verify failed"),
    ):
        shake_hands(certificate, "localhost", other.ca_bundle)


def test_private_folder_has_the_authoritys_certificate_alone(
    certificate: ServerCertificate, temporary: Path
) -> None:
    """No key stays on disk, and nobody else can put anything there."""
    (folder,) = temporary.iterdir()

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [*folder.iterdir()] == [certificate.ca_bundle]
    assert b"PRIVATE KEY" not in certificate.ca_bundle.read_bytes()
    (authority,) = x509.load_pem_x509_certificates(certificate.ca_bundle.read_bytes())
    constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.value == x509.BasicConstraints(ca=True, path_length=0)


def test_close_removes_the_folder(temporary: Path) -> None:
    """After it nothing is left, and a second time is no error."""
    certificate = ServerCertificate()

    certificate.close()
    certificate.close()

    assert [*temporary.iterdir()] == []


@pytest.mark.filterwarnings("ignore:Implicitly cleaning up:ResourceWarning")
def test_forgotten_certificate_is_removed_too(temporary: Path) -> None:
    """Whoever does not close it leaves nothing behind either."""
    ServerCertificate()
    gc.collect()

    assert [*temporary.iterdir()] == []


def test_names_are_those_of_the_loopback(certificate: ServerCertificate) -> None:
    """It says no more than it is asked."""
    found = leaf_of(certificate).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )

    assert [*found.value] == [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.IPAddress(ipaddress.ip_address("::1")),
    ]


def test_machines_clock_counts() -> None:
    """Clients check by it, so a clock that a test froze must not."""
    before = clock.now()
    with freeze_time("2001-02-03T04:05:06Z"), ServerCertificate() as certificate:
        leaf = leaf_of(certificate)

    tolerance = timedelta(seconds=60)  # seconds are cut, and the machine may be slow
    hour_ago = before - timedelta(hours=1)
    assert abs(leaf.not_valid_before_utc - hour_ago) < tolerance
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc == timedelta(days=365)
    assert leaf.not_valid_before_utc > datetime(2020, 1, 1, tzinfo=UTC)
