"""Call boto3 in this process, many times: ours and another's answers in turns.

`in_process_calls.py stubber|moto TIMES` writes one JSON object: for each subject a list
of microseconds, each the mean of some calls. The first calls, with the imports in them,
are not among them. The stubber's time for a call has in it to queue its answer and the
request that it expects, as a test does for each call; "queued before" has not.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import boto3

_AT_ONCE = 20
_OPTIONS: dict[str, Any] = {
    "region_name": "us-west-2",
    "aws_access_key_id": "test",
    "aws_secret_access_key": "test",
}
_ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
_REQUEST: dict[str, Any] = {
    "roomIdentifier": _ROOM,
    "userId": "user-1",
    "capabilities": ["SEND_MESSAGE", "DELETE_MESSAGE"],
    "attributes": {"displayName": "Ada", "avatar": "https://example.com/a/1.png"},
    "sessionDurationInMinutes": 60,
}

Calls = dict[str, Callable[[], object]]


@contextmanager
def stubber() -> Iterator[Calls]:
    """Give a call that botocore's own Stubber answers."""
    from botocore.stub import Stubber

    client = boto3.session.Session().client("ivschat", **_OPTIONS)
    now = datetime.now(UTC)
    answer = {
        "token": "x" * 300,
        "tokenExpirationTime": now + timedelta(minutes=1),
        "sessionExpirationTime": now + timedelta(minutes=60),
    }
    with Stubber(client) as stub:

        def create_chat_token() -> object:
            stub.add_response("create_chat_token", answer, _REQUEST)
            return client.create_chat_token(**_REQUEST)

        def unqueued() -> object:
            return client.create_chat_token(**_REQUEST)

        def queue() -> None:
            for _ in range(_AT_ONCE):
                stub.add_response("create_chat_token", answer, _REQUEST)

        unqueued.before = queue  # type: ignore[attr-defined]
        yield {"stubber": create_chat_token, "queued before": unqueued}


@contextmanager
def ours() -> Iterator[Calls]:
    """Give calls of the fake without a socket; `reset` is no call, but its own."""
    from ivschat_conformance.fixtures.mock import MockIvsChat

    with MockIvsChat(rooms=[_ROOM]) as fake:
        client = boto3.session.Session().client("ivschat", **_OPTIONS)
        yield {
            "CreateChatToken": lambda: client.create_chat_token(**_REQUEST),
            "ListRooms": client.list_rooms,
            "reset": fake.reset,  # and no token or call piles up
        }


@contextmanager
def moto() -> Iterator[Calls]:
    """Give calls of IVS, which moto has, in the same process."""
    from moto import mock_aws

    with mock_aws():
        client = boto3.client("ivs", **_OPTIONS)
        arn = client.create_channel(name="a")["channel"]["arn"]
        yield {
            "GetChannel": lambda: client.get_channel(arn=arn),
            "ListChannels": client.list_channels,
        }


OTHERS = {"stubber": stubber, "moto": moto}


def main(other: str, times: str) -> None:
    """Time each subject, all in turns, and write what it took."""
    found: dict[str, list[float]] = {}
    with ours() as calls, OTHERS[other]() as others:
        for number in range(int(times) + 1):
            for name, call in {**calls, **others}.items():
                taken = time_calls(call)
                if number:
                    found.setdefault(name, []).append(taken)
    print(json.dumps(found))


def time_calls(call: Callable[[], Any]) -> float:
    """Return the microseconds of a call."""
    getattr(call, "before", lambda: None)()
    begun = perf_counter()
    for _ in range(_AT_ONCE):
        call()
    return (perf_counter() - begun) * 1e6 / _AT_ONCE


if __name__ == "__main__":
    main(*sys.argv[1:])
