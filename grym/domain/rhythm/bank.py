"""Beats while the sound comes: the chains of `grym.domain.rhythm.chains` for all tempi at once, step by step.

The state is the best score of a beat at each of the last frames by the interval that leads on from it. A beat's
evidence is settled a fifth of a second later, when it is known what follows it, and still in time: no interval is
shorter. Scores fade, so that the bank follows music whose tempo changes. Which interval is the beat is decided from the
last twelve seconds by the same kind of evidence as offline, only less of it.

References: Krebs, Böck and Widmer (2015), "An efficient state-space model for joint tempo and meter tracking" (model);
Böck, Krebs and Widmer (2014), "A multi-model approach to beat tracking" (forward decoding online).
"""

from typing import Any

import numpy as np
from scipy.ndimage import uniform_filter1d

from grym.domain.rhythm.chains import CHANGE_PRICE
from grym.domain.rhythm.periods import autocorrelation

SLOWEST_BPM, FASTEST_BPM = 30.0, 225.0
STEP_OCTAVES = 0.03
REACH = 4
"""Intervals 2 % apart; from beat to beat the tempo moves by at most four of them."""

FADING_S = 8.0
"""After eight seconds evidence counts e times less."""

SPAN_S = 12.0
LEAST_SPAN_S = 3.0
AROUND = 2
LOCAL_MEAN_S = 2.0
"""Curves are taken against their mean of two seconds: a slow swell resembles itself at every lag."""

WEIGHTS = {
    "again_1": 7.38,
    "again_2": 3.9,
    "again_3": 4.91,
    "again_4": 1.98,
    "collected": 0.42,
    "unusual": -0.52,
    "slow": -4.6,
    "fast": -3.63,
    "density": -0.155,
}
"""Of the evidence for an interval; a conditional logit as in `grym.domain.rhythm.levels`, on stretches of dev works."""


class PulseBank:
    """Scores of beats for every tempo, rounded to half precision: they are sums of a few dozen, wanted to a tenth.

    Parameters
    ----------
    frame_rate_hz
        Frames per second.
    """

    def __init__(self, frame_rate_hz: float) -> None:
        self.rate_hz = frame_rate_hz
        self.intervals = _intervals(frame_rate_hz)
        self.longest = int(self.intervals[-1])
        self._fading = float(np.exp(-1.0 / (FADING_S * frame_rate_hz)))
        self._price = CHANGE_PRICE * np.abs(np.diff(np.log(self.intervals)))
        self._onward = np.zeros((self.longest, len(self.intervals)), dtype=np.float32)
        self._needed = np.arange(self.longest)[:, None] >= self.longest - self.intervals
        self._faded = (self._fading**self.intervals).astype(np.float32)
        self._aged = (self._fading ** np.arange(self.longest)[::-1]).astype(np.float32)
        self._prior = _prior(60.0 * frame_rate_hz / self.intervals)

    def settle(self, evidence: np.ndarray) -> None:
        """Take the settled evidence of the next frames, shape (frames,), no more than the shortest interval."""
        score = self.reached(evidence)
        self._onward = np.concatenate([self._onward[len(evidence) :], self._led_on(score)])

    def reached(self, evidence: np.ndarray, among: slice = slice(None)) -> np.ndarray:
        """Return the score of a beat at each of the next frames by the interval that led to it, settling nothing."""
        before = self.longest + np.arange(len(evidence))[:, None] - self.intervals[among]
        led = self._onward[np.minimum(before, self.longest - 1), np.arange(len(self.intervals))[among]]
        led = led * self._faded[among]
        return np.asarray(evidence[:, None] + np.maximum(led, 0.0), dtype=np.float32)

    def onward(self, interval: int) -> np.ndarray:
        """Return the score of a beat at each of the last frames that leads on by an interval, oldest first."""
        return np.asarray(self._onward[:, interval] * self._aged)

    def collected(self) -> np.ndarray:
        """Return the evidence per frame that the best chain of each interval collects, shape (intervals,)."""
        best = np.where(self._needed, self._onward * self._aged[:, None], -np.inf).max(axis=0)
        return np.asarray(best.astype(np.float64) * (1.0 - self._fading))

    def chances(self, salience: np.ndarray, begun: np.ndarray, events_per_s: float) -> tuple[np.ndarray, np.ndarray]:
        """Return how likely each interval is the beat, logarithmic, and how alike the sound is so far apart.

        Both of shape (intervals,).

        Parameters
        ----------
        salience
            ≥ 0 where beats are likely, per frame of the last seconds, shape (frames,).
        begun
            How much begins in them, shape (frames,).
        events_per_s
            How many notes a second.
        """
        size = 2 * round(LOCAL_MEAN_S * self.rate_hz / 2.0) + 1
        above = [values - uniform_filter1d(values, size, mode="nearest") for values in (salience, begun)]
        similarity = np.mean([autocorrelation(values) for values in above], axis=0)
        density = np.log2(events_per_s * self.intervals / self.rate_hz + 0.1) ** 2
        total = self._prior + WEIGHTS["collected"] * 10.0 * self.collected() + WEIGHTS["density"] * density
        again = [_at(similarity, multiple * self.intervals) for multiple in (1, 2, 3, 4)]
        for multiple, alike in enumerate(again, start=1):
            total = total + WEIGHTS[f"again_{multiple}"] * alike
        return np.asarray(total), again[0]

    def state(self) -> dict[str, Any]:
        """Return what `restore` needs."""
        return {"onward": self._onward[self._needed].astype(np.float16)}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken."""
        self._onward[self._needed] = state["onward"].astype(np.float32)

    def _led_on(self, score: np.ndarray) -> np.ndarray:
        """Return the best score that leads on by each interval: from a neighbour at the price of its distance.

        One sweep up and one down are exact, since prices add up along the way.
        """
        led = score.copy()
        for _ in range(REACH):
            up = led[:, :-1] - self._price
            down = led[:, 1:] - self._price
            np.maximum(led[:, 1:], up, out=led[:, 1:])
            np.maximum(led[:, :-1], down, out=led[:, :-1])
        return led.astype(np.float16).astype(np.float32)


def _intervals(rate_hz: float) -> np.ndarray:
    """Return the intervals of the bank in whole frames, ascending."""
    octaves = np.arange(0.0, np.log2(FASTEST_BPM / SLOWEST_BPM) + STEP_OCTAVES, STEP_OCTAVES)
    return np.unique(np.round(60.0 / FASTEST_BPM * rate_hz * 2.0**octaves).astype(np.intp))


def _prior(bpm: np.ndarray) -> np.ndarray:
    """Return what speaks for each tempo before anything is heard."""
    octaves = np.log2(bpm / 100.0)
    slow, fast = np.maximum(0.0, np.log2(0.6) - octaves), np.maximum(0.0, octaves - np.log2(1.6))
    return np.asarray(WEIGHTS["unusual"] * octaves**2 + WEIGHTS["slow"] * slow + WEIGHTS["fast"] * fast)


def _at(similarity: np.ndarray, lags: np.ndarray) -> np.ndarray:
    """Return the highest similarity within two frames of each lag, 0 beyond the end."""
    padded = np.concatenate([similarity, np.zeros(AROUND + 1)])
    last = len(padded) - 1
    near = [padded[np.minimum(np.maximum(lags + shift, 0), last)] for shift in range(-AROUND, AROUND + 1)]
    found: np.ndarray = np.max(near, axis=0)
    return np.where(lags + AROUND < len(similarity), found, 0.0)
