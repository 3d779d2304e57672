"""Notes of several voices, against chords that were put into the sound."""

import mir_eval
import numpy as np

from grym.domain.pitch.attack import attack_strength, attack_times, band_levels, is_struck, short_spectrum
from grym.domain.pitch.harmonics import Activations, activations
from grym.domain.pitch.polyphony import evidence_of, several_voices
from grym.domain.pitch.values import Note
from grym.domain.pitch.yin import at_working_rate
from tests.unit.grym.domain.laboratory import RATE_HZ, Laboratory

CHORDS = [[48, 60, 64, 67], [53, 57, 60, 69], [55, 59, 62, 67], [48, 55, 64, 72], [45, 57, 60, 64], [50, 57, 62, 65]]


def notes_of(sound: np.ndarray) -> tuple[Note, ...]:
    """The notes of a mono sound at 44.1 kHz."""
    working = at_working_rate(sound.astype(np.float32), RATE_HZ)
    return several_voices(short_spectrum(working), activations(working))


def test_chords_are_written_down(lab: Laboratory) -> None:
    """Plucked chords of four notes come back with an F-measure of at least 0.85."""
    starts = [0.4 + 0.6 * index for index in range(len(CHORDS))]
    found = notes_of(lab.play(CHORDS, starts, seconds_each=0.8))
    truth = [(start, pitch) for start, chord in zip(starts, CHORDS, strict=True) for pitch in chord]
    spans = np.array([[start, start + 0.5] for start, _ in truth])
    hz, found_hz = (
        440.0 * 2.0 ** ((np.array(pitches) - 69.0) / 12.0)
        for pitches in ([pitch for _, pitch in truth], [note.pitch for note in found])
    )
    measured = mir_eval.transcription.precision_recall_f1_overlap(
        spans, hz, np.array([[note.start_s, note.end_s] for note in found]), found_hz, offset_ratio=None
    )
    assert measured[2] >= 0.85


def test_struck_and_sustained_are_told_apart(lab: Laboratory) -> None:
    """Plucked chords are struck; chords that swell in noise are not."""
    starts = [0.4 + 0.6 * index for index in range(len(CHORDS))]
    soft = lab.play(CHORDS, starts, seconds_each=0.8, attack_s=0.2, sustained=True)
    for sound, struck in (
        (lab.play(CHORDS, starts, seconds_each=0.8), True),
        (soft + lab.noise(seconds=len(soft) / RATE_HZ, amplitude=0.05)[: len(soft)], False),
    ):
        spectrum = short_spectrum(at_working_rate(sound.astype(np.float32), RATE_HZ))
        assert is_struck(attack_strength(band_levels(spectrum))) is struck


def test_attacks_have_times(lab: Laboratory) -> None:
    """Every chord has one attack within 20 ms."""
    starts = [0.4 + 0.6 * index for index in range(len(CHORDS))]
    spectrum = short_spectrum(at_working_rate(lab.play(CHORDS, starts, seconds_each=0.5), RATE_HZ))
    found = attack_times(attack_strength(band_levels(spectrum)))
    assert all(np.abs(found - start).min() <= 0.02 for start in starts)


def test_evidence_is_what_it_says() -> None:
    """A semitone that begins has grown, stands over its neighbours and is the strongest; nothing else is judged."""
    weights = np.zeros((88, 100), dtype=np.float32)
    weights[40, 50:] = 1.0
    evidence, candidate = evidence_of(weights, np.array([1.0]))
    assert np.argwhere(candidate).tolist() == [[40, 0]]
    level, growth, over_neighbours, to_strongest, octave_below, strike, distance = evidence[:, 40, 0]
    assert level == np.log(1.01)
    assert growth == over_neighbours == -octave_below == np.log(1.01) - np.log(0.01)
    assert to_strongest == strike == 0.0
    assert distance == (4 / 24) ** 2


def test_notes_end_where_they_fade_or_begin_again() -> None:
    """A semitone struck twice gives two notes; the first ends with the second, which ends when it has faded."""
    lab = Laboratory()
    found = [
        note for note in notes_of(lab.play([[60, 64], [60, 67]], [0.5, 1.2], seconds_each=0.6)) if note.pitch == 60
    ]
    assert len(found) == 2
    assert found[0].end_s <= found[1].start_s + 0.02
    assert 1.4 < found[1].end_s < 2.2


def test_nothing_has_no_notes() -> None:
    """Silence and a sound of no length have no notes."""
    silent = np.zeros(16_000, dtype=np.float32)
    assert several_voices(short_spectrum(silent), activations(silent)) == ()
    nothing = Activations(weights=np.zeros((88, 1), dtype=np.float32))
    assert several_voices(short_spectrum(np.zeros(1, dtype=np.float32)), nothing) == ()
