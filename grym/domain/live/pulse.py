"""Beats of a live stream: found as they sound, and the next one foretold.

Evidence for a beat is what offline curves say of it, as far as it is known: what begins, how loud it is, what came
shortly before; and, a fifth of a second later, what came after. Beats are told when the block that holds them has been
heard, each with the time at which the next is expected. In silence, and where nothing is periodic, there are none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grym.domain.live.bars import BarFollower
from grym.domain.live.company import Company, Working, at_once, by_kind, stacked
from grym.domain.live.facts import Beat
from grym.domain.live.rising import CURVES
from grym.domain.rhythm.bank import LEAST_SPAN_S, SPAN_S, PulseBank
from grym.domain.rhythm.chains import HIGHEST_SALIENCE, LOWEST_SALIENCE, SALIENCE_OFFSET
from grym.domain.rhythm.curves import WEIGHTS
from grym.domain.rhythm.tracking import SURE_PERIODICITY
from grym.domain.signal import FloatArray

USUAL_S = 6.0
"""Curves are divided by their root mean square of the last seconds."""

SETTLED_S = 0.23
NEAR_S = 0.06
STRENGTH_STEPS = (1, 2, 4, 1)
"""Strength is the loudest of nine frames from each on, found in four steps."""

KERNEL = np.array([0.06, 0.24, 0.4, 0.24, 0.06])
"""The offline curves are smoothed by a Gaussian of one frame, here cut to five."""

CHOICE_S = 0.5
STEADINESS = 0.8
"""Tempi are weighed anew twice a second, and four fifths of the weights stay: no lone bar changes the tempo."""

LEAST_GAP = 0.75
NEIGHBOURS = 4
LEAST_ALIKE = 0.1
"""White noise stays below."""

SILENT_S = 4.0
"""Through held chords the beats go on for so long."""

HEARD_S, HEARD = 0.5, 0.01
"""Half a second 40 dB below what was usual is no held chord but the end of the music."""

EVENT_FULL = 1.0
"""A frame begins something where the curve is above its usual value."""

LIVE_BIAS = -3.2
"""The offline bias, and 0.3 for the change of harmony that is not heard here."""

UNSURE_FRAMES = 2
"""The newest two frames may still be rising to a later peak."""

MOST_FRAMES = 16
AROUND = 2
REMEMBERED = 4
STEADY_SHARE = 0.12
FULL, LOUDNESS, BEGUN = 0, len(CURVES), len(CURVES) + 1
"""Rows of what was seen last: the curves, how loud it was, and the weighted sum of the curves."""

OF_CURVES = np.array([WEIGHTS[name] for name in CURVES], dtype=np.float32)
STATE = ("next", "seen", "power", "recent", "past", "chances", "undecided", "chosen", "alike", "beats")


class BeatTracker:
    """Takes the raw curves of `Rising`, gives beats.

    Parameters
    ----------
    frame_rate_hz
        Frames per second.
    first_frame
        Number of the first frame on the stream's clock.
    """

    def __init__(self, frame_rate_hz: float, first_frame: int = 0) -> None:
        self._rate_hz = frame_rate_hz
        self._bank = PulseBank(frame_rate_hz)
        self._bars = BarFollower()
        self._settled = round(SETTLED_S * frame_rate_hz)
        self._near = round(NEAR_S * frame_rate_hz)
        self._keep = np.exp(-np.arange(MOST_FRAMES + 1) / (USUAL_S * frame_rate_hz))
        self._ahead = np.arange(1.0, self._settled + 1)
        self._next = first_frame
        self._seen = 0
        self._power = np.zeros(LOUDNESS + 1)
        self._recent = np.zeros((BEGUN + 1, 3 * self._settled), dtype=np.float32)
        self._past = np.zeros((2, round(SPAN_S * frame_rate_hz)), dtype=np.float32)
        self._past_begun = 0.0
        self._chances = np.zeros(len(self._bank.intervals))
        self._undecided = 0
        self._chosen = -1
        self._alike = 0.0
        self._beats = np.zeros(0)

    def push(self, curves: FloatArray, missing: NDArray[np.bool_]) -> list[Beat]:
        """Take the curves of the next frames, and return the beats that are known now.

        Parameters
        ----------
        curves
            Shape (frames, 5) as `Rising.push` gives them.
        missing
            Shape (frames,), where silence stands for sound: while it does at the newest frame, no beat is told.
        """
        return at_once(self.pushed(curves, missing, Company()))

    def pushed(self, curves: FloatArray, missing: NDArray[np.bool_], company: Company) -> Working[list[Beat]]:
        """Do what `push` does, in company."""
        beats = []
        for start in range(0, len(curves), MOST_FRAMES):
            end = start + MOST_FRAMES
            beats += yield from self._step(curves[start:end], missing[start:end], company)
        return beats

    def _step(self, curves: FloatArray, missing: NDArray[np.bool_], company: Company) -> Working[list[Beat]]:
        count = len(curves)
        self._recent = np.concatenate([self._recent[:, count:], self._against_usual(curves)], axis=1)
        self._next += count
        self._seen += count
        salience = self._salience(count)
        evidence = np.minimum(np.maximum(salience + SALIENCE_OFFSET, LOWEST_SALIENCE), HIGHEST_SALIENCE)
        led_on = company.ask(led_on_of, Led(bank=self._bank, score=self._bank.reached(evidence[:count])))
        yield
        self._bank.settle_on(led_on.get())
        self._remember(salience[:count])
        self._decide(count)
        return [] if missing[-1] else self._told(evidence[count:])

    def _against_usual(self, curves: FloatArray) -> np.ndarray:
        """Return curves divided by their root mean square of the last six seconds, and what begins by all of them.

        Shape (6, frames).
        """
        count = len(curves)
        keep, share = self._keep[1 : count + 1, None], 1.0 - float(self._keep[1])
        squared = np.square(curves, dtype=np.float64) / keep
        power = (self._power + share * np.cumsum(squared, axis=0)) * keep
        self._power = power[-1]
        filled = 1.0 - float(self._keep[1]) ** (self._seen + 1.0) * self._keep[:count, None]
        rows = np.empty((BEGUN + 1, count), dtype=np.float32)
        rows[:BEGUN] = (curves / np.sqrt(power / filled + 1e-12)).T
        np.matmul(OF_CURVES, rows[: len(CURVES)], out=rows[BEGUN])
        return rows

    def _salience(self, count: int) -> np.ndarray:
        """Return the log odds of a beat in the last frames: those settled now, and those whose future is unknown."""
        size, settled, near = self._recent.shape[1], self._settled, self._near
        first = size - settled - count
        usual = max(self._past_begun / max(1, min(self._seen, self._past.shape[1])), 1e-3)
        sums = np.zeros(1 + size + settled)
        np.cumsum(self._recent[FULL], out=sums[1 : size + 1])
        sums[size + 1 :] = sums[size] + usual * self._ahead
        following = sums[first + settled : size + settled] - sums[first + near : size + near]
        preceding = sums[first - near : size - near] - sums[first - settled : size - settled]
        around = WEIGHTS["following"] * following + WEIGHTS["preceding"] * preceding
        salience = _smoothed(self._recent[BEGUN, first - 2 :]) + WEIGHTS["strength"] * _strength(
            self._recent[LOUDNESS, first:]
        )
        return np.asarray(salience + around / ((settled - near) * usual) + LIVE_BIAS)

    def _remember(self, salience: np.ndarray) -> None:
        """Keep how likely a beat was and how much began, in half precision, whose sums are exact in double."""
        count, end = len(salience), self._recent.shape[1] - self._settled
        exact = np.empty((2, count))
        np.logaddexp(0.0, salience + 3.0, out=exact[0])
        exact[1] = self._recent[FULL, end - count : end]
        settled = exact.astype(np.float16).astype(np.float32)
        self._past_begun += sum(settled[1].tolist()) - sum(self._past[1, :count].tolist())
        self._past = np.concatenate([self._past[:, count:], settled], axis=1)

    def _decide(self, count: int) -> None:
        """Choose the interval that is the beat, twice a second."""
        self._undecided += count
        if self._undecided < CHOICE_S * self._rate_hz or self._seen < LEAST_SPAN_S * self._rate_hz:
            return
        self._undecided = 0
        likely, full = self._past[:, -min(self._seen, self._past.shape[1]) :].astype(np.float64)
        tops = (full[1:-1] >= full[:-2]) & (full[1:-1] > full[2:]) & (full[1:-1] > EVENT_FULL)
        events_per_s = float(np.count_nonzero(tops)) / len(full) * self._rate_hz
        chances, alike = self._bank.chances(likely, full, events_per_s)
        self._chances = STEADINESS * self._chances + (1.0 - STEADINESS) * chances
        self._chosen = int(self._chances.argmax())
        self._alike = float(alike[self._chosen])

    def _told(self, unsettled: np.ndarray) -> list[Beat]:
        """Return the beat of the last interval, if it was not told yet and something is beating."""
        if self._chosen < 0 or self._alike < LEAST_ALIKE:
            return []
        chosen, interval = self._chosen, int(self._bank.intervals[self._chosen])
        earliest = self._beats[-1] + LEAST_GAP * interval if len(self._beats) else 0.0
        if self._next <= earliest or not self._is_sounding():
            return []
        among = slice(max(0, chosen - NEIGHBOURS), chosen + NEIGHBOURS + 1)
        newest = self._bank.reached(unsettled, among).max(axis=1)
        earlier = self._bank.onward(chosen)[len(newest) - interval :] if interval > len(newest) else newest[:0]
        scores = np.concatenate([earlier, newest[-interval:]])
        place = int(scores.argmax())
        frame = self._next - len(scores) + place
        if place > len(scores) - 1 - UNSURE_FRAMES or frame < earliest:
            return []
        self._beats = np.append(self._beats[-REMEMBERED:], float(frame))
        return [self._beat(frame, interval)]

    def _is_sounding(self) -> bool:
        """Return whether anything sounds, and anything began in the last seconds."""
        if float(self._recent[LOUDNESS, -round(HEARD_S * self._rate_hz) :].max()) < HEARD:
            return False
        return float(self._past[1, -round(SILENT_S * self._rate_hz) :].max()) > EVENT_FULL

    def _beat(self, frame: int, interval: int) -> Beat:
        """Return a beat with what is expected next."""
        steps = np.diff(self._beats)
        steady = steps[np.abs(steps / interval - 1.0) < STEADY_SHARE]
        step = float(steady.mean()) if len(steady) else float(interval)
        first = max(0, frame - self._next - AROUND + self._recent.shape[1])
        marks = self._recent[:BEGUN, first : first + 2 * AROUND + 1].max(axis=1)
        in_bar, per_bar = self._bars.follow(marks)
        return Beat(
            at_s=frame / self._rate_hz,
            in_bar=in_bar,
            beats_per_bar=per_bar,
            tempo_bpm=60.0 * self._rate_hz / step,
            confidence=float(np.clip(self._alike / SURE_PERIODICITY, 0.0, 1.0)),
            next_s=(frame + step) / self._rate_hz,
        )

    def state(self) -> dict[str, Any]:
        """Return what `restored` needs."""
        kept = {name: getattr(self, f"_{name}") for name in STATE} | {"past": self._past.astype(np.float16)}
        return kept | {"bank": self._bank.state(), "bars": self._bars.state()}

    @classmethod
    def restored(cls, frame_rate_hz: float, state: dict[str, Any]) -> "BeatTracker":
        """Return one that goes on where `state` was taken."""
        tracker = cls(frame_rate_hz)
        for name in STATE:
            setattr(tracker, f"_{name}", state[name])
        tracker._past = tracker._past.astype(np.float32)
        tracker._past_begun = float(tracker._past[1].sum(dtype=np.float64))
        tracker._bank.restore(state["bank"])
        tracker._bars.restore(state["bars"])
        return tracker


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Led:
    """Scores that a bank of tempi leads on, as `PulseBank.reached` gives them."""

    bank: PulseBank
    score: np.ndarray


def led_on_of(asked: Sequence[Led]) -> list[np.ndarray]:
    """Return what `PulseBank.led_on` makes of several streams' scores, whose banks are of one rate."""
    return by_kind(asked, lambda led: (led.bank.rate_hz, len(led.score)), _led_on_of)


def _led_on_of(asked: Sequence[Led]) -> Sequence[np.ndarray]:
    return list(asked[0].bank.led_on(stacked([led.score for led in asked])))


def _smoothed(begun: np.ndarray) -> np.ndarray:
    """Return what begins, smoothed; two frames are wanted before the first, the last one stands for those after it."""
    padded = np.empty(len(begun) + 2)
    padded[: len(begun)] = begun
    padded[len(begun) :] = begun[-1]
    return np.correlate(padded, KERNEL, mode="valid")


def _strength(loudness: np.ndarray) -> np.ndarray:
    """Return the loudest of nine frames from each on; silence beyond the last."""
    loudest = np.zeros(len(loudness) + sum(STRENGTH_STEPS))
    loudest[: len(loudness)] = loudness
    for step in STRENGTH_STEPS:
        np.maximum(loudest[:-step], loudest[step:], out=loudest[:-step])
    return loudest[: len(loudness)]
