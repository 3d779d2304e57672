"""Spectral peaks of sines and of noise."""

import numpy as np
import pytest

from grym.domain.chroma import long_framing
from grym.domain.decimation import decimated
from grym.domain.harmony.peaks import Peaks, cents_of, joined, spectral_peaks
from grym.domain.signal import FloatArray
from grym.domain.stft import power_spectrogram
from tests.unit.grym.domain.laboratory import Laboratory

RATE_HZ = 44_100
FRAMING = long_framing(RATE_HZ)


def peaks_of(sound: FloatArray) -> Peaks:
    """The peaks of a sound, its first and last frames left out, which see an edge."""
    return spectral_peaks(power_spectrogram(decimated(sound, RATE_HZ), FRAMING)[3:-3], FRAMING)


@pytest.mark.parametrize("midi_pitch", [36.0, 45.3, 69.0, 81.5, 100.2])
def test_a_sine_is_one_peak_between_bins(lab: Laboratory, midi_pitch: float) -> None:
    """Its pitch is right within three cents, from the C of a cello up; below 100 Hz within ten."""
    found = peaks_of(lab.sine(440.0 * 2.0 ** ((midi_pitch - 69.0) / 12.0), seconds=2.0))
    strong = found.magnitude > 0.1 * found.magnitude.max()
    assert strong.sum() == found.frames
    np.testing.assert_allclose(found.pitch[strong], midi_pitch, atol=0.03 if midi_pitch > 43.0 else 0.1)


def test_white_noise_has_next_to_none(lab: Laboratory) -> None:
    """One bin in a million stands 13 dB out of the median around it: at most a handful in ten seconds."""
    assert len(peaks_of(lab.noise(seconds=10.0)).pitch) <= 5


def test_a_tone_is_found_in_noise(lab: Laboratory) -> None:
    """A sine as loud as the noise is found in every frame."""
    found = peaks_of(lab.sine(440.0, seconds=2.0, amplitude=0.14) + lab.noise(seconds=2.0))
    assert np.bincount(found.frame[np.abs(found.pitch - 69.0) < 0.1], minlength=found.frames).min() == 1


def test_silence_has_none() -> None:
    """Zeros have no peaks."""
    assert len(peaks_of(np.zeros(2 * RATE_HZ, dtype=np.float32)).pitch) == 0


def test_peaks_fall_on_their_semitone_less_what_they_are_off() -> None:
    """A peak on the tuning counts in full, half a semitone off not at all, outside the scale not at all."""
    peaks = Peaks(
        frames=2,
        frame=np.array([0, 0, 1, 1]),
        pitch=np.array([60.1, 64.6, 20.0, 71.35]),
        magnitude=np.array([2.0, 1.0, 1.0, 1.0]),
    )
    found = peaks.on_semitones(10.0)
    assert found.shape == (2, 84)
    assert found[0, 36] == pytest.approx(2.0)
    assert found[0].sum() == pytest.approx(2.0, abs=1e-6)
    assert found[1, 47] == pytest.approx(0.5)
    assert found[1].sum() == pytest.approx(0.5)


def test_joined_blocks_number_their_frames_on(lab: Laboratory) -> None:
    """Peaks found in two blocks are those found in one."""
    power = power_spectrogram(decimated(lab.music(seconds=3.0), RATE_HZ), FRAMING)
    whole = spectral_peaks(power, FRAMING)
    halves = joined([spectral_peaks(power[:7], FRAMING), spectral_peaks(power[7:], FRAMING)])
    assert halves.frames == whole.frames
    np.testing.assert_array_equal(halves.frame, whole.frame)
    np.testing.assert_array_equal(halves.pitch, whole.pitch)


def test_cents_of_a_direction() -> None:
    """A quarter turn is a quarter of a semitone; directions that cancel say nothing."""
    assert cents_of(1j, 1.0) == pytest.approx(25.0)
    assert cents_of(0j, 1.0) == 0.0
