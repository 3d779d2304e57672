"""The shared spectrum."""

import numpy as np
import pytest

from grym.domain.stft import framing_for, hann_window, power_blocks, power_spectrogram
from tests.unit.grym.domain.laboratory import Laboratory


@pytest.mark.parametrize(
    ("rate_hz", "n_fft"), [(8_000, 512), (22_050, 1_024), (44_100, 2_048), (48_000, 2_048), (96_000, 4_096)]
)
def test_framing_keeps_the_window_near_46_ms(rate_hz: int, n_fft: int) -> None:
    """The window is the power of two closest to 46 ms; four hops make one window."""
    framing = framing_for(rate_hz)
    assert framing.n_fft == n_fft
    assert framing.hop_length * 4 == n_fft
    assert 0.03 < framing.n_fft / rate_hz < 0.07


def test_stretch_lengthens_the_window() -> None:
    """A stretch of 8 gives windows of 0.37 s at 44.1 kHz."""
    assert framing_for(44_100, stretch=8).n_fft == 16_384


def test_a_sine_lands_in_its_bin_with_the_power_of_its_window(lab: Laboratory) -> None:
    """A sine on a bin has the power (A · sum(window) / 2)² there, in every frame away from the ends."""
    framing = framing_for(44_100)
    sound = lab.sine(100 * framing.bin_hz, seconds=1.0, amplitude=0.5)
    power = power_spectrogram(sound, framing)
    expected = (0.5 * float(hann_window(framing.n_fft).sum()) / 2.0) ** 2
    assert (power[4:-4].argmax(axis=1) == 100).all()
    np.testing.assert_allclose(power[4:-4, 100], expected, rtol=1e-4)


def test_frame_count_follows_the_hop() -> None:
    """A sound of n samples has 1 + n // hop frames."""
    framing = framing_for(44_100)
    for length in (2_048, 2_049, 10_000, 44_100):
        power = power_spectrogram(np.zeros(length, dtype=np.float32), framing)
        assert power.shape == (framing.frame_count(length), 1_025)


def test_blocks_join_to_the_whole_without_a_seam(lab: Laboratory) -> None:
    """Blocks of a long sound equal the frames computed from it directly with numpy."""
    framing = framing_for(44_100)
    sound = lab.noise(seconds=5.0)
    blocks = list(power_blocks(sound, framing))
    assert len(blocks) > 1
    whole = np.concatenate(blocks)
    padded = np.pad(sound.astype(np.float64), framing.n_fft // 2)
    for frame in (0, 255, 256, 257, len(whole) - 1):
        cut = padded[frame * framing.hop_length :][: framing.n_fft] * hann_window(framing.n_fft)
        np.testing.assert_allclose(whole[frame], np.abs(np.fft.rfft(cut)) ** 2, rtol=1e-3, atol=1e-3)


def test_windows_are_shared_and_cannot_be_written() -> None:
    """The window is cached and read-only."""
    assert hann_window(512) is hann_window(512)
    with pytest.raises(ValueError, match="read-only"):
        hann_window(512)[0] = 1.0
