"""Which pitches sound, and how the sound is tuned."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.domain.recognition import tonal
from grym.domain.recognition.spectrum import Spectrum, spectrum_of
from grym.domain.recognition.tonal import LOWEST_MIDI, PITCHES, RATE_HZ, tonal_of, tuning_cents
from grym.domain.signal import FloatArray
from tests.unit.grym.domain.recognition.sounds import noisy, signal, tune


def chord(*midi: float, partials: int = 6, decay: float = 0.6, seconds: float = 2.0) -> FloatArray:
    """Return held notes with partials, shape (samples,) at 22,050 Hz."""
    time = np.arange(round(seconds * 22_050)) / 22_050
    hertz = 440.0 * 2.0 ** ((np.asarray(midi) - 69.0) / 12.0)
    waves = [decay**n * np.sin(2 * np.pi * (n + 1) * one * time + n) for one in hertz for n in range(partials)]
    samples: FloatArray = (0.1 * np.sum(waves, axis=0)).astype(np.float32)
    return samples


@pytest.mark.parametrize("midi", [(48,), (60,), (84,), (57, 64), (60, 64, 67), (50, 65, 69, 74)])
def test_the_notes_of_a_chord_are_its_most_salient_pitches(midi: tuple[int, ...]) -> None:
    """As many pitches as sound lead, at their own heights and not at those of their partials."""
    salience = tonal_of(spectrum_of(signal(chord(*midi)))).frames[4:-4].mean(axis=0)
    assert set(np.argsort(-salience)[: len(midi)] + LOWEST_MIDI) == set(midi)


@given(st.sampled_from([-6, -3, -1, 1, 2, 5, 6]), st.integers(min_value=0, max_value=3))
@settings(max_examples=8, deadline=None)
def test_another_key_moves_the_pitches(semitones: int, seed: int) -> None:
    """A tune some semitones up has the same frames as many pitches up."""
    here = tonal_of(spectrum_of(signal(tune(seed, seconds=4.0)))).frames
    there = tonal_of(spectrum_of(signal(tune(seed, seconds=4.0, semitones=semitones)))).frames
    moved = np.roll(there, -semitones, axis=1)
    inner = slice(6, PITCHES - 6)
    assert np.corrcoef(here[:, inner].ravel(), moved[:, inner].ravel())[0, 1] > 0.8
    assert np.corrcoef(here[:, inner].ravel(), there[:, inner].ravel())[0, 1] < 0.6


@given(st.integers(min_value=-45, max_value=45))
@settings(max_examples=12, deadline=None)
def test_tuning_is_measured(cents: int) -> None:
    """A chord that lies some cents above equal temperament is found to, within a step."""
    detuned = spectrum_of(signal(chord(60 + cents / 100, 64 + cents / 100, 69 + cents / 100)))
    assert abs(tuning_cents(detuned) - cents) <= 5


@given(st.floats(min_value=-40.0, max_value=0.0))
@settings(max_examples=8, deadline=None)
def test_gain_changes_nothing(gain_db: float) -> None:
    """A quieter recording has the same pitches."""
    sound = tune(1, seconds=3.0)
    quieter = sound * np.float32(10.0 ** (gain_db / 20.0))
    one, other = (tonal_of(spectrum_of(signal(samples))).frames for samples in (sound, quieter))
    np.testing.assert_allclose(other, one, atol=0.05)


def test_frames_are_as_many_as_the_duration_says() -> None:
    """Three seconds have three seconds of frames, within one."""
    tonal = tonal_of(spectrum_of(signal(tune(0, seconds=3.0))))
    assert tonal.rate_hz == RATE_HZ
    assert abs(len(tonal.frames) - 3.0 * RATE_HZ) <= 1


def test_silence_has_no_pitch() -> None:
    """Silence gives frames of zeros."""
    tonal = tonal_of(spectrum_of(signal(np.zeros(22_050, dtype=np.float32))))
    assert tonal.frames.shape[1] == PITCHES
    assert not tonal.frames.any()


def test_a_sound_shorter_than_a_frame_has_none() -> None:
    """Two hundred samples have no frame, and nothing fails."""
    assert tonal_of(spectrum_of(signal(np.ones(200, dtype=np.float32) * 0.1))).frames.shape == (0, PITCHES)


def test_noise_leaves_the_pitches() -> None:
    """At 10 dB the frames still are those of the tune."""
    sound = tune(2, seconds=4.0)
    clean, noised = (tonal_of(spectrum_of(signal(one))).frames for one in (sound, noisy(sound, 10.0)))
    assert np.corrcoef(clean.ravel(), noised.ravel())[0, 1] > 0.85


@pytest.mark.parametrize("frames", [0, 3, 4, 39, 40, 41, 200])
def test_long_sounds_are_pooled_some_minutes_at_a_time(monkeypatch: pytest.MonkeyPatch, frames: int) -> None:
    """That changes nothing, not even the last bit."""
    levels = np.random.default_rng(frames).uniform(0.0, 60.0, size=(frames, 1_025)).astype(np.float32)
    whole = tonal_of(Spectrum(excess_db=levels))
    monkeypatch.setattr(tonal, "BLOCK_FRAMES", 40)
    blocks = tonal_of(Spectrum(excess_db=levels))
    assert np.array_equal(whole.frames, blocks.frames)
