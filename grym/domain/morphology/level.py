"""The level of a sound in fine steps: what its shapes are read from."""

from dataclasses import dataclass

import numpy as np

from grym.domain.signal import FloatArray

STEP_S = 0.005
"""Attacks of struck strings take some 5 to 10 ms."""

FLOOR_DB = -120.0
HEARD_DB = 50.0
"""A moment this far below the loudest one counts as silence."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Level:
    """Level over time.

    Parameters
    ----------
    db
        Mean power of each two steps of 5 ms, dB against full scale, shape (steps,).
    step_s
        Seconds from one value to the next; near 5 ms, a whole number of samples.
    """

    db: FloatArray
    step_s: float

    @property
    def heard(self) -> np.ndarray:
        """Which steps are within 50 dB of the loudest, shape (steps,), and above the floor."""
        return (self.db > float(self.db.max(initial=FLOOR_DB)) - HEARD_DB) & (self.db > FLOOR_DB)


def level_of(mono: FloatArray, sample_rate_hz: int) -> Level:
    """Measure the level of a sound; step k covers samples k·step to (k + 2)·step, less at the end."""
    step = max(1, round(STEP_S * sample_rate_hz))
    whole = len(mono) // step * step
    rows = mono[:whole].reshape(-1, step)
    energy = np.einsum("ij,ij->i", rows, rows).astype(np.float64) / step
    power = 0.5 * (energy + np.append(energy[1:], energy[-1:]))
    db: FloatArray = (10.0 * np.log10(np.maximum(power, 10.0 ** (FLOOR_DB / 10.0)))).astype(np.float32)
    return Level(db=db, step_s=step / sample_rate_hz)
