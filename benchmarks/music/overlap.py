"""How alike two sets of music are: the overlap of their distributions of values, measure by measure.

For every measure each set gives one value a window. Both become densities by Gaussian kernels of one bandwidth, and
the overlap is the area under the lower of the two: 1 for equal distributions, 0 for separate ones. The bandwidth is
Silverman's rule of thumb on the reference (1986, equation 3.31), at least `FLOOR` of its spread; both sides have the
same number of values, since few values give a low overlap by themselves. Measures count by what they can tell apart:
`weights_of`.

A ratio to the *ceiling* (real against real, the halves sharing no work) says what is left of likeness when the noise of
few works is taken out. Halves are drawn `DRAWS` times; means and the middle 95 % of draws are reported.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.music.measures import Measured

DRAWS = 20
COVERED = (2.5, 97.5)
POINTS = 256
MARGIN = 3.0
"""Bandwidths beyond the extreme values at which a density ends."""

FLOOR = 0.02
"""Least bandwidth, in parts of the reference's range: what is always equal in real music may differ by a hair."""

FEWEST = 4
"""A measure that a smaller number of real windows has is left out."""

DRAWN = 0.75
"""Part of the compared windows that a draw takes, so that the interval also covers which pieces were composed."""

LARGEST = 60
"""Windows of a side that are compared at once."""

Floats = NDArray[np.float64]
Name = tuple[str, str]
Weights = Mapping[Name, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Values of a window and the work it comes from."""

    group: str
    values: Measured


def overlap(real: Floats, other: Floats) -> float:
    """Return the overlap of two samples' densities, 0 to 1.

    Parameters
    ----------
    real
        Values that set the bandwidth, at least two.
    other
        Values to compare; none overlap by nothing.
    """
    if len(other) == 0:
        return 0.0
    width = _bandwidth(real)
    low = min(real.min(), other.min()) - MARGIN * width
    high = max(real.max(), other.max()) + MARGIN * width
    # A range much wider than the kernels needs more points.
    grid = np.linspace(low, high, int(np.clip(4 * (high - low) / width, POINTS, 16 * POINTS)))
    lower = np.minimum(_density(real, grid, width), _density(other, grid, width))
    return float(min(1.0, lower.sum() * (grid[1] - grid[0])))


def _bandwidth(values: Floats) -> float:
    quartiles = np.percentile(values, (25, 75))
    deviation = float(values.std())
    spread = min(deviation, float(quartiles[1] - quartiles[0]) / 1.34) or deviation
    least = FLOOR * (float(np.ptp(values)) or max(1.0, abs(float(values.mean()))))
    return max(0.9 * spread / math.pow(len(values), 0.2), least)


def _density(values: Floats, grid: Floats, width: float) -> Floats:
    kernels = np.exp(-0.5 * ((grid[:, None] - values[None, :]) / width) ** 2)
    found: Floats = kernels.sum(axis=1) / (len(values) * width * np.sqrt(2 * np.pi))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Overlaps of each measure in every draw; arrays of shape (draws,)."""

    real: Mapping[Name, Floats]
    other: Mapping[Name, Floats]

    def of(self, families: Sequence[str], weights: Weights) -> tuple[Floats, Floats]:
        """Return the weighted mean over measures, then the mean over families: of the ceiling and of the other set."""
        return _over_families(self.real, families, weights), _over_families(self.other, families, weights)


def _over_families(overlaps: Mapping[Name, Floats], families: Sequence[str], weights: Weights) -> Floats:
    found: list[Floats] = []
    for family in families:
        names = [name for name in overlaps if name[0] == family and weights[name] > 0]
        if names:
            found.append(np.average([overlaps[n] for n in names], axis=0, weights=[weights[n] for n in names]))
    mean: Floats = np.mean(found, axis=0)
    return mean


def weights_of(baselines: Iterable[Comparison]) -> Weights:
    """Return how much each measure counts: by how much the worst baseline misses the ceiling in it.

    A measure in which random notes, chains and shuffled bars are all as good as music says nothing about likeness.
    """
    found: dict[Name, float] = {}
    for compared in baselines:
        for name, draws in compared.real.items():
            found[name] = max(found.get(name, 0.0), float((draws - compared.other[name]).mean()))
    return found


def compare(real: Sequence[Judged], other: Sequence[Judged], *, draws: int = DRAWS, seed: int = 1) -> Comparison:
    """Compare a set with real music, and real music with itself.

    Parameters
    ----------
    real, other
        Windows of both sides, in any order.
    """
    rng = np.random.default_rng(seed)
    names = _names(real)
    ceiling: dict[Name, list[float]] = {name: [] for name in names}
    reached: dict[Name, list[float]] = {name: [] for name in names}
    for _ in range(draws):
        first, second = halves(real, rng)
        size = min(len(first), len(second), max(1, int(len(other) * DRAWN)), LARGEST)
        first, second, mine = (_drawn(side, size, rng) for side in (first, second, list(other)))
        for name in names:
            base = _values(first, name)
            if len(base) < 2:
                continue
            ceiling[name].append(overlap(base, _values(second, name)))
            reached[name].append(overlap(base, _values(mine, name)))
    full = [name for name in names if len(ceiling[name]) == draws]
    return Comparison(
        real={name: np.array(ceiling[name]) for name in full}, other={name: np.array(reached[name]) for name in full}
    )


def halves(real: Sequence[Judged], rng: np.random.Generator) -> tuple[list[Judged], list[Judged]]:
    """Return two halves that share no work, about as many windows in each; windows of a single work are dealt out."""
    groups = sorted({one.group for one in real})
    if len(groups) < FEWEST:
        order = list(rng.permutation(len(real)))
        return [real[at] for at in order[::2]], [real[at] for at in order[1::2]]
    sides: tuple[list[Judged], list[Judged]] = ([], [])
    for at in rng.permutation(len(groups)):
        smaller = sides[0] if len(sides[0]) <= len(sides[1]) else sides[1]
        smaller += [one for one in real if one.group == groups[at]]
    return sides


def _drawn(side: Sequence[Judged], size: int, rng: np.random.Generator) -> list[Judged]:
    return [side[at] for at in sorted(rng.permutation(len(side))[:size])]


def _names(real: Sequence[Judged]) -> list[Name]:
    """Return the measures that enough real windows have."""
    every: dict[Name, int] = {}
    for one in real:
        for family, values in one.values.items():
            for name in values:
                every[family, name] = every.get((family, name), 0) + 1
    return [name for name, count in every.items() if count >= max(FEWEST, len(real) // 2)]


def _values(side: Iterable[Judged], name: Name) -> Floats:
    family, measure = name
    return np.array([one.values[family][measure] for one in side if measure in one.values.get(family, {})])


def means(side: Iterable[Judged], name: Name) -> tuple[float, float]:
    """Return mean and standard deviation of a measure, not a number without values."""
    found = _values(side, name)
    return (float(found.mean()), float(found.std())) if len(found) else (float("nan"), float("nan"))
