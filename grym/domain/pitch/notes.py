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
from itertools import pairwise

import numpy as np
from scipy.ndimage import maximum_filter1d, median_filter, minimum_filter1d, uniform_filter1d

from grym.domain.pitch.attack import attack_foot, attack_strength, attack_times, band_levels, is_struck, partials_rise
from grym.domain.pitch.values import Note, velocities
from grym.domain.pitch.yin import HOP_S, Candidates
from grym.domain.signal import FloatArray

LOWEST_PITCH = 21
HIGHEST_PITCH = 108
SPREAD_SEMITONES = 0.35
"""Standard deviation of a sung or played pitch around its note: 0.3 to 0.4 semitones in Mauch et al. (2015)."""

VIBRATO_FRAMES = 19
WIDEST_VIBRATO_SEMITONES = 3.0
"""One swing of a vibrato of 5 to 6 Hz; singers reach one and a half semitones each way (Prame 1997)."""

LEAST_CHANCE = 0.01
"""A frame that fits no state well tells little: log(0.01) is the most that one frame can say against a note."""

REST_SHARE = 0.3
CHANGE_COST = 12.0
"""Nats: a change of pitch must last about four frames where nothing is struck."""

STRUCK_COST = 4.0
SHORTEST_S = 0.05
NEAR_S = 0.06
LOW_GHOST_S = 0.2
GHOST_S = 0.1
GHOST_BELOW_SEMITONES = 10
GHOST_CONFIDENCE = 0.5

RELATED_SEMITONES = frozenset({12, 19, 24, 28, 31, 34, 36})
"""Two to eight times a frequency."""

FADED_SHARE = 0.25
"""A note that has lost 6 dB fades."""

LATE_S = 0.15
SETTLED_S = 0.12
"""Pitch is heard up to 150 ms after a note begins, while the note before still rings."""

STRIKE_S = 0.15

LEAST_ATTACK = 0.01
LEAST_EVIDENCE = 0.4
"""The attack counts by its root (logistic regression on folk songs played by ten instruments); at 0.4 the F of
repeated notes is highest over the instruments."""

UNSETTLED_S = 0.15
UNSETTLED_FACTOR = 2.0
"""So close to a change of pitch most breaks belong to it: one note still rings while another begins."""

