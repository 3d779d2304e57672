"""Keys in three languages."""

import itertools

import pytest

from grym.domain.composing.score import Tonality
from grym.domain.composing.words.folding import plain
from grym.domain.composing.words.keys import asked_key, is_tonal, keys, modes
from grym.errors import InvalidRequestError

_ENGLISH = ("C", "C#", "D", "E-flat", "E", "F", "F sharp", "G", "Ab", "A", "B flat", "B")
_GERMAN = ("C", "Cis", "D", "Es", "E", "F", "Fis", "G", "As", "A", "B", "H")
_FRENCH = ("do", "do dièse", "ré", "mi bémol", "mi", "fa", "fa dièse", "sol", "la bémol", "la", "si bémol", "si")


@pytest.mark.parametrize(("tonic", "mode"), [*itertools.product(range(12), ("major", "minor"))])
def test_every_key_is_read_in_every_language(tonic: int, mode: str) -> None:
    """Twelve tonics and two modes, spelled as people of each language spell them."""
    german = f"{_GERMAN[tonic]}-Dur" if mode == "major" else f"{_GERMAN[tonic].lower()}-Moll"
    french = f"{_FRENCH[tonic]} {'majeur' if mode == 'major' else 'mineur'}"
    for text in (f"a piece in {_ENGLISH[tonic]} {mode}", f"ein Stück in {german}", f"un morceau en {french}"):
        assert keys(plain(text)) == (Tonality(tonic=tonic, mode=mode),), text


@pytest.mark.parametrize(
    ("text", "tonic", "mode"),
    [
        ("in D dorisch", 2, "dorian"),
        ("en sol mixolydien", 7, "mixolydian"),
        ("in Fis", 6, ""),
        ("Tonart: H", 11, ""),
        ("une valse en ré", 2, ""),
        ("in Am", 9, "minor"),
        ("F#m techno", 6, "minor"),
        ("in B minor", 11, "minor"),
        ("in b-Moll", 10, "minor"),
    ],
)
def test_other_spellings(text: str, tonic: int, mode: str) -> None:
    """Modes, letters alone and chord-like names; B is B flat beside Dur and Moll only."""
    assert keys(plain(text)) == (Tonality(tonic=tonic, mode=mode),)


@pytest.mark.parametrize(
    "text",
    ["Am Abend am See", "es soll ruhig sein", "la mer", "do it again", "as good as it gets", "en si peu de temps"],
)
def test_words_that_only_look_like_keys(text: str) -> None:
    """Pronouns, articles and prepositions are no keys."""
    assert keys(plain(text)) == ()


def test_modes_are_found_without_a_tonic() -> None:
    """Also inflected; what is short means something else too."""
    assert modes("in Moll") == ("minor",)
    assert modes("eine dorische Weise") == ("dorian",)
    assert modes("il est dur") == ()


@pytest.mark.parametrize(
    ("text", "tonic", "mode"), [("h-Moll", 11, "minor"), ("fa dièse mineur", 6, "minor"), ("Bb", 10, "major")]
)
def test_explicit_keys_in_any_language(text: str, tonic: int, mode: str) -> None:
    """A key that stands for itself needs no words around it."""
    assert asked_key(text) == Tonality(tonic=tonic, mode=mode)


@pytest.mark.parametrize("text", ["", "X minor", "H minor", "moll", "C-Dur D-Dur"])
def test_what_is_no_key_is_refused(text: str) -> None:
    """With the code of every wrong key."""
    with pytest.raises(InvalidRequestError) as refusal:
        asked_key(text)
    assert refusal.value.code == "request.key"


def test_words_of_keys() -> None:
    """They are not counted as unknown."""
    assert all(map(is_tonal, ("moll", "fis", "bemol", "majeur")))
    assert not is_tonal("klavier")


@pytest.mark.parametrize("text", ["music not in C major", "nicht in C-Dur", "pas en do majeur", "anything but C major"])
def test_a_refused_key_is_not_wanted(text: str) -> None:
    """What is said not to be wanted is no wish."""
    assert keys(text) == ()


def test_a_refusal_reaches_no_further_than_its_key() -> None:
    """What else is refused, and what else is wanted, stays as it is."""
    assert [key.tonic for key in keys("not too fast, in E minor")] == [4]
    assert [key.tonic for key in keys("in C major, not in G major")] == [0]
