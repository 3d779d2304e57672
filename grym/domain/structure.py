"""The form of a piece: where it changes, and which passages are the same again.

A sound is cut into even steps, each described by its harmony and its timbre; every step is compared with every other.
Borders lie where the past resembles itself, the future resembles itself, and the two differ, and where repetitions
begin or end. Sections that resemble each other share a letter, in order of first appearance.

References: Foote (2000), "Automatic audio segmentation using a measure of audio novelty" (checkerboard kernel with
Gaussian taper); Paulus, Müller and Klapuri (2010), "Audio-based music structure analysis", sections 3 and 5.
"""

from dataclasses import dataclass
from itertools import pairwise
from string import ascii_uppercase

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from grym.domain.repetition import is_repeated, repetition_novelty
from grym.domain.signal import FloatArray

STEP_S = 0.25
MOST_STEPS = 1_500
"""The similarity of 1,500 steps fills 9 MB; longer sounds get longer steps."""

LONGEST_STEP_S = 0.5
"""Where steps are longer, a repetition must keep on for as many of them, so for longer: eight steps tell one from
chance, two do not."""

KERNEL_S = 16.0
SHORTEST_SECTION_S = 8.0
SECTIONS_AT_MOST = 40
"""A border is sought in 16 s around it and sections last 8 s or more, four bars at 120 BPM; both grow with sounds
beyond five minutes: nobody follows a form of more than forty parts."""

FULL_NOVELTY, FULL_REPETITION = 0.25, 0.2
"""What a clear border has of each kind; the two are added in these units."""

LEAST_NOVELTY = 0.6
NOVELTY_SHARE = 0.4
"""A border needs so much, and as much of what the clearest one has. Noise reaches 0.2 where nothing changes; on twelve
forms F at 3 s is the same from 0.4 to 0.8, and falls at 1 because tunes that repeat change little."""

SNAP_S = 1.5
"""A border moves to a downbeat that is no farther: three quarters of a bar at 120 BPM."""

SAME_SECTION = 0.87
"""Likeness across two sections, against that within them, from which both carry the same letter."""

SMOOTHING_S = 0.5
ENDS_SHARE = 0.75
"""The first and the last section may be a quarter shorter: a piece may begin or break off within one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A passage from `start_s` to `end_s`; equal labels sound alike."""

    start_s: float
    end_s: float
    label: str


def sections(
    harmony: FloatArray, timbre: FloatArray, *, duration_s: float, downbeats_s: FloatArray | None = None
) -> tuple[Section, ...]:
    """Divide a piece into labelled sections that cover it without gaps.

    Parameters
    ----------
    harmony
        Pitch class weights, shape (frames, 12), evenly spaced over the piece.
    timbre
        Cepstrum or other timbre features, shape (frames', dim), evenly spaced over the piece.
    duration_s
        Length of the piece in seconds.
    downbeats_s
        Ascending times in seconds; borders move to those nearby.
    """
    steps = min(MOST_STEPS, int(duration_s / STEP_S))
    shortest_s = max(SHORTEST_SECTION_S, duration_s / SECTIONS_AT_MOST)
    if duration_s < 2.0 * SHORTEST_SECTION_S or steps < 2:  # noqa: PLR2004 (one step has no form)
        return (Section(start_s=0.0, end_s=duration_s, label="A"),)
    step_s = duration_s / steps
    chords, colours = _averaged(harmony, steps), _averaged(timbre, steps)
    likeness = self_similarity(chords, colours)
    pitch = _unit_rows(chords)
    kernel_s = KERNEL_S * shortest_s / SHORTEST_SECTION_S
    change = checkerboard_novelty(likeness, half_width=max(2, round(kernel_s / 2.0 / step_s)))
    repetition = repetition_novelty(pitch @ pitch.T, step_s=min(step_s, LONGEST_STEP_S))
    novelty = change / np.float32(FULL_NOVELTY) + repetition / np.float32(FULL_REPETITION)
    edges = [0, *_borders(novelty, step_s=step_s, shortest_s=shortest_s), steps]
    labels = _labels(likeness, pitch, edges)
    edges_s = _snapped(np.array(edges) * step_s, downbeats_s)
    return tuple(
        Section(start_s=float(start_s), end_s=float(end_s), label=label)
        for (start_s, end_s), label in zip(pairwise([*edges_s[:-1], duration_s]), labels, strict=True)
    )


def _snapped(edges_s: NDArray[np.float64], downbeats_s: FloatArray | None) -> NDArray[np.float64]:
    """Move each inner edge to the nearest downbeat if it is near."""
    if downbeats_s is None or not len(downbeats_s):
        return edges_s
    nearest = downbeats_s[np.abs(edges_s[:, None] - downbeats_s).argmin(axis=1)]
    moved = np.where(np.abs(nearest - edges_s) <= SNAP_S, nearest, edges_s)
    moved[[0, -1]] = edges_s[[0, -1]]
    return np.asarray(moved)


