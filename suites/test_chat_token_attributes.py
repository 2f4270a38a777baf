"""What CreateChatToken takes as attributes: any text, and how much of it."""

from itertools import product
from typing import Any

import pytest

from ivschat_conformance.fixtures import expect
from ivschat_conformance.fixtures.cases import WITHOUT, ChatTokens, case, verifies

# Each is one text; what counts is that it stands in a key and in a value.
TEXTS = {
    "latin": "Zoë Ångström",
    "cyrillic": "Привет",
    "japanese": "こんにちは",
    "arabic": "مرحبا",
    "emoji": "👩‍👩‍👧‍👦",
    "combining": "e\u0301",
    "quotes": "\"'`",
    "backslash": "a\\b/c",
    "markup": "<b>&amp;</b>",
    "json": '{"a":"b"}',
    "spaces": "  a  b  ",
    "newline": "a\nb\r\n",
    "tab": "a\tb",
    "nul": "a\x00b",
    "controls": "\x01\x1f\x7f",
    "line-separator": "a\u2028b",
    "private-use": "\ue000",
    "last-code-point": "\U0010ffff",
    "punctuation": "a=b,c;d:e@f",
    "url": "https://example.com/a?b=c&d=%20#e",
}


@verifies("TOKEN-REQ-10")
@pytest.mark.parametrize(
    "text", [case(text, name=name) for name, text in TEXTS.items()]
)
def test_attribute_value_may_be_any_text(chat_tokens: ChatTokens, text: str) -> None:
    """No character of Unicode is refused in a value."""
    exchange = chat_tokens.ask(attributes={"key": text})

    expect.accepted(exchange)


@verifies("TOKEN-REQ-10")
@pytest.mark.parametrize(
    "text", [case(text, name=name) for name, text in TEXTS.items()]
)
def test_attribute_key_may_be_any_text(chat_tokens: ChatTokens, text: str) -> None:
    """No character of Unicode is refused in a key."""
    exchange = chat_tokens.ask(attributes={text: "value"})

    expect.accepted(exchange)


# The JSON form of each is under 900 bytes: below 1 KB however it is counted.
@verifies("TOKEN-REQ-11")
@pytest.mark.parametrize(
    "attributes",
    [
        case({"k": "v" * 800}, name="one-byte-characters"),
        case({"k": "é" * 400}, name="two-byte-characters"),
        case({"k": "€" * 270}, name="three-byte-characters"),
        case({"k": "😀" * 200}, name="four-byte-characters"),
        case({"k" * 800: "v"}, name="a-long-key"),
        case({f"k{n}": "v" for n in range(60)}, name="many-entries"),
    ],
)
def test_attributes_below_a_kilobyte_are_accepted(
    chat_tokens: ChatTokens, attributes: dict[str, str]
) -> None:
    """What every way of counting finds below 1 KB is legal."""
    exchange = chat_tokens.ask(attributes=attributes)

    expect.accepted(exchange)


# The values of each are over 2,048 bytes: above 1 KB however it is counted in bytes.
@verifies("TOKEN-REQ-11")
@pytest.mark.parametrize(
    "attributes",
    [
        case({"k": "v" * 2_049}, name="one-byte-characters"),
        case({"k": "é" * 1_025}, name="1025-two-byte-characters"),
        case({"k": "€" * 700}, name="700-three-byte-characters"),
        case({"k": "😀" * 520}, name="520-four-byte-characters"),
        case({f"k{n}": "v" * 41 for n in range(50)}, name="many-short-values"),
        case({"a": "v" * 1_025, "b": "v" * 1_025}, name="two-halves"),
    ],
)
def test_attributes_over_a_kilobyte_are_refused(
    chat_tokens: ChatTokens, attributes: dict[str, str]
) -> None:
    """1 KB is the limit of all attributes together, in bytes."""
    refused = chat_tokens.ask(attributes=attributes)
    twin = chat_tokens.ask(attributes={"k": "v"})

    expect.refused(refused, field="attributes")
    expect.twin_accepted(twin)


@verifies("TOKEN-REQ-12")
@pytest.mark.parametrize(
    "attributes",
    [
        case({"k" * 2_049: "v"}, name="one-long-key"),
        case(
            {f"{a:03}{b:02}" * 5: "v" for a, b in product(range(50), range(2))},
            name="many-keys",
        ),
        case({"é" * 1_025: "v"}, name="a-key-of-two-byte-characters"),
        case({"😀" * 520: "v"}, name="a-key-of-520-four-byte-characters"),
    ],
)
def test_keys_count_towards_the_kilobyte(
    chat_tokens: ChatTokens, attributes: dict[str, str]
) -> None:
    """The limit is on keys and values together."""
    refused = chat_tokens.ask(attributes=attributes)
    twin = chat_tokens.ask(attributes={"k": "v"})

    expect.refused(refused, field="attributes")
    expect.twin_accepted(twin)


@verifies("TOKEN-REQ-13")
@pytest.mark.parametrize(
    "attributes",
    [
        case(WITHOUT, name="absent"),
        case({}, name="empty-map"),
        case({"a": ""}, name="empty-value"),
    ],
)
def test_attributes_may_be_empty(chat_tokens: ChatTokens, attributes: Any) -> None:
    """No attributes, and an attribute without a text, are legal."""
    exchange = chat_tokens.ask(attributes=attributes)

    expect.accepted(exchange)
