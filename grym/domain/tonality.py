"""The key of a sound or of notes: which of 24 keys explains the weights of the pitch classes best.

Pitch classes are numbered from C = 0. Three sets of profiles vote, because each has its own weakness; the confidence
is how clearly the best key beats the second, so a chromatic or drums-only recording has a key with confidence near 0.

References: Krumhansl (1990), "Cognitive foundations of musical pitch", table 2.1 (Krumhansl and Kessler 1982) and
chapter 4 (correlation); Temperley (2007), "Music and probability", chapter 6 (Kostka and Payne corpus);
Albrecht and Shanahan (2013), "The use of large corpora to train a new type of key-finding algorithm", table 1.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from grym.domain.chroma import Chroma

TONIC_NAMES = {
    "major": ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"),
    "minor": ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"),
}
"""The spelling with fewest accidentals in the key signature."""

PROFILES = {
    "krumhansl-kessler": (
        (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
        (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
    ),
    "temperley": (
        (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400),
        (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330),
    ),
    "albrecht-shanahan": (
        (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081),
        (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052),
    ),
}

ALL_PROFILES = tuple(PROFILES)

CLEAR_MARGIN = 0.25
"""Mean correlation by which the best key of an unambiguous cadence beats the next one; it counts as confidence 1."""

FRAME_SHARE = 0.5
"""Loud frames weigh by their magnitude to this power, so that one loud passage does not decide alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An estimated key.

    Parameters
    ----------
    tonic
        Pitch class 0–11, C = 0.
    mode
        ``major`` or ``minor``.
    confidence
        0 (any key fits as well) to 1.
    """

    tonic: int
    mode: str
    confidence: float

    @property
    def tonic_name(self) -> str:
        """Name of the tonic, ``Eb``."""
        return TONIC_NAMES[self.mode][self.tonic]


def tonality_of_pitches(notes: Iterable[tuple[int, float]]) -> Key | None:
    """Estimate the key of written notes.

    Parameters
    ----------
    notes
        MIDI pitch and weight (length in any unit) of each note.

    Returns
    -------
    Key or None
        None without notes of positive weight.
    """
    weights = np.zeros(12)
    for midi_pitch, weight in notes:
        weights[midi_pitch % 12] += weight
    return tonality_of_weights(weights)


def levelled(chroma: Chroma) -> NDArray[np.float64]:
    """Return the pitch classes of each frame with loud frames held back and low notes twice, shape (frames, 12)."""
    loudness = np.maximum(chroma.weights.sum(axis=1, keepdims=True, dtype=np.float64), 1e-9)
    return np.asarray((chroma.weights + chroma.bass) / loudness * loudness**FRAME_SHARE)


def tonality_of_weights(weights: NDArray[np.float64]) -> Key | None:
    """Estimate the key from the weight of each pitch class, shape (12,), C first; None where all are equal."""
    if not float(np.ptp(weights)):
        return None
    return _best_key(key_scores(weights))


def _best_key(scores: NDArray[np.float64]) -> Key:
    """Return the key of the highest of 24 scores, with its lead over the next as confidence."""
    order = np.argsort(scores)[::-1]
    best, second = int(order[0]), int(order[1])
    margin = float(scores[best] - scores[second])
    return Key(
        tonic=best % 12,
        mode="major" if best < 12 else "minor",  # noqa: PLR2004 (twelve major keys come first)
        confidence=float(np.clip(margin / CLEAR_MARGIN, 0.0, 1.0)),
    )


def key_scores(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean correlation of the weights with each key, shape (24,): twelve major keys, then minor.

    References
    ----------
    Krumhansl (1990), chapter 4: Pearson correlation with the rotated profile; here averaged over profile sets.
    """
    scores: NDArray[np.float64] = key_scores_of_rows(np.asarray(weights, dtype=np.float64)[None])[0]
    return scores


def key_scores_of_rows(weights: NDArray[np.float64], profiles: tuple[str, ...] = ALL_PROFILES) -> NDArray[np.float64]:
    """Return the same for many weights at once: shape (rows, 12) in, (rows, 24) out; zeros for even weights.

    Parameters
    ----------
    weights
        Shape (rows, 12).
    profiles
        Names of the sets in `PROFILES` that vote.
    """
    scores = _standardised(weights) @ _mean_profiles(profiles).T
    return np.asarray(scores)


@lru_cache(maxsize=4)
def _mean_profiles(profiles: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the standardised profile of each key, the mean over some sets, shape (24, 12)."""
    sets = []
    for name in profiles:
        shapes = _standardised(np.array(PROFILES[name]))
        sets.append(np.stack([np.roll(shape, tonic) for shape in shapes for tonic in range(12)]))
    mean: NDArray[np.float64] = np.mean(sets, axis=0)
    return mean


def _standardised(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rows with mean 0 and Euclidean length 1; even ones become zeros."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(np.divide(centred, lengths, out=np.zeros_like(centred), where=lengths > 0.0))
