"""Chat logs on disk: what a client received, in the documented files alone."""

import gzip
import http.client
import json
import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from ivschat_conformance import clock
from ivschat_conformance.reference_impl.adapters.log_directory import (
    LogDirectory,
    LogDirectoryError,
)
from ivschat_conformance.reference_impl.adapters.storage import Storage
from ivschat_conformance.reference_impl.core.effects import WriteLog
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.reference_impl.shells.server import Address, ServerThread

DEADLINE = 10.0
NOBODY = 65_534
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"
STREAM = "aws/IVSChatLogs/1.0/room_g1H2I3j4k5L6.log"
HOUR = (
    "s3/chat-logs/AWSLogs/123456789012/IVSChatLogs/1.0/us-west-2/"
    "room_g1H2I3j4k5L6/2026/01/02/03"
)


@dataclass(frozen=True, slots=True)
class Lobby:
    """A running fake whose clock stands at 03:04:05.678901, and its logs."""

    address: Address
    folder: Path

    def call(self, path: str, method: str = "POST", **body: Any) -> Any:
        """Make a call that succeeds."""
        http_client = http.client.HTTPConnection(
            self.address.host, self.address.port, timeout=DEADLINE
        )
        http_client.request(method, path, json.dumps(body))
        with http_client.getresponse() as response:
            answer = response.read()
            assert response.status in {200, 204}, answer
        http_client.close()
        return json.loads(answer or b"null")

    def log_to(self, *destinations: dict[str, Any]) -> None:
        """Have the room log to these."""
        arns = [
            self.call("/CreateLoggingConfiguration", destinationConfiguration=wanted)[
                "arn"
            ]
            for wanted in destinations
        ]
        self.call("/UpdateRoom", identifier=ROOM, loggingConfigurationIdentifiers=arns)

    @contextmanager
    def visitor(self) -> Iterator[ClientConnection]:
        """Let somebody in who may do everything."""
        token = self.call(
            "/CreateChatToken",
            roomIdentifier=ROOM,
            userId="user-1",
            capabilities=["SEND_MESSAGE", "DELETE_MESSAGE", "DISCONNECT_USER"],
            attributes={"name": "é"},
        )["token"]
        with connect(self.address.ws_url, subprotocols=[token]) as connection:
            yield connection

    def files(self) -> dict[str, list[dict[str, Any]]]:
        """Return the records of every file by its path, of gzip ones unpacked."""
        return {
            path.relative_to(self.folder).as_posix(): [
                json.loads(line) for line in _unpacked(path).decode().splitlines()
            ]
            for path in self.folder.rglob("*")
            if path.is_file()
        }


def _unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def received(visitor: ClientConnection, **action: Any) -> Any:
    """Send a request and return the frame that comes back."""
    visitor.send(json.dumps(action))
    return json.loads(visitor.recv(DEADLINE))


@pytest.fixture
def lobby(tmp_path: Path) -> Iterator[Lobby]:
    """Run a server whose logs go to a folder that is not there yet."""
    folder = tmp_path / "to" / "logs"
    settings = Settings(
        rooms=[ROOM],
        verify_signatures=False,
        clock=clock.now().replace(2026, 1, 2, 3, 4, 5, 678901),
    )
    core = Endpoint(settings, Random(1), clock.now())  # noqa: S311
    storage = Storage(write_log=LogDirectory(folder).write)
    with ServerThread(core, storage=storage) as server:
        yield Lobby(server.address, folder)


@pytest.mark.ivschat_verifies(
    *("LOG-01", "LOG-02", "LOG-03", "LOG-04", "LOG-05", "LOG-06", "LOG-08", "LOG-09")
)
def test_three_destinations_have_what_a_client_received(lobby: Lobby) -> None:
    """Messages and events in their order, whole; errors and what was denied are not."""
    lobby.log_to(
        {"s3": {"bucketName": "chat-logs"}},
        {"cloudWatchLogs": {"logGroupName": "/aws/chat"}},
        {"firehose": {"deliveryStreamName": "to.lake"}},
    )
    frames = []
    with lobby.visitor() as visitor:
        say = {
            "Action": "SEND_MESSAGE",
            "Content": 'é 🔑 "\n',
            "Attributes": {"a": "b"},
        }
        frames.append(received(visitor, **say))
        assert received(visitor, Action="SHOUT")["Type"] == "ERROR"
        frames.append(received(visitor, Action="DELETE_MESSAGE", Id="AAAAaaaa0000"))
        lobby.call("/SendEvent", roomIdentifier=ROOM, eventName="app:x")
        frames.append(json.loads(visitor.recv(DEADLINE)))
        handler = {"uri": LAMBDA, "fallbackResult": "DENY"}
        lobby.call("/UpdateRoom", identifier=ROOM, messageReviewHandler=handler)
        denied = received(visitor, Action="SEND_MESSAGE", Content="no")
        assert denied["ErrorCode"] == 406
        frames.append(received(visitor, Action="DISCONNECT_USER", UserId="user-2"))

    files = lobby.files()

    [in_s3] = [path for path in files if path.startswith("s3/")]
    assert files.keys() == {
        in_s3,
        f"cloudwatch-logs/%2Faws%2Fchat/{STREAM}",
        "firehose/to.lake.log",
    }
    assert in_s3.startswith(
        f"{HOUR}/123456789012_IVSChatLogs_1.0_us-west-2_room_g1H2I3j4k5L6_"
        "20260102T0300Z_"
    )
    assert in_s3.endswith(".log.gz")
    assert [frame["Type"] for frame in frames] == ["MESSAGE", *["EVENT"] * 3]
    for records in files.values():
        assert records == [
            {
                "event_timestamp": "2026-01-02T03:04:05.678Z",
                "type": frame["Type"],
                "version": "1.0",
                "payload": frame,
            }
            for frame in frames
        ]


