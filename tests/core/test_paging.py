"""Pages of lists: nothing lost, nothing twice, and no page for another question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from ivschat_conformance.reference_impl.core.errors import ValidationException
from ivschat_conformance.reference_impl.core.newest_first import NewestFirst
from ivschat_conformance.reference_impl.core.paging import Pages
from ivschat_conformance.schemas import documents

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PAGES = Pages(b"key of one fake")
FILTER = {"name": "lobby"}
NONE: NewestFirst[Any] = NewestFirst()


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can stand in a list."""

    arn: str
    update_time: datetime


def entries(count: int, *, apart: timedelta) -> list[Entry]:
    """Return entries, the newest first, each so much older than the one before."""
    return [Entry(f"arn-{n:02d}", NOW - n * apart) for n in range(count)]


def pages(listed: Sequence[Entry], sizes: Iterable[int]) -> list[list[Entry]]:
    """Return every page of a list, read in pages of these sizes."""
    found, token = [], ""
    for most in sizes:
        request = {"nextToken": token, "maxResults": most}
        page = PAGES.cut("ListRooms", request, NewestFirst.of(listed), most)
        found.append(page.entries)
        if page.next_token is None:
            return found
        token = page.next_token
    raise AssertionError("the list has more pages than sizes")


def second_page_token() -> str:
    """Return a token that leads to the second page of rooms of one name."""
    listed = entries(3, apart=timedelta(seconds=1))
    token = PAGES.cut("ListRooms", FILTER, NewestFirst.of(listed), 1).next_token
    assert token
    return token


def refused_field(
    token: str, *, key: bytes = b"", operation: str = "ListRooms", name: str = "lobby"
) -> str:
    """Return the field that is named when a token is refused."""
    fake = Pages(key) if key else PAGES
    with pytest.raises(ValidationException) as caught:
        fake.cut(operation, {"name": name, "nextToken": token}, NONE, 1)
    fields = caught.value.body()["fieldList"]
    assert isinstance(fields, list)
    [field] = fields
    return str(field["name"])


@pytest.mark.ivschat_verifies("ROOM-LIST-02", "ROOM-LIST-05")
@pytest.mark.parametrize("most", [1, 2, 3, 6, 7, 8])
def test_pages_have_every_entry_once_and_the_newest_first(most: int) -> None:
    """Whatever the order that they come in and the size of a page."""
    newest_first = entries(7, apart=timedelta(microseconds=1))
    shuffled = newest_first[3:] + newest_first[:3][::-1]

    found = pages(shuffled, [most] * 7)

    assert [entry for page in found for entry in page] == newest_first
    assert [len(page) for page in found[:-1]] == [most] * (len(found) - 1)
    assert 1 <= len(found[-1]) <= most


@pytest.mark.ivschat_verifies("ROOM-LIST-05")
@pytest.mark.parametrize("most", [1, 2, 3, 6, 7])
def test_pages_of_equal_update_times_lose_nothing(most: int) -> None:
    """On a clock that stands still no page knows where it was by the time alone."""
    equal = entries(7, apart=timedelta(0))

    found = [entry.arn for page in pages(equal, [most] * 7) for entry in page]

    assert sorted(found) == sorted(entry.arn for entry in equal)


@pytest.mark.ivschat_verifies("ROOM-LIST-05")
def test_page_size_may_change_on_the_way() -> None:
    """The token says where to go on, not how far."""
    newest_first = entries(7, apart=timedelta(seconds=1))

    found = pages(newest_first, [1, 3, 50])

    assert [len(page) for page in found] == [1, 3, 3]
    assert [entry for page in found for entry in page] == newest_first


@pytest.mark.ivschat_verifies("ROOM-LIST-05")
def test_page_goes_on_where_its_first_neighbour_is_gone() -> None:
    """What was deleted between two pages costs nobody else a place."""
    listed = entries(4, apart=timedelta(seconds=1))
    kept = NewestFirst.of(listed)
    first = PAGES.cut("ListRooms", {}, kept, 2)
    del kept[listed[1].arn]

    rest = PAGES.cut("ListRooms", {"nextToken": first.next_token}, kept, 2)

    assert rest.entries == listed[2:]
    assert rest.next_token is None


@pytest.mark.ivschat_verifies("ROOM-LIST-01")
@pytest.mark.parametrize("count", [0, 3], ids=["empty", "exactly-full"])
def test_last_page_has_no_token(count: int) -> None:
    """Also where the page is full to the last place, or empty."""
    listed = NewestFirst.of(entries(count, apart=timedelta(seconds=1)))

    page = PAGES.cut("ListRooms", {}, listed, 3)

    assert len(page.entries) == count
    assert page.next_token is None


def test_token_is_one_by_its_schema() -> None:
    """Tokens stay below the 1,024 characters that a client must be able to send."""
    long = [Entry(f"{n}".ljust(128, "x"), NOW) for n in range(2)]
    token = PAGES.cut("ListRooms", {}, NewestFirst.of(long), 1).next_token

    assert documents.validator("PaginationToken").is_valid(token)


@pytest.mark.ivschat_verifies("ROOM-LIST-10")
@pytest.mark.parametrize(
    "question",
    [
        pytest.param({"key": b"key of another fake"}, id="fake"),
        pytest.param({"operation": "ListLoggingConfigurations"}, id="operation"),
        pytest.param({"name": "lounge"}, id="filter"),
    ],
)
def test_token_of_another_question_is_refused(question: dict[str, str]) -> None:
    """It belongs to the fake, the list and the filters that it was given for."""
    token = second_page_token()
    again = {"name": "lobby", "nextToken": token}
    assert PAGES.cut("ListRooms", again, NONE, 1).entries == []

    assert refused_field(token, **question) == "nextToken"  # type: ignore[arg-type]


@pytest.mark.ivschat_verifies("ROOM-LIST-10")
@pytest.mark.parametrize("token", ["x", "garbage", "AAAA", "é" * 8, "=", "A" * 1024])
def test_garbage_is_refused(token: str) -> None:
    """What no list ever gave is no token."""
    assert refused_field(token) == "nextToken"


@pytest.mark.ivschat_verifies("ROOM-LIST-10")
def test_token_that_was_touched_anywhere_is_refused() -> None:
    """No character can be changed, doubled or added, not even in spare bits."""
    token = second_page_token()
    touched = [
        token[:at] + other + token[at + cut :]
        for at in range(len(token))
        for cut, other in ((1, "A"), (1, "-"), (0, "!"))
        if token[at] != other
    ]

    for text in islice(touched, 10_000):
        assert refused_field(text) == "nextToken"
