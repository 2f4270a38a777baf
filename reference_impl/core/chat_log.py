"""Chat logs: the records of rooms that have logging configurations, and where they go.

Places are paths under one folder, which an adapter writes to: the documented key of a
file in S3 (LOG-06, LOG-07), a file a stream of CloudWatch Logs (LOG-09), a file a
delivery stream of Firehose. A record is written as soon as its frame is sent: where
files are gzip each is a member of its own, which makes one gzip file all the same.
"""

import gzip
import hashlib
from datetime import datetime, timedelta
from urllib.parse import quote

from ivschat_conformance.reference_impl.core.effects import WriteLog
from ivschat_conformance.reference_impl.core.state import State
from ivschat_conformance.schemas import timestamps
from ivschat_conformance.schemas.arn import Arn

WINDOW = timedelta(minutes=5)
"""What one file for S3 spans, on the fake's clock (LOG-10)."""

_S3_KEY = (
    "AWSLogs/{account}/IVSChatLogs/1.0/{region}/room_{room}/{at:%Y/%m/%d/%H}/"
    "{account}_IVSChatLogs_1.0_{region}_room_{room}_{at:%Y%m%dT%H%MZ}_{hash}.log.gz"
)
_STREAM = "aws/IVSChatLogs/1.0/room_{room}.log"
_HASH_CHARACTERS = 8
_LONGEST_NAME = 200  # of a folder; file systems allow 255 bytes


class ChatLog:
    """Turns frames into records for every place that their room logs to (LOG-01)."""

    def __init__(self, state: State) -> None:
        self._state = state

    def record(
        self, room_arn: str, kind: str, frame: str, now: datetime
    ) -> tuple[WriteLog, ...]:
        """Return what to write of a frame that a room receives: MESSAGE or EVENT."""
        room = self._state.rooms.get(room_arn)
        if room is None or not room.logging_configurations:
            return ()
        line = _record(kind, frame, now)
        arn = Arn.parse(room_arn)
        return tuple(
            _written(arn, destination, line, now)
            for configuration in room.logging_configurations
            for destination in self._state.logging_configuration(
                configuration
            ).destination.items()
        )


def _record(kind: str, frame: str, now: datetime) -> bytes:
    """Return one line: the payload is the frame as clients receive it (LOG-02)."""
    at = timestamps.milliseconds(now)
    return (
        f'{{"event_timestamp":"{at}","type":"{kind}","version":"1.0",'
        f'"payload":{frame}}}\n'
    ).encode()


def _written(
    room: Arn, destination: tuple[str, dict[str, str]], line: bytes, now: datetime
) -> WriteLog:
    kind, settings = destination
    if kind == "s3":
        folder, key = _folder(settings["bucketName"]), _s3_key(room, now)
        return WriteLog(f"s3/{folder}/{key}", gzip.compress(line, mtime=0))
    if kind == "cloudWatchLogs":
        stream = _STREAM.format(room=room.resource_id)
        return WriteLog(
            f"cloudwatch-logs/{_folder(settings['logGroupName'])}/{stream}", line
        )
    return WriteLog(f"firehose/{_folder(settings['deliveryStreamName'])}.log", line)


def _s3_key(room: Arn, now: datetime) -> str:
    """Return the key of the file that spans this instant."""
    since = now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % WINDOW
    named = hashlib.sha256(f"{room} {since.isoformat()}".encode()).hexdigest()
    return _S3_KEY.format(
        account=room.account_id,
        region=room.region,
        room=room.resource_id,
        at=since,
        hash=named[:_HASH_CHARACTERS],
    )


def _folder(name: str) -> str:
    """Return a name as one folder's: a log group's may be of dots, or too long."""
    quoted = quote(name, safe="")
    if not quoted.strip("."):
        quoted = quoted.replace(".", "%2E")
    if len(quoted) <= _LONGEST_NAME:
        return quoted
    code = hashlib.sha256(name.encode()).hexdigest()[:_HASH_CHARACTERS]
    return f"{quoted[:_LONGEST_NAME]}~{code}"
