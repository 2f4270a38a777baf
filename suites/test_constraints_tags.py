"""How many tags a resource may have, and how long they may be (contract.md 3)."""

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import Rooms, case, verifies


@verifies("VAL-13")
@pytest.mark.parametrize(
    "tags",
    [
        case({}, name="none"),
        case({"k": "v"}, name="one-tag"),
        case({f"k{n}": "v" for n in range(49)}, name="49-tags"),
        case({f"k{n}": "v" for n in range(50)}, name="50-tags"),
        case({"k" * 127: "v"}, name="key-of-127"),
        case({"k" * 128: "v"}, name="key-of-128"),
        case({"k": ""}, name="empty-value"),
        case({"k": "v" * 255}, name="value-of-255"),
        case({"k": "v" * 256}, name="value-of-256"),
        case({"k" * 128: "v" * 256}, name="longest-key-and-value"),
        case({"Cost Center": "a b"}, name="spaces"),
        case({"a:b/c=d+e-f@g": "a:b/c=d+e-f@g"}, name="signs"),
    ],
)
def test_tags_within_the_limits_are_accepted(
    rooms: Rooms, tags: dict[str, str]
) -> None:
    """50 tags, keys of 1 to 128 and values of 0 to 256 characters."""
    exchange = rooms.create(tags=tags)

    expect.accepted(exchange)


# One code point each, of two to four bytes in UTF-8; letters all, since AWS's tags in
# general are of letters, digits, spaces and some signs.
LETTERS = {"two-bytes": "é", "three-bytes": "語", "four-bytes": "𐍈"}


@verifies("VAL-01")
@pytest.mark.parametrize(
    "tags",
    [
        *(case({x * 128: "v"}, name=f"key-{name}") for name, x in LETTERS.items()),
        *(case({"k": x * 256}, name=f"value-{name}") for name, x in LETTERS.items()),
    ],
)
def test_tag_of_longer_characters_fits_as_one_of_letters_does(
    rooms: Rooms, tags: dict[str, str]
) -> None:
    """A key's 128 and a value's 256 are code points, not bytes."""
    exchange = rooms.create(tags=tags)

    expect.accepted(exchange)


@verifies("VAL-13")
def test_51_tags_are_refused(rooms: Rooms) -> None:
    """One tag more than 50 is too many."""
    tags = {f"k{n}": "v" for n in range(51)}

    refused = rooms.create(tags=tags)
    twin = rooms.create(tags={"k": "v"})

    expect.refused(refused, field="tags")
    expect.twin_accepted(twin)


@verifies("VAL-13")
@pytest.mark.parametrize(
    "tags",
    [
        case({"": "v"}, name="empty-key"),
        case({"k" * 129: "v"}, name="key-of-129"),
        *(case({x * 129: "v"}, name=f"key-{name}") for name, x in LETTERS.items()),
        case({"k": "v" * 257}, name="value-of-257"),
        *(case({"k": x * 257}, name=f"value-{name}") for name, x in LETTERS.items()),
        case({"a": "v", "b": "v" * 257}, name="value-of-one-of-two"),
        case({"a": "v", "b" * 129: "v"}, name="key-of-one-of-two"),
    ],
)
def test_tag_past_its_limits_is_refused(rooms: Rooms, tags: dict[str, str]) -> None:
    """One past each limit; whether `fieldList` says tags or the key is left open."""
    refused = rooms.create(tags=tags)
    twin = rooms.create(tags={"k": "v"})

    expect.refused(refused)
    expect.twin_accepted(twin)
