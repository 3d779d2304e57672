"""The performance of a piece by a generator, in its worker process: make, finish, write."""

import time
from pathlib import Path

import numpy as np
import soxr

from grym.adapters.audio_files import read_signal, write_wav
from grym.adapters.models.generating.memory import no_memory, release
from grym.adapters.models.generating.opening import opened_generator
from grym.adapters.models.generating.piecewise import Piece, Whole, whole_piece
from grym.adapters.models.generating.segment_files import SegmentFiles
from grym.adapters.models.torch_home import compute_widely
from grym.adapters.step_files import StepFiles
from grym.domain.mastering import master
from grym.domain.quality.spectrum import bandwidth_hz, long_term_spectrum
from grym.domain.signal import Signal
from grym.ports.generating import SEGMENTS, Commission, Generator
from grym.ports.sound import Recorded

DELIVERED_HZ = 44_100
"""What every backend delivers at least. What is made at a lower rate holds no more for it, and the result says so."""

DRY_DB = -120.0
"""A model's sound has a room of its own: none is added."""

MAX_GUIDE_S = 900.0
"""Longer than any score."""


def perform(
    models: Path | None, commission: Commission, folder: Path, pickles_allowed: frozenset[str] = frozenset()
) -> Recorded:
    """Make the sound of a piece, finish it and write it (see `grym.ports.generating.Musicians.perform`)."""
    files, started = StepFiles(folder), time.perf_counter()
    files.tell("loading", 0.0)
    compute_widely()
    generator, smaller = opened_generator(models, commission.backend, pickles_allowed)
    piece = Piece(
        plan=commission.plan,
        seconds=commission.seconds,
        seed=commission.seed,
        guide=None if commission.guide is None else read_signal(commission.guide, max_seconds=MAX_GUIDE_S),
    )
    keeping = SegmentFiles(folder=folder / SEGMENTS, provenance=generator.provenance)
    try:
        whole = whole_piece(generator, piece, lambda share: files.tell("performing", share), release, keeping)
    except MemoryError as error:
        opened_generator.cache_clear()
        raise no_memory(commission.backend, "even short segments do not fit beside its weights") from error
    made = time.perf_counter()
    files.tell("mastering", 1.0)
    mixed = master([delivered(whole.sound)], sends_db=[DRY_DB]).mix
    write_wav(mixed, folder / "mix.wav")
    return Recorded(
        mix=folder / "mix.wav",
        stems=(),
        backend=commission.backend.partition("/")[0],
        sample_rate_hz=mixed.sample_rate_hz,
        length_samples=mixed.length_samples,
        provenance=_provenance(generator, commission, whole, smaller),
        timings_s={"render": made - started, "master": time.perf_counter() - made},
    )


def delivered(sound: Signal) -> Signal:
    """Return a sound at no less than the rate that is delivered."""
    if sound.sample_rate_hz >= DELIVERED_HZ:
        return sound
    resampled = soxr.resample(sound.samples.T, sound.sample_rate_hz, DELIVERED_HZ, quality="VHQ").T
    return Signal(samples=np.ascontiguousarray(resampled, dtype=np.float32), sample_rate_hz=DELIVERED_HZ)


def _provenance(generator: Generator, commission: Commission, whole: Whole, smaller: str) -> dict[str, str]:
    spectrum = long_term_spectrum(whole.sound)
    native_hz = whole.sound.sample_rate_hz
    told = generator.provenance | {
        "prompt": " | ".join(whole.prompts),
        "seed": str(commission.seed),
        "segments": str(whole.segments),
        "effective_bandwidth_hz": str(round(bandwidth_hz(spectrum.mean, bin_hz=spectrum.bin_hz))),
        "guide": commission.guide_backend if commission.guide is not None else "none",
    }
    if native_hz < DELIVERED_HZ:
        told["resampled"] = f"from {native_hz} to {DELIVERED_HZ} Hz; nothing above {native_hz // 2} Hz is added"
    shortened = f"segments of {whole.longest_s:.3g} s, since memory ran out" if whole.shortened else ""
    less = "; ".join(filter(None, (smaller, shortened)))
    return told | ({"smaller": less} if less else {})
