"""The JSON Schemas as documents, and what is read from them."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ivschat_conformance.schemas import documents

ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"


def references(node: Any) -> Iterator[str]:
    """Yield every `$ref` in a schema."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)


@pytest.mark.parametrize("shape", documents.shapes())
def test_every_schema_is_a_valid_schema_of_2020_12(shape: str) -> None:
    """A schema keeps to its dialect, alone and bundled, and says what it is."""
    document = documents.load(shape)

    Draft202012Validator.check_schema(document)
    Draft202012Validator.check_schema(documents.bundle(shape, closed=True))
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["description"].endswith(".")


@pytest.mark.parametrize("shape", documents.shapes())
def test_id_of_a_schema_is_its_path(shape: str) -> None:
    """An `$id` ends in the folder and the name of the file."""
    identifier = documents.load(shape)["$id"]

    assert identifier == (
        "https://ivschat-conformance.example/schemas"
        f"/{documents.CONTROL_PLANE}/{shape}.json"
    )


@pytest.mark.parametrize("shape", documents.shapes())
def test_every_reference_leads_to_a_schema(shape: str) -> None:
    """A document refers to its neighbours, and a bundle to what stands inside it."""
    bundle = documents.bundle(shape)

    outside = set(references(documents.load(shape)))
    inside = set(references(bundle))

    assert outside <= {f"{name}.json" for name in documents.shapes()}
    assert inside == {f"#/$defs/{name}" for name in bundle["$defs"]}


def test_bundle_has_everything_within_reach_and_nothing_else() -> None:
    """What a shape refers to comes along, through as many documents as needed."""
    bundle = documents.bundle("CreateRoomRequest")

    assert set(bundle["$defs"]) == {
        "CreateRoomRequest",
        "FallbackResult",
        "LambdaArn",
        "LoggingConfigurationIdentifier",
        "LoggingConfigurationIdentifierList",
        "MessageReviewHandler",
        "RoomMaxMessageLength",
        "RoomMaxMessageRatePerSecond",
        "RoomName",
        "TagKey",
        "TagValue",
        "Tags",
    }
    assert bundle["$ref"] == "#/$defs/CreateRoomRequest"


def test_bundle_is_the_callers_own() -> None:
    """Changing a bundle changes neither the document nor the next bundle."""
    bundle = documents.bundle("UserID")

    bundle["$defs"]["UserID"]["maxLength"] = 1

    assert documents.load("UserID")["maxLength"] == 128
    assert documents.bundle("UserID")["$defs"]["UserID"]["maxLength"] == 128


@pytest.mark.parametrize(
    ("asked", "near"),
    [("UserId", "UserID"), ("GetRoomsRequest", "GetRoomRequest")],
)
def test_unknown_name_is_an_error_that_names_what_is_near(
    asked: str, near: str
) -> None:
    """A misspelt shape gets the names that it may have meant."""
    with pytest.raises(documents.SchemaNotFoundError, match=f"{asked}.*{near}"):
        documents.load(asked)


@pytest.mark.parametrize("asked", ["../operations", "/etc/passwd", "", "UserID.json"])
def test_name_is_never_read_as_a_path(asked: str) -> None:
    """Only the names of shapes open a file."""
    with pytest.raises(documents.SchemaNotFoundError):
        documents.load(asked)


@pytest.mark.parametrize(
    ("shape", "request_body"),
    [
        ("DeleteRoomRequest", {"identifier": ROOM, "Identifier": ROOM}),
        ("CreateRoomRequest", {"messageReviewHandler": {"url": ""}}),
    ],
)
@pytest.mark.ivschat_verifies("HTTP-RESP-08")
def test_only_a_closed_schema_refuses_unknown_members(
    shape: str, request_body: dict[str, Any]
) -> None:
    """Services may add members; our own requests have none that the model lacks."""
    assert documents.validator(shape).is_valid(request_body)
    assert not documents.validator(shape, closed=True).is_valid(request_body)


def test_closed_schema_leaves_maps_open() -> None:
    """The keys of a map are data, not members."""
    request_body = {"tags": {"team": "chat"}, "messageReviewHandler": {"uri": ""}}

    assert documents.validator("CreateRoomRequest", closed=True).is_valid(request_body)


@pytest.mark.parametrize(
    ("texts", "count"),
    [
        ({}, 0),
        ({"": ""}, 0),
        ({"key": "value"}, 8),
        ({"a": "b", "c": "d"}, 4),
        ({"é": "é"}, 4),
        ({"\N{PERFORMING ARTS}": "x"}, 5),
        ({"lone": "\ud83c"}, 7),
        ({"number": 12345}, 6),
    ],
)
def test_total_bytes_are_those_of_keys_and_values_in_utf_8(
    texts: dict[str, object], count: int
) -> None:
    """Every text counts its UTF-8 bytes, and what is no text counts nothing."""
    assert documents.total_bytes(texts) == count


@pytest.mark.parametrize(
    ("pattern", "text", "matching"),
    [
        ("^a$", "a", True),
        ("^a$", "a\n", False),
        ("^$|^a$", "", True),
        ("^$|^a$", "\n", False),
        ("^$|^a$", "a\n", False),
        ("^a$|^$", "\n", False),
        ("^(a$|b)", "a\n", False),
        ("b", "abc", True),
        ("^[$]$", "$", True),
        ("^[$]$", "Z", False),
        (r"^[\]$]+$", "]$", True),
        (r"^\$$", "$", True),
        (r"^\$$", "$\n", False),
        (r"^\\$", "\\", True),
        (r"^\\$", "\\\n", False),
    ],
)
def test_dollar_of_a_pattern_is_the_very_end(
    pattern: str, text: str, *, matching: bool
) -> None:
    """ECMA-262 knows no newline after the end, and Python's `$` does."""
    assert bool(documents.compile_pattern(pattern).search(text)) is matching


def test_errors_of_our_own_keywords_do_not_repeat_the_value() -> None:
    """Attributes are sensitive: only the limit is told."""
    value = {"secret": "s" * 2000}

    [error] = documents.validator("ChatTokenAttributes").iter_errors(value)

    assert error.message == "keys and values have more than 1024 bytes together"
    assert error.validator == "maxTotalBytes"


def test_validator_is_made_once() -> None:
    """A second call costs nothing."""
    assert documents.validator("UserID") is documents.validator("UserID")


def test_engine_is_not_imported_before_it_is_asked_for() -> None:
    """Reading documents does not bring in jsonschema."""
    program = (
        "import sys; from ivschat_conformance.schemas import documents, limits, arn;"
        "documents.bundle('CreateRoomRequest'); print('jsonschema' in sys.modules)"
    )

    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert run.stdout == "False\n"
