"""Holes, clicks and rounded tops: counted where they were put, and not where music does something like it."""

import numpy as np
import pytest

from grym.domain.quality.defects import clicks_per_s, dropouts_per_min, saturation
from grym.domain.signal import FloatArray
from tests.unit.grym.domain.laboratory import RATE_HZ, Laboratory

SECONDS = 10.0


@pytest.fixture(scope="module")
def sound(lab: Laboratory) -> FloatArray:
    """Ten seconds of notes that follow each other without rest, over a little noise."""
    times = list(np.arange(0.0, SECONDS - 0.5, 0.25))
    chords = [[60 + index * 7 % 12, 48 + index * 5 % 12] for index in range(len(times))]
    played = lab.play(chords, times, seconds_each=0.6)[: round(SECONDS * RATE_HZ)]
    return played + lab.noise(seconds=SECONDS, amplitude=0.002)[: len(played)]


def test_music_has_none(lab: Laboratory, sound: FloatArray) -> None:
    """Attacks and decays are no damage."""
    signal = lab.signal(sound)
    assert clicks_per_s(signal) == dropouts_per_min(signal) == 0.0
    assert saturation(signal) < 0.2


@pytest.mark.parametrize("length_ms", [5, 20, 200])
@pytest.mark.parametrize("kind", ["silent", "held", "faded over 1 ms"])
def test_holes_are_counted(lab: Laboratory, sound: FloatArray, length_ms: int, kind: str) -> None:
    """Six holes in ten seconds are 36 a minute, whether the sound falls silent, is held, or fades in a millisecond."""
    broken, length = sound.copy(), length_ms * RATE_HZ // 1_000
    edge = RATE_HZ // 1_000
    for start_s in (1.03, 2.51, 4.02, 5.53, 7.01, 8.57):
        hole = slice(round(start_s * RATE_HZ), round(start_s * RATE_HZ) + length)
        if kind == "held":
            loudest = hole.start + int(np.argmax(np.diff(broken[hole.start : hole.start + 500])))
            hole = slice(loudest, loudest + length)
        broken[hole] = broken[hole.start] if kind == "held" else 0.0
        if kind.startswith("faded"):
            ramp = np.linspace(1.0, 0.0, edge, dtype=np.float32)
            broken[hole.start - edge : hole.start] *= ramp
            broken[hole.stop : hole.stop + edge] *= ramp[::-1]
    found = dropouts_per_min(lab.signal(broken))
    assert found == pytest.approx(60.0 * 6 / lab.signal(broken).duration_s, rel=0.34 if kind == "held" else 0.01)


def test_rests_are_no_holes(lab: Laboratory) -> None:
    """Notes that fade, and rests of digital silence between them."""
    notes = lab.play([[60], [64], [67], [72]], [0.1, 1.1, 2.1, 3.1], seconds_each=0.6)
    assert dropouts_per_min(lab.signal(notes)) == 0.0


def test_squares_hold_their_values(lab: Laboratory) -> None:
    """A square wave is held all the time: it is the shape of the sound."""
    square = np.sign(lab.sine(110.0, seconds=2.0)).astype(np.float32) * np.float32(0.3)
    assert dropouts_per_min(lab.signal(square, np.zeros_like(square))) == 0.0


@pytest.mark.parametrize("gain", [1.0, 0.1])
def test_clicks_are_counted_at_any_level(lab: Laboratory, sound: FloatArray, gain: float) -> None:
    """Twenty impulses of a few samples in ten seconds, on the worse of two channels."""
    clicked, rng = sound.copy(), np.random.default_rng(2)
    for start in np.linspace(0.3, 9.5, 20):
        at = round(start * RATE_HZ)
        clicked[at : at + 4] += (0.3 * rng.choice([-1.0, 1.0]) * np.array([1.0, -0.6, 0.3, -0.1])).astype(np.float32)
    found = clicks_per_s(lab.signal(clicked * np.float32(gain), sound * np.float32(gain)))
    assert found == pytest.approx(20 / lab.signal(sound).duration_s, rel=0.1)


def test_drums_are_no_clicks(lab: Laboratory, sound: FloatArray) -> None:
    """Bursts of noise that ring for a tenth of a second."""
    drummed, time = sound.copy(), np.arange(RATE_HZ // 10) / RATE_HZ
    for number, start in enumerate(np.arange(0.2, 9.5, 0.5)):
        burst = lab.noise(seconds=0.1, amplitude=0.3, seed=number) * np.exp(-40.0 * time)
        drummed[round(start * RATE_HZ) :][: len(burst)] += burst.astype(np.float32)
    assert clicks_per_s(lab.signal(drummed)) <= 0.2


@pytest.mark.parametrize("gain", [1.0, 0.05])
def test_bent_tops_crowd_at_any_level(lab: Laboratory, sound: FloatArray, gain: float) -> None:
    """The harder it is driven, the more; turned down afterwards, as much."""
    peak = float(np.abs(sound).max())
    driven = [np.tanh(drive * sound / peak).astype(np.float32) * np.float32(gain) for drive in (1.0, 6.0, 20.0)]
    values = [saturation(lab.signal(samples)) for samples in driven]
    assert values == sorted(values)
    assert values[1] > 0.3


def test_nothing_is_damaged_in_nothing(lab: Laboratory) -> None:
    """Empty and silent sounds have no damage."""
    for samples in (np.zeros(0, dtype=np.float32), np.zeros(RATE_HZ, dtype=np.float32)):
        signal = lab.signal(samples)
        assert clicks_per_s(signal) == dropouts_per_min(signal) == saturation(signal) == 0.0
