"""Where motifs sound, found in scores whose notes are known."""

from dataclasses import replace
from itertools import pairwise

import pytest

from grym.domain.composing.compose import compose
from grym.domain.composing.plan import Motif, Plan, Wish
from grym.domain.composing.planner import plan as make_plan
from grym.domain.composing.quoting import quotations
from grym.domain.composing.score import Score

QUARTER = 480
RISING = Motif(intervals=(2, 2, 1), durations_beats=(1.0,) * 4, pattern_id="p")
"""The first bar of the scale: C, D, E, F."""


def test_a_motif_is_found_where_it_sounds(scale_score: Score) -> None:
    """The first four quarters at 120 BPM are two seconds; nobody else plays them."""
    [place] = quotations(scale_score, [RISING])
    assert (place.pattern_id, place.part, place.start_s, place.end_s) == ("p", "piano", 0.0, 2.0)
    assert (place.form, place.transposition_semitones) == ("stated", 0)


def test_a_motif_bent_to_the_scale_is_told_apart(scale_score: Score) -> None:
    """A semitone more or less in the same direction is its shape; another direction is not."""
    [place] = quotations(scale_score, [replace(RISING, intervals=(2, 1, 2))])
    assert place.form == "in scale"
    assert quotations(scale_score, [replace(RISING, intervals=(2, -2, 1))]) == ()
    assert quotations(scale_score, [replace(RISING, intervals=(4, 2, 1))]) == ()


def test_the_rhythm_counts(scale_score: Score) -> None:
    """The same pitches in other lengths are another idea."""
    assert quotations(scale_score, [replace(RISING, durations_beats=(1.5, 0.5, 1.0, 1.0))]) == ()


def test_each_place_is_transposed_against_the_first(scale_score: Score) -> None:
    """The motif again a fourth higher is a place of its own."""
    melody, *others = scale_score.parts
    again = [
        replace(note, start_ticks=note.start_ticks + 8 * QUARTER, midi_pitch=note.midi_pitch + 5)
        for note in melody.notes[:4]
    ]
    longer = replace(scale_score, parts=(replace(melody, notes=(*melody.notes, *again)), *others))
    assert [(place.start_s, place.transposition_semitones) for place in quotations(longer, [RISING])] == [
        (0.0, 0),
        (4.0, 5),
    ]


def test_an_own_idea_is_no_quotation(scale_score: Score) -> None:
    """A motif that was made up comes from no pattern; two notes are none either."""
    assert quotations(scale_score, [replace(RISING, pattern_id="")]) == ()
    assert quotations(scale_score, [Motif(intervals=(2,), durations_beats=(1.0, 3.0), pattern_id="p")]) == ()


@pytest.mark.parametrize("prompt", ["a calm piano nocturne in D minor", "a lively folk dance in G major"])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_lent_really_sounds(prompt: str, seed: int) -> None:
    """A piece that builds on a motif states it, and what is told of it stands in the score, note by note."""
    motif = Motif(intervals=(2, 2, 1, 2), durations_beats=(0.5, 0.5, 0.5, 0.5, 1.0), pattern_id="p")
    plan: Plan = make_plan(Wish(prompt=prompt, seconds=20.0), seed=seed)
    score = compose(plan, seed=seed, motifs=[motif])
    places = [place for place in quotations(score, [motif]) if place.form == "stated"]
    assert places
    melody = next(part for part in score.parts if part.role == "melody")
    for place in places:
        start = place.start_s * score.tempo_bpm / 60.0 * QUARTER
        first = min(range(len(melody.notes)), key=lambda at: abs(melody.notes[at].start_ticks - start))
        pitches = [note.midi_pitch for note in melody.notes[first : first + 5]]
        assert [after - before for before, after in pairwise(pitches)] == [2, 2, 1, 2]


def test_nothing_lent_changes_nothing() -> None:
    """A piece without motifs is the same as ever, and quotes nothing."""
    plan = make_plan(Wish(prompt="a waltz in F major", seconds=15.0), seed=4)
    assert compose(plan, seed=4) == compose(plan, seed=4, motifs=())
    assert quotations(compose(plan, seed=4), ()) == ()
