"""How long a text may be, and that characters are what is counted (contract.md 3)."""

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import ChatTokens, case, verifies

# One code point each, of one to four bytes in UTF-8; those of four are two in UTF-16.
ONE_CODE_POINT = {
    "two-bytes": "é",
    "three-bytes": "€",
    "four-bytes": "😀",
    "nul": "\x00",
    "combining": "\u0301",
    "private-use": "\ue000",
    "last": "\U0010ffff",
}
CHARACTERS = [case(text, name=name) for name, text in ONE_CODE_POINT.items()]


@verifies("VAL-01")
@pytest.mark.parametrize("character", CHARACTERS)
def test_128_characters_fit_however_many_bytes_they_have(
    chat_tokens: ChatTokens, character: str
) -> None:
    """A limit is on code points: 128 emoji fit where 128 letters do."""
    exchange = chat_tokens.ask(userId=character * 128)

    expect.accepted(exchange)


@verifies("VAL-01")
@pytest.mark.parametrize(
    "text",
    [
        case("👩‍👩‍👧‍👦" * 18, name="126-in-18-families"),
        case("e\u0301" * 64, name="128-in-64-letters-with-accents"),
        case("🇨🇭" * 64, name="128-in-64-flags"),
        case("\r\n" * 64, name="128-in-64-line-ends"),
        case("\u1100\u1161\u11a8" * 42, name="126-in-42-syllables"),
    ],
)
def test_characters_of_many_code_points_fit_as_long_as_those_do(
    chat_tokens: ChatTokens, text: str
) -> None:
    """A family emoji of 7 code points counts 7: eighteen families fit."""
    exchange = chat_tokens.ask(userId=text)

    expect.accepted(exchange)


@verifies("VAL-01")
@pytest.mark.parametrize(
    "text",
    [
        case("👩‍👩‍👧‍👦" * 19, name="133-in-19-families"),
        case("e\u0301" * 65, name="130-in-65-letters-with-accents"),
        case("🇨🇭" * 65, name="130-in-65-flags"),
        case("\r\n" * 65, name="130-in-65-line-ends"),
        case("\u1100\u1161\u11a8" * 44, name="132-in-44-syllables"),
    ],
)
def test_characters_of_many_code_points_do_not_fit_beyond(
    chat_tokens: ChatTokens, text: str
) -> None:
    """A family emoji of 7 code points counts 7: nineteen families do not fit."""
    refused = chat_tokens.ask(userId=text)
    twin = chat_tokens.ask(userId="u" * 100)

    expect.refused(refused, field="userId")
    expect.twin_accepted(twin)


@verifies("VAL-10")
@pytest.mark.parametrize("length", [1, 2, 127, 128])
def test_user_id_of_1_to_128_characters_is_accepted(
    chat_tokens: ChatTokens, length: int
) -> None:
    """Both limits and what lies between them are legal."""
    exchange = chat_tokens.ask(userId="u" * length)

    expect.accepted(exchange)


@verifies("VAL-10")
@pytest.mark.parametrize("length", [0, 129, 256, 10_000])
def test_user_id_outside_1_to_128_characters_is_refused(
    chat_tokens: ChatTokens, length: int
) -> None:
    """Nobody is nobody, and 129 characters are too many."""
    refused = chat_tokens.ask(userId="u" * length)
    twin = chat_tokens.ask(userId="u" * 100)

    expect.refused(refused, field="userId")
    expect.twin_accepted(twin)


@verifies("VAL-10")
@pytest.mark.parametrize("character", CHARACTERS)
def test_129_characters_of_any_kind_are_refused(
    chat_tokens: ChatTokens, character: str
) -> None:
    """One character past the limit is too many, whatever it is."""
    refused = chat_tokens.ask(userId=character * 129)
    twin = chat_tokens.ask(userId="u" * 100)

    expect.refused(refused, field="userId")
    expect.twin_accepted(twin)


@verifies("VAL-10")
@pytest.mark.parametrize(
    "text",
    [
        case(" ", name="a-space"),
        case("  user  ", name="spaces-around"),
        case("ann@example.com", name="address"),
        case("name.55b2dd6b-8e0a-4f7c-9f5e-2a1b3c4d5e6f", name="name-and-uuid"),
        case("11231234", name="digits"),
        case("null", name="the-word-null"),
        case("a/b\\c:d", name="slashes"),
        case("\"'`<>&", name="quotes-and-markup"),
        case("a\nb\tc\r", name="line-ends-and-tabs"),
        case("a\x00b", name="nul"),
        case("Привет", name="cyrillic"),
        case("こんにちは", name="japanese"),
        case("مرحبا", name="arabic"),
        case("👩‍👩‍👧‍👦", name="emoji"),
        case("\u200f\u202e", name="directions"),
        case("\ufeffa", name="byte-order-mark"),
    ],
)
def test_user_id_may_be_any_text(chat_tokens: ChatTokens, text: str) -> None:
    """A user id has no pattern."""
    exchange = chat_tokens.ask(userId=text)

    expect.accepted(exchange)
