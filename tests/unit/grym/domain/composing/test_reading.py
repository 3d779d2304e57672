"""Reading sentences."""

import pytest

from grym.domain.composing.naming import read_key, read_metre
from grym.domain.composing.reading import read
from grym.domain.composing.score import Metre, Tonality
from grym.errors import InvalidRequestError


@pytest.mark.parametrize(
    ("prompt", "tonic", "mode"),
    [
        ("a nocturne in D minor", 2, "minor"),
        ("something in F# dorian", 6, "dorian"),
        ("in e-flat major", 3, "major"),
        ("a tune in B♭ minor", 10, "minor"),
        ("C sharp minor rock", 1, "minor"),
        ("ein Stück in d-Moll", 2, "minor"),
        ("a waltz in A minor", 9, "minor"),
        ("in Bb", 10, ""),
        ("key of G", 7, ""),
    ],
)
def test_keys(prompt: str, tonic: int, mode: str) -> None:
    """Keys are found however they are spelled; a missing mode stays open."""
    assert read(prompt).tonalities == (Tonality(tonic=tonic, mode=mode),)


@pytest.mark.parametrize(
    "prompt", ["a major success", "in a minor key", "a minor mishap", "be happy", "I'm in love", "A piece"]
)
def test_articles_are_no_keys(prompt: str) -> None:
    """The article is not the note A."""
    assert read(prompt).tonalities == ()


def test_mode_without_tonic() -> None:
    """A minor key asks for minor only."""
    assert read("a piece in a minor key").modes == ("minor",)


@pytest.mark.parametrize(
    ("prompt", "refused", "wanted"),
    [
        ("jazz without drums", {"drums"}, {"jazz"}),
        ("rock, no bass, drums or organ", {"bass guitar", "drums", "organ"}, {"rock"}),
        ("drumless techno", {"drums"}, {"techno"}),
        ("not too fast folk", {"fast"}, {"folk"}),
        ("no drums, calm piano", {"drums"}, {"calm", "piano"}),
    ],
)
def test_negations(prompt: str, refused: set[str], wanted: set[str]) -> None:
    """A negation reaches over its list and no farther."""
    reading = read(prompt)
    assert {name for names in reading.refused.values() for name in names} >= refused
    assert {name for names in reading.words.values() for name in names} >= wanted
    assert not {name for names in reading.words.values() for name in names} & refused


def test_longest_phrase_wins() -> None:
    """Electric piano is one instrument, not a piano too."""
    assert read("electric piano").words["instrument"] == ("electric piano",)


def test_numbers() -> None:
    """Tempi, metres and lengths are read with their units."""
    reading = read("120 bpm house in 6/8 for 2 minutes")
    assert (reading.tempi_bpm, reading.metres, reading.lengths_s) == ((120.0,), ("6/8",), (120.0,))


def test_unknown_words_are_counted() -> None:
    """Content words outside the vocabulary are counted, small words are not."""
    assert read("a waltz for the purple elephants").unknown == 2


@pytest.mark.parametrize(
    ("text", "tonic", "mode"), [("D minor", 2, "minor"), ("F#dorian", 6, "dorian"), ("Bb", 10, "major")]
)
def test_explicit_keys(text: str, tonic: int, mode: str) -> None:
    """Explicit keys need no words around them."""
    assert read_key(text) == Tonality(tonic=tonic, mode=mode)


def test_short_minor() -> None:
    """Am is A minor."""
    assert read_key("Am") == Tonality(tonic=9, mode="minor")


@pytest.mark.parametrize("text", ["", "H minor", "D weird", "X", "minor", "D minor minor"])
def test_impossible_keys_are_refused(text: str) -> None:
    """What is no key is refused with a hint."""
    with pytest.raises(InvalidRequestError) as refusal:
        read_key(text)
    assert refusal.value.code == "request.key"
    assert "dorian" in refusal.value.hint


def test_metres() -> None:
    """Metres are read as figures and as words."""
    assert read_metre(" 7/8 ") == Metre(beats=7, unit=8)
    assert read_metre("waltz time") == Metre(beats=3, unit=4)


@pytest.mark.parametrize("text", ["", "4/5", "0/4", "1/4", "99/4", "four", "4/16"])
def test_impossible_metres_are_refused(text: str) -> None:
    """What cannot be counted is refused with a hint."""
    with pytest.raises(InvalidRequestError) as refusal:
        read_metre(text)
    assert refusal.value.code == "request.metre"
