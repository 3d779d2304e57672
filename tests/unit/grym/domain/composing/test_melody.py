"""Melody."""

import itertools
from collections.abc import Callable
from dataclasses import replace

from grym.domain.composing.character import Character
from grym.domain.composing.form import Passage
from grym.domain.composing.harmony import Slot
from grym.domain.composing.instruments import VOICES
from grym.domain.composing.melody import (
    MelodyNote,
    chord_at,
    melodic_range,
    melody_over,
    ornamented,
    write_melody,
)
from grym.domain.composing.phrase import MelodyContext
from grym.domain.composing.plan import Plan
from grym.domain.composing.scheme import scheme_of
from grym.domain.composing.score import Tonality
from grym.domain.composing.styles import STYLES
from grym.domain.composing.theory import chord_of

Planned = Callable[..., Plan]
C_MAJOR = Tonality(tonic=0, mode="major")
SLOTS = tuple(
    Slot(start_steps=16 * at, length_steps=16, chord=chord_of(numeral, C_MAJOR))
    for at, numeral in enumerate(("I", "IV", "V7", "I"))
)


def _passage(*, occurrence: int = 0, name: str = "A") -> Passage:
    return Passage(name=name, start_bar=0, bars=4, phrases=(4,), intensity=0.5, occurrence=occurrence, closing="final")


def _context(plan: Plan, seed: int = 1, character: Character = Character()) -> MelodyContext:  # noqa: B008  # frozen
    return MelodyContext(
        plan=plan, style=STYLES[plan.style], voice=VOICES["flute"], identity="test", seed=seed, character=character
    )


def test_melodies_arrive_on_the_tonic(planned: Planned) -> None:
    """Whatever the seed, the last note is the tonic and lies in range."""
    plan = planned("a sonata in C major for flute", metre="4/4")
    low, high, _ = melodic_range(VOICES["flute"], plan, STYLES[plan.style])
    for seed in range(20):
        notes = write_melody(_passage(), SLOTS, _context(plan, seed))
        assert notes[-1].midi_pitch % 12 == 0
        assert notes[-1].length_steps == 16
        assert all(low <= note.midi_pitch <= high for note in notes)


def test_downbeats_are_mostly_chord_tones(planned: Planned) -> None:
    """At least nine of ten notes on the first beat belong to the chord."""
    plan = planned("a sonata in C major for flute", metre="4/4")
    notes = [n for seed in range(20) for n in write_melody(_passage(), SLOTS, _context(plan, seed))]
    strong = [note for note in notes if note.start_steps % 16 == 0]
    fits = sum(note.midi_pitch % 12 in chord_at(SLOTS, note.start_steps).pitch_classes for note in strong)
    assert fits >= 0.9 * len(strong)


def test_melodies_move_by_small_steps(planned: Planned) -> None:
    """Half of all moves are steps and none passes an octave."""
    plan = planned("a sonata in C major for flute", metre="4/4")
    moves = []
    for seed in range(20):
        pitches = [note.midi_pitch for note in write_melody(_passage(), SLOTS, _context(plan, seed))]
        moves += [abs(b - a) for a, b in itertools.pairwise(pitches)]
    assert sum(move <= 2 for move in moves) >= 0.5 * len(moves)
    assert max(moves) <= 12


def test_introductions_have_no_melody(planned: Planned) -> None:
    """An introduction leaves the stage to the accompaniment."""
    assert write_melody(_passage(name="intro"), SLOTS, _context(planned("a waltz"))) == ()


def test_repeats_recall_their_model(planned: Planned) -> None:
    """The first two bars of a repeat are those of the model."""
    plan = planned("a sonata in C major for flute", metre="4/4")
    first = write_melody(_passage(), SLOTS, _context(plan))
    again = write_melody(_passage(occurrence=1), SLOTS, _context(plan), model=first)
    assert [n for n in again if n.start_steps < 32] == [n for n in first if n.start_steps < 32]


def test_ornaments_fill_thirds_and_leave_the_end_alone(planned: Planned) -> None:
    """Of long notes a third apart some get a passing note between them; first statements and ends stay plain."""
    plan = planned("a sonata in C major for flute", metre="4/4")
    notes = tuple(MelodyNote(start_steps=4 * at, length_steps=4, midi_pitch=72 + 4 * (at % 2)) for at in range(16))
    assert ornamented(notes, _passage(), SLOTS, _context(plan)) == notes
    assert ornamented(notes, _passage(occurrence=3), SLOTS, _context(plan, character=Character(plainness=1.0))) == notes
    varied = ornamented(notes, _passage(occurrence=3), SLOTS, _context(plan, character=Character(plainness=0.0)))
    passing = [note for note in varied if note not in notes and note.length_steps == 2 and note.start_steps % 4 == 2]
    assert passing
    assert varied[-1] == notes[-1]
    assert all(note.midi_pitch in {74, 76, 72, 71, 77} for note in varied)


def test_brightness_moves_the_centre(planned: Planned) -> None:
    """High music is higher than low music."""
    high = melodic_range(VOICES["piano"], planned("high waltz"), STYLES["waltz"])
    low = melodic_range(VOICES["piano"], planned("low waltz"), STYLES["waltz"])
    assert high[2] > low[2] + 4


def test_phrases_of_one_letter_begin_alike(planned: Planned) -> None:
    """Of two phrases that share letter and chords, the second repeats the first up to its close."""
    plan = planned("a folk song in C major for flute", metre="4/4")
    slots = tuple(replace(slot, start_steps=slot.start_steps + 64 * again) for again in (0, 1) for slot in SLOTS)
    passage = replace(_passage(), bars=8, phrases=(4, 4))
    alike = pairs = 0
    for seed in range(20):
        context = _context(plan, seed)
        scheme = scheme_of(passage, context.style, identity="test", seed=seed)
        if scheme[0].label == scheme[1].label:
            pairs += 1
            notes = write_melody(passage, slots, context)
            first = [n for n in notes if n.start_steps < 40]
            again = [replace(n, start_steps=n.start_steps - 64) for n in notes if 64 <= n.start_steps < 104]
            # The way into the phrase and out of it may bend a note.
            alike += sum(one in again for one in first) >= len(first) - 2
    assert pairs >= 5
    assert alike >= 0.8 * pairs


def test_a_melody_over_given_chords(planned: Planned) -> None:
    """Chords alone are enough to write a melody that ends with them, at home."""
    notes = melody_over(SLOTS, _context(planned("a waltz in C major", metre="4/4")), bars=4)
    assert notes[-1].midi_pitch % 12 == 0
    assert notes[-1].start_steps + notes[-1].length_steps == 64
