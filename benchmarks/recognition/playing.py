"""From notes to a performance: instruments, tempo, dynamics and small unevenness, all by seed.

A performance of the same piece differs only in what is asked: tempo, key, players or the leading voice alone. The
unevenness of each note, which a player's hand would give, belongs to the piece and stays.
"""

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.recognition.pieces import Piece

SHORTEST_S = 30.0
LONGEST_S = 60.0
MOST_PASSES = 3
"""Dances, songs and chorales are short; they are played through so often as dancers or singers would want."""

UNEVEN_S = 0.008
"""Standard deviation of a note's start: what listeners do not hear as wrong."""

LEGATO = 0.93

ENSEMBLES: dict[str, tuple[int, ...]] = {
    "piano": (0,),
    "harpsichord": (6,),
    "organ": (19,),
    "strings": (40, 41, 42, 43),
    "string orchestra": (48,),
    "woodwinds": (73, 68, 71, 70),
    "brass": (56, 60, 57, 58),
    "choir": (52,),
    "guitar": (24,),
    "recorders": (74,),
    "saxophones": (64, 65, 66, 67),
    "accordion": (21,),
    "harp": (46,),
    "vibraphone": (11,),
}
"""General MIDI programs of players from the highest to the lowest voice, counted from 0."""

SOLOISTS: dict[str, tuple[int, ...]] = ENSEMBLES | {
    "fiddle": (110,),
    "flute": (73,),
    "clarinet": (71,),
    "oboe": (68,),
    "trumpet": (56,),
    "whistle": (78,),
    "pan flute": (75,),
    "cello": (42,),
}
DANCES = frozenset({"ryansMammoth", "oneills1850", "airdsAirs"})
LEADING_PROGRAM = 73


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a piece is played.

    Parameters
    ----------
    tempo
        1.2 is a fifth faster than the learned one.
    semitones
        Transposition, up is positive.
    others
        By other instruments than the learned ones.
    leading_only
        Only the highest voice, by a flute.
    """

    tempo: float = 1.0
    semitones: int = 0
    others: bool = False
    leading_only: bool = False

    @property
    def label(self) -> str:
        """What a file of this performance is called."""
        players = "leading" if self.leading_only else "others" if self.others else "same"
        return f"{self.tempo:.2f}x{self.semitones:+d}-{players}"


AS_LEARNED = Manner()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Performance:
    """Notes as they sound at the learned tempo, by start.

    Parameters
    ----------
    starts_s, ends_s
        Shape (notes,), seconds.
    pitches, velocities, parts
        Shape (notes,); a part is a number from 0, highest voice first.
    players, other_players
        Names of ensembles.
    """

    starts_s: NDArray[np.float64]
    ends_s: NDArray[np.float64]
    pitches: NDArray[np.int64]
    velocities: NDArray[np.int64]
    parts: NDArray[np.int64]
    players: str
    other_players: str

    @property
    def duration_s(self) -> float:
        """When the last note ends, in seconds."""
        return float(self.ends_s.max(initial=0.0))

    @property
    def voices(self) -> int:
        """Number of parts."""
        return int(self.parts.max(initial=-1)) + 1

    def programs(self, manner: Manner) -> list[int]:
        """Return the General MIDI program of each part."""
        players = SOLOISTS[self.other_players if manner.others else self.players]
        spread = np.arange(self.voices) * len(players) // max(self.voices, 1)
        return [LEADING_PROGRAM if manner.leading_only else players[place] for place in spread]


def dice(*words: object) -> np.random.Generator:
    """Return random numbers that depend on these words alone."""
    return np.random.default_rng([zlib.crc32(str(word).encode()) for word in words])


def perform(piece: Piece) -> Performance | None:
    """Return a piece as it is learned, between 30 and 60 seconds of it; None where there is too little music."""
    rng = dice("performance", piece.name)
    solo = piece.voices == 1
    second_s = _quarters_per_second(piece, rng)
    length_s = float(piece.ends.max()) / second_s
    passes = int(np.ceil(SHORTEST_S / length_s))
    if passes > MOST_PASSES:
        return None
    starts_s = np.concatenate([piece.starts / second_s + turn * length_s for turn in range(passes)])
    ends_s = np.concatenate([piece.ends / second_s + turn * length_s for turn in range(passes)])
    pitches, parts = np.tile(piece.pitches, passes), np.tile(np.unique(piece.parts, return_inverse=True)[1], passes)
    velocities = _velocities(np.tile(piece.starts, passes), parts, rng)
    uneven_s = np.clip(rng.normal(0, UNEVEN_S, len(starts_s)), -3 * UNEVEN_S, 3 * UNEVEN_S)
    lengths_s = (ends_s - starts_s) * LEGATO
    starts_s = np.maximum(starts_s + uneven_s, 0.0)
    heard = np.flatnonzero(starts_s + 0.05 < LONGEST_S)
    heard = heard[np.argsort(starts_s[heard], kind="stable")]
    names = sorted(SOLOISTS if solo else ENSEMBLES)
    players, others = _two_players(names, rng)
    return Performance(
        starts_s=starts_s[heard],
        ends_s=np.minimum(starts_s + np.maximum(lengths_s, 0.03), LONGEST_S)[heard],
        pitches=pitches[heard],
        velocities=velocities[heard],
        parts=parts[heard],
        players=players,
        other_players=others,
    )


def _two_players(names: list[str], rng: np.random.Generator) -> tuple[str, str]:
    """Return two ensembles that share no instrument."""
    first = names[rng.integers(len(names))]
    rest = [name for name in names if not set(SOLOISTS[name]) & set(SOLOISTS[first])]
    return first, rest[rng.integers(len(rest))]


def _quarters_per_second(piece: Piece, rng: np.random.Generator) -> float:
    """Return the tempo at which the busiest voice plays 4 to 6 notes a second in dances, 2 to 4 elsewhere.

    The scores' own tempi are missing or in units of their time: a whole note of 1580 is not one of 1880.
    """
    slowest, fastest = (4.0, 6.0) if piece.collection in DANCES else (2.0, 4.0)
    busiest = np.bincount(piece.parts).max() / float(piece.ends.max())
    return float(rng.uniform(slowest, fastest) / busiest)


def _velocities(starts: NDArray[np.float64], parts: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return velocities: the leading voice and notes on a beat are a little louder, and no two are quite alike."""
    accents = np.where(np.isclose(starts % 1.0, 0.0), 6, 0) + np.where(parts == 0, 8, 0)
    return np.clip(np.round(78 + accents + rng.normal(0, 5, len(starts))), 30, 120).astype(np.int64)
