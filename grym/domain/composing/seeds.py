"""Seeded chance for the composer: one independent stream of numbers per purpose.

A piece must come out byte-identical on every machine, so a stream depends only on the seed and on the names of its
purpose (never on hash order), and only `Generator.random` is drawn from it: its bits are part of PCG64's contract,
while the derived distributions of numpy may change between versions.
"""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")

SEPARATOR = "\x1f"


def stream(seed: int, *purpose: str) -> np.random.Generator:
    """Return the stream of random numbers that belongs to a seed and a purpose."""
    digest = hashlib.sha256(SEPARATOR.join((str(seed), *purpose)).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def pick(rng: np.random.Generator, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
    """Draw one of `options`, with probabilities proportional to `weights` (equal without them).

    Parameters
    ----------
    options
        At least one.
    weights
        As many as options, ≥ 0, not all zero.
    """
    if weights is None:
        return options[int(rng.random() * len(options))]
    point = rng.random() * sum(weights)
    for option, weight in zip(options, weights, strict=True):
        point -= weight
        if point < 0:
            return option
    return [option for option, weight in zip(options, weights, strict=True) if weight > 0][-1]


def chance(rng: np.random.Generator, probability: float) -> bool:
    """Draw true with the given probability 0–1."""
    return bool(rng.random() < probability)


def derived(seed: int, number: int) -> int:
    """Return the seed of the `number`-th try: the seed itself in the first, another one in every further try."""
    if number == 1:
        return seed
    return int.from_bytes(hashlib.sha256(SEPARATOR.join((str(seed), "try", str(number))).encode()).digest()[:4], "big")
