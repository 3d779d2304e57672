"""Note, node and noise, on sounds that are one of them."""

import numpy as np
import pytest

from grym.domain.morphology.matter import matter_of
from grym.domain.morphology.values import Matter
from grym.domain.signal import FloatArray
from tests.unit.grym.domain.laboratory import RATE_HZ, Laboratory, certain
from tests.unit.grym.domain.morphology.shapes import gliding, partials

MEMBRANE = (1.0, 1.593, 2.136, 2.296, 2.653, 2.918, 3.156, 3.501, 3.6, 3.652, 4.06, 4.154)
"""Modes of an ideal circular membrane, zeros of Bessel functions."""


def matter(sound: FloatArray) -> Matter:
    """What a sound is made of."""
    return certain(matter_of(sound, RATE_HZ))


@pytest.mark.parametrize("hz", [98.0, 220.0, 880.0])
def test_harmonic_tones_are_notes(hz: float) -> None:
    """A tone with nine harmonics, held or decaying."""
    for decay_per_s in (0.0, 2.0):
        found = matter(partials(range(1, 10), hz=hz, seconds=3.0, decay_per_s=decay_per_s))
        assert found.dominant == "note"
        assert found.note > 0.85


def test_a_sine_and_a_chord_are_notes(lab: Laboratory) -> None:
    """A lone partial is a pure tone; four tones at once are four notes."""
    assert matter(lab.sine(440.0, seconds=2.0)).note > 0.9
    chord = sum(partials(range(1, 8), hz=hz, seconds=3.0) for hz in (261.63, 329.63, 392.0, 523.25))
    assert matter(np.asarray(chord, dtype=np.float32)).note > 0.8


def test_a_note_with_vibrato_is_a_note() -> None:
    """A swing of a quarter tone each way, as singers make it."""
    found = matter(gliding(lambda time: 440.0 * 2.0 ** (np.sin(2 * np.pi * 5.5 * time) / 24.0), seconds=3.0))
    assert found.note > 0.8


def test_inharmonic_sounds_are_nodes() -> None:
    """A drum's modes and a frequency modulation by an odd ratio have partials that belong to no pitch."""
    assert matter(partials(MEMBRANE, hz=180.0, seconds=3.0, decay_per_s=1.0)).dominant == "node"
    time = np.arange(3 * RATE_HZ) / RATE_HZ
    clang = 0.3 * np.sin(2 * np.pi * 300.0 * time + 3.0 * np.sin(2 * np.pi * 424.2 * time)) * np.exp(-time)
    assert matter(clang.astype(np.float32)).node > 0.8


def test_a_bell_is_a_node() -> None:
    """Risset's bell: a place in the spectrum, partials that belong to no one pitch, and no noise."""
    bell = partials((0.56, 0.92, 1.19, 1.71, 2.0, 2.74, 3.0, 3.76, 4.07), hz=400.0, seconds=4.0, decay_per_s=1.0)
    found = matter(bell)
    assert found.dominant == "node"
    assert found.noise < 0.1


def test_noise_is_noise(lab: Laboratory) -> None:
    """White noise, and noise of the colour of rushing water."""
    assert matter(lab.noise(seconds=3.0)).noise > 0.9
    brown = np.cumsum(lab.noise(seconds=3.0, amplitude=0.001).astype(np.float64))
    assert matter((brown - brown.mean()).astype(np.float32)).noise > 0.85


@pytest.mark.parametrize("level", [0.1, 1.0, 10.0])
def test_mixtures_lie_between(lab: Laboratory, level: float) -> None:
    """The louder the noise beside a note, the more noise; shares add up to 1."""
    found = matter(partials(range(1, 10), hz=220.0, seconds=2.0) + lab.noise(seconds=2.0, amplitude=0.03 * level))
    assert found.note + found.node + found.noise == pytest.approx(1.0)
    assert (found.dominant == "noise") == (level == 10.0)


def test_silence_is_made_of_nothing() -> None:
    """None, at any length."""
    assert matter_of(np.zeros(RATE_HZ, dtype=np.float32), RATE_HZ) is None
    assert matter_of(np.zeros(100, dtype=np.float32), RATE_HZ) is None


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 96_000])
def test_any_rate(rate_hz: int) -> None:
    """A note is a note at every rate."""
    time = np.arange(2 * rate_hz) / rate_hz
    tone = sum(np.sin(2 * np.pi * 330.0 * k * time) / k for k in range(1, 8))
    assert certain(matter_of(np.asarray(0.1 * tone, dtype=np.float32), rate_hz)).dominant == "note"
