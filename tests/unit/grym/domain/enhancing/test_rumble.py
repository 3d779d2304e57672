"""An offset and rumble are repaired where they know nothing of the music, and only there."""

import numpy as np
import pytest

from grym.domain.enhancing.rumble import Rumble, survey_rumble
from grym.domain.enhancing.sound import Clean
from tests.unit.grym.domain.enhancing.workshop import RATE_HZ, Samples, as_sound, repaired


def _deep_noise(piece: Samples) -> Samples:
    """Return noise between 2 and 14 Hz, half as strong as the piece."""
    spectrum = np.fft.rfft(np.random.default_rng(7).standard_normal(piece.shape), axis=1)
    hertz = np.fft.rfftfreq(piece.shape[1], 1 / RATE_HZ)
    spectrum[:, (hertz < 2.0) | (hertz > 14.0)] = 0.0
    noise = np.fft.irfft(spectrum, piece.shape[1], axis=1)
    return np.asarray(0.5 * piece.std() * noise / noise.std(), dtype=np.float32)


def test_an_offset_of_one_channel_is_subtracted_from_it_alone(piece: Samples) -> None:
    """The other channel keeps every bit, and nothing is filtered."""
    repair = survey_rumble(as_sound(piece + np.array([[0.02], [0.0]], dtype=np.float32)))
    assert isinstance(repair, Rumble)
    assert not repair.filtered
    result = repaired(as_sound(piece), repair)
    assert np.array_equal(result[1], piece[1])
    assert (piece[0] - result[0]).mean() == pytest.approx(0.02, abs=1e-3)


def test_a_lopsided_wave_is_left_alone(piece: Samples) -> None:
    """An offset that swells and fades with what is played belongs to it."""
    times_s = np.arange(piece.shape[1]) / RATE_HZ
    played = 0.05 * (1.0 + np.sin(2 * np.pi * 0.2 * times_s))
    said = survey_rumble(as_sound((piece + played).astype(np.float32)))
    assert isinstance(said, Clean)
    assert said.found["offset"] > 0.04


@pytest.mark.parametrize("hz", [4.0, 7.5, 11.0])
def test_a_deep_tone_is_left_alone(hz: float, piece: Samples) -> None:
    """What stands at one frequency is played, however deep and steady."""
    tone = 0.05 * np.sin(2 * np.pi * hz * np.arange(piece.shape[1]) / RATE_HZ)
    assert isinstance(survey_rumble(as_sound((piece + tone).astype(np.float32))), Clean)


def test_an_offset_that_moves_outlives_the_filter(piece: Samples) -> None:
    """Rumble is taken away; the mean of what was played stays where it was."""
    played = np.linspace(0.0, 0.1, piece.shape[1])
    sound = as_sound((piece + played + _deep_noise(piece)).astype(np.float32))
    repair = survey_rumble(sound)
    assert isinstance(repair, Rumble)
    assert repair.filtered
    assert not repair.still.any()
    assert repaired(sound, repair).mean() == pytest.approx(0.05, abs=2e-3)


def test_rumble_is_gone_and_music_is_not(piece: Samples) -> None:
    """What is left differs from the music by a hundredth of what was added, away from the edges."""
    noise = _deep_noise(piece)
    sound = as_sound(piece + noise)
    repair = survey_rumble(sound)
    assert isinstance(repair, Rumble)
    inner = slice(RATE_HZ, -RATE_HZ)
    left = (repaired(sound, repair) - piece)[:, inner]
    assert np.square(left).mean() < 0.01 * np.square(noise[:, inner]).mean()


def test_a_few_seconds_do_not_tell(piece: Samples) -> None:
    """In five seconds an offset is measured and left alone."""
    said = survey_rumble(as_sound(piece[:, : 5 * RATE_HZ] + np.float32(0.05)))
    assert isinstance(said, Clean)
    assert said.found["offset"] == pytest.approx(0.05, abs=1e-3)
