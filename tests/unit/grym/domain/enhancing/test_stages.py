"""What all stages promise: music is left alone, blocks do not matter, and a fault is found and lessened."""

from collections.abc import Callable

import numpy as np
import pytest

from grym.domain.enhancing import STAGES
from grym.domain.enhancing.sound import Clean
from grym.domain.enhancing.stages import FAULTS, SURVEYS
from grym.domain.reels import nobody_asks
from tests.unit.grym.domain.enhancing.workshop import RATE_HZ, Samples, as_sound, hum, music, repaired

SHIFT_SAMPLES = 20 * 2_048
"""Twenty frames at 44.1 kHz."""


def _clipped(piece: Samples) -> Samples:
    return np.clip(piece, -0.3, 0.3)


def _clicking(piece: Samples) -> Samples:
    spoilt = piece.copy()
    for place in np.random.default_rng(2).integers(2_000, piece.shape[1] - 2_000, 30):
        spoilt[:, place : place + 5] += np.float32(0.4) * np.array([1, -1, 0.8, -0.6, 0.3], dtype=np.float32)
    return spoilt


def _humming(piece: Samples) -> Samples:
    return (piece + hum(piece.shape[1])).astype(np.float32)


def _rumbling(piece: Samples) -> Samples:
    spectrum = np.fft.rfft(np.random.default_rng(6).standard_normal(piece.shape), axis=1)
    hertz = np.fft.rfftfreq(piece.shape[1], 1 / RATE_HZ)
    spectrum[:, (hertz < 2.0) | (hertz > 18.0)] = 0.0
    rumble = np.fft.irfft(spectrum, piece.shape[1], axis=1)
    return np.asarray(piece + 0.03 + 0.05 * rumble / rumble.std(), dtype=np.float32)


def _hissing(piece: Samples) -> Samples:
    return (piece + 0.005 * np.random.default_rng(3).standard_normal(piece.shape)).astype(np.float32)


def _muffled(piece: Samples) -> Samples:
    spectrum = np.fft.rfft(piece, axis=1)
    spectrum *= np.minimum(1.0, 250.0 / np.maximum(1.0, np.fft.rfftfreq(piece.shape[1], 1 / RATE_HZ))) ** 2.5
    return np.fft.irfft(spectrum, piece.shape[1], axis=1).astype(np.float32)


def _piercing(piece: Samples) -> Samples:
    hiss = np.random.default_rng(4).standard_normal(piece.shape)
    spectrum, hertz = np.fft.rfft(hiss, axis=1), np.fft.rfftfreq(piece.shape[1], 1 / RATE_HZ)
    spectrum[:, (hertz < 5_500.0) | (hertz > 9_000.0)] = 0.0
    bursts = (np.arange(piece.shape[1]) / RATE_HZ) % 0.5 < 0.1
    return (piece + 0.4 * bursts * np.fft.irfft(spectrum, piece.shape[1], axis=1)).astype(np.float32)


def _whispered(piece: Samples) -> Samples:
    return (piece * np.float32(0.02)).astype(np.float32)


SPOILT: dict[str, Callable[[Samples], Samples]] = {
    "declip": _clipped,
    "declick": _clicking,
    "hum": _humming,
    "rumble": _rumbling,
    "denoise": _hissing,
    "eq": _muffled,
    "deess": _piercing,
    "loudness": _whispered,
}


def test_every_stage_has_a_survey_and_a_fault() -> None:
    """The names that requests may use are those that are there."""
    assert set(SURVEYS) == set(FAULTS) == set(STAGES) == set(SPOILT)


@pytest.mark.parametrize("stage", STAGES)
def test_music_has_no_fault(stage: str, piece: Samples) -> None:
    """No stage finds anything in a sound that has nothing."""
    said = SURVEYS[stage](as_sound(piece), nobody_asks)
    assert isinstance(said, Clean), said.found


@pytest.mark.parametrize("stage", STAGES)
def test_a_fault_is_found_and_lessened(stage: str, piece: Samples) -> None:
    """The survey of a spoilt sound finds its fault, and less of it once it is repaired."""
    sound = as_sound(SPOILT[stage](piece))
    repair = SURVEYS[stage](sound, nobody_asks)
    assert not isinstance(repair, Clean), repair
    again = SURVEYS[stage](as_sound(repaired(sound, repair)), nobody_asks)
    assert FAULTS[stage](again.found) < 0.9 * FAULTS[stage](repair.found)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("block_samples", [RATE_HZ, 12_345])
def test_blocks_do_not_matter(stage: str, block_samples: int, piece: Samples) -> None:
    """Applied second by second, or in odd pieces, a repair gives the samples of the whole."""
    sound = as_sound(SPOILT[stage](piece))
    repair = SURVEYS[stage](sound, nobody_asks)
    assert not isinstance(repair, Clean)
    whole = repaired(sound, repair, block_samples=sound.length_samples)
    assert np.abs(repaired(sound, repair, block_samples=block_samples) - whole).max() <= 1e-6


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("channels", [1, 2, 3])
@pytest.mark.parametrize("length", [1, 100, 3_000, 40_000])
@pytest.mark.parametrize("rate_hz", [8_000, 192_000])
def test_any_size_is_surveyed(stage: str, channels: int, length: int, rate_hz: int) -> None:
    """A single sample, a few, an odd number of channels, the lowest and the highest rate: all give a finite answer."""
    samples = (0.1 * np.random.default_rng(5).standard_normal((channels, length))).astype(np.float32)
    said = SURVEYS[stage](as_sound(samples, rate_hz=rate_hz), nobody_asks)
    assert all(np.isfinite(value) for value in said.found.values())


@pytest.mark.parametrize("stage", ["declip", "declick"])
def test_a_shifted_sound_is_repaired_alike(stage: str, piece: Samples) -> None:
    """Silence before a sound, of as many samples as frames count in, moves its repair and changes nothing."""
    spoilt = SPOILT[stage](piece)
    ahead = np.pad(spoilt, ((0, 0), (SHIFT_SAMPLES, 0)))
    results = []
    for samples in (spoilt, ahead):
        sound = as_sound(samples)
        repair = SURVEYS[stage](sound, nobody_asks)
        assert not isinstance(repair, Clean)
        results.append(repaired(sound, repair))
    assert np.abs(results[1][:, SHIFT_SAMPLES:] - results[0]).max() <= 1e-6


def test_the_music_of_these_tests_differs_with_its_seed() -> None:
    """Two seeds are two pieces, so that a test over seeds means something."""
    assert not np.array_equal(music(seconds=1.0), music(seconds=1.0, seed=2))
