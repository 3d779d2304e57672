"""How a movement is played: by whom, how fast, how evenly, and with what noise. Drawn by seed."""

import hashlib
from collections import Counter
from dataclasses import dataclass

import numpy as np

from benchmarks.hearing.repeats import sections_of
from benchmarks.hearing.scores import Score
from benchmarks.recognition.playing import dice

SLOWEST_BPM, FASTEST_BPM = 50.0, 200.0
MOST_NOTES_PER_S = 11.0
"""The busiest tenth of the beats is played no faster than fingers can."""

PERCUSSIVE: dict[str, tuple[int, ...]] = {
    "piano": (0,),
    "electric piano": (4,),
    "harpsichord": (6,),
    "vibraphone": (11,),
    "marimba": (12,),
    "nylon guitar": (24,),
    "steel guitar": (25,),
    "harp": (46,),
    "piano and bass": (0, 0, 0, 32),
}
SUSTAINED: dict[str, tuple[int, ...]] = {
    "organ": (19,),
    "string quartet": (40, 40, 41, 42),
    "string orchestra": (48,),
    "woodwinds": (73, 68, 71, 70),
    "brass": (56, 60, 57, 58),
    "choir": (52,),
    "accordion": (21,),
    "saxophones": (64, 65, 66, 67),
}
PERCUSSIVE_SOLO: dict[str, tuple[int, ...]] = {
    name: (program,)
    for name, program in (("piano", 0), ("vibraphone", 11), ("marimba", 12), ("nylon guitar", 24), ("harp", 46))
}
SUSTAINED_SOLO: dict[str, tuple[int, ...]] = {
    name: (program,)
    for name, program in (("violin", 40), ("cello", 42), ("flute", 73), ("clarinet", 71), ("trumpet", 56), ("oboe", 68))
}


SHORTEST_SECTION_S = 9.0
"""Repeats that last no longer are phrases rather than sections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A movement and how it is to be played.

    Parameters
    ----------
    name
        Short and unique.
    kind
        A key of `KINDS`, or ``form``.
    source
        Name of the score.
    family
        ``percussive`` or ``sustained``.
    players, programs
        The ensemble and its General MIDI programs from the highest voice to the lowest, counted from 0.
    tempo_bpm
        Of the notated beat.
    swing
        Where the off-beat eighth falls within a beat: 0.5 is even.
    rubato
        Depth of the tempo curve, 0.1 is ±10 %.
    noise_db
        How far pink noise lies below the sound; None without noise.
    drums
        Whether a drummer plays what the metre suggests.
    """

    name: str
    kind: str
    source: str
    family: str
    players: str
    programs: tuple[int, ...]
    tempo_bpm: float
    swing: float = 0.5
    rubato: float = 0.0
    noise_db: float | None = None
    drums: bool = False


def drawn(score: Score, kind: str, place: int) -> Work:
    """Draw how a score is played; every second one by percussive instruments."""
    rng = dice("hearing", score.name)
    family = ("percussive", "sustained")[place % 2]
    solo = kind in {"dance", "melody", "repeats"}
    ensembles = {
        ("percussive", False): PERCUSSIVE,
        ("sustained", False): SUSTAINED,
        ("percussive", True): PERCUSSIVE_SOLO,
        ("sustained", True): SUSTAINED_SOLO,
    }[family, solo]
    players = sorted(ensembles)[rng.integers(len(ensembles))]
    chances = rng.random(4)
    compound = score.bars[0].numerator % 3 == 0 and score.bars[0].numerator > 3
    return Work(
        name=f"{kind}-{hashlib.sha256(score.name.encode()).hexdigest()[:6]}",
        kind=kind,
        source=score.name,
        family=family,
        players=players,
        programs=ensembles[players],
        tempo_bpm=_tempo(score, rng, kind),
        swing=0.62 if chances[0] < 0.4 and not compound and kind in {"dance", "leadsheet"} else 0.5,
        rubato=float(rng.uniform(0.05, 0.12)) if chances[1] < 0.2 and kind != "dance" else 0.0,
        noise_db=float(rng.uniform(15, 30)) if chances[2] < 0.25 else None,
        drums=bool(chances[3] < 0.6) and family == "percussive" and kind in {"dance", "leadsheet"},
    )


def _tempo(score: Score, rng: np.random.Generator, kind: str) -> float:
    """Draw a tempo, evenly on a logarithmic scale, no faster than the notes allow."""
    beat = score.bars[0].beat
    parts = Counter((note.part, int(note.start / beat)) for note in score.notes)
    busy = float(np.quantile(list(parts.values()), 0.9))
    fastest = float(np.clip(60.0 * MOST_NOTES_PER_S / busy, 1.2 * SLOWEST_BPM, FASTEST_BPM))
    if kind == "repeats":
        shortest = min(span.end - span.start for span in sections_of(score.bars)) / beat
        fastest = float(np.clip(60.0 * shortest / SHORTEST_SECTION_S, 1.2 * SLOWEST_BPM, fastest))
    return float(np.round(np.exp(rng.uniform(np.log(SLOWEST_BPM), np.log(fastest))), 1))
