"""Whether a repair made a sound better, by measures that the repair itself does not set.

Two questions. Is the fault smaller, when the repaired sound is surveyed again? And was music taken away? What a repair
removes must not swell and fade with the music: noise, hum and rumble know nothing of it, so the loudness of what was
removed and that of what is left are compared over time.
"""

import numpy as np
from numpy.typing import NDArray

from grym.domain.enhancing.sound import Sound
from grym.domain.reels import blocks_of

SPAN_S = 0.1
MOST_FOLLOWING = 0.6
"""Correlation of levels above which what was removed moves with the music."""
LEAST_REMOVED_DB = -75.0
FLOOR = 1e-12


def following(before: Sound, after: Sound) -> float:
    """Return how far what was removed follows what is left, −1 to 1, by the levels of spans of a tenth of a second.

    0 where hardly anything was removed, or where it is as steady as noise.
    """
    removed, left = _levels(before, after)
    heard = left > FLOOR
    if heard.sum() < 3 or removed.mean() < 10.0 ** (LEAST_REMOVED_DB / 10.0) * max(FLOOR, left.mean()):  # noqa: PLR2004
        return 0.0
    gone_db, left_db = (10.0 * np.log10(np.maximum(power[heard], FLOOR)) for power in (removed, left))
    if gone_db.std() < 1.0 or left_db.std() < 1.0:  # decibels: steady is steady
        return 0.0
    return float(np.corrcoef(gone_db, left_db)[0, 1])


def _levels(before: Sound, after: Sound) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean square of what was removed and of what is left, by span."""
    span = max(1, round(SPAN_S * before.sample_rate_hz))
    removed, left = [np.zeros(0)], [np.zeros(0)]
    for start, end in blocks_of(before.length_samples, block_samples=span * 64):
        kept = after.reel.read(start, end).astype(np.float64)
        for power, samples in ((removed, before.reel.read(start, end) - kept), (left, kept)):
            whole = samples.shape[1] // span * span
            power.append(np.square(samples[:, :whole]).mean(axis=0).reshape(-1, span).mean(axis=1))
    return np.concatenate(removed), np.concatenate(left)
