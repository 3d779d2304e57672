"""Every phrase that is understood, in three languages, and what it stands for."""

from collections.abc import Iterable, Iterator, Mapping

from grym.domain.composing.instruments import VOICES
from grym.domain.composing.styles import STYLES
from grym.domain.composing.vocabulary import (
    CHARACTERS,
    ENSEMBLES,
    FAST_WORDS,
    LEANINGS,
    METRE_WORDS,
    MOODS,
    ROLE_WORDS,
    SLOW_WORDS,
    TEMPO_WORDS,
)
from grym.domain.composing.words import french, german
from grym.domain.composing.words.folding import folded

Meaning = tuple[str, str]
"""Kind of word and name: ``("instrument", "piano")``."""


def _entries() -> Iterator[tuple[str, str, Iterable[str]]]:
    """Yield kind, name and phrases, language by language."""
    for style in STYLES.values():
        yield "style", style.name, (style.name, *style.words)
    for mood, row in MOODS.items():
        yield "mood", mood, (mood, *row.words)
    for voice in VOICES.values():
        yield "instrument", voice.name, (voice.name, f"{voice.name}s", *voice.words)
    for kind, names in (
        ("tempo", TEMPO_WORDS),
        ("slow", SLOW_WORDS),
        ("fast", FAST_WORDS),
        ("character", CHARACTERS),
        ("ensemble", ENSEMBLES),
    ):
        yield from ((kind, phrase, (phrase,)) for phrase in names)
    yield from (("metre", metre, (phrase,)) for phrase, metre in METRE_WORDS.items())
    yield from (("role", role, (phrase,)) for phrase, role in ROLE_WORDS.items())
    yield from (("leaning", style, (phrase,)) for phrase, style in LEANINGS.items())
    for language in (german, french):
        yield from _foreign(language.STYLES, language.MOODS, language.INSTRUMENTS, language.ENSEMBLES)
        yield from (("slow", _by_factor(SLOW_WORDS, factor), (word,)) for word, factor in language.SLOW.items())
        yield from (("fast", _by_factor(FAST_WORDS, factor), (word,)) for word, factor in language.FAST.items())
        yield from (("metre", metre, (word,)) for word, metre in language.METRES.items())
        yield from (("character", name, (word,)) for word, name in language.CHARACTERS.items())
        yield from (("role", role, (word,)) for word, role in language.ROLES.items())


def _foreign(*tables: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str, Iterable[str]]]:
    """Yield the tables of a language that are keyed by name."""
    for kind, table in zip(("style", "mood", "instrument", "ensemble"), tables, strict=True):
        yield from ((kind, name, phrases) for name, phrases in table.items())


def _by_factor(words: Mapping[str, float], factor: float) -> str:
    """Return the English word that changes the tempo as a foreign one does."""
    return min(words, key=lambda word: abs(words[word] - factor))


def _table() -> dict[str, tuple[Meaning, ...]]:
    """Return folded phrases with everything they stand for."""
    table: dict[str, dict[Meaning, None]] = {}
    for kind, name, phrases in _entries():
        for phrase in phrases:
            table.setdefault(folded(phrase), {})[kind, name] = None
    return {phrase: tuple(meanings) for phrase, meanings in table.items()}


PHRASES = _table()
LONGEST_PHRASE = max(len(phrase.split()) for phrase in PHRASES)

_ENDINGS = ("s", "e", "es", "en", "em", "n", "er", "r")
_SHORTEST_STEM = 4
# Adjectives that end in "-er" before a noun are German; before nothing they compare ("langsamer" is slower).
_GERMAN_STEMS = frozenset(
    folded(word)
    for table in (german.STYLES, german.MOODS, german.INSTRUMENTS)
    for words in table.values()
    for word in words
) | {folded(word) for table in (german.SLOW, german.FAST, german.CHARACTERS) for word in table}
_HEADS = tuple(sorted({folded(head) for head in german.HEADS}, key=len, reverse=True))


def meanings(phrase: str, *, before_noun: bool) -> tuple[Meaning, ...]:
    """Return what a folded phrase stands for, also as a compound or with an ending; nothing where it is not known.

    Parameters
    ----------
    before_noun
        Whether another word follows; otherwise "-er" is a comparison and no ending.
    """
    if phrase in PHRASES:
        return PHRASES[phrase]
    if " " in phrase:
        return ()
    for ending in _ENDINGS:
        stem = phrase.removesuffix(ending)
        if stem == phrase or len(stem) < _SHORTEST_STEM or stem not in PHRASES:
            continue
        if ending not in {"er", "r"} or (before_noun and stem in _GERMAN_STEMS):
            return PHRASES[stem]
    return _compound(phrase)


def style_called(name: str) -> str | None:
    """Return the style that a name or phrase alone stands for: "Bossa Nova", "walzer"."""
    found = PHRASES.get(folded(name), ())
    return next((style for kind, style in found if kind == "style"), None)


def _compound(word: str) -> tuple[Meaning, ...]:
    """Return what a German compound stands for: "Gitarrenmelodie" is one of guitars."""
    for head in _HEADS:
        first = next(
            (word.removesuffix(head + end) for end in ("", "s", "e", "en", "n") if word.endswith(head + end)), ""
        )
        for stem in (first, first.removesuffix("n"), first.removesuffix("s"), f"{first}e"):
            if len(stem) >= _SHORTEST_STEM and stem in PHRASES:
                return (*PHRASES[stem], *PHRASES.get(head, ()))
    return ()
