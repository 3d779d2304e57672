"""Loudness and true peak of finished pieces over many styles, by other meters than grym's own.

Run as ``python -m benchmarks.mastering [--seconds 12] [--backends soundfont,synth]``. Every style is composed, rendered
and mastered to a file; loudness is measured by pyloudnorm, the true peak by soxr at eight times the rate. The goal is
−14 ± 0.5 LUFS and at most −1 dBTP for every piece, and stems that add up to the mix.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pyloudnorm
import soundfile
import soxr

from grym.domain.composing.compose import compose
from grym.domain.composing.plan import Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.score import Score
from grym.runtime.studio import StudioInWorker

PROMPTS = (
    "a chorale in C major",
    "a nocturne in E minor",
    "a waltz in G",
    "a string quartet in D",
    "a ragtime in F",
    "a swing tune in Bb",
    "a slow blues in A",
    "a bossa nova in D minor",
    "a folk song in G",
    "a march in Eb",
    "lo-fi beats in C minor",
    "an ambient piece in F lydian",
    "synthwave in A minor",
    "techno at 130 bpm",
    "an epic cinematic piece in D minor",
    "a minimalist piece in C",
)
GOAL_LUFS, TOLERANCE_LU, CEILING_DBTP = -14.0, 0.5, -1.0
OVERSAMPLING = 8


def main() -> None:
    """Print a row for each piece, then how many met the goal."""
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=12.0)
    options.add_argument("--backends", default="soundfont,synth")
    chosen = options.parse_args()
    rows = [_row(prompt, backend, chosen.seconds) for backend in chosen.backends.split(",") for prompt in PROMPTS]
    met = sum(abs(lufs - GOAL_LUFS) <= TOLERANCE_LU and peak <= CEILING_DBTP for lufs, peak, _ in rows)
    lufs, peaks, sums = (np.array(column) for column in zip(*rows, strict=True))
    print(
        f"{met} of {len(rows)} met; {lufs.min():.2f} to {lufs.max():.2f} LUFS; at most {peaks.max():.2f} dBTP; "
        f"stems and mix differ by at most {sums.max():.1f} dBFS"
    )


def _row(prompt: str, backend: str, seconds: float) -> tuple[float, float, float]:
    """Return loudness, true peak, and the largest difference of mix and sum of stems in dBFS of one piece."""
    score = _composed(prompt, seconds)
    with tempfile.TemporaryDirectory(prefix="grym-bench-") as folder:
        recorded = StudioInWorker(soundfont=None).record(score, backend=backend, seed=1, folder=Path(folder))
        mix, rate_hz = soundfile.read(recorded.mix)
        stems = sum(soundfile.read(path)[0] for _, path in recorded.stems)
    lufs = float(pyloudnorm.Meter(rate_hz).integrated_loudness(mix))
    peak = 20.0 * float(np.log10(np.abs(soxr.resample(mix, 1, OVERSAMPLING, quality="VHQ")).max()))
    difference = 20.0 * float(np.log10(np.abs(mix - stems).max() + 1e-12))
    print(f"{backend:9} {prompt:36} {lufs:7.2f} LUFS {peak:6.2f} dBTP {len(score.parts)} parts", flush=True)
    return lufs, peak, difference


def _composed(prompt: str, seconds: float) -> Score:
    return compose(plan(Wish(prompt=prompt, seconds=seconds), seed=1), seed=1, motifs=())


if __name__ == "__main__":
    main()
