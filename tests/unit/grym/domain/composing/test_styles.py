"""Style rows."""

import pytest

from grym.domain.composing.instruments import VOICES
from grym.domain.composing.naming import read_metre
from grym.domain.composing.patterns import BASS, CHORDS, DRUMS
from grym.domain.composing.rhythm import FAMILIES
from grym.domain.composing.score import Tonality
from grym.domain.composing.styles import DEFAULT_STYLE, STYLES
from grym.domain.composing.theory import SCALES, chord_of


@pytest.mark.parametrize("name", sorted(STYLES))
def test_rows_name_what_exists(name: str) -> None:
    """Players, patterns, rhythms, metres and chords of a style are all defined."""
    style = STYLES[name]
    players = (*style.melody, *style.chords, *style.bass, *style.pad, *style.counter)
    assert set(players) <= set(VOICES)
    assert set(style.accompaniments) <= set(CHORDS)
    assert set(style.basses) <= set(BASS)
    assert style.drums in {"", *DRUMS}
    assert style.rhythm in FAMILIES
    assert set(style.modes) <= set(SCALES)
    assert all(read_metre(metre) for metre in style.metres)
    for mode, loops in (("major", style.major_loops), ("minor", style.minor_loops)):
        for loop in loops:
            first, *_ = [chord_of(numeral, Tonality(tonic=0, mode=mode)) for numeral in loop.split()]
            assert first.root == 0, "a loop begins at home, or the key is not heard"


def test_loop_styles_have_loops() -> None:
    """A style of the loops dialect has loops for major and minor."""
    loops = [style for style in STYLES.values() if style.dialect == "loops"]
    assert loops
    assert all(style.major_loops and style.minor_loops for style in loops)


def test_default_exists() -> None:
    """The style taken without a wish is in the table."""
    assert DEFAULT_STYLE in STYLES


def test_words_are_unambiguous() -> None:
    """No word asks for two styles."""
    words = [word for style in STYLES.values() for word in (style.name, *style.words)]
    assert len(words) == len(set(words))
