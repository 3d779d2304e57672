"""Keys that sentences name, in the spellings of three languages: ``F# minor``, ``fis-Moll``, ``fa dièse mineur``.

A letter means what its language says: B is B flat beside *Dur* and *Moll*, and H is B. All functions take plain text
(`folding.plain`), whose capitals tell a key from an article.
"""

import re

from grym.domain.composing.naming import read_key, tonic_of
from grym.domain.composing.score import Tonality
from grym.domain.composing.vocabulary import MODE_WORDS
from grym.domain.composing.words import french, german
from grym.domain.composing.words.folding import folded, plain

_GERMAN_MODES = {folded(word): mode for word, mode in german.MODES.items()}
_FRENCH_MODES = {folded(word): mode for word, mode in french.MODES.items()}
_MODES = {**MODE_WORDS, **_GERMAN_MODES, **_FRENCH_MODES}
# As bare words these mean something else too: "a min", "the maj", "il est dur".
# "si bémol majeur"
_KEY_WORDS = 3
_SHORT = frozenset({"maj", "min", "dur"})

_ENGLISH = re.compile(
    r"(?<![\w'#])(?P<lead>in |key of |key: ?|key is |tonality of )?(?P<letter>[a-g])"
    r"(?P<sign>[#♯♭]|b(?![a-z])|[ -]?(?:sharp|flat))?"
    r"(?:[ -]*(?P<mode>" + "|".join(sorted(MODE_WORDS, key=len, reverse=True)) + r"))?(?![\w#'])"
    r"(?P<after>[ -]keys?| mood| mode| feel)?",
    re.IGNORECASE,
)
_SUFFIXED = re.compile(r"(?<![\w'#])(?P<lead>in |key of |key: ?)?(?P<letter>[A-G])(?P<sign>[#♯♭b])?m(?![\w'])")
_REFUSED = re.compile(
    r"(?<!\w)(?:not|never|nicht|pas|jamais|except|ausser|außer|sauf|anything but)"
    r"(?: in| en| dans| the| la| der| tonart| tonalit[eé]| key| of| de)*[ :]*$",
    re.IGNORECASE,
)
_TONES = {
    "c": 0, "cis": 1, "his": 0, "des": 1, "d": 2, "dis": 3, "es": 3, "e": 4, "fes": 4, "eis": 5, "f": 5, "fis": 6,
    "ges": 6, "g": 7, "gis": 8, "as": 8, "a": 9, "ais": 10, "b": 10, "hes": 10, "h": 11, "ces": 11,
}  # fmt: skip
_TONE = "|".join(sorted(_TONES, key=len, reverse=True))
_GERMAN_STEMS = "|".join(sorted(_GERMAN_MODES, key=len, reverse=True))
_GERMAN = re.compile(rf"(?<![\w'])(?P<tone>{_TONE})[ -]?(?P<mode>{_GERMAN_STEMS})(?:e[rsnm]?)?(?!\w)", re.IGNORECASE)
_GERMAN_BARE = re.compile(
    r"(?<!\w)(?:in|Tonart:?) (?P<tone>Cis|Des|Dis|Es|Fis|Ges|Gis|As|Ais|H)(?![\w-]| (?:major|minor|maj|min)\b)"
)
_SOLFA = {"do": 0, "ut": 0, "re": 2, "mi": 4, "fa": 5, "sol": 7, "la": 9, "si": 11}
_ALTER = {"diese": 1, "#": 1, "♯": 1, "bemol": -1, "b": -1, "♭": -1}
_FRENCH_STEMS = "|".join(sorted(_FRENCH_MODES, key=len, reverse=True))
_FRENCH = re.compile(
    rf"(?<!\w)(?P<tone>{'|'.join(_SOLFA)})(?:[ -]?(?P<sign>diese|bemol|[#♯♭]|b(?!\w)))?"
    rf"[ -](?P<mode>{_FRENCH_STEMS})(?!\w)",
    re.IGNORECASE,
)
_FRENCH_BARE = re.compile(
    rf"(?<!\w)(?:en|tonalite de|tonalite :) (?P<tone>{'|'.join(_SOLFA)})"
    r"(?:[ -](?P<sign>diese|bemol))?(?= *(?:[,.;:!?]|$))",
    re.IGNORECASE,
)


