"""Chat logs in a folder of this machine, in place of the places that AWS has."""

import logging
from pathlib import Path

from ivschat_conformance.reference_impl.adapters.storage import StorageError
from ivschat_conformance.reference_impl.core.effects import WriteLog

logger = logging.getLogger("ivschat_conformance.chat_log")


class LogDirectoryError(StorageError):
    """The folder cannot be written to."""


class LogDirectory:
    """Writes chat logs under one folder, which is made where there is none."""

    def __init__(self, folder: Path) -> None:
        """Raise LogDirectoryError where the folder cannot be made or written to."""
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / ".ivschat-conformance"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise LogDirectoryError(
                f"log directory: cannot write to {folder}: {error.strerror}; "
                "give a folder that this user may write to"
            ) from None

    def write(self, log: WriteLog) -> None:
        """Append; a disk that is full costs records, and not the chat."""
        file = self._folder / log.path
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("ab") as stream:
                stream.write(log.data)
        except OSError as error:
            logger.error("a chat log could not be written: %s", error.strerror)  # noqa: TRY400 - its text would show the path of a room
