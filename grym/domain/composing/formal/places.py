"""Places as laws give them: at which sixteenths notes may begin, and in which bars a part plays."""

from dataclasses import dataclass

import numpy as np

from grym.domain.composing.formal.cellular import Cells
from grym.domain.composing.formal.choice import FormalChoice
from grym.domain.composing.formal.control import generations
from grym.domain.composing.formal.sieve import read_sieve
from grym.domain.composing.metrics import STEP_TICKS, bar_steps
from grym.domain.composing.score import Score

_MIDDLE = 0.5


@dataclass(frozen=True, slots=True)
class Places:
    """Where a law lets music happen.

    Parameters
    ----------
    steps
        Whether notes may begin at each sixteenth of the piece.
    players
        Whether each part plays in each bar, shape (bars, parts); a bar in which no part would play has all.
    """

    steps: tuple[bool, ...]
    players: Cells

    def __call__(self, first: int, stop: int) -> int | None:
        """Return the first open sixteenth in [first, stop); None where there is none."""
        return next((step for step in range(first, min(stop, len(self.steps))) if self.steps[step]), None)

    def player(self, part: int, bar: int) -> bool:
        """Tell whether a part plays in a bar."""
        return bool(self.players[min(bar, len(self.players) - 1), part])


def places_of(
    choice: FormalChoice, score: Score, *, rng: np.random.Generator, held: tuple[float | None, ...]
) -> Places:
    """Return where a choice's law lets music happen.

    A sieve opens the sixteenths (or the bars) that belong to it; an automaton of as many cells as a bar has sixteenths
    runs a generation a bar, and one cell stands for each part; other laws open where their value is at least a half. A
    bar that a law leaves without a place, or without a player, is left as it was.

    Parameters
    ----------
    held
        The value of the law at each sixteenth.
    """
    count = -(-score.length_ticks // STEP_TICKS)
    per_bar = bar_steps(score.metre)
    bars = -(-count // per_bar)
    steps = _steps(choice, bars, per_bar, rng=rng, held=held)
    players = _players(choice, bars, len(score.parts), rng=rng, held=held[::per_bar])
    opened = np.where(steps.any(axis=1, keepdims=True), steps, np.True_)
    return Places(
        tuple(map(bool, opened.ravel()[:count])), np.where(players.any(axis=1, keepdims=True), players, np.True_)
    )


def _steps(
    choice: FormalChoice, bars: int, per_bar: int, *, rng: np.random.Generator, held: tuple[float | None, ...]
) -> Cells:
    """Return the open sixteenths, shape (bars, sixteenths a bar)."""
    if choice.generator == "sieve":
        sieve = read_sieve(choice.law)
        return np.array([step in sieve for step in range(bars * per_bar)]).reshape(bars, per_bar)
    if choice.generator == "cellular":
        return generations(choice.law, bars, per_bar, rng=rng)
    values = [held[min(step, len(held) - 1)] for step in range(bars * per_bar)]
    return np.array([value is None or value >= _MIDDLE for value in values]).reshape(bars, per_bar)


def _players(
    choice: FormalChoice, bars: int, parts: int, *, rng: np.random.Generator, held: tuple[float | None, ...]
) -> Cells:
    """Return who plays, shape (bars, parts)."""
    if choice.generator == "sieve":
        sieve = read_sieve(choice.law)
        return np.array([[bar + part in sieve for part in range(parts)] for bar in range(bars)])
    if choice.generator == "cellular":
        return generations(choice.law, bars, max(parts, 3), rng=rng)[:, :parts]
    # Others say how many play; who they are is chance's.
    shares = [_MIDDLE if value is None else value for value in held[:bars]]
    return np.array([[float(rng.random()) < max(share, 1 / parts) for _ in range(parts)] for share in shares])
