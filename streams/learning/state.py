"""What the learner keeps of one listener, as it is stored, and what the domain makes of it.

One row a listener holds everything, so that a piece and an opinion of it meet whatever comes first. Rows of the first
learner hold opinions without a time; they become opinions before all others, in their old order.
"""

from collections.abc import Mapping
from hashlib import sha256

import msgspec

from grym.domain.learning.values import Opinion, Piece, Preference, Taste
from schemas.envelope import DEFAULT_TENANT

_LONG_AGO = "0000-00-00T00:00:00.000000"


class PieceKept(msgspec.Struct, frozen=True, array_like=True):
    """A piece (see `grym.domain.learning.values.Piece`)."""

    piece_id: str
    style: str
    mood: str
    parameters: dict[str, float]
    defaults: dict[str, float]
    arm: str
    propensity: float
    expected: float | None
    quality: float
    stamp: str


class OpinionKept(msgspec.Struct, frozen=True, array_like=True):
    """An opinion (see `grym.domain.learning.values.Opinion`)."""

    piece_id: str
    stars: float
    stamp: str


class PreferenceKept(msgspec.Struct, frozen=True, array_like=True):
    """A preference (see `grym.domain.learning.values.Preference`)."""

    better_id: str
    worse_id: str
    stamp: str


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """Of the first learner: which parameters a piece had."""

    style: str
    parameters: dict[str, float]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Of the first learner: one opinion."""

    piece_id: str
    parameters: dict[str, float]
    stars: float


class LearnerState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of one listener; `exposure` and `tastes` are those of the first learner."""

    pieces: tuple[PieceKept, ...] = ()
    opinions: tuple[OpinionKept, ...] = ()
    preferences: tuple[PreferenceKept, ...] = ()
    exposure: Exposure | None = None
    tastes: dict[str, tuple[Told, ...]] = msgspec.field(default_factory=dict)

    @property
    def position(self) -> int:
        """How many pieces, opinions and preferences it holds."""
        return len(self.pieces) + len(self.opinions) + len(self.preferences)

    @property
    def as_of(self) -> str:
        """Id of the newest event in it; empty where there is none."""
        stamps = [one[-1].stamp for one in (self.pieces, self.opinions, self.preferences) if one]
        return event_of(max(stamps)) if stamps else ""

    def sha256(self) -> str:
        """Return its digest, hexadecimal; of what it is made of, names stand in order already."""
        return sha256(msgspec.json.encode(self)).hexdigest()


def state_key_of(user: str, *, tenant: str) -> str:
    """Return under which key a listener's state is kept; no two listeners of any tenants share one."""
    if tenant == DEFAULT_TENANT:
        return f"user:{_escaped(user)}"
    return f"user:{_escaped(tenant)}/{_escaped(user)}"


def stamp_of(instant: str, event_id: str) -> str:
    """Return when something happened, as a text that sorts; equal instants are ordered by their events."""
    return f"{instant} {event_id}"


def event_of(stamp: str) -> str:
    """Return the id of the event that a stamp is of."""
    return stamp.split(" ", 1)[-1]


def taste_of(state: LearnerState | None) -> Taste:
    """Return what a state says of its listener."""
    if state is None:
        return Taste()
    pieces = [_piece(one) for one in state.pieces]
    opinions = [Opinion(piece_id=one.piece_id, stars=one.stars, stamp=one.stamp) for one in state.opinions]
    preferences = tuple(
        Preference(better_id=one.better_id, worse_id=one.worse_id, stamp=one.stamp) for one in state.preferences
    )
    if state.tastes:
        old_pieces, old_opinions = _lifted(state.tastes, known={piece.piece_id for piece in pieces})
        pieces, opinions = [*old_pieces, *pieces], [*old_opinions, *opinions]
    return Taste(pieces=tuple(pieces), opinions=tuple(opinions), preferences=preferences)


def state_of(taste: Taste, *, before: LearnerState | None = None) -> LearnerState:
    """Return a taste as it is stored; what `before` holds already is taken from there, which is quicker."""
    known = {} if before is None else {(one.piece_id, one.stamp): one for one in before.pieces}
    return LearnerState(
        pieces=tuple([known.get((one.piece_id, one.stamp)) or _kept(one) for one in taste.pieces]),
        opinions=tuple([OpinionKept(one.piece_id, one.stars, one.stamp) for one in taste.opinions]),
        preferences=tuple([PreferenceKept(one.better_id, one.worse_id, one.stamp) for one in taste.preferences]),
    )


def _piece(kept: PieceKept) -> Piece:
    return Piece(
        piece_id=kept.piece_id,
        style=kept.style,
        mood=kept.mood,
        parameters=kept.parameters,
        defaults=kept.defaults,
        arm=kept.arm,
        propensity=kept.propensity,
        expected=kept.expected,
        quality=kept.quality,
        stamp=kept.stamp,
    )


def _kept(piece: Piece) -> PieceKept:
    return PieceKept(
        piece_id=piece.piece_id,
        style=piece.style,
        mood=piece.mood,
        parameters=dict(sorted(piece.parameters.items())),
        defaults=dict(sorted(piece.defaults.items())),
        arm=piece.arm,
        propensity=piece.propensity,
        expected=piece.expected,
        quality=piece.quality,
        stamp=piece.stamp,
    )


def _lifted(tastes: Mapping[str, tuple[Told, ...]], *, known: set[str]) -> tuple[list[Piece], list[Opinion]]:
    """Return the opinions of the first learner, which had no time, as older than everything else."""
    old = [(style, told) for style, one in sorted(tastes.items()) for told in one if told.piece_id not in known]
    stamps = [stamp_of(_LONG_AGO, f"{at:06d}") for at in range(len(old))]
    pieces = [
        Piece(piece_id=told.piece_id, style=style, parameters=told.parameters, stamp=stamp)
        for (style, told), stamp in zip(old, stamps, strict=True)
    ]
    opinions = [
        Opinion(piece_id=told.piece_id, stars=told.stars, stamp=stamp)
        for (_, told), stamp in zip(old, stamps, strict=True)
    ]
    return pieces, opinions


def _escaped(name: str) -> str:
    return name.replace("%", "%25").replace("/", "%2F")
