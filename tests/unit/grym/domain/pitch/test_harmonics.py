"""Sound taken apart into semitones."""

import numpy as np
import pytest

from grym.domain.pitch.harmonics import HOP_S, LOWEST_PITCH, activations, centres_hz
from grym.domain.pitch.yin import WORKING_RATE_HZ, at_working_rate
from tests.unit.grym.domain.laboratory import RATE_HZ, Laboratory


def weights_of(sound: np.ndarray) -> np.ndarray:
    """The weights of a sound at 44.1 kHz."""
    return activations(at_working_rate(sound.astype(np.float32), RATE_HZ)).weights


@pytest.mark.parametrize("chord", [[60], [48, 55], [60, 64, 67], [45, 57, 61, 64], [50, 62, 74]])
def test_chord_has_its_semitones(lab: Laboratory, chord: list[int]) -> None:
    """The semitones of a chord, octaves of each other included, outweigh all others."""
    weights = weights_of(lab.play([chord], [0.3], seconds_each=1.0, sustained=True))
    mean = weights[:, 30:60].mean(axis=1)
    assert sorted(np.argsort(mean)[-len(chord) :] + LOWEST_PITCH) == chord


def test_tuning_is_followed(lab: Laboratory) -> None:
    """A chord 35 cents flat keeps its semitones."""
    weights = weights_of(lab.play([[59.65, 63.65, 66.65]], [0.3], seconds_each=1.0, sustained=True))
    assert sorted(np.argsort(weights[:, 30:60].mean(axis=1))[-3:] + LOWEST_PITCH) == [60, 64, 67]


@pytest.mark.parametrize("length", [1, 320, 16_001])
def test_every_20_ms_has_weights(length: int) -> None:
    """Silence of any length has a column every 20 ms, without a loud semitone."""
    weights = activations(np.zeros(length, dtype=np.float32)).weights
    assert weights.shape == (88, 1 + length // 320)
    assert weights.max() < 1e-6


@pytest.mark.slow
def test_blocks_join_without_a_seam() -> None:
    """A tone over two blocks of a minute has one weight throughout."""
    time = np.arange(100 * WORKING_RATE_HZ) / WORKING_RATE_HZ
    tone = sum(0.2 / k * np.sin(2.0 * np.pi * 220.0 * k * time) for k in range(1, 6))
    found = activations(np.asarray(tone, dtype=np.float32)).weights
    course = found[57 - LOWEST_PITCH]
    assert found.shape[1] == 1 + len(time) // 320
    assert course[20:-20].min() > 0.98 * course[20:-20].max()


def test_long_sounds_are_taken_apart_in_blocks(lab: Laboratory) -> None:
    """A note a little after the first minute is found at its time."""
    sound = np.zeros(62 * WORKING_RATE_HZ, dtype=np.float32)
    note = at_working_rate(lab.note(60, seconds=0.5), RATE_HZ)
    for start_s in (1.0, 59.8, 60.9):
        start = round(start_s * WORKING_RATE_HZ)
        sound[start : start + len(note)] += note
    course = activations(sound).weights[60 - LOWEST_PITCH]
    assert len(course) == 1 + len(sound) // 320
    for start_s in (59.8, 60.9):
        frame = round(start_s / HOP_S)
        assert course[frame + 5 : frame + 15].mean() > 10.0 * course[frame - 20 : frame - 8].max()


def test_bins_are_thirds_of_semitones() -> None:
    """Three bins make a semitone, the second bin is the lowest A."""
    centres = centres_hz()
    assert centres[1] == pytest.approx(27.5)
    assert centres[4] / centres[1] == pytest.approx(2.0 ** (1.0 / 12.0), rel=1e-5)
    assert centres[-1] < 7_600.0
