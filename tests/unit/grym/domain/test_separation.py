"""What lasts, strikes and does neither, told apart on sounds that do one thing only."""

import numpy as np
import pytest

from grym.domain.separation import Shares, energy_shares, masks, separate
from grym.domain.signal import FloatArray
from grym.domain.spectral import describe
from grym.domain.stft import framing_for
from tests.unit.grym.domain.laboratory import RATE_HZ, Laboratory, certain

FRAMING = framing_for(RATE_HZ)


def shares_of(sound: FloatArray) -> Shares:
    """Shares of a mono sound."""
    return certain(energy_shares(describe(sound, FRAMING).mel_power, frame_rate_hz=FRAMING.frame_rate_hz))


def power(sound: FloatArray) -> float:
    """Sum of squares."""
    return float(np.square(sound, dtype=np.float64).sum())


def test_tones_last(lab: Laboratory) -> None:
    """Held tones are harmonic."""
    tones = lab.sine(220.0, seconds=3.0) + lab.sine(550.0, seconds=3.0) + lab.sine(1_760.0, seconds=3.0)
    assert shares_of(tones).harmonic > 0.9


def test_clicks_strike(lab: Laboratory) -> None:
    """Impulses are percussive."""
    sound = np.zeros(3 * RATE_HZ, dtype=np.float32)
    sound[RATE_HZ // 4 :: RATE_HZ // 2] = 0.9
    assert shares_of(sound).percussive > 0.9
    assert shares_of(sound + lab.noise(seconds=3.0, amplitude=1e-5)).percussive > 0.9


def test_noise_does_neither(lab: Laboratory) -> None:
    """Most of the energy of steady noise is residual."""
    assert shares_of(lab.noise(seconds=3.0)).residual > 0.8


@pytest.mark.parametrize("loudness", [0.25, 4.0])
def test_shares_tell_a_mixture(lab: Laboratory, loudness: float) -> None:
    """Tones and drum strokes of known energies keep their shares to 0.1."""
    tones = lab.sine(440.0, seconds=4.0, amplitude=0.1) + lab.sine(880.0, seconds=4.0, amplitude=0.1)
    strokes = np.zeros(4 * RATE_HZ, dtype=np.float32)
    for start in range(RATE_HZ // 2, len(strokes) - 200, RATE_HZ // 2):
        strokes[start : start + 60] = lab.noise(seconds=60 / RATE_HZ, seed=start)
    strokes *= np.float32(np.sqrt(loudness * power(tones) / power(strokes)))
    found = shares_of(tones + strokes)
    # Mel bands of equal area weigh low frequencies more than a sum of squares does, so shares follow the bands.
    bands = [float(describe(part, FRAMING).mel_power.sum(dtype=np.float64)) for part in (tones, strokes)]
    assert found.harmonic == pytest.approx(bands[0] / sum(bands), abs=0.1)
    assert found.percussive == pytest.approx(bands[1] / sum(bands), abs=0.1)


def test_shares_add_up(lab: Laboratory) -> None:
    """The three are parts of one."""
    found = shares_of(lab.music(seconds=4.0))
    assert found.harmonic + found.percussive + found.residual == pytest.approx(1.0)


def test_silence_has_no_shares() -> None:
    """Nothing cannot be divided."""
    assert energy_shares(np.zeros((100, 128), dtype=np.float32), frame_rate_hz=86.0) is None


def test_parts_add_up_and_hold_what_they_should(lab: Laboratory) -> None:
    """A tone and clicks come apart; together the parts are the sound."""
    tone = lab.sine(440.0, seconds=2.0, amplitude=0.2)
    clicks = np.zeros(2 * RATE_HZ, dtype=np.float32)
    clicks[RATE_HZ // 4 :: RATE_HZ // 2] = 0.9
    parts = separate(tone + clicks, FRAMING)
    np.testing.assert_allclose(parts.harmonic + parts.percussive + parts.residual, tone + clicks, atol=1e-5)
    middle = slice(RATE_HZ // 8, -RATE_HZ // 8)
    assert power(parts.harmonic[middle] - tone[middle]) < 0.03 * power(tone[middle])
    assert power(parts.percussive - clicks) < 0.3 * power(clicks)


def test_a_sound_shorter_than_a_window_is_refused() -> None:
    """There is no spectrum to divide."""
    with pytest.raises(ValueError, match="less than one window"):
        separate(np.zeros(100, dtype=np.float32), FRAMING)


def test_no_cell_is_both(lab: Laboratory) -> None:
    """A cell lasts or strikes, never both."""
    found = masks(describe(lab.music(seconds=2.0), FRAMING).mel_power, time_frames=16, frequency_bands=18)
    assert not (found.harmonic & found.percussive).any()
