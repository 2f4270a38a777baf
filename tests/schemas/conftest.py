"""Both engines that read the schemas: the suites' and the server's."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import jsonschema_rs
import pytest

from ivschat_conformance.schemas import documents

Allows = Callable[[str, Any], bool]
Claims = Mapping[str, Sequence[tuple[str, Any, bool]]]

HOMES = {
    shape: api
    for api in (documents.CONTROL_PLANE, documents.MESSAGING, documents.HARNESS)
    for shape in documents.shapes(api)
}


class MaxTotalBytes:
    """The keyword `maxTotalBytes` for the engine jsonschema-rs."""

    def __init__(self, _parent: object, limit: int, _path: object) -> None:
        self.limit = limit

    def validate(self, instance: object) -> None:
        """Raise if keys and values have more bytes than the limit."""
        if isinstance(instance, dict) and documents.total_bytes(instance) > self.limit:
            raise ValueError("too many bytes")


@cache
def fast_engine(shape: str) -> jsonschema_rs.Validator:
    """Return the server's engine over a shape's bundle."""
    return jsonschema_rs.validator_for(
        documents.bundle(shape, api=HOMES[shape]),
        keywords={"maxTotalBytes": MaxTotalBytes},
    )


@pytest.fixture(params=["jsonschema", "jsonschema-rs"])
def allows(request: pytest.FixtureRequest) -> Allows:
    """Give what says, by one engine, whether a value is of a shape of any API."""
    if request.param == "jsonschema":
        return lambda shape, value: documents.validator(
            shape, api=HOMES[shape]
        ).is_valid(value)
    return lambda shape, value: fast_engine(shape).is_valid(value)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of `shape`, `value` and `allowed` with each of its module's CLAIMS."""
    claims: Claims | None = getattr(metafunc.module, "CLAIMS", None)
    names = ("shape", "value", "allowed")
    if not isinstance(claims, Mapping) or not {*names} <= {*metafunc.fixturenames}:
        return
    rows = [
        pytest.param(
            *claim,
            id=f"{requirement}-{number}-{claim[0]}",
            marks=pytest.mark.ivschat_verifies(requirement),
        )
        for requirement, rows in claims.items()
        for number, claim in enumerate(rows)
    ]
    metafunc.parametrize(names, rows)
