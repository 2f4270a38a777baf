"""Mutants fit the code, and change nothing but the process that asks for one.

Whether the suites catch each is what `ivschat-conformance mutants --run` says.
"""

import fnmatch
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ivschat_conformance.mutation import Mutant, MutantError, apply, load_mutants
from ivschat_conformance.schemas.requirements import load_requirements

if TYPE_CHECKING:
    pass

every_mutant = pytest.mark.parametrize(
    "mutant", list(load_mutants().values()), ids=lambda mutant: mutant.name
)


@every_mutant
def test_mutant_fits_the_code(mutant: Mutant) -> None:
    """Its old text stands exactly once in its file, and its requirements exist."""
    room, _, below = mutant.file.partition("/")
    spec = find_spec(f"ivschat_conformance.{room}")
    assert spec is not None
    assert spec.origin is not None

    text = Path(spec.origin).parent.joinpath(below).read_text("utf-8")

    assert text.count(mutant.old) == 1
    assert mutant.new != mutant.old
    for named in (mutant.requirement, *mutant.breaks_also):
        assert fnmatch.filter(load_requirements(), named)


def test_unknown_mutant_is_refused_with_the_near_ones() -> None:
    """A typing error is told with what may have been meant."""
    with pytest.raises(MutantError, match="there is unsigned-accepted"):
        apply("unsigned-acepted")


def test_name_like_no_mutants_says_where_all_are() -> None:
    """Hundreds of names would be no help."""
    with pytest.raises(MutantError, match="`ivschat-conformance mutants` lists all"):
        apply("x")


def test_mutant_of_a_loaded_module_is_refused() -> None:
    """A mutant that came too late would be one that nobody notices."""
    import ivschat_conformance.reference_impl.core.tokens  # noqa: F401, PLC0415

    with pytest.raises(MutantError, match="is loaded already"):
        apply("token-lifetime-61-seconds")


def test_mutant_changes_nothing_on_disk() -> None:
    """The module is another one in that process alone, compiled code included."""
    code = (
        "import inspect, sys; from ivschat_conformance import mutation\n"
        "if len(sys.argv) > 1: mutation.apply(sys.argv[1])\n"
        "from ivschat_conformance.schemas import limits\n"
        "print(limits.maximum('SessionDurationInMinutes'))"
    )
    command = [sys.executable, "-P", "-c", code]

    mutated = subprocess.check_output(
        [*command, "session-duration-181-accepted"], text=True
    )
    plain = subprocess.check_output(command, text=True)

    assert (mutated, plain) == ("181\n", "180\n")
