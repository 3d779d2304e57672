"""Long frames of sound in pieces."""

import numpy as np
import pytest

from grym.domain.decimation import decimated
from grym.domain.live.pitching import PitchFrames, pitch_framing
from grym.domain.stft import framing_for, power_spectrogram
from tests.support.live import MONO, music

SOUND = music(MONO, seconds=1.2)[0]


def test_the_long_window_tells_semitones_apart() -> None:
    """0.37 s at 11 kHz: bins 2.7 Hz apart, hops of 93 ms."""
    framing = pitch_framing(44_100)
    assert (framing.n_fft, framing.hop_length, framing.sample_rate_hz) == (4_096, 1_024, 11_025)


@pytest.mark.parametrize("length", [100, 4_410, 30_000])
def test_pieces_give_the_frames_of_the_whole(length: int) -> None:
    """Pieces of any size give the long spectra of the whole thinned sound, the padded ends included."""
    frames = PitchFrames(44_100)
    blocks = [frames.push(SOUND[first : first + length]) for first in range(0, len(SOUND), length)]
    blocks.append(frames.finish())
    whole = decimated(SOUND, 44_100)
    power = np.concatenate([block.power for block in blocks])
    expected = power_spectrogram(whole, pitch_framing(44_100))
    np.testing.assert_allclose(power, expected, rtol=1e-3, atol=1e-5 * expected.max())
    assert [block.first_frame for block in blocks] == np.cumsum([0, *(len(b.power) for b in blocks[:-1])]).tolist()
    np.testing.assert_allclose(np.concatenate([block.samples for block in blocks]), whole, atol=1e-6)


def test_a_tone_keeps_its_bin() -> None:
    """Thinned out or not, 440 Hz lies in the same bin."""
    tone = np.sin(2.0 * np.pi * 440.0 * np.arange(44_100) / 44_100).astype(np.float32)
    power = PitchFrames(44_100).push(tone).power
    assert power[-1].argmax() == power_spectrogram(tone, framing_for(44_100, stretch=8))[4].argmax()


def test_silence_costs_no_transform_and_is_silent() -> None:
    """Nothing in, zeros out, as many as ever."""
    block = PitchFrames(44_100).push(np.zeros(44_100, dtype=np.float32))
    assert block.power.shape[0] > 5
    assert not block.power.any()


def test_stored_frames_go_on_to_the_last_bit() -> None:
    """Restoring between two pieces changes nothing."""
    one, other = PitchFrames(44_100), PitchFrames(44_100)
    for frames in (one, other):
        frames.push(SOUND[:17_000])
    other = PitchFrames.restored(44_100, other.state())
    np.testing.assert_array_equal(one.push(SOUND[17_000:]).power, other.push(SOUND[17_000:]).power)
