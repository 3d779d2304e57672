"""A taste as numbers: one row for each piece that was judged, and which rows each observation compares.

An observation is the utility of one piece, or the difference of two of which one was preferred; both are linear in the
unknown pleasure, so that one model takes in both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from operator import sub
from typing import NamedTuple

from grym.domain.learning.folding import credited
from grym.domain.learning.rewards import utility_of
from grym.domain.learning.values import DEFAULT_ARMS, Piece, Taste

WINDOW = 200
"""Newest opinions that are looked at; a Cholesky factor of them takes a millisecond."""
FITTED = 100
"""Newest opinions that the kernel's shape is found from; the search then takes some milliseconds."""
PREFERRED_GAIN = 0.25
"""A preference says which, not how much: counted as one star."""
MIDDLE = 0.5
_ANCHOR_SHARE = 8
_FIRST = 8


class Row(NamedTuple):
    """A piece that was judged: its settings 0–1, their distances from the default, its style and mood."""

    settings: tuple[float, ...]
    away: tuple[float, ...]
    style: str
    mood: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """What was observed, in the order of the opinions; hashable, so that what follows from it can be kept.

    Parameters
    ----------
    names
        Settings in the order of the rows' numbers.
    rows
        Each piece that was judged.
    first, second
        Row of each observation; the row it is compared with, or -1.
    values
        Utility 0–1 of the first row, or how much it pleases more than the second.
    """

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    first: tuple[int, ...]
    second: tuple[int, ...]
    values: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.values)


def observed(taste: Taste) -> Observations:
    """Return what the newest opinions and preferences of a taste say."""
    return _gathered(taste, credited(taste)[-WINDOW:])


def observed_to_anchor(taste: Taste) -> Observations:
    """Return what the opinions up to the newest *anchor* say: for what need not be found anew for each opinion.

    An eighth of all pieces are anchors, by their names; so the choice depends on what is known and on nothing else.
    """
    rated = credited(taste)[-WINDOW:]
    anchors = [at for at, (piece, _) in enumerate(rated) if _is_anchor(piece.piece_id)]
    return _gathered(taste, rated[: max(_FIRST, anchors[-1] + 1 if anchors else 0)][-FITTED:])


def defaults_of(pieces: Sequence[Piece], *, style: str) -> dict[str, float]:
    """Return what pieces of a style have without the learner, as far as it was seen: means 0–1 by name."""
    plain = [piece.parameters for piece in pieces if piece.style == style and piece.arm in DEFAULT_ARMS]
    names = sorted({name for one in plain for name in one})
    return {name: _mean([one[name] for one in plain if name in one]) for name in names}


def _gathered(taste: Taste, rated: Sequence[tuple[Piece, object]]) -> Observations:
    known = {piece.piece_id: piece for piece in taste.pieces}
    pairs = [one for one in taste.preferences if one.better_id in known and one.worse_id in known]
    stars = {opinion.piece_id: opinion.stars for opinion in taste.opinions}
    ids = dict.fromkeys(piece.piece_id for piece, _ in rated)
    ids.update(dict.fromkeys(name for one in pairs for name in (one.better_id, one.worse_id)))
    index = {piece_id: at for at, piece_id in enumerate(ids)}
    judged = [known[piece_id] for piece_id in ids]
    names = tuple(sorted({name for piece in judged for name in piece.parameters}))
    seen = {style: defaults_of(taste.pieces, style=style) for style in {p.style for p in judged if not p.defaults}}
    return Observations(
        names=names,
        rows=tuple(_row(piece, names, piece.defaults or seen[piece.style]) for piece in judged),
        first=(*(index[piece.piece_id] for piece, _ in rated), *(index[one.better_id] for one in pairs)),
        second=(*(-1 for _ in rated), *(index[one.worse_id] for one in pairs)),
        values=(
            *(utility_of(stars[piece.piece_id], piece.quality) for piece, _ in rated),
            *(PREFERRED_GAIN for _ in pairs),
        ),
    )


def _row(piece: Piece, names: tuple[str, ...], defaults: Mapping[str, float]) -> Row:
    told = piece.parameters
    settings = tuple([float(told[name] if name in told else defaults.get(name, MIDDLE)) for name in names])
    usual = [defaults.get(name, at) for name, at in zip(names, settings, strict=True)]
    return Row(settings=settings, away=tuple(map(sub, settings, usual)), style=piece.style, mood=piece.mood)


def _is_anchor(piece_id: str) -> bool:
    return sha256(piece_id.encode(errors="surrogatepass")).digest()[0] % _ANCHOR_SHARE == 0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
