"""Shapes that voices share."""

import numpy as np
import pytest

from grym.domain.synthesis.voice import LEVEL_RMS, Envelope, Formant, body, levelled, partial_count

RATE_HZ = 44_100


def test_envelope_rises_to_one_and_falls_to_its_sustain() -> None:
    """Zero at the onset, one at the end of the attack, the sustain long after."""
    envelope = Envelope(attack_s=0.1, decay_s=0.2, sustain=0.4)
    onset, top, late = envelope.at(np.array([0.0, 0.1, 5.0]))
    assert onset == 0.0
    assert top == pytest.approx(1.0)
    assert late == pytest.approx(0.4, abs=1e-3)


def test_body_is_a_bump_in_decibels() -> None:
    """A formant of 6 dB doubles the amplitude at its centre and does little far away."""
    near, far = body(np.array([500.0, 9_000.0]), (Formant(centre_hz=500.0, width_hz=100.0, gain_db=6.02),))
    assert near == pytest.approx(2.0, rel=1e-3)
    assert far == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(("frequency_hz", "count"), [(8_000.0, 2), (100.0, 30), (15_999.0, 1), (19_000.0, 1)])
def test_partial_count_stays_in_hearing(frequency_hz: float, count: int) -> None:
    """Harmonics fill the range below 16 kHz, at least one and at most thirty."""
    assert partial_count(frequency_hz, sample_rate_hz=RATE_HZ, most=30) == count


def test_levelled_brings_notes_to_one_loudness() -> None:
    """A quiet and a loud middle C come out alike."""
    tone = np.sin(2 * np.pi * 261.6256 * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)[None]
    quiet, loud = (
        levelled(tone * np.float32(gain), frequency_hz=261.6256, sample_rate_hz=RATE_HZ) for gain in (0.01, 0.9)
    )
    assert np.allclose(quiet, loud, atol=1e-5)
    assert float(np.sqrt(np.square(quiet).mean())) == pytest.approx(LEVEL_RMS, rel=0.01)


def test_levelled_leaves_silence_alone() -> None:
    """Nothing cannot be made louder."""
    assert not levelled(np.zeros((1, 100), dtype=np.float32), frequency_hz=440.0, sample_rate_hz=RATE_HZ).any()
