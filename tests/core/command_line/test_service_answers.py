"""Answers become results or refusals, and some are worth another attempt."""

import json
from typing import Any

import pytest

from ivschat_conformance.reference_impl.core.command_line.refusals import (
    CallFailedError,
    ServiceRefusedError,
)
from ivschat_conformance.reference_impl.core.command_line.retries import (
    is_worth_a_retry,
    wait_before,
)
from ivschat_conformance.reference_impl.core.command_line.service_answers import (
    WireAnswer,
    error_type,
    read_result,
    refusal,
)
from ivschat_conformance.schemas.operations import load_operations

CREATE = load_operations()["CreateChatToken"]
LIST = load_operations()["ListRooms"]


def answer(status: int, body: Any, **headers: str) -> WireAnswer:
    """Return an answer with this as its JSON."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return WireAnswer(status, fields, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("wire", "printed"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678000+00:00"),
        ("2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123456+00:00"),
        ("2026-01-02T03:04:05+09:00", "2026-01-01T18:04:05+00:00"),
        ("yesterday", "yesterday"),
        (1767323045, 1767323045),
    ],
)
def test_times_are_printed_as_version_2_prints_them(wire: Any, printed: Any) -> None:
    """In UTC with its offset (CLI-28); what is no time stays what it is (CLI-30)."""
    result = read_result(answer(200, {"rooms": [{"createTime": wire}]}), LIST)

    assert result == {"rooms": [{"createTime": printed}]}


def test_result_has_the_operations_members_only() -> None:
    """What is unknown or null is dropped."""
    body = {"token": "t", "bogus": 1, "tokenExpirationTime": None}

    assert read_result(answer(200, body), CREATE) == {"token": "t"}


@pytest.mark.parametrize("name", ["DeleteRoom", "DisconnectUser", "TagResource"])
@pytest.mark.parametrize("body", [b"", b"{}", b"<html>"])
def test_operation_without_members_has_an_empty_result(name: str, body: bytes) -> None:
    """Its body is not looked at (CLI-27)."""
    assert read_result(WireAnswer(200, {}, body), load_operations()[name]) == {}


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"\xff", b"[" * 100_000])
@pytest.mark.parametrize("status", [200, 404, 502])
def test_answer_that_is_no_json_object_fails(body: bytes, status: int) -> None:
    """It is told in one sentence with the status, and the body is not repeated."""
    got = WireAnswer(status, {}, body)
    error: Exception

    if got.is_success:
        with pytest.raises(CallFailedError) as caught:
            read_result(got, CREATE)
        error = caught.value
    else:
        error = refusal(got, CREATE, 0)

    assert isinstance(error, CallFailedError)
    assert f"status {status}" in str(error)
    assert "html" not in str(error)


@pytest.mark.parametrize(
    ("got", "name"),
    [
        (answer(400, {"__type": "AException"}), "AException"),
        (answer(400, {"__type": "com.amazonaws.ivschat#AException"}), "AException"),
        (answer(400, {"code": "AException"}), "AException"),
        (
            answer(400, {"__type": "B"}, x_amzn_errortype="AException:http://a#b/"),
            "AException",
        ),
        (WireAnswer(400, {"x-amzn-errortype": "AException"}, b""), "AException"),
        (answer(403, {"message": "m"}), "403"),
        (answer(403, {"code": 5}), "403"),
    ],
)
def test_error_type_is_found_where_servers_put_it(got: WireAnswer, name: str) -> None:
    """Header, `__type`, `code`, then the status; colon and namespace cut off."""
    assert error_type(got) == name


@pytest.mark.parametrize(
    ("body", "retries", "text"),
    [
        (
            {"__type": "A", "message": "m"},
            0,
            "An error occurred (A) when calling the CreateChatToken operation: m",
        ),
        (
            {"__type": "A", "Message": "m"},
            2,
            "An error occurred (A) when calling the CreateChatToken operation (reached "
            "max retries: 2): m",
        ),
        (
            {"__type": "A"},
            0,
            "An error occurred (A) when calling the CreateChatToken operation: ",
        ),
    ],
)
def test_refusal_is_told_in_the_words_of_aws(
    body: dict[str, str], retries: int, text: str
) -> None:
    """Its type, operation and message; and how often it was tried (CLI-24)."""
    error = refusal(answer(400, body), CREATE, retries)

    assert isinstance(error, ServiceRefusedError)
    assert str(error) == text
    assert error.exit_code == 254


@pytest.mark.parametrize(
    ("status", "name", "again"),
    [
        (200, "", False),
        (400, "ValidationException", False),
        (400, "ThrottlingException", True),
        (403, "AccessDeniedException", False),
        (429, "X", True),
        (500, "InternalServerException", True),
        (501, "X", False),
        (503, "X", True),
    ],
)
def test_what_may_pass_is_worth_a_retry(status: int, name: str, again: bool) -> None:
    """Throttling, and failures of the server or on the way to it."""
    assert is_worth_a_retry(answer(status, {"__type": name})) is again


def test_waits_grow_up_to_twenty_seconds() -> None:
    """Each doubles, and a share of it is drawn."""
    waits = [wait_before(attempt, 0.5) for attempt in (2, 3, 4, 20)]

    assert waits == [0.5, 1.0, 2.0, 20.0]