def keys(text: str) -> tuple[Tonality, ...]:
    """Return the keys that are named, in the order of the text; a mode that is left open is empty.

    A letter alone is a key only in capitals after "in" or "key of"; the article of "a minor key" or "a major success"
    is none. A key that is refused ("not in C major") is not wanted.
    """
    found = [*_german(text), *_french(text)]
    taken = [(start, end) for start, end, _ in found]
    found += [
        (start, end, key)
        for start, end, key in (*_suffixed(text), *_english(text))
        if not any(start < last and first < end for first, last in taken)
    ]
    wanted = [(start, key) for start, _, key in found if not _REFUSED.search(text[:start])]
    return tuple(dict.fromkeys(key for _, key in sorted(wanted, key=lambda entry: entry[0])))


def asked_key(text: str) -> Tonality:
    """Read a key that stands for itself, in any of the three languages; major where the mode is left open.

    Raises
    ------
    InvalidRequestError
        As `naming.read_key`.
    """
    words = re.findall(r"\w+", folded(text))
    found = keys(f"in {plain(text)}") if words and all(map(is_tonal, words)) and len(words) <= _KEY_WORDS else ()
    if len(found) != 1:
        return read_key(text)
    return found[0] if found[0].mode else Tonality(tonic=found[0].tonic, mode="major")


def modes(text: str) -> tuple[str, ...]:
    """Return the modes that are named, with a tonic or without."""
    words = re.findall(r"[a-z]+", folded(text))
    return tuple(dict.fromkeys(_mode_of(word) for word in words if _mode_of(word)))


def is_tonal(word: str) -> bool:
    """Tell whether a folded word belongs to the name of a key: "moll", "fis", "bemol"."""
    return bool(_mode_of(word)) or word in _MODES or word in _ALTER or word in _TONES or word in _SOLFA


def _mode_of(word: str) -> str:
    """Return the mode that a folded word names, empty for none; German ones may be inflected."""
    if word in _SHORT:
        return ""
    stem = re.sub(r"e[rsnm]?$", "", word)
    return _MODES.get(word) or (_GERMAN_MODES.get(stem, "") if stem != word else "")


_Found = tuple[int, int, Tonality]


def _english(text: str) -> list[_Found]:
    """Find keys by letter: ``E-flat major``, ``in G``."""
    found = []
    for match in _ENGLISH.finditer(text):
        letter, mode = match["letter"], (match["mode"] or "").lower()
        article = letter == "a" and not match["sign"] and (bool(match["after"]) or not match["lead"])
        if mode and not article:
            found.append((*match.span(), Tonality(tonic=tonic_of(letter, match["sign"]), mode=MODE_WORDS[mode])))
        elif not mode and match["lead"] and letter.isupper():
            found.append((*match.span(), Tonality(tonic=tonic_of(letter, match["sign"]), mode="")))
    return found


def _suffixed(text: str) -> list[_Found]:
    """Find keys written like chords: ``F#m``; "Am" without "in" is a German word and taken only there."""
    return [
        (*match.span(), Tonality(tonic=tonic_of(match["letter"], match["sign"]), mode="minor"))
        for match in _SUFFIXED.finditer(text)
        if match["lead"] or match["sign"] or match["letter"] != "A"
    ]


def _german(text: str) -> list[_Found]:
    """Find keys in German: ``h-Moll``, ``Es-Dur``, ``D dorisch``, ``in Fis``."""
    found = [
        (*match.span(), Tonality(tonic=_TONES[match["tone"].lower()], mode=_GERMAN_MODES[match["mode"].lower()]))
        for match in _GERMAN.finditer(text)
    ]
    spans = [(start, end) for start, end, _ in found]
    return found + [
        (*match.span(), Tonality(tonic=_TONES[match["tone"].lower()], mode=""))
        for match in _GERMAN_BARE.finditer(text)
        if not any(start < match.end() and match.start() < end for start, end in spans)
    ]


def _french(text: str) -> list[_Found]:
    """Find keys in French: ``si bémol majeur``, ``en ré``."""
    found = []
    for match in (*_FRENCH.finditer(text), *_FRENCH_BARE.finditer(text)):
        tonic = (_SOLFA[match["tone"].lower()] + _ALTER.get((match["sign"] or "").lower(), 0)) % 12
        mode = _FRENCH_MODES[match["mode"].lower()] if "mode" in match.re.groupindex else ""
        found.append((*match.span(), Tonality(tonic=tonic, mode=mode)))
    return found