BREAK_FRAMES = 4
USUAL_FRAMES = 20
APERIODICITY_FLOOR = 0.003
"""Periodicity within 40 ms, against its median within 0.2 s; below 0.003 it is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """Consecutive frames of one note: first, one past the last, pitch."""

    first: int
    after: int
    pitch: int


def single_voice(spectrum: FloatArray, found: Candidates) -> tuple[Note, ...]:
    """Return the notes of a single voice, in order of time.

    Parameters
    ----------
    spectrum
        Result of `grym.domain.pitch.attack.short_spectrum`.
    found
        Candidates of pitch of the same frames.
    """
    attack = attack_strength(band_levels(spectrum))
    fit = _fit(found, tuning=tuning_of(found))
    spans = _spans(_path(fit, _change_cost(attack)))
    power = spectrum.sum(axis=1)
    evidence = np.sqrt(attack) * _breaks(found.aperiodicity)
    spans = _without_ghosts(_split_where_struck(spans, attack, evidence), fit)
    spans = _begin_where_heard(_joined_to_what_rings(spans, attack, evidence, power), spectrum, attack)
    spans = [span for span in spans if span.after - span.first >= SHORTEST_S / HOP_S]
    struck = [float(power[span.first : span.first + round(STRIKE_S / HOP_S)].max()) for span in spans]
    return tuple(_note(span, fit, velocity) for span, velocity in zip(spans, velocities(np.array(struck)), strict=True))


def tuning_of(found: Candidates) -> float:
    """Return by how many semitones the voice lies above equal temperament at a = 440 Hz, −0.5 to 0.5.

    Pitch is averaged over a vibrato first: it dwells at its turning points, which are no notes.
    """
    pitch = _midi(found.hz[:, 0])
    width = maximum_filter1d(pitch, VIBRATO_FRAMES) - minimum_filter1d(pitch, VIBRATO_FRAMES)
    steady = width < WIDEST_VIBRATO_SEMITONES
    weight = np.where((found.hz[:, 0] > 0.0) & steady, found.probability[:, 0], 0.0)
    mean = uniform_filter1d(pitch, VIBRATO_FRAMES, mode="nearest")
    return float(np.angle(np.sum(weight * np.exp(2j * np.pi * mean)) + 1e-12) / (2.0 * np.pi))


def _midi(hz: FloatArray) -> FloatArray:
    """Return MIDI pitch with fraction."""
    pitch: FloatArray = (69.0 + 12.0 * np.log2(np.maximum(hz, 1.0) / 440.0)).astype(np.float32)
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
        for first, after in pairwise(edges)
        if path[first] != rest
    ]


def _split_where_struck(spans: list[_Span], attack: FloatArray, evidence: FloatArray) -> list[_Span]:
    """Split the stretches where an attack comes with a break of periodicity: a new tone starts at its own phase."""
    near = round(NEAR_S / HOP_S)
    split: list[_Span] = []
    for span in spans:
        start = span.first
        for at in _peaks(attack[span.first : span.after], LEAST_ATTACK, near):
            struck = span.first + at
            inside = struck - start >= near and span.after - struck >= near
            settled = min(struck - start, span.after - struck) >= UNSETTLED_S / HOP_S
            if inside and evidence[struck] >= LEAST_EVIDENCE * (1.0 if settled else UNSETTLED_FACTOR):
                split.append(_Span(first=start, after=struck, pitch=span.pitch))
                start = struck
        split.append(_Span(first=start, after=span.after, pitch=span.pitch))
    return split


def _breaks(aperiodicity: FloatArray) -> FloatArray:
    """Return how many times less periodic the sound is around each frame than it mostly is within 0.2 s, ≥ 0."""
    worst = maximum_filter1d(aperiodicity, 2 * BREAK_FRAMES + 1)
    usual = median_filter(aperiodicity, 2 * USUAL_FRAMES + 1, mode="nearest")
    breaks: FloatArray = (worst + APERIODICITY_FLOOR) / (usual + APERIODICITY_FLOOR)
    return breaks


def _peaks(values: FloatArray, least: float, apart: int) -> list[int]:
    """Return where `values` is the highest within `apart` frames and at least `least`."""
    return [
        at
        for at in np.flatnonzero(values >= least).tolist()
        if values[at] >= values[max(0, at - apart) : at + apart + 1].max()
    ]


def _without_ghosts(spans: list[_Span], fit: FloatArray) -> list[_Span]:
    """Give short, doubtful stretches to the note that follows at once.

    While one note still rings and the next has begun, both together repeat at a common, much longer period or at none.
    """
    kept: list[_Span] = []
    following: _Span | None = None
    for span in reversed(spans):
        if following is not None and span.after == following.first and _is_ghost(span, following, fit):
            following = _Span(first=span.first, after=following.after, pitch=following.pitch)
            kept[-1] = following
        else:
            kept.append(span)
            following = span
    return kept[::-1]


def _is_ghost(span: _Span, following: _Span, fit: FloatArray) -> bool:
    """Tell whether a stretch is the confusion before the next note rather than a note."""
    length_s = (span.after - span.first) * HOP_S
    if following.pitch - span.pitch >= GHOST_BELOW_SEMITONES:
        return length_s < LOW_GHOST_S
    return length_s < GHOST_S and _confidence(span, fit) < GHOST_CONFIDENCE


def _joined_to_what_rings(
    spans: list[_Span], attack: FloatArray, evidence: FloatArray, power: FloatArray
) -> list[_Span]:
    """Give stretches that begin without an attack to the note that rings, where they cannot be notes.

    While a struck note fades nothing begins without an attack. And no pitch leaps to a multiple or a part of its
    frequency unless something is struck: the partials of one note merely fade at different times.
    """
    attacks = np.round(attack_times(attack) / HOP_S) if is_struck(attack) else None
    joined: list[_Span] = []
    for span in spans:
        before = joined[-1] if joined else None
        if before is not None and before.after == span.first and before.pitch != span.pitch:
            around = slice(max(0, span.first - round(LATE_S / HOP_S)), span.first + round(NEAR_S / HOP_S))
            fades = power[span.first] < FADED_SHARE * power[before.first : span.first].max()
            unstruck = attacks is not None and not ((attacks >= around.start) & (attacks < around.stop)).any()
            related = abs(span.pitch - before.pitch) in RELATED_SEMITONES
            if (unstruck and fades) or (related and float(evidence[around].max()) < LEAST_EVIDENCE):
                joined[-1] = _Span(first=before.first, after=span.after, pitch=before.pitch)
                continue
        joined.append(span)
    return joined


def _begin_where_heard(spans: list[_Span], spectrum: FloatArray, attack: FloatArray) -> list[_Span]:
    """Move beginnings to where the note's own partials rise, or its attack if the same pitch rang before."""
    moved: list[_Span] = []
    for span in spans:
        before = moved[-1] if moved else None
        if before is not None and before.pitch == span.pitch and before.after >= span.first:
            first = attack_foot(attack, span.first, before.first + 1)
        else:
            first = partials_rise(
                spectrum,
                pitch=span.pitch,
                first=max(0, span.first - round(LATE_S / HOP_S)),
                heard=span.first,
                after=span.first + round(SETTLED_S / HOP_S),
            )
        first = max(first, before.first + 1 if before else 0)
        if before is not None and before.after > first:
            moved[-1] = _Span(first=before.first, after=max(first, before.first + 1), pitch=before.pitch)
        moved.append(_Span(first=first, after=max(span.after, first + 1), pitch=span.pitch))
    return moved


def _confidence(span: _Span, fit: FloatArray) -> float:
    """Return how surely a stretch has its pitch, 0 to 1."""
    return float(np.exp(fit[span.first : span.after, span.pitch - LOWEST_PITCH].mean()))


def _note(span: _Span, fit: FloatArray, velocity: int) -> Note:
    """Make a note of a stretch."""
    return Note(
        start_s=span.first * HOP_S,
        end_s=span.after * HOP_S,
        pitch=span.pitch,
        velocity=velocity,
        confidence=_confidence(span, fit),
    )
