"""What `--review-handler` takes for a function, and what it says of all else.

URLs and the forms of the option stand with the other options' refusals.
"""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ivschat_conformance.commands.review_handler import review_target
from ivschat_conformance.reference_impl.core.settings import SettingError

HANDLERS = """
WORDS = ["bad"]
print("imported")

def review(document):
    return {"ReviewResult": "ALLOW", "Content": document["Content"]}

async def slow(document):
    return review(document)

class Strict:
    review = staticmethod(review)
"""
NO_FUNCTION = (
    "cannot be called as a plain function: write one that takes the document and "
    "returns the answer, without async"
)


@pytest.fixture(autouse=True)
def handlers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Stand in a directory with a module of handlers that nobody has imported."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    path = tmp_path / "my_handlers.py"
    path.write_text(HANDLERS)
    importlib.invalidate_caches()
    yield path
    sys.modules.pop("my_handlers", None)


def refusal(text: str) -> str:
    """Return the sentence with which the option is refused."""
    with pytest.raises(SettingError) as refused:
        review_target(text)
    return str(refused.value).removeprefix("review handler: ")


@pytest.mark.parametrize("name", ["review", "Strict.review"])
def test_function_is_found_in_the_current_directory(name: str) -> None:
    """By the name that the module's own code has for it."""
    target: Any = review_target(f"my_handlers:{name}")

    assert target({"Content": "Hello"}) == {"ReviewResult": "ALLOW", "Content": "Hello"}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing", "the module my_handlers has no missing"),
        ("Strict.missing", "the module my_handlers has no Strict.missing"),
        ("WORDS", f"my_handlers:WORDS {NO_FUNCTION}"),
        ("slow", f"my_handlers:slow {NO_FUNCTION}"),
    ],
)
def test_what_is_no_function_is_refused(name: str, sentence: str) -> None:
    """A name that is not there, what cannot be called, what has to be awaited."""
    assert refusal(f"my_handlers:{name}") == sentence


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("def review(:", "SyntaxError"),
        ("raise SystemExit", "SystemExit"),
        ("import my_handlers_of_old", "ModuleNotFoundError"),
    ],
)
def test_module_that_fails_is_told_from_one_that_is_missing(
    handlers: Path, source: str, error: str
) -> None:
    """The defect is the module's own, and the sentence says how to see it."""
    handlers.write_text(source)

    assert refusal("my_handlers:review") == (
        f"importing my_handlers ends in {error}; to see where, "
        'run python -c "import my_handlers"'
    )


def test_module_leaves_stdout_to_the_first_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What it prints as it is imported goes to stderr."""
    review_target("my_handlers:review")

    written = capsys.readouterr()
    assert (written.out, written.err) == ("", "imported\n")
