"""Which chord sounds when: templates of nine qualities on the notes of each stretch, smoothed over time.

Where beats are given, chords change on them or half way between; otherwise on an even grid. Notes are averaged over
each stretch, so passing notes and arpeggios weigh by how long they sound. The bass speaks for the root, and less for
third, fifth and seventh, so that inversions are heard. A change must gain more than it costs (Viterbi).

References: Cho and Bello (2014), "On the relative importance of individual components of chord recognition systems"
(templates with few qualities, smoothing by self-transition); Mauch and Dixon (2010), "Approximate note transcription
for the improved identification of difficult chords" (bass and treble apart).
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from grym.domain.chroma import Chroma
from grym.domain.harmony.stretches import averages, edges_of
from grym.domain.harmony.values import NO_CHORD, QUALITY_STEPS, ChordSpan
from grym.domain.signal import FloatArray

Floats = NDArray[np.float64]

BASS_WEIGHT = 0.15
BASS_STEPS = (1.0, 0.5, 0.4, 0.3)
"""How much root, third, fifth and seventh are expected in the bass."""

RARITY = {
    "maj": 0.0,
    "min": 0.0,
    "7": 0.04,
    "min7": 0.06,
    "dim": 0.06,
    "maj7": 0.1,
    "hdim7": 0.1,
    "dim7": 0.1,
    "aug": 0.12,
}
"""A rarer quality must fit better by as much (cosine): every triad is part of some chord of four notes."""

CHANGE_COST = 0.15
"""What a change costs against half a beat of perfect fit."""

SILENT_SHARE = 0.05
"""A stretch with notes 52 dB below the loudest one's is silent (levels are square roots of amplitudes)."""

LEAST_LIKENESS = 0.62
"""Notes less like the chord that fits best (cosine) are no chord. One note alone is 0.58 like a triad, all twelve alike
0.5; of the chords in works whose chords are known 1 to 2 % are less alike."""

ONE_NOTE = 0.985
"""Where one pitch class makes up more than this of the unit vector, one note sounds alone and is no chord."""

CLEAR_LEAD = 0.25
"""Lead of a chord over the best one with another root that counts as confidence 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Vocabulary:
    """All chords in rows: names, what is expected of notes and of bass (unit rows), and what rarity costs."""

    chords: tuple[tuple[int, str], ...]
    notes: Floats
    bass: Floats
    rarity: Floats


def chord_spans(chroma: Chroma, *, duration_s: float, beats_s: FloatArray | None = None) -> tuple[ChordSpan, ...]:
    """Return the chords of a sound: in order, touching, from 0 to its end, neighbours different.

    Parameters
    ----------
    chroma
        Notes over time.
    duration_s
        Length of the sound in seconds.
    beats_s
        Ascending times of beats in seconds; chords then change on them or half way between.
    """
    if duration_s <= 0.0:
        return ()
    edges = edges_of(duration_s, beats_s)
    stretches = averages(chroma, edges)
    fits = _fits(stretches.treble, stretches.bass)
    weights = np.minimum(np.diff(edges) / max(float(np.median(np.diff(edges))), 1e-6), 2.0)
    path = _best_path(fits * weights[:, None])
    sounding = stretches.level > SILENT_SHARE * float(stretches.level.max(initial=0.0))
    path = _without_strangers(np.where(sounding, path, -1), stretches.treble * np.diff(edges)[:, None])
    return _joined(edges, path, fits)


def _without_strangers(path: NDArray[np.int64], notes: Floats) -> NDArray[np.int64]:
    """Take away chords whose notes, all together, are one note alone or hardly those of the chord."""
    kept = path.copy()
    for first, last in pairwise(_borders(path)):
        together = notes[first:last].sum(axis=0)
        together /= max(float(np.linalg.norm(together)), 1e-9)
        likeness = float(together @ _vocabulary().notes[path[first]])
        if likeness < LEAST_LIKENESS or together.max() > ONE_NOTE:
            kept[first:last] = -1
    return kept


def _borders(path: NDArray[np.int64]) -> list[int]:
    """Return where another chord begins, with the start and the end."""
    return [0, *(np.flatnonzero(np.diff(path)) + 1).tolist(), len(path)]


def _fits(treble: Floats, bass: Floats) -> Floats:
    """Return how well each chord fits each stretch, shape (stretches, 108)."""
    known = _vocabulary()
    fits: Floats = treble @ known.notes.T + BASS_WEIGHT * bass @ known.bass.T - known.rarity
    return fits


@lru_cache(maxsize=1)
def _vocabulary() -> _Vocabulary:
    chords = tuple((root, quality) for quality in QUALITY_STEPS for root in range(12))
    notes, bass = np.zeros((len(chords), 12)), np.zeros((len(chords), 12))
    for row, (root, quality) in enumerate(chords):
        steps = QUALITY_STEPS[quality]
        classes = [(root + step) % 12 for step in steps]
        notes[row, classes] = 1.0 / np.sqrt(len(steps))
        bass[row, classes] = BASS_STEPS[: len(steps)]
    rarity = np.array([RARITY[quality] for _, quality in chords])
    return _Vocabulary(chords=chords, notes=notes, bass=bass, rarity=rarity)


def _best_path(fits: Floats) -> NDArray[np.int64]:
    """Return the row of the vocabulary for each stretch that fits best in all, each change at its cost (Viterbi)."""
    count, chords = fits.shape
    here = np.arange(chords)
    came_from = np.zeros((count, chords), dtype=np.int64)
    best = fits[0]
    for step in range(1, count):
        leader = int(best.argmax())
        changed = best[leader] - CHANGE_COST
        came_from[step] = np.where(best >= changed, here, leader)
        best = np.maximum(best, changed) + fits[step]
    path = np.empty(count, dtype=np.int64)
    path[-1] = best.argmax()
    for step in range(count - 1, 0, -1):
        path[step - 1] = came_from[step, path[step]]
    return path


def _joined(edges: Floats, path: NDArray[np.int64], fits: Floats) -> tuple[ChordSpan, ...]:
    """Join stretches of one chord into spans."""
    return tuple(
        _span(float(edges[first]), float(edges[last]), int(path[first]), fits[first:last].mean(axis=0))
        for first, last in pairwise(_borders(path))
    )


def _span(start_s: float, end_s: float, row: int, fit: Floats) -> ChordSpan:
    """Describe one span; the confidence is the lead over the best chord on another root."""
    if row < 0:
        return ChordSpan(start_s=start_s, end_s=end_s, root=None, quality=NO_CHORD, confidence=0.0)
    root, quality = _vocabulary().chords[row]
    roots = np.array([other for other, _ in _vocabulary().chords])
    lead = float(fit[row] - fit[roots != root].max())
    return ChordSpan(
        start_s=start_s,
        end_s=end_s,
        root=root,
        quality=quality,
        confidence=float(np.clip(lead / CLEAR_LEAD, 0.0, 1.0)),
    )
