"""Spectral features, against sounds of known shape and against librosa."""

import librosa
import numpy as np
import pytest

from grym.domain.signal import FloatArray
from grym.domain.spectral import SpectralFrames, bands_below, describe, mel_filterbank
from grym.domain.stft import framing_for
from tests.unit.grym.domain.laboratory import Laboratory

FRAMING = framing_for(44_100)


@pytest.fixture(scope="module")
def piece(lab: Laboratory) -> FloatArray:
    """Four seconds of music."""
    return lab.music(seconds=4.0)


@pytest.fixture(scope="module")
def frames(piece: FloatArray) -> SpectralFrames:
    """Its features."""
    return describe(piece, FRAMING)


def test_mel_bands_agree_with_librosa(piece: FloatArray, frames: SpectralFrames) -> None:
    """Mel power equals that of librosa to single precision."""
    theirs = librosa.feature.melspectrogram(y=piece, sr=44_100, n_fft=2_048, hop_length=512, n_mels=128).T
    np.testing.assert_allclose(frames.mel_power, theirs, rtol=2e-3, atol=1e-6 * theirs.max())


def test_filterbank_agrees_with_librosa() -> None:
    """The filters are Slaney's, as in librosa."""
    theirs = librosa.filters.mel(sr=22_050, n_fft=1_024, n_mels=40).T
    np.testing.assert_allclose(mel_filterbank(22_050, 1_024, 40), theirs, atol=1e-7)


def test_mfcc_agrees_with_librosa(frames: SpectralFrames) -> None:
    """The cepstrum equals librosa's over the same log-mel bands."""
    log_mel = librosa.power_to_db(frames.mel_power.T, ref=1.0, amin=1e-10, top_db=80.0)
    theirs = librosa.feature.mfcc(S=log_mel, n_mfcc=20).T
    np.testing.assert_allclose(frames.mfcc(), theirs, atol=1e-2)


def test_rms_agrees_with_librosa(piece: FloatArray, frames: SpectralFrames) -> None:
    """RMS equals librosa's frame by frame."""
    theirs = librosa.feature.rms(y=piece, frame_length=2_048, hop_length=512)[0]
    np.testing.assert_allclose(frames.rms, theirs, atol=1e-6)


def test_flatness_agrees_with_librosa(piece: FloatArray, frames: SpectralFrames) -> None:
    """Flatness equals librosa's of the power spectrum."""
    theirs = librosa.feature.spectral_flatness(y=piece, n_fft=2_048, hop_length=512)[0]
    np.testing.assert_allclose(frames.flatness, theirs, rtol=1e-2, atol=1e-5)


def test_centroid_of_a_sine_is_its_frequency(lab: Laboratory) -> None:
    """A sine has its centroid and its roll-off at its frequency and hardly any bandwidth."""
    frames = describe(lab.sine(2_000.0, seconds=1.0), FRAMING)
    inner = slice(4, -4)
    np.testing.assert_allclose(frames.centroid_hz[inner], 2_000.0, rtol=1e-3)
    np.testing.assert_allclose(frames.rolloff_hz[inner], 2_000.0, atol=2 * FRAMING.bin_hz)
    assert frames.bandwidth_hz[inner].max() < 50.0
    assert frames.flatness[inner].max() < 0.01


def test_centroid_of_two_equal_sines_is_their_middle(lab: Laboratory) -> None:
    """Two equal sines have the mean as centroid and half their distance as bandwidth."""
    frames = describe(lab.sine(1_000.0, seconds=1.0) + lab.sine(3_000.0, seconds=1.0), FRAMING)
    np.testing.assert_allclose(np.median(frames.centroid_hz), 2_000.0, rtol=0.01)
    np.testing.assert_allclose(np.median(frames.bandwidth_hz), 1_000.0, rtol=0.01)


def test_white_noise_is_flat_and_wide(lab: Laboratory) -> None:
    """White noise has its centroid in the middle, roll-off at 85 % and flatness near 0.56 (e^−γ) per frame."""
    frames = describe(lab.noise(seconds=2.0), FRAMING)
    assert frames.centroid_hz.mean() == pytest.approx(11_025.0, rel=0.02)
    assert frames.rolloff_hz.mean() == pytest.approx(0.85 * 22_050.0, rel=0.02)
    assert frames.flatness.mean() == pytest.approx(np.exp(-np.euler_gamma), rel=0.03)


def test_zero_crossings_count_twice_the_frequency(lab: Laboratory) -> None:
    """A sine of f Hz crosses zero 2·f times a second."""
    frames = describe(lab.sine(1_000.5, seconds=1.0), FRAMING)
    assert np.median(frames.zero_crossing_rate) * 44_100 == pytest.approx(2_001.0, rel=0.01)


def test_contrast_tells_tones_from_noise(lab: Laboratory) -> None:
    """A chord has deep valleys between its partials, noise has not."""
    tone = describe(lab.play([[60, 64, 67]], [0.0], seconds_each=1.0), FRAMING)
    noise = describe(lab.noise(seconds=1.0), FRAMING)
    assert tone.contrast_db[20, 1:5].mean() > noise.contrast_db[20, 1:5].mean() + 10.0


def test_flux_peaks_where_a_note_begins(lab: Laboratory) -> None:
    """Flux is highest at the only onset and zero in silence before it."""
    frames = describe(np.concatenate([np.zeros(22_050, dtype=np.float32), lab.note(69, seconds=1.0)]), FRAMING)
    peak_s = frames.times_s[frames.flux.argmax()]
    assert peak_s == pytest.approx(0.5, abs=0.03)
    assert not frames.flux[:35].any()


def test_silence_has_defined_features() -> None:
    """Silence gives zeros and flatness 1, no NaN."""
    frames = describe(np.zeros(8_192, dtype=np.float32), FRAMING)
    for values in (frames.centroid_hz, frames.bandwidth_hz, frames.rolloff_hz, frames.flux, frames.rms):
        assert not values.any()
    np.testing.assert_allclose(frames.flatness, 1.0, atol=1e-5)
    assert np.isfinite(frames.mfcc()).all()


def test_level_changes_only_what_measures_level(piece: FloatArray, frames: SpectralFrames) -> None:
    """Half the amplitude leaves shape features alone and halves RMS."""
    quiet = describe(piece * np.float32(0.5), FRAMING)
    np.testing.assert_allclose(quiet.rms, frames.rms * 0.5, rtol=1e-5)
    np.testing.assert_allclose(quiet.mfcc()[:, 1:], frames.mfcc()[:, 1:], atol=0.5)
    loud = frames.rms > 0.01
    np.testing.assert_allclose(quiet.centroid_hz[loud], frames.centroid_hz[loud], rtol=1e-3)


def test_bands_below_counts_centres() -> None:
    """Six of 128 bands have their centre below 200 Hz at 44.1 kHz."""
    bank = mel_filterbank(44_100, 2_048, 128)
    centres_hz = bank.argmax(axis=0) * FRAMING.bin_hz
    assert bands_below(200.0, sample_rate_hz=44_100) == pytest.approx(int((centres_hz < 200.0).sum()), abs=1)
