"""Laying a sound upon a remembered one."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from grym.domain.recognition.imprint import Peaks
from grym.domain.recognition.overlay import Lay, overlay


def peaks(frames: NDArray[Any], bins: NDArray[Any]) -> Peaks:
    """Return peaks in order of time, bins rounded."""
    frames, bins = np.rint(frames), np.rint(bins)
    order = np.lexsort((bins, frames))
    return Peaks(
        frames=frames[order].astype(np.int32),
        bins=bins[order].astype(np.int32),
        levels_db=np.full(len(order), 20, dtype=np.uint8),
    )


def scattered(seed: int, *, frames: int = 2_000, apart: int = 8) -> Peaks:
    """Return some 2,000 peaks, no two within the slack of each other."""
    rng = np.random.default_rng(seed)
    cells = rng.permutation((frames // apart) * 100)[:2_000]
    return peaks(
        (cells // 100) * apart + rng.integers(0, 4, 2_000), (cells % 100) * 10.0 + 20 + rng.integers(0, 6, 2_000)
    )


def part(pattern: Peaks, start: int, length: int, *, ratio: float = 1.0, semitones: float = 0.0) -> Peaks:
    """Return what a sound would show that plays a part of a pattern faster and higher."""
    inside = (pattern.frames >= start) & (pattern.frames < start + length)
    return peaks((pattern.frames[inside] - start) / ratio, pattern.bins[inside] * 2.0 ** (semitones / 12.0))


@given(st.integers(min_value=0, max_value=1_000), st.integers(min_value=0, max_value=1_500))
@settings(max_examples=30, deadline=None)
def test_a_part_meets_its_pattern_where_it_was_cut(seed: int, start: int) -> None:
    """All peaks of an excerpt meet at its place, far beyond chance, also when the place is off by two frames."""
    pattern = scattered(seed)
    query = part(pattern, start, 300)
    found = overlay(query, pattern, Lay(offset_frames=start + 2), search_frames=3)
    assert found.met == len(query.frames)
    assert abs(found.lay.offset_frames - start) <= 1
    assert found.deviations > 10
    assert found.share > 0.8


@given(st.integers(min_value=0, max_value=1_000))
@settings(max_examples=30, deadline=None)
def test_a_stranger_meets_by_chance_alone(seed: int) -> None:
    """Peaks of another sound meet no more than chance, whatever place is asked for."""
    found = overlay(part(scattered(seed), 0, 300), scattered(seed + 1), Lay(offset_frames=500), search_frames=2)
    assert found.deviations < 5
    assert found.met <= found.rival + 5


@pytest.mark.parametrize("semitones", [-6, -1, 3, 0.5])
@pytest.mark.parametrize("ratio", [0.8, 0.97, 1.2])
def test_key_and_tempo_are_undone(ratio: float, semitones: float) -> None:
    """A faster, higher excerpt meets its pattern once it is laid as it was played, and not otherwise."""
    pattern = scattered(4)
    query = part(pattern, 700, 400, ratio=ratio, semitones=semitones)
    right = overlay(query, pattern, Lay(offset_frames=700, tempo_ratio=ratio, semitones=semitones), search_frames=2)
    wrong = overlay(query, pattern, Lay(offset_frames=700), search_frames=2)
    assert right.share > 0.7
    assert right.deviations > 8 > wrong.deviations


def test_the_tempo_is_refined() -> None:
    """A tempo thought 2 % wrong is found among the ratios that are tried, and the place with it."""
    pattern = scattered(5)
    query = part(pattern, 900, 500, ratio=1.1)
    thought = Lay(offset_frames=910, tempo_ratio=1.1 / 1.02)
    ratios = [1 + step / 200 for step in range(-6, 7)]
    found = overlay(query, pattern, thought, search_frames=20, ratios=ratios)
    assert found.lay.tempo_ratio == pytest.approx(1.1, rel=0.003)
    assert found.lay.offset_frames == pytest.approx(900, abs=2)
    assert found.deviations > overlay(query, pattern, thought, search_frames=20).deviations


def test_nothing_meets_nothing() -> None:
    """Without peaks on either side there is no evidence, and no error."""
    none = peaks(np.zeros(0), np.zeros(0))
    for query, pattern in ((none, scattered(1)), (scattered(1), none), (none, none)):
        found = overlay(query, pattern, Lay(offset_frames=0), search_frames=2)
        assert (found.met, found.share) == (0.0, 0.0)
        assert found.deviations <= 0.0
