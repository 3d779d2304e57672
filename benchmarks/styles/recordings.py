"""What is heard in recordings of others; nothing is fitted to them."""

from pathlib import Path

import numpy as np

from grym.adapters.audio_files import read_signal
from grym.domain.analysis import Analysis, analyse
from grym.domain.composing.manner.telling import manner_of
from grym.domain.composing.manner.traits import traits_of
from grym.domain.composing.score import Metre
from grym.domain.signal import Signal

MIDDLE_S, LONGEST_S = 60.0, 3600.0
KINDS = (".ogg", ".mp3", ".flac", ".wav")


def tell(folder: Path) -> None:
    """Print what is told of every recording of a folder, or of one file: a minute of its middle."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in KINDS) if folder.is_dir() else [folder]
    for path in paths:
        found = analyse(middle_of(read_signal(path, max_seconds=LONGEST_S)))
        told = manner_of(traits_of(found), tempo_bpm=found.tempo_bpm or 100.0, metre=_metre(found), mode=_mode(found))
        print(f"{path.name[:32]:32} {found.tempo_bpm or 0:5.0f} BPM  {'; '.join(told.reasons)}", flush=True)


def middle_of(signal: Signal) -> Signal:
    """Return a minute from the middle of a sound."""
    length = round(MIDDLE_S * signal.sample_rate_hz)
    start = max(0, (signal.length_samples - length) // 2)
    return Signal(
        samples=np.ascontiguousarray(signal.samples[:, start : start + length]), sample_rate_hz=signal.sample_rate_hz
    )


def _metre(found: Analysis) -> Metre:
    return Metre(beats=found.metre.beats if found.metre else 4, unit=4)


def _mode(found: Analysis) -> str:
    return found.key.mode if found.key else "major"
