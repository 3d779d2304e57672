"""Harmony of chorales."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from grym.domain.composing.chorale_harmony import chorale_slots, line_spans
from grym.domain.composing.chorale_words import ENDINGS, WORDS
from grym.domain.composing.form import Passage
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.plan import Plan
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.styles import STYLES
from grym.domain.composing.theory import chord_of

FOUR = Metre(beats=4, unit=4)
C_MAJOR = Tonality(tonic=0, mode="major")
# Two lines of two bars: up from the third to the fifth and back to rest on D, then down to the tonic.
TUNE = ((64, 4), (65, 4), (67, 4), (65, 4), (64, 4), (62, 12), (67, 4), (65, 4), (64, 4), (65, 4), (62, 8), (60, 8))


def _tune(rows: tuple[tuple[int, int], ...] = TUNE) -> list[MelodyNote]:
    tune: list[MelodyNote] = []
    at = 0
    for pitch, length in rows:
        tune.append(MelodyNote(start_steps=at, length_steps=length, midi_pitch=pitch))
        at += length
    return tune


def _passage() -> Passage:
    return Passage(name="A", start_bar=0, bars=4, phrases=(2, 2), intensity=0.5, occurrence=0, closing="final")


@pytest.mark.parametrize("mode", ["major", "minor"])
def test_the_vocabulary_is_closed(mode: str) -> None:
    """Every chord that may follow is a chord one can go on from, and every ending is made of such chords."""
    words = WORDS[mode]
    tonality = Tonality(tonic=0, mode=mode)
    assert all(target in words for targets in words.values() for target in targets)
    assert all(a in words and b in words for kind in ENDINGS[mode].values() for a, b in kind)
    assert all(len(chord_of(numeral, tonality).pitch_classes) >= 3 for numeral in words)


def test_beats_have_chords_and_arrivals_hold() -> None:
    """A line of two bars has a chord a beat until the long note on which it arrives."""
    spans, arrival = line_spans(_tune(), FOUR, first=0, bars=2)
    assert spans == ((0, 4), (4, 4), (8, 4), (12, 4), (16, 4), (20, 12))
    assert arrival == 5


def test_upbeats_belong_to_the_next_line() -> None:
    """Notes after the arrival have their own beat; a rest after it has none."""
    tune = _tune(((64, 16), (62, 12), (64, 2), (65, 2)))
    assert line_spans(tune, FOUR, first=0, bars=2)[0][-2:] == ((16, 12), (28, 4))
    assert line_spans(tune[:2], FOUR, first=0, bars=2)[0][-1] == (16, 16)


def test_lines_close_as_they_should(planned: Callable[..., Plan]) -> None:
    """The last line comes home from its dominant or subdominant, and chords follow one another without gaps."""
    plan = replace(planned("a chorale", metre="4/4"), tonality=C_MAJOR)
    for seed in range(20):
        slots = chorale_slots(_tune(), _passage(), plan, STYLES["chorale"], identity="test", seed=seed)
        assert slots[-1].chord.root == 0
        assert slots[-2].chord.root in {7, 11, 5}
        assert slots[-1].end_steps == 64
        assert all(a.end_steps == b.start_steps for a, b in pairwise(slots))


def test_beats_carry_the_tune(planned: Callable[..., Plan]) -> None:
    """Nearly every beat's chord holds the note that is sung on it, and chords are in inversion often."""
    plan = replace(planned("a chorale", metre="4/4"), tonality=C_MAJOR)
    sung = {note.start_steps: note.midi_pitch % 12 for note in _tune()}
    found = [
        slot
        for seed in range(20)
        for slot in chorale_slots(_tune(), _passage(), plan, STYLES["chorale"], identity="test", seed=seed)
    ]
    on = [slot for slot in found if slot.start_steps in sung]
    assert sum(sung[slot.start_steps] in slot.chord.pitch_classes for slot in on) >= 0.95 * len(on)
    assert sum(slot.chord.bass != slot.chord.root for slot in found) >= 0.25 * len(found)


@pytest.mark.parametrize("mode", ["dorian", "phrygian", "lydian", "mixolydian", "locrian"])
def test_modal_chorales_have_the_words_of_their_mode(planned: Callable[..., Plan], mode: str) -> None:
    """In church modes the plain vocabulary serves."""
    plan = replace(planned("a chorale", metre="4/4"), tonality=Tonality(tonic=0, mode=mode))
    slots = chorale_slots(_tune(), _passage(), plan, STYLES["chorale"], identity="test", seed=1)
    assert slots[-1].chord.root == 0
