"""Embellishing: passing tones, neighbours and suspensions set into the voices of a chord setting.

Each is tried where its figure is possible and kept only where it makes no parallels, crosses no voice and does not
clash with another voice that moves at the same time, so a correct setting stays correct. Conventions: places are
units of an eighth, two sixteenths, from the start of the section.

References
----------
Kostka and Payne 2008, ch. 11 and 12 (non-chord tones); Jeppesen 1939, ch. 4 (suspensions in fourth species).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from grym.domain.composing.seeds import chance
from grym.domain.composing.theory import Chord

UNIT_STEPS = 2
REST = -1
_CONSONANT = frozenset({0, 3, 4, 7, 8, 9})

# How often a figure is taken where it is possible.
PASSING, NEIGHBOUR, SUSPENSION, SKIP = 0.75, 0.12, 0.2, 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A chord in time, in units, and the scale while it sounds."""

    start: int
    length: int
    chord: Chord
    scale: tuple[int, ...]


@dataclass(kw_only=True)
class Loom:
    """Voices on a grid of eighths, highest first; `struck` says where a note begins.

    Parameters
    ----------
    pitches
        One list a voice, a pitch for every unit, `REST` where it rests. The first voice is given and stays.
    """

    cells: Sequence[Cell]
    pitches: list[list[int]]
    struck: list[set[int]] = field(default_factory=list)
    touched: set[tuple[int, int]] = field(default_factory=set)

    def embellish(self, *, rng: np.random.Generator, amount: float = 1.0) -> None:
        """Set figures into the lower voices.

        Parameters
        ----------
        amount
            0 leaves the setting as it is, 1 embellishes as chorales do, more than that with every possible figure.
        """
        for at in range(1, len(self.cells)):
            for voice in self._order(rng):
                if chance(rng, SUSPENSION * amount):
                    self._suspend(voice, at)
        for at in range(len(self.cells) - 1):
            for voice in self._order(rng):
                if chance(rng, PASSING * amount) and self._pass(voice, at):
                    continue
                if chance(rng, NEIGHBOUR * amount) and self._neighbour(voice, at, up=chance(rng, 0.4)):
                    continue
                if chance(rng, SKIP * amount):
                    self._skip(voice, at)

    def _order(self, rng: np.random.Generator) -> list[int]:
        """Return the lower voices in a drawn order, so that none is always served first."""
        first = 1 + int(rng.random() * (len(self.pitches) - 1))
        return [*range(first, len(self.pitches)), *range(1, first)]

    def _plain(self, voice: int, at: int) -> tuple[int, int, int, int] | None:
        """Return start, end, pitch and next pitch of a voice's undivided note, None where it is divided or short."""
        cell = self.cells[at]
        end = cell.start + cell.length
        if cell.length < 2 or (voice, at) in self.touched or end >= len(self.pitches[voice]):
            return None
        return cell.start, end, self.pitches[voice][cell.start], self.pitches[voice][end]

    def _pass(self, voice: int, at: int) -> bool:
        """Fill a third to the next note by the tone between."""
        found = self._plain(voice, at)
        if found is None or abs(found[3] - found[2]) not in {3, 4}:
            return False
        low, high = sorted(found[2:])
        between = next((p for p in range(low + 1, high) if p % 12 in self.cells[at].scale), None)
        return between is not None and self._place(voice, at, found[1] - 1, between)

    def _neighbour(self, voice: int, at: int, *, up: bool) -> bool:
        """Leave a repeated note for its neighbour."""
        found = self._plain(voice, at)
        if found is None or found[2] != found[3]:
            return False
        direction = 1 if up else -1
        near = (found[2] + direction * size for size in (1, 2))
        tone = next((p for p in near if p % 12 in self.cells[at].scale), None)
        return tone is not None and self._place(voice, at, found[1] - 1, tone)

    def _skip(self, voice: int, at: int) -> bool:
        """Go on to another tone of the chord, on the way to the next note; the bass may leap an octave."""
        found = self._plain(voice, at)
        if found is None:
            return False
        _, end, pitch, following = found
        reach = 12 if voice == len(self.pitches) - 1 else 5
        tones = [
            p
            for p in range(pitch - reach, pitch + reach + 1)
            if p % 12 in self.cells[at].chord.pitch_classes and p not in {pitch, following} and abs(p - following) <= 4
        ]
        return bool(tones) and self._place(voice, at, end - 1, min(tones, key=lambda p: abs(p - pitch)))

    def _suspend(self, voice: int, at: int) -> bool:
        """Hold the note before over the change where the voice then steps down into the chord."""
        cell = self.cells[at]
        start, pitch = cell.start, self.pitches[voice][cell.start]
        before = self.pitches[voice][start - 1]
        if cell.length < 2 or before - pitch not in {1, 2} or (voice, at) in self.touched:
            return False
        dissonant = before % 12 not in cell.chord.pitch_classes
        others = [line[start] for number, line in enumerate(self.pitches) if number != voice]
        bare = all(other % 12 != pitch % 12 for other in others[:-1])
        return dissonant and bare and self._place(voice, at, start, before, length=max(1, cell.length // 2))

    def _place(self, voice: int, at: int, unit: int, pitch: int, *, length: int = 1) -> bool:
        """Write a tone if all rules allow it; tell whether it was."""
        line = self.pitches[voice]
        kept = line[unit : unit + length]
        line[unit : unit + length] = [pitch] * length
        if self._wrong(voice, unit, length):
            line[unit : unit + length] = kept
            return False
        self.struck[voice] |= {unit, unit + length} if unit == self.cells[at].start else {unit}
        self.touched.add((voice, at))
        return True

    def _wrong(self, voice: int, unit: int, length: int) -> bool:
        """Tell whether a changed stretch breaks a rule."""
        line = self.pitches[voice]
        for number, other in enumerate(self.pitches):
            if number == voice:
                continue
            high, low = (other, line) if number < voice else (line, other)
            for at in range(max(1, unit), min(len(line), unit + length + 1)):
                if REST in {high[at], low[at], high[at - 1], low[at - 1]}:
                    continue
                if at < unit + length and (high[at] < low[at] or self._clash(voice, number, at)):
                    return True
                if is_parallel(high[at - 1], low[at - 1], high[at], low[at]):
                    return True
        return False

    def _clash(self, voice: int, other: int, at: int) -> bool:
        """Tell whether two voices move at once, off the chord changes, into a dissonance."""
        moved = self.pitches[other][at] != self.pitches[other][at - 1]
        begins = any(cell.start == at for cell in self.cells)
        return moved and not begins and abs(self.pitches[voice][at] - self.pitches[other][at]) % 12 not in _CONSONANT

    def notes(self, voice: int) -> Iterator[tuple[int, int, int]]:
        """Yield (start, length, pitch) of a voice's notes, in sixteenths."""
        line = self.pitches[voice]
        starts = sorted(at for at in self.struck[voice] if at < len(line))
        for start, end in zip(starts, [*starts[1:], len(line)], strict=True):
            if line[start] != REST:
                yield start * UNIT_STEPS, (end - start) * UNIT_STEPS, line[start]


def is_parallel(high: int, low: int, new_high: int, new_low: int) -> bool:
    """Tell whether two voices move in one direction from a perfect fifth or octave into the same."""
    old, new = (high - low) % 12, (new_high - new_low) % 12
    return old == new and new in {0, 7} and (new_high - high) * (new_low - low) > 0
