"""Features: a sound becomes facts, by grym's own analysis in a worker process.

The sound comes by claim check and is decoded behind the one door for audio, with caps on length, channels and rate.
What its sender got wrong is answered with `AudioRefused`; only grym's own faults are retried. The per-window vectors
for pattern memory travel by claim check too.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from grym.domain.analysis import Analysis as DomainAnalysis
from grym.domain.analysis import analyse

from grym.errors import InvalidAudioError
from grym.ports.artifacts import ArtifactStore
from grym.ports.sound import AudioDoor, CpuPool
from schemas.body import Body
from schemas.commands import ExtractFeatures
from schemas.envelope import Envelope
from schemas.events import AudioRefused, FeaturesExtracted
from schemas.music import Analysis
from streams.processor import Decision, Output
from streams.translate import fault_of

EXTRACTOR = "dsp/1"
ANALYSIS_TIMEOUT_S = 120.0  # an hour of sound takes some 40 s on one core; three times that means it hangs


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What a worker process hands back: the facts, and the windows as NPZ bytes."""

    analysis: dict[str, Any]
    windows: bytes


class Features:
    """Analyses sounds; stateless."""

    name = "features"
    accepts: tuple[type[Body], ...] = (ExtractFeatures,)
    state_type = type(None)

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
            found = await self._cpu.run(extract, self._door, path, command.max_seconds, timeout_s=ANALYSIS_TIMEOUT_S)
        except InvalidAudioError as error:
            return Decision(outputs=(Output(body=AudioRefused(fault=fault_of(error), round=command.round)),))
        windows = await self._artifacts.put(found.windows, media_type="application/x-npz", name="windows")
        body = FeaturesExtracted(
            analysis=msgspec.convert(found.analysis, Analysis),
            windows=windows,
            extractor=EXTRACTOR,
            round=command.round,
        )
        return Decision(outputs=(Output(body=body),))


def extract(door: AudioDoor, path: Path, max_seconds: float) -> Extracted:
    """Decode and analyse a file; runs in a worker process."""
    analysis = analyse(door.read_signal(path, max_seconds=max_seconds))
    return Extracted(analysis=_facts(analysis), windows=_npz(analysis))


def _facts(analysis: DomainAnalysis) -> dict[str, Any]:
    raise NotImplementedError


def _npz(analysis: DomainAnalysis) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, vectors=analysis.windows.vectors, starts_s=analysis.windows.starts_s)
    return buffer.getvalue()
