"""The JSON Schemas as documents, and what is read from them."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations
from typing import Any
from urllib.parse import urljoin

import pytest
from jsonschema import Draft202012Validator

from ivschat_conformance.schemas import documents

ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
APIS = (documents.CONTROL_PLANE, documents.MESSAGING, documents.HARNESS)

# Names in small letters are of other documents: files of ours, and nobody's shapes.
SHAPES = [
    (api, shape)
    for api in APIS
    for shape in documents.shapes(api)
    if shape[0].isupper()
]
every_shape = pytest.mark.parametrize(("api", "shape"), SHAPES)


def references(node: Any) -> Iterator[str]:
    """Yield every `$ref` in a schema."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    if isinstance(node, list):
        for entry in node:
            yield from references(entry)


def within_reach(api: str, shape: str) -> set[str]:
    """Return the `$id` of a document and of all that it refers to, directly or not.

    References are followed as JSON Schema says: each from the `$id` it stands under.
    """
    reached, ahead = set[str](), [address(api, shape)]
    by_id = {address(*home): home for home in SHAPES}
    while ahead:
        here = ahead.pop()
        if here not in reached:
            reached.add(here)
            home, name = by_id[here]
            document = documents.load(name, home)
            ahead += [urljoin(here, target) for target in references(document)]
    return reached


def address(api: str, shape: str) -> str:
    """Return the `$id` that a document must have."""
    return f"https://ivschat-conformance.example/schemas/{api}/{shape}.json"


@every_shape
def test_every_schema_is_a_valid_schema_of_2020_12(api: str, shape: str) -> None:
    """A schema keeps to its dialect, alone and bundled, and says what it is."""
    document = documents.load(shape, api)

    Draft202012Validator.check_schema(document)
    Draft202012Validator.check_schema(documents.bundle(shape, closed=True, api=api))
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["description"].endswith(".")


@every_shape
def test_id_of_a_schema_is_its_path(api: str, shape: str) -> None:
    """An `$id` ends in the folder and the name of the file."""
    assert documents.load(shape, api)["$id"] == address(api, shape)


@every_shape
def test_every_reference_leads_to_a_schema(api: str, shape: str) -> None:
    """A document refers to others by relative paths, a bundle to what is inside it."""
    bundle = documents.bundle(shape, api=api)

    outside = set(references(documents.load(shape, api)))
    inside = set(references(bundle))

    assert {urljoin(address(api, shape), target) for target in outside} <= {
        address(*home) for home in SHAPES
    }
    assert inside == {f"#/$defs/{name}" for name in bundle["$defs"]}


@every_shape
def test_bundle_holds_one_document_under_each_name(api: str, shape: str) -> None:
    """Two APIs may have shapes of one name, but never within reach of one bundle."""
    reached = within_reach(api, shape)
    names = [identifier.rpartition("/")[2] for identifier in reached]

    assert len(set(names)) == len(names)
    bundle = documents.bundle(shape, api=api)
    assert {f"{name}.json" for name in bundle["$defs"]} == set(names)


@pytest.mark.parametrize(("one", "other"), list(combinations(APIS, 2)))
def test_no_two_apis_have_shapes_of_one_name(one: str, other: str) -> None:
    """A name says which document is meant, also to a reader who has no folder."""
    assert set(documents.shapes(one)) & set(documents.shapes(other)) == set()


def test_bundle_brings_in_the_shapes_of_other_apis() -> None:
    """What the messaging API shares with the control plane is written once."""
    bundle = documents.bundle("DisconnectUserAction", api=documents.MESSAGING)

    assert set(bundle["$defs"]) == {
        "DisconnectUserAction",
        "RequestId",
        "Reason",
        "UserID",
    }
    user_id = dict(documents.load("UserID"))
    del user_id["$schema"], user_id["$id"]
    assert bundle["$defs"]["UserID"] == user_id


def test_closed_bundle_closes_the_structures_of_every_api() -> None:
    """Also those that are referred to from the root, and no map."""
    bundle = documents.bundle("MessageFrame", closed=True, api=documents.MESSAGING)

    closed = {
        name
        for name, schema in bundle["$defs"].items()
        if schema.get("additionalProperties") is False
    }
    assert closed == {"MessageFrame", "Sender"}


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
    [
        ("UserId", "control-plane-api.*UserID"),
        ("GetRoomsRequest", "control-plane-api.*GetRoomRequest"),
        ("MessagesFrame", "messaging-api.*MessageFrame"),
        ("ClockStates", "harness.*ClockState"),
    ],
)
def test_unknown_name_is_an_error_that_names_what_is_near(
    asked: str, near: str
) -> None:
    """A misspelt shape gets the names that it may have meant, of the API asked."""
    api, _, name = near.partition(".*")

    with pytest.raises(documents.SchemaNotFoundError, match=f"{api}.*{asked}.*{name}"):
        documents.load(asked, api)


@pytest.mark.parametrize("asked", ["../operations", "/etc/passwd", "", "UserID.json"])
def test_name_is_never_read_as_a_path(asked: str) -> None:
    """Only the names of shapes open a file."""
    for api in APIS:
        with pytest.raises(documents.SchemaNotFoundError):
            documents.load(asked, api)


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


@pytest.mark.parametrize(
    ("pattern", "text", "matching"),
    [
        ("^a.b$", "a b", True),
        ("^a.b$", "a\n", False),
        ("^a.b$", "a\rb", False),
        ("^a.b$", "a\u2028b", False),
        ("^a.b$", "a\u2029b", False),
        ("^a.b$", "a\u0085b", True),
        ("^a[.]b$", "a b", False),
        (r"^a\.b$", "a.b", True),
        (r"^a\.b$", "a b", False),
    ],
)
def test_dot_of_a_pattern_is_no_end_of_a_line(
    pattern: str, text: str, *, matching: bool
) -> None:
    """ECMA-262 knows four ends of lines, and Python one."""
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
    for api in APIS[1:]:
        shape = documents.shapes(api)[0]
        made = documents.validator(shape, api=api)
        assert documents.validator(shape, api=api) is made
        assert documents.validator(shape, closed=True, api=api) is not made


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
