"""The vocabulary."""

from grym.domain.composing.naming import read_metre
from grym.domain.composing.plan import MAX_TEMPO_BPM, MIN_TEMPO_BPM
from grym.domain.composing.planner import PARAMETERS
from grym.domain.composing.vocabulary import CHARACTERS, FAST_WORDS, METRE_WORDS, MOODS, SLOW_WORDS, TEMPO_WORDS


def test_words_change_known_parameters() -> None:
    """Moods and characters name parameters that exist, within bounds."""
    assert {name for mood in MOODS.values() for name in mood.shifts} <= set(PARAMETERS)
    assert {name for row in CHARACTERS.values() for name in row} <= set(PARAMETERS)
    assert all(0 <= value <= 1 for row in CHARACTERS.values() for value in row.values())


def test_tempo_words_rise() -> None:
    """Largo is slower than presto and all can be played."""
    assert list(TEMPO_WORDS.values()) == sorted(TEMPO_WORDS.values())
    assert all(MIN_TEMPO_BPM <= tempo <= MAX_TEMPO_BPM for tempo in TEMPO_WORDS.values())
    assert max(SLOW_WORDS.values()) <= 1 < min(FAST_WORDS.values())


def test_metre_words_can_be_counted() -> None:
    """Every metre word is a metre."""
    assert all(read_metre(metre) for metre in METRE_WORDS.values())
