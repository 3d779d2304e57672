"""Repairing a sound in memory: the same code as for a file, for benchmarks and other programs."""

from collections.abc import Sequence

import numpy as np

from grym.domain.enhancing.loop import enhance_sound
from grym.domain.enhancing.report import Report
from grym.domain.enhancing.sound import sound_of
from grym.domain.reels import ArrayReel
from grym.domain.signal import Signal


def enhance(signal: Signal, *, stages: Sequence[str] = ()) -> tuple[Signal, Report]:
    """Repair a sound.

    Parameters
    ----------
    signal
        At least one sample; only read.
    stages
        Those that may be used; all where none is named.

    Returns
    -------
    tuple
        The better sound, the very one that was given where nothing was kept, and what was done.
    """
    sound = sound_of(signal)
    better, report = enhance_sound(sound, lambda: ArrayReel(np.zeros_like(signal.samples)), stages=stages)
    if better is sound:
        return signal, report
    assert isinstance(better.reel, ArrayReel)
    return Signal(samples=better.reel.samples, sample_rate_hz=signal.sample_rate_hz), report
