"""Requests made from the schemas of all operations, right and wrong, and signed.

`IVSCHAT_TEST_HOSTILE_REQUESTS` sets how many are made, 5,000 unless it says otherwise.
They come in sequences, each at a fake of its own: what one leaves the next one finds.
"""

import json
import os
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from random import Random
from typing import Any, NoReturn
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ivschat_conformance.fixtures.signing import Signing
from ivschat_conformance.fixtures.target import Credentials
from ivschat_conformance.reference_impl.core.endpoint import Endpoint
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
)
from ivschat_conformance.reference_impl.core.settings import Settings
from ivschat_conformance.schemas import documents
from ivschat_conformance.schemas.operations import Operation, load_operations
from tests.core.schema_documents import PLANTED, SECRET, Maker, written

REQUESTS = int(os.environ.get("IVSCHAT_TEST_HOSTILE_REQUESTS", "5000"))
IN_SEQUENCE = 10
NOW = datetime(2026, 11, 24, 1, 51, 27, 123456, tzinfo=UTC)
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
SIGNING = Signing(Credentials("test", "test"), "us-west-2", NOW)
KNOWN = {
    "RoomIdentifier": [ROOM],
    "ResourceArn": [ROOM],
    "PaginationToken": [""],
    "LoggingConfigurationIdentifier": [
        "arn:aws:ivschat:us-west-2:123456789012:logging-configuration/a1B2c3D4e5F6"
    ],
}
# What the contract refuses and no schema can: reserved prefixes (TAG-07, OPEN-24), too
# many tags in the end (TAG-04), a page that nobody named (ROOM-LIST-10).
BEYOND_SCHEMAS = {"tags", "eventName", "nextToken"}

Sent = tuple[Operation, list[tuple[str, Any]]]
SENT: st.SearchStrategy[Sent] = st.one_of(
    *(
        st.tuples(st.just(operation), Maker(operation.request, KNOWN).documents())
        for operation in load_operations().values()
    )
)


def signed(operation: Operation, members: list[tuple[str, Any]]) -> HttpRequest:
    """Return the request that carries the members to where HTTP has them."""
    last = dict(members)
    target, body = operation.path, b""
    if operation.path_member is not None:
        arn = str(last.pop(operation.path_member, ""))
        target = f"/tags/{quote(arn, safe='')}"
    query = "&".join(
        f"{name}={quote(str(value), safe='')}"
        for name in operation.query
        for value in _entries(last.get(name, []))
    )
    if operation.method == "POST":
        named = [pair for pair in members if pair[0] != operation.path_member]
        body = written(named)
    headers = (("host", "here"), ("content-type", "application/json"))
    bare = HttpRequest(
        operation.method, target + (query and f"?{query}"), headers, body
    )
    added = SIGNING.headers(bare).items()
    return replace(bare, headers=(*headers, *((n.lower(), v) for n, v in added)))


