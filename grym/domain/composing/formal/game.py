"""Games between two players who choose at the same time: what one gets depends on what the other does.

Duel (1959) and Stratégie (1962) let two conductors play such matrices. Three manners: at an equilibrium (``nash``),
for the common good (``cooperative``), each answering what the other did so far (``competitive``).

References
----------
Xenakis 1992, ch. IV (musical strategy). Nash 1951, Annals of Mathematics 54. Brown 1951, Iterative solution of games
by fictitious play. Nisan et al. 2007, Algorithmic Game Theory, ch. 3 (support enumeration).
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from grym.domain.composing.formal.names import Manner

_EXACT: Final = 1e-9

Matrix = tuple[tuple[float, ...], ...]
Mixture = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """What the first and the second player get; rows are the first player's choices, columns the second's."""

    first: Matrix
    second: Matrix


GAMES: Final[dict[str, Game]] = {
    "pennies": Game(first=((1, -1), (-1, 1)), second=((-1, 1), (1, -1))),
    "dilemma": Game(first=((3, 0), (5, 1)), second=((3, 5), (0, 1))),
    "hunt": Game(first=((4, 1), (3, 3)), second=((4, 3), (1, 3))),
    "scissors": Game(
        first=((0, -1, 1), (1, 0, -1), (-1, 1, 0)),
        second=((0, 1, -1), (-1, 0, 1), (1, -1, 0)),
    ),
}


def equilibria(game: Game) -> tuple[tuple[Mixture, Mixture], ...]:
    """Return the equilibria with supports of equal size: all of them where the game is not degenerate.

    Returns
    -------
    tuple
        Pairs of mixtures, pure ones first; each mixture sums to 1.
    """
    first, second = np.array(game.first, dtype=float), np.array(game.second, dtype=float)
    found = []
    for size in range(1, min(first.shape) + 1):
        for rows in combinations(range(first.shape[0]), size):
            for columns in combinations(range(first.shape[1]), size):
                theirs = _indifferent(first[np.ix_(rows, columns)], columns, first.shape[1])
                ours = _indifferent(second[np.ix_(rows, columns)].T, rows, first.shape[0])
                if ours is not None and theirs is not None and _stable(first, second, ours, theirs):
                    found.append((tuple(map(float, ours)), tuple(map(float, theirs))))
    return tuple(found)


def _indifferent(payoff: NDArray[np.float64], support: tuple[int, ...], choices: int) -> NDArray[np.float64] | None:
    """Find the mixture on `support` that makes every row of `payoff` worth the same; None where there is none."""
    size = len(support)
    system = np.zeros((size + 1, size + 1))
    system[:size, :size], system[:size, size], system[size, :size] = payoff, -1.0, 1.0
    if abs(np.linalg.det(system)) < _EXACT:
        return None
    weights = np.linalg.solve(system, np.eye(size + 1)[size])[:size]
    if (weights < -_EXACT).any():
        return None
    mixture = np.zeros(choices)
    mixture[list(support)] = np.clip(weights, 0.0, None)
    mixture /= mixture.sum()
    return mixture


def _stable(
    first: NDArray[np.float64], second: NDArray[np.float64], ours: NDArray[np.float64], theirs: NDArray[np.float64]
) -> bool:
    """Tell whether no player gains by another choice."""
    mine, yours = first @ theirs, ours @ second
    return bool(mine.max() <= ours @ mine + _EXACT and yours.max() <= yours @ theirs + _EXACT)


def play(game: Game, manner: Manner, rounds: int, *, rng: np.random.Generator) -> tuple[tuple[int, int], ...]:
    """Play a game again and again.

    Returns
    -------
    tuple
        What the two players chose, round by round.
    """
    if manner == "cooperative":
        return _cooperative(game, rounds)
    if manner == "competitive":
        return _answering(game, rounds, rng=rng)
    # A game has an equilibrium; the most mixed of those found makes the most music.
    ours, theirs = equilibria(game)[-1]
    return tuple((_drawn(ours, rng=rng), _drawn(theirs, rng=rng)) for _ in range(rounds))


def _cooperative(game: Game, rounds: int) -> tuple[tuple[int, int], ...]:
    """Take turns among the outcomes that are best for both together."""
    total = np.array(game.first, dtype=float) + np.array(game.second, dtype=float)
    best = [(int(row), int(column)) for row, column in np.argwhere(total >= total.max() - _EXACT)]
    return tuple(best[turn % len(best)] for turn in range(rounds))


def _answering(game: Game, rounds: int, *, rng: np.random.Generator) -> tuple[tuple[int, int], ...]:
    """Let each player answer the other's past best (fictitious play), from a first round by chance."""
    first, second = np.array(game.first, dtype=float), np.array(game.second, dtype=float)
    seen_rows, seen_columns = np.zeros(first.shape[0]), np.zeros(first.shape[1])
    found: list[tuple[int, int]] = []
    for turn in range(rounds):
        if turn == 0:
            choice = (int(rng.random() * first.shape[0]), int(rng.random() * first.shape[1]))
        else:
            choice = (int(np.argmax(first @ seen_columns)), int(np.argmax(seen_rows @ second)))
        seen_rows[choice[0]] += 1
        seen_columns[choice[1]] += 1
        found.append(choice)
    return tuple(found)


def _drawn(mixture: Mixture, *, rng: np.random.Generator) -> int:
    """Draw a choice of a mixture."""
    left = float(rng.random())
    for choice, weight in enumerate(mixture):
        left -= weight
        if left < 0:
            return choice
    return max(choice for choice, weight in enumerate(mixture) if weight > 0)
