"""What `serve --review-handler` says: a loopback URL, or a function of Python."""

import importlib
import inspect
import operator
import sys
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from ivschat_conformance.reference_impl.core.settings import SettingError
from ivschat_conformance.schemas import documents

if TYPE_CHECKING:
    from ivschat_conformance.reference_impl.core.review import ReviewTarget


def review_target(text: str) -> "ReviewTarget":
    """Return the URL that is written there, or the function, its module imported.

    As with `python -m`, the current directory is one to import from. No URL is asked
    yet. Raises SettingError, whose sentence says what is wrong.
    """
    if "://" in text:
        return _loopback_url(text)
    module_name, _, name = text.partition(":")
    if not _is_dotted_name(module_name) or not _is_dotted_name(name):
        raise SettingError(
            "review handler: write a URL such as http://127.0.0.1:8000/review, or "
            "module:function"
        )
    try:
        found = operator.attrgetter(name)(_imported(module_name))
    except AttributeError:
        raise SettingError(
            f"review handler: the module {module_name} has no {name}"
        ) from None
    if not callable(found) or inspect.iscoroutinefunction(found):
        raise SettingError(
            f"review handler: {text} cannot be called as a plain function: write one "
            "that takes the document and returns the answer, without async"
        )
    target: ReviewTarget = found
    return target


def _loopback_url(text: str) -> str:
    urls = documents.load("ReviewHandlers", documents.HARNESS)["additionalProperties"]
    if not documents.compile_pattern(urls["pattern"]).search(text):
        raise SettingError(
            "review handler: a URL must be plain http and on loopback, such as "
            "http://127.0.0.1:8000/review"
        )
    return text


def _is_dotted_name(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))


def _imported(name: str) -> ModuleType:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        with redirect_stdout(sys.stderr):  # stdout is for our own first line
            return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing is not None and f"{name}.".startswith(f"{missing}."):
            raise SettingError(
                f"review handler: there is no module {name}, neither installed nor in "
                "the current directory"
            ) from None
        raise SettingError(
            f"review handler: importing {name} ends in {type(error).__name__}; to see "
            f'where, run python -c "import {name}"'
        ) from None
