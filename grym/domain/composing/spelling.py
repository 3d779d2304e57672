"""Spelling: how pitches are named on the page, and which accidentals a bar needs.

A tone is named as a tone of the chord that sounds, by thirds above its root, otherwise by the key (Gould 2011, ch. 3).
"""

from collections.abc import Sequence

from grym.domain.composing.notation import UNIT_TICKS, Value
from grym.domain.composing.score import Score
from grym.domain.composing.theory import key_fifths, spell

_LETTER_PITCH = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_LETTERS = "CDEFGAB"
_SHARPS = "FCGDAEB"
ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
# Letters above the root for a chord tone so many semitones above it (thirds are two letters, fifths four …).
_LETTER_STEPS = {0: 0, 1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 4, 7: 4, 8: 4, 9: 5, 10: 6, 11: 6}

Spelling = tuple[str, int, int]


class Speller:
    """Names pitches by the chord that sounds, and knows which accidentals a bar needs."""

    def __init__(self, score: Score, bar_start_ticks: int) -> None:
        self._score = score
        self._start = bar_start_ticks
        end = bar_start_ticks + score.metre.bar_ticks
        self._chords = [
            chord
            for chord in score.chords
            if chord.start_ticks < end and chord.start_ticks + chord.duration_ticks > bar_start_ticks
        ]
        fifths = key_fifths(score.tonality)
        marked = _SHARPS[:fifths] if fifths > 0 else _SHARPS[::-1][:-fifths] if fifths < 0 else ""
        self._signature = dict.fromkeys(marked, 1 if fifths > 0 else -1)

    def spell(self, midi_pitch: int, unit: int) -> Spelling:
        """Return letter, alteration and octave of a pitch at a place of the bar."""
        letter, alter = self._letter(midi_pitch % 12, self._start + unit * UNIT_TICKS)
        return letter, alter, (midi_pitch - alter - _LETTER_PITCH[letter]) // 12 - 1

    def _letter(self, pitch_class: int, tick: int) -> tuple[str, int]:
        """Name a pitch class as the chord's tone, otherwise by the key."""
        for chord in self._chords:
            sounds = chord.start_ticks <= tick < chord.start_ticks + chord.duration_ticks
            if sounds and pitch_class in chord.pitch_classes:
                root, _ = spell(chord.pitch_classes[0], self._score.tonality)
                above = (pitch_class - chord.pitch_classes[0]) % 12
                steps = 6 if above == 9 and chord.symbol.partition("/")[0].endswith("dim7") else _LETTER_STEPS[above]
                letter = _LETTERS[(_LETTERS.index(root) + steps) % 7]
                alter = (pitch_class - _LETTER_PITCH[letter] + 6) % 12 - 6
                if abs(alter) <= 1:
                    return letter, alter
        return spell(pitch_class, self._score.tonality)

    def accidentals(self, voices: Sequence[Sequence[Value]]) -> dict[tuple[int, int], str]:
        """Return the accidental to print by (unit, pitch), where the signature or an earlier one does not say it."""
        state: dict[tuple[str, int], int] = {}
        printed: dict[tuple[int, int], str] = {}
        values = sorted((value for voice in voices for value in voice), key=lambda value: value.start)
        for value in values:
            for pitch in value.pitches:
                letter, alter, octave = self.spell(pitch, value.start)
                valid = state.get((letter, octave), self._signature.get(letter, 0))
                if alter != valid and not value.tied_from:
                    printed[value.start, pitch] = ACCIDENTALS[alter]
                if not value.tied_from:
                    state[letter, octave] = alter
        return printed
