"""The heavy half of feature extraction, loaded by worker processes only: decode, analyse, write down the facts."""

from dataclasses import dataclass
from pathlib import Path

from grym.domain.analysis import Analysis as DomainAnalysis
from grym.domain.analysis import analyse
from grym.domain.recognition.codec import encode
from grym.domain.recognition.taking import take_imprint
from grym.domain.signal import FloatArray
from grym.domain.tonality import Key
from grym.ports.sound import AudioDoor
from schemas.music import Analysis, EmbeddingFact, KeyFact, SectionFact

DIGITS = 4  # a tenth of a millisecond, far below what any of the measures can tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What a worker process hands back: the facts, and the imprint as encoded by `grym.domain.recognition`."""

    analysis: Analysis
    imprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An encoded imprint, what made it, and how long the sound is in seconds."""

    imprint: bytes
    extractor: str
    duration_s: float


def extract(door: AudioDoor, path: Path, max_seconds: float, full: bool) -> Extracted:  # noqa: FBT001 (crosses a process border by position)
    """Decode and analyse a file; runs in a worker process."""
    signal = door.read_signal(path, max_seconds=max_seconds)
    return Extracted(analysis=facts_of(analyse(signal), full=full), imprint=encode(take_imprint(signal)))


def take(door: AudioDoor, path: Path, max_seconds: float) -> Taken:
    """Decode a file and take its imprint only; runs in a worker process."""
    imprint = take_imprint(door.read_signal(path, max_seconds=max_seconds))
    return Taken(imprint=encode(imprint), extractor=imprint.extractor, duration_s=round(imprint.duration_s, DIGITS))


def facts_of(found: "DomainAnalysis", *, full: bool) -> Analysis:
    """Write an analysis as it travels; the coefficients and the embedding's values only when all is wanted."""
    return Analysis(
        duration_s=found.duration_s,
        sample_rate_hz=found.sample_rate_hz,
        channels=found.channels,
        tempo_bpm=_rounded(found.tempo_bpm),
        tempo_confidence=round(found.tempo_confidence, DIGITS),
        beats_per_bar=found.beats_per_bar,
        key=None if found.key is None else _key_fact(found.key),
        tuning_cents=round(found.tuning_cents, 1),
        loudness_lufs=_rounded(found.loudness_lufs),
        loudness_range_lu=_rounded(found.loudness_range_lu),
        true_peak_dbtp=_rounded(found.true_peak_dbtp),
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
    )


def _key_fact(key: "Key") -> KeyFact:
    return KeyFact(tonic=key.tonic_name, mode=key.mode, confidence=round(key.confidence, DIGITS))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def _times(times_s: FloatArray) -> tuple[float, ...]:
    return tuple(round(float(time_s), DIGITS) for time_s in times_s)
