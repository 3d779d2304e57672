"""Peaks and their pairs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import maximum_filter

from grym.domain.recognition import landmarks
from grym.domain.recognition.imprint import Landmarks, Peaks
from grym.domain.recognition.landmarks import (
    GAP_BITS,
    LEAST_EXCESS_DB,
    MOST_STEP_BINS,
    PEAKS_PER_SECOND,
    REACH_BINS,
    REACH_FRAMES,
    STEP_BITS,
    asked_landmarks,
    landmarks_of,
    peaks_of,
    strongest,
)
from grym.domain.recognition.spectrum import FRAME_RATE_HZ, FRAMING, Spectrum, spectrum_of
from tests.unit.grym.domain.recognition.sounds import signal, tune


def levels(*, seed: int, frames: int = 120, bins: int = 90) -> Spectrum:
    """Return made-up levels of 0 to 40 dB."""
    rng = np.random.default_rng(seed)
    return Spectrum(excess_db=rng.uniform(0.0, 40.0, size=(frames, bins)).astype(np.float32))


def made_up_peaks(seed: int, count: int) -> Peaks:
    """Return peaks in order of time."""
    rng = np.random.default_rng(seed)
    frames, bins = np.sort(rng.integers(0, 400, count)), rng.integers(0, 1_025, count)
    order = np.lexsort((bins, frames))
    return Peaks(
        frames=frames[order].astype(np.int32),
        bins=bins[order].astype(np.int32),
        levels_db=rng.integers(9, 60, count).astype(np.uint8),
    )


def unpacked(marks: Landmarks) -> set[tuple[int, int, int, int]]:
    """Return landmarks as (frame, bin, second bin, gap)."""
    hashes = marks.hashes.astype(np.int64)
    gaps = hashes & ((1 << GAP_BITS) - 1)
    steps = ((hashes >> GAP_BITS) & ((1 << STEP_BITS) - 1)) - MOST_STEP_BINS
    bins = hashes >> (GAP_BITS + STEP_BITS)
    return {
        (int(frame), int(low), int(low + step), int(gap))
        for frame, low, step, gap in zip(marks.frames, bins, steps, gaps, strict=True)
    }


@given(st.integers(min_value=0, max_value=10_000))
@settings(max_examples=25, deadline=None)
def test_peaks_are_the_greatest_of_their_surroundings(seed: int) -> None:
    """Every peak equals the greatest level around it, as scipy finds it, and none of those is left out."""
    spectrum = levels(seed=seed, frames=40)
    size = (2 * REACH_FRAMES + 1, 2 * REACH_BINS + 1)
    expected = (spectrum.excess_db == maximum_filter(spectrum.excess_db, size=size)) & (
        spectrum.excess_db >= LEAST_EXCESS_DB
    )
    peaks = peaks_of(spectrum)
    found = np.zeros_like(expected)
    found[peaks.frames, peaks.bins] = True
    assert (found <= expected).all()
    assert found.sum() == min(expected.sum(), PEAKS_PER_SECOND)


def test_a_second_keeps_its_strongest() -> None:
    """No second has more peaks than allowed, and none that is left out is stronger than one that stays."""
    every = made_up_peaks(1, 3_000)
    kept = strongest(every, per_second=40)
    seconds = (kept.frames / FRAME_RATE_HZ).astype(int)
    assert np.bincount(seconds).max() == 40
    for second in np.unique(seconds):
        here = (every.frames / FRAME_RATE_HZ).astype(int) == second
        weakest = kept.levels_db[seconds == second].min()
        assert (every.levels_db[here] > weakest).sum() <= 40
    assert (np.diff(kept.frames) >= 0).all()


@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=0, max_value=300))
@settings(max_examples=25, deadline=None)
def test_pairs_say_which_peaks_they_join(seed: int, count: int) -> None:
    """Every landmark unpacks to two peaks that are there, with the time between them."""
    peaks = made_up_peaks(seed, count)
    there = set(zip(peaks.frames.tolist(), peaks.bins.tolist(), strict=True))
    for marks in (landmarks_of(peaks), asked_landmarks(peaks)):
        assert (np.diff(marks.frames) >= 0).all()
        for frame, low, high, gap in unpacked(marks):
            assert {(frame, low), (frame + gap, high)} <= there


@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=0, max_value=150))
@settings(max_examples=25, deadline=None)
def test_questions_ask_for_everything_that_is_kept(seed: int, count: int) -> None:
    """Of peaks so few that a library keeps them all, its landmarks are among the asked ones."""
    peaks = strongest(made_up_peaks(seed, count), per_second=30)
    assert unpacked(landmarks_of(peaks)) <= unpacked(asked_landmarks(peaks))


@pytest.mark.parametrize("frames", [1, 17, 200])
def test_a_shift_moves_every_peak_and_no_landmark(frames: int) -> None:
    """Sound that begins later by whole frames has the same peaks that much later, away from the ends."""
    sound = tune(7, seconds=6.0)
    hop = FRAMING.hop_length * 2
    later = np.concatenate([np.zeros(frames * hop, dtype=np.float32), sound])
    before = strongest(peaks_of(spectrum_of(signal(sound))), per_second=20)
    after = peaks_of(spectrum_of(signal(later)))
    moved = set(zip((after.frames - frames).tolist(), after.bins.tolist(), strict=True))
    kept = [pair in moved for pair in zip(before.frames.tolist(), before.bins.tolist(), strict=True)]
    assert np.mean(kept) > 0.9


def test_silence_leaves_no_peak() -> None:
    """Nothing stands out of silence, and nothing is paired."""
    peaks = peaks_of(spectrum_of(signal(np.zeros(50_000, dtype=np.float32))))
    assert not len(peaks.frames)
    assert not len(landmarks_of(peaks).hashes)


@given(st.integers(0, 1_000), st.integers(1, 150))
@settings(max_examples=20, deadline=None)
def test_long_sounds_have_the_peaks_of_the_whole(seed: int, block: int) -> None:
    """Looking some frames at a time finds the same peaks, also at the seams."""
    spectrum = levels(seed=seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(landmarks, "BLOCK_FRAMES", block)
        found = peaks_of(spectrum)
    whole = peaks_of(spectrum)
    assert np.array_equal(found.frames, whole.frames)
    assert np.array_equal(found.bins, whole.bins)
    assert np.array_equal(found.levels_db, whole.levels_db)
