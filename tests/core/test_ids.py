"""Identifiers: of the right form, and as random as their source."""

import re
from collections.abc import Iterator
from random import Random
from uuid import RFC_4122, UUID

import pytest

from ivschat_conformance.reference_impl.core.ids import Ids


class Constant(Random):
    """A source of which every bit is the same."""

    def __init__(self, bit: int) -> None:
        super().__init__()
        self._bit = bit

    def getrandbits(self, k: int) -> int:
        """Return so many equal bits."""
        return (1 << k) - 1 if self._bit else 0


def seeded() -> Ids:
    """Return identifiers that are the same in every run."""
    return Ids(Random(20261124))  # noqa: S311 - must be repeatable


def drawn(ids: Ids) -> Iterator[str]:
    """Yield an identifier of each kind."""
    yield ids.resource_id()
    yield ids.request_id()


@pytest.mark.ivschat_verifies("VAL-08")
def test_resource_id_has_twelve_alphanumerics() -> None:
    """Of 10,000 ids all have the form, none comes twice, and every character comes."""
    ids = seeded()

    found = [ids.resource_id() for _ in range(10_000)]

    assert all(re.fullmatch("[A-Za-z0-9]{12}", text) for text in found)
    assert len(set(found)) == 10_000
    for place in range(12):
        assert len({text[place] for text in found}) == 62


@pytest.mark.ivschat_verifies("HTTP-RESP-02")
def test_request_id_is_a_random_uuid() -> None:
    """Of 10,000 ids all are UUIDs of version 4, and none comes twice."""
    ids = seeded()

    found = [ids.request_id() for _ in range(10_000)]

    uuids = [UUID(text) for text in found]
    assert [str(uuid) for uuid in uuids] == found
    assert {(uuid.version, uuid.variant) for uuid in uuids} == {(4, RFC_4122)}
    assert len(set(found)) == 10_000


@pytest.mark.parametrize(
    ("bit", "request_id"),
    [
        (0, "00000000-0000-4000-8000-000000000000"),
        (1, "ffffffff-ffff-4fff-bfff-ffffffffffff"),
    ],
)
def test_request_id_sets_version_and_variant_and_nothing_else(
    bit: int, request_id: str
) -> None:
    """Six bits of the 128 are fixed, the others come from the source."""
    assert Ids(Constant(bit)).request_id() == request_id


def test_ids_are_drawn_from_the_source_that_was_handed_in() -> None:
    """The same source gives the same ids again, another one others."""
    other = Ids(Random(1))  # noqa: S311

    assert list(drawn(seeded())) == list(drawn(seeded()))
    assert not set(drawn(seeded())) & set(drawn(other))
