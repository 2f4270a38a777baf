"""The fake's state in a file: SQLite, committed before an answer is sent.

Sessions, faults and the clock are not in it: they end with the process.
"""

import json
import logging
import re
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ivschat_conformance.reference_impl.adapters.storage import StorageError
from ivschat_conformance.reference_impl.core.changes import (
    Change,
    Cleared,
    LoggingConfigurationDeleted,
    LoggingConfigurationStored,
    RoomDeleted,
    RoomStored,
    TokenChange,
    TokenKeysStored,
    TokenNumbersReserved,
    TokensForgotten,
    TokenUsed,
)
from ivschat_conformance.reference_impl.core.logging_configurations import (
    LoggingConfiguration,
)
from ivschat_conformance.reference_impl.core.rooms import Room

logger = logging.getLogger("ivschat_conformance.state_file")

_APPLICATION = 0x49565343  # "IVSC": what tells our files from other databases
_FORM = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_TABLES = """
CREATE TABLE IF NOT EXISTS rooms (arn TEXT PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS logging_configurations (
    arn TEXT PRIMARY KEY, document TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS token_keys (position INTEGER PRIMARY KEY, key BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS token_numbers (
    only INTEGER PRIMARY KEY CHECK (only = 1), reserved_up_to INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS used_tokens (
    number INTEGER PRIMARY KEY, expiration INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS forgotten_tokens (
    up_to INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (up_to, at)
);
"""
_STORE = (  # a row keeps its place: the oldest room of a name is its first
    "INSERT INTO {} VALUES (?, ?) "
    "ON CONFLICT (arn) DO UPDATE SET document = excluded.document"
)
_STORE_ROOM = _STORE.format("rooms")
_STORE_CONFIGURATION = _STORE.format("logging_configurations")
_FORGET = (
    "DELETE FROM used_tokens WHERE number <= ? AND expiration <= ?",
    "DELETE FROM forgotten_tokens WHERE up_to <= ? AND at <= ?",
    "INSERT INTO forgotten_tokens VALUES (?, ?)",
)
_TABLE_NAMES = tuple(re.findall(r"EXISTS (\w+)", _TABLES))


class StateFileError(StorageError):
    """The file cannot be used."""


