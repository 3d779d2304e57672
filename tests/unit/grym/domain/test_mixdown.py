"""The mix-down in blocks, against the same filters over the whole."""

import numpy as np
import pytest
from scipy.signal import butter, fftconvolve, sosfilt

from grym.domain.mixdown import FADE_S, HIGH_PASS_HZ, HIGH_PASS_ORDER, ROOM_DB, mix_down
from grym.domain.mixing import Faders
from grym.domain.reels import ArrayReel, in_memory
from grym.domain.reverb import room_response

RATE_HZ = 44_100
LENGTH = 12 * RATE_HZ


def test_blocks_null_against_the_whole() -> None:
    """Fader, high-pass and room in blocks equal one filter and one convolution over twelve seconds, to −100 dB."""
    stem = np.random.default_rng(2).normal(scale=0.1, size=(2, LENGTH)).astype(np.float32)
    mix = in_memory(LENGTH)
    mix_down([ArrayReel(stem.copy())], mix, faders=Faders(gains_db=(-6.0,), sends_db=(3.0,)), sample_rate_hz=RATE_HZ)
    sections = butter(HIGH_PASS_ORDER, HIGH_PASS_HZ, "highpass", fs=RATE_HZ, output="sos")
    clean = sosfilt(sections, stem, axis=1) * 10 ** (-6.0 / 20)
    wet = np.stack([fftconvolve(clean.mean(axis=0), side)[:LENGTH] for side in room_response(RATE_HZ)])
    whole = clean + 10 ** ((ROOM_DB + 3.0) / 20) * wet
    sounding = LENGTH - round(FADE_S * RATE_HZ)
    assert np.abs(mix.samples - whole)[:, :sounding].max() < 1e-5


def test_stems_add_up_to_the_mix_and_end_in_silence() -> None:
    """What the mix is made of is what the stems are left as; the last sample is zero."""
    rng = np.random.default_rng(4)
    stems = [ArrayReel(rng.normal(scale=0.1, size=(2, LENGTH)).astype(np.float32)) for _ in range(3)]
    mix, told = in_memory(LENGTH), list[float]()
    faders = Faders(gains_db=(0.0, -3.0, 2.0), sends_db=(0.0, 0.0, 1.0))
    mix_down(stems, mix, faders=faders, sample_rate_hz=RATE_HZ, progress=told.append)
    assert np.abs(np.sum([stem.samples for stem in stems], axis=0) - mix.samples).max() < 1e-6
    assert not mix.samples[:, -1].any()
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_stop_between_blocks_passes_through() -> None:
    """What the progress raises ends the work."""

    def stop(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        mix_down(
            [in_memory(LENGTH)],
            in_memory(LENGTH),
            faders=Faders(gains_db=(0.0,), sends_db=(0.0,)),
            sample_rate_hz=RATE_HZ,
            progress=stop,
        )
