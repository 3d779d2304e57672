"""Whether the tempo that was asked is heard in the rendered sound, up to its octave, by somebody who knows no score.

Two listeners, librosa's beat tracker and grym's own hearing, hear the master of each request that names a tempo. Both
err on real recordings too, so the tempo counts as heard when either hears it within four percent, at half, double, a
third or three times the rate; both are reported.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.hearing.contestants.grym import Grym
from benchmarks.hearing.contestants.librosa import Librosa
from benchmarks.music.corpus import Split
from benchmarks.music.following.requests import Request, requests
from benchmarks.music.own import composed
from benchmarks.music.report import table

TOLERANCE = 0.04
OCTAVES = (1.0, 0.5, 2.0, 1 / 3, 3.0)
COUNT = 24
HEARD_S = 40.0
LISTENERS: dict[str, tuple[Any, str]] = {"librosa": (Librosa(), "beats"), "grym": (Grym(), "analysis")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A request with the tempi that the listeners heard, in beats a minute."""

    request: Request
    tempi_bpm: dict[str, float]

    def by(self, listener: str) -> bool:
        """Return whether a listener heard the asked tempo."""
        return is_tempo(self.tempi_bpm[listener], self.request.tempo_bpm or 0.0)


def is_tempo(heard_bpm: float, asked_bpm: float) -> bool:
    """Return whether a tempo is the asked one up to an octave or a triple."""
    return any(abs(heard_bpm / (asked_bpm * octave) - 1) <= TOLERANCE for octave in OCTAVES)


def listened(split: Split, count: int = COUNT, *, backend: str = "auto") -> Iterator[Heard]:
    """Render the first requests with a tempo, and listen."""
    wanted = [one for one in requests(10 * count, split) if one.tempo_bpm is not None][:count]
    for number, request in enumerate(wanted):
        with tempfile.TemporaryDirectory(prefix="grym-bench-") as folder:
            samples, rate_hz = _rendered(request, number, backend, Path(folder))
        tempi = {
            name: float(listener.answer(samples, rate_hz, group).tempo_bpm or 0.0)
            for name, (listener, group) in LISTENERS.items()
        }
        yield Heard(request=request, tempi_bpm=tempi)


def _rendered(request: Request, seed: int, backend: str, folder: Path) -> tuple[Any, int]:
    """Return the beginning of the master as mono samples, and its rate."""
    import soundfile  # noqa: PLC0415 (with the studio, for this part only)

    from grym.runtime.studio import StudioInWorker  # noqa: PLC0415 (as above)

    score = composed(request.prompt, None, seed)
    recorded = StudioInWorker(soundfont=None).record(score, backend=backend, seed=seed, folder=folder)
    samples, rate_hz = soundfile.read(recorded.mix, dtype="float32", always_2d=True)
    return np.ascontiguousarray(samples[: int(HEARD_S * rate_hz)].mean(axis=1)), int(rate_hz)


def tables(found: Sequence[Heard]) -> str:
    """Return how often each heard the tempo, and where nobody did."""
    rows = [[name, *_share(one.by(name) for one in found)] for name in LISTENERS]
    rows.append(["either", *_share(any(one.by(name) for name in LISTENERS) for one in found)])
    missed = [one for one in found if not any(one.by(name) for name in LISTENERS)]
    told = "\n".join(f"- {one.request.prompt!r}: {one.tempi_bpm}" for one in missed)
    return table(["tempo heard by", "pieces", "heard", ""], rows) + "\n\n" + told


def _share(heard: Iterable[bool]) -> list[str]:
    flags = list(heard)
    return [str(len(flags)), str(sum(flags)), f"{sum(flags) / max(1, len(flags)):.0%}"]
