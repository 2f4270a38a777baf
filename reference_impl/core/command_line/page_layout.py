"""How a page of help is laid out: sections, paragraphs and tables, 79 columns wide."""

import textwrap
from collections.abc import Iterable, Sequence

STEP = "    "
_WIDTH = 79
_COLUMN = 30  # of a table, where the second one begins


def section(title: str, *paragraphs: Sequence[str]) -> list[str]:
    """Return the lines of a section, an empty one at its end."""
    return [title, *(line for paragraph in paragraphs for line in paragraph), ""]


def page(*sections: Sequence[str]) -> str:
    """Return the whole text."""
    lines = [line for section in sections for line in section]
    return "\n".join(lines).rstrip("\n") + "\n"


def filled(text: str, depth: int) -> list[str]:
    """Return a paragraph's lines, `depth` steps from the left."""
    indent = STEP * depth
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def table(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Return rows of a name and what it is; a long name has a line of its own."""
    lines = []
    for name, description in rows:
        text = textwrap.wrap(description, _WIDTH - _COLUMN - len(STEP)) or [""]
        front = name.ljust(_COLUMN)
        if len(name) >= _COLUMN:
            lines.append(f"{STEP}{name}")
            front = " " * _COLUMN
        lines.append(f"{STEP}{front}{text[0]}".rstrip())
        lines += [f"{STEP}{' ' * _COLUMN}{line}" for line in text[1:]]
    return lines
