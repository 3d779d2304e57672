"""The phrases that are understood."""

from collections.abc import Collection

import pytest

from grym.domain.composing.instruments import VOICES
from grym.domain.composing.styles import STYLES
from grym.domain.composing.vocabulary import CHARACTERS, ENSEMBLES, LEANINGS, MOODS
from grym.domain.composing.words import french, german
from grym.domain.composing.words.lexicon import PHRASES, meanings, style_called


def test_every_meaning_exists() -> None:
    """No phrase of any language stands for a style, mood, instrument, ensemble or character that is not there."""
    known: dict[str, Collection[str]] = {
        "style": STYLES,
        "mood": MOODS,
        "instrument": VOICES,
        "ensemble": ENSEMBLES,
        "character": CHARACTERS,
    }
    for found in PHRASES.values():
        assert all(name in known[kind] for kind, name in found if kind in known)
    assert set(LEANINGS.values()) <= set(STYLES)


@pytest.mark.parametrize("language", [german, french])
def test_languages_name_every_mood(language: object) -> None:
    """Whoever speaks it can ask for all of them."""
    assert set(language.MOODS) == set(MOODS)  # type: ignore[attr-defined]  # both modules have it


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [
        ("ruhiges", ("mood", "calm")),
        ("ruhiger", ("mood", "calm")),
        ("klavierstueck", ("instrument", "piano")),
        ("orgelmusik", ("instrument", "organ")),
        ("gitarrenmelodie", ("instrument", "acoustic guitar")),
        ("calmes", ("mood", "calm")),
        ("walzer", ("style", "waltz")),
    ],
)
def test_endings_and_compounds(phrase: str, meaning: tuple[str, str]) -> None:
    """Inflected and compound words are found by their stems."""
    assert meaning in meanings(phrase, before_noun=True)


def test_a_comparative_is_no_ending() -> None:
    """At the end of a sentence "langsamer" compares; before a noun it is an adjective."""
    assert meanings("langsamer", before_noun=False) == ()
    assert meanings("langsamer", before_noun=True) == (("slow", "slow"),)


def test_a_style_by_name() -> None:
    """A name or phrase alone, in any language, and nothing around it."""
    assert (style_called("Bossa Nova"), style_called("Walzer"), style_called("polka-metal")) == ("bossa", "waltz", None)
