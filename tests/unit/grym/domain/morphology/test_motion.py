"""Motion of glissandi, arches, vibrato and noise."""

import numpy as np
import pytest

from grym.domain.morphology.motion import STILL_PITCH_OCTAVES, motion_of
from grym.domain.morphology.values import Motion
from grym.domain.signal import FloatArray
from grym.domain.spectral import describe
from grym.domain.stft import framing_for
from tests.unit.grym.domain.laboratory import RATE_HZ, Laboratory, certain
from tests.unit.grym.domain.morphology.shapes import gliding

FRAMING = framing_for(RATE_HZ)


def centroid_of(sound: FloatArray) -> Motion:
    """Motion of the spectral centre of a sound."""
    frames = describe(sound, FRAMING)
    return certain(motion_of(frames.centroid_hz, frames.rms > 1e-4, frame_rate_hz=FRAMING.frame_rate_hz))


@pytest.mark.parametrize("octaves_per_s", [-0.75, -0.3, 0.3, 0.75])
def test_a_glissando_goes_one_way(octaves_per_s: float) -> None:
    """Direction, speed and extent of a straight glissando of four seconds."""
    found = centroid_of(gliding(lambda time: 500.0 * 2.0 ** (octaves_per_s * time), seconds=4.0))
    name = "ascent" if octaves_per_s > 0 else "descent"
    assert found.overall == name
    assert getattr(found, name) == 1.0
    assert found.speed_octaves_per_s == pytest.approx(abs(octaves_per_s), rel=0.1)
    assert found.extent_octaves == pytest.approx(0.9 * 4.0 * abs(octaves_per_s), rel=0.1)


def test_an_arch_comes_back() -> None:
    """Up and down again is reciprocal."""
    found = centroid_of(gliding(lambda time: 400.0 * 2.0 ** np.sin(np.pi * time / 3.0), seconds=3.0))
    assert (found.overall, found.reciprocal) == ("reciprocal", 1.0)


@pytest.mark.parametrize("rate_hz", [1.5, 5.0, 8.0])
def test_vibrato_turns_in_cycles(rate_hz: float) -> None:
    """A periodic swing is cyclic, at its rate."""
    found = centroid_of(gliding(lambda time: 440.0 * 2.0 ** (0.15 * np.sin(2 * np.pi * rate_hz * time)), seconds=6.0))
    assert found.cyclic == 1.0
    assert certain(found.cycle_hz) == pytest.approx(rate_hz, rel=0.05)


def test_a_spiral_is_cyclic_as_it_rises() -> None:
    """Cycles upon a slow rise."""
    found = centroid_of(
        gliding(lambda time: 300.0 * 2.0 ** (0.1 * time + 0.3 * np.sin(2 * np.pi * 3.0 * time)), seconds=6.0)
    )
    assert found.cyclic == 1.0
    assert found.overall == "ascent"


def test_tones_and_noise_stay_on_their_plane(lab: Laboratory) -> None:
    """Neither a chord nor white noise moves."""
    for sound in (lab.sine(440.0, seconds=4.0) + lab.sine(660.0, seconds=4.0), lab.noise(seconds=4.0)):
        found = centroid_of(sound)
        assert (found.overall, found.plane) == ("plane", 1.0)


def test_pauses_do_not_count() -> None:
    """A glissando within silence moves as one without."""
    tone = gliding(lambda time: 300.0 * 2.0 ** (0.5 * time), seconds=4.0)
    silence = np.zeros(2 * RATE_HZ, dtype=np.float32)
    found = centroid_of(np.concatenate([silence, tone, silence]))
    assert (found.overall, found.ascent) == ("ascent", 1.0)


def test_shares_add_up(lab: Laboratory) -> None:
    """Every span has one kind."""
    found = centroid_of(lab.music(seconds=12.0))
    assert found.plane + found.ascent + found.descent + found.reciprocal + found.cyclic == pytest.approx(1.0)


def test_pitch_is_followed_finer() -> None:
    """A third of a tone moves a melody and leaves brightness where it is."""
    curve = (440.0 * 2.0 ** np.linspace(0.0, 1.0 / 18.0, 200)).astype(np.float32)
    voiced = np.ones(200, dtype=bool)
    brightness = certain(motion_of(curve, voiced, frame_rate_hz=100.0))
    pitch = certain(motion_of(curve, voiced, frame_rate_hz=100.0, still_octaves=STILL_PITCH_OCTAVES))
    assert (brightness.overall, pitch.overall) == ("plane", "ascent")


def test_nothing_heard_does_not_move() -> None:
    """None where less than a fifth of a second is heard."""
    assert motion_of(np.full(100, 440.0, dtype=np.float32), np.zeros(100, dtype=bool), frame_rate_hz=86.0) is None
    assert motion_of(np.full(10, 440.0, dtype=np.float32), np.ones(10, dtype=bool), frame_rate_hz=86.0) is None
