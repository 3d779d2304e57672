"""Figures over a tune."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.reworking.figures import dotted, figured, in_other_mode, other_mode
from grym.domain.composing.score import Tonality
from grym.domain.composing.seeds import stream
from grym.domain.composing.theory import scale_of

C = Tonality(tonic=0, mode="major")
LINES = st.lists(st.tuples(st.integers(1, 16), st.integers(48, 84)), min_size=1, max_size=20)


def line(notes: list[tuple[int, int]]) -> tuple[MelodyNote, ...]:
    """Return notes one after the other."""
    found, at = [], 0
    for length, pitch in notes:
        found.append(MelodyNote(start_steps=at, length_steps=length, midi_pitch=pitch))
        at += length
    return tuple(found)


@given(LINES, st.integers(0, 50))
def test_figures_fill_the_time_of_their_tune(notes: list[tuple[int, int]], seed: int) -> None:
    """Nothing overlaps, nothing is lost, every note of the tune still begins where it began."""
    tune = line(notes)
    found = figured(tune, C, stream(seed, "test"))
    assert sum(n.length_steps for n in found) == sum(n.length_steps for n in tune)
    assert all(a.start_steps + a.length_steps == b.start_steps for a, b in itertools.pairwise(found))
    at = {n.start_steps: n.midi_pitch for n in found}
    assert all(at[n.start_steps] == n.midi_pitch for n in tune)


@given(LINES)
def test_dotting_keeps_notes_and_time(notes: list[tuple[int, int]]) -> None:
    """Only lengths change."""
    tune = line(notes)
    found = dotted(tune, C, stream(1, "test"))
    assert [n.midi_pitch for n in found] == [n.midi_pitch for n in tune]
    assert sum(n.length_steps for n in found) == sum(n.length_steps for n in tune)


def test_the_other_mode_is_that_of_the_same_tonic() -> None:
    """The third of C major becomes that of C minor, the fifth stays."""
    minor = other_mode(C)
    found = in_other_mode(line([(4, 64), (4, 67), (4, 71)]), C, minor)
    assert [n.midi_pitch for n in found] == [63, 67, 70]
    assert all(n.midi_pitch % 12 in scale_of(minor) for n in found)
    assert other_mode(minor) == C
