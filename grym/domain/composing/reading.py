"""Reading a sentence: which words of the vocabulary it contains, what it negates, and explicit keys, metres and tempi.

Reading decides nothing; it returns what was asked, contradictions included, in the order of the sentence. Words in
the scope of a negation ("no drums", "without bass or drums", "not too fast") are returned as refused.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from grym.domain.composing.instruments import VOICES
from grym.domain.composing.naming import tonic_of
from grym.domain.composing.score import Tonality
from grym.domain.composing.styles import STYLES
from grym.domain.composing.vocabulary import (
    CHARACTERS,
    ENSEMBLES,
    FAST_WORDS,
    METRE_WORDS,
    MODE_WORDS,
    MOODS,
    NEGATIONS,
    ROLE_WORDS,
    SLOW_WORDS,
    TEMPO_WORDS,
)

_KEY = re.compile(
    r"(?<![\w'])(?P<lead>in |key of |key: ?)?(?P<letter>[a-g])(?P<sign>[#♯♭]|b(?![a-z])|[ -]?(?:sharp|flat))?"
    r"(?:[ -]+(?P<mode>" + "|".join(MODE_WORDS) + r"))?(?![\w#])(?P<after> keys?| mood| mode| feel)?",
    re.IGNORECASE,
)
_METRE = re.compile(r"(?<![\d/])(\d{1,3}) ?/ ?(\d{1,3})(?![\d/])")
_TEMPO = re.compile(
    r"(?:(\d{1,6}(?:\.\d+)?) ?(?:bpm|beats (?:per|a) minute)|(?:tempo(?: of)?|♩ ?=) ?(\d{1,6}(?:\.\d+)?))"
)
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)[ -]?(seconds?|secs?|s|minutes?|mins?|min)(?!\w)")
_WORD = re.compile(r",|[a-z0-9'#&♯♭][a-z0-9'#&♯♭-]*")
# A negation reaches over small words to the next phrase of the vocabulary, and over lists.
_BRIDGES = frozenset({",", "and", "or", "any", "a", "the", "too", "very", "so", "nor"})
_IGNORED = frozenset(
    [
        "a",
        "an",
        "the",
        "in",
        "of",
        "with",
        "and",
        "or",
        "for",
        "to",
        "at",
        "by",
        "on",
        "some",
        "any",
        "my",
        "me",
        "please",
        "make",
        "compose",
        "write",
        "play",
        "piece",
        "song",
        "music",
        "tune",
        "that",
        "is",
        "it",
        "as",
        "like",
        "about",
        "very",
        "too",
        "so",
        "from",
        "into",
        "key",
        "bpm",
        "seconds",
        "second",
        "minutes",
        "minute",
        "solo",
        "style",
        "mood",
        "feel",
        "tempo",
        "time",
        "no",
        "without",
        "not",
        "i",
        "want",
        "would",
        "song",
        "track",
        "instrumental",
        "background",
        "only",
        "just",
        "one",
        "two",
        "three",
        "four",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a sentence asks for.

    Parameters
    ----------
    words
        Vocabulary words by kind (``style``, ``mood``, ``tempo``, ``slow``, ``fast``, ``metre``, ``instrument``,
        ``role``, ``character``, ``ensemble``), as names, in order.
    refused
        The same for negated words.
    unknown
        How many content words are not in the vocabulary.
    solo
        Whether a soloist was asked for.
    """

    words: Mapping[str, tuple[str, ...]]
    refused: Mapping[str, tuple[str, ...]]
    tonalities: tuple[Tonality, ...] = ()
    modes: tuple[str, ...] = ()
    metres: tuple[str, ...] = ()
    tempi_bpm: tuple[float, ...] = ()
    lengths_s: tuple[float, ...] = ()
    unknown: int = 0
    solo: bool = False


@dataclass(slots=True)
class _Found:
    """Words found so far."""

    words: dict[str, list[str]] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)
    unknown: int = 0


def _phrases() -> dict[str, list[tuple[str, str]]]:
    """Return every phrase of the vocabulary with the kinds and names it stands for."""
    table: dict[str, list[tuple[str, str]]] = {}

    def add(kind: str, name: str, phrases: Iterable[str]) -> None:
        for phrase in phrases:
            table.setdefault(phrase, []).append((kind, name))

    for style in STYLES.values():
        add("style", style.name, (style.name, *style.words))
    for mood, row in MOODS.items():
        add("mood", mood, (mood, *row.words))
    for voice in VOICES.values():
        add("instrument", voice.name, dict.fromkeys((voice.name, f"{voice.name}s", *voice.words)))
    for kind, names in (
        ("tempo", TEMPO_WORDS),
        ("slow", SLOW_WORDS),
        ("fast", FAST_WORDS),
        ("metre", METRE_WORDS),
        ("character", CHARACTERS),
        ("ensemble", ENSEMBLES),
    ):
        for phrase in names:
            add(kind, phrase, (phrase,))
    for phrase, role in ROLE_WORDS.items():
        add("role", role, (phrase,))
    return table


