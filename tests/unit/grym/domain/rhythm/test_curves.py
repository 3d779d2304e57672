"""Reasons for a beat, on sounds that give one reason each."""

import numpy as np

from grym.domain.chroma import chroma
from grym.domain.rhythm.curves import Curves, beat_curves
from grym.domain.signal import FloatArray
from grym.domain.spectral import describe
from grym.domain.stft import framing_for
from tests.unit.grym.domain.laboratory import Laboratory

FRAMING = framing_for(44_100)
RATE_HZ = FRAMING.frame_rate_hz


def curves_of(sound: FloatArray) -> Curves:
    """The curves of a mono sound."""
    return beat_curves(describe(sound, FRAMING).mel_power, framing=FRAMING, pitch=chroma(sound, 44_100))


def around(curve: np.ndarray, at_s: float) -> float:
    """Highest value within 60 ms of a time."""
    middle = round(at_s * RATE_HZ)
    return float(curve[middle - 5 : middle + 6].max())


def test_notes_begin_where_they_begin(lab: Laboratory) -> None:
    """The full curve and the salience are high at clicks and low between them."""
    sound, times = lab.train(100, seconds=10.0)
    curves = curves_of(sound)
    for curve in (curves.full, curves.salience()):
        assert min(around(curve, at) for at in times[2:-2]) > max(around(curve, at + 0.3) for at in times[2:-2])


def test_bass_notes_move_the_bass_curve_only(lab: Laboratory) -> None:
    """A note two octaves below middle C shows in the bass, one two octaves above does not."""
    curves = curves_of(lab.play([[36], [84], [36], [84], [36], [84]], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))
    assert around(curves.bass, 3.0) > 5.0 * around(curves.bass, 4.0)


def test_a_louder_note_has_more_stress(lab: Laboratory) -> None:
    """The same note at half the level has less stress by about one unit of 6 dB."""
    times = [1.0 + 0.8 * place for place in range(8)]
    loud = lab.play([[60]] * 8, times, seconds_each=0.5)
    soft = loud.copy()
    for at in times[1::2]:
        first = round((at - 0.1) * 44_100)
        soft[first : first + round(0.75 * 44_100)] *= np.float32(0.5)
    stress = curves_of(soft).stress
    frames = [round(at * RATE_HZ) for at in times]
    differences = [stress[frames[place]] - stress[frames[place + 1]] for place in (2, 4)]
    assert all(0.6 < difference < 1.4 for difference in differences)


def test_what_follows_is_heard_ahead(lab: Laboratory) -> None:
    """Before a quick note the following is high, before a rest it is low."""
    curves = curves_of(lab.clicks([1.0, 1.2, 3.0, 3.2, 5.0, 5.2, 7.0, 7.2], seconds=8.0))
    frame = round(3.0 * RATE_HZ)
    assert curves.following[frame] > 3.0 * curves.following[round(3.3 * RATE_HZ)]
    assert curves.preceding[round(3.25 * RATE_HZ)] > 3.0 * curves.preceding[frame]


def test_new_harmony_shows_as_change(lab: Laboratory) -> None:
    """Where another chord begins the change is higher than where the same one is struck again."""
    chords = [[60, 64, 67]] * 4 + [[65, 69, 72]] * 4 + [[60, 64, 67]] * 4
    curves = curves_of(lab.play(chords, [0.5 + 0.5 * place for place in range(12)], sustained=True))
    assert around(curves.change, 2.5) > 3.0 * around(curves.change, 1.5)


def test_silence_gives_no_reason() -> None:
    """All curves of silence are zero."""
    curves = curves_of(np.zeros(44_100, dtype=np.float32))
    assert not any(getattr(curves, name).any() for name in ("full", "bass", "low", "high", "change", "stress", "raw"))
