"""Who is known, who is a stranger, and what is kept for the last examination.

A piece's place depends on the hash of its name alone: a quarter of the pieces are *dev*, where methods are chosen and
confidence is fitted, the rest are *exam*. Known tunes are taken from the front of the order and strangers from its end,
half of each polyphonic as far as there are so many, so that asking for more tunes keeps those that were there.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.recognition.kinship import unrelated
from benchmarks.recognition.pieces import Piece
from benchmarks.recognition.playing import Performance, perform

SPLITS = ("dev", "exam")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Casting:
    """The pieces of an examination with their performances, in a fixed order."""

    known: list[tuple[Piece, Performance]]
    strangers: list[tuple[Piece, Performance]]
    decoys: list[tuple[Piece, Performance]]


def cast(pieces: Sequence[Piece], *, split: str, known: int, strangers: int, decoys: int = 0) -> Casting:
    """Return the pieces of one split.

    Raises
    ------
    ValueError
        Where there are not so many unrelated pieces.
    """
    performed = {piece.name: performance for piece in pieces if (performance := perform(piece)) is not None}
    # Scarce polyphony first: a song must not push out the motet that is made of it.
    candidates = sorted((p for p in pieces if p.name in performed), key=lambda p: (p.voices == 1, _place(p.name)))
    own = [piece for piece in unrelated(candidates) if _split(piece.name) == split]
    many = [piece for piece in own if piece.voices > 1]
    single = [piece for piece in own if piece.voices == 1]
    knowns = _half_each(many, single, known)
    taken = {piece.name for piece in knowns}
    many, single = (_others(side[::-1], taken) for side in (many, single))
    others = _half_each(many, single, strangers)
    taken |= {piece.name for piece in others}
    rest = _half_each(_others(many, taken), _others(single, taken), decoys)
    return Casting(
        known=[(piece, performed[piece.name]) for piece in knowns],
        strangers=[(piece, performed[piece.name]) for piece in others],
        decoys=[(piece, performed[piece.name]) for piece in rest],
    )


def _others(pieces: Sequence[Piece], taken: set[str]) -> list[Piece]:
    return [piece for piece in pieces if piece.name not in taken]


def _half_each(many: Sequence[Piece], single: Sequence[Piece], count: int) -> list[Piece]:
    """Return `count` pieces, half of them polyphonic or as many as there are, mixed by place."""
    polyphonic = min(count // 2, len(many))
    found = [*many[:polyphonic], *single[: count - polyphonic]]
    if len(found) < count:
        raise ValueError(f"only {len(found)} unrelated pieces for {count} places")
    return sorted(found, key=lambda piece: _place(piece.name))


def _place(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def _split(name: str) -> str:
    return "dev" if _place(name)[0] % 4 == 0 else "exam"