_PHRASES = _phrases()
_LONGEST_PHRASE = max(len(phrase.split()) for phrase in _PHRASES)


def read(prompt: str) -> Reading:
    """Read a sentence."""
    text = " ".join(prompt.replace("\u2019", "'").split())
    lower = text.lower()
    tonalities, modes = _keys(text)
    found = _words(lower)
    return Reading(
        words={kind: tuple(dict.fromkeys(names)) for kind, names in found.words.items()},
        refused={kind: tuple(dict.fromkeys(names)) for kind, names in found.refused.items()},
        tonalities=tonalities,
        modes=modes,
        metres=tuple(f"{a}/{b}" for a, b in _METRE.findall(lower)),
        tempi_bpm=tuple(float(a or b) for a, b in _TEMPO.findall(lower)),
        lengths_s=tuple(float(n) * (60 if unit.startswith("min") else 1) for n, unit in _LENGTH.findall(lower)),
        unknown=found.unknown,
        solo=bool(re.search(r"\b(?:solo|unaccompanied|alone)\b", lower)),
    )


def _words(lower: str) -> _Found:
    """Match the longest phrases of the vocabulary from left to right, minding negations."""
    tokens = _WORD.findall(lower)
    found = _Found()
    at, negated = 0, False
    while at < len(tokens):
        size = _phrase_size(tokens, at)
        if size:
            target = found.refused if negated else found.words
            for kind, name in _PHRASES[" ".join(tokens[at : at + size])]:
                target.setdefault(kind, []).append(name)
            at += size
            negated = negated and _list_goes_on(tokens, at)
            continue
        negated = tokens[at] in NEGATIONS or (negated and tokens[at] in _BRIDGES)
        stem = tokens[at].removesuffix("less").rstrip("-")
        if stem != tokens[at] and stem in _PHRASES:
            # "drumless": a suffix that negates.
            for kind, name in _PHRASES[stem]:
                found.refused.setdefault(kind, []).append(name)
        else:
            found.unknown += tokens[at] not in NEGATIONS and _is_content(tokens[at])
        at += 1
    return found


def _phrase_size(tokens: list[str], at: int) -> int:
    """Return how many tokens the longest phrase of the vocabulary takes at a place, 0 where there is none."""
    sizes = range(min(_LONGEST_PHRASE, len(tokens) - at), 0, -1)
    return next((size for size in sizes if " ".join(tokens[at : at + size]) in _PHRASES), 0)


def _list_goes_on(tokens: list[str], at: int) -> bool:
    """Tell whether a negated list continues: by "or", "nor" or "and", or by a comma if an "or" is still to come."""
    if at >= len(tokens):
        return False
    if tokens[at] != ",":
        return tokens[at] in {"or", "nor", "and"}
    while at < len(tokens) and (tokens[at] == "," or _phrase_size(tokens, at)):
        at += max(1, _phrase_size(tokens, at))
    return at < len(tokens) and tokens[at] in {"or", "nor"}


def _is_content(token: str) -> bool:
    """Tell whether a word of no meaning here would mean something to a person."""
    if token.endswith(("flat", "sharp", "moll")):
        return False
    return len(token) > 2 and token not in _IGNORED and token not in MODE_WORDS and not token[0].isdigit()


def _keys(text: str) -> tuple[tuple[Tonality, ...], tuple[str, ...]]:
    """Return the keys and the bare modes that a sentence names.

    A letter alone is a key only in capitals after "in" or "key of"; the article of "a minor key" or "a major success"
    is none.
    """
    tonalities: list[Tonality] = []
    for match in _KEY.finditer(text):
        letter, mode = match["letter"], (match["mode"] or "").lower()
        article = letter == "a" and not match["sign"] and (bool(match["after"]) or not match["lead"])
        if mode and not article:
            tonalities.append(Tonality(tonic=tonic_of(letter, match["sign"]), mode=MODE_WORDS[mode]))
        elif not mode and match["lead"] and letter.isupper():
            tonalities.append(Tonality(tonic=tonic_of(letter, match["sign"]), mode=""))
    short = {"maj", "min", "dur"}
    modes = [
        MODE_WORDS[word] for word in re.findall(r"[a-z]+", text.lower()) if word in MODE_WORDS and word not in short
    ]
    return tuple(dict.fromkeys(tonalities)), tuple(dict.fromkeys(modes))
