"""How much two pieces tell about each other: alike in settings, of one style, of one mood, heard at about one time.

The covariance of pleasure is a constant, so that the mean level is learned, plus context times (an offset of the
context, plus a bell over the settings that matter). Context is 1 within a style and mood, less between them, and fades
with the number of opinions in between, which follows a taste that drifts (Bogunovic, Scarlett and Cevher 2016,
"Time-varying Gaussian process bandit optimization", eq. 5). Products of kernels over action and context: Krause and
Ong 2011, "Contextual Gaussian process bandit optimization", §4.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.domain.learning.observing import Row

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

LEVEL = 0.05
"""Variance of the mean level: utilities lie about 0.5, give or take 0.22."""
OFFSET_SHARE = 0.15
"""Variance of a context's offset, as a share of that of the bell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyper:
    """What shapes the covariance.

    Parameters
    ----------
    relative
        Whether likeness is that of distances from the default, or of the settings themselves.
    length
        Width of the bell; 1 is a whole range of one setting.
    style, mood
        What a piece of another style or mood counts, 0–1.
    signal, noise
        Variances of pleasure by settings, and of an opinion.
    fading
        Share of what is known that is lost with each opinion.
    matters
        1 for each setting that makes a difference, else 0, in the order of the names.
    """

    matters: tuple[float, ...]
    relative: bool = True
    length: float = 0.6
    style: float = 0.6
    mood: float = 0.9
    signal: float = 0.06
    noise: float = 0.04
    fading: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Points:
    """Pieces as arrays.

    Parameters
    ----------
    settings, away
        (n, d) settings 0–1, and their distances from the default.
    styles, moods
        (n,) equal numbers for equal ones.
    ages
        (n,) opinions since, the newest 1; 0 for what is not judged yet.
    """

    settings: Floats
    away: Floats
    styles: Codes
    moods: Codes
    ages: Floats

    def scaled(self, hyper: Hyper) -> Floats:
        """Return (n, d) places on the bell, in units of its width."""
        placed: Floats = (self.away if hyper.relative else self.settings) * np.array(hyper.matters) / hyper.length
        return placed


class Coding:
    """Numbers for names of styles and moods, the same for the same rows."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._styles = {name: at for at, name in enumerate(dict.fromkeys(row.style for row in rows))}
        self._moods = {name: at for at, name in enumerate(dict.fromkeys(row.mood for row in rows))}

    def style(self, name: str) -> int:
        """Return the number of a style; -1 for one that no row has."""
        return self._styles.get(name, -1)

    def mood(self, name: str) -> int:
        """Return the number of a mood; -1 for one that no row has."""
        return self._moods.get(name, -1)


def points_of(rows: Sequence[Row], coding: Coding) -> Points:
    """Return judged pieces as arrays, the newest last."""
    size = len(rows)
    return Points(
        settings=np.array([row.settings for row in rows]).reshape(size, -1),
        away=np.array([row.away for row in rows]).reshape(size, -1),
        styles=np.array([coding.style(row.style) for row in rows], dtype=np.int64),
        moods=np.array([coding.mood(row.mood) for row in rows], dtype=np.int64),
        ages=np.arange(size, 0, -1, dtype=np.float64),
    )


def covariance(a: Points, b: Points, hyper: Hyper) -> Floats:
    """Return the covariance of the pleasure in each of `a` (rows) and each of `b` (columns)."""
    left, right = a.scaled(hyper), b.scaled(hyper)
    squared = np.square(left).sum(axis=1)[:, None] + np.square(right).sum(axis=1)[None, :] - 2.0 * left @ right.T
    return composed(
        squared,
        same_style=a.styles[:, None] == b.styles[None, :],
        same_mood=a.moods[:, None] == b.moods[None, :],
        apart=np.abs(a.ages[:, None] - b.ages[None, :]),
        hyper=hyper,
    )


def composed(
    squared: Floats, *, same_style: NDArray[np.bool_], same_mood: NDArray[np.bool_], apart: Floats, hyper: Hyper
) -> Floats:
    """Put the covariance together from squared distances in units of the bell's width, context and time apart."""
    context = np.where(same_style, 1.0, hyper.style) * np.where(same_mood, 1.0, hyper.mood)
    if hyper.fading:
        context = context * (1.0 - hyper.fading) ** (apart / 2.0)
    whole: Floats = LEVEL + context * hyper.signal * (OFFSET_SHARE + np.exp(-0.5 * np.maximum(squared, 0.0)))
    return whole


def variance(hyper: Hyper) -> float:
    """Return the variance of the pleasure in a piece nothing is known of."""
    return LEVEL + hyper.signal * (1.0 + OFFSET_SHARE)


def compared(matrix: Floats, first: Codes, second: Codes) -> Floats:
    """Return the covariance of observations, given that of rows: of single rows, or of differences of two."""
    single = matrix[np.ix_(first, first)]
    paired = second >= 0
    if not paired.any():
        return single
    crossed = np.where(paired, matrix[np.ix_(first, second)], 0.0)
    both = np.where(paired[:, None] & paired[None, :], matrix[np.ix_(second, second)], 0.0)
    whole: Floats = single - crossed - crossed.T + both
    return whole
