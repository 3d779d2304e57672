"""Summing up a window."""

import numpy as np
import pytest

from grym.domain.live.facts import Features, Harmony, Onset
from grym.domain.live.telling import features
from grym.domain.signal import FloatArray
from grym.domain.spectral import describe
from grym.domain.stft import framing_for
from tests.unit.grym.domain.laboratory import Laboratory

FRAMING = framing_for(44_100)


def told(mono: FloatArray, *followed: Onset | Harmony) -> Features:
    """What is told of a window that is the whole sound."""
    return features(
        window=7,
        at_s=0.7,
        end_s=0.8,
        mono=mono,
        frames=describe(mono, FRAMING),
        followed=followed,
        momentary_lufs=-20.0,
        true_peak=0.5,
        missing_share=0.0,
    )


def test_values_are_means_over_the_frames(lab: Laboratory) -> None:
    """A sine has its level, its frequency and its number of frames."""
    fact = told(lab.sine(1_000.0, seconds=0.5, amplitude=0.5))
    assert fact.rms_db == pytest.approx(20.0 * np.log10(0.5 / np.sqrt(2.0)), abs=0.01)
    assert fact.true_peak_dbtp == pytest.approx(-6.02, abs=0.01)
    assert fact.centroid_hz == pytest.approx(1_000.0, rel=0.1)
    assert fact.frames_folded == FRAMING.frame_count(22_050)
    assert (fact.window, fact.at_s, fact.end_s, fact.momentary_lufs, fact.late) == (7, 0.7, 0.8, -20.0, False)


def test_the_cepstrum_is_the_mean_of_the_frames(lab: Laboratory) -> None:
    """Twenty coefficients, the mean of those of each frame against −100 dB."""
    noise = lab.noise(seconds=0.2)
    levels = 10.0 * np.log10(np.maximum(describe(noise, FRAMING).mel_power, 1e-10))
    first = levels.sum(axis=1) / np.sqrt(128.0)
    fact = told(noise)
    assert len(fact.mfcc) == 20
    assert fact.mfcc[0] == pytest.approx(float(first.mean()), rel=1e-4)


def test_followers_add_onsets_and_chroma(lab: Laboratory) -> None:
    """Onsets are sorted, weights become shares."""
    harmony = Harmony(at_s=0.7, weights=(3.0, *[0.0] * 10, 1.0))
    fact = told(lab.noise(seconds=0.1), Onset(at_s=0.75, strength=1.0), Onset(at_s=0.71, strength=1.0), harmony)
    assert fact.onsets_s == (0.71, 0.75)
    assert fact.chroma[0] == pytest.approx(0.75)
    assert sum(fact.chroma) == pytest.approx(1.0)


def test_silence_says_so() -> None:
    """No level, no pitch, flat."""
    fact = told(np.zeros(4_410, dtype=np.float32), Harmony(at_s=0.7, weights=(0.0,) * 12))
    assert (fact.rms_db, fact.chroma, fact.flatness, fact.flux, fact.centroid_hz) == (None, (), 1.0, 0.0, 0.0)


def test_a_window_without_frames_has_no_cepstrum() -> None:
    """What was not measured is empty, the level still holds."""
    mono = np.full(100, 0.1, dtype=np.float32)
    empty = features(
        window=0,
        at_s=0.0,
        end_s=0.1,
        mono=mono,
        frames=describe(np.zeros(10, dtype=np.float32), FRAMING),
        momentary_lufs=None,
        true_peak=0.0,
        missing_share=0.0,
    )
    assert empty.rms_db == pytest.approx(-20.0)
    assert empty.true_peak_dbtp is None
