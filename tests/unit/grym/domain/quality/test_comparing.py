"""A sound against its reference: every figure on a change whose size is known."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import fft

from grym.domain.quality.aligning import aligned
from grym.domain.quality.comparing import compare, si_sdr_db, snr_db, ssim
from grym.domain.signal import FloatArray, Signal
from grym.errors import InvalidAudioError
from tests.unit.grym.domain.laboratory import Laboratory


@pytest.fixture(scope="module")
def music(lab: Laboratory) -> FloatArray:
    """Four seconds of music over a little noise, silent at both ends."""
    piece = lab.music(seconds=4.0)
    return np.pad((piece + lab.noise(seconds=4.0, amplitude=0.002))[: len(piece)], (2_000, 2_000)).astype(np.float32)


def late(samples: FloatArray, delay: float) -> FloatArray:
    """Move a sound by any number of samples, by turning the phases of its spectrum."""
    size = len(samples)
    turn = np.exp(-2j * np.pi * np.arange(size // 2 + 1) * delay / size)
    return np.asarray(fft.irfft(fft.rfft(samples.astype(np.float64)) * turn, size), dtype=np.float32)


def test_a_copy_is_equal(lab: Laboratory, music: FloatArray) -> None:
    """Nothing differs from itself."""
    found = compare(lab.signal(music, music), lab.signal(music, music))
    assert found.snr_db == found.si_sdr_db == 100.0
    assert found.mel_ssim == pytest.approx(1.0)
    assert found.log_spectral_distance_db == found.tonal_balance_db == found.delay_s == 0.0
    assert found.loudness_difference_lu == found.side_difference_db == 0.0
    assert not found.flipped


@pytest.mark.parametrize("delay", [0.0, 1.0, -7.0, 441.0, 0.25, -0.5, 12.37])
def test_a_delay_is_found_to_a_fraction_of_a_sample(lab: Laboratory, music: FloatArray, delay: float) -> None:
    """It is told to a hundredth of a sample, and what was only moved is hardly different."""
    found = compare(lab.signal(music), lab.signal(late(music, delay)))
    assert found.delay_s * 44_100 == pytest.approx(delay, abs=0.01)
    assert found.snr_db > 45.0


def test_level_and_polarity_are_told_apart_from_difference(lab: Laboratory, music: FloatArray) -> None:
    """Half as loud and turned over: another level, the same sound."""
    found = compare(lab.signal(music), lab.signal(music * np.float32(-0.5)))
    assert found.gain_db == pytest.approx(-6.02, abs=0.01)
    assert found.flipped
    assert found.si_sdr_db == 100.0
    assert found.loudness_difference_lu == pytest.approx(-6.02, abs=0.01)
    assert found.tonal_balance_db == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("ratio_db", [0.0, 10.0, 40.0])
def test_noise_is_measured_as_it_was_added(lab: Laboratory, music: FloatArray, ratio_db: float) -> None:
    """White noise at a known ratio reads that ratio, within half a decibel where it is as loud as the music."""
    noise = np.random.default_rng(3).standard_normal(len(music))
    noise *= np.linalg.norm(music) / np.linalg.norm(noise) * 10.0 ** (-ratio_db / 20.0)
    found = compare(lab.signal(music), lab.signal(music + noise.astype(np.float32)))
    assert found.snr_db == pytest.approx(ratio_db, abs=0.5)
    assert found.si_sdr_db == pytest.approx(ratio_db, abs=0.5)


def test_more_damage_reads_as_more(lab: Laboratory, music: FloatArray) -> None:
    """Distances grow and likeness falls with the noise."""
    noise = lab.noise(seconds=6.0)[: len(music)]
    found = [compare(lab.signal(music), lab.signal(music + np.float32(g) * noise)) for g in (0.01, 0.1, 1.0)]
    for name, sign in (("log_spectral_distance_db", 1.0), ("mel_ssim", -1.0), ("si_sdr_db", -1.0)):
        values = [sign * getattr(comparison, name) for comparison in found]
        assert values == sorted(values), name


def test_ratios_by_hand() -> None:
    """Two samples: the difference has a hundredth of the power; a change of level leaves only SI-SDR alone."""
    reference = np.array([[3.0, 4.0]])
    assert snr_db(reference, reference * 1.1) == pytest.approx(20.0)
    assert si_sdr_db(reference, reference * 1.1) == pytest.approx(100.0)
    assert si_sdr_db(reference, reference + np.array([[4.0, -3.0]])) == pytest.approx(0.0)


def test_similarity_of_pictures() -> None:
    """The figures are those of scikit-image 0.26.

    `structural_similarity(…, data_range=1.0, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)`.
    """
    rows, columns = np.mgrid[0:40, 0:50]
    one = 0.5 + 0.5 * np.sin(rows / 5.0) * np.cos(columns / 7.0)
    other = np.clip(one + 0.1 * np.sin(rows * 1.7 + columns * 2.3), 0.0, 1.0)
    assert ssim(one, one, span=1.0) == pytest.approx(1.0)
    assert ssim(one, other, span=1.0) == pytest.approx(0.7333872058051624, rel=1e-9)
    assert ssim(one, 1.0 - one, span=1.0) == pytest.approx(-0.6168726041587946, rel=1e-9)


def test_another_rate_is_converted(lab: Laboratory) -> None:
    """A tone at 48 kHz is the same tone at 44.1 kHz."""
    low = Signal(samples=lab.sine(440.0, seconds=2.0)[None], sample_rate_hz=44_100)
    high = Signal(samples=lab.sine(440.0, seconds=2.0, rate_hz=48_000)[None], sample_rate_hz=48_000)
    assert compare(low, high).si_sdr_db > 30.0


def test_wider_is_positive(lab: Laboratory, music: FloatArray) -> None:
    """Twice the sides are 6 dB."""
    side = lab.noise(seconds=6.0)[: len(music)] * np.float32(0.2)
    narrow, wide = lab.signal(music + side, music - side), lab.signal(music + 2 * side, music - 2 * side)
    assert compare(narrow, wide).side_difference_db == pytest.approx(6.02, abs=0.05)


@pytest.mark.parametrize(("samples", "code"), [(44_100, "audio.silent"), (100, "audio.too_short")])
def test_what_cannot_be_compared_is_refused(lab: Laboratory, music: FloatArray, samples: int, code: str) -> None:
    """Silence lies over nothing; a tenth of a second is no version of a recording."""
    other: NDArray[np.float32] = np.zeros(samples, dtype=np.float32)
    if code == "audio.too_short":
        other += np.float32(0.1)
    with pytest.raises(InvalidAudioError) as refused:
        aligned(lab.signal(music), lab.signal(other))
    assert refused.value.code == code
