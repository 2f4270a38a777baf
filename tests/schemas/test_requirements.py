"""The registry of requirements is the contract's, line by line."""

import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import ivschat_conformance.schemas
from ivschat_conformance.schemas.requirements import (
    AREAS,
    COMMAND_FEATURES,
    CURRENT_EDITION,
    FEATURES,
    Evidence,
    Kind,
    Level,
    Requirement,
    file_name,
    load_requirements,
)

ROOM = Path(ivschat_conformance.schemas.__file__).parent
FILES = sorted((ROOM / "requirements").glob("*.toml"))
SCHEMA = json.loads((ROOM / "harness" / "requirements.json").read_text("utf-8"))

# Counted in the contract itself: (MUST, SHOULD) of each area, in its order.
COUNTS = {
    "GEN": (8, 0),
    "REGION": (4, 1),
    "HTTP-REQ": (8, 5),
    "HTTP-RESP": (8, 3),
    "ERR": (16, 6),
    "SIG": (6, 7),
    "ROUTE": (0, 2),
    "PARSE": (3, 5),
    "ORDER": (0, 2),
    "VAL": (20, 1),
    "TOKEN-REQ": (12, 6),
    "TOKEN-RESP": (7, 7),
    "TOKEN-LIFE": (10, 6),
    "ROOM-CREATE": (6, 8),
    "ROOM-GET": (2, 0),
    "ROOM-UPD": (4, 4),
    "ROOM-DEL": (3, 1),
    "ROOM-LIST": (6, 4),
    "LOGCFG": (10, 4),
    "TAG": (7, 3),
    "SEVT": (5, 3),
    "DELM": (3, 1),
    "DISC": (2, 2),
    "WS-CONN": (9, 5),
    "WS-REQ": (14, 8),
    "WS-MSG": (11, 5),
    "WS-EVT": (4, 8),
    "WS-ERR": (12, 4),
    "WS-CLOSE": (6, 7),
    "LIMIT": (2, 3),
    "REVIEW": (7, 4),
    "LOG": (4, 5),
    "IAM": (1, 0),
    "CLI": (18, 0),
    "SEED": (2, 0),
}

# The short keys of the contract's sources, and the few plain words beside them.
SHORT_KEYS = """
    API API:CreateChatToken API:DisconnectUser API:ListRooms API:MessageReviewHandler
    API:TagResource CAP22 CAP23 CAP24 CLI-RC CLI-RUN CLIEX COMMON DEMO GENREF GS-SEND
    GS-TOKEN IAM LOGCODE LOGGING MODEL MSG-DEL MSG-DISC MSG-ERR MSG-EVENT MSG-MESSAGE
    MSG-SEND MSG-WELCOME POST-LOG POST-UNITY QUOTA REPOST REVIEW RFC6455 RFC7692 S4J
    SDKJS SEED SMITHY SMITHY-T SigV4 TF UGCMOCK WHATWG
"""
SOURCES = frozenset(SHORT_KEYS.split()) | {
    "API Gateway convention",
    "AWS convention",
    "AWS tagging rules",
    "botocore endpoint data",
    "public code",
    "restJson1 practice",
}


def requirements() -> list[Requirement]:
    """Return every requirement of the registry."""
    return list(load_requirements().values())


def test_registry_has_every_must_and_should_of_the_contract() -> None:
    """There are 240 MUST and 130 SHOULD, in the areas where the contract has them."""
    counted = Counter((row.area, row.level) for row in requirements())

    assert {
        area: (counted[area, Level.MUST], counted[area, Level.SHOULD]) for area in AREAS
    } == COUNTS
    assert sum(must for must, _ in COUNTS.values()) == 240
    assert sum(should for _, should in COUNTS.values()) == 130


