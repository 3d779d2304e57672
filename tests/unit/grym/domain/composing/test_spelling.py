"""Names of pitches on the page."""

from dataclasses import replace

from grym.domain.composing.notation import Value
from grym.domain.composing.score import ChordSpan, Score
from grym.domain.composing.spelling import Speller


def _over(score: Score, symbol: str, tones: tuple[int, ...]) -> Score:
    chord = ChordSpan(start_ticks=0, duration_ticks=1920, symbol=symbol, numeral="", pitch_classes=tones)
    return replace(score, chords=(chord,))


def test_tones_of_the_chord_are_thirds(scale_score: Score) -> None:
    """In C major a black key under E is D sharp over B7 and E flat over C minor."""
    assert Speller(_over(scale_score, "B7", (11, 3, 6, 9)), 0).spell(63, 0) == ("D", 1, 4)
    assert Speller(_over(scale_score, "Cm", (0, 3, 7)), 0).spell(63, 0) == ("E", -1, 4)


def test_octaves_follow_the_letter(scale_score: Score) -> None:
    """B3 lies under middle C, and C flat keeps the octave of C."""
    assert Speller(scale_score, 0).spell(59, 0) == ("B", 0, 3)
    assert Speller(_over(scale_score, "Abm", (8, 11, 3)), 0).spell(71, 0) == ("C", -1, 5)


def test_accidentals_are_printed_once_a_bar(scale_score: Score) -> None:
    """F sharp twice in a bar is marked once, the F natural after it again."""
    voice = [Value(start=12 * at, length=12, pitches=(pitch,)) for at, pitch in enumerate((66, 66, 65, 67))]
    speller = Speller(_over(scale_score, "D7", (2, 6, 9, 0)), 0)
    assert speller.accidentals([voice]) == {(0, 66): "sharp", (24, 65): "natural"}
