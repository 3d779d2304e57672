"""Pieces of every style, rendered, analysed and measured once; measures are kept as lines of JSON."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile

from grym.domain.analysis import analyse
from grym.domain.composing.compose import compose
from grym.domain.composing.manner.traits import Traits, traits_of
from grym.domain.composing.plan import Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.score import Score
from grym.domain.composing.styles import STYLES
from grym.domain.signal import Signal
from grym.runtime.studio import StudioInWorker
from streams.generation.piece import record

HOME = Path(tempfile.gettempdir()) / "grym-styles.jsonl"
SECONDS = 24.0
FITTED, JUDGED = range(12), range(12, 16)
"""Seeds that are fitted to and those that judge; even ones are played by the synthesiser, odd ones by a SoundFont."""
BACKENDS = ("synth", "soundfont")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What was measured of a piece, and what its score says."""

    style: str
    backend: str
    seed: int
    tempo_bpm: float
    swing: float
    drums: bool
    onsets_hz: float
    traits: Traits


def kept(home: Path = HOME) -> list[Piece]:
    """Return the pieces that were measured."""
    rows = [json.loads(line) for line in home.read_text().splitlines()] if home.exists() else []
    return [Piece(**{**row, "traits": Traits(**row["traits"])}) for row in rows]


def hear(home: Path = HOME) -> None:
    """Render and measure what is missing."""
    known = {(piece.style, piece.seed) for piece in kept(home)}
    wanted = [(style, seed) for seed in (*FITTED, *JUDGED) for style in STYLES if (style, seed) not in known]
    for piece in map(_measured, *zip(*wanted, strict=True)) if wanted else ():
        keep(piece, home)
        print(f"{piece.style:22} {piece.backend:9} {piece.seed}", flush=True)


def keep(piece: Piece, home: Path) -> None:
    """Write a piece behind those that are there."""
    with home.open("a") as file:
        file.write(json.dumps(asdict(piece)) + "\n")


def _measured(style: str, seed: int) -> Piece:
    backend = BACKENDS[seed % len(BACKENDS)]
    planned = plan(Wish(prompt="music", style=style, seconds=SECONDS), seed=seed)
    score = compose(planned, seed=seed)
    return Piece(
        style=style,
        backend=backend,
        seed=seed,
        tempo_bpm=planned.tempo_bpm,
        swing=planned.parameters["swing"],
        drums=any(part.percussion for part in score.parts),
        onsets_hz=len(set(_onsets(score))) / score.duration_s,
        traits=traits_of(analyse(rendered(score, backend=backend, seed=seed))),
    )


def rendered(score: Score, *, backend: str, seed: int) -> Signal:
    """Return the mastered sound of a score."""
    with tempfile.TemporaryDirectory(prefix="grym-bench-") as folder:
        mix = record(StudioInWorker(soundfont=None), score, backend, seed, Path(folder)).mix
        samples, rate_hz = soundfile.read(mix, dtype="float32", always_2d=True)
    return Signal(samples=np.ascontiguousarray(samples.T), sample_rate_hz=rate_hz)


def _onsets(score: Score) -> Iterator[int]:
    yield from (note.start_ticks for part in score.parts for note in part.notes)
