"""The shorthand is read as both of AWS's commands were seen to read it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivschat_conformance.reference_impl.core.command_line.shorthand import (
    ShorthandError,
    parse_shorthand,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=1,b=2", {"a": "1", "b": "2"}),
        ("a=", {"a": ""}),
        ("=b", {"": "b"}),
        ("a=1, b=2", {"a": "1", "b": "2"}),
        ("a = 1 ", {"a": "1"}),
        ("a=b=c", {"a": "b=c"}),
        ("a=b c d", {"a": "b c d"}),
        ("a.b/c:d#e-f_g=1", {"a.b/c:d#e-f_g": "1"}),
        ('a="x,y"', {"a": "x,y"}),
        ("a='x,y'", {"a": "x,y"}),
        (r"a='it\'s'", {"a": "it's"}),
        (r'a="x\\\"y"', {"a": r"x\"y"}),
        (r"a=x\,y", {"a": "x,y"}),
        (r"a=x\y", {"a": r"x\y"}),
        ("a=file:///etc/x", {"a": "file:///etc/x"}),
        ("a=1,,b=2", {"a": "1", "b": "2"}),
        ("a=]", {"a": "]"}),
        ("a=ü", {"a": "ü"}),
        ("a=x\u00a0", {"a": "x"}),
    ],
)
def test_text_is_what_was_meant(text: str, value: dict[str, Any]) -> None:
    """Quotes keep commas and spaces; what stands around a value is nothing."""
    assert parse_shorthand(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=b,c", {"a": ["b", "c"]}),
        ('a=b, "c d" ,e,f=g', {"a": ["b", "c d", "e"], "f": "g"}),
        ("a=[b, c]", {"a": ["b", "c"]}),
        ("a=[b,,c,]", {"a": ["b", "", "c"]}),
        ("a=[]", {"a": []}),
        ("a={}", {"a": {}}),
        ("s3={ bucketName = xyz }", {"s3": {"bucketName": "xyz"}}),
        ("a={b=c,b=d,}", {"a": {"b": "d"}}),
        ("a=[[b],{c=d}],e=f", {"a": [["b"], {"c": "d"}], "e": "f"}),
    ],
)
def test_lists_and_structures_are_nested(text: str, value: dict[str, Any]) -> None:
    """Words after commas make a list, and so do brackets; braces make a structure."""
    assert parse_shorthand(text) == value


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("", "Expected: '=', received: 'EOF'", 0),
        ("a", "Expected: '=', received: 'EOF'", 1),
        (" a=1", "Expected: '=', received: 'a'", 1),
        ("a b=c", "Expected: '=', received: 'b'", 2),
        ("é=x", "Expected: '=', received: 'é'", 0),
        ("a==b", "Expected: ',', received: '='", 2),
        ("a=1,", "Expected: '<second>', received: '<none>'", 4),
        ("a=1,b,", "Expected: '<second>', received: '<none>'", 6),
        ('a="x', "Expected: '<double quoted>', received: '<none>'", 2),
        ("a='x", "Expected: '<singled quoted>', received: '<none>'", 2),
        ('a="x"y', "Expected: ',', received: 'y'", 5),
        ("a=[b", "Expected: ',', received: 'EOF'", 4),
        ("a={b=c", "Expected: ',', received: 'EOF'", 6),
        ("a=x😀", "Expected: ',', received: '😀'", 3),
        ("a=1,a=2", 'Second instance of key "a" encountered', 4),
    ],
)
def test_mistake_is_told_with_its_place(text: str, message: str, position: int) -> None:
    """The message is AWS's, and the position where something else was expected."""
    with pytest.raises(ShorthandError) as caught:
        parse_shorthand(text)

    assert (str(caught.value), caught.value.position) == (message, position)


@given(st.one_of(st.text(), st.text("ab=,\"'\\[]{} \n", max_size=40)))
def test_no_text_is_too_strange(text: str) -> None:
    """Whatever the text, it has a meaning or a mistake at a place within it."""
    positions = [0]
    try:
        assert parse_shorthand(text)
    except ShorthandError as error:
        positions.append(error.position)

    assert 0 <= positions[-1] <= len(text)


def test_brackets_are_nested_so_deep_and_no_deeper() -> None:
    """A text of brackets alone is a mistake, and not the end of the stack."""
    with pytest.raises(ShorthandError):
        parse_shorthand("a=" + "[" * 100_000)


@given(
    st.dictionaries(st.text("abc.-_", min_size=1), st.text("ab ,=\"'\\ü"), min_size=1)
)
def test_quoted_texts_come_through(attributes: dict[str, str]) -> None:
    """A text in quotes, with backslashes before quotes and backslashes, is itself."""

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    written = ",".join(f"{key}={quoted(text)}" for key, text in attributes.items())

    assert parse_shorthand(written) == attributes
