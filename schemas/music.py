"""Musical values on the wire: a plan, and the facts of a sound."""

from typing import Literal

import msgspec

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
from schemas.formal import FormalData
from schemas.shapes import MorphologyFact
from schemas.styles import StyleData

RoleName = Literal["melody", "counter", "chords", "pad", "bass", "drums"]
Transcribed = Literal["mono", "poly"]


class MetreData(msgspec.Struct, frozen=True, kw_only=True):
    """A time signature: `beats` notes of 1/`unit` a bar."""

    beats: int
    unit: int


class TonalityData(msgspec.Struct, frozen=True, kw_only=True):
    """A key: tonic pitch class 0–11 (C = 0) and mode."""

    tonic: int
    mode: str


class InstrumentData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who plays a role: General MIDI program 0–127."""

    role: RoleName
    name: str
    program: int
    percussion: bool = False


class SectionPlanData(msgspec.Struct, frozen=True, kw_only=True):
    """A section of the form: length in bars, intensity 0–1."""

    name: str
    bars: int
    intensity: float


class PlanData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What will be composed (see `grym.domain.composing.plan.Plan`).

    Parameters
    ----------
    asked
        Parameters and tastes that the request itself decides, by name.
    """

    title: str
    style: str
    mood: str
    tempo_bpm: float
    metre: MetreData
    tonality: TonalityData
    seconds: float
    sections: tuple[SectionPlanData, ...]
    instruments: tuple[InstrumentData, ...]
    parameters: dict[str, float] = msgspec.field(default_factory=dict)
    notes: tuple[str, ...] = ()
    planner: str = "rules/1"
    definition: StyleData | None = None
    loop: bool = False
    hold_s: float = 0.0
    formal: tuple[FormalData, ...] = ()
    asked: tuple[str, ...] = ()


class LastPieceData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is remembered of the last piece somebody got (see `grym.domain.composing.plan.LastPiece`)."""

    request_id: str
    title: str
    style: str
    mood: str
    tempo_bpm: float
    metre: MetreData
    tonality: TonalityData
    seconds: float
    parameters: dict[str, float] = msgspec.field(default_factory=dict)
    definition: StyleData | None = None


class KeyFact(msgspec.Struct, frozen=True, kw_only=True):
    """An estimated key: tonic by name (``Eb``), mode, confidence 0–1."""

    tonic: str
    mode: str
    confidence: float


class SectionFact(msgspec.Struct, frozen=True, kw_only=True):
    """A section of a recording, in seconds; equal labels sound alike."""

    start_s: float
    end_s: float
    label: str


class EmbeddingFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which embedding was made: `pretrained` tells whether learned weights were behind it.

    Parameters
    ----------
    provenance
        Class and digest of the weights, device and number format; empty where no model was asked.
    """

    name: str
    dim: int
    pretrained: bool
    values: tuple[float, ...] = ()
    provenance: dict[str, str] = msgspec.field(default_factory=dict)


class SpeechFact(msgspec.Struct, frozen=True, kw_only=True):
    """Words that a saved model wrote down; weights that were not learned write nonsense, and `pretrained` says so.

    Parameters
    ----------
    text
        Empty where the model heard no words.
    model
        The saved model, by name.
    """

    text: str
    model: str
    pretrained: bool


class AnalysisSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The few facts of a sound that decisions need; seconds, BPM, LUFS, dBTP."""

    duration_s: float
    sample_rate_hz: int
    channels: int
    tempo_bpm: float | None = None
    tempo_confidence: float = 0.0
    key: KeyFact | None = None
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None


class Analysis(AnalysisSummary, frozen=True, kw_only=True, omit_defaults=True):
    """All facts of a sound (see `grym.domain.analysis`).

    Parameters
    ----------
    tempo_hypotheses
        Other tempi that fit, best first; the first is `tempo_bpm` to a few percent.
    metre
        The usual writing of what is heard: quarters in simple metres, eighths in compound ones.
    keys, chords
        In order; the keys say where the piece modulates.
    loudness, dynamics, shares
        Null only in what was written before they were measured; shares are null for silence too.
    transcription
        Whether `notes` were found as one voice (``mono``) or several (``poly``); null unless all was asked for.
    notes
        As heard, by start; only when all was asked for.
    melody
        The leading voice as a curve; only when all was asked for.
    morphology
        Sound shapes; only when all was asked for.
    speech
        What was said, where the embedding asked for is one of a model that writes words.
    """

    loudness_range_lu: float | None = None
    beats_per_bar: int = 0
    tuning_cents: float = 0.0
    beats_s: tuple[float, ...] = ()
    downbeats_s: tuple[float, ...] = ()
    onsets_s: tuple[float, ...] = ()
    sections: tuple[SectionFact, ...] = ()
    features: dict[str, dict[str, float]] = msgspec.field(default_factory=dict)
    embedding: EmbeddingFact | None = None
    tempo_hypotheses: tuple[TempoFact, ...] = ()
    metre: MetreData | None = None
    keys: tuple[KeySpanFact, ...] = ()
    chords: tuple[ChordFact, ...] = ()
    loudness: LoudnessFact | None = None
    dynamics: DynamicsFact | None = None
    shares: SharesFact | None = None
    transcription: Transcribed | None = None
    notes: tuple[NoteFact, ...] = ()
    melody: MelodyFact | None = None
    morphology: MorphologyFact | None = None
    speech: SpeechFact | None = None
