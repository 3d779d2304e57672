"""What speaks for each of 24 keys: profiles, how the sound begins and ends, cadences, and what sounds most.

Profiles alone take the dominant for the tonic, or the relative key, when a piece dwells there. What music does decides
between such neighbours: it begins on its tonic chord, it ends there, it steps from the dominant to it, and the tonic
chord is what sounds most. Keys are numbered: twelve major ones from C = 0, then twelve minor ones.

References: Krumhansl (1990), "Cognitive foundations of musical pitch", chapter 4 (profiles); Noland and Sandler
(2006), "Key estimation using a hidden Markov model" (chords as evidence of keys); Temperley (2007), "Music and
probability", chapter 6.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from grym.domain.chroma import Chroma
from grym.domain.harmony.stretches import SOFTENING
from grym.domain.harmony.values import ChordSpan
from grym.domain.tonality import key_scores_of_rows

Floats = NDArray[np.float64]

KEYS = 24
MAJOR_CHORDS = frozenset({"maj", "7", "maj7"})
MINOR_CHORDS = frozenset({"min", "min7"})
DOMINANTS = {"maj": 1.0, "7": 1.5}
LEADING_CHORDS = frozenset({"dim", "hdim7", "dim7"})
FIFTH, SEMITONE_BELOW = 7, 11

TRIAD = (1.0, 0.7, 0.8)
"""Weight of root, third and fifth in the tonic triad that a beginning or an end is compared with."""

OPENING_S, CLOSING_S = 1.5, 1.5
SOUNDING_SHARE = 0.15
"""Sound begins and ends where it exceeds −33 dB of the loudest frame (levels are square roots of amplitudes)."""

OPENING_WEIGHT = 0.6
CLOSING_WEIGHT = 0.25
CLOSING_BASS_WEIGHT = 0.1
CADENCE_WEIGHT = 0.4
TONIC_WEIGHT = 0.3
"""Worth of each kind of evidence, against 1 for a perfect correlation. Regressed on some 150 scores, their first 38 s
and the whole (multinomial, 24 keys), then rounded. There the mean score rises from 0.88 with profiles alone to 0.93;
halving the weight of the opening costs 0.01 to 0.05, leaving the closing bass out less than 0.01."""

LEAST_CHORDS = 4
LEAST_BASS_SHARE = 0.1
"""A bass weaker than a tenth of what sounds is a side lobe of something else and counts less."""


def key_evidence(chroma: Chroma, weights: Floats, chords: Sequence[ChordSpan]) -> Floats:
    """Return what speaks for each key, shape (24,): twelve major keys, then minor; a perfect correlation is 1.

    Parameters
    ----------
    chroma
        Pitch classes over time.
    weights
        Shape (frames, 12): the same with loud frames held back, from `grym.domain.tonality.levelled`.
    chords
        In order.
    """
    profile = key_scores_of_rows(weights.sum(axis=0)[None])[0]
    beginning, end = endings(chroma)
    cadence = CADENCE_WEIGHT * cadences(chords).sum(axis=0) / max(len(chords), LEAST_CHORDS)
    evidence: Floats = profile + beginning + end + cadence + TONIC_WEIGHT * _tonic_share(chords)
    return evidence


def endings(chroma: Chroma) -> tuple[Floats, Floats]:
    """Return how much the first and the last second and a half of sound speak for each key, each shape (24,)."""
    opening, closing = _ends(chroma)
    beginning: Floats = OPENING_WEIGHT * _tonic_likeness(chroma, opening)
    bass = CLOSING_BASS_WEIGHT * np.tile(_bass_share(chroma, closing), 2)
    end: Floats = CLOSING_WEIGHT * _tonic_likeness(chroma, closing) + bass
    return beginning, end


def cadences(chords: Sequence[ChordSpan]) -> Floats:
    """Return how much each change of chord confirms each key, shape (chords, 24): steps from its dominant to its tonic.

    A dominant seventh counts half as much again; the diminished chord on the leading note stands for a dominant.
    """
    confirmed = np.zeros((len(chords), KEYS))
    for place, (before, after) in enumerate(pairwise(chords), start=1):
        key = _key_of_tonic(after)
        if before.root is None or after.root is None or key is None or after.quality not in {"maj", "min"}:
            continue
        step = (before.root - after.root) % 12
        if step == FIFTH:
            confirmed[place, key] = DOMINANTS.get(before.quality, 0.0)
        elif step == SEMITONE_BELOW and before.quality in LEADING_CHORDS:
            confirmed[place, key] = 1.0
    return confirmed


def _key_of_tonic(chord: ChordSpan) -> int | None:
    """Return the number of the key whose tonic chord this is."""
    if chord.root is None or chord.quality not in MAJOR_CHORDS | MINOR_CHORDS:
        return None
    return chord.root + (0 if chord.quality in MAJOR_CHORDS else 12)


def _tonic_share(chords: Sequence[ChordSpan]) -> Floats:
    """Return the share of the sounding time of each key's tonic chord, shape (24,)."""
    shares = np.zeros(KEYS)
    sounding_s = sum(chord.end_s - chord.start_s for chord in chords if chord.root is not None)
    for chord in chords:
        key = _key_of_tonic(chord) if chord.quality != "7" else None
        if key is not None:
            shares[key] += (chord.end_s - chord.start_s) / sounding_s
    return shares


def _ends(chroma: Chroma) -> tuple[slice, slice]:
    """Return the frames of the first and of the last seconds that sound."""
    level = chroma.weights.sum(axis=1)
    sounding = np.flatnonzero(level > SOUNDING_SHARE * float(level.max(initial=0.0)))
    if not len(sounding):
        return slice(0, 0), slice(0, 0)
    first, last = int(sounding[0]), int(sounding[-1]) + 1
    opening = slice(first, first + max(1, round(OPENING_S * chroma.frame_rate_hz)))
    return opening, slice(max(first, last - round(CLOSING_S * chroma.frame_rate_hz)), last)


def _tonic_likeness(chroma: Chroma, frames: slice) -> Floats:
    """Return the cosine similarity of some frames and each key's tonic triad, shape (24,)."""
    return tonic_likeness(chroma.folded(chroma.notes[frames] ** np.float32(SOFTENING)).sum(axis=0, dtype=np.float64))


def tonic_likeness(weights: Floats) -> Floats:
    """Return the cosine similarity of pitch classes, shape (12,), and each key's tonic triad, shape (24,)."""
    likeness: Floats = _tonic_triads() @ weights / max(float(np.linalg.norm(weights)), 1e-9)
    return likeness


@lru_cache(maxsize=1)
def _tonic_triads() -> Floats:
    """Return each key's tonic triad as pitch classes, rows of unit length, shape (24, 12)."""
    triads = np.zeros((KEYS, 12))
    for key in range(KEYS):
        third = 4 if key < 12 else 3  # noqa: PLR2004 (twelve major keys come first)
        for step, weight in zip((0, third, FIFTH), TRIAD, strict=True):
            triads[key, (key + step) % 12] = weight
    return np.asarray(triads / np.linalg.norm(triads, axis=1, keepdims=True))


def _bass_share(chroma: Chroma, frames: slice) -> Floats:
    """Return the share of each pitch class in the bass of some frames, shape (12,), sum ≤ 1."""
    bass = chroma.bass[frames].sum(axis=0, dtype=np.float64)
    heard = max(float(bass.sum()), LEAST_BASS_SHARE * float(chroma.weights[frames].sum(dtype=np.float64)), 1e-9)
    return np.asarray(bass / heard)
