"""The table of what no operation may take: whole, and of one mind with the schemas."""

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import ivschat_conformance.suites
from ivschat_conformance.schemas import documents
from ivschat_conformance.schemas.operations import load_operations
from ivschat_conformance.schemas.requirements import load_requirements

WRITER = Path(__file__).with_name("rejections.py")
SUITES = Path(ivschat_conformance.suites.__file__).parent
ROWS: list[dict[str, Any]] = json.loads(
    (SUITES / "rejections.json").read_text(encoding="utf-8")
)

ARNS = {
    "{room}": "arn:aws:ivschat:us-west-2:123456789012:room/AbCdEfGh1234",
    "{logging}": (
        "arn:aws:ivschat:us-west-2:123456789012:logging-configuration/AbCdEfGh1234"
    ),
}

MEANINGS: dict[str, Callable[[Any], Any]] = {
    "$arn": lambda given: f"arn:aws:ivschat:us-west-2:123456789012:{given[0]}/".ljust(
        given[1], "a"
    ),
    "$function": lambda length: "arn:aws:lambda:us-west-2:123456789012:function:".ljust(
        length, "f"
    ),
    "$key": lambda key: {_plain(key): "v"},
    "$keys": lambda count: [f"k{number}" for number in range(count)],
    "$logging": lambda count: [f"{ARNS['{logging}']}{n}" for n in range(count)],
    "$repeat": lambda given: given[0] * given[1],
    "$tags": lambda count: {f"k{number}": "v" for number in range(count)},
}


@pytest.fixture(scope="module")
def writer() -> SimpleNamespace:
    """Give the names of the script that writes the table."""
    return SimpleNamespace(**runpy.run_path(str(WRITER)))


def test_table_is_what_the_model_says(writer: SimpleNamespace) -> None:
    """Written anew from botocore's model, the table is the one checked in."""
    said = (SUITES / "rejections.json").read_text(encoding="utf-8")

    assert said == writer.written(writer.rows()), f"run python {WRITER.name} again"


def test_rows_have_names_of_their_own() -> None:
    """No two checks share a name."""
    names = [row["name"] for row in ROWS]

    assert len(names) == len(set(names))


def test_table_and_what_is_by_hand_are_every_operation(
    writer: SimpleNamespace,
) -> None:
    """An operation that neither has would be judged by nobody."""
    by_hand = {pattern.partition(".")[0] for pattern in writer.BY_HAND}

    assert {row["operation"] for row in ROWS} | by_hand >= set(load_operations())


def test_every_member_has_rows_or_suites_of_its_own(writer: SimpleNamespace) -> None:
    """Each member of each operation is in the table, or checked by hand."""
    model = writer.service_model()
    told = {(row["operation"], next(iter(row["refused"]))) for row in ROWS}

    forgotten = [
        place.name
        for operation in model["operations"]
        for place in writer.places(model, operation)
        if len(place.path) == 1
        and (operation, place.path[0]) not in told
        and not writer.by_hand(place, "type")
    ]

    assert not forgotten


def test_every_exception_leaves_something_out(writer: SimpleNamespace) -> None:
    """A row of `BY_HAND` that matches nothing is a typing error."""
    model = writer.service_model()
    rules = ("type", "required", "minLength", "maxLength", "pattern")
    names = {
        f"{place.name}:{rule}"
        for operation in model["operations"]
        for place in writer.places(model, operation)
        for rule in rules
    }

    idle = [
        pattern
        for pattern in writer.BY_HAND
        if not any(writer.fnmatchcase(name, pattern) for name in names)
    ]

    assert not idle


def test_what_is_by_hand_is_there(writer: SimpleNamespace) -> None:
    """An exception names suites that exist, or a requirement that is judged by some."""
    for words in writer.BY_HAND.values():
        for word in words.split():
            assert (SUITES / word).is_file() or word in load_requirements(), word


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_schemas_refuse_and_accept_what_the_row_does(row: dict[str, Any]) -> None:
    """The schema of the input finds the row's defect, and none in its twin."""
    shape = load_operations()[row["operation"]].request
    member = next(iter(row["accepted"]))

    broken = _rules_broken(shape, _plain(row["refused"]), member)
    accepted = _rules_broken(shape, _plain(row["accepted"]), member)

    assert row["breaks"] in broken
    assert accepted == set()


def _rules_broken(shape: str, members: dict[str, Any], member: str) -> set[str]:
    """Return the keywords that a member breaks, alone in the input."""
    found = set()
    for error in documents.validator(shape).iter_errors(members):
        place = [*error.absolute_path]
        missing = error.validator == "required" and not place
        if missing and member in members:
            continue  # the others are required, too, and not there
        found.add(str(error.validator))
    return found


def _plain(value: Any) -> Any:
    """Return a value of the table without its words."""
    if isinstance(value, str):
        return ARNS.get(value, value)
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    ((word, given), *others) = value.items() or {"": None}.items()
    if word in MEANINGS and not others:
        return MEANINGS[word](given)
    return {
        name: _plain(held) for name, held in value.items() if held != {"$absent": True}
    }
