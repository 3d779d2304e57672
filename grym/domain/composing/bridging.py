"""Chords between a beginning and a goal, drawn from a table such that no phrase stumbles into its ending."""

import numpy as np

from grym.domain.composing.progressions import Table
from grym.domain.composing.seeds import pick

# Reachability of the bridge: chords absent from a table can still be passed, hardly ever are.
_RARE = 1e-6


def walk(table: Table, start: str, goal: str, count: int, *, rng: np.random.Generator) -> list[str]:
    """Draw `count` chords from `start` such that `goal` follows the last one plausibly.

    The chance of a step is its weight in the table times the chance of still reaching the goal in the steps left
    (backward messages of the chain).

    References
    ----------
    Pachet, Roy and Barbieri 2011, "Finite-length Markov processes with constraints", section 3.
    """
    names = sorted(table)
    place = {numeral: at for at, numeral in enumerate(names)}
    matrix = np.full((len(names), len(names)), _RARE)
    for source, targets in table.items():
        for target, weight in targets.items():
            if target in place:
                matrix[place[source], place[target]] = weight
    matrix /= matrix.sum(axis=1, keepdims=True)
    message = matrix[:, place[goal]] if goal in place else np.ones(len(names))
    messages = [message]
    for _ in range(count - 1):
        messages.append(matrix @ messages[-1])
    path = [start]
    for left in range(count - 2, -1, -1):
        weights = matrix[place[path[-1]]] * messages[left]
        path.append(pick(rng, names, [float(weight) for weight in weights]))
    return path
