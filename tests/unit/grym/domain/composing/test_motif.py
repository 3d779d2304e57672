"""Motifs."""

from grym.domain.composing.motif import (
    Idea,
    augmented,
    contour,
    fragmented,
    from_memory,
    invent,
    inverted,
    motifs_of,
    retrograde,
)
from grym.domain.composing.plan import Motif
from grym.domain.composing.score import Metre, Score
from grym.domain.composing.seeds import stream

FOUR_FOUR = Metre(beats=4, unit=4)
IDEA = Idea(lengths=(4, 2, 2, 8), steps=(1, 1, -3))


def test_inversion_and_retrograde() -> None:
    """Inversion turns the steps round, retrograde also their order."""
    assert inverted(IDEA).steps == (-1, -1, 3)
    assert retrograde(IDEA).steps == (3, -1, -1)
    assert inverted(IDEA).lengths == retrograde(IDEA).lengths == IDEA.lengths


def test_fragmentation_says_the_head_twice() -> None:
    """The first half of the bar returns a step lower, since the idea falls as a whole."""
    assert fragmented(IDEA) == Idea(lengths=(4, 2, 2, 4, 2, 2), steps=(1, 1, -3, 1, 1))


def test_ideas_that_do_not_divide_stay_whole() -> None:
    """A dotted figure over the middle of the bar is not cut."""
    odd = Idea(lengths=(6, 6, 4), steps=(1, 1))
    assert fragmented(odd) == odd


def test_augmentation_doubles_lengths() -> None:
    """Doubled lengths fill the bar with the head of the idea."""
    assert augmented(IDEA) == Idea(lengths=(8, 4, 4), steps=(1, 1))


def test_contours_stay_within_an_octave() -> None:
    """However long, a contour does not run away."""
    for seed in range(30):
        steps = contour(12, rng=stream(seed, "contour"))
        assert len(steps) == 12
        assert all(abs(sum(steps[:end])) <= 9 for end in range(13))


def test_invented_ideas_fill_a_bar() -> None:
    """An invented idea has a bar's length and a step between any two notes."""
    idea = invent("song", FOUR_FOUR, density=0.5, tempo_bpm=100, rng=stream(1, "idea"), least_notes=3)
    assert sum(map(abs, idea.lengths)) == 16
    assert len(idea.steps) == sum(length > 0 for length in idea.lengths) - 1 >= 2


def test_memory_is_fitted_to_the_bar() -> None:
    """A motif of two bars gives its first bar; the last note fills the rest."""
    motif = Motif(intervals=(2, 2, -4, 5), durations_beats=(1.0, 1.0, 1.0, 2.0, 1.0))
    assert from_memory(motif, FOUR_FOUR) == Idea(lengths=(4, 4, 8), steps=(1, 1), intervals=(2, 2))


def test_a_developed_memory_may_bend() -> None:
    """Only a plain statement is a quotation whose intervals are kept."""
    idea = from_memory(Motif(intervals=(2, 2, -4), durations_beats=(1.0,) * 4), FOUR_FOUR)
    assert idea is not None
    assert all(change(idea).intervals == () for change in (inverted, retrograde, fragmented, augmented))


def test_too_long_a_memory_is_left_out() -> None:
    """Of a motif whose first note fills the bar nothing is left."""
    assert from_memory(Motif(intervals=(2,), durations_beats=(4.0, 4.0)), FOUR_FOUR) is None


def test_motifs_of_a_score(scale_score: Score) -> None:
    """The bars of the melody come back as intervals and lengths, the most frequent first."""
    motifs = motifs_of(scale_score, limit=5)
    assert motifs == (
        Motif(intervals=(2, 2, 1), durations_beats=(1.0,) * 4),
        Motif(intervals=(4, 1), durations_beats=(1.0, 1.0, 2.0)),
    )
    assert motifs_of(scale_score, limit=1) == motifs[:1]
    assert motifs_of(scale_score, limit=0) == ()
