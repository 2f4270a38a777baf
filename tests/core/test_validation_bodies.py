"""Bodies that are JSON, and the many that are none or break its parsers."""

import json
from typing import TYPE_CHECKING

import pytest

from ivschat_conformance.reference_impl.core.errors import (
    CallerError,
    SerializationException,
)
from ivschat_conformance.reference_impl.core.validation import (
    read_object,
)

if TYPE_CHECKING:
    from tests.core.conftest import ReadInput, Refusal

ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
TOKEN = "CreateChatTokenRequest"  # noqa: S105 - a shape's name


def token_request(**members: object) -> bytes:
    """Return a body with the two required members and these, which may replace them."""
    whole = {"roomIdentifier": ROOM, "userId": "user-1", **members}
    return json.dumps(whole).encode()


def with_text(text: bytes) -> bytes:
    """Return a body with the two required members and this JSON text after them."""
    return token_request()[:-1] + b", " + text + b"}"


def fields(error: CallerError) -> list[str]:
    """Return the names in the error's `fieldList`."""
    listed = error.members["fieldList"]
    assert isinstance(listed, list)
    return [field["name"] for field in listed]


@pytest.mark.ivschat_verifies("HTTP-REQ-06")
def test_empty_body_is_an_empty_object(refusal: "Refusal") -> None:
    """No body at all is read like `{}`; white space alone is no JSON."""
    assert read_object(b"") == {}
    assert type(refusal(b" ")) is SerializationException


NO_JSON = {
    b"{": "The body is not JSON: see line 1, column 2.",
    b'{"userId": ': "The body is not JSON: see line 1, column 12.",
    b'{"userId": "u"} x': "The body is not JSON: see line 1, column 17.",
    b'{"userId": "u"}{}': "The body is not JSON: see line 1, column 16.",
    b"{\n'userId': 'u'}": "The body is not JSON: see line 2, column 1.",
    b'{"userId": "u" // me\n}': "The body is not JSON: see line 1, column 16.",
    b'{"userId": /* me */ "u"}': "The body is not JSON: see line 1, column 12.",
    b"{userId: 1}": "The body is not JSON: see line 1, column 2.",
    b'{"userId": 01}': "The body is not JSON: see line 1, column 13.",
    b'{"userId": +1}': "The body is not JSON: see line 1, column 12.",
    b'{"userId": .5}': "The body is not JSON: see line 1, column 12.",
    b'{"userId": "a\nb"}': "The body is not JSON: see line 1, column 14.",
    b'{"userId": "\\x41"}': "The body is not JSON: see line 1, column 13.",
    b'{"userId": True}': "The body is not JSON: see line 1, column 12.",
    b"userId=u": "The body is not JSON: see line 1, column 1.",
    b"\xef\xbb\xbf{}": "The body is not JSON: see line 1, column 1.",
    b'{"userId": "\xff"}': "The body is not UTF-8.",
    b'{"userId": "\xc0\xaf"}': "The body is not UTF-8.",
    b'{"userId": "\xed\xa0\x80"}': "The body is not UTF-8.",
    b'{"userId": "\xe2\x82"}': "The body is not UTF-8.",
    b"\xff\xfe{\0}\0": "The body is not UTF-8.",
    b"{\0}\0": "The body is not JSON: see line 1, column 2.",
    b"[]": "The body must be a JSON object.",
    b"10": "The body must be a JSON object.",
    b"null": "The body must be a JSON object.",
    b"true": "The body must be a JSON object.",
    b'"{}"': "The body must be a JSON object.",
    b"[{}]": "The body must be a JSON object.",
}
NO_NUMBER = "The body has a number that JSON does not have, or one too long to read."


@pytest.mark.ivschat_verifies("PARSE-01", "PARSE-02", "PARSE-03")
@pytest.mark.parametrize(("body", "message"), NO_JSON.items())
def test_body_that_is_no_json_object_is_refused(
    refusal: "Refusal", body: bytes, message: str
) -> None:
    """What cannot be read, or is no object, is a SerializationException that says so.

    A trailing comma has its own test: Python's releases point to different columns.
    """
    error = refusal(body)

    assert (type(error), error.message) == (SerializationException, message)
    assert error.status == 400


@pytest.mark.ivschat_verifies("PARSE-01", "PARSE-02")
def test_trailing_comma_is_refused(refusal: "Refusal") -> None:
    """A comma before the end of an object or a list is no JSON."""
    for body in (b'{"userId": "u",}', b'{"capabilities": ["SEND_MESSAGE",]}'):
        error = refusal(body)

        assert type(error) is SerializationException
        assert error.message.startswith("The body is not JSON: see line 1, column ")


@pytest.mark.ivschat_verifies("PARSE-01", "PARSE-02")
@pytest.mark.parametrize(
    "number",
    [b"NaN", b"Infinity", b"-Infinity", b"9" * 5000, b"-" + b"9" * 5000],
    ids=["NaN", "Infinity", "-Infinity", "5,000 digits", "5,000 digits below 0"],
)
@pytest.mark.parametrize("member", [b"sessionDurationInMinutes", b"unknown"])
def test_number_that_is_none_or_has_thousands_of_digits_is_refused(
    refusal: "Refusal", number: bytes, member: bytes
) -> None:
    """Python reads NaN, and raises for too long a number: both are named here."""
    error = refusal(with_text(b'"' + member + b'": ' + number))

    assert (type(error), error.message) == (SerializationException, NO_NUMBER)


