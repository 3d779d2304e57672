"""Likeness to real music: grym and the baselines against the reference of each kind, as parts of the ceiling."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.music import corpus, own
from benchmarks.music.baselines import BASELINES
from benchmarks.music.corpus import Split
from benchmarks.music.measures import FAMILIES, measured
from benchmarks.music.overlap import FEWEST, Comparison, Floats, Judged, Weights, compare, weights_of
from benchmarks.music.pieces import MOST_WINDOWS, Piece, Window, windows_of

FORMAL = ("repetition", "form")
GOALS = {"all": (0.72, 0.50, 0.84), "repetition, form": (0.78, 0.48, 0.84)}
"""Parts of the ceiling that are wanted, and those that a Markov chain and shuffled bars had where the goal was set."""

_MEASURES = Path(__file__).parent / "measures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Everything measured of a kind: real windows, other sides by name, their comparisons, weights of measures."""

    name: str
    real: list[Judged]
    sides: Mapping[str, list[Judged]]
    compared: Mapping[str, Comparison]
    weights: Weights
    pieces: int

    def of(self, side: str, families: Sequence[str]) -> tuple[Floats, Floats]:
        """Return the overlaps of real halves and of a side in every draw, over the measures of some families."""
        return self.compared[side].of(families, self.weights)

    @property
    def counts(self) -> bool:
        """Whether its works can be halved; a kind of fewer is shown and left out of the whole."""
        return len({one.group for one in self.real}) >= FEWEST


def examine(
    kinds: Sequence[str], split: Split, *, pieces: int, cache: Path, more: Mapping[str, Path] | None = None
) -> list[Kind]:
    """Compare grym and baselines with the reference of every kind.

    Parameters
    ----------
    pieces
        How many pieces grym composes of each kind.
    cache
        Folder for scores that were read and values that were measured.
    more
        Folders of further scores by kind.
    """
    return [_examined(kind, split, pieces=pieces, cache=cache, more=(more or {}).get(kind)) for kind in kinds]


def _examined(kind: str, split: Split, *, pieces: int, cache: Path, more: Path | None) -> Kind:
    reference = windows_of_works(corpus.pieces(kind, split, cache, more))
    real = _kept(f"real-{kind}-{split}", reference, cache)
    sides = {"grym": [judged(window) for window in windows(own.pieces(kind, split, pieces))]}
    for name in BASELINES:
        sides[name] = _kept(f"{name}-{kind}-{split}", _of_baseline(name, split, reference, cache), cache)
    compared = {name: compare(real, side) for name, side in sides.items() if len(side) >= FEWEST}
    weights = weights_of(compared[name] for name in BASELINES)
    return Kind(name=kind, real=real, sides=sides, compared=compared, weights=weights, pieces=pieces)


def windows(pieces: Iterable[Piece], *, most: int = MOST_WINDOWS) -> list[Window]:
    """Return the windows of all pieces."""
    return [window for piece in pieces for window in windows_of(piece, most=most)]


def windows_of_works(pieces: Sequence[Piece]) -> list[Window]:
    """Return the windows of the reference, more of each movement where very few works stand for a kind."""
    few = len({piece.group for piece in pieces}) < FEWEST
    return windows(pieces, most=3 * MOST_WINDOWS if few else MOST_WINDOWS)


def _of_baseline(name: str, split: Split, real: list[Window], cache: Path) -> list[Window]:
    """Return windows of a baseline, one for each real one; chains learn from the other split's chorales."""
    other: Split = "test" if split == "dev" else "dev"
    chorales = windows(corpus.pieces("chorale", other, cache)) if name == "markov" else []
    return BASELINES[name](real, chorales, np.random.default_rng(7))


def judged(window: Window) -> Judged:
    """Measure a window."""
    return Judged(group=window.group, values=measured(window))


def _kept(name: str, found: list[Window], cache: Path) -> list[Judged]:
    """Return the measured values of windows, from the cache where neither they nor the measures have changed."""
    stamp = hashlib.sha256(_code() + repr(found).encode()).hexdigest()[:16]
    path = cache / "values" / f"{name}-{stamp}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps([measured(window) for window in found]))
        draft.replace(path)
    rows = json.loads(path.read_text())
    return [Judged(group=window.group, values=row) for window, row in zip(found, rows, strict=True)]


def _code() -> bytes:
    """Return what the values depend on besides the windows."""
    return b"".join(path.read_bytes() for path in sorted(_MEASURES.glob("*.py")))


def equivalent(kinds: Sequence[Kind], label: str, families: Sequence[str]) -> float:
    """Return the place on this yardstick that a goal has between a Markov chain and shuffled bars on its own."""
    goal, chain, bars = GOALS[label]
    low, high = (float(ratio(kinds, name, families).mean()) for name in ("markov", "shuffled"))
    return low + (goal - chain) / (bars - chain) * (high - low)


def ratio(kinds: Sequence[Kind], side: str, families: Sequence[str] = tuple(FAMILIES)) -> Floats:
    """Return a side's overlap as a part of the ceiling in every draw, the kinds weighing alike."""
    pairs = [kind.of(side, families) for kind in kinds if side in kind.compared and kind.counts]
    ceiling = np.mean([real for real, _ in pairs], axis=0)
    found: Floats = np.mean([other for _, other in pairs], axis=0) / ceiling
    return found
