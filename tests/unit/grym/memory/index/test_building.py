"""Building: rows in order of id, pieces joined without loss, and a beginning that holds."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.adapters.faiss_index import FaissEngine
from grym.adapters.index_files import GenerationFolder
from grym.memory.index import building
from grym.memory.index.building import build, first_effort
from grym.memory.index.exact import bits_of
from grym.memory.index.generation import OpenGeneration
from grym.memory.index.recall import band_of, look
from grym.ports.generations import FINDABLE, NEWER_IDS, NEWER_VECTORS, Manifest, Plan, Recipe, Sealed
from tests.support.index_kit import index_kit, unit

DIM = 3


def built(
    folder: GenerationFolder, base: Sealed | None, alive: np.ndarray, newer: list[int], *, value: float
) -> Sealed:
    """Build and publish a flat generation whose new vectors are all of one value."""
    draft = folder.begin()
    ids = np.array(newer, dtype=np.int64)
    draft.put(NEWER_IDS, (ids,), rows=len(ids))
    draft.put(NEWER_VECTORS, (np.full((len(ids), DIM), value, dtype=np.float16),), rows=len(ids))
    draft.put(FINDABLE, (bits_of(alive),), rows=-(-len(alive) // 8))
    count = int(alive.sum()) + len(ids)
    manifest = Manifest(watermark=1, count=count, dim=DIM, recipe=Recipe(kind="flat"))
    plan = Plan(draft=draft.name, base="" if base is None else base.name, manifest=manifest)
    build(plan, generations=folder, engine=FaissEngine())
    return folder.publish(draft)


@settings(max_examples=40, deadline=None)
@given(
    first=st.sets(st.integers(-50, 50), max_size=40),
    second=st.sets(st.integers(-50, 50), max_size=40),
    gone=st.sets(st.integers(-50, 50), max_size=40),
    rows=st.integers(1, 9),
)
def test_old_and_new_are_joined_in_order_of_id(
    tmp_path_factory: pytest.TempPathFactory, first: set[int], second: set[int], gone: set[int], rows: int
) -> None:
    """However small the pieces; what is gone or replaced is not there any more."""
    folder = GenerationFolder(tmp_path_factory.mktemp("index"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(building, "PIECE_ROWS", rows)
        old = built(folder, None, np.zeros(0, dtype=bool), list(first), value=1.0)
        alive = np.array([name not in gone | second for name in sorted(first)], dtype=bool)
        new = built(folder, old, alive, list(second), value=2.0)
    expected = dict.fromkeys(first - gone - second, 1.0) | dict.fromkeys(second, 2.0)
    assert new.get("ids").tolist() == sorted(expected)
    assert [row[0] for row in new.get("vectors").tolist()] == [expected[name] for name in sorted(expected)]
    assert sorted(new.parts) == ["ids", "vectors"]


@pytest.mark.parametrize("recall", [0.6, 0.9, 0.98])
def test_the_first_effort_is_the_least_that_surely_holds(tmp_path: Path, recall: float) -> None:
    """Its band lies above what is wanted, that of the step below it does not."""
    kit = index_kit(tmp_path, dim=16)
    kit.index.add(np.arange(3000), unit(3000, seed=1, dim=16))
    opened = OpenGeneration(kit.seal(), engine=FaissEngine())
    effort, band = first_effort(opened, recall=recall, k=10)
    assert band.lower >= recall
    assert effort in opened.efforts
    cheaper = opened.efforts[opened.efforts.index(effort) - 1]
    looks = look(opened, building._strange(opened.vectors), k=10, efforts=(cheaper,), findable=None, rows=slice(None))
    assert effort > cheaper
    assert band_of(looks.missed[:, 0], looks.trials).lower < recall


def test_an_impossible_wish_gets_the_greatest_effort(tmp_path: Path) -> None:
    """No band reaches 1."""
    kit = index_kit(tmp_path, dim=16)
    kit.index.add(np.arange(300), unit(300, seed=1, dim=16))
    opened = OpenGeneration(kit.seal(), engine=FaissEngine())
    assert first_effort(opened, recall=1.0, k=10)[0] == opened.efforts[-1]
