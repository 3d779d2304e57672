"""The held end."""

from dataclasses import replace

from grym.domain.composing.holding import held, hold_ticks
from grym.domain.composing.score import Score


def test_what_sounds_at_the_end_sounds_on(scale_score: Score) -> None:
    """Two seconds at 120 BPM are four quarters more for the last note of each part, and for no other."""
    parts = held(scale_score.parts, end_ticks=scale_score.length_ticks, extra_ticks=hold_ticks(2.0, 120.0))
    assert [[note.ring_ticks for note in part.notes] for part in parts] == [[0] * 6 + [1920], [0, 0, 1920]]
    assert [part.notes[-1].duration_ticks for part in parts] == [960, 960]


def test_drums_and_full_bars_are_left_alone(scale_score: Score) -> None:
    """A struck drum does not last, and nothing is held where nothing is left of the time."""
    drums = tuple(replace(part, percussion=True) for part in scale_score.parts)
    assert held(drums, end_ticks=scale_score.length_ticks, extra_ticks=hold_ticks(2.0, 120.0)) == drums
    assert held(scale_score.parts, end_ticks=scale_score.length_ticks, extra_ticks=0) == scale_score.parts
