"""Beats while the sound comes: the chains of `grym.domain.rhythm.chains` for all tempi at once, step by step.

The state is the best score of a beat at each of the last frames by the interval that leads on from it. A beat's
evidence is settled a fifth of a second later, when it is known what follows it, and still in time: no interval is
shorter. Scores fade, so that the bank follows music whose tempo changes. Which interval is the beat is decided from the
last twelve seconds by the same kind of evidence as offline, only less of it.

References: Krebs, Böck and Widmer (2015), "An efficient state-space model for joint tempo and meter tracking" (model);
Böck, Krebs and Widmer (2014), "A multi-model approach to beat tracking" (forward decoding online).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import fft
from scipy.ndimage import uniform_filter1d

from grym.domain.rhythm.chains import CHANGE_PRICE

SLOWEST_BPM, FASTEST_BPM = 30.0, 225.0
STEP_OCTAVES = 0.03
REACH_STEPS = (1, 2, 1)
"""Intervals 2 % apart; from beat to beat the tempo moves by at most four of them, found in three steps."""

FADING_S = 8.0
"""After eight seconds evidence counts e times less."""

STEPS = 128
"""Scores are rounded to as many steps; none is above 183, six for each beat of the fastest tempo, fading."""

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

MULTIPLES = (1, 2, 3, 4)
AGAIN = np.array([WEIGHTS[f"again_{multiple}"] for multiple in MULTIPLES])


class PulseBank:
    """Scores of beats for every tempo, in whole steps: they are wanted to a tenth, and so are kept in two bytes each.

    Parameters
    ----------
    frame_rate_hz
        Frames per second.
    """

    def __init__(self, frame_rate_hz: float) -> None:
        self.rate_hz = frame_rate_hz
        tables = _tables(frame_rate_hz)
        self.intervals = tables.intervals
        self.longest = int(self.intervals[-1])
        self._fading = _fading(frame_rate_hz)
        self._prices, self._places, self._needed = tables.prices, tables.places, tables.needed
        self._ruled_out, self._faded, self._aged = tables.ruled_out, tables.faded, tables.aged
        self._multiples, self._prior = tables.multiples, tables.prior
        self._onward = np.zeros(self._needed.shape, dtype=np.float32)

    def settle(self, evidence: np.ndarray) -> None:
        """Take the settled evidence of the next frames, shape (frames,), no more than the shortest interval."""
        self.settle_on(self.led_on(self.reached(evidence)))

    def settle_on(self, led_on: np.ndarray) -> None:
        """Take what `led_on` makes of the scores that the settled evidence of the next frames reached."""
        flat, new = self._onward.reshape(-1), led_on.size
        flat[: flat.size - new] = flat[new:]
        flat[flat.size - new :] = led_on.reshape(-1)

    def reached(self, evidence: np.ndarray, among: slice = slice(None)) -> np.ndarray:
        """Return the score of a beat at each of the next frames by the interval that led to it, settling nothing.

        Parameters
        ----------
        evidence
            Shape (frames,), no more than the shortest interval.
        among
            Which intervals.

        Returns
        -------
        np.ndarray
            Shape (frames, intervals), float32.
        """
        led: np.ndarray = self._onward.reshape(-1)[self._places[: len(evidence), among]]
        led *= self._faded[among]
        np.maximum(led, np.float32(0.0), out=led)
        led += evidence[:, None]
        return led

    def onward(self, interval: int) -> np.ndarray:
        """Return the score of a beat at each of the last frames that leads on by an interval, oldest first."""
        return np.asarray(self._onward[:, interval] * self._aged)

    def collected(self) -> np.ndarray:
        """Return the evidence per frame that the best chain of each interval collects, shape (intervals,)."""
        collected = self._onward * self._aged[:, None]
        collected += self._ruled_out
        best: np.ndarray = np.maximum.reduce(collected, axis=0)
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
        similarity = self._similarity(np.stack([salience, begun]))
        density = np.log2(events_per_s * self.intervals / self.rate_hz + 0.1) ** 2
        total = self._prior + WEIGHTS["collected"] * 10.0 * self.collected() + WEIGHTS["density"] * density
        again = _at(similarity, self._multiples)
        return np.asarray(total + AGAIN @ again), again[0]

    def _similarity(self, curves: np.ndarray) -> np.ndarray:
        """Return the mean autocorrelation of curves against their local means, by lag, as far as tempi need it.

        Each is that of `grym.domain.rhythm.periods`; since transforms add up, one leads back for all.
        """
        above = curves - uniform_filter1d(curves, 2 * round(LOCAL_MEAN_S * self.rate_hz / 2.0) + 1, mode="nearest")
        above -= above.mean(axis=1, keepdims=True)
        length = curves.shape[1]
        lags = min(length, MULTIPLES[-1] * self.longest + AROUND + 1)
        size = fft.next_fast_len(length + lags, real=True)
        energy = np.einsum("cn,cn->c", above, above) * len(curves) / length
        weights = np.divide(1.0, energy, out=np.zeros_like(energy), where=energy > 0.0)
        spectrum = weights @ np.abs(fft.rfft(above, size)) ** 2
        return np.asarray(fft.irfft(spectrum, size)[:lags] / np.arange(length, length - lags, -1))

    def state(self) -> dict[str, Any]:
        """Return what `restore` needs."""
        return {"onward": (self._onward[self._needed] * STEPS).astype(np.int16)}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken."""
        self._onward[self._needed] = state["onward"].astype(np.float32) / STEPS

    def led_on(self, score: np.ndarray) -> np.ndarray:
        """Return the best score that leads on by each interval: from a neighbour at the price of its distance.

        Scores may be those of several banks of one rate, shape (…, frames, intervals).

        Prices add up along the way, so that they are differences of one running sum: what is best on one side is the
        highest of the last few scores with that sum added, less the sum at the place itself.
        """
        sides = np.empty((2, *score.shape), dtype=np.float32)
        np.add(score, self._prices, out=sides[0])
        np.subtract(score, self._prices, out=sides[1])
        up: np.ndarray = sides[0]
        down: np.ndarray = sides[1]
        for step in REACH_STEPS:
            np.maximum(up[..., step:], up[..., :-step], out=up[..., step:])
            np.maximum(down[..., :-step], down[..., step:], out=down[..., :-step])
        up -= self._prices
        down += self._prices
        np.maximum(up, down, out=up)
        up *= np.float32(STEPS)
        np.rint(up, out=up)
        up *= np.float32(1.0 / STEPS)
        return up


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tables:
    """What all banks of one rate have in common; a hundred of them would fill a cache with copies of it.

    Parameters
    ----------
    intervals, prices, faded, prior
        By interval: in frames, what a change from it costs, what is left of a score after it, what speaks for it.
    places
        As `_places`, counted from the beginning of the flat scores.
    needed, ruled_out
        Shape (longest, intervals): which scores matter yet, and −∞ for those that do not.
    aged
        Shape (longest,): what is left of a score at each frame.
    multiples
        Shape (4, intervals), in frames.
    """

    intervals: np.ndarray
    prices: np.ndarray
    places: np.ndarray
    needed: np.ndarray
    ruled_out: np.ndarray
    faded: np.ndarray
    aged: np.ndarray
    multiples: np.ndarray
    prior: np.ndarray


