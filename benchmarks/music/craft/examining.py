"""The examination in craft: grym's pieces beside real ones where those say the same."""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.music import corpus, own
from benchmarks.music.corpus import Split
from benchmarks.music.craft import playing, reading
from benchmarks.music.craft.parallels import per_hundred
from benchmarks.music.following.requests import requests
from benchmarks.music.measures.leading import lines
from benchmarks.music.measures.shares import mean, share
from benchmarks.music.own import composed, piece_of, wishes
from benchmarks.music.pieces import Note, Piece, windows_of
from benchmarks.music.report import table

if TYPE_CHECKING:
    from grym.domain.composing.score import Part, Score

PIECES = 60
CHORALES = 40
SPELT = 12
"""Real scores of a kind whose spelling is read: that means to parse them again."""

QUARTERS_A_MINUTE = 100.0
"""Tempo at which real tunes are breathed, since most of them name none."""

Row = tuple[str, str, float, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A part of a composed score: notes in quarters, program, length of a bar and of a quarter in seconds."""

    notes: tuple[Note, ...]
    program: int
    bar: float
    quarter_s: float


def examined(split: Split, cache: Path, *, pieces: int = PIECES) -> str:
    """Compose, measure, and return the table."""
    scores = [composed(request.prompt, None, 1) for request in requests(pieces, split)]
    parts = [_played(part, score) for score in scores for part in score.parts if part.notes and not part.percussion]
    rows = [*_playing_rows(parts, scores, split, cache), *_reading_rows(parts, scores, split, cache)]
    rows.append(_parallel_row(split, cache))
    cells = [[name, goal, f"{mine:.4g}", "–" if real is None else f"{real:.4g}"] for name, goal, mine, real in rows]
    return f"{len(scores)} pieces, {len(parts)} parts\n\n" + table(["measure", "goal", "grym", "real music"], cells)


def _played(part: "Part", score: "Score") -> Played:
    return Played(
        notes=own.notes_of(part),
        program=part.program,
        bar=4 * score.metre.beats / score.metre.unit,
        quarter_s=60 / score.tempo_bpm,
    )


def _playing_rows(parts: Sequence[Played], scores: Sequence["Score"], split: Split, cache: Path) -> list[Row]:
    keyboards = [_pooled(score) for score in scores]
    pianos = [voice for piece in _real(("piano",), split, cache) for voice in [_all(piece)]]
    winds = [part for part in parts if part.program in playing.WINDS]
    breaths = [playing.longest_breath_s(part.notes, part.quarter_s) for part in winds]
    tunes = [piece.voices[0] for piece in _real(("folk", "march"), split, cache)]
    sung = [playing.longest_breath_s(tune, 60 / QUARTERS_A_MINUTE) for tune in tunes]
    return [
        ("notes in range", "≥ 0.99", playing.share_in_range((p.notes, p.program) for p in parts), None),
        ("chords of keyboards for two hands", "≥ 0.98", _hands(keyboards), _hands(pianos)),
        ("winds: parts without a breath in 15 s", "≤ real", _breathless(breaths), _breathless(sung)),
        ("winds: longest passage, s (mean)", "", mean(breaths), mean(sung)),
    ]


def _pooled(score: "Score") -> list[Note]:
    """Return what one pianist plays of a score: all parts of the keyboard that it has most of."""
    programs = [part.program for part in score.parts if part.program in playing.KEYBOARDS and not part.percussion]
    return [
        note
        for part in score.parts
        if programs and part.program == programs[0] and not part.percussion
        for note in own.notes_of(part)
    ]


def _all(piece: Piece) -> list[Note]:
    return [note for voice in piece.voices for note in voice]


def _hands(groups: Iterable[Sequence[Note]]) -> float:
    return share(flag for notes in groups for flag in playing.hands(notes))


def _breathless(breaths: Sequence[float]) -> float:
    return share(one > playing.BREATH_S for one in breaths)


def _reading_rows(parts: Sequence[Played], scores: Sequence["Score"], split: Split, cache: Path) -> list[Row]:
    pieces = _real(("chorale", "folk", "march", "piano"), split, cache)
    real = [(voice, piece.bars[-1].full) for piece in pieces for voice in piece.voices]
    every = [note for voice, _ in real for note in voice]
    mine = [note for part in parts for note in part.notes]
    spelt, written = _spelt_by_grym(scores), _spelt_by_people(pieces)
    return [
        (
            "values of one symbol a bar",
            "≥ real − 0.02",
            share(reading.plain_value(n, part.bar) for part in parts for n in part.notes),
            share(reading.plain_value(n, bar) for voice, bar in real for n in voice),
        ),
        (
            "onsets on sixteenths or triplets",
            "≥ real − 0.02",
            share(map(reading.on_grid, mine)),
            share(map(reading.on_grid, every)),
        ),
        (
            "onsets with more than two voices in a part",
            "≤ real + 0.02",
            mean(reading.voices_needed(part.notes) for part in parts),
            mean(reading.voices_needed(voice) for voice, _ in real),
        ),
        (
            "notes struck while held",
            "≤ 0.005",
            mean(reading.collisions(part.notes) for part in parts),
            mean(reading.collisions(voice) for voice, _ in real),
        ),
        *(
            (name, "≤ real + 0.01", _mean_of(spelt, name), _mean_of(written, name))
            for name in ("double accidentals", "augmented and diminished steps")
        ),
    ]


def _mean_of(found: Sequence[dict[str, float]], name: str) -> float:
    """Return a measure over all scores, each weighing by its pitches."""
    weight = sum(one["pitches"] for one in found)
    return sum(one[name] * one["pitches"] for one in found) / weight if weight else 0.0


def _spelt_by_grym(scores: Sequence["Score"]) -> list[dict[str, float]]:
    from music21 import converter  # noqa: PLC0415 (slow to import, and only spelling needs it)

    from grym.domain.composing.musicxml import score_to_musicxml  # noqa: PLC0415 (the measures can be used without grym)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed: list[Any] = [converter.parseData(score_to_musicxml(score)) for score in scores[:SPELT]]
    return [reading.spelling(one) for one in parsed]


def _spelt_by_people(pieces: Sequence[Piece]) -> list[dict[str, float]]:
    from music21 import converter  # noqa: PLC0415 (as above)

    named = [piece.name for piece in pieces if "#" not in piece.name][:: max(1, len(pieces) // SPELT // 2)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed: list[Any] = [converter.parse(corpus.root() / name) for name in named[:SPELT]]
    return [reading.spelling(one) for one in parsed]


def _parallel_row(split: Split, cache: Path) -> Row:
    """Compare four voices of chorales; real ones over their windows."""
    real = [lines(window) for piece in _real(("chorale",), split, cache) for window in windows_of(piece)]
    mine = [
        piece_of(composed(prompt, seconds, seed), kind="chorale", name="").voices
        for prompt, seconds, seed in wishes("chorale", split, CHORALES)
    ]
    four = [voices for voices in mine if len(voices) == len(real[0])]
    return ("chorales: parallels per 100 chord changes", "≤ 1", per_hundred(four), per_hundred(real))


def _real(kinds: Iterable[str], split: Split, cache: Path) -> list[Piece]:
    return [piece for kind in kinds for piece in corpus.pieces(kind, split, cache)]
