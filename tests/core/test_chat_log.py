"""Chat logs: what is recorded of a room, in which form, and under which path."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.reference_impl.core.effects import Deliver, Effect, WriteLog
from ivschat_conformance.reference_impl.core.http_messages import HttpRequest

if TYPE_CHECKING:
    from tests.core.conftest import LiveRoom, Member, OpenRoom

ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
LAMBDA = "arn:aws:lambda:us-west-2:123456789012:function:review"
STREAM = "aws/IVSChatLogs/1.0/room_g1H2I3j4k5L6.log"
S3 = {"s3": {"bucketName": "chat-logs"}}
CLOUDWATCH = {"cloudWatchLogs": {"logGroupName": "chat"}}
FIREHOSE = {"firehose": {"deliveryStreamName": "chat"}}


def logging_to(fake: "LiveRoom", *destinations: dict[str, Any]) -> None:
    """Have the room log to these."""
    arns = [
        fake.perform("CreateLoggingConfiguration", destinationConfiguration=wanted)[
            "arn"
        ]
        for wanted in destinations
    ]
    fake.perform("UpdateRoom", identifier=ROOM, loggingConfigurationIdentifiers=arns)


@pytest.fixture
def fake(open_room: "OpenRoom") -> "LiveRoom":
    """Return a fake whose clock stands at 03:04:05.678901."""
    return open_room()


@pytest.fixture
def speaker(fake: "LiveRoom") -> "Member":
    """Let somebody in."""
    return fake.connect("user-1", attributes={"name": "é"})


def effects_of_event(fake: "LiveRoom", name: str = "app:x") -> tuple[Effect, ...]:
    """Send an event and return what is to be done for it."""
    body = json.dumps(
        {"roomIdentifier": ROOM, "eventName": name, "attributes": {"a": "b"}}
    )
    request = HttpRequest("POST", "/SendEvent", (), body.encode())
    return fake.fake.answer(request, fake.now).effects


def effects_of(
    fake: "LiveRoom", sender: "Member", **members: Any
) -> tuple[Effect, ...]:
    """Send a request and return what is to be done for it."""
    return fake.receive(sender, json.dumps(members).encode())


def logs(effects: tuple[Effect, ...]) -> list[WriteLog]:
    """Return what is to be written."""
    return [effect for effect in effects if isinstance(effect, WriteLog)]


def frames(effects: tuple[Effect, ...]) -> Iterator[dict[str, Any]]:
    """Return the frames that are to be delivered."""
    for effect in effects:
        if isinstance(effect, Deliver):
            yield json.loads(effect.frame)


def path_of(fake: "LiveRoom") -> str:
    """Return where the record of an event of now is written."""
    [log] = logs(effects_of_event(fake))
    return log.path


@pytest.mark.ivschat_verifies("LOG-01", "LOG-02", "LOG-03", "LOG-05")
def test_record_has_the_frame_that_clients_receive(
    fake: "LiveRoom", speaker: "Member"
) -> None:
    """A message or an event, whole, with its SendTime cut to milliseconds."""
    logging_to(fake, CLOUDWATCH)

    for effects, kind in (
        (effects_of(fake, speaker, Action="SEND_MESSAGE", Content="hi é\n"), "MESSAGE"),
        (effects_of_event(fake), "EVENT"),
        (
            effects_of(fake, speaker, Action="DELETE_MESSAGE", Id="AAAAaaaa0000"),
            "EVENT",
        ),
        (effects_of(fake, speaker, Action="DISCONNECT_USER", UserId="u"), "EVENT"),
    ):
        [frame], [log] = frames(effects), logs(effects)
        assert frame["SendTime"].startswith("2026-01-02T03:04:05.678901")
        assert log.data.endswith(b"}\n")
        assert log.data.count(b"\n") == 1
        record = json.loads(log.data)
        assert list(record) == ["event_timestamp", "type", "version", "payload"]
        assert record == {
            "event_timestamp": "2026-01-02T03:04:05.678Z",
            "type": kind,
            "version": "1.0",
            "payload": frame,
        }


@pytest.mark.ivschat_verifies("LOG-04")
def test_errors_and_denied_messages_are_not_recorded(
    fake: "LiveRoom", speaker: "Member"
) -> None:
    """What only its sender hears of is not the room's."""
    logging_to(fake, S3, CLOUDWATCH, FIREHOSE)
    fake.perform(
        "UpdateRoom",
        identifier=ROOM,
        messageReviewHandler={"uri": LAMBDA, "fallbackResult": "DENY"},
    )

    for request in ({"Action": "SHOUT"}, {"Action": "SEND_MESSAGE", "Content": "no"}):
        effects = effects_of(fake, speaker, **request)
        assert [frame["Type"] for frame in frames(effects)] == ["ERROR"]
        assert logs(effects) == []


@pytest.mark.ivschat_verifies("LOG-02")
def test_reviewed_message_is_recorded_as_it_was_delivered(
    fake: "LiveRoom", speaker: "Member"
) -> None:
    """With what the handler made of it, at the time at which it was sent."""
    fake.fake.service.review_targets = {LAMBDA: "http://127.0.0.1:9/"}
    logging_to(fake, CLOUDWATCH)
    fake.perform("UpdateRoom", identifier=ROOM, messageReviewHandler={"uri": LAMBDA})
    fake.say(speaker, "raw")
    [review] = fake.reviews
    fake.now += timedelta(milliseconds=100)

    effects = fake.fake.reviewed(
        review.message,
        {"ReviewResult": "ALLOW", "Content": "fine", "Attributes": {}},
        fake.now,
    )

    [frame], [log] = frames(effects), logs(effects)
    assert frame["Content"] == "fine"
    assert json.loads(log.data)["payload"] == frame
    assert json.loads(log.data)["event_timestamp"] == "2026-01-02T03:04:05.678Z"


