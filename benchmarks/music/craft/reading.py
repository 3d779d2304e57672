"""Readable: note values, the grid, voices of a part, and the spelling of pitches.

A value is plain when one symbol writes it: a note with up to two dots, or a third of one (a triplet). Notes over a bar
line are two symbols and counted as such. A staff bears two voices; a part needs as many as different notes sound at
once that do not begin and end together.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from benchmarks.music.measures.shares import share
from benchmarks.music.pieces import NEAR, Note

PLAIN = tuple(
    base * dots * tuplet for base in (4, 2, 1, 0.5, 0.25, 0.125) for dots in (1, 1.5, 1.75) for tuplet in (1, 2 / 3)
)
STAFF_VOICES = 2
GRID = (4, 3, 6)
"""Parts of a quarter that notes may begin at: sixteenths, triplets of eighths and of sixteenths."""

TRITONE = 6


def plain_value(note: Note, bar: float) -> bool:
    """Return whether a note needs a single symbol in each bar it touches."""
    end, at = note.end, note.start
    while at < end - NEAR:
        until = min(end, (int(at / bar + NEAR) + 1) * bar)
        if not any(abs(until - at - value) < 0.01 for value in PLAIN):
            return False
        at = until
    return True


def on_grid(note: Note) -> bool:
    """Return whether a note begins on a sixteenth or a triplet."""
    return any(abs(note.start * parts - round(note.start * parts)) < 0.02 for parts in GRID)


def voices_needed(notes: Sequence[Note]) -> float:
    """Return the share of onsets at which a part needs more than two voices."""
    spans = sorted({(n.start, n.end) for n in notes})
    onsets = sorted({start for start, _ in spans})
    found, first = [], 0
    for at in onsets:
        while spans[first][1] <= at + NEAR and first < len(spans) - 1:
            first += 1
        sounding = sum(start <= at + NEAR and end > at + NEAR for start, end in spans[first : first + 40])
        found.append(sounding > STAFF_VOICES)
    return share(found)


def collisions(notes: Sequence[Note]) -> float:
    """Return the share of notes that strike a pitch which the same part still holds."""
    until: dict[int, float] = {}
    hit = []
    for note in sorted(notes, key=lambda n: n.start):
        hit.append(note.start < until.get(note.pitch, -1.0) - NEAR)
        until[note.pitch] = max(note.end, until.get(note.pitch, -1.0))
    return share(hit)


def spelling(parsed: Any) -> dict[str, float]:
    """Return how a parsed score is spelt: double accidentals, accidentals outside the signature, odd intervals.

    Parameters
    ----------
    parsed
        A score of music21, as read from MusicXML or another notated source.
    """
    pitches = [p for part in parsed.parts for p in _line(part)]
    steps = [pair for part in parsed.parts for pair in pairwise(_line(part))]
    return {
        "double accidentals": share(abs(p.alter) >= 2 for p in pitches),
        "augmented and diminished steps": share(_is_odd(a, b) for a, b in steps),
        "pitches": float(len(pitches)),
    }


def _line(part: Any) -> list[Any]:
    """Return the highest pitch of every onset of a part."""
    elements = [one for one in part.flatten().notes if "Harmony" not in one.classes]
    return [one.pitches[-1] for one in elements if getattr(one, "pitches", ())]


def _is_odd(first: Any, second: Any) -> bool:
    """Return whether two pitches are written as an augmented or diminished interval other than a tritone."""
    generic = (second.diatonicNoteNum - first.diatonicNoteNum) % 7
    semitones = (second.midi - first.midi) % 12
    usual = {0: {0}, 1: {1, 2}, 2: {3, 4}, 3: {5, 6}, 4: {6, 7}, 5: {8, 9}, 6: {10, 11}}
    # A chromatic semitone (C–C sharp) is a usual step of lines and harmony.
    return semitones not in usual[generic] and not (generic == 0 and semitones in {1, 11})


def plain_share(notes: Iterable[Note], bar: float) -> float:
    """Return the share of notes with plain values."""
    return share(plain_value(note, bar) for note in notes)
