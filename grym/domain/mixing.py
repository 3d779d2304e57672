"""The balance: each stem is measured and brought towards the loudness its role has in a mix.

SoundFonts and synthesisers disagree by 10 LU and more on how loud an instrument is at one velocity, so faders that
only follow the score leave drums inaudible with one and overpowering with the other. The correction is partial and
bounded: what the composer wrote as dynamics, density and part gain stays audible. Each role also has its share of
the room.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grym.domain.composing.score import Part, Role
from grym.domain.loudness import measure_loudness
from grym.domain.signal import Signal
from grym.errors import InvariantError


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a role stands in a mix.

    Parameters
    ----------
    loudness_lu
        Loudness against the leading part, without the part's own gain.
    room_db
        Share of the room against the usual.
    """

    loudness_lu: float
    room_db: float


ACOUSTIC: dict[Role, Place] = {
    "melody": Place(loudness_lu=0.0, room_db=0.0),
    "counter": Place(loudness_lu=-2.0, room_db=1.0),
    "chords": Place(loudness_lu=-2.5, room_db=0.5),
    "pad": Place(loudness_lu=-3.0, room_db=2.5),
    "bass": Place(loudness_lu=-3.0, room_db=-8.0),
    "drums": Place(loudness_lu=-4.5, room_db=-4.0),
}
"""Melody in front, rhythm section some 3 to 6 LU behind; the composer's own part gains come on top."""

ELECTRIC: dict[Role, Place] = ACOUSTIC | {
    "bass": Place(loudness_lu=-1.0, room_db=-10.0),
    "drums": Place(loudness_lu=0.5, room_db=-5.0),
}
"""Dance music stands on kick and bass."""

ELECTRIC_PROGRAMS = frozenset({38, 39, 50, 51, 62, 63, *range(80, 96)})
"""Synthesisers of General MIDI: where one plays, the mix is that of electric music."""

CORRECTION = 0.75
"""Share of the distance to its place that a stem is moved."""

MOST_CORRECTION_DB = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Faders:
    """How much each stem is moved, and how much more (or less) of it goes into the room; decibels, one per stem."""

    gains_db: tuple[float, ...]
    sends_db: tuple[float, ...]


def balance(parts: Sequence[Part], stems: Sequence[Signal]) -> Faders:
    """Find the faders that bring stems to their places.

    Parameters
    ----------
    parts
        Who plays each stem; role, program and gain count.
    stems
        As many, in the same order.

    Returns
    -------
    Faders
        Gains and sends; a silent stem is not moved.

    Raises
    ------
    InvariantError
        ``mix.stems``: there are more or fewer stems than parts.
    """
    return placed(parts, [measure_loudness(stem).integrated_lufs for stem in stems])


def placed(parts: Sequence[Part], measured_lufs: Sequence[float | None]) -> Faders:
    """Find the faders of `balance` for stems whose loudness is known; None stands for silence."""
    if len(parts) != len(measured_lufs):
        raise InvariantError(f"{len(measured_lufs)} stems for {len(parts)} parts", code="mix.stems")
    is_electric = any(part.program in ELECTRIC_PROGRAMS and not part.percussion for part in parts)
    places = ELECTRIC if is_electric else ACOUSTIC
    wanted_lu = np.array([places[part.role].loudness_lu + part.gain_db for part in parts])
    return Faders(
        gains_db=tuple(_corrections_db(wanted_lu, measured_lufs)),
        sends_db=tuple(places[part.role].room_db for part in parts),
    )


def moved(faders: Faders, parts: Sequence[Part], settings: Mapping[str, float]) -> Faders:
    """Move faders by what a listener prefers; nothing preferred leaves them as they are.

    Parameters
    ----------
    settings
        ``room_db`` for all sends, ``front_db`` for the melody, ``bass_db`` for the bass; decibels, 0 where missing.
    """
    roles = {"melody": settings.get("front_db", 0.0), "bass": settings.get("bass_db", 0.0)}
    more_room_db = settings.get("room_db", 0.0)
    return Faders(
        gains_db=tuple(gain + roles.get(part.role, 0.0) for gain, part in zip(faders.gains_db, parts, strict=True)),
        sends_db=tuple(send + more_room_db for send in faders.sends_db),
    )


def _corrections_db(wanted_lu: np.ndarray, measured_lufs: Sequence[float | None]) -> list[float]:
    """Return how much to move each stem; together the moves keep the mean where it was."""
    heard = [index for index, loudness in enumerate(measured_lufs) if loudness is not None]
    distances = {index: float(wanted_lu[index]) - float(measured_lufs[index] or 0.0) for index in heard}
    centre = float(np.mean(list(distances.values()))) if heard else 0.0
    return [
        float(np.clip(CORRECTION * (distances[index] - centre), -MOST_CORRECTION_DB, MOST_CORRECTION_DB))
        if index in distances
        else 0.0
        for index in range(len(measured_lufs))
    ]
