"""Shares, entropies and means that several families need."""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

import numpy as np


def share(flags: Iterable[bool]) -> float:
    """Return the share of true values, 0 of none."""
    values = list(flags)
    return sum(values) / len(values) if values else 0.0


def mean(values: Iterable[float]) -> float:
    """Return the mean, 0 of none."""
    found = list(values)
    return float(np.mean(found)) if found else 0.0


def entropy_bits(values: Iterable[Hashable]) -> float:
    """Return the entropy of a sequence's values in bits (Shannon 1948), 0 of none."""
    return weighted_entropy_bits(list(Counter(values).values()))


def weighted_entropy_bits(weights: Sequence[float]) -> float:
    """Return the entropy of weights in bits."""
    total = sum(weights)
    return -sum(w / total * math.log2(w / total) for w in weights if w > 0) if total > 0 else 0.0


def grams(values: Sequence[Hashable], length: int) -> list[tuple[Hashable, ...]]:
    """Return every run of a length."""
    return list(zip(*(values[at:] for at in range(length)), strict=False))


def repeated_share(found: Sequence[Hashable]) -> float:
    """Return the share of items that have occurred before, 0 of none."""
    return 1.0 - len(set(found)) / len(found) if found else 0.0
