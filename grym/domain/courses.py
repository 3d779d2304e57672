"""The course of learning: what was served to listeners, what they thought of it, and what that says, piece by piece.

Utility is 0–1: one star is 0, five are 1. Regret is what full marks would have brought and was not had, Σ(1 − utility)
over rated pieces. A piece that nobody rated counts for what was served and for nothing else: silence is no zero.

An arm is what was served: ``learned``; a careful ``trial`` beside the default; or the default, by lot (``holdout``), by
the guard (``fallback``), because nothing was learned yet or since the piece was asked for without taste (``default``).
Only holdouts were drawn by lot beside what was learned, so they are what it is compared with.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from grym.domain.learning.comparing import SIDES, side_of

LEARNED, TRIAL, HOLDOUT, FALLBACK, DEFAULT = ARMS = ("learned", "trial", "holdout", "fallback", "default")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One piece that reached its listener.

    Parameters
    ----------
    utility
        0–1 by its last rating; None where it was not rated.
    expected
        Utility 0–1 that the learner expected; None where it expected nothing.
    """

    piece_id: str
    user: str
    style: str
    arm: str
    propensity: float = 1.0
    expected: float | None = None
    utility: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A preference between two pieces of one listener that were served by different arms."""

    user: str
    better: str
    worse: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """What is known of one arm: pieces, rated ones, and their mean utility 0–1 (None where none was rated)."""

    pieces: int
    rated: int
    utility: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where things stood after a piece.

    Parameters
    ----------
    utility
        Mean utility so far, by arm; arms that were not rated yet are missing.
    regret
        Full marks that were not had so far.
    coverage
        Share 0–1 of the pieces so far that were served as learned.
    fallbacks
        Pieces so far for which the guard took the default.
    """

    utility: dict[str, float]
    regret: float
    coverage: float
    fallbacks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The whole course.

    Parameters
    ----------
    served
        In the order in which they were finished.
    guard
        After which piece (from 0) the guard began to serve what was learned (True) or stopped.
    """

    served: tuple[Served, ...]
    pairs: tuple[Pair, ...] = ()
    guard: tuple[tuple[int, bool], ...] = ()
    steps: tuple[Step, ...] = field(default=())


def arms_of(served: Sequence[Served]) -> dict[str, Arm]:
    """Return what is known of every arm that served anything."""
    return {arm: _arm([piece for piece in served if piece.arm == arm]) for arm in ARMS if _any(served, arm)}


def regret_of(served: Sequence[Served]) -> float:
    """Return Σ(1 − utility) over rated pieces."""
    return sum(1.0 - piece.utility for piece in served if piece.utility is not None)


def coverage_of(served: Sequence[Served]) -> float:
    """Return the share 0–1 of pieces that were served as learned; 0 without any."""
    return sum(piece.arm == LEARNED for piece in served) / len(served) if served else 0.0


def steps_of(served: Sequence[Served]) -> tuple[Step, ...]:
    """Return where things stood after each piece, by running sums."""
    sums: dict[str, float] = {}
    counts: dict[str, int] = {}
    found: list[Step] = []
    regret, learned, fallbacks = 0.0, 0, 0
    for number, piece in enumerate(served, start=1):
        learned += piece.arm == LEARNED
        fallbacks += piece.arm == FALLBACK
        if piece.utility is not None:
            sums[piece.arm] = sums.get(piece.arm, 0.0) + piece.utility
            counts[piece.arm] = counts.get(piece.arm, 0) + 1
            regret += 1.0 - piece.utility
        means = {arm: sums[arm] / counts[arm] for arm in sums}
        found.append(Step(utility=means, regret=regret, coverage=learned / number, fallbacks=fallbacks))
    return tuple(found)


def wins_of(pairs: Sequence[Pair]) -> tuple[bool, ...]:
    """Return for each comparison of what was learned with a default whether what was learned was better."""
    return tuple(pair.better == LEARNED for pair in pairs if (pair.better == LEARNED) != (pair.worse == LEARNED))


def sides_of(served: Sequence[Served], experiment: str) -> dict[str, tuple[float, ...]]:
    """Return the utilities 0–1 of rated pieces by the side of their listener (`SIDES`), in order."""
    return {
        side: tuple(
            piece.utility for piece in served if piece.utility is not None and side_of(piece.user, experiment) == side
        )
        for side in SIDES
    }


def _any(served: Sequence[Served], arm: str) -> bool:
    return any(piece.arm == arm for piece in served)


def _arm(pieces: Sequence[Served]) -> Arm:
    rated = [piece.utility for piece in pieces if piece.utility is not None]
    return Arm(pieces=len(pieces), rated=len(rated), utility=sum(rated) / len(rated) if rated else None)
