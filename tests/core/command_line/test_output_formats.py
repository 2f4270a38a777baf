"""Results as JSON, YAML and text, and what a query takes of them."""

from typing import Any

import pytest

from ivschat_conformance.reference_impl.core.command_line.global_options import Output
from ivschat_conformance.reference_impl.core.command_line.output_formats import (
    compile_query,
    render,
)
from ivschat_conformance.reference_impl.core.command_line.refusals import (
    CallFailedError,
    ParameterError,
)

RESULT = {"token": "Zoë", "n": [1, None], "time": "2026-01-02T03:04:05+00:00"}


@pytest.mark.parametrize(
    ("output", "text"),
    [
        (
            Output.JSON,
            '{\n    "token": "Zoë",\n    "n": [\n        1,\n        null\n    ],\n'
            '    "time": "2026-01-02T03:04:05+00:00"\n}\n',
        ),
        (
            Output.YAML,
            "token: Zoë\nn:\n- 1\n- null\ntime: '2026-01-02T03:04:05+00:00'\n",
        ),
        (Output.TEXT, "2026-01-02T03:04:05+00:00\tZoë\nN\t1\nN\tNone\n"),
    ],
)
def test_result_is_written_in_the_form_asked_for(output: Output, text: str) -> None:
    """JSON has an indent of four; text has the members by name, parted by tabs."""
    assert render(RESULT, output) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a\n"),
        (None, "None\n"),
        (True, "True\n"),
        (["a", "b"], "a\tb\n"),
        ([["a"], ["b", "c"]], "a\nb\tc\n"),
        ([], ""),
        ({"tags": {}}, ""),
        ({"b": "1", "a": "2"}, "2\t1\n"),
        (
            {"rooms": [{"id": "1", "name": "x"}, {"id": "2"}]},
            "ROOMS\t1\tx\nROOMS\t2\t\n",
        ),
        (
            {
                "rooms": [{"id": "1", "tags": {"k": "v"}, "ids": ["a", "b"]}],
                "next": "n",
            },
            "n\nROOMS\t1\nIDS\ta\nIDS\tb\nTAGS\tv\n",
        ),
    ],
)
def test_text_is_lines_of_columns(value: Any, text: str) -> None:
    """Each structure of a list is a line with the same columns, named in front."""
    assert render(value, Output.TEXT) == text


@pytest.mark.parametrize("value", ["yes", "2026-01-02", "5", "a: b", "", None, ["a"]])
def test_yaml_of_a_queried_part_is_read_back(value: Any) -> None:
    """A scalar alone is a document without the dots at its end."""
    import yaml  # noqa: PLC0415

    text = render(value, Output.YAML)

    assert yaml.safe_load(text) == value
    assert "..." not in text


def test_query_takes_a_part_of_the_result() -> None:
    """Without an expression all of it is taken."""
    assert compile_query("n[0]")(RESULT) == 1
    assert compile_query("bogus")(RESULT) is None
    assert compile_query(None)(RESULT) is RESULT


@pytest.mark.parametrize("expression", ["[", "", "a b", "bogus("])
def test_query_that_is_none_is_refused_at_once(expression: str) -> None:
    """Before anything is sent, and with 252."""
    with pytest.raises(ParameterError, match=r"Bad value for --query"):
        compile_query(expression)


@pytest.mark.parametrize("expression", ["abs(token)", "bogus(@)"])
def test_query_that_does_not_fit_the_result_fails(expression: str) -> None:
    """What only the result shows is told after the call, with 255."""
    with pytest.raises(CallFailedError, match=r"Bad value for --query"):
        compile_query(expression)(RESULT)
