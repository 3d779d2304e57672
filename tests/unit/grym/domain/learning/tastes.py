"""Listeners made up for tests, with what they like known."""

from collections.abc import Callable, Mapping

import numpy as np

from grym.domain.learning.folding import with_opinion, with_piece
from grym.domain.learning.proposing import propose
from grym.domain.learning.values import Opinion, Piece, Proposal, Question, Taste

NAMES = ("density", "minor", "pace", "strings")
DEFAULTS = dict.fromkeys(NAMES, 0.5)

Liking = Callable[[Mapping[str, float]], float]


def stamp(number: int) -> str:
    """Return a stamp that comes after those of smaller numbers."""
    return f"2026-01-01T00:00:00.{number:06d} e{number}"


def piece(number: int, *, style: str = "waltz", arm: str = "", **settings: float) -> Piece:
    """Return a piece with the defaults but for some settings."""
    return Piece(
        piece_id=f"p{number}",
        style=style,
        parameters={**DEFAULTS, **settings},
        defaults=DEFAULTS,
        arm=arm,
        stamp=stamp(2 * number),
    )


def rated(taste: Taste, made: Piece, stars: float) -> Taste:
    """Return the taste with a piece and its rating."""
    number = int(made.piece_id[1:])
    opinion = Opinion(piece_id=made.piece_id, stars=stars, stamp=stamp(2 * number + 1))
    return with_opinion(with_piece(taste, made), opinion)


def question(number: int, *, style: str = "waltz", **fixed: float) -> Question:
    """Return what is asked for a piece."""
    return Question(request_id=f"q{number}", style=style, defaults={**DEFAULTS, **fixed}, fixed=fixed)


def slow_and_minor(settings: Mapping[str, float]) -> float:
    """Return the stars of somebody who likes slow music in minor and cares for nothing else."""
    away = (settings["pace"] - 0.1) ** 2 + (settings["minor"] - 0.9) ** 2
    return 1.0 + 4.0 * float(np.exp(-away / 0.3))


def lived(liking: Liking, pieces: int, *, style: str = "waltz", taste: Taste | None = None) -> Taste:
    """Return a taste after so many proposals, each served as proposed and rated without any chance."""
    taste = taste or Taste()
    for number in range(len(taste.pieces), len(taste.pieces) + pieces):
        proposal: Proposal = propose(taste, question(number, style=style))
        made = piece(number, style=style, arm=proposal.arm, **proposal.parameters)
        taste = rated(taste, made, liking(made.parameters))
    return taste


def by_chance(pieces: int, *, seed: int) -> Taste:
    """Return a taste whose stars are drawn evenly, whatever the piece."""
    chance = np.random.default_rng(seed)
    taste = Taste()
    for number in range(pieces):
        settings = dict(zip(NAMES, chance.uniform(0.2, 0.8, len(NAMES)).round(3).tolist(), strict=True))
        taste = rated(taste, piece(number, **settings), float(chance.integers(1, 6)))
    return taste
