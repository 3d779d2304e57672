"""Onset, continuant and termination of sounds drawn by hand."""

import numpy as np
import pytest

from grym.domain.morphology.events import sound_events
from grym.domain.morphology.level import level_of
from grym.domain.morphology.values import SoundEvent
from grym.domain.signal import FloatArray
from tests.unit.grym.domain.laboratory import Laboratory
from tests.unit.grym.domain.morphology.shapes import RATE_HZ, enveloped


def events_of(sound: FloatArray, *onsets_s: float) -> tuple[SoundEvent, ...]:
    """Events of a sound whose onsets are given."""
    return sound_events(level_of(sound, RATE_HZ), np.array(onsets_s, dtype=np.float32))


@pytest.mark.parametrize("attack_s", [0.2, 0.5, 1.0])
def test_attack_of_a_linear_swell(attack_s: float) -> None:
    """From a tenth to nine tenths of a straight rise are 0.8 of it; the sound then lasts and is cut."""
    (event,) = events_of(enveloped(lambda time: np.minimum(1.0, time / attack_s), seconds=3.0))
    assert event.attack_s == pytest.approx(0.8 * attack_s, abs=0.02)
    assert (event.shape, event.termination) == ("graduated-continuant", "cut")


@pytest.mark.parametrize("decay_s", [0.5, 1.5, 3.0])
def test_decay_of_a_struck_sound(decay_s: float) -> None:
    """An exponential fall of 60 dB in a known time is found to 5 %."""
    (event,) = events_of(enveloped(lambda time: 10.0 ** (-3.0 * time / decay_s), seconds=4.0), 0.0)
    assert event.decay_s == pytest.approx(decay_s, rel=0.05)
    assert event.slope_db_per_s == pytest.approx(-60.0 / decay_s, rel=0.1)
    assert (event.shape, event.termination) == ("attack-decay", "decay")
    assert event.attack_s < 0.02


def test_a_held_tone_that_stops() -> None:
    """A tone of two seconds within silence begins and ends where it does, and is cut."""
    (event,) = events_of(enveloped(lambda time: ((time > 0.5) & (time < 2.5)).astype(float), seconds=3.5))
    assert event.start_s == pytest.approx(0.5, abs=0.011)
    assert event.end_s == pytest.approx(2.5, abs=0.011)
    assert (event.shape, event.termination) == ("attack-continuant", "cut")
    assert event.sustain > 0.95
    assert abs(event.slope_db_per_s) < 1.0


def test_the_click_of_a_cut_is_no_event() -> None:
    """An onset at the instant a tone stops is its end."""
    sound = enveloped(lambda time: (time < 2.0).astype(float), seconds=3.0)
    assert len(events_of(sound, 0.0, 1.99)) == 1


def test_a_click_is_an_impulse(lab: Laboratory) -> None:
    """30 ms of a decaying tone are one instant."""
    (event,) = events_of(lab.clicks([0.5], seconds=1.0), 0.5)
    assert event.shape == "impulse"


def test_legato_notes_are_joined(lab: Laboratory) -> None:
    """Of three touching notes the first two are joined to the next."""
    sound = np.concatenate([lab.sine(hz, seconds=0.5) for hz in (440.0, 550.0, 660.0)])
    found = events_of(sound, 0.0, 0.5, 1.0)
    assert [event.termination for event in found] == ["joined", "joined", "cut"]
    assert [event.start_s for event in found] == pytest.approx([0.0, 0.5, 1.0], abs=0.01)


@pytest.mark.parametrize("rate_hz", [3.0, 6.0, 12.0])
def test_iteration_is_the_rate_of_a_tremolo(rate_hz: float) -> None:
    """A tremolo of known rate; a plain tone has none."""
    (event,) = events_of(enveloped(lambda time: 0.6 + 0.4 * np.sin(2.0 * np.pi * rate_hz * time), seconds=3.0), 0.0)
    assert event.iteration_hz == pytest.approx(rate_hz, rel=0.06)
    (plain,) = events_of(enveloped(np.ones_like, seconds=3.0), 0.0)
    assert plain.iteration_hz == 0.0


def test_silence_and_shreds(lab: Laboratory) -> None:
    """Silence has no events, and less than two steps none either."""
    assert events_of(np.zeros(RATE_HZ, dtype=np.float32)) == ()
    assert events_of(lab.sine(440.0, seconds=0.006), 0.0) == ()
