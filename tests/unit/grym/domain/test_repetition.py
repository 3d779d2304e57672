"""Repetitions of harmonies that are known."""

import numpy as np
import pytest

from grym.domain.repetition import is_repeated, repetition_novelty
from grym.domain.signal import FloatArray

STEP_S = 0.25


def passage(seed: int, *, seconds: float = 15.0) -> FloatArray:
    """Harmony of a passage: another three notes every second, unit rows."""
    rng = np.random.default_rng(seed)
    chords = np.zeros((round(seconds), 12), dtype=np.float32)
    for chord in chords:
        chord[rng.choice(12, 3, replace=False)] = 1.0
    steps = np.repeat(chords, round(1.0 / STEP_S), axis=0)
    steps = steps + 0.05 * rng.random(steps.shape).astype(np.float32)
    unit: FloatArray = steps / np.linalg.norm(steps, axis=1, keepdims=True)
    return unit


def test_a_repetition_begins_where_the_passage_ends() -> None:
    """A A B B: the clearest step is a border, and each border is clearer than the middle of any passage."""
    first, second = passage(1), passage(2)
    harmony = np.concatenate([first, first, second, second])
    novelty = repetition_novelty(harmony @ harmony.T, step_s=STEP_S)
    borders = [60, 120, 180]
    assert min(abs(int(novelty.argmax()) - border) for border in borders) <= 4
    for border in borders:
        near = novelty[border - 4 : border + 5].max()
        assert all(near > 1.5 * novelty[middle - 4 : middle + 5].max() for middle in (30, 90, 150, 210))


@pytest.mark.parametrize("still", [True, False])
def test_without_repetition_there_is_little(still: bool) -> None:
    """Neither a chord that stands still nor a passage that never returns has what a repetition has."""
    first = passage(1)
    harmony = np.tile(first[:1], (240, 1)) if still else np.concatenate([passage(seed) for seed in range(4)])
    again = np.concatenate([first, first, first, first])
    clear = repetition_novelty(again @ again.T, step_s=STEP_S).max()
    assert repetition_novelty(harmony @ harmony.T, step_s=STEP_S).max() < 0.5 * clear


@pytest.mark.parametrize("shift", [0, 1, 7])
def test_a_transposed_passage_is_the_same(shift: int) -> None:
    """A passage repeats itself in any key, also when a fifth of it is left out."""
    first = passage(3)
    assert is_repeated(first, np.roll(first, shift, axis=1))
    assert is_repeated(first, np.roll(first, shift, axis=1)[12:])


def test_other_passages_are_not() -> None:
    """Neither another passage nor a standing chord is a repetition."""
    assert not is_repeated(passage(3), passage(4))
    still = np.tile(passage(5)[:1], (60, 1))
    assert not is_repeated(still, still)