@lru_cache(maxsize=16)
def _tables(rate_hz: float) -> _Tables:
    intervals, fading = _intervals(rate_hz), _fading(rate_hz)
    longest = int(intervals[-1])
    needed = np.arange(longest)[:, None] >= longest - intervals
    return _Tables(
        intervals=intervals,
        prices=(CHANGE_PRICE * np.log(intervals)).astype(np.float32),
        places=needed.size + _places(intervals),
        needed=needed,
        ruled_out=np.where(needed, 0.0, -np.inf).astype(np.float32),
        faded=(fading**intervals).astype(np.float32),
        aged=(fading ** np.arange(longest)[::-1]).astype(np.float32),
        multiples=np.outer(MULTIPLES, intervals),
        prior=_prior(60.0 * rate_hz / intervals),
    )


def _fading(rate_hz: float) -> float:
    """Return what is left of a score after a frame."""
    return float(np.exp(-1.0 / (FADING_S * rate_hz)))


def _intervals(rate_hz: float) -> np.ndarray:
    """Return the intervals of the bank in whole frames, ascending."""
    octaves = np.arange(0.0, np.log2(FASTEST_BPM / SLOWEST_BPM) + STEP_OCTAVES, STEP_OCTAVES)
    return np.unique(np.round(60.0 / FASTEST_BPM * rate_hz * 2.0**octaves).astype(np.intp))


def _prior(bpm: np.ndarray) -> np.ndarray:
    """Return what speaks for each tempo before anything is heard."""
    octaves = np.log2(bpm / 100.0)
    slow, fast = np.maximum(0.0, np.log2(0.6) - octaves), np.maximum(0.0, octaves - np.log2(1.6))
    return np.asarray(WEIGHTS["unusual"] * octaves**2 + WEIGHTS["slow"] * slow + WEIGHTS["fast"] * fast)


def _places(intervals: np.ndarray) -> np.ndarray:
    """Return where the frame lies that an interval before each of the next ones, counted from the end of flat scores.

    Shape (shortest interval, intervals).
    """
    count = len(intervals)
    rows = np.arange(int(intervals[0]))[:, None] - intervals
    return np.asarray(rows * count + np.arange(count), dtype=np.intp)


def _at(similarity: np.ndarray, lags: np.ndarray) -> np.ndarray:
    """Return the highest similarity within two frames of each lag, 0 beyond the end."""
    pairs = np.maximum(similarity[1:], similarity[:-1])
    fours = np.maximum(pairs[2:], pairs[:-2])
    fives = np.maximum(fours[1:], fours[:-1])
    return np.where(lags + AROUND < len(similarity), fives[np.minimum(lags - AROUND, len(fives) - 1)], 0.0)
