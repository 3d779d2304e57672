"""Which chords a score has."""

import pytest

from grym.domain.composing.reworking.chords import chord_spans, harmony_of
from grym.domain.composing.score import Metre, Note, Part, Tonality

C = Tonality(tonic=0, mode="major")
COMMON = Metre(beats=4, unit=4)


def bars_of(*chords: tuple[int, ...]) -> Part:
    """Return a part that plays a chord a bar."""
    notes = tuple(
        Note(start_ticks=1920 * at, duration_ticks=1920, midi_pitch=pitch, velocity=80)
        for at, chord in enumerate(chords)
        for pitch in chord
    )
    return Part(name="piano", role="chords", program=0, notes=notes)


def test_plain_chords_are_named() -> None:
    """C, F, G7 and C, a bar each, at their places."""
    part = bars_of((48, 60, 64, 67), (53, 60, 65, 69), (55, 59, 62, 65), (48, 60, 64, 67))
    slots = harmony_of([part], (), C, COMMON, bars=4)
    spans = chord_spans(slots, C)
    assert [span.symbol for span in spans] == ["C", "F", "G7", "C"]
    assert [span.start_ticks for span in spans] == [0, 1920, 3840, 5760]


@pytest.mark.parametrize("bars", [1, 3, 8])
def test_silence_has_chords_that_fill_it(bars: int) -> None:
    """Whoever accompanies needs one everywhere."""
    slots = harmony_of([], (), C, COMMON, bars=bars)
    assert sum(slot.length_steps for slot in slots) == 16 * bars
