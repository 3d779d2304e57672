"""Chords and pads."""

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from grym.domain.composing.accompaniment import CHORDS_HIGH, CHORDS_LOW, SECOND_HAND_HIGH, write_chords, write_pad
from grym.domain.composing.form import Passage
from grym.domain.composing.harmony import Slot
from grym.domain.composing.instruments import VOICES
from grym.domain.composing.plan import Plan
from grym.domain.composing.score import Tonality
from grym.domain.composing.styles import STYLES
from grym.domain.composing.texture import Texture
from grym.domain.composing.theory import chord_of

Planned = Callable[..., Plan]
C_MAJOR = Tonality(tonic=0, mode="major")
SLOTS = tuple(
    Slot(start_steps=16 * at, length_steps=16, chord=chord_of(numeral, C_MAJOR))
    for at, numeral in enumerate(("I", "IV", "V7", "I"))
)


def _texture(plan: Plan, *, has_bass: bool) -> Texture:
    passage = Passage(name="A", start_bar=0, bars=4, phrases=(4,), intensity=0.5, occurrence=0, closing="authentic")
    return Texture(
        plan=plan,
        style=STYLES[plan.style],
        passage=passage,
        slots=SLOTS,
        following=SLOTS[0],
        identity="test",
        seed=1,
        has_bass=has_bass,
    )


@pytest.mark.parametrize("style", sorted(STYLES))
def test_accompaniments_sound_the_chord(planned: Planned, style: str) -> None:
    """Every accompanying note is a tone of the chord under which it is struck."""
    notes, _ = write_chords(
        _texture(planned("a piece", style=style, metre="4/4"), has_bass=True), VOICES["piano"], None
    )
    for note in notes:
        assert note.midi_pitch % 12 in SLOTS[note.start_steps // 16].chord.pitch_classes
        assert note.midi_pitch >= CHORDS_LOW


def test_a_lone_pianist_plays_the_bass_too(planned: Planned) -> None:
    """Without a bass player the first note of each bar is the root below the chord."""
    notes, _ = write_chords(_texture(planned("a nocturne", metre="4/4"), has_bass=False), VOICES["piano"], None)
    first = [note.midi_pitch for note in notes if note.start_steps % 16 == 0]
    assert [pitch % 12 for pitch in first] == [0, 5, 7, 0]
    assert max(first) < 52


def test_ringing_notes_stop_with_their_chord(planned: Planned) -> None:
    """Let-ring notes sound to the change of chord and no farther."""
    notes, _ = write_chords(_texture(planned("a nocturne", metre="4/4"), has_bass=False), VOICES["piano"], None)
    assert {note.start_steps + note.length_steps + note.ring_steps for note in notes} == {16.0, 32.0, 48.0, 64.0}


def test_pads_hold_each_chord(planned: Planned) -> None:
    """A pad strikes each chord once and holds it."""
    plan = planned("ambient", metre="4/4")
    notes, last = write_pad(_texture(plan, has_bass=True), VOICES["warm pad"], None)
    assert {(note.start_steps, note.length_steps) for note in notes} == {(0, 16), (16, 16), (32, 16), (48, 16)}
    assert len(last) == STYLES["ambient"].voices


def test_voices_lead_on_over_the_section(planned: Planned) -> None:
    """From chord to chord the voices of a block accompaniment move less than a fourth on average."""
    plan = replace(planned("ambient", metre="4/4"))
    notes, _ = write_pad(_texture(plan, has_bass=True), VOICES["warm pad"], None)
    chords = [sorted(n.midi_pitch for n in notes if n.start_steps == 16 * at) for at in range(4)]
    moves = [abs(a - b) for one, two in itertools.pairwise(chords) for a, b in zip(one, two, strict=True)]
    assert sum(moves) / len(moves) < 5
    assert CHORDS_HIGH > CHORDS_LOW


def test_stride_has_bass_octaves_and_chords_in_turn(planned: Planned) -> None:
    """Root and fifth in octaves on the beats, the chord above them between."""
    texture = _texture(planned("a ragtime in C major", metre="4/4"), has_bass=False)
    notes, _ = write_chords(texture, VOICES["piano"], None)
    bar = [note for note in notes if note.start_steps < 16]
    on_beats = {step: sorted(note.midi_pitch for note in bar if note.start_steps == step) for step in (0, 4, 8, 12)}
    assert [pitches[1] - pitches[0] for pitches in on_beats.values()] == [12] * 4
    assert [pitches[0] % 12 for pitches in on_beats.values()] == [0, 7, 0, 7]
    assert min(note.midi_pitch for note in bar if note.start_steps % 4 == 2) > on_beats[0][0]


def test_the_second_hand_stays_under_the_tune(planned: Planned) -> None:
    """A wide figure on the instrument of the melody is folded down."""
    texture = _texture(planned("a piano sonata in C major", metre="4/4"), has_bass=False)
    notes, _ = write_chords(texture, VOICES["piano"], None)
    assert max(note.midi_pitch for note in notes) <= SECOND_HAND_HIGH
