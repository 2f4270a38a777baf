"""What a server's options open: the fake, what stores for it, and its certificate."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from ssl import SSLContext
from typing import TYPE_CHECKING

from ivschat_conformance.commands.command_line import CommandLine
from ivschat_conformance.commands.server_options import settings_of
from ivschat_conformance.fixtures.client_environment import client_environment

if TYPE_CHECKING:
    from ivschat_conformance.reference_impl.adapters.certificates import (
        ServerCertificate,
    )
    from ivschat_conformance.reference_impl.adapters.storage import Storage
    from ivschat_conformance.reference_impl.core.endpoint import Endpoint
    from ivschat_conformance.reference_impl.shells.server import Address


@dataclass(frozen=True, slots=True)
class OpenedServer:
    """All that a server needs but a place to listen."""

    core: "Endpoint"
    storage: "Storage"
    certificate: "ServerCertificate | None"

    @property
    def tls(self) -> SSLContext | None:
        """What connections are encrypted with, if at all."""
        return self.certificate.context if self.certificate else None

    @property
    def ca_bundle(self) -> Path | None:
        """The file that clients have to trust, if any."""
        return self.certificate.ca_bundle if self.certificate else None

    def environment(self, address: "Address") -> dict[str, str]:
        """Return the variables by which clients find it there, a secret among them."""
        settings = self.core.service.settings
        credential = settings.credentials[0]
        return client_environment(
            address.url,
            address.ws_url,
            settings.region,
            (credential.access_key_id, credential.secret_access_key),
            self.ca_bundle,
        )


@contextmanager
def opened_server(
    command_line: CommandLine, options: argparse.Namespace
) -> Iterator[OpenedServer]:
    """Give what the options ask for; close it at the end.

    What cannot be opened, or started in the `with` block, ends the program with exit
    code 2 and one sentence.
    """
    _change_the_code(command_line, options)
    from ivschat_conformance.commands.kept_fake import open_fake
    from ivschat_conformance.reference_impl.adapters.storage import StorageError
    from ivschat_conformance.reference_impl.core.settings import SettingError
    from ivschat_conformance.reference_impl.shells.server import ServerStartError

    try:
        with (
            open_fake(settings_of(options), options.state, options.log_directory) as (
                core,
                storage,
            ),
            _certificate(options) as certificate,
        ):
            yield OpenedServer(core, storage, certificate)
    except (SettingError, StorageError, ServerStartError) as error:
        command_line.error(str(error))


def _change_the_code(command_line: CommandLine, options: argparse.Namespace) -> None:
    """Have what is imported from now on differ, and then break it, if asked to."""
    if not options.dialect and not options.mutant:
        return
    from ivschat_conformance import dialects, mutation

    try:
        if options.dialect:
            dialects.apply(options.dialect)
        if options.mutant:
            mutation.apply(options.mutant)
    except mutation.ReplacementError as error:
        command_line.error(str(error))


@contextmanager
def _certificate(
    options: argparse.Namespace,
) -> "Iterator[ServerCertificate | None]":
    if not options.tls:
        yield None
        return
    # Without the option nobody waits for certificates to be loaded, let alone made.
    from ivschat_conformance.reference_impl.adapters.certificates import (
        ServerCertificate,
    )
    from ivschat_conformance.reference_impl.core.settings import SettingError

    try:
        certificate = ServerCertificate(options.host)
    except OSError as error:
        raise SettingError(
            f"tls: no temporary folder for the certificate ({error.strerror}): set "
            "TMPDIR to a folder that can be written"
        ) from None
    with certificate:
        yield certificate
