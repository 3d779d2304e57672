"""Which style a recording is in, by ear: how probable each is, and how probable that it is none of them.

Every style is a normal distribution of traits around its mean; all share one covariance, drawn towards independence.
What was fitted are pieces of every style as two renderers play them; widening the covariance (`WIDENING`) makes
probabilities true for a renderer that was not heard before. A wide distribution over all music that was heard stands
for everything else, so that what sounds like nothing known is not pressed into a style.

References: Friedman 1989, "Regularized discriminant analysis"; Guo et al. 2017, "On calibration of modern neural
networks" (one temperature).
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from grym.domain.composing.manner import heard_styles as heard
from grym.domain.composing.manner.traits import Floats, Traits

WIDENING = 5.0
"""Times the covariance: of 1 to 12 the one that makes held-out renderers least surprising (`benchmarks.styles`)."""
ELSE_SPREAD, ELSE_SHARE = 1.5, 0.3
"""Spread of everything else over that of all that was heard, and how probable it is beforehand. Recordings come from
outside more often than not; of rendered pieces 2 % are taken for something else with these."""
FARTHEST = 3.0
"""In spreads: a trait beyond counts as that far, so that no single one decides between styles."""

_MEANS = np.array(list(heard.MEANS.values()))
_NAMES = tuple(heard.MEANS)
_SPREAD, _LINKS = np.array(heard.SPREAD), np.array(heard.LINKS)
_MIDDLE, _WHOLE = np.array(heard.MIDDLE), np.array(heard.WHOLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByEar:
    """Styles by how probable they are, and how probable it is that a recording is in none of them.

    Parameters
    ----------
    styles
        Probabilities by name, most probable first; they and `none` add up to 1.
    drums
        How probable it is that drums play.
    """

    styles: Mapping[str, float]
    none: float
    drums: float

    @property
    def best(self) -> str:
        """The most probable style."""
        return next(iter(self.styles))

    def among(self, count: int) -> dict[str, float]:
        """Return the most probable styles, and how probable each is if one of all is right."""
        whole = max(1e-12, 1.0 - self.none)
        return {name: share / whole for name, share in itertools.islice(self.styles.items(), count)}


def styles_by_ear(traits: Traits) -> ByEar:
    """Return how probable each style is."""
    given = traits.vector()
    inside = np.clip(given, _MIDDLE - FARTHEST * _WHOLE, _MIDDLE + FARTHEST * _WHOLE)
    among = np.exp(-0.5 * (_squares(inside) - _squares(inside).min()) / WIDENING)
    among /= among.sum()
    none = _elsewhere(given, float(_squares(given)[among.argmax()]), float(among.max()))
    order = np.argsort(-among, kind="stable")
    shares = {_NAMES[at]: float(among[at]) for at in order}
    return ByEar(
        styles={name: share * (1.0 - none) for name, share in shares.items()},
        none=none,
        drums=sum(share * heard.DRUMS[name] for name, share in shares.items()),
    )


def _squares(given: Floats) -> Floats:
    """Return squared Mahalanobis distances from the mean of every style, shape (styles,)."""
    away = (given - _MEANS) / _SPREAD
    squares: Floats = np.einsum("sf,fg,sg->s", away, _LINKS, away)
    return squares


def _elsewhere(given: Floats, nearest: float, share: float) -> float:
    """Return how probable it is that a recording is in no style: by densities of the styles and of everything else."""
    size = len(given)
    sharpness = float(np.linalg.slogdet(_LINKS)[1])
    known = -0.5 * nearest / WIDENING + 0.5 * sharpness - 0.5 * size * np.log(WIDENING) - np.log(_SPREAD).sum()
    known += np.log((1 - ELSE_SHARE) / len(_NAMES)) - np.log(share)
    wide = ELSE_SPREAD * _WHOLE
    other = -0.5 * float((((given - _MIDDLE) / wide) ** 2).sum()) - np.log(wide).sum() + np.log(ELSE_SHARE)
    return float(1.0 / (1.0 + np.exp(np.clip(known - other, -50.0, 50.0))))
