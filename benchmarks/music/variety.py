"""Variety: how much any two pieces share, and whether any of them is somebody else's.

A melody becomes its runs of five notes: four intervals in semitones and five lengths in beats, so that neither key nor
tempo matters. Two melodies overlap by the runs they share, as a part of the smaller one's; the goal bounds the largest
overlap of any two. A run of intervals alone is also counted, for a stricter look.

A melody is *memorised* where it shares a run of `LONG` notes, intervals and lengths, with a tune of the reference,
unless the run is a mere repetition of a single pitch or scale (fewer than three different intervals).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from benchmarks.music import corpus
from benchmarks.music.corpus import MELODIES, SPLITS, Split
from benchmarks.music.following.requests import requests
from benchmarks.music.own import composed, piece_of
from benchmarks.music.pieces import Note, Piece, upper_line
from benchmarks.music.report import table

PROMPTS, SEEDS = 100, 5
FIVE = 5
LONG = 12
GOAL = 0.3

Run = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tune:
    """A melody by name, the prompt it was made for, and its notes."""

    name: str
    prompt: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Overlaps of every two tunes, shape (pairs,), and the two that share most."""

    overlaps: NDArray[np.float64]
    worst: tuple[str, str]


def runs(notes: Sequence[Note], length: int, *, with_values: bool = True) -> set[Run]:
    """Return the distinct runs of so many notes: intervals, and lengths in 24ths of a quarter."""
    moves = [b.pitch - a.pitch for a, b in pairwise(notes)]
    steps = [round(24 * (b.start - a.start)) for a, b in pairwise(notes)]
    return {
        (tuple(moves[at : at + length - 1]), tuple(steps[at : at + length - 1]) if with_values else ())
        for at in range(len(moves) - length + 2)
    }


def shared(tunes: Sequence[Tune], *, with_values: bool = True) -> Shared:
    """Compare every two tunes by their runs of five notes."""
    found = [runs(tune.notes, FIVE, with_values=with_values) for tune in tunes]
    numbers = {run: at for at, run in enumerate({run for own in found for run in own})}
    rows = [at for at, own in enumerate(found) for _ in own]
    columns = [numbers[run] for own in found for run in own]
    matrix = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(found), len(numbers)))
    sizes = np.array([max(1, len(own)) for own in found])
    overlaps = (matrix @ matrix.T).toarray() / np.minimum(sizes[:, None], sizes[None, :])
    upper = np.triu_indices(len(found), 1)
    worst = int(np.argmax(overlaps[upper]))
    return Shared(overlaps=overlaps[upper], worst=(tunes[upper[0][worst]].name, tunes[upper[1][worst]].name))


def composed_tunes(split: Split, *, prompts: int = PROMPTS, seeds: int = SEEDS) -> list[Tune]:
    """Compose every prompt with every seed and return the melodies."""
    found = []
    for request in requests(prompts, split):
        for seed in range(1, seeds + 1):
            score = composed(request.prompt, None, seed)
            piece = piece_of(score, kind="", name=f"{request.prompt} #{seed}")
            found.append(Tune(name=piece.name, prompt=request.prompt, notes=upper_line(piece.voices[0])))
    return found


def real_tunes(cache: Path) -> list[Tune]:
    """Return the melodies of every single line and every chorale of the reference, of both splits."""
    kinds = ("chorale", *sorted(MELODIES))
    pieces: list[Piece] = [piece for kind in kinds for split in SPLITS for piece in corpus.pieces(kind, split, cache)]
    return [Tune(name=piece.name, prompt=piece.group, notes=upper_line(piece.voices[0])) for piece in pieces]


def memorised(tunes: Iterable[Tune], known: Iterable[Tune]) -> list[tuple[str, str]]:
    """Return each tune that shares a telling run of `LONG` notes with a known one, with that one's name."""
    homes = {run: tune.name for tune in known for run in runs(tune.notes, LONG) if _is_telling(run)}
    found = []
    for tune in tunes:
        home = next((homes[run] for run in runs(tune.notes, LONG) if run in homes), None)
        if home is not None:
            found.append((tune.name, home))
    return found


def _is_telling(run: Run) -> bool:
    """Return whether a run is more than a scale, a trill or a repeated note."""
    return len(Counter(run[0])) >= 3


def tables(tunes: Sequence[Tune], real: Sequence[Tune]) -> str:
    """Return overlaps within grym's pieces and, beside them, within real tunes, and what was found memorised."""
    rows = []
    worst = ""
    for name, side in (("grym", tunes), ("real tunes", real)):
        for label, with_values in (("intervals and lengths", True), ("intervals alone", False)):
            compared = shared(side, with_values=with_values)
            rows.append(_row(name, label, compared.overlaps))
            if name == "grym" and with_values:
                worst = f"Most alike: {compared.worst[0]!r} and {compared.worst[1]!r}."
    copies = memorised(tunes, real)
    told = "\n".join(f"- {name!r}: {home}" for name, home in copies[:10])
    between = len(memorised(real[::2], real[1::2]))
    return "\n\n".join(
        [
            f"{len(tunes)} pieces, {len(real)} real tunes; goal: no two of grym's above {GOAL:g}.",
            table(["tunes", "runs of five", "mean", "99 % below", "largest", f"above {GOAL:g}"], rows),
            worst,
            f"Memorised: {len(copies)} of {len(tunes)} (real tunes of one half in the other: {between}).\n{told}",
        ]
    )


def _row(name: str, label: str, overlaps: NDArray[np.float64]) -> list[str]:
    high, above = float(np.percentile(overlaps, 99)), int((overlaps > GOAL).sum())
    return [
        name,
        label,
        f"{overlaps.mean():.3f}",
        f"{high:.3f}",
        f"{overlaps.max():.3f}",
        f"{above} of {len(overlaps)}",
    ]