@pytest.mark.ivschat_verifies("LOG-01")
def test_room_is_recorded_as_long_as_it_has_a_configuration(fake: "LiveRoom") -> None:
    """Also while nobody is in it, and to each of its destinations."""
    assert logs(effects_of_event(fake)) == []
    logging_to(fake, CLOUDWATCH, S3, FIREHOSE)

    written = logs(effects_of_event(fake))
    logging_to(fake)

    assert [PurePosixPath(log.path).parts[0] for log in written] == [
        *("cloudwatch-logs", "s3", "firehose")
    ]
    lines = {log.path.partition("/")[0]: log.data for log in written}
    assert gzip.decompress(lines["s3"]) == lines["firehose"]
    assert lines["firehose"] == lines["cloudwatch-logs"]
    assert logs(effects_of_event(fake)) == []


@pytest.mark.ivschat_verifies("LOG-06", "LOG-07", "LOG-08")
def test_file_in_s3_has_the_documented_key(fake: "LiveRoom") -> None:
    """Prefix, folders down to the hour, a name with minute and hash, in gzip."""
    logging_to(fake, S3)

    path = path_of(fake)

    folder, _, name = path.rpartition("/")
    assert folder == (
        "s3/chat-logs/AWSLogs/123456789012/IVSChatLogs/1.0/us-west-2/"
        "room_g1H2I3j4k5L6/2026/01/02/03"
    )
    stem, _, code = name.removesuffix(".log.gz").rpartition("_")
    assert stem == (
        "123456789012_IVSChatLogs_1.0_us-west-2_room_g1H2I3j4k5L6_20260102T0300Z"
    )
    assert len(code) == 8
    assert int(code, 16) >= 0


@pytest.mark.ivschat_verifies("LOG-07", "LOG-08")
def test_five_minutes_of_the_clock_are_one_file_in_s3(fake: "LiveRoom") -> None:
    """Their beginnings are round; the clock's minutes count, and no machine's."""
    logging_to(fake, S3)
    minutes = {}
    for at in ("03:00:00", "03:04:59.999999", "03:05:00", "03:59:59", "04:00:00"):
        fake.now = datetime.fromisoformat(f"2026-01-02T{at}+00:00")
        minutes[at] = path_of(fake)
    fake.now = datetime(2026, 1, 2, 3, 2, tzinfo=UTC)
    fake.call("/_control/clock/advance", seconds=3600)

    assert minutes["03:00:00"] == minutes["03:04:59.999999"]
    assert "/03/" in minutes["03:05:00"]
    assert "T0305Z" in minutes["03:05:00"]
    assert "T0355Z" in minutes["03:59:59"]
    assert len(set(minutes.values())) == 4
    assert path_of(fake) == minutes["04:00:00"]


@pytest.mark.ivschat_verifies("LOG-08")
def test_records_of_one_file_are_gzip_of_lines_together(fake: "LiveRoom") -> None:
    """Appended one after the other, they decompress to one record a line."""
    logging_to(fake, S3)

    file = b"".join(log.data for _ in range(3) for log in logs(effects_of_event(fake)))

    lines = gzip.decompress(file).decode().splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["EVENT"] * 3


@pytest.mark.ivschat_verifies("LOG-09")
@pytest.mark.parametrize(
    ("group", "folder"),
    [
        ("chat", "chat"),
        ("/aws/chat#1", "%2Faws%2Fchat%231"),
        ("..", "%2E%2E"),
        (".", "%2E"),
        ("../../etc", "..%2F..%2Fetc"),
        ("/", "%2F"),
    ],
)
def test_log_group_is_one_folder_with_a_stream_a_room(
    fake: "LiveRoom", group: str, folder: str
) -> None:
    """Whatever its name is, it leads nowhere else."""
    logging_to(fake, {"cloudWatchLogs": {"logGroupName": group}})

    assert path_of(fake) == f"cloudwatch-logs/{folder}/{STREAM}"


def test_longest_log_groups_are_told_apart_in_names_that_disks_take(
    fake: "LiveRoom",
) -> None:
    """512 slashes would be a name of 1,536 bytes; 255 is what file systems allow."""
    paths = []
    for end in "ab":
        logging_to(fake, {"cloudWatchLogs": {"logGroupName": "/" * 511 + end}})
        paths.append(path_of(fake))

    assert all(len(part) <= 255 for path in paths for part in path.split("/"))
    assert paths[0] != paths[1]


@pytest.mark.parametrize("name", ["...", "a..", "-.-"])
def test_bucket_and_delivery_stream_lead_nowhere_else(
    fake: "LiveRoom", name: str
) -> None:
    """Names of dots are no way out of the folder."""
    logging_to(
        fake,
        {"s3": {"bucketName": name}},
        {"firehose": {"deliveryStreamName": ".." if name == "..." else name}},
    )

    for log in logs(effects_of_event(fake)):
        parts = PurePosixPath(log.path).parts
        assert not {"..", ".", "..."} & set(parts)
        assert not PurePosixPath(log.path).is_absolute()
