"""How phrases belong together."""

import pytest

from grym.domain.composing.form import Passage, phrase_lengths
from grym.domain.composing.scheme import BLUES, CLASSICAL, DEVELOPED, HYMN, LOOPED, SONG, is_song, scheme_of, schemes_of
from grym.domain.composing.styles import STYLES


def _passage(bars: int, name: str = "A") -> Passage:
    return Passage(
        name=name,
        start_bar=0,
        bars=bars,
        phrases=phrase_lengths(bars),
        intensity=0.5,
        occurrence=0,
        closing="authentic",
    )


@pytest.mark.parametrize("schemes", [SONG, CLASSICAL, LOOPED, BLUES, HYMN, DEVELOPED])
def test_schemes_name_every_phrase(schemes: dict[int, tuple[tuple[float, str], ...]]) -> None:
    """A scheme has a letter and a close for each phrase, begins with an opening and closes fully."""
    for count, rows in schemes.items():
        for weight, text in rows:
            words = text.split()
            assert weight > 0
            assert len(words) == count
            assert words[0][0] in "ap"
            assert all(word[1] in ";,." for word in words)
            assert words[-1][1] == "."


@pytest.mark.parametrize("bars", [1, 4, 8, 12, 16, 20, 24, 40])
@pytest.mark.parametrize("style", ["classical", "folk", "blues", "techno", "jazz"])
def test_phrases_fill_their_section(bars: int, style: str) -> None:
    """Phrases follow one another, the last one closes as the section does, and statements are counted."""
    passage = _passage(bars)
    found = scheme_of(passage, STYLES[style], identity="x", seed=3)
    assert [phrase.bars for phrase in found] == list(passage.phrases)
    assert [phrase.first_bar for phrase in found] == [sum(passage.phrases[:at]) for at in range(len(found))]
    assert found[-1].is_last
    assert found[-1].closing == "authentic"
    for at, phrase in enumerate(found):
        assert phrase.statement == sum(one.label == phrase.label for one in found[:at])


def test_sections_of_one_name_have_one_scheme() -> None:
    """A variation has the phrases of its theme, another section may have others."""
    theme, variation = (
        [phrase.label for phrase in scheme_of(_passage(16, name), STYLES["classical"], identity="x", seed=5)]
        for name in ("theme", "variation")
    )
    assert theme == variation


def test_most_sections_repeat_a_phrase() -> None:
    """In most sections of four phrases some phrase comes back."""
    found = [scheme_of(_passage(16), STYLES["folk"], identity="x", seed=seed) for seed in range(40)]
    assert all(any(phrase.statement for phrase in one) for one in found)


def test_every_kind_of_music_has_its_schemes() -> None:
    """Hymns are through-composed, quartets develop, marches repeat like songs though their harmony is classical."""
    assert schemes_of(STYLES["chorale"]) is HYMN
    assert schemes_of(STYLES["string quartet"]) is DEVELOPED
    assert schemes_of(STYLES["march"]) is SONG
    assert schemes_of(STYLES["nocturne"]) is CLASSICAL
    assert is_song(STYLES["folk"])
    assert not is_song(STYLES["classical"])
