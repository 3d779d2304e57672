"""What an index shows: names of the catalogue, values that are so."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from grym.memory.index.shadowing import Shadow
from grym.memory.index.telemetry import IndexNumbers, Watched
from grym.ports.metrics import CATALOGUE
from tests.support.index_kit import SMALL, index_kit, unit

DIM = 8


def test_an_index_shows_what_it_is(tmp_path: Path) -> None:
    """Before anything was measured there is no recall to show; afterwards there is."""
    kit, numbers = index_kit(tmp_path, dim=DIM, settings=replace(SMALL, shadow_share=1.0)), IndexNumbers()
    shadow = Shadow(kit.index)
    numbers.watch("library", Watched(index=kit.index, sealer=kit.sealer, shadow=shadow))
    kit.index.add(np.arange(300), unit(300, seed=1, dim=DIM))
    kit.seal()
    kit.index.add(np.arange(300, 310), unit(10, seed=2, dim=DIM))
    before = {sample.name: sample.value for sample in numbers.samples()}
    assert (before["index_vectors"], before["index_unsealed"], before["index_seals"]) == (310, 10, 1)
    assert "index_recall" not in before
    kit.index.search(unit(1, seed=3, dim=DIM), k=5)
    shadow.compare_one()
    after = {sample.name: sample.value for sample in numbers.samples()}
    assert after["index_looks"] == 1
    assert 0.0 <= after["index_recall_lower"] <= after["index_recall"] <= 1.0
    assert set(after) <= set(CATALOGUE)
    assert {sample.of for sample in numbers.samples()} == {"library"}


def test_who_takes_a_name_ends_the_shadow_that_had_it(tmp_path: Path) -> None:
    """An index that was rebuilt is not compared any more."""
    kit, numbers = index_kit(tmp_path, dim=DIM), IndexNumbers()
    kit.index.settings.change(shadow_share=1.0)
    kit.index.add(np.arange(300), unit(300, seed=1, dim=DIM))
    kit.seal()
    first = Shadow(kit.index)
    numbers.watch("library", Watched(index=kit.index, sealer=kit.sealer, shadow=first))
    other = index_kit(tmp_path / "other", dim=DIM)
    numbers.watch("library", Watched(index=other.index, sealer=other.sealer, shadow=Shadow(other.index)))
    kit.index.search(unit(1, seed=2, dim=DIM), k=5)
    assert first.compare_one() is None
    assert first.looks == 0
    numbers.close()
