"""Which settings are looked at: those about the default, and those about the best that were heard.

The region about the default is a tenth of the range wide at first and grows with the square root of the opinions of the
style, as far as there is evidence of a taste at all: unguarded learners begin far away and are worse than the default
for a hundred requests, and ratings by chance would lead anywhere.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256

import numpy as np

from grym.domain.learning.kernel import Floats
from grym.domain.learning.posterior import Posterior

CANDIDATES = 96
FIRST_RADIUS = 0.10
GROWTH = 0.02
"""Both in ranges of a setting; measured by simulated listeners, where they lost least in the first hundred requests."""
LARGEST_RADIUS = 0.4
JITTER = 0.08
_BEST = 4
_DIGITS = 3


def radius(opinions: int, *, trust: float) -> float:
    """Return the standard deviation of candidates about the default, in ranges of a setting.

    Parameters
    ----------
    opinions
        Of the style.
    trust
        How sure it is that there is a taste, 0–1.
    """
    return min(LARGEST_RADIUS, FIRST_RADIUS + GROWTH * float(np.sqrt(opinions)) * trust)


def candidates(
    known: Posterior,
    default: Floats,
    *,
    style: str,
    mood: str,
    fixed: Mapping[int, float],
    reach: float,
    chance: np.random.Generator,
) -> tuple[Floats, int]:
    """Return settings to choose among as (n, d) within 0–1, and how many of the first are those about the default.

    Parameters
    ----------
    default
        (d,) settings without the learner.
    fixed
        Value of each setting that is not open, by its place.
    reach
        Standard deviation of those about the default.
    """
    near = chance.normal(default, reach, (CANDIDATES // 2, len(default)))
    places = known.places(default)
    means = known.outlook(places, default, style=style, mood=mood).means
    best = places[np.resize(np.argsort(-means, kind="stable")[:_BEST], _BEST)]
    each = CANDIDATES // 2 // _BEST
    about = np.repeat(best, each, axis=0) + chance.normal(0.0, JITTER, (_BEST * each, len(default)))
    chosen: Floats = np.clip(np.vstack([near, about]), 0.0, 1.0)
    for at, value in fixed.items():
        chosen[:, at] = value
    return np.round(chosen, _DIGITS), len(near)


def digest(names: Sequence[str], settings: Floats) -> str:
    """Return the SHA-256 of a set of candidates, hexadecimal."""
    thousands = np.rint(settings * 10**_DIGITS).astype("<i4")
    return sha256("\n".join(names).encode(errors="surrogatepass") + b"\0" + thousands.tobytes()).hexdigest()