def meant(operation: Operation, members: list[tuple[str, Any]]) -> Any:
    """Return the input as any reader of JSON has it, None where there is no reading."""
    last = dict(members)
    body = [pair for pair in members if pair[0] != operation.path_member]
    text = written(body).decode() if operation.method == "POST" else "{}"
    try:
        read = json.loads(text, parse_constant=_refuse)
        json.dumps(read, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    if operation.path_member is not None:
        read[operation.path_member] = str(last.get(operation.path_member, ""))
    for name in operation.query:
        if values := [str(value) for value in _entries(last.get(name, []))]:
            read[name] = values
    return read


def _entries(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _refuse(_name: str) -> NoReturn:
    raise ValueError


def check(operation: Operation, response: HttpResponse) -> str:
    """Hold an answer to what holds of all of them; return its error's type, if any."""
    shown = response.body + repr(response.headers).encode()
    assert 200 <= response.status < 500
    assert SECRET.encode() not in shown
    if response.status < 300:
        assert response.status == operation.status
        if operation.response and response.status != 204 and response.body:
            body = json.loads(response.body)
            assert documents.validator(operation.response).is_valid(body)
        return ""
    assert PLANTED.encode() not in shown
    error = json.loads(response.body)
    assert isinstance(error, dict)
    assert error["message"]
    name = dict(response.headers)["x-amzn-ErrorType"]
    if name in documents.shapes():
        assert documents.validator(name, closed=True).is_valid(error)
    else:
        assert name == "SerializationException"
    return name


def check_agreement(
    operation: Operation, read: Any, error: str, response: HttpResponse
) -> None:
    """Hold the verdict on the input against that of the suites' schema engine.

    Nulls are dropped in structures, and unlike unknown members they leave traces where
    the schema is open: an input with one is judged in one direction alone.
    """
    if read is None:
        assert response.status == 400
        return
    if documents.validator(operation.request, closed=True).is_valid(read):
        if error == "ValidationException":
            fields = json.loads(response.body).get("fieldList", [])
            assert {field["name"] for field in fields} <= BEYOND_SCHEMAS
            assert BEYOND_SCHEMAS & read.keys()
        assert error != "SerializationException"
    elif "null" not in json.dumps(read) and not documents.validator(
        operation.request
    ).is_valid(read):
        assert response.status == 400
        assert error in {"ValidationException", "SerializationException"}


@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # of a failure
@pytest.mark.ivschat_verifies("ERR-01", "ERR-05", "ERR-06", "ERR-21", "TOKEN-REQ-17")
def test_requests_from_the_schemas_are_judged_as_the_schemas_say(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each is answered below 500 as the schemas allow, and nothing sensitive is said.

    What another engine holds valid is not refused as invalid, and what it holds invalid
    is; neither is anything logged nor printed.
    """
    statuses: set[int] = set()

    @settings(
        deadline=None,
        max_examples=max(1, REQUESTS // IN_SEQUENCE),
        phases=[Phase.explicit, Phase.generate],  # of a failure the seed is enough
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(sent=st.lists(SENT, min_size=IN_SEQUENCE, max_size=IN_SEQUENCE))
    def send(sent: list[Sent]) -> None:
        fake = started()
        for operation, members in sent:
            response = fake.answer(signed(operation, members), NOW).response
            error = check(operation, response)
            if not _is_deep(members):
                read = meant(operation, members)
                check_agreement(operation, read, error, response)
            statuses.add(response.status)

    send()

    assert {200, 400, 404} <= statuses
    assert [record.getMessage() for record in caplog.records] == []
    assert capfd.readouterr() == ("", "")


def _is_deep(members: list[tuple[str, Any]]) -> bool:
    """Say whether it goes deeper than every reader of JSON has to go."""
    return "[" * 200 in repr(members)


def started() -> Endpoint:
    """Return a fake with one room, the same every time."""
    random = Random(20261124)  # noqa: S311 - must be repeatable
    return Endpoint(Settings(rooms=[ROOM]), random, NOW)


def calls_of_a_day(body: bytes) -> Iterator[tuple[HttpRequest, datetime]]:
    """Yield the same CreateChatToken again and again, signed a second later each."""
    headers = (("host", "here"),)
    for second in count():
        now = NOW + timedelta(seconds=second)
        own = bytes(bytearray(body))  # a copy, as every request has
        bare = HttpRequest("POST", "/CreateChatToken", headers, own)
        added = replace(SIGNING, at=now).headers(bare).items()
        yield (
            replace(bare, headers=(*headers, *((n.lower(), v) for n, v in added))),
            now,
        )


TOKEN_ASKED = {"roomIdentifier": ROOM, "userId": "ann"}


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param(TOKEN_ASKED, 200, id="tokens"),
        pytest.param({**TOKEN_ASKED, "userId": ["ann"] * 500}, 400, id="wrong types"),
        pytest.param({**TOKEN_ASKED, "userId": "a" * 9000}, 400, id="broken limits"),
        pytest.param({**TOKEN_ASKED, "x": "a" * 20_000}, 200, id="unknown members"),
    ],
)
def test_memory_of_the_core_stays_flat(asked: dict[str, Any], status: int) -> None:
    """Once the records are full, 2,000 more calls leave nothing behind."""
    fake = started()
    calls = calls_of_a_day(json.dumps(asked).encode())

    def answer(how_many: int) -> int:
        for request, now in islice(calls, how_many):
            assert fake.answer(request, now).response.status == status
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = answer(1500)
        after = answer(2000)
    finally:
        tracemalloc.stop()

    assert fake.records.dropped >= 2500
    assert after - before < 100_000
