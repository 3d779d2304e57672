"""The master: stems become one finished stereo mix of a given loudness that never exceeds a ceiling.

In this order: a high-pass at 30 Hz takes away direct current and rumble; each stem sends a little into one room; the
sum is brought to the loudness target; where that needs more than a few decibels of limiting, a slow compressor evens
out the loud passages first; a look-ahead limiter holds the true peak; the end fades to silence. Every step is linear
or a gain common to all stems, so **the stems of the result, added up, are the mix**, room included: they can be
remixed and still null against the master. Lengths do not change.

All work goes over reels in blocks: `grym.domain.mixdown.mix_down` takes the stems into the mix,
`grym.domain.finishing.find_finish` measures the mix and finds its gain over time, and its result is applied to any
block of mix or stem. Here the three meet for stems in memory; the studio does the same with reels on disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grym.domain.finishing import CEILING_DBTP, TARGET_LUFS, find_finish
from grym.domain.mixdown import mix_down
from grym.domain.mixing import Faders
from grym.domain.reels import SIDES, ArrayReel, blocks_of, in_memory
from grym.domain.signal import Signal
from grym.errors import InvariantError


@dataclass(frozen=True, slots=True, kw_only=True)
class Mastered:
    """A finished mix.

    Parameters
    ----------
    mix
        Stereo, at the loudness target and below the ceiling.
    stems
        As many as were given, of the length of the mix; their sum is the mix.
    loudness_lufs
        Integrated loudness of the mix; None for silence.
    true_peak_dbtp
        True peak of the mix; None for silence.
    gain_db
        Gain that was applied before compressor and limiter.
    reduction_db
        Largest reduction of compressor and limiter together.
    """

    mix: Signal
    stems: tuple[Signal, ...]
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    gain_db: float
    reduction_db: float


def master(
    stems: Sequence[Signal],
    *,
    target_lufs: float = TARGET_LUFS,
    ceiling_dbtp: float = CEILING_DBTP,
    gains_db: Sequence[float] | None = None,
    sends_db: Sequence[float] | None = None,
) -> Mastered:
    """Mix and finish stems.

    Parameters
    ----------
    stems
        At least one; mono or stereo, of one length and one rate.
    target_lufs
        Integrated loudness the mix is brought to, within 0.1 LU where the material allows.
    ceiling_dbtp
        True peak the mix stays below.
    gains_db
        Per stem, its fader; 0 without it.
    sends_db
        Per stem, how much more (or less) of it goes into the room; 0 without it.

    Returns
    -------
    Mastered
        Mix and stems.

    Raises
    ------
    InvariantError
        ``master.stems``: no stems, or stems of different lengths or rates.
    """
    rate_hz = _require_alike(stems)
    flat = (0.0,) * len(stems)
    faders = Faders(gains_db=tuple(gains_db or flat), sends_db=tuple(sends_db or flat))
    reels = [ArrayReel(np.repeat(stem.samples, SIDES // stem.channels, axis=0)) for stem in stems]
    mix = in_memory(stems[0].length_samples)
    mix_down(reels, mix, faders=faders, sample_rate_hz=rate_hz)
    finish = find_finish(mix, sample_rate_hz=rate_hz, target_lufs=target_lufs, ceiling_dbtp=ceiling_dbtp)
    for reel in (*reels, mix):
        for start, end in blocks_of(reel.length_samples):
            reel.write(start, finish.of(reel.read(start, end), start=start))
    finished, *others = (Signal(samples=reel.samples, sample_rate_hz=rate_hz) for reel in (mix, *reels))
    return Mastered(
        mix=finished,
        stems=tuple(others),
        loudness_lufs=finish.loudness_lufs,
        true_peak_dbtp=finish.true_peak_dbtp,
        gain_db=finish.gain_db,
        reduction_db=finish.reduction_db,
    )


def _require_alike(stems: Sequence[Signal]) -> int:
    """Return the sample rate that all stems share."""
    shapes = {(stem.length_samples, stem.sample_rate_hz) for stem in stems}
    if len(shapes) != 1:
        raise InvariantError(
            f"stems must exist and agree in length and rate, not {sorted(shapes)}", code="master.stems"
        )
    return shapes.pop()[1]
