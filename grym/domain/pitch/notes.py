"""Notes of a single voice: where its pitch stays, split where it is struck anew.

A hidden state for every semitone and one for rest: a frame's candidates of pitch say how well each state explains it,
leaving a state costs more than a passing deviation is worth, so vibrato and portamento stay inside a note, and costs
less where something is struck. Notes of one pitch in a row are split by the attack alone.

References
----------
Mauch et al. (2015), "Computer-aided melody note transcription using the Tony software", section 2.2 (notes as hidden
states over pYIN); Böck and Widmer (2013) for the attack.
"""

from dataclasses import dataclass

import numpy as np

from grym.domain.pitch.attack import attack_strength, band_levels
from grym.domain.pitch.values import Note
from grym.domain.pitch.yin import HOP_S, Candidates
from grym.domain.signal import FloatArray

LOWEST_PITCH = 21
HIGHEST_PITCH = 108
SPREAD_SEMITONES = 0.35
"""Standard deviation of a sung or played pitch around its note: 0.3 to 0.4 semitones in Mauch et al. (2015)."""

LEAST_CHANCE = 0.01
"""A frame that fits no state well tells little: log(0.01) is the most that one frame can say against a note."""

REST_SHARE = 0.3
CHANGE_COST = 12.0
"""Nats: a change of pitch must last about four frames where nothing is struck."""

STRUCK_COST = 4.0
SHORTEST_S = 0.05
NEAR_S = 0.06
RELATIVE_ATTACK = 0.5
LEAST_ATTACK = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """Consecutive frames of one note: first, one past the last, pitch."""

    first: int
    after: int
    pitch: int


def single_voice(sound: FloatArray, found: Candidates) -> tuple[Note, ...]:
    """Return the notes of a single voice, in order of time.

    Parameters
    ----------
    sound
        Shape (samples,), at 16 kHz.
    found
        Its candidates of pitch.
    """
    levels = band_levels(sound)
    attack = attack_strength(levels)
    fit = _fit(found, tuning=tuning_of(found))
    spans = _spans(_path(fit, _change_cost(attack)))
    spans = _split_where_struck(spans, attack)
    loudness = levels.mean(axis=1)
    return tuple(
        note for span in spans if (note := _note(span, fit, loudness, attack)) and note.end_s - note.start_s >= SHORTEST_S
    )


def tuning_of(found: Candidates) -> float:
    """Return by how many semitones the voice lies above equal temperament at a = 440 Hz, −0.5 to 0.5."""
    pitch = _midi(found.hz[:, 0])
    weight = np.where(found.hz[:, 0] > 0.0, found.probability[:, 0], 0.0)
    return float(np.angle(np.sum(weight * np.exp(2j * np.pi * pitch)) + 1e-12) / (2.0 * np.pi))


def _midi(hz: FloatArray) -> FloatArray:
    """Return MIDI pitch with fraction."""
    pitch: FloatArray = 69.0 + 12.0 * np.log2(np.maximum(hz, 1.0) / 440.0)
    return pitch


def _fit(found: Candidates, *, tuning: float) -> FloatArray:
    """Return how well each state explains each frame in nats, shape (frames, pitches + 1); the last state is rest."""
    count = len(found.hz)
    pitches = HIGHEST_PITCH - LOWEST_PITCH + 1
    chance = np.zeros((count, pitches + 1), dtype=np.float32)
    rows = np.arange(count)
    for hz, probability in zip(found.hz.T, found.probability.T, strict=True):
        pitch = _midi(hz) - tuning - LOWEST_PITCH
        nearest = np.rint(pitch).astype(np.intp)
        for step in (-1, 0, 1):
            state = np.clip(nearest + step, 0, pitches - 1)
            inside = (nearest + step == state) & (hz > 0.0)
            closeness = np.exp(-0.5 * ((pitch - state) / SPREAD_SEMITONES) ** 2)
            chance[rows, state] += np.where(inside, probability * closeness, 0.0)
    chance[:, -1] = REST_SHARE * np.maximum(1.0 - found.probability.sum(axis=1), 0.0)
    fit: FloatArray = np.log(np.maximum(chance, LEAST_CHANCE))
    return fit


def _change_cost(attack: FloatArray) -> FloatArray:
    """Return what leaving a state costs before each frame: less where something is struck."""
    scale = max(float(np.quantile(attack, 0.95)), LEAST_ATTACK) if len(attack) else 1.0
    cost: FloatArray = CHANGE_COST - (CHANGE_COST - STRUCK_COST) * np.minimum(attack / scale, 1.0)
    return cost


def _path(fit: FloatArray, cost: FloatArray) -> np.ndarray:
    """Return the best state of each frame, shape (frames,); changes between any two states cost the same (Viterbi)."""
    count = len(fit)
    changed = np.empty(fit.shape, dtype=np.bool_)
    source = np.empty(count, dtype=np.intp)
    score = fit[0]
    for frame in range(1, count):
        best = int(score.argmax())
        entering = score[best] - cost[frame]
        changed[frame] = score < entering
        source[frame] = best
        score = np.maximum(score, entering) + fit[frame]
    path = np.empty(count, dtype=np.intp)
    path[-1] = int(score.argmax())
    for frame in range(count - 1, 0, -1):
        path[frame - 1] = source[frame] if changed[frame, path[frame]] else path[frame]
    return path


def _spans(path: np.ndarray) -> list[_Span]:
    """Return the stretches of one pitch."""
    edges = np.concatenate([[0], np.flatnonzero(np.diff(path)) + 1, [len(path)]])
    rest = HIGHEST_PITCH - LOWEST_PITCH + 1
    return [
        _Span(first=int(first), after=int(after), pitch=int(path[first]) + LOWEST_PITCH)
        for first, after in zip(edges[:-1], edges[1:], strict=True)
        if path[first] != rest
    ]


def _split_where_struck(spans: list[_Span], attack: FloatArray) -> list[_Span]:
    """Split the stretches where the attack is like that at the beginnings of notes in the same sound."""
    near = round(NEAR_S / HOP_S)
    begin = [float(attack[max(0, span.first - near) : span.first + near + 1].max()) for span in spans]
    if not begin:
        return []
    least = max(LEAST_ATTACK, RELATIVE_ATTACK * float(np.median(begin)))
    split: list[_Span] = []
    for span in spans:
        start = span.first
        inside = attack[span.first : span.after]
        for at in _peaks(inside, least, near):
            struck = span.first + at
            if struck - span.first > near and span.after - struck >= near:
                split.append(_Span(first=start, after=struck, pitch=span.pitch))
                start = struck
        split.append(_Span(first=start, after=span.after, pitch=span.pitch))
    return split


def _peaks(values: FloatArray, least: float, apart: int) -> list[int]:
    """Return where `values` is the highest within `apart` frames and at least `least`."""
    return [
        at
        for at in np.flatnonzero(values >= least).tolist()
        if values[at] >= values[max(0, at - apart) : at + apart + 1].max()
    ]


def _note(span: _Span, fit: FloatArray, loudness: FloatArray, attack: FloatArray) -> Note:
    """Make a note of a stretch, its beginning moved to the attack nearby."""
    near = round(NEAR_S / HOP_S)
    first = max(0, span.first - near)
    around = attack[first : span.first + near + 1]
    at = first + int(around.argmax()) if around.max() >= LEAST_ATTACK else span.first
    inside = fit[span.first : span.after, span.pitch - LOWEST_PITCH]
    return Note(
        start_s=at * HOP_S,
        end_s=max(span.after, at + 1) * HOP_S,
        pitch=span.pitch,
        velocity=64,
        confidence=float(np.exp(inside.mean())),
    )
