"""Attacks and the beginnings of notes on the grid of the fundamentals."""

import numpy as np

from grym.domain.pitch.attack import attack_foot, attack_strength, band_levels, partials_rise, short_spectrum
from grym.domain.pitch.yin import at_working_rate
from tests.unit.grym.domain.laboratory import RATE_HZ, Laboratory


def spectrum_of(sound: np.ndarray) -> np.ndarray:
    """The short spectrum of a sound at 44.1 kHz."""
    return short_spectrum(at_working_rate(sound.astype(np.float32), RATE_HZ))


def test_attacks_stand_where_notes_are_struck(lab: Laboratory) -> None:
    """The strongest frames are within 30 ms of the notes, and the feet of their rises within 20 ms."""
    attack = attack_strength(band_levels(spectrum_of(lab.play([[60], [64], [67]], [0.5, 1.0, 1.5]))))
    for start_s in (0.5, 1.0, 1.5):
        frame = round(100 * start_s)
        strongest = frame - 20 + int(attack[frame - 20 : frame + 20].argmax())
        assert abs(strongest - frame) <= 3
        assert abs(attack_foot(attack, strongest, 0) - frame) <= 2


def test_foot_is_near_its_attack() -> None:
    """The foot is no earlier than asked, nor more than 40 ms before the peak."""
    rising = np.linspace(0.5, 1.0, 50, dtype=np.float32)
    assert attack_foot(rising, 40, 0) == 36
    assert attack_foot(rising, 40, 39) == 39


def test_vibrato_is_no_attack() -> None:
    """A tone with vibrato has less than a fifth of the attack it begins with."""
    time = np.arange(2 * RATE_HZ) / RATE_HZ
    hz = 660.0 * 2.0 ** (0.5 / 12.0 * np.sin(2.0 * np.pi * 6.0 * time))
    tone = 0.2 * np.sin(2.0 * np.pi * np.cumsum(hz) / RATE_HZ)
    attack = attack_strength(band_levels(spectrum_of(np.pad(tone, RATE_HZ // 2))))
    assert attack[65:235].max() < 0.2 * attack[40:60].max()


def test_partials_of_the_new_note_tell_its_beginning(lab: Laboratory) -> None:
    """A note is found to begin with its own partials, though another rings on."""
    sound = lab.play([[60], [67]], [0.5, 1.0], seconds_each=1.0, sustained=True)
    found = partials_rise(spectrum_of(sound), pitch=67, first=85, heard=105, after=115)
    assert abs(found - 100) <= 2


def test_silence_has_neither() -> None:
    """Silence has no attack, and where nothing rises the first frame is as good as any."""
    silent = spectrum_of(np.zeros(RATE_HZ, dtype=np.float32))
    assert not attack_strength(band_levels(silent)).any()
    assert partials_rise(silent, pitch=60, first=10, heard=10, after=20) == 10
