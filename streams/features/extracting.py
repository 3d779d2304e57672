"""The heavy half of feature extraction, loaded by worker processes only: decode, analyse, write down the facts."""

from dataclasses import dataclass
from pathlib import Path

from grym.domain.analysis import analyse
from grym.domain.recognition.codec import encode
from grym.domain.recognition.taking import take_imprint
from grym.ports.sound import AudioDoor
from schemas.music import Analysis
from streams.features.writing import DIGITS, facts_of


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
    return Extracted(analysis=facts_of(analyse(signal, full=full), full=full), imprint=encode(take_imprint(signal)))


def take(door: AudioDoor, path: Path, max_seconds: float) -> Taken:
    """Decode a file and take its imprint only; runs in a worker process."""
    imprint = take_imprint(door.read_signal(path, max_seconds=max_seconds))
    return Taken(imprint=encode(imprint), extractor=imprint.extractor, duration_s=round(imprint.duration_s, DIGITS))
