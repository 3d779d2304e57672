"""An analysis as it travels: rounded, with long lists and curves only where all is wanted."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec
import numpy as np

from grym.domain.findings import Analysis as Findings
from grym.domain.harmony.values import ChordSpan, KeySpan
from grym.domain.loudness import Loudness
from grym.domain.morphology.values import Morphology
from grym.domain.pitch.values import Melody, Note
from grym.domain.rhythm.pulse import COMPOUND, Metre, TempoHypothesis
from grym.domain.signal import FloatArray
from grym.domain.tonality import Key
from schemas.facts import (
    ChordFact,
    DynamicsFact,
    KeySpanFact,
    LoudnessFact,
    MelodyFact,
    NoteFact,
    SharesFact,
    TempoFact,
)
from schemas.music import Analysis, EmbeddingFact, KeyFact, MetreData, SectionFact
from schemas.shapes import MorphologyFact

T = TypeVar("T")

DIGITS = 4  # a tenth of a millisecond, far below what any of the measures can tell
LEVEL_DIGITS = 2
HERTZ_DIGITS = 2
MOST_HYPOTHESES = 5
MOST_EVENTS = 4_000
MELODY_RATE_HZ = 50.0
"""Curves of pitch travel at no more than this many values a second; vibrato has some six cycles a second."""


def facts_of(found: Findings, *, full: bool) -> Analysis:
    """Write an analysis as it travels; coefficients, curves and the embedding's values only when all is wanted."""
    spoken = found.transcription
    return Analysis(
        duration_s=found.duration_s,
        sample_rate_hz=found.sample_rate_hz,
        channels=found.channels,
        tempo_bpm=_rounded(found.tempo_bpm),
        tempo_confidence=round(found.tempo_confidence, DIGITS),
        tempo_hypotheses=_tempi(found.tempo_hypotheses),
        metre=None if found.metre is None else _metre(found.metre),
        beats_per_bar=found.beats_per_bar,
        key=None if found.key is None else _key(found.key),
        keys=tuple(_key_span(span) for span in found.keys),
        chords=tuple(_chord(span) for span in found.chords),
        tuning_cents=round(found.tuning_cents, 1),
        loudness_lufs=_rounded(found.loudness_lufs),
        loudness_range_lu=_rounded(found.loudness_range_lu),
        true_peak_dbtp=_rounded(found.true_peak_dbtp),
        loudness=_loudness(found.loudness, full=full),
        dynamics=_alike(found.dynamics, DynamicsFact),
        shares=None if found.shares is None else _alike(found.shares, SharesFact),
        beats_s=_times(found.beats_s),
        downbeats_s=_times(found.downbeats_s),
        onsets_s=_times(found.onsets_s),
        sections=tuple(
            SectionFact(start_s=round(part.start_s, DIGITS), end_s=round(part.end_s, DIGITS), label=part.label)
            for part in found.sections
        ),
        features={
            name: dict(summary)
            for name, summary in found.features.items()
            if full or not name.rpartition("_")[2].isdigit()
        },
        embedding=EmbeddingFact(
            name=found.embedding.name,
            dim=found.embedding.dim,
            pretrained=found.embedding.pretrained,
            values=tuple(float(value) for value in found.embedding.vector) if full else (),
        ),
        transcription=None if spoken is None else "poly" if spoken.polyphonic else "mono",
        notes=() if spoken is None else tuple(_note(note) for note in spoken.notes),
        melody=None if spoken is None else _melody(spoken.melody),
        morphology=None if found.morphology is None else _morphology(found.morphology),
    )


def _tempi(hypotheses: Iterable[TempoHypothesis]) -> tuple[TempoFact, ...]:
    """Return the best few tempi with their scores against the best one."""
    best = [*hypotheses][:MOST_HYPOTHESES]
    highest = max((one.score for one in best), default=0.0) or 1.0
    return tuple(
        TempoFact(tempo_bpm=round(one.tempo_bpm, DIGITS), score=round(one.score / highest, DIGITS)) for one in best
    )


def _metre(metre: Metre) -> MetreData:
    compound = metre.division == COMPOUND
    return MetreData(beats=metre.beats * (COMPOUND if compound else 1), unit=8 if compound else 4)


def _key(key: Key) -> KeyFact:
    return KeyFact(tonic=key.tonic_name, mode=key.mode, confidence=round(key.confidence, DIGITS))


def _key_span(span: KeySpan) -> KeySpanFact:
    return KeySpanFact(
        start_s=round(span.start_s, DIGITS),
        end_s=round(span.end_s, DIGITS),
        tonic=span.key.tonic_name,
        mode=span.key.mode,
        confidence=round(span.key.confidence, DIGITS),
    )


def _chord(span: ChordSpan) -> ChordFact:
    return ChordFact(
        start_s=round(span.start_s, DIGITS),
        end_s=round(span.end_s, DIGITS),
        name=span.name,
        root=span.root,
        quality=span.quality,
        confidence=round(span.confidence, DIGITS),
    )


def _note(note: Note) -> NoteFact:
    return NoteFact(
        start_s=round(note.start_s, DIGITS),
        end_s=round(note.end_s, DIGITS),
        midi_pitch=note.pitch,
        velocity=note.velocity,
        confidence=round(note.confidence, DIGITS),
    )


def _melody(melody: Melody) -> MelodyFact | None:
    """Return every n-th frame of a melody, so that the rate stays within bounds; None without frames."""
    if len(melody.times_s) < 2:  # noqa: PLR2004 (one frame has no step)
        return None
    step_s = float(np.diff(melody.times_s.astype(np.float64)).mean())
    every = max(1, int(np.ceil(1.0 / (MELODY_RATE_HZ * step_s) - 1e-6)))
    return MelodyFact(
        start_s=round(float(melody.times_s[0]), DIGITS),
        step_s=round(every * step_s, 9),
        f0_hz=_many(melody.f0_hz[::every], HERTZ_DIGITS),
        voiced=_many(melody.voiced[::every], LEVEL_DIGITS),
    )


def _loudness(loudness: Loudness, *, full: bool) -> LoudnessFact:
    return LoudnessFact(
        integrated_lufs=_rounded(loudness.integrated_lufs),
        range_lu=_rounded(loudness.range_lu),
        momentary_max_lufs=_rounded(loudness.momentary_max_lufs),
        short_term_max_lufs=_rounded(loudness.short_term_max_lufs),
        momentary_lufs=_levels(loudness.momentary_lufs) if full else (),
        short_term_lufs=_levels(loudness.short_term_lufs) if full else (),
    )


def _morphology(shapes: Morphology) -> MorphologyFact:
    facts = msgspec.to_builtins(shapes)
    facts["events"] = facts["events"][:MOST_EVENTS]
    return msgspec.convert(
        _plain({**facts, "event_count": len(shapes.events), "shapes": shapes.shapes}), MorphologyFact
    )


def _levels(levels: np.ndarray) -> tuple[float | None, ...]:
    """Return levels, null where silent: JSON knows no infinity."""
    return tuple(round(float(level), LEVEL_DIGITS) if np.isfinite(level) else None for level in levels)


def _alike(value: object, target: type[T]) -> T:
    """Write a value whose twin on the wire names its fields alike, numbers rounded."""
    return msgspec.convert(_plain(msgspec.to_builtins(value)), target)


def _plain(value: object) -> object:
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def _times(times_s: FloatArray) -> tuple[float, ...]:
    return _many(times_s, DIGITS)


def _many(values: FloatArray, digits: int) -> tuple[float, ...]:
    return tuple(round(float(value), digits) for value in values)
