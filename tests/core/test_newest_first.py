"""Resources in the order of their times, whatever is put in, changed and taken out."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random

import pytest

from ivschat_conformance.reference_impl.core.newest_first import NewestFirst, position

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can stand in a list."""

    arn: str
    update_time: datetime


def entry(number: int, *, ago: int) -> Entry:
    """Return an entry that was changed so many microseconds ago."""
    return Entry(f"arn-{number:03d}", NOW - timedelta(microseconds=ago))


def in_order(kept: NewestFirst[Entry]) -> list[Entry]:
    """Return what is there, as it must be ordered."""
    return sorted(kept.values(), key=position, reverse=True)


@pytest.mark.ivschat_verifies("ROOM-LIST-02")
def test_order_holds_whatever_happens() -> None:
    """Whatever is put in, changed or taken out a thousand times, times alike or not."""
    random = Random(20260102)  # noqa: S311 - must be repeatable
    kept: NewestFirst[Entry] = NewestFirst()
    for _ in range(1_000):
        one = entry(random.randrange(100), ago=random.randrange(20))
        if one.arn in kept and random.random() < 0.4:
            del kept[one.arn]
        else:
            kept[one.arn] = one

        assert list(kept.after(None)) == in_order(kept)
    assert len(kept) > 10

    some = in_order(kept)[len(kept) // 2]
    rest = list(kept.after(position(some)))
    assert rest == in_order(kept)[len(kept) // 2 + 1 :]


def test_what_was_changed_has_one_place() -> None:
    """An update moves an entry to the front; its old place is nobody's."""
    kept = NewestFirst.of([entry(1, ago=2), entry(2, ago=1)])

    kept["arn-001"] = entry(1, ago=0)

    assert list(kept.after(None)) == [entry(1, ago=0), entry(2, ago=1)]


def test_nothing_is_left_when_all_is_cleared() -> None:
    """Neither entries nor places."""
    kept = NewestFirst.of([entry(1, ago=2), entry(2, ago=1)])

    kept.clear()

    assert list(kept.after(None)) == []
    assert kept == {}


def test_page_looks_at_no_more_than_it_shows() -> None:
    """Of ten thousand entries ten are read: the others cost a page nothing."""
    read: list[str] = []

    class Told(NewestFirst[Entry]):
        def __getitem__(self, arn: str) -> Entry:
            read.append(arn)
            return super().__getitem__(arn)

    kept = Told.of(entry(n, ago=n) for n in range(10_000))
    read.clear()

    list(islice(kept.after(position(entry(5_000, ago=5_000))), 10))

    assert len(read) == 10
