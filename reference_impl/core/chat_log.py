"""Chat logs: the records of rooms that have logging configurations, and where they go.

Places are paths under one folder, which an adapter writes: what goes to S3 under the
documented key of each file (LOG-06, LOG-07), what goes to CloudWatch Logs one line an
event in a file a stream (LOG-09), what goes to Firehose one line an event.
"""

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from ivschat_conformance.reference_impl.core.effects import WriteLog
from ivschat_conformance.reference_impl.core.logging_configurations import (
    LoggingConfiguration,
)
from ivschat_conformance.reference_impl.core.state import State
from ivschat_conformance.schemas import timestamps
from ivschat_conformance.schemas.arn import Arn

WINDOW = timedelta(minutes=5)
"""How long records gather before a file for S3 is written (LOG-10)."""

_S3_KEY = (
    "AWSLogs/{account}/IVSChatLogs/1.0/{region}/room_{room}/{at:%Y/%m/%d/%H}/"
    "{account}_IVSChatLogs_1.0_{region}_room_{room}_{at:%Y%m%dT%H%MZ}_{hash}.log.gz"
)
_STREAM = "aws/IVSChatLogs/1.0/room_{room}"
_HASH_CHARACTERS = 8


@dataclass(slots=True)
class _Gathering:
    """Records of one room for one bucket, since the first of them."""

    room: Arn
    bucket: str
    since: datetime
    lines: list[bytes]

    def file(self) -> WriteLog:
        text = b"".join(self.lines)
        # The records' own ids make equal files of two rooms, or windows, impossible.
        key = _S3_KEY.format(
            account=self.room.account_id,
            region=self.room.region,
            room=self.room.resource_id,
            at=self.since,
            hash=hashlib.sha256(text).hexdigest()[:_HASH_CHARACTERS],
        )
        return WriteLog(
            f"s3/{_folder(self.bucket)}/{key}", gzip.compress(text, mtime=0)
        )


class ChatLog:
    """Turns frames into records for every place that their room logs to (LOG-01)."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._gathering: dict[tuple[str, str], _Gathering] = {}

    @property
    def waits(self) -> bool:
        """Whether records wait for the end of their window."""
        return bool(self._gathering)

    def add(
        self, room_arn: str, kind: str, frame: str, now: datetime
    ) -> tuple[WriteLog, ...]:
        """Record a frame that a room receives; return what is to be written at once."""
        room = self._state.rooms.get(room_arn)
        if room is None or not room.logging_configurations:
            return ()
        line = _record(kind, frame, now)
        written: list[WriteLog] = []
        for arn in room.logging_configurations:
            configuration = self._state.logging_configuration(arn)
            written += self._add(Arn.parse(room_arn), configuration, line, now)
        return tuple(written)

    def due(self, now: datetime) -> tuple[WriteLog, ...]:
        """Return the files whose window is over."""
        over = [
            place
            for place, gathering in self._gathering.items()
            if gathering.since + WINDOW <= now
        ]
        return tuple(self._gathering.pop(place).file() for place in over)

    def flush(self) -> tuple[WriteLog, ...]:
        """Return everything that waits, as before the end."""
        files = tuple(gathering.file() for gathering in self._gathering.values())
        self._gathering.clear()
        return files

    def _add(
        self,
        room: Arn,
        configuration: LoggingConfiguration,
        line: bytes,
        now: datetime,
    ) -> Iterator[WriteLog]:
        for kind, destination in configuration.destination.items():
            if kind == "s3":
                place = (str(room), destination["bucketName"])
                gathering = self._gathering.setdefault(
                    place, _Gathering(room, destination["bucketName"], now, [])
                )
                gathering.lines.append(line)
            elif kind == "cloudWatchLogs":
                group = _folder(destination["logGroupName"])
                stream = _STREAM.format(room=room.resource_id)
                yield WriteLog(f"cloudwatch-logs/{group}/{stream}.log", line)
            else:
                stream = _folder(destination["deliveryStreamName"])
                yield WriteLog(f"firehose/{stream}.log", line)


def _record(kind: str, frame: str, now: datetime) -> bytes:
    """Return one line: the payload is the frame as clients receive it (LOG-02)."""
    at = timestamps.milliseconds(now)
    return (
        f'{{"event_timestamp":"{at}","type":"{kind}","version":"1.0",'
        f'"payload":{frame}}}\n'
    ).encode()


def _folder(name: str) -> str:
    """Return a name as one folder's: a log group's may have slashes and dots."""
    quoted = quote(name, safe="")
    return quoted if quoted.strip(".") else quoted.replace(".", "%2E")
