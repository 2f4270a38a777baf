"""The editions of the contract: what belongs to each; a released one is fixed."""

import pytest

from ivschat_conformance.fixtures.collected import collected_checks
from ivschat_conformance.schemas.editions import Edition, load_editions, read
from ivschat_conformance.schemas.requirements import (
    CURRENT_EDITION,
    load_requirements,
)


def order(name: str) -> tuple[int, ...]:
    """Return what editions are sorted by."""
    return tuple(map(int, name.split(".")))


@pytest.mark.parametrize("edition", load_editions().values(), ids=lambda row: row.name)
def test_edition_has_what_came_with_it_or_before(edition: Edition) -> None:
    """A requirement that is added belongs to the open edition, and to no older one."""
    came = {
        row.id
        for row in load_requirements().values()
        if order(row.edition) <= order(edition.name)
    }

    assert edition.requirements == came


def test_current_edition_is_the_newest() -> None:
    """Only the newest may be open, and it is what a run is judged by."""
    *older, newest = load_editions().values()

    assert newest.name == CURRENT_EDITION
    assert [row.name for row in older if row.released is None] == []


def test_released_edition_names_tests_that_there_are() -> None:
    """A test that a released edition judges by is neither renamed nor removed."""
    functions = {test.partition("[")[0] for test in collected_checks()}

    missing = {
        row.name: row.tests - functions
        for row in load_editions().values()
        if row.tests is not None
    }

    assert {name: tests for name, tests in missing.items() if tests} == {}


RELEASED = """
released = 2027-01-15
requirements = ["TOKEN-REQ-09"]
tests = ["test_x.py::test_y"]
"""


def test_released_edition_scores_what_it_names() -> None:
    """A requirement or a test that came later is not scored."""
    edition = read("2026.1", RELEASED)

    assert edition.released == "2027-01-15"
    assert edition.scores("TOKEN-REQ-09")
    assert not edition.scores("TOKEN-REQ-10")
    assert edition.scores_test("test_x.py::test_y[1]")
    assert not edition.scores_test("test_x.py::test_yy")


def test_open_edition_scores_every_test() -> None:
    """Until its release, a test that is added belongs to it."""
    edition = read("2026.1", 'requirements = ["TOKEN-REQ-09"]')

    assert edition.released is None
    assert edition.scores_test("test_z.py::test_added")


@pytest.mark.parametrize("line", ["released = 2027-01-15", "tests = []"])
def test_edition_is_open_or_released_and_nothing_between(line: str) -> None:
    """A day without tests would fix nothing, and tests without a day nobody."""
    with pytest.raises(ValueError, match="come together"):
        read("2026.1", f"{line}\nrequirements = []")
