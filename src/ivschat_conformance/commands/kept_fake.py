"""The fake that `serve` runs: what an earlier one left behind, and where it goes on."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from random import SystemRandom

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.adapters.storage import (
    NOTHING_STORED,
    Storage,
    StorageError,
    keeping_in_step,
)
from ivschat_conformance.reference_impl.core.changes import (
    Change,
    LoggingConfigurationStored,
    RoomStored,
)
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.schemas.arn import Arn


@contextmanager
def open_fake(
    settings: Settings, state: Path | None, log_directory: Path | None
) -> Iterator[tuple[Endpoint, Storage]]:
    """Give a fake, and what stores for it; a state file is closed at the end.

    Its start is in the file before anybody can call. Raises StorageError.
    """
    storage = _log_storage(log_directory)
    if state is None:
        yield Endpoint(settings, SystemRandom(), clock.now()), storage
        return
    # Without the option nobody waits for SQLite.
    from ivschat_conformance.reference_impl.adapters.state_file import StateFile

    with closing(StateFile(state)) as file:
        kept = file.load()
        _check_home(kept, settings, state)
        core = Endpoint(settings, SystemRandom(), clock.now(), kept)
        file.keep(core.started)
        yield core, replace(storage, keep=keeping_in_step(file, core))


def _log_storage(folder: Path | None) -> Storage:
    if folder is None:
        return NOTHING_STORED
    from ivschat_conformance.reference_impl.adapters.log_directory import LogDirectory

    return Storage(write_log=LogDirectory(folder).write)


def _check_home(kept: Iterable[Change], settings: Settings, state: Path) -> None:
    """Refuse what was kept elsewhere: nobody could call it by its ARN (REGION-06)."""
    for change in kept:
        match change:
            case RoomStored(resource) | LoggingConfigurationStored(resource):
                home = Arn.parse(resource.arn)
            case _:
                continue
        if (home.region, home.account_id) != (settings.region, settings.account_id):
            raise StorageError(
                f"state file: {state} is of account {home.account_id} in "
                f"{home.region}; start with --account-id {home.account_id} --region "
                f"{home.region}, or give another file"
            )
