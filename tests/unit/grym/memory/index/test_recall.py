"""Measured recall: right where everything is compared, right on average where a sample is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.memory.index.generation import OpenGeneration
from grym.memory.index.recall import band_of, look, wilson
from tests.support.index_kit import index_kit, unit

DIM, COUNT, K = 16, 3000, 10


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> OpenGeneration:
    """Seal vectors without any structure, the hardest there are."""
    kit = index_kit(tmp_path_factory.mktemp("index"), dim=DIM)
    kit.index.add(np.arange(0, 7 * COUNT, 7), unit(COUNT, seed=1, dim=DIM))
    kit.seal()
    opened = kit.index.layers.base
    assert opened is not None
    return opened


def true_recall(base: OpenGeneration, queries: np.ndarray, effort: int) -> float:
    """Compare with sorting everything."""
    similarities = queries @ base.vectors.astype(np.float32).T
    truth = base.ids[np.argsort(-similarities, axis=1)[:, :K]]
    found = base.nearest(queries, k=K, effort=effort, findable=None).ids
    return float(np.mean([len(set(a) & set(b)) / K for a, b in zip(truth.tolist(), found.tolist(), strict=True)]))


def estimate(base: OpenGeneration, queries: np.ndarray, effort: int, rows: slice) -> float:
    """Return what looks say."""
    looks = look(base, queries, k=K, efforts=(effort,), findable=None, rows=rows)
    return band_of(looks.missed[:, 0], looks.trials).estimate


@pytest.mark.parametrize("effort", [8, 24, 64, 128])
def test_a_look_at_everything_is_never_too_high_and_right_near_one(base: OpenGeneration, effort: int) -> None:
    """Beside the truth by sorting."""
    queries = unit(150, seed=2, dim=DIM)
    truth, estimated = true_recall(base, queries, effort), estimate(base, queries, effort, slice(None))
    assert estimated <= truth + 1e-9
    if truth > 0.9:
        assert estimated >= truth - (1 - truth) / 2 - 0.005


def test_looks_at_samples_add_up_to_the_look_at_everything(base: OpenGeneration) -> None:
    """The rows of all offsets of a stride are all rows, so their misses are all misses."""
    queries = unit(40, seed=3, dim=DIM)
    efforts = (4, 32)
    whole = look(base, queries, k=K, efforts=efforts, findable=None, rows=slice(None))
    parts = [look(base, queries, k=K, efforts=efforts, findable=None, rows=slice(begin, None, 7)) for begin in range(7)]
    np.testing.assert_array_equal(sum(part.missed for part in parts), whole.missed)
    np.testing.assert_allclose(sum(part.trials for part in parts), whole.trials)


def test_what_cannot_be_found_is_no_miss(base: OpenGeneration) -> None:
    """Half the rows are hidden; everything of the rest is found by looking everywhere."""
    findable = np.full(-(-COUNT // 8), 0b01010101, dtype=np.uint8)
    queries = unit(20, seed=4, dim=DIM)
    looks = look(base, queries, k=K, efforts=(base.efforts[-1],), findable=findable, rows=slice(None))
    assert looks.missed.sum() == 0
    assert (looks.trials == K).all()


@settings(deadline=None)
@given(share=st.floats(0, 1), trials=st.floats(1, 1e6))
def test_a_band_holds_its_share_and_stays_within_bounds(share: float, trials: float) -> None:
    """Whatever was seen, however often."""
    lower, upper = wilson(share, trials)
    assert 0.0 <= lower <= share + 1e-9
    assert share - 1e-9 <= upper <= 1.0


def test_wilson_agrees_with_the_table() -> None:
    """Ten of ten leave 0.722 as lower end (Brown, Cai and DasGupta 2001)."""
    assert wilson(1.0, 10.0)[0] == pytest.approx(0.722, abs=0.001)


def test_misses_that_come_together_widen_the_band() -> None:
    """Forty misses of four hard queries say less than forty misses of forty queries."""
    trials = np.full(100, 10.0)
    spread, together = np.zeros(100), np.zeros(100)
    spread[:40] = 1
    together[:4] = 10
    assert band_of(spread, trials).estimate == band_of(together, trials).estimate == pytest.approx(0.96)
    assert band_of(together, trials).lower < band_of(spread, trials).lower - 0.02


def test_nothing_seen_means_nothing_known() -> None:
    """The band of no looks is everything."""
    band = band_of(np.zeros(0), np.zeros(0))
    assert (band.lower, band.upper, band.looks) == (0.0, 1.0, 0)
