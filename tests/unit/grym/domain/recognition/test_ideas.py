"""Melodic ideas of a line that was heard."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.domain.recognition.ideas import MOST_BEATS, beat_of, motifs_of
from grym.domain.recognition.imprint import Melody

THEME = [(60, 1.0), (62, 0.5), (64, 0.5), (67, 1.0), (65, 1.0)]
OTHER = [(71, 0.5), (69, 0.5), (66, 1.0), (62, 2.0)]


def played(notes: list[tuple[int, float]], *, beat_s: float = 0.5, semitones: int = 0) -> Melody:
    """Return notes of pitch and beats as they are heard."""
    starts = np.cumsum([0.0, *(beats for _, beats in notes)]) * beat_s
    return Melody(
        pitches=np.array([pitch + semitones for pitch, _ in notes], dtype=np.int32),
        starts_s=starts[:-1].astype(np.float32),
        ends_s=starts[1:].astype(np.float32),
    )


@given(st.sampled_from([0.42, 0.5, 0.55, 0.6]), st.integers(min_value=-12, max_value=12))
@settings(deadline=None)
def test_what_returns_comes_first(beat_s: float, semitones: int) -> None:
    """A theme that is played three times among other notes is the first idea, in any key and at any tempo."""
    notes = [*THEME, *OTHER, *THEME, *reversed(OTHER), *THEME]
    first = motifs_of(played(notes, beat_s=beat_s, semitones=semitones), limit=3)[0]
    theme = tuple(after[0] - before[0] for before, after in pairwise(THEME))
    assert first.intervals == theme[: len(first.intervals)]
    assert len(first.intervals) >= 3


@pytest.mark.parametrize("beat_s", [0.42, 0.5, 0.55, 0.6])
def test_the_beat_is_the_length_notes_are_multiples_of(beat_s: float) -> None:
    """Quarters and eighths give the quarter."""
    assert beat_of(played([*THEME, *OTHER, *THEME], beat_s=beat_s)) == pytest.approx(beat_s, rel=0.03)


@given(st.lists(st.tuples(st.integers(55, 80), st.sampled_from([0.25, 0.5, 1.0, 1.5, 2.0])), max_size=30))
@settings(max_examples=50, deadline=None)
def test_ideas_are_short_and_whole(notes: list[tuple[int, float]]) -> None:
    """Whatever is played, an idea has one length more than intervals and is no longer than a bar."""
    for motif in motifs_of(played(notes), limit=4):
        assert len(motif.durations_beats) == len(motif.intervals) + 1
        assert sum(motif.durations_beats) <= MOST_BEATS
        assert len(set(motif.intervals)) > 1


@given(st.integers(min_value=0, max_value=6))
def test_no_more_than_asked_for(limit: int) -> None:
    """At most `limit` ideas come back, none of them twice."""
    found = motifs_of(played([*THEME, *OTHER, *reversed(THEME), *OTHER]), limit=limit)
    assert len(found) <= limit
    assert len(set(found)) == len(found)


def test_a_leap_between_voices_is_no_melody() -> None:
    """Where the line jumps by an octave, no idea goes over the jump."""
    notes = [(60, 0.5), (62, 0.5), (64, 1.0), (79, 0.5), (81, 0.5), (83, 1.0)] * 2
    assert all(max(map(abs, motif.intervals)) <= 9 for motif in motifs_of(played(notes), limit=4))


def test_too_little_gives_no_idea() -> None:
    """No note, two notes, one pitch again and again: nothing worth lending."""
    for notes in ([], THEME[:2], [(60, 0.5)] * 20):
        assert motifs_of(played(notes), limit=3) == ()
