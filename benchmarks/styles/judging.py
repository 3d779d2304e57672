"""How well styles are told by ear: across renderers, on seeds that were not fitted to, with a style left out."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from unittest.mock import patch

import numpy as np

from benchmarks.styles.fitting import Fitted, fitted
from benchmarks.styles.pieces import BACKENDS, FITTED, JUDGED, Piece
from grym.domain.composing.manner import by_ear
from grym.domain.composing.manner.by_ear import ByEar, styles_by_ear

Told = tuple[Piece, ByEar]
_TOLD = 3
_BOUNDS = (0.0, 0.3, 0.5, 0.7, 0.9, 1.01)


def judge(pieces: Sequence[Piece]) -> Iterator[str]:
    """Yield rows of a table and what is told beside it."""
    fitting = [piece for piece in pieces if piece.seed in FITTED]
    judging = [piece for piece in pieces if piece.seed in JUDGED]
    across = [told for backend in BACKENDS for told in _across(fitting, backend)]
    yield "| fitted to | judged on | best | among three | none of them | drums |"
    yield "|---|---|---|---|---|---|"
    yield _row("one renderer", "the other", across)
    yield _row("both, seeds 0 to 11", "both, seeds 12 to 15", _told(judging, None))
    for low, high in itertools.pairwise(_BOUNDS):
        rows = [(told.styles[told.best], told.best == piece.style) for piece, told in across]
        inside = np.array([row for row in rows if low <= row[0] < high])
        if len(inside):
            said, right = inside.mean(axis=0)
            yield f"across, told {low:.1f} to {high:.1f}: {len(inside)} pieces, said {said:.2f}, right {right:.2f}"
    wrong = Counter((piece.style, told.best) for piece, told in across if told.best != piece.style)
    yield "taken for another: " + ", ".join(f"{a} for {b} ({count})" for (a, b), count in wrong.most_common(8))


def _across(pieces: Sequence[Piece], backend: str) -> list[Told]:
    """Fit to all but one renderer and judge on that one."""
    return _told([one for one in pieces if one.backend == backend], fitted([o for o in pieces if o.backend != backend]))


def _told(pieces: Sequence[Piece], numbers: Fitted | None) -> list[Told]:
    """Tell pieces by ear, by the numbers in use or by others."""
    if numbers is None:
        return [(piece, styles_by_ear(piece.traits)) for piece in pieces]
    names = tuple(numbers.means)
    means = np.array(list(numbers.means.values()))
    with patch.multiple(
        by_ear,
        _NAMES=names,
        _MEANS=means,
        _SPREAD=numbers.spread,
        _LINKS=numbers.links,
        _MIDDLE=numbers.middle,
        _WHOLE=numbers.whole,
    ):
        return [(piece, styles_by_ear(piece.traits)) for piece in pieces]


def _row(fitted_to: str, judged_on: str, told: Sequence[Told]) -> str:
    best = np.mean([one.best == piece.style for piece, one in told])
    three = np.mean([piece.style in itertools.islice(one.styles, _TOLD) for piece, one in told])
    none = np.mean([one.none for _, one in told])
    drums = np.mean([(one.drums >= 0.5) == piece.drums for piece, one in told])
    return f"| {fitted_to} | {judged_on} | {best:.2f} | {three:.2f} | {none:.2f} | {drums:.2f} |"
