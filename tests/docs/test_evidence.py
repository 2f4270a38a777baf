"""The page of evidence says of each requirement what the registry says.

`python tests/docs/test_evidence.py` writes its tables anew.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from ivschat_conformance.schemas import documents
from ivschat_conformance.schemas.requirements import (
    Evidence,
    Level,
    Requirement,
    load_requirements,
)

PAGE = Path(__file__).parents[2] / "docs" / "evidence.md"

MEANINGS = {
    Evidence.MODEL: "the service model",
    Evidence.DOCUMENTED: "AWS documents it",
    Evidence.RECORDED: "seen in captures, logs and code that others published",
    Evidence.STANDARD: "a public standard",
    Evidence.VERIFIED: "a real client was run",
    Evidence.RECALLED: "documentation that could not be read again",
    Evidence.INFERRED: "follows from other lines",
    Evidence.UNSPECIFIED: "no public source: the most defensible behaviour",
}


def scored() -> list[Requirement]:
    """Return what targets are judged by, the best founded first."""
    order = list(Evidence)
    rows = [row for row in load_requirements().values() if row.is_scored]
    return sorted(rows, key=lambda row: order.index(row.evidence))


def figures() -> Iterator[str]:
    """Yield the table's rows: how many rest on what."""
    rows = scored()
    for evidence, meaning in MEANINGS.items():
        levels = [row.level for row in rows if row.evidence is evidence]
        musts, shoulds = levels.count(Level.MUST), levels.count(Level.SHOULD)
        yield f"| {evidence} | {meaning} | {musts} | {shoulds} |"


def requirements() -> Iterator[str]:
    """Yield the table's rows: each requirement and its sources."""
    for row in scored():
        sources = ", ".join(row.sources) or "none"
        yield f"| {row.id} | {row.level} | {row.evidence} | {sources} |"


TABLES = {"figures": figures, "requirements": requirements}


def with_tables(text: str) -> str:
    """Return the page with its tables as the registry has them."""
    for name, rows in TABLES.items():
        table = "\n".join(rows())
        text = re.sub(
            rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)",
            lambda marks, table=table: f"{marks[1]}{table}\n{marks[2]}",  # type: ignore[misc]
            text,
            flags=re.DOTALL,
        )
    return text


def test_page_has_what_the_registry_has() -> None:
    """No requirement is missing, and none rests on something else by now."""
    text = PAGE.read_text("utf-8")

    assert with_tables(text) == text
    assert text.count("\n| TOKEN-REQ-09 | MUST | model | MODEL |\n") == 1


def test_example_of_a_capture_has_its_form() -> None:
    """Whoever follows the page writes what the schema takes."""
    found = re.search(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None

    capture = json.loads(found[1])

    assert documents.validator("Capture", api=documents.HARNESS).is_valid(capture)
    assert set(capture["requirements"]) <= load_requirements().keys()


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8")
