"""Keys and metres by name: ``F# dorian``, ``Bb``, ``7/8``, ``waltz time``."""

import re

from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.vocabulary import METRE_WORDS, MODE_WORDS
from grym.errors import InvalidRequestError

_LETTERS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_SHARP, _FLAT = ("#", "♯", "sharp"), ("b", "♭", "flat")
_EXPLICIT_KEY = re.compile(
    r"^\s*(?P<letter>[A-Ga-g])\s*-?(?P<sign>#|♯|♭|b|sharp|flat)?\s*-?\s*(?P<mode>[a-z]+|m)?\s*$", re.IGNORECASE
)
_UNITS = frozenset({2, 4, 8})
_MIN_BEATS, _MAX_BEATS = 2, 12


def tonic_of(letter: str, sign: str | None) -> int:
    """Return the pitch class of a letter with its accidental."""
    mark = (sign or "").strip(" -").lower()
    shift = 1 if mark in _SHARP else -1 if mark in _FLAT else 0
    return (_LETTERS[letter.lower()] + shift) % 12


def read_key(key: str) -> Tonality:
    """Read an explicit key: ``D minor``, ``F# dorian``, ``Bb``, ``Am``.

    Raises
    ------
    InvalidRequestError
        When it is no key grym knows (code ``request.key``).
    """
    match = _EXPLICIT_KEY.match(key)
    mode = (match["mode"] or "major").lower() if match else ""
    if match and match["mode"] == "m":
        mode = "minor"
    if match is None or mode not in MODE_WORDS:
        raise InvalidRequestError(
            f"{key[:40]!r} is no key.",
            code="request.key",
            hint="Give a tonic A–G with # or b and a mode: 'D minor', 'F# dorian', 'Bb major'. Modes: "
            + ", ".join(dict.fromkeys(MODE_WORDS.values()))
            + ".",
        )
    return Tonality(tonic=tonic_of(match["letter"], match["sign"]), mode=MODE_WORDS[mode])


def read_metre(metre: str) -> Metre:
    """Read a metre: ``3/4``, ``6/8``, ``waltz time``.

    Raises
    ------
    InvalidRequestError
        When it is no metre grym can count (code ``request.metre``).
    """
    text = METRE_WORDS.get(metre.strip().lower(), metre)
    match = re.fullmatch(r"\s*(\d{1,3})\s*/\s*(\d{1,3})\s*", text)
    beats, unit = (int(match[1]), int(match[2])) if match else (0, 0)
    if unit not in _UNITS or not _MIN_BEATS <= beats <= _MAX_BEATS:
        raise InvalidRequestError(
            f"{metre[:40]!r} is no metre grym can count.",
            code="request.metre",
            hint=f"Give beats/unit with {_MIN_BEATS} to {_MAX_BEATS} beats and unit 2, 4 or 8: '4/4', '6/8', '7/8'.",
        )
    return Metre(beats=beats, unit=unit)
