"""Notes of several voices at once: what begins to sound at each attack.

Attacks are found in the whole sound, so a chord begins together. At each of them every semitone is judged by how
strongly it sounds afterwards, against before, against its neighbours, the octave below and the loudest of the moment.
The judgement is a logistic regression; sustained instruments, whose attacks are soft, have their own.

References
----------
Klapuri and Davy (2006), "Signal processing methods for music transcription", chapter 7 (onsets, then pitches between);
Marolt (2004), "A connectionist approach to automatic transcription of polyphonic piano music", for judging by training.
"""

from dataclasses import dataclass

import numpy as np

from grym.domain.pitch.attack import attack_strength, attack_times, band_levels, is_struck
from grym.domain.pitch.harmonics import HOP_S, LOWEST_PITCH, PITCHES, Activations
from grym.domain.pitch.values import Note, velocities
from grym.domain.signal import FloatArray

BEFORE_S = (-0.10, -0.04)
STRIKE_S = (0.0, 0.06)
AFTER_S = (0.04, 0.18)
SHORTEST_S = 0.08

LEAST_WEIGHT = 0.02
LEAST_GROWTH = 0.9
OFFSET = 0.01
"""Added to weights before logarithms: 1 % of what a loud note has."""

END_SHARE = 0.15
MIDDLE_ROW = 44
OCTAVES = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judgement:
    """A logistic regression over `_evidence`, and the log odds a note must reach."""

    constant: float
    slopes: tuple[float, ...]
    least: float


STRUCK = _Judgement(constant=0.06, slopes=(0.90, 0.76, 0.70, 0.54, -0.53, -0.68, -3.25), least=-0.4)
SUSTAINED = _Judgement(constant=-2.70, slopes=(0.15, 1.15, -0.17, 0.70, -0.29, -0.86, -1.95), least=-1.25)
"""Fitted on four-part works of a corpus, on piano and guitar, and on strings and organ. Work by work left out, F is
0.91 on piano, 0.79 on guitar, 0.42 on strings and 0.41 on organ."""


def several_voices(spectrum: FloatArray, found: Activations) -> tuple[Note, ...]:
    """Return the notes of polyphonic sound, by start, then pitch.

    Parameters
    ----------
    spectrum
        Result of `grym.domain.pitch.attack.short_spectrum`.
    found
        How strongly each semitone sounds.
    """
    attack = attack_strength(band_levels(spectrum))
    times_s = attack_times(attack)
    loud = float(np.quantile(found.weights.max(axis=0), 0.95))
    if not len(times_s) or loud <= 0.0:
        return ()
    weights = found.weights / np.float32(loud)
    judgement = STRUCK if is_struck(attack) else SUSTAINED
    evidence, candidate = evidence_of(weights, times_s)
    odds = np.tensordot(np.array(judgement.slopes), evidence, axes=1) + judgement.constant
    rows, columns = np.nonzero(candidate & (odds > judgement.least))
    return _notes(weights, times_s, rows, columns, odds[rows, columns])


def evidence_of(weights: FloatArray, times_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what speaks for each semitone at each attack, shape (7, 88, attacks), and what is worth judging.

    The rows: how strong it is afterwards; against before; against its stronger neighbour; against the strongest of
    the moment; the octave below against it; the strike against what remains; the square of its distance from the
    middle of the keyboard in double octaves. All but the last in nats.
    """
    following = np.append(times_s[1:], times_s[-1] + 1.0)
    end = np.minimum(times_s + AFTER_S[1], np.maximum(following, times_s + SHORTEST_S))
    after = _means(weights, times_s + AFTER_S[0], end)
    before = _means(weights, times_s + BEFORE_S[0], times_s + BEFORE_S[1])
    strike = _means(weights, times_s + STRIKE_S[0], times_s + STRIKE_S[1])
    padded = np.pad(after, ((12, 1), (0, 0)))
    neighbour = np.maximum(padded[13 : 13 + PITCHES], padded[11 : 11 + PITCHES])
    level = np.log(after + OFFSET)
    distance = (np.arange(PITCHES)[:, None] - MIDDLE_ROW) / OCTAVES
    evidence = np.stack(
        [
            level,
            level - np.log(before + OFFSET),
            level - np.log(neighbour + OFFSET),
            level - np.log(after.max(axis=0) + OFFSET),
            np.log(padded[:PITCHES] + OFFSET) - level,
            np.log(strike + OFFSET) - level,
            np.broadcast_to(distance**2, after.shape),
        ]
    )
    return evidence, (after > LEAST_WEIGHT) & (after > LEAST_GROWTH * before)


def _means(weights: FloatArray, start_s: np.ndarray, end_s: np.ndarray) -> np.ndarray:
    """Return the mean weight of each semitone from each start to its end, shape (88, attacks)."""
    count = weights.shape[1]
    total = np.concatenate([np.zeros((PITCHES, 1)), np.cumsum(weights, axis=1, dtype=np.float64)], axis=1)
    first = np.clip(np.round(start_s / HOP_S).astype(np.intp), 0, count - 1)
    after = np.clip(np.round(end_s / HOP_S).astype(np.intp), first + 1, count)
    means: np.ndarray = (total[:, after] - total[:, first]) / (after - first)
    return means


def _notes(
    weights: FloatArray, times_s: np.ndarray, rows: np.ndarray, columns: np.ndarray, odds: np.ndarray
) -> tuple[Note, ...]:
    """Make notes of what was judged to begin; each ends where it has faded or begins again."""
    frames = np.round(times_s / HOP_S).astype(np.intp)
    ends, peaks = [], []
    for index, (row, column) in enumerate(zip(rows, columns, strict=True)):
        again = index + 1 < len(rows) and rows[index + 1] == row
        last = int(frames[columns[index + 1]]) if again else weights.shape[1]
        first = min(int(frames[column]), weights.shape[1] - 1)
        length, peak = _faded(weights[row, first : max(last, first + 1)])
        ends.append((first + length) * HOP_S)
        peaks.append(peak)
    notes = [
        Note(
            start_s=float(times_s[column]),
            end_s=max(end, float(times_s[column]) + HOP_S),
            pitch=int(row) + LOWEST_PITCH,
            velocity=velocity,
            confidence=float(1.0 / (1.0 + np.exp(-odd))),
        )
        for row, column, end, velocity, odd in zip(rows, columns, ends, velocities(np.square(peaks)), odds, strict=True)
    ]
    return tuple(sorted(notes, key=lambda note: (note.start_s, note.pitch)))


def _faded(course: FloatArray) -> tuple[int, float]:
    """Return after how many frames a note has faded to 15 % of its peak, and the peak."""
    early = course[: max(1, round(0.2 / HOP_S))]
    at = int(early.argmax())
    faded = np.flatnonzero(course[at:] < END_SHARE * early[at])
    return (at + int(faded[0]) if len(faded) else len(course)), float(early[at])
