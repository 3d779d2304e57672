"""How far one set of sounds is from another, by their embeddings: a kernel distance for any number, Fréchet's for many.

Draws of one distribution have the Fréchet distance 0 only when there are many of them: at 768 dimensions 100 sounds
read 1089, 2000 still 148. The kernel distance is unbiased, so it is the one that is told; the other is refused below
ten sounds a dimension.

References: Gretton et al. (2012), "A kernel two-sample test", equation 3 (unbiased MMD²) and section 8 (the median as
width); Chung et al. (2025), "KAD: no more FAD!"; Dowson and Landau (1982) for the distance of normal distributions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.errors import InvalidRequestError

Floats = NDArray[np.float64]

SCALE = 100.0
"""As KAD is usually told."""
DRAWS = 1_000
COVERAGE = 0.95
LEAST_SOUNDS = 4
SOUNDS_PER_DIMENSION = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """A distance between two sets of embeddings.

    Parameters
    ----------
    value
        The estimate; an unbiased one may lie below 0.
    low, high
        95 % interval by bootstrap; None where none is made.
    embedding
        Name of the space it was measured in: distances of different spaces cannot be compared.
    counts
        How many sounds each set has.
    """

    value: float
    low: float | None
    high: float | None
    embedding: str
    counts: tuple[int, int]


def kernel_distance(reference: Floats, sounds: Floats, *, embedding: str, seed: int = 0) -> Distance:
    """Return the kernel distance (KAD) of two sets, shape (sounds, numbers) each, with its bootstrap interval.

    Parameters
    ----------
    seed
        Of the draws of the bootstrap.

    Raises
    ------
    InvalidRequestError
        ``quality.too_few`` below four sounds, ``quality.embedding`` where the sets are of different spaces.
    """
    _check(reference, sounds, least=LEAST_SOUNDS)
    width = _median_distance(reference)
    within, beyond, across = (
        _kernel(one, other, width) for one, other in ((reference, reference), (sounds, sounds), (reference, sounds))
    )
    np.fill_diagonal(within, 0.0)
    np.fill_diagonal(beyond, 0.0)
    value = _unbiased(within, beyond, across, np.ones(len(reference)), np.ones(len(sounds)))
    low, high = _interval(within, beyond, across, seed)
    return Distance(value=value, low=low, high=high, embedding=embedding, counts=(len(reference), len(sounds)))


def frechet_distance(reference: Floats, sounds: Floats, *, embedding: str) -> Distance:
    """Return the Fréchet distance of two sets, each taken as a normal distribution.

    Raises
    ------
    InvalidRequestError
        ``quality.too_few`` below ten sounds a dimension.
    """
    _check(reference, sounds, least=SOUNDS_PER_DIMENSION * reference.shape[1])
    means = reference.mean(axis=0) - sounds.mean(axis=0)
    one, other = (np.cov(rows, rowvar=False).reshape(rows.shape[1], rows.shape[1]) for rows in (reference, sounds))
    # tr √(AB) = tr √(√A B √A), whose argument is symmetric.
    values, vectors = np.linalg.eigh(one)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ other @ root), 0.0)).sum()
    value = float(means @ means + np.trace(one) + np.trace(other) - 2.0 * shared)
    return Distance(value=value, low=None, high=None, embedding=embedding, counts=(len(reference), len(sounds)))


def likeness(sound: Floats, words: Floats) -> float:
    """Return the cosine of a sound and a sentence in one space, −1 to 1 (the CLAP score)."""
    return float(sound @ words / max(float(np.linalg.norm(sound) * np.linalg.norm(words)), 1e-12))


def _check(reference: Floats, sounds: Floats, *, least: int) -> None:
    if reference.shape[1] != sounds.shape[1]:
        raise InvalidRequestError(
            f"embeddings of {reference.shape[1]} and {sounds.shape[1]} numbers lie in different spaces",
            code="quality.embedding",
            hint="Embed both sets by the same model.",
        )
    fewest = min(len(reference), len(sounds))
    if fewest < least:
        raise InvalidRequestError(
            f"{fewest} sounds are too few for this distance, which needs {least}",
            code="quality.too_few",
            hint="Give more sounds, or take the kernel distance, which needs four.",
            details={"sounds": fewest, "needed": least},
        )


def _squared(one: Floats, other: Floats) -> Floats:
    squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None] - 2.0 * one @ other.T
    return np.asarray(np.maximum(squares, 0.0))


def _median_distance(reference: Floats) -> float:
    apart = _squared(reference, reference)[np.triu_indices(len(reference), 1)]
    return float(np.sqrt(np.median(apart))) or 1.0


def _kernel(one: Floats, other: Floats, width: float) -> Floats:
    return np.asarray(np.exp(-_squared(one, other) / (2.0 * width**2)))


def _unbiased(within: Floats, beyond: Floats, across: Floats, ours: Floats, theirs: Floats) -> float:
    """Return MMD² of weighted draws, times 100; a sound is never set against itself, drawn twice or not."""
    one = ours @ within @ ours / (ours.sum() ** 2 - (ours**2).sum())
    other = theirs @ beyond @ theirs / (theirs.sum() ** 2 - (theirs**2).sum())
    between = ours @ across @ theirs / (ours.sum() * theirs.sum())
    return SCALE * float(one + other - 2.0 * between)


def _interval(within: Floats, beyond: Floats, across: Floats, seed: int) -> tuple[float, float]:
    """Return the interval that holds 95 % of what sets drawn from these sets read."""
    rng = np.random.default_rng(seed)
    sizes = len(within), len(beyond)
    drawn = [rng.multinomial(size, np.full(size, 1.0 / size), size=DRAWS).astype(np.float64) for size in sizes]
    values = [
        _unbiased(within, beyond, across, ours, theirs)
        for ours, theirs in zip(*drawn, strict=True)
        if min(np.count_nonzero(ours), np.count_nonzero(theirs)) > 1  # one sound drawn every time is no set
    ]
    tail = 50.0 * (1.0 - COVERAGE)
    low, high = np.percentile(values, (tail, 100.0 - tail))
    return float(low), float(high)
