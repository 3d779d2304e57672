"""Writing for four players who share the material: string quartets and the like.

The three lower voices are first set like a chorale under the melody, so that the whole is well led; then every phrase
gets a texture, in which those voices are played: held chords, repeated notes, broken chords, after-beats, or all in
the melody's rhythm. Where the melody rests on a long note, a lower voice answers with a run into its next tone.
Conventions: units are eighths from the start of the section.

References
----------
Haydn's quartets as read by Grave and Grave 2006, ch. 4 (textures), and Adler 2016, ch. 5 (ranges and roles of
strings).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from grym.domain.composing.accompaniment import PlayedNote
from grym.domain.composing.chorale import LowerVoices, cells_of, moments_of, woven
from grym.domain.composing.embellishing import REST, UNIT_STEPS, Loom
from grym.domain.composing.harmony import Slot
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.metrics import beat_steps
from grym.domain.composing.scheme import PhrasePlan
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.seeds import chance, pick
from grym.domain.composing.settings import STRINGS, Setting, cheapest_settings

# How often a phrase has each texture, and how often its long notes are answered.
TEXTURES: Mapping[str, float] = {
    "chordal": 3.0,
    "pulse": 2.5,
    "broken": 2.0,
    "offbeat": 1.0,
    "together": 1.5,
    "light": 2.0,
}
_ANSWERED = 0.6
_LONG_UNITS = 3
_EMBELLISHED = 0.9

Line = list[int]


def quartet_voices(
    melody: Sequence[MelodyNote],
    slots: Sequence[Slot],
    scheme: Sequence[PhrasePlan],
    tonality: Tonality,
    metre: Metre,
    *,
    previous: Setting | None,
    rng: Callable[[str], np.random.Generator],
) -> LowerVoices:
    """Write second violin, viola and cello under a section's melody.

    Parameters
    ----------
    scheme
        The phrases; those of one letter have one texture.
    previous
        The last setting of the section before, highest voice first.
    rng
        Gives the stream of chance of a purpose.
    """
    cells = cells_of(slots, metre)
    path = cheapest_settings(moments_of(melody, cells, tonality), STRINGS, previous=previous)
    loom = woven(melody, cells, path, tonality)
    loom.embellish(rng=rng("figures"), amount=_EMBELLISHED)
    onsets = {note.start_steps // UNIT_STEPS for note in melody}
    bar = metre.bar_ticks // 240
    for phrase in scheme:
        draw = rng(phrase.label)
        start, end = phrase.first_bar * bar, (phrase.first_bar + phrase.bars) * bar
        player = _Player(loom=loom, beat=beat_steps(metre) // UNIT_STEPS, onsets=onsets)
        player.play(pick(draw, list(TEXTURES), list(TEXTURES.values())), start, end - bar // 2)
        for at, length in _held(loom.pitches[0], onsets, start, end):
            voice = 1 if chance(draw, 0.65) else 2
            if chance(draw, _ANSWERED):
                player.answer(voice, at, length, up=chance(draw, 0.5))
    lines = [
        tuple(PlayedNote(start_steps=a, length_steps=b, midi_pitch=c) for a, b, c in loom.notes(voice))
        for voice in (1, 2, 3)
    ]
    return LowerVoices(alto=lines[0], tenor=lines[1], bass=lines[2], last=path[-1] if path else previous)


def _held(line: Line, onsets: set[int], start: int, end: int) -> list[tuple[int, int]]:
    """Return (start, length) in units of what is left of the melody's long notes after their first beat."""
    begins = sorted(at for at in onsets if start <= at < end)
    spans = pairwise([*begins, min(end, len(line))])
    return [(a + 1, b - a - 1) for a, b in spans if b - a > _LONG_UNITS]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Player:
    """Plays the voices of a loom in a texture."""

    loom: Loom
    beat: int
    onsets: set[int]

    def play(self, texture: str, start: int, end: int) -> None:
        """Give the inner voices and the bass their figures from one unit to another; their close is left plain."""
        if texture == "pulse":
            self._strike(1, start, end, every=1)
            self._strike(2, start, end, every=1)
            self._strike(3, start, end, every=self.beat)
        elif texture == "broken":
            self._break(start, end)
            self._strike(3, start, end, every=2 * self.beat)
        elif texture == "offbeat":
            for voice in (1, 2):
                self._strike(voice, start, end, every=1)
                self._silence(voice, start, end)
            self._strike(3, start, end, every=self.beat)
        elif texture == "light":
            # The cello waits until the middle of the phrase.
            self._strike(2, start, end, every=1)
            for at in range(start, start + (end - start) // 2):
                self.loom.pitches[3][at] = REST
        elif texture == "together":
            for voice in (1, 2, 3):
                self.loom.struck[voice] |= {at for at in self.onsets if start <= at < end}
        else:
            for voice in (1, 2, 3):
                self._tie(voice, start, end)

    def _strike(self, voice: int, start: int, end: int, *, every: int) -> None:
        """Repeat a voice's tones."""
        self.loom.struck[voice] |= set(range(start, end, every))

    def _silence(self, voice: int, start: int, end: int) -> None:
        """Leave out the beats, so that after-beats remain."""
        for at in range(start, end, self.beat):
            self.loom.pitches[voice][at] = REST

    def _break(self, start: int, end: int) -> None:
        """Let the second player alternate between both inner voices, as one hand does in a broken chord."""
        upper, lower = self.loom.pitches[1], self.loom.pitches[2]
        for at in range(start, end):
            if at % 2 and REST not in {upper[at], lower[at]}:
                upper[at] = lower[at]
        self.loom.struck[1] |= set(range(start, end))
        self._tie(2, start, end)

    def _tie(self, voice: int, start: int, end: int) -> None:
        """Hold a tone on where the next chord has it too."""
        line, struck = self.loom.pitches[voice], self.loom.struck[voice]
        for at in [at for at in struck if start < at < end]:
            if line[at] == line[at - 1]:
                struck.discard(at)

    def answer(self, voice: int, start: int, length: int, *, up: bool) -> None:
        """Fill the time of a held note by steps into the tone that follows; nothing where that would cross a voice."""
        line, end = self.loom.pitches[voice], start + length
        if end >= len(line) or REST in {line[end], line[start]}:
            return
        run = self._run(line[end], length, end, up=up)
        above, below = self.loom.pitches[voice - 1], self.loom.pitches[voice + 1]
        for at, pitch in zip(range(start, end), run, strict=False):
            if (above[at] != REST and pitch > above[at]) or (below[at] != REST and pitch < below[at]):
                return
        if len(run) == length:
            line[start:end] = run
            self.loom.struck[voice] |= set(range(start, end + 1))

    def _run(self, goal: int, length: int, unit: int, *, up: bool) -> Line:
        """Return so many scale tones that lead into a goal from below or above."""
        cell = next(cell for cell in self.loom.cells if cell.start <= unit - 1 < cell.start + cell.length)
        direction = -1 if up else 1
        tones = [goal + direction * step for step in range(1, 24) if (goal + direction * step) % 12 in cell.scale]
        return tones[:length][::-1]
