"""What speaks for each of 24 keys: a profile, how the sound begins and ends, cadences, and what sounds most.

A profile alone takes the dominant for the tonic, or the relative key, when a piece dwells there. What music does
decides between such neighbours: it begins on its tonic chord, it ends there, it steps from the dominant to it, and the
tonic chord is what sounds most. An excerpt from the middle of a piece has neither beginning nor end: a sound that
breaks off is taken for one. Keys are numbered: twelve major ones from C = 0, then twelve minor ones.

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
KEY_PROFILES = ("krumhansl-kessler",)
"""Of 31 rendered scores it finds as many as the mean of the three sets, of 28 excerpts from the middle of a piece 0.78
instead of 0.76. Of recordings 14 instead of 10 agree with other listeners, one of which has the same profile."""

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

BROKEN_OFF_SHARE, ENDED_SHARE = 0.15, 0.05
"""A sound has ended where its last frames lie 52 dB below the loudest one, and breaks off where they exceed −33 dB."""

LAST_FRAMES = 2

OPENING_WEIGHT = 0.6
CLOSING_WEIGHT = 0.1
CADENCE_WEIGHT = 0.2
TONIC_WEIGHT = 0.6
"""Worth of each kind of evidence, against 1 for a perfect correlation. Fitted, then rounded, on 31
rendered scores, 35 more with their first 38 s and their middle halves, and a minute from the middle of each of 16
recordings where two other listeners agree on a key. Of the 31 scores, 29 are right, 24 without the opening, 28 without
the dwelling. Of the recordings, 14 are heard as the others hear them, 9 if openings counted where the sound breaks
off."""

DWELLING_S = 1.0
DWELLING_POWER = 8
"""A second counts for a tonic chord as the eighth power of its likeness: half for 0.92."""

LEAST_CHORDS = 4


def key_evidence(chroma: Chroma, weights: Floats, chords: Sequence[ChordSpan]) -> Floats:
    """Return what speaks for each key, shape (24,): twelve major keys, then minor; a perfect correlation is 1.

    Parameters
    ----------
    chroma
        Pitch classes over time.
    weights
        Shape (frames, 12): the same, loud frames held back, low notes twice, from `grym.domain.tonality.levelled`.
    chords
        In order.
    """
    found = kinds_of_evidence(chroma, weights, chords)
    beginning, end = OPENING_WEIGHT * found["opening"], CLOSING_WEIGHT * found["closing"]
    evidence: Floats = found["profile"] + beginning + end + CADENCE_WEIGHT * found["cadences"]
    return evidence + TONIC_WEIGHT * found["dwelling"]


def kinds_of_evidence(chroma: Chroma, weights: Floats, chords: Sequence[ChordSpan]) -> dict[str, Floats]:
    """Return each kind of evidence by name, of shape (24,) and not weighed; beginning and end as far as there are any.

    Parameters are those of `key_evidence`.
    """
    opening, closing = _ends(chroma)
    ended = _ended(chroma)
    return {
        "profile": key_scores_of_rows(weights.sum(axis=0)[None], KEY_PROFILES)[0],
        "opening": ended * _tonic_likeness(chroma, opening),
        "closing": ended * _tonic_likeness(chroma, closing),
        "cadences": cadences(chords).sum(axis=0) / max(len(chords), LEAST_CHORDS),
        "dwelling": dwelling(chroma),
    }


def endings(chroma: Chroma) -> tuple[Floats, Floats]:
    """Return how much the first and the last second and a half of sound speak for each key, each shape (24,).

    The less, the more abruptly the sound breaks off: where an end is cut off, the beginning may be as well.
    """
    opening, closing = _ends(chroma)
    ended = _ended(chroma)
    beginning: Floats = OPENING_WEIGHT * ended * _tonic_likeness(chroma, opening)
    end: Floats = CLOSING_WEIGHT * ended * _tonic_likeness(chroma, closing)
    return beginning, end


def dwelling(chroma: Chroma) -> Floats:
    """Return how much the seconds around all frames that sound are like each key's tonic triad, shape (24,), 0 to 1."""
    softened = chroma.folded(chroma.notes ** np.float32(SOFTENING))
    sounding = np.flatnonzero(softened.any(axis=1))
    if not len(sounding):
        return np.zeros(KEYS)
    sums = np.vstack([np.zeros(12), np.cumsum(softened, axis=0, dtype=np.float64)])
    reach = max(1, round(DWELLING_S / 2 * chroma.frame_rate_hz))
    around = sums[np.minimum(sounding + 1 + reach, len(softened))] - sums[np.maximum(sounding - reach, 0)]
    likeness = (around @ _tonic_triads().T) / np.linalg.norm(around, axis=1, keepdims=True)
    share: Floats = (likeness**DWELLING_POWER).mean(axis=0)
    return share


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


def _ended(chroma: Chroma) -> float:
    """Return how sure it is that the sound ended and was not cut off, 0 to 1: whether its last frames are silent."""
    level = chroma.weights.sum(axis=1, dtype=np.float64)
    last = float(level[-LAST_FRAMES:].mean()) / max(float(level.max(initial=0.0)), 1e-9)
    return float(np.clip((BROKEN_OFF_SHARE - last) / (BROKEN_OFF_SHARE - ENDED_SHARE), 0.0, 1.0))


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
