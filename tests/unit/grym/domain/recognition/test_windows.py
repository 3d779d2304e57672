"""Windows as vectors: unit length, rolled by another key, kept by another tempo."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.domain.recognition.imprint import FloatArray, Tonal
from grym.domain.recognition.tonal import PITCHES, RATE_HZ
from grym.domain.recognition.windows import CLASSES, DIM, HOP_FRAMES, STEPS, contrast_of, windows_at, windows_of


def notes(seed: int, *, frames_each: int = 4, count: int = 40) -> FloatArray:
    """Return frames in which one random pitch after another sounds, shape (frames, 60)."""
    pitches = np.random.default_rng(seed).integers(15, 45, size=count)
    frames = np.zeros((count * frames_each, PITCHES), dtype=np.float32)
    frames[np.arange(len(frames)), np.repeat(pitches, frames_each)] = 1.0
    return frames


def tonal(frames: FloatArray) -> Tonal:
    """Return frames at the rate of all tonal frames."""
    return Tonal(frames=frames, rate_hz=RATE_HZ)


@given(st.integers(min_value=0, max_value=9))
def test_rows_have_unit_length(seed: int) -> None:
    """Every window is a unit vector of 96 values, and starts a hop after the last."""
    windows = windows_of(tonal(notes(seed)))
    assert windows.vectors.shape[1] == DIM
    np.testing.assert_allclose(np.linalg.norm(windows.vectors, axis=1), 1.0, rtol=1e-5)
    np.testing.assert_allclose(np.diff(windows.starts_s), HOP_FRAMES / RATE_HZ, rtol=1e-4)


@given(st.integers(min_value=0, max_value=9), st.integers(min_value=-11, max_value=11))
def test_another_key_rolls_the_classes(seed: int, semitones: int) -> None:
    """The same notes some semitones up give the same windows with their pitch classes rolled."""
    frames = notes(seed)
    here, there = windows_of(tonal(frames)), windows_of(tonal(np.roll(frames, semitones, axis=1)))
    steps = here.vectors.reshape(-1, STEPS, CLASSES)
    np.testing.assert_allclose(there.vectors, np.roll(steps, semitones, axis=2).reshape(-1, DIM), atol=1e-5)


@given(st.integers(min_value=0, max_value=9), st.sampled_from([(5, 0.8), (3, 4 / 3), (6, 2 / 3)]))
@settings(deadline=None)
def test_another_tempo_is_undone_by_its_ratio(seed: int, stretch: tuple[int, float]) -> None:
    """Windows of a slower or faster performance, cut at its ratio, are nearly those of the learned one."""
    frames_each, ratio = stretch
    learned = windows_at(tonal(notes(seed)), ratio=1.0, hop_frames=8.0)
    played = windows_at(tonal(notes(seed, frames_each=frames_each)), ratio=ratio, hop_frames=8.0 / ratio)
    count = min(len(learned.vectors), len(played.vectors))
    inner = slice(4, count - 4)
    alike = np.einsum("nd,nd->n", learned.vectors[inner], played.vectors[inner])
    unlike = np.einsum("nd,nd->n", learned.vectors[inner], np.roll(played.vectors, 5, axis=0)[inner])
    assert np.median(alike) > 0.8
    assert np.median(unlike) < 0.4


def test_silence_and_one_held_chord_have_no_window() -> None:
    """Where nothing changes there is nothing to recognise."""
    held = np.zeros((200, PITCHES), dtype=np.float32)
    assert len(windows_of(tonal(held)).vectors) == 0
    held[:, [24, 28, 31]] = 1.0
    assert len(windows_of(tonal(held)).vectors) == 0


@given(st.integers(min_value=0, max_value=30))
def test_sounds_too_short_have_no_window(count: int) -> None:
    """Less than two seconds give nothing or a few windows, never an error."""
    windows = windows_of(tonal(notes(0)[:count]))
    assert windows.vectors.shape == (len(windows.starts_s), DIM)
    assert count > STEPS * 2 or not len(windows.starts_s)


def test_contrast_is_what_rises_above_the_mean() -> None:
    """A pitch that always sounds has no contrast; one that enters has."""
    frames = np.zeros((100, PITCHES), dtype=np.float32)
    frames[:, 10] = 1.0
    frames[50:54, 20] = 1.0
    contrast = contrast_of(frames)
    assert np.abs(contrast[:, 10]).max() < 1e-5
    assert contrast[50:54, 20].min() > 0.8
