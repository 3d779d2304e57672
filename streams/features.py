"""Features: a sound becomes facts, by grym's own analysis in a worker process.

The sound comes by claim check and is decoded behind the one door for audio, with caps on length, channels and rate.
What its sender got wrong is answered with `AudioRefused`; only grym's own faults are retried. The per-window vectors
for pattern memory travel by claim check too.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grym.domain.analysis import Analysis as DomainAnalysis
from grym.domain.analysis import analyse
from grym.domain.signal import FloatArray
from grym.domain.tonality import Key
from grym.errors import InvalidAudioError
from grym.ports.artifacts import ArtifactStore
from grym.ports.sound import AudioDoor, CpuPool
from schemas.body import Body
from schemas.commands import ExtractFeatures
from schemas.envelope import Envelope
from schemas.events import AudioRefused, FeaturesExtracted
from schemas.music import Analysis, EmbeddingFact, KeyFact, SectionFact
from streams.processor import Decision, Output
from streams.translate import fault_of

EXTRACTOR = "dsp/1"
ANALYSIS_TIMEOUT_S = 120.0  # an hour of sound takes some 40 s on one core; three times that means it hangs


DIGITS = 4  # a tenth of a millisecond, far below what any of the measures can tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What a worker process hands back: the facts, and the windows as NPZ bytes."""

    analysis: Analysis
    windows: bytes


class Features:
    """Analyses sounds; stateless."""

    name = "features"
    accepts: tuple[type[Body], ...] = (ExtractFeatures,)
    state_type: type[None] = type(None)

    def __init__(self, *, artifacts: ArtifactStore, cpu: CpuPool, door: AudioDoor) -> None:
        self._artifacts = artifacts
        self._cpu = cpu
        self._door = door

    def state_key(self, envelope: Envelope) -> None:  # noqa: ARG002 (the port's signature)
        """Return None: an analysis depends on nothing but its sound."""
        return

    async def process(self, envelope: Envelope, state: None) -> Decision[None]:  # noqa: ARG002 (the port's signature)
        """Analyse one sound."""
        command: ExtractFeatures = envelope.body
        path = await self._artifacts.local_path(command.audio)
        try:
            found = await self._cpu.run(
                extract, self._door, path, command.max_seconds, command.full, timeout_s=ANALYSIS_TIMEOUT_S
            )
        except InvalidAudioError as error:
            return Decision(outputs=(Output(body=AudioRefused(fault=fault_of(error), round=command.round)),))
        windows = await self._artifacts.put(found.windows, media_type="application/x-npz", name="windows")
        body = FeaturesExtracted(
            analysis=found.analysis,
            windows=windows,
            extractor=EXTRACTOR,
            round=command.round,
        )
        return Decision(outputs=(Output(body=body),))


def extract(door: AudioDoor, path: Path, max_seconds: float, full: bool) -> Extracted:  # noqa: FBT001 (crosses a process border by position)
    """Decode and analyse a file; runs in a worker process."""
    analysis = analyse(door.read_signal(path, max_seconds=max_seconds))
    return Extracted(analysis=facts_of(analysis, full=full), windows=_npz(analysis))


def facts_of(found: DomainAnalysis, *, full: bool) -> Analysis:
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


def _key_fact(key: Key) -> KeyFact:
    return KeyFact(tonic=key.tonic_name, mode=key.mode, confidence=round(key.confidence, DIGITS))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def _times(times_s: FloatArray) -> tuple[float, ...]:
    return tuple(round(float(time_s), DIGITS) for time_s in times_s)


def _npz(analysis: DomainAnalysis) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, vectors=analysis.windows.vectors, starts_s=analysis.windows.starts_s)
    return buffer.getvalue()
