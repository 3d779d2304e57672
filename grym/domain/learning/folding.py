"""Folding what happens into a taste: a union with bounds, so that neither order nor repetition matters.

Of each piece the newest telling counts, and the newest opinion; of all of them the newest are kept, by their stamps.
What was pushed out once is older than everything that is kept, and stays out when it comes again. An opinion whose
piece is not here yet waits among a bounded number of such, and counts from when the piece arrives.
"""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from grym.domain.learning.values import Opinion, Piece, Preference, Taste

KEPT_PIECES = 400
"""At four ratings in ten pieces, 160 ratings: a window of 150 follows a change of taste, one of 400 does not."""
KEPT_PREFERENCES = 60
HELD_OPINIONS = 64
"""Opinions that wait for their piece; a flood of them pushes out nothing else."""


class Stamped(Protocol):
    """Something that happened at a time."""

    @property
    def stamp(self) -> str:
        """When, as a text that sorts."""
        ...


S = TypeVar("S", bound=Stamped)


def with_piece(taste: Taste, piece: Piece) -> Taste:
    """Return the taste with a piece that reached its listener; an older telling of the same piece is replaced."""
    pieces = _newest((*taste.pieces, piece), key=lambda one: one.piece_id, most=KEPT_PIECES)
    return _bounded(Taste(pieces=pieces, opinions=taste.opinions, preferences=taste.preferences))


def with_opinion(taste: Taste, opinion: Opinion) -> Taste:
    """Return the taste with an opinion; an older one of the same piece is replaced."""
    opinions = _newest((*taste.opinions, opinion), key=lambda one: one.piece_id)
    return _bounded(Taste(pieces=taste.pieces, opinions=opinions, preferences=taste.preferences))


def with_preference(taste: Taste, preference: Preference) -> Taste:
    """Return the taste with a preference; an older one between the same two pieces is replaced."""
    preferences = _newest(
        (*taste.preferences, preference),
        key=lambda one: "\n".join(sorted((one.better_id, one.worse_id))),
        most=KEPT_PREFERENCES,
    )
    return Taste(pieces=taste.pieces, opinions=taste.opinions, preferences=preferences)


def credited(taste: Taste) -> tuple[tuple[Piece, Opinion], ...]:
    """Return the pieces that were rated with their opinions, in the order of the opinions."""
    known = {piece.piece_id: piece for piece in taste.pieces}
    return tuple((known[one.piece_id], one) for one in taste.opinions if one.piece_id in known)


def held(taste: Taste) -> tuple[Opinion, ...]:
    """Return the opinions that wait for their piece, in their order."""
    known = {piece.piece_id for piece in taste.pieces}
    return tuple(one for one in taste.opinions if one.piece_id not in known)


def _bounded(taste: Taste) -> Taste:
    """Return the taste without opinions whose piece was pushed out, and with no more waiting than may wait."""
    oldest = taste.pieces[0].stamp if len(taste.pieces) == KEPT_PIECES else ""
    waiting = held(taste)
    hopeful = [one for one in waiting if one.stamp >= oldest][-HELD_OPINIONS:]
    if len(waiting) == len(hopeful):
        return taste
    dropped = {one.piece_id for one in waiting} - {one.piece_id for one in hopeful}
    opinions = tuple(one for one in taste.opinions if one.piece_id not in dropped)
    return Taste(pieces=taste.pieces, opinions=opinions, preferences=taste.preferences)


def _newest(items: Iterable[S], *, key: Callable[[S], str], most: int | None = None) -> tuple[S, ...]:
    """Return the newest of each key, in the order of their stamps; the newest `most` of them."""
    newest: dict[str, S] = {}
    for item in items:
        known = newest.get(key(item))
        if known is None or item.stamp > known.stamp:
            newest[key(item)] = item
    ordered = sorted(newest.values(), key=lambda item: item.stamp)
    return tuple(ordered if most is None else ordered[-most:])
