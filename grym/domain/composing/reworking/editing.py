"""A score edited by hand and played again: drawn to a grid, played less evenly, its chords broken.

Each is a function of the score alone (and a seed, where chance is wanted), so that what was edited comes out as it was
edited.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from grym.domain.composing.reworking.source import Arpeggio
from grym.domain.composing.score import TICKS_PER_QUARTER, Note, Part, Score
from grym.domain.composing.seeds import stream

_SPREAD_S = 0.02
"""At most so much earlier or later; beyond it a listener hears two attacks (Hirsh 1959)."""
_SPREAD_VELOCITY = 12
_LEAST_CHORD = 3
_TOGETHER_TICKS = 30


def quantised(score: Score, *, grid_ticks: int) -> Score:
    """Draw starts and ends to a grid; nothing becomes shorter than one step of it."""

    def drawn(note: Note) -> Note:
        start = round(note.start_ticks / grid_ticks) * grid_ticks
        end = max(start + grid_ticks, round(note.end_ticks / grid_ticks) * grid_ticks)
        start = min(start, score.length_ticks - grid_ticks)
        return replace(
            note, start_ticks=start, duration_ticks=min(end, score.length_ticks) - start, onset_shift_ticks=0
        )

    return _each(score, lambda part: tuple(map(drawn, part.notes)))


def humanised(score: Score, *, amount: float, seed: int) -> Score:
    """Play less evenly: onsets up to 20 ms and velocities up to 12 apart at `amount` 1; what is written stays."""
    rate = score.tempo_bpm / 60 * TICKS_PER_QUARTER

    def played(part: Part) -> tuple[Note, ...]:
        rng = stream(seed, "humanise", part.name, part.role)
        found = []
        for note in part.notes:
            late = (rng.random() + rng.random() - 1.0) * _SPREAD_S * amount * rate
            loud = (rng.random() + rng.random() - 1.0) * _SPREAD_VELOCITY * amount
            found.append(
                replace(
                    note,
                    onset_shift_ticks=max(-note.start_ticks, round(note.onset_shift_ticks + late)),
                    velocity=int(min(127, max(1, round(note.velocity + loud)))),
                )
            )
        return tuple(found)

    return _each(score, played)


def arpeggiated(score: Score, *, way: Arpeggio) -> Score:
    """Break the chords of every part that plays some, in eighths, as long as each chord lasts.

    Parameters
    ----------
    way
        ``up``, ``down`` or ``updown``; empty leaves the score as it is.
    """
    if not way:
        return score
    step = TICKS_PER_QUARTER // 2
    return _each(score, lambda part: part.notes if part.percussion else _broken(part.notes, way, step))


def _broken(notes: Sequence[Note], way: Arpeggio, step: int) -> tuple[Note, ...]:
    """Break chords of three notes and more; what is shorter than a note each stays."""
    found: list[Note] = []
    for chord in _chords(notes):
        length = min(note.duration_ticks for note in chord)
        if len(chord) < _LEAST_CHORD or length < step * len(chord):
            found += chord
            continue
        order = sorted(chord, key=lambda note: note.midi_pitch, reverse=way == "down")
        order = [*order, *order[-2:0:-1]] if way == "updown" else order
        for at in range(length // step):
            one, start = order[at % len(order)], chord[0].start_ticks + at * step
            end = length if at == length // step - 1 else (at + 1) * step
            found.append(replace(one, start_ticks=start, duration_ticks=end - at * step))
    return tuple(found)


def _chords(notes: Sequence[Note]) -> list[list[Note]]:
    """Return notes that begin together, by time."""
    found: list[list[Note]] = []
    for note in sorted(notes, key=lambda note: (note.start_ticks, note.midi_pitch)):
        if found and note.start_ticks - found[-1][0].start_ticks < _TOGETHER_TICKS:
            found[-1].append(note)
        else:
            found.append([note])
    return found


def _each(score: Score, change: Callable[[Part], Sequence[Note]]) -> Score:
    """Change the notes of every part and sort them again."""
    return replace(
        score,
        parts=tuple(
            replace(part, notes=tuple(sorted(change(part), key=lambda n: (n.start_ticks, n.midi_pitch))))
            for part in score.parts
        ),
    )
