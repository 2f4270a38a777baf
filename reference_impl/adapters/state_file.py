"""The fake's state in a file: SQLite, committed before an answer is sent.

Sessions, faults and the clock are not in it: they end with the process.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

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
    up_to INTEGER PRIMARY KEY, at INTEGER NOT NULL
);
"""
_FORGET = "DELETE FROM used_tokens WHERE number <= ? AND expiration <= ?"
_TABLE_NAMES = tuple(re.findall(r"EXISTS (\w+)", _TABLES))


class StateFileError(Exception):
    """The file cannot be used; the message says why, and what to do."""


class StateFile:
    """A file that holds what changes have made so; one server at a time has it open.

    Its methods are for one thread.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or make it; raise StateFileError where that cannot be."""
        self._path = path
        try:
            self._database = sqlite3.connect(
                path, isolation_level=None, timeout=0, check_same_thread=False
            )
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode = WAL")
            form = self._database.execute("PRAGMA user_version").fetchone()[0]
            if form not in {0, _FORM}:
                raise StateFileError(
                    f"state file: {path} was written by a later version; use that "
                    "version, or another file"
                )
            self._database.executescript(_TABLES)
            self._database.execute(f"PRAGMA user_version = {_FORM}")
        except sqlite3.OperationalError as error:
            raise StateFileError(self._explain(error)) from None
        except sqlite3.DatabaseError:
            raise StateFileError(
                f"state file: {path} is no state file; move it away, or give another"
            ) from None

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def load(self) -> tuple[Change, ...]:
        """Return the changes that lead from nothing to what the file holds."""
        rows = self._database.execute
        changes: list[Change] = []
        keys = tuple(
            key for (key,) in rows("SELECT key FROM token_keys ORDER BY position")
        )
        if keys:
            changes.append(TokenKeysStored(keys))
        for (number,) in rows("SELECT reserved_up_to FROM token_numbers"):
            changes.append(TokenNumbersReserved(number))
        for (text,) in rows("SELECT document FROM logging_configurations"):
            changes.append(LoggingConfigurationStored(_configuration(json.loads(text))))
        for (text,) in rows("SELECT document FROM rooms"):
            changes.append(RoomStored(_room(json.loads(text))))
        for up_to, at in rows("SELECT up_to, at FROM forgotten_tokens"):
            changes.append(TokensForgotten(up_to, _instant(at)))
        for number, at in rows("SELECT number, expiration FROM used_tokens"):
            changes.append(TokenUsed(number, _instant(at)))
        return tuple(changes)

    def keep(self, changes: Iterable[Change]) -> None:
        """Write the changes down, all or none; they then survive the process."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            for change in changes:
                self._write(change)
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def _write(self, change: Change) -> None:
        write = self._database.execute
        match change:
            case Cleared():
                for table in _TABLE_NAMES:
                    write(f"DELETE FROM {table}")  # noqa: S608 - names of our own
            case RoomStored(room):
                write("REPLACE INTO rooms VALUES (?, ?)", (room.arn, _document(room)))
            case RoomDeleted(arn):
                write("DELETE FROM rooms WHERE arn = ?", (arn,))
            case LoggingConfigurationStored(configuration):
                row = (configuration.arn, _document(configuration))
                write("REPLACE INTO logging_configurations VALUES (?, ?)", row)
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
                write("REPLACE INTO forgotten_tokens VALUES (?, ?)", row)
                write(_FORGET, row)

    def _explain(self, error: sqlite3.OperationalError) -> str:
        if "locked" in str(error):
            return (
                f"state file: {self._path} is in use by another server; stop that one, "
                "or give another file"
            )
        return (
            f"state file: cannot open {self._path}: {error}; give a file in a folder "
            "that this user may write to"
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
