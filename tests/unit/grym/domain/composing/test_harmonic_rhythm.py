"""Where chords begin."""

import pytest

from grym.domain.composing.harmonic_rhythm import even_spans, half_bar, phrase_spans
from grym.domain.composing.score import Metre
from grym.domain.composing.styles import STYLES

FOUR = Metre(beats=4, unit=4)


@pytest.mark.parametrize("style", sorted(STYLES))
@pytest.mark.parametrize("closing", ["half", "final"])
@pytest.mark.parametrize("bars", range(1, 7))
def test_spans_fill_the_phrase(style: str, closing: str, bars: int) -> None:
    """Chords follow one another from the first bar line to the last."""
    spans = phrase_spans(bars, closing, FOUR, STYLES[style])  # type: ignore[arg-type]  # closings by name
    assert [start for start, _ in spans] == [0, *(start + length for start, length in spans)][: len(spans)]
    assert sum(length for _, length in spans) == 16 * bars
    assert all(length > 0 for _, length in spans)


def test_chords_quicken_before_a_close() -> None:
    """A waltz of four bars has a chord a bar and two in the third, where a folk song has one."""
    three = Metre(beats=3, unit=4)
    assert [length for _, length in phrase_spans(4, "final", three, STYLES["waltz"])] == [12, 12, 8, 4, 12]
    assert [length for _, length in phrase_spans(4, "final", three, STYLES["folk"])] == [12, 12, 12, 12]


def test_bars_divide_at_their_groups() -> None:
    """4/4 divides in the middle, 3/4 after two beats, 5/4 after three."""
    assert [half_bar(Metre(beats=beats, unit=4)) for beats in (4, 3, 5)] == [8, 8, 12]


def test_few_chords_share_the_bars() -> None:
    """Two chords in three bars begin on bar lines; two in one bar divide it."""
    assert even_spans(2, 3, FOUR) == [(0, 32), (32, 16)]
    assert even_spans(2, 1, FOUR) == [(0, 8), (8, 8)]
