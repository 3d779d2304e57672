"""Which recordings are like another: its windows are asked of the index, and what is near to many of them is near."""

import numpy as np

from grym.domain.recognition.imprint import Imprint
from grym.memory.recognising.contents import View
from grym.ports.patterns import Neighbour

ASKED_WINDOWS = 32
"""Evenly spread over a recording: what is like it is like most of them."""

NEAREST = 64
"""Windows asked for each; a recording has several that are alike, and others must come behind it."""


def nearest_patterns(view: View, number: int, imprint: Imprint, *, top: int) -> list[Neighbour]:
    """Return the patterns that stand for themselves and are most like one, most like first, ties in order of id.

    The similarity is the mean, over windows of the asked one, of that of the best window of the other, 0 where none
    comes near; 1 for a pattern and itself.

    Parameters
    ----------
    number, imprint
        The asked one, in the numbers of the view.
    """
    windows = imprint.windows.vectors
    if not len(windows):
        return []
    asked = windows[np.unique(np.linspace(0, len(windows) - 1, ASKED_WINDOWS).astype(np.int64))]
    near = view.nearest(asked, k=NEAREST)
    best: dict[str, dict[int, float]] = {}
    for row, column in zip(*np.nonzero(near.numbers >= 0), strict=True):
        other = int(near.numbers[row, column])
        if other == number or other not in view.holdings:
            continue
        holding = view.holdings[other]
        known = best.setdefault(holding.into or holding.pattern_id, {})
        known[int(row)] = max(known.get(int(row), 0.0), float(near.similarities[row, column]))
    own = view.holdings[number]
    best.pop(own.into or own.pattern_id, None)
    means = {name: min(sum(found.values()) / len(asked), 1.0) for name, found in best.items()}
    ranked = sorted(means, key=lambda name: (-means[name], name))[:top]
    return [Neighbour(pattern_id=name, similarity=round(means[name], 4)) for name in ranked]