@pytest.mark.ivschat_verifies("PARSE-04", "TOKEN-REQ-09")
@pytest.mark.parametrize(
    ("number", "message"),
    [
        (b"1e400", "sessionDurationInMinutes must be of JSON type integer."),
        (b"-1e400", "sessionDurationInMinutes must be of JSON type integer."),
        (b"1e308", "sessionDurationInMinutes must be 180 or less."),
        (b"9" * 4000, "sessionDurationInMinutes must be 180 or less."),
        (b"4294967297", "sessionDurationInMinutes must be 180 or less."),
        (b"-4294967297", "sessionDurationInMinutes must be 1 or more."),
        (b"18446744073709551617", "sessionDurationInMinutes must be 180 or less."),
    ],
    ids=lambda value: str(value)[:20],
)
def test_number_beyond_reason_is_out_of_its_limits(
    refusal: "Refusal", number: bytes, message: str
) -> None:
    """No size of number wraps around into the allowed ones, nor breaks the engine."""
    assert refusal(with_text(b'"sessionDurationInMinutes": ' + number)).message == (
        message
    )


NESTED = [
    b'"capabilities": %b',
    b'"attributes": {"key": %b}',
    b'"sessionDurationInMinutes": %b',
    b'"userId": %b',
]
DEPTHS = [10, 200, *range(250, 260), 500, 900, *range(940, 1000), 2000, 60_000]


@pytest.mark.ivschat_verifies("PARSE-04")
@pytest.mark.parametrize("member", NESTED)
@pytest.mark.parametrize(("opened", "closed"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_of_any_depth_is_refused_by_name(
    refusal: "Refusal", member: bytes, opened: bytes, closed: bytes
) -> None:
    """Where the parser gives up, and where the engine does, the client reads a 400."""
    for depth in DEPTHS:
        error = refusal(with_text(member % (opened * depth + b"1" + closed * depth)))

        assert type(error) is SerializationException, depth


@pytest.mark.ivschat_verifies("PARSE-01")
def test_nesting_is_refused_even_where_it_means_nothing(
    read: "ReadInput", refusal: "Refusal"
) -> None:
    """An unknown member is dropped as long as it can be read, and refused beyond."""
    allowed = with_text(b'"unknown": ' + b"[" * 250 + b"]" * 250)
    beyond = with_text(b'"unknown": ' + b"[" * 60_000 + b"]" * 60_000)
    unfinished = b'{"a":' * 60_000

    assert read(allowed) == {"roomIdentifier": ROOM, "userId": "user-1"}
    assert refusal(beyond).message == "The body is nested too deeply."
    assert refusal(unfinished).message == "The body is nested too deeply."


@pytest.mark.parametrize(
    "text",
    [
        rb'"userId": "\ud800"',
        rb'"userId": "\udfff"',
        rb'"userId": "a\uDBFFb"',
        rb'"userId": "\udc00\ud800"',
        rb'"userId": "\ud83d\ud83d\ude00"',
        rb'"attributes": {"key": "\udC00"}',
        rb'"attributes": {"\ud800": "value"}',
        rb'"capabilities": ["\ud800"]',
        rb'"\ud800": 1',
        rb'"unknown": [{"\uDEAD": {}}]',
        rb'"\u0075serId": "\ud800"',
    ],
)
def test_lone_surrogate_is_refused_wherever_it_stands(
    refusal: "Refusal", text: bytes
) -> None:
    """It is legal JSON that no UTF-8 text can hold, in a value or a key, known or not.

    The contract settles it (section 16a): 400 SerializationException.
    """
    error = refusal(with_text(text))

    assert type(error) is SerializationException
    assert error.message == "The body has a lone surrogate."


@pytest.mark.parametrize(
    ("text", "user_id"),
    [
        (rb"\ud83d\ude00", "\N{GRINNING FACE}"),
        (rb"\uD83D\uDE00", "\N{GRINNING FACE}"),
        (rb"\udbff\udfff", "\U0010ffff"),
        (b"\xf0\x9f\x98\x80", "\N{GRINNING FACE}"),
        (rb"\\ud800", r"\ud800"),
        (rb"\\\ud83d\ude00", "\\\N{GRINNING FACE}"),
        (rb"\u00e9\u0000\n", "é\0\n"),
        (b"\xc3\xa9", "é"),
    ],
)
def test_escapes_and_raw_text_are_the_same_string(
    read: "ReadInput", text: bytes, user_id: str
) -> None:
    """A pair of surrogates is one code point, and an escaped backslash is none."""
    body = with_text(b'"userId": "' + text + b'"')

    assert read(body)["userId"] == user_id


@pytest.mark.ivschat_verifies("PARSE-09")
def test_last_of_several_equal_keys_wins(read: "ReadInput", refusal: "Refusal") -> None:
    """Also where it is null, escaped, or in a map."""
    twice = with_text(
        rb'"userId": "first", "user\u0049d": "last", "attributes": {"a": 1, "a": "b"}'
    )
    last_null = with_text(b'"userId": null')

    assert read(twice) == {
        "roomIdentifier": ROOM,
        "userId": "last",
        "attributes": {"a": "b"},
    }
    assert fields(refusal(last_null)) == ["userId"]