class StateFile:
    """A file that holds what changes have made so; one server at a time has it open.

    Its methods are for one thread.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or make it; raise StateFileError where that cannot be."""
        self._path = path
        try:
            if not path.exists():
                path.touch(mode=0o600)  # it will hold keys
            self._database = sqlite3.connect(
                path.absolute(),
                isolation_level=None,
                timeout=0,
                check_same_thread=False,
            )
        except OSError as error:
            raise StateFileError(self._unusable(error.strerror)) from None
        except sqlite3.Error as error:
            raise StateFileError(self._explain(error)) from None
        try:
            self._prepare()
        except sqlite3.Error as error:
            self.close()
            raise StateFileError(self._explain(error)) from None
        except StateFileError:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def load(self) -> tuple[Change, ...]:
        """Return the changes that lead from nothing to what the file holds.

        Raises StateFileError where the file is damaged.
        """
        try:
            return self._read()
        except Exception:  # whatever a row turns out to be
            raise StateFileError(
                f"state file: {self._path} is damaged; move it away, or give another"
            ) from None

    def keep(self, changes: Iterable[Change]) -> None:
        """Write the changes down, all or none; they then survive the process.

        Raises StateFileError where the disk does not take them.
        """
        try:
            self._in_one_piece(changes)
        except sqlite3.Error as error:
            logger.error("the state file was not written: %s", error)  # noqa: TRY400 - a trace is the shell's to log
            raise StateFileError(
                f"state file: cannot write {self._path}: {error}; make room on its "
                "disk, or give another file"
            ) from None

    def _in_one_piece(self, changes: Iterable[Change]) -> None:
        database = self._database
        database.execute("BEGIN IMMEDIATE")
        try:
            for change in changes:
                self._write(change)
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:  # SQLite ends some by itself
                database.execute("ROLLBACK")
            raise

    def _prepare(self) -> None:
        """Lock the file for this process, and make its tables where it is new.

        Nothing is written to a file that is not ours.
        """
        run = self._database.execute
        run("PRAGMA locking_mode = EXCLUSIVE")
        run("BEGIN EXCLUSIVE")
        (application,) = run("PRAGMA application_id").fetchone()
        (tables,) = run("SELECT count(*) FROM sqlite_master").fetchone()
        if application != _APPLICATION and (application or tables):
            raise StateFileError(self._foreign())
        (form,) = run("PRAGMA user_version").fetchone()
        if form > _FORM:
            raise StateFileError(
                f"state file: {self._path} was written by a later version; use that "
                "version, or give another file"
            )
        for statement in _TABLES.split(";"):
            run(statement)
        run(f"PRAGMA application_id = {_APPLICATION}")
        run(f"PRAGMA user_version = {_FORM}")
        run("COMMIT")
        run("PRAGMA journal_mode = WAL")

    def _read(self) -> tuple[Change, ...]:
        rows = self._database.execute
        changes: list[Change] = []
        keys = tuple(
            key for (key,) in rows("SELECT key FROM token_keys ORDER BY position")
        )
        if keys:
            changes.append(TokenKeysStored(keys))
        for (number,) in rows("SELECT reserved_up_to FROM token_numbers"):
            changes.append(TokenNumbersReserved(number))
        for (text,) in rows(
            "SELECT document FROM logging_configurations ORDER BY rowid"
        ):
            changes.append(LoggingConfigurationStored(_configuration(json.loads(text))))
        for (text,) in rows("SELECT document FROM rooms ORDER BY rowid"):
            changes.append(RoomStored(_room(json.loads(text))))
        for up_to, at in rows("SELECT up_to, at FROM forgotten_tokens"):
            changes.append(TokensForgotten(up_to, _instant(at)))
        for number, at in rows("SELECT number, expiration FROM used_tokens"):
            changes.append(TokenUsed(number, _instant(at)))
        return tuple(changes)

    def _write(self, change: Change) -> None:
        write = self._database.execute
        match change:
            case Cleared():
                for table in _TABLE_NAMES:
                    write(f"DELETE FROM {table}")  # noqa: S608 - names of our own
            case RoomStored(room):
                write(_STORE_ROOM, (room.arn, _document(room)))
            case RoomDeleted(arn):
                write("DELETE FROM rooms WHERE arn = ?", (arn,))
            case LoggingConfigurationStored(configuration):
                row = (configuration.arn, _document(configuration))
                write(_STORE_CONFIGURATION, row)
            case LoggingConfigurationDeleted(arn):
                write("DELETE FROM logging_configurations WHERE arn = ?", (arn,))
            case _:
                self._write_of_tokens(change)

    def _write_of_tokens(self, change: TokenChange) -> None:
        write = self._database.execute
        match change:
            case TokenKeysStored(keys):
                write("DELETE FROM token_keys")
                self._database.executemany(
                    "INSERT INTO token_keys VALUES (?, ?)", enumerate(keys)
                )
            case TokenNumbersReserved(up_to):
                write("REPLACE INTO token_numbers VALUES (1, ?)", (up_to,))
            case TokenUsed(number, expiration):
                row = (number, _microseconds(expiration))
                write("REPLACE INTO used_tokens VALUES (?, ?)", row)
            case TokensForgotten(up_to, at):
                row = (up_to, _microseconds(at))
                for statement in _FORGET:
                    write(statement, row)

    def _explain(self, error: sqlite3.Error) -> str:
        if not isinstance(error, sqlite3.OperationalError):
            return self._foreign()
        if "locked" in str(error):
            return (
                f"state file: {self._path} is in use by another server; stop that one, "
                "or give another file"
            )
        return self._unusable(str(error))

    def _foreign(self) -> str:
        return (
            f"state file: {self._path} is no state file; move it away, or give another"
        )

    def _unusable(self, why: str | None) -> str:
        return (
            f"state file: cannot open {self._path}: {why}; give a file in a folder "
            "that is there and that this user may write to"
        )


def _document(resource: Room | LoggingConfiguration) -> str:
    """Return a resource as JSON, its times as microseconds since 1970."""
    fields: dict[str, Any] = {
        name: getattr(resource, name) for name in resource.__slots__
    }
    return json.dumps(
        {
            name: _microseconds(value)
            if isinstance(value, datetime)
            else dict(value)
            if isinstance(value, Mapping)
            else value
            for name, value in fields.items()
        }
    )


def _room(fields: dict[str, Any]) -> Room:
    return Room(**_revived(fields))


def _configuration(fields: dict[str, Any]) -> LoggingConfiguration:
    return LoggingConfiguration(**_revived(fields))


def _revived(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _instant(value)
        if name.endswith("_time")
        else MappingProxyType(value)
        if isinstance(value, dict)
        else value
        for name, value in fields.items()
    }


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def _instant(microseconds: int) -> datetime:
    return _EPOCH + microseconds * _MICROSECOND
