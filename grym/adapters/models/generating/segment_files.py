"""Finished segments as files, so that a piece goes on where its worker process ended.

A file is named by everything that decides its sound: the model, its settings, and what it was asked, guide included. It
appears under its name once it is complete, so whoever finds one may use it.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from grym.domain.signal import Signal
from grym.ports.generating import SEGMENT_SUFFIX, Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFiles:
    """The finished segments of one model in a folder.

    Parameters
    ----------
    provenance
        Of the model, with all its settings.
    """

    folder: Path
    provenance: Mapping[str, str]

    def kept(self, asked: Asked) -> Signal | None:
        """Return the segment that was made for a question; None where there is none that can be read."""
        with suppress(OSError, EOFError, ValueError, KeyError, BadZipFile), self._path(asked).open("rb") as file:
            found = np.load(file, allow_pickle=False)
            return Signal(samples=found["samples"], sample_rate_hz=int(found["sample_rate_hz"]))
        return None

    def keep(self, asked: Asked, sound: Signal) -> None:
        """Write a finished segment; a full disk is told of by whoever writes the whole."""
        path = self._path(asked)
        fresh = path.with_suffix(".new.npz")
        with suppress(OSError):
            self.folder.mkdir(exist_ok=True)
            np.savez(fresh, samples=sound.samples, sample_rate_hz=np.int64(sound.sample_rate_hz))
            fresh.replace(path)

    def _path(self, asked: Asked) -> Path:
        return self.folder / f"{digest(self.provenance, asked)}{SEGMENT_SUFFIX}"


def digest(provenance: Mapping[str, str], asked: Asked) -> str:
    """Return the hexadecimal SHA-256 of all that decides how a segment sounds."""
    guide = asked.guide
    words = {
        "model": dict(provenance),
        "prompt": asked.prompt,
        "negative_prompt": asked.negative_prompt,
        "seconds": asked.seconds,
        "tempo_bpm": asked.tempo_bpm,
        "key": asked.key,
        "metre": asked.metre,
        "seed": asked.seed,
        "guide_hz": None if guide is None else guide.sample_rate_hz,
    }
    found = hashlib.sha256(json.dumps(words, sort_keys=True).encode())
    if guide is not None:
        found.update(np.ascontiguousarray(guide.samples).tobytes())
    return found.hexdigest()
