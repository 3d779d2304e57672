"""Shared runs of tunes that are equal, transposed or unrelated."""

from benchmarks.music.pieces import Note
from benchmarks.music.variety import Tune, memorised, runs, shared

LINE = [60, 62, 64, 65, 67, 64, 60, 67, 69, 72, 71, 67, 65, 62, 59, 60]


def _tune(name: str, pitches: list[int], *, beat: float = 1.0) -> Tune:
    notes = tuple(Note(start=at * beat, length=beat, pitch=pitch) for at, pitch in enumerate(pitches))
    return Tune(name=name, prompt=name, notes=notes)


def test_runs_know_intervals_and_lengths() -> None:
    """Sixteen notes have twelve runs of five; a transposed line has the same ones."""
    own = runs(_tune("a", LINE).notes, 5)
    assert len(own) == 12
    assert own == runs(_tune("b", [pitch + 5 for pitch in LINE]).notes, 5)


def test_a_transposed_tune_overlaps_wholly_and_another_not_at_all() -> None:
    """Of three tunes the two that are one share everything."""
    tunes = [_tune("a", LINE), _tune("b", [pitch + 5 for pitch in LINE]), _tune("c", LINE[::-1])]
    found = shared(tunes)
    assert found.overlaps.max() == 1
    assert found.worst == ("a", "b")
    assert found.overlaps.min() == 0


def test_other_lengths_are_another_tune_unless_intervals_count_alone() -> None:
    """The same pitches in eighths share no run of intervals and lengths, and all of intervals."""
    tunes = [_tune("a", LINE), _tune("b", LINE, beat=0.5)]
    assert shared(tunes).overlaps.max() == 0
    assert shared(tunes, with_values=False).overlaps.max() == 1


def test_a_quotation_is_found_and_a_scale_is_none() -> None:
    """Twelve notes of a known tune are a quotation; a chromatic scale that both have is not."""
    scale = list(range(50, 66))
    known = [_tune("known", [40, 41, *LINE]), _tune("scale", scale)]
    assert memorised([_tune("new", [70, 71, 75, *LINE])], known) == [("new", "known")]
    assert memorised([_tune("run", scale)], known) == []
