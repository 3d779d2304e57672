"""Joining sounds: no seam is heard, whatever the two have in common."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.crossfading import crossfaded, joined, likeness
from grym.errors import InvariantError


def noise(seed: int, length: int, channels: int = 1) -> np.ndarray:
    """Return white noise of unit power, shape (channels, length)."""
    return np.random.default_rng(seed).standard_normal((channels, length)).astype(np.float32)


def power(sound: np.ndarray) -> float:
    """Return the mean power."""
    return float(np.mean(sound.astype(np.float64) ** 2))


def test_unrelated_sounds_keep_their_power() -> None:
    """Noise into other noise: as loud in the middle as before, where a linear fade would lose 3 dB."""
    faded = crossfaded(noise(1, 40_000), noise(2, 40_000))
    assert power(faded[:, 19_000:21_000]) == pytest.approx(1.0, rel=0.1)


def test_a_sound_into_itself_is_itself() -> None:
    """Equal sounds pass unchanged, where gains for unrelated ones would add 3 dB."""
    sound = noise(1, 4_000, channels=2)
    assert crossfaded(sound, sound) == pytest.approx(sound, abs=1e-5)


@given(share=st.floats(0.0, 1.0))
def test_whatever_they_share_power_stays(share: float) -> None:
    """For any likeness the power in the middle is that of the sounds."""
    one, other = noise(1, 40_000), noise(2, 40_000)
    mixed = (share * one + np.sqrt(1 - share**2) * other).astype(np.float32)
    assert likeness(one, mixed) == pytest.approx(share, abs=0.02)
    assert power(crossfaded(one, mixed)[:, 18_000:22_000]) == pytest.approx(1.0, rel=0.12)


@given(lengths=st.lists(st.integers(10, 60), min_size=1, max_size=6), overlap=st.integers(0, 9))
def test_what_does_not_overlap_is_untouched(lengths: list[int], overlap: int) -> None:
    """Outside the fades the sounds are themselves; the whole has the length asked for."""
    parts = [noise(number, length, channels=2) for number, length in enumerate(lengths)]
    starts = [sum(length - overlap for length in lengths[:number]) for number in range(len(lengths))]
    whole = joined(parts, starts, starts[-1] + lengths[-1] + 5)
    assert whole.shape == (2, starts[-1] + lengths[-1] + 5)
    assert not whole[:, -5:].any()
    for part, start, length in zip(parts, starts, lengths, strict=True):
        last = length if start == starts[-1] else length - overlap
        first = overlap if start else 0
        assert np.array_equal(whole[:, start + first : start + last], part[:, first:last])


def test_a_gap_is_our_fault() -> None:
    """A sound that ends before the next begins is refused instead of passed over in silence."""
    with pytest.raises(InvariantError) as caught:
        joined([noise(1, 10), noise(2, 10)], [0, 11], 21)
    assert caught.value.code == "crossfade.gap"