def self_similarity(harmony: FloatArray, timbre: FloatArray) -> FloatArray:
    """Return how alike each two steps are, −1 to 1, shape (steps, steps): mean of two cosine similarities.

    Timbre is compared after standardising each coefficient over the piece.
    """
    pitch = _unit_rows(harmony)
    colour = _unit_rows((timbre - timbre.mean(axis=0)) / np.maximum(timbre.std(axis=0), 1e-6))
    likeness: FloatArray = 0.5 * (pitch @ pitch.T) + 0.5 * (colour @ colour.T)
    return likeness


def checkerboard_novelty(likeness: FloatArray, *, half_width: int) -> FloatArray:
    """Return how much the piece changes before each step, shape (steps,), ≥ 0.

    Parameters
    ----------
    likeness
        Shape (steps, steps).
    half_width
        Steps on each side of a border that are compared.

    References
    ----------
    Foote (2000), section 3: checkerboard kernel with a radial Gaussian taper, here of unit absolute sum.
    """
    position = np.arange(-half_width, half_width) + 0.5
    taper = np.exp(-0.5 * (2.0 * position / half_width) ** 2)
    signed = np.sign(position) * taper
    kernel = np.outer(signed, signed)
    kernel /= np.abs(kernel).sum()
    padded = np.pad(likeness, half_width, mode="symmetric")
    novelty = np.array(
        [np.sum(padded[i : i + 2 * half_width, i : i + 2 * half_width] * kernel) for i in range(len(likeness))]
    )
    positive: FloatArray = np.maximum(0.0, novelty).astype(np.float32)
    return positive


def _averaged(frames: FloatArray, steps: int) -> FloatArray:
    """Average frames into `steps` even groups; each group has at least the frame nearest to it."""
    edges = np.linspace(0, len(frames), steps + 1).astype(int)
    starts = np.minimum(edges[:-1], len(frames) - 1)
    sums = np.add.reduceat(frames, starts, axis=0)
    counts = np.maximum(1, np.diff(np.append(starts, len(frames))))
    averaged: FloatArray = (sums / counts[:, None]).astype(np.float32)
    return averaged


def _unit_rows(rows: np.ndarray) -> FloatArray:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: FloatArray = (rows / np.maximum(lengths, 1e-9)).astype(np.float32)
    return unit


def _borders(novelty: FloatArray, *, step_s: float, shortest_s: float) -> list[int]:
    """Return the steps where a section begins: peaks of the novelty, far enough apart and from the ends."""
    least_steps = max(1, round(shortest_s / step_s))
    smooth = gaussian_filter1d(novelty, SMOOTHING_S / step_s)
    highest = maximum_filter1d(smooth, 2 * least_steps - 1, mode="constant")
    threshold = max(LEAST_NOVELTY, NOVELTY_SHARE * float(smooth.max(initial=0.0)))
    peaks = np.flatnonzero((smooth >= highest) & (smooth > threshold))
    margin = ENDS_SHARE * least_steps
    borders: list[int] = []
    for peak in peaks:
        far_from_ends = margin <= peak <= len(novelty) - margin
        if far_from_ends and (not borders or peak - borders[-1] >= least_steps):
            borders.append(int(peak))
    return borders


def _labels(likeness: FloatArray, pitch: FloatArray, edges: list[int]) -> list[str]:
    """Give each section the letter of the kind it is, or is most like, or a new one (agglomeration)."""
    spans = [slice(first, last) for first, last in pairwise(edges)]
    kinds: list[list[slice]] = []
    labels = []
    for span in spans:
        scores = [max(_sameness(likeness, pitch, span, other) for other in kind) for kind in kinds]
        best = int(np.argmax(scores)) if scores else -1
        if best >= 0 and scores[best] >= SAME_SECTION:
            kinds[best].append(span)
        else:
            kinds.append([span])
            best = len(kinds) - 1
        labels.append(_letter(best))
    return labels


def _sameness(likeness: FloatArray, pitch: FloatArray, one: slice, other: slice) -> float:
    """Return the likeness of two sections; 1 more where one repeats the other step by step."""
    return _alike(likeness, one, other) + float(is_repeated(pitch[one], pitch[other]))


def _alike(likeness: FloatArray, one: slice, other: slice) -> float:
    """Return the likeness of two sections against that within them: 1 where neither can be told from the other."""
    across = float(likeness[one, other].mean())
    within = 0.5 * float(likeness[one, one].mean() + likeness[other, other].mean())
    return across / max(within, 1e-9)


def _letter(index: int) -> str:
    """Return A to Z, then A2 to Z2 and so on."""
    letter, turn = ascii_uppercase[index % 26], index // 26
    return letter if not turn else f"{letter}{turn + 1}"
