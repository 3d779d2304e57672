"""What an analysis finds in a sound, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from grym.domain.dynamics import Dynamics
from grym.domain.embedding import Embedding
from grym.domain.harmony.values import ChordSpan, KeySpan
from grym.domain.loudness import Loudness
from grym.domain.morphology.values import Morphology
from grym.domain.pitch.values import Transcription
from grym.domain.rhythm.pulse import Metre, TempoHypothesis
from grym.domain.separation import Shares
from grym.domain.signal import FloatArray
from grym.domain.structure import Section
from grym.domain.tonality import Key


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Analysis:
    """The facts of a sound.

    Parameters
    ----------
    duration_s, sample_rate_hz, channels
        Of the sound as given.
    tempo_bpm, tempo_confidence
        None and 0 without a steady pulse; confidence 0–1.
    tempo_hypotheses
        All tempi considered, best first.
    metre
        How bars are counted; None without beats.
    beats_s, downbeats_s, onsets_s
        Ascending times.
    beats_per_bar
        2, 3 or 4; 0 without beats.
    key
        Of the whole; None where nothing has pitch.
    keys, chords
        Passages in one key, and chords, in order; empty where nothing has pitch.
    tuning_cents
        How far the recording lies above a = 440 Hz, −50 to 50.
    loudness, true_peak_dbtp, dynamics
        None where silent or too short to measure.
    shares
        How the energy divides into what lasts, what strikes and what does neither; None for silence.
    sections
        Cover the sound without gaps.
    features
        ``mean`` and ``std`` over time of each named feature.
    embedding
        The whole sound as a unit vector.
    transcription, morphology
        Notes and melody; sound shapes. None unless everything was asked for.
    """

    duration_s: float
    sample_rate_hz: int
    channels: int
    tempo_bpm: float | None
    tempo_confidence: float
    tempo_hypotheses: tuple[TempoHypothesis, ...]
    metre: Metre | None
    beats_s: FloatArray
    downbeats_s: FloatArray
    onsets_s: FloatArray
    beats_per_bar: int
    key: Key | None
    keys: tuple[KeySpan, ...] = ()
    chords: tuple[ChordSpan, ...] = ()
    tuning_cents: float
    loudness: Loudness
    true_peak_dbtp: float | None
    dynamics: Dynamics
    shares: Shares | None
    sections: tuple[Section, ...]
    features: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    embedding: Embedding
    transcription: Transcription | None = None
    morphology: Morphology | None = None

    @property
    def loudness_lufs(self) -> float | None:
        """Integrated loudness; None where silent or too short."""
        return self.loudness.integrated_lufs

    @property
    def loudness_range_lu(self) -> float | None:
        """Loudness range; None where silent or too short."""
        return self.loudness.range_lu
