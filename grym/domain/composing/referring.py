"""Wishes that refer back: "another one", "like the last one, but slower", "noch eins", "wie das letzte, aber in Moll".

What the new sentence names counts; everything it leaves open is taken over from the last piece: style, key, metre,
tempo, mood and parameters. Comparatives move what was taken over. The seed is the new request's own, so the piece is
another one of the same kind.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from grym.domain.composing.plan import MAX_TEMPO_BPM, MIN_TEMPO_BPM, LastPiece, Wish
from grym.domain.composing.reading import Reading, read
from grym.domain.composing.score import Tonality

_LAST = r"(?:last|previous|latest)(?: (?:one|piece|song|track|time))?"
_LETZTES = r"(?:letzte[nrs]?|vorige[nrs]?)(?: mal| stück| lied)?"
_REFERENCE = re.compile(
    rf"\banother one\b|^another(?: please)?[.!]?$|\bone more(?! (?:bar|time|minute|second))\b|\bsame again\b"
    rf"|\b(?:like|as|to|than|of|from) (?:the |my |that )?{_LAST}\b|\blike (?:before|that one)\b|\bas before\b"
    rf"|\bthe same(?: (?:one|thing|piece|style))?(?: again)?(?=[,.;!]| but| again|$)|^again[.!]?$"
    rf"|\bnoch ein(?:s|e|en|mal)?(?=[,.;!]| aber| bitte|$)|\bnochmals?\b"
    rf"|\bwie (?:das|der|die|den|beim) {_LETZTES}|\bwie (?:zuletzt|vorhin|eben|zuvor)\b"
    rf"|\b(?:dasselbe|das gleiche|das selbe)(?: (?:nochmal|noch mal|noch einmal))?\b",
    re.IGNORECASE,
)

SLOWER, FASTER = 0.8, 1.25
"""As far as "slow" and "fast" lie from the usual tempo of a style."""
_TEMPO: Mapping[str, float] = {
    "slower": SLOWER, "langsamer": SLOWER, "faster": FASTER, "quicker": FASTER, "schneller": FASTER,
}  # fmt: skip
_SHIFTS: Mapping[str, Mapping[str, float]] = {
    "brighter": {"brightness": 0.2}, "heller": {"brightness": 0.2},
    "darker": {"brightness": -0.2}, "dunkler": {"brightness": -0.2},
    "simpler": {"complexity": -0.25}, "einfacher": {"complexity": -0.25},
    "calmer": {"density": -0.2, "dynamics": -0.1}, "quieter": {"density": -0.2, "dynamics": -0.1},
    "ruhiger": {"density": -0.2, "dynamics": -0.1},
    "busier": {"density": 0.2}, "denser": {"density": 0.2}, "dichter": {"density": 0.2},
    "livelier": {"density": 0.2, "dynamics": 0.1}, "lebhafter": {"density": 0.2, "dynamics": 0.1},
}  # fmt: skip
_MODES: Mapping[str, str] = {"dur": "major", "moll": "minor"}
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuation:
    """What a wish takes over from the last piece.

    Parameters
    ----------
    wish
        The wish with what it left open.
    mood
        Of the last piece, where the sentence names none; empty otherwise.
    parameters
        Of the last piece.
    shifts
        What comparatives add to them.
    note
        What is to be said of it.
    """

    wish: Wish
    mood: str = ""
    parameters: Mapping[str, float]
    shifts: Mapping[str, float]
    note: str


def refers_back(prompt: str) -> bool:
    """Return whether a sentence asks for something like the last piece."""
    return _REFERENCE.search(" ".join(prompt.split())) is not None


def left_open(wish: Wish) -> frozenset[str]:
    """Return which of ``style`` and ``mode`` a wish takes over from the last piece."""
    reading = read(wish.prompt)
    words = [word.lower() for word in _WORD.findall(wish.prompt)]
    named = {
        "style": wish.style or reading.words.get("style"),
        "mode": wish.key or reading.tonalities or reading.modes or any(word in _MODES for word in words),
    }
    return frozenset(name for name, found in named.items() if not found)


def continued(wish: Wish, reading: Reading) -> Continuation | None:
    """Return what a wish takes over from the last piece; None where it refers to none, or there is none."""
    last = wish.last
    if last is None or not refers_back(wish.prompt):
        return None
    words = [word.lower() for word in _WORD.findall(wish.prompt)]
    factor = next((_TEMPO[word] for word in words if word in _TEMPO), 1.0)
    shifts: dict[str, float] = {}
    for word in words:
        for name, shift in _SHIFTS.get(word, {}).items():
            shifts[name] = shifts.get(name, 0.0) + shift
    named = bool(wish.style or reading.words.get("style"))
    taken = replace(
        wish,
        style=wish.style or (None if named else last.style),
        definition=wish.definition or (None if named else last.definition),
        key=wish.key or _key(last, reading, words),
        metre=wish.metre or (None if reading.metres or reading.words.get("metre") else str(last.metre)),
        tempo_bpm=wish.tempo_bpm or _tempo_bpm(last, reading, factor),
    )
    note = f"Like the last piece: {last.style} in {last.tonality}, {last.tempo_bpm:g} bpm"
    changed = ["slower"] * (factor < 1) + ["faster"] * (factor > 1) + sorted(_named(shifts))
    return Continuation(
        wish=taken,
        mood="" if reading.words.get("mood") else last.mood,
        parameters=last.parameters,
        shifts=shifts,
        note=f"{note}; {', '.join(changed)}." if changed else f"{note}.",
    )


def _key(last: LastPiece, reading: Reading, words: list[str]) -> str | None:
    """Return the key of the last piece, in another mode where one is named; None where a key is named."""
    if reading.tonalities:
        return None
    mode = next((_MODES[word] for word in words if word in _MODES), "") or next(iter(reading.modes), "")
    return str(Tonality(tonic=last.tonality.tonic, mode=mode or last.tonality.mode))


def _tempo_bpm(last: LastPiece, reading: Reading, factor: float) -> float | None:
    """Return the tempo of the last piece, slower or faster where that was asked; None where a tempo is named."""
    if reading.tempi_bpm or any(reading.words.get(kind) for kind in ("tempo", "slow", "fast")):
        return None
    return round(min(MAX_TEMPO_BPM, max(MIN_TEMPO_BPM, last.tempo_bpm * factor)), 2)


def _named(shifts: Mapping[str, float]) -> list[str]:
    return [f"{'more' if shift > 0 else 'less'} {name}" for name, shift in shifts.items()]
