"""What the schemas of target files allow and refuse, by both engines."""

from typing import TYPE_CHECKING, Any

import pytest

from ivschat_conformance.schemas import documents

if TYPE_CHECKING:
    from tests.schemas.conftest import Allows

KEY = {"access_key_id": "id", "secret_access_key": "secret"}

CLAIMS: list[tuple[str, Any, bool]] = [
    ("TargetFile", {"target": {}}, True),
    ("TargetFile", {}, False),
    ("TargetFile", {"target": {}, "targets": {}}, False),
    ("TargetTable", {"name": "x", "endpoint": "x", "credentials": KEY}, True),
    ("TargetTable", {"credentials": "environment", "features": {}}, True),
    ("TargetTable", {"credentials": "env"}, False),
    ("TargetTable", {"name": ""}, False),
    ("TargetTable", {"nam": "x"}, False),
    ("TargetCredentials", KEY, True),
    ("TargetCredentials", {**KEY, "session_token": "token"}, True),
    ("TargetCredentials", {"access_key_id": "id"}, False),
    ("TargetCredentials", {**KEY, "secret": "x"}, False),
    ("TargetFeatures", {}, True),
    ("TargetFeatures", {"clock": "wall", "token_lifetime_seconds": 86400}, True),
    ("TargetFeatures", {"token_lifetime_seconds": 86401}, False),
    ("TargetFeatures", {"token_lifetime_seconds": 0}, False),
    ("TargetFeatures", {"logging_configuration_quota": 1}, True),
    ("TargetFeatures", {"logging_configuration_quota": 0}, False),
    ("TargetFeatures", {"control_plane": "true"}, False),
    ("TargetFeatures", {"clock": "real"}, False),
    ("TargetFeatures", {"mesaging": True}, False),
]


@pytest.mark.parametrize(("shape", "value", "allowed"), CLAIMS)
def test_both_engines_read_a_target_file_alike(
    allows: "Allows", shape: str, value: object, *, allowed: bool
) -> None:
    """What a schema allows does not depend on who reads it."""
    assert allows(shape, value) is allowed


def test_every_shape_of_a_target_file_is_tried() -> None:
    """Each has a row that is allowed and one that is refused."""
    shapes = set(documents.bundle("TargetFile", api=documents.HARNESS)["$defs"])

    for allowed in (True, False):
        assert {row[0] for row in CLAIMS if row[2] is allowed} == shapes
