"""Sounds without a known fault: real recordings and rendered scores, dev and test from different sources.

A recording is as its makers left it; nothing is left out because somebody's measure dislikes it.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.hearing.recordings import SUFFIXES, unpacked
from benchmarks.hearing.sounds import HOME, prepared
from grym.domain.signal import FloatArray

PACKAGES = {
    "dev": ("hyperrogue-music", "singularity-music", "supertux-data", "warzone2100-music"),
    "test": (
        "asc-music",
        "btanks-data",
        "extremetuxracer-data",
        "fretsonfire-songs-sectoid",
        "frozen-bubble-data",
        "lincity-ng-data",
        "planetblupi-music-ogg",
        "wesnoth-1.16-music",
    ),
}
"""Debian packages of main by split."""

LENGTH_S = 20.0
SHORTEST_S = 24.0
MOST_OF_A_PACKAGE = 40
MOST_SCORES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """A passage of a sound.

    Parameters
    ----------
    name
        Package and file, or the name of a score.
    start_s, length_s
        Where the passage lies.
    """

    name: str
    path: Path
    start_s: float
    length_s: float
    real: bool

    def heard(self, length_s: float | None = None) -> tuple[FloatArray, int]:
        """Return the passage or its beginning, shape (channels, samples), and its rate in hertz."""
        rate_hz = soundfile.info(self.path).samplerate
        frames = round(min(self.length_s, length_s or self.length_s) * rate_hz)
        start = round(self.start_s * rate_hz)
        samples = soundfile.read(self.path, start=start, frames=frames, dtype="float32", always_2d=True)[0]
        return np.ascontiguousarray(samples.T), rate_hz


def takes(split: str, *, quick: bool, limit: int | None, cache: Path = HOME) -> list[Take]:
    """Return the sounds of a split in a fixed order.

    Parameters
    ----------
    quick
        A few rendered scores of dev, nothing that must be downloaded.
    limit
        So many at most, spread over all.
    """
    found = list(_scores("dev", cache, few=True)) if quick else [*_recordings(split, cache), *_scores(split, cache)]
    every = max(1, len(found) // limit) if limit else 1
    return found[::every][:limit]


def _recordings(split: str, cache: Path) -> Iterator[Take]:
    """Return a passage of each recording that is long enough to be music, from its second third."""
    for package in PACKAGES[split]:
        for path in _ordered(unpacked(package, cache)):
            duration_s = soundfile.info(path).duration
            start_s = min(duration_s / 3.0, duration_s - LENGTH_S)
            name = f"{package}: {path.name}"
            yield Take(name=name, path=path, start_s=start_s, length_s=LENGTH_S, real=True)


def _ordered(folder: Path) -> Sequence[Path]:
    paths = [path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file()]
    long = [path for path in paths if soundfile.info(path).duration >= SHORTEST_S]
    return sorted(long, key=lambda path: zlib.crc32(path.name.encode()))[:MOST_OF_A_PACKAGE]


def _scores(split: str, cache: Path, *, few: bool = False) -> Iterator[Take]:
    """Return the beginning of rendered scores to which no noise was added."""
    sounds = [sound for sound in prepared(split, cache, few=few) if sound.work.noise_db is None]
    long = [sound for sound in sounds if soundfile.info(sound.path).duration >= LENGTH_S / 2]
    for sound in long[:: max(1, len(long) // MOST_SCORES)][:MOST_SCORES]:
        yield Take(name=sound.work.name, path=sound.path, start_s=0.0, length_s=LENGTH_S, real=False)