def test_requirements_stand_in_the_order_of_the_contract() -> None:
    """Areas follow the contract, and in each the numbers ascend."""
    rows = requirements()

    assert tuple(AREAS) == tuple(COUNTS)
    assert rows == sorted(rows, key=lambda row: (AREAS.index(row.area), row.id))
    assert [row.id for row in rows[:9]] == [
        "GEN-01",
        "GEN-02",
        "GEN-03",
        "GEN-04",
        "GEN-05",
        "GEN-06",
        "GEN-07",
        "GEN-08",
        "REGION-01",
    ]
    assert [row.id for row in rows[-3:]] == ["CLI-25", "SEED-01", "SEED-08"]


def test_every_file_is_an_areas_and_every_id_is_its_files() -> None:
    """A file is an area, and no id stands in two files."""
    ids = [
        id_ for file in FILES for id_ in tomllib.loads(file.read_text(encoding="utf-8"))
    ]

    assert [file.name for file in FILES] == sorted(file_name(area) for area in AREAS)
    assert len(ids) == len(set(ids)) == 370
    assert all(row.id.rpartition("-")[0] == row.area for row in requirements())
    assert all(id_ == row.id for id_, row in load_requirements().items())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_file_is_valid_and_begins_with_its_subject(file: Path) -> None:
    """Every file keeps to the schema, after one line that says what the area is."""
    text = file.read_text(encoding="utf-8")

    Draft202012Validator(SCHEMA).validate(tomllib.loads(text))
    assert re.match(r"# [^\n]+\.\n\n\[", text)


def test_schema_and_code_know_the_same_words() -> None:
    """The schema is valid, and its enumerations are those of the code."""
    properties = SCHEMA["$defs"]["requirement"]["properties"]

    Draft202012Validator.check_schema(SCHEMA)
    assert properties["level"]["enum"] == list(Level)
    assert properties["kind"]["enum"] == list(Kind)
    assert properties["evidence"]["enum"] == list(Evidence)
    assert set(properties["feature"]["enum"]) == FEATURES | COMMAND_FEATURES
    assert set(SCHEMA["$defs"]["command-line"]["enum"]) == COMMAND_FEATURES


def test_every_requirement_says_what_becomes_of_it() -> None:
    """Of servers and commands the suites verify it; of others the row says who does."""
    rows = requirements()

    assert not [r.id for r in rows if r.kind is Kind.SERVER and r.verified]
    assert not [
        r.id
        for r in rows
        if r.kind is not Kind.SERVER
        and bool(r.verified) + bool(r.untested or r.feature) != 1
    ]
    assert {r.kind for r in rows if r.of_command_lines} == {Kind.CLIENT}
    assert {r.area for r in rows if r.of_command_lines} == {"CLI", "SEED"}


def test_what_nobody_can_look_up_never_fails_a_target() -> None:
    """Recalled and unspecified requirements cannot fail; all others can."""
    can_fail = {row.evidence: row.can_fail for row in requirements()}

    assert can_fail == {
        Evidence.MODEL: True,
        Evidence.DOCUMENTED: True,
        Evidence.RECORDED: True,
        Evidence.STANDARD: True,
        Evidence.VERIFIED: True,
        Evidence.RECALLED: False,
        Evidence.INFERRED: True,
        Evidence.UNSPECIFIED: False,
    }


def test_no_must_rests_on_what_nobody_can_look_up() -> None:
    """Every MUST can fail a target."""
    assert not [
        row.id for row in requirements() if row.level is Level.MUST and not row.can_fail
    ]


def test_sources_are_the_contracts() -> None:
    """Every source is a short key of the contract; all but guesses have one."""
    rows = requirements()
    without = {row.evidence for row in rows if not row.sources}

    assert {source for row in rows for source in row.sources} == SOURCES
    assert without == {Evidence.INFERRED, Evidence.UNSPECIFIED}


def test_all_requirements_are_of_the_first_edition() -> None:
    """Nothing came later yet."""
    assert CURRENT_EDITION == "2026.1"
    assert {row.edition for row in requirements()} == {"2026.1"}


