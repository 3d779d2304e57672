"""The key of notes by correlation with a profile of pitch classes: probe tones, or counts in tonal music.

References: Krumhansl (1990), "Cognitive Foundations of Musical Pitch", table 2.1 and chapter 4; Temperley (2007),
"Music and Probability", chapter 6 (counts in the excerpts of Kostka and Payne).
"""

from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.music.pieces import Note

Profile = tuple[float, ...]
Profiles = tuple[Profile, Profile]
"""Of major and of minor keys, tonic first."""

MAJOR: Profile = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR: Profile = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
KRUMHANSL: Profiles = (MAJOR, MINOR)
TEMPERLEY: Profiles = (
    (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400),
    (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330),
)


def histogram(notes: Iterable[Note]) -> NDArray[np.float64]:
    """Return how long each pitch class sounds, in quarters; shape (12,)."""
    found = np.zeros(12)
    for note in notes:
        found[note.pitch % 12] += note.length
    return found


@cache
def _profiles(profiles: Profiles) -> NDArray[np.float64]:
    """Return the 24 profiles, standardised; shape (24, 12), major keys from C first."""
    rows = np.array([np.roll(profile, tonic) for profile in profiles for tonic in range(12)])
    rows -= rows.mean(axis=1, keepdims=True)
    found: NDArray[np.float64] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return found


def key_of(durations: NDArray[np.float64], profiles: Profiles = KRUMHANSL) -> tuple[int, str, float]:
    """Return tonic pitch class, ``major`` or ``minor``, and the correlation with the best profile.

    Parameters
    ----------
    durations
        Weight of each pitch class, shape (12,).
    """
    centred = durations - durations.mean()
    norm = float(np.linalg.norm(centred))
    scores = _profiles(profiles) @ (centred / norm if norm > 0 else centred)
    best = int(np.argmax(scores))
    return best % 12, "minor" if best >= 12 else "major", float(scores[best])
