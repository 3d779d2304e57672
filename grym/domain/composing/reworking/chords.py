"""Which chords a score has: for every span the chord that explains what sounds, on the cheapest path.

What sounds below weighs as root, what sounds outside a chord costs by how long it sounds, and so do tones of the
chord that nobody plays; moves cost what the vocabulary of the mode says. Where only a melody sounds, the chords are
those `harmonising` would write.

References
----------
Pardo and Birmingham 2002, "Algorithms for Chordal Analysis" (template score: tones in, tones out, tones missing);
Viterbi 1967.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from grym.domain.composing.harmonising import cheapest, harmonise_tune, move_costs, spans_of
from grym.domain.composing.harmony import Slot, tonic_numeral
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.metrics import STEP_TICKS, bar_steps
from grym.domain.composing.progressions import TABLES
from grym.domain.composing.score import ChordSpan, Metre, Note, Part, Tonality
from grym.domain.composing.theory import Chord, chord_of, symbol_of

_OUTSIDE, _MISSING, _ROOTLESS = 10.0, 0.6, 1.5
_HOME = 1.0
_DEAREST_MOVE = 5.0
_FEWEST_AT_ONCE = 1.5

Floats = NDArray[np.float64]


def harmony_of(
    parts: Sequence[Part], tune: Sequence[MelodyNote], tonality: Tonality, metre: Metre, *, bars: int
) -> tuple[Slot, ...]:
    """Return a chord for every half bar (every bar where bars are short), equal neighbours joined within bars.

    Parameters
    ----------
    parts
        Everybody, drums included.
    tune
        The melody on the grid, for where nothing else sounds.
    bars
        Length of the piece.
    """
    per_bar = 2.0 if bar_steps(metre) >= 16 else 1.0
    spans = spans_of(bars, metre, chords_per_bar=per_bar)
    notes = [note for part in parts if not part.percussion for note in part.notes]
    if not notes:
        return harmonise_tune((), tonality, metre, spans=spans)
    if not _has_chords(notes, bars * metre.bar_ticks):
        wide = spans_of(bars, metre, chords_per_bar=1.0)
        return harmonise_tune(tune, tonality, metre, spans=wide)
    return _joined(_explained(notes, spans, tonality), metre)


def chord_spans(slots: Sequence[Slot], tonality: Tonality) -> tuple[ChordSpan, ...]:
    """Return chords as a score carries them."""
    return tuple(
        ChordSpan(
            start_ticks=slot.start_steps * STEP_TICKS,
            duration_ticks=slot.length_steps * STEP_TICKS,
            symbol=symbol_of(slot.chord, tonality),
            numeral=slot.chord.numeral,
            pitch_classes=slot.chord.pitch_classes,
        )
        for slot in slots
    )


def _has_chords(notes: Sequence[Note], length_ticks: int) -> bool:
    """Tell whether more than a tune sounds."""
    return sum(note.duration_ticks for note in notes) >= _FEWEST_AT_ONCE * 0.6 * length_ticks


def _explained(notes: Sequence[Note], spans: Sequence[tuple[int, int]], tonality: Tonality) -> tuple[Slot, ...]:
    """Choose the chords on the cheapest path."""
    words = TABLES[tonality.mode]
    numerals = sorted(words)
    chords = [chord_of(numeral, tonality) for numeral in numerals]
    local = np.array([_costs(notes, span, chords) for span in spans])
    home = np.array([numeral == tonic_numeral(tonality) for numeral in numerals])
    local[0] -= _HOME * home
    local[-1] -= _HOME * home
    moves = np.minimum(move_costs(words, numerals), _DEAREST_MOVE)
    np.fill_diagonal(moves, 0.0)  # a chord that goes on moves nowhere
    path = cheapest(local, moves)
    return tuple(
        Slot(start_steps=start, length_steps=length, chord=chords[place])
        for (start, length), place in zip(spans, path, strict=True)
    )


def _costs(notes: Sequence[Note], span: tuple[int, int], chords: Sequence[Chord]) -> Floats:
    """Weigh what sounds in a span against every chord."""
    weights, bass = _sounding(notes, span[0] * STEP_TICKS, (span[0] + span[1]) * STEP_TICKS)
    total = weights.sum()
    if total == 0:
        return np.zeros(len(chords))
    share = weights / total
    return np.array(
        [
            _OUTSIDE * (1.0 - share[list(chord.pitch_classes)].sum())
            + _MISSING * sum(share[tone] < 0.03 for tone in chord.pitch_classes)
            + _ROOTLESS * (bass is not None and bass != chord.bass)
            for chord in chords
        ]
    )


def _sounding(notes: Sequence[Note], start: int, end: int) -> tuple[Floats, int | None]:
    """Return how long each pitch class sounds in a stretch, and the pitch class of the lowest note in it."""
    weights = np.zeros(12)
    lowest: int | None = None
    for note in notes:
        shared = min(end, note.end_ticks) - max(start, note.start_ticks)
        if shared > 0:
            weights[note.midi_pitch % 12] += shared
            lowest = note.midi_pitch if lowest is None else min(lowest, note.midi_pitch)
    return weights, None if lowest is None else lowest % 12


def _joined(slots: Sequence[Slot], metre: Metre) -> tuple[Slot, ...]:
    """Join equal neighbours inside a bar."""
    bar = bar_steps(metre)
    found: list[Slot] = []
    for slot in slots:
        if found and found[-1].chord == slot.chord and slot.start_steps % bar:
            found[-1] = replace(found[-1], length_steps=found[-1].length_steps + slot.length_steps)
        else:
            found.append(slot)
    return tuple(found)