@pytest.mark.parametrize(
    ("id_", "expected"),
    [
        ("GEN-03", ("MUST", "server", "model", "MODEL", "control_plane")),
        ("GEN-08", ("MUST", "client", "model", "MODEL", None)),
        ("REGION-01", ("MUST", "service", "documented", "GENREF", None)),
        ("HTTP-REQ-02", ("MUST", "client", "verified", "CLI-RUN", None)),
        ("HTTP-REQ-09", ("SHOULD", "server", "unspecified", "SMITHY", None)),
        ("HTTP-RESP-11", ("MUST", "suite", "standard", "SMITHY-T", None)),
        ("ERR-12", ("MUST", "server", "model", "MODEL", "logging_configuration_quota")),
        ("SIG-03", ("SHOULD", "server", "recalled", "COMMON", "signatures")),
        ("SIG-08", ("MUST", "server", "documented", "SigV4", "signatures")),
        ("VAL-17", ("MUST", "server", "model", "MODEL", "control_plane")),
        ("VAL-22", ("SHOULD", "server", "standard", "MODEL", None)),
        ("TOKEN-REQ-06", ("SHOULD", "server", "unspecified", "MODEL", None)),
        ("TOKEN-REQ-16", ("SHOULD", "server", "inferred", "IAM", None)),
        ("TOKEN-RESP-09", ("MUST", "server", "recorded", "CAP24", None)),
        ("TOKEN-LIFE-03", ("MUST", "server", "documented", "GS-TOKEN", "messaging")),
        ("ROOM-DEL-02", ("MUST", "server", "documented", "CLIEX", "messaging")),
        ("WS-MSG-04", ("MUST", "server", "recorded", "SDKJS", "messaging")),
        ("WS-ERR-10", ("MUST", "server", "documented", "MSG-ERR", "review_handler")),
        ("REVIEW-07", ("SHOULD", "server", "recalled", "REVIEW", "review_handler")),
        ("IAM-01", ("MUST", "service", "documented", "IAM", None)),
        ("CLI-22", ("MUST", "client", "documented", "CLI-RC", "cli_v2")),
    ],
)
def test_requirement_is_read_as_it_stands_in_the_contract(
    id_: str, expected: tuple[str | None, ...]
) -> None:
    """Level, kind, evidence, first source and feature of a row are the contract's."""
    row = load_requirements()[id_]

    assert (
        row.level,
        row.kind,
        row.evidence,
        row.sources[0],
        row.feature,
    ) == expected


@pytest.mark.parametrize(
    ("id_", "statement"),
    [
        (
            "TOKEN-REQ-02",
            "Missing `roomIdentifier` or `userId` is a 400 ValidationException.",
        ),
        (
            "TOKEN-RESP-04",
            "The token is usable verbatim as a WebSocket subprotocol, so every "
            "character is an RFC 7230 `tchar` (letters, digits, "
            "``!#$%&'*+-.^_`|~``): no space, comma, slash, equals sign, quote, at-sign "
            "or bracket.",
        ),
        (
            "VAL-21",
            r"Destinations: `s3.bucketName` 3..63 of `[a-z0-9-.]+`; "
            r"`cloudWatchLogs.logGroupName` 1..512 of `[\.\-_/#A-Za-z0-9]+`; "
            r"`firehose.deliveryStreamName` 1..64 of `[a-zA-Z0-9_.-]+`.",
        ),
    ],
)
def test_statement_is_the_whole_rule(id_: str, statement: str) -> None:
    """Backticks, quotes and backslashes of a statement survive."""
    assert load_requirements()[id_].statement == statement


def test_every_statement_is_one_sentence() -> None:
    """A statement is one sentence, without the mark-up of the page it came from."""
    assert not [
        row.id
        for row in requirements()
        if re.search(r"\.\s+[A-Z]|\*\*|\s\s", row.statement)
    ]