@pytest.mark.ivschat_verifies("LOG-07", "LOG-08")
def test_new_file_begins_with_each_five_minutes_of_the_clock(lobby: Lobby) -> None:
    """Each holds its own records, and the others go on in the one they have."""
    lobby.log_to(
        {"s3": {"bucketName": "chat-logs"}},
        {"cloudWatchLogs": {"logGroupName": "chat"}},
    )
    for seconds in (0, 50, 30, 3600):
        lobby.call("/_control/clock/advance", seconds=seconds)
        lobby.call("/SendEvent", roomIdentifier=ROOM, eventName=f"app:{seconds}")

    by_time = {
        path.split("_")[-2]: [record["payload"]["EventName"] for record in records]
        for path, records in lobby.files().items()
        if path.startswith("s3/")
    }

    assert by_time == {
        "20260102T0300Z": ["app:0", "app:50"],
        "20260102T0305Z": ["app:30"],
        "20260102T0405Z": ["app:3600"],
    }
    assert len(lobby.files()[f"cloudwatch-logs/chat/{STREAM}"]) == 4


@pytest.mark.parametrize("group", ["..", "../../etc", "/", "." * 512, "/" * 512])
def test_no_log_group_leads_out_of_the_folder(lobby: Lobby, group: str) -> None:
    """Whatever it is called, its stream stands in a folder of its own."""
    lobby.log_to({"cloudWatchLogs": {"logGroupName": group}})
    lobby.call("/SendEvent", roomIdentifier=ROOM, eventName="app:x")

    [(path, records)] = lobby.files().items()

    above = lobby.folder.parent
    assert path.endswith(f"/{STREAM}")
    assert path.count("/") == 5
    assert len(records) == 1
    assert list(above.parent.iterdir()) == [above]
    assert list(above.iterdir()) == [lobby.folder]
    assert [entry.name for entry in lobby.folder.iterdir()] == ["cloudwatch-logs"]


def test_logs_of_before_are_gone_on_with(tmp_path: Path) -> None:
    """A new start appends."""
    for line in (b"one\n", b"two\n"):
        LogDirectory(tmp_path).write(WriteLog("firehose/a.log", line))

    assert (tmp_path / "firehose" / "a.log").read_bytes() == b"one\ntwo\n"


def test_disk_that_is_full_costs_records_and_not_the_chat(
    lobby: Lobby, caplog: pytest.LogCaptureFixture
) -> None:
    """Clients are served as before, and the log of errors names no room."""
    lobby.log_to({"firehose": {"deliveryStreamName": "lake"}})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with lobby.visitor() as visitor:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
        try:
            lost = received(visitor, Action="SEND_MESSAGE", Content="hi")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        kept = received(visitor, Action="SEND_MESSAGE", Content="again")

    assert lost["Content"] == "hi"
    [records] = lobby.files().values()
    assert [record["payload"] for record in records] == [kept]
    assert [record.getMessage() for record in caplog.records] == [
        "a chat log could not be written: File too large"
    ]


def test_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """One sentence says why."""
    file = tmp_path / "logs"
    file.touch()

    with pytest.raises(LogDirectoryError) as caught:
        LogDirectory(file)

    assert str(caught.value) == (
        f"log directory: cannot write to {file}: File exists; give a folder that this "
        "user may write to"
    )


def test_read_only_folder_is_refused() -> None:
    """At the start, before a record is lost."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        effective = os.geteuid()
        if effective == 0:
            os.seteuid(NOBODY)
        try:
            with pytest.raises(LogDirectoryError, match="Permission denied; give a"):
                LogDirectory(folder)
        finally:
            os.seteuid(effective)
            folder.chmod(0o755)


def test_folder_that_may_be_written_to_is_left_empty(tmp_path: Path) -> None:
    """What was written to find out is gone."""
    LogDirectory(tmp_path / "logs")

    assert list((tmp_path / "logs").iterdir()) == []
