"""The released schemas are a promise: nothing removed, nothing retyped, new fields optional.

`tests/golden/schemas` holds the schemas as they were released. It follows additions at each release and is never
edited to let a break pass: a break is a new major version with an upcaster.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.compatibility import breaks
from schemas.export import documents
from schemas.registry import UPCASTERS

RELEASED = sorted((Path(__file__).parents[1] / "golden" / "schemas").glob("*.json"))


def current(name: str) -> dict[str, Any]:
    """Return the schema document that the code generates now."""
    schema: dict[str, Any] = json.loads(documents()[name])
    return schema


def test_there_is_a_release_to_keep() -> None:
    """The snapshot is not empty, so the checks below check something."""
    assert len(RELEASED) >= 30


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_released_type_is_kept(path: Path) -> None:
    """A released type is still there, or an upcaster lifts it; where it is there, nothing of it is broken."""
    if path.name not in documents():
        assert path.stem in UPCASTERS
        return
    assert breaks(json.loads(path.read_bytes()), current(path.name)) == []


def test_a_broken_release_is_noticed() -> None:
    """The check is alive: a released schema with a field that the code lacks is reported."""
    path = RELEASED[0]
    released = json.loads(path.read_bytes())
    released["properties"]["kept_for_somebody"] = {"type": "string"}
    assert breaks(released, current(path.name)) == ["$.kept_for_somebody: the field was removed"]
