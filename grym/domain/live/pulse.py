"""Beats of a live stream: found as they sound, and the next one foretold.

Evidence for a beat is what offline curves say of it, as far as it is known: what begins, how loud it is, what came
shortly before; and, a fifth of a second later, what came after. Beats are told when the block that holds them has been
heard, each with the time at which the next is expected. In silence, and where nothing is periodic, there are none.
"""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from grym.domain.live.bars import BarFollower
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
STRENGTH_FRAMES = 9
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
COLUMNS = len(CURVES) + 1
OF_CURVES = np.array([WEIGHTS[name] for name in CURVES])
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
        self._memory = 1.0 - float(np.exp(-1.0 / (USUAL_S * frame_rate_hz)))
        self._next = first_frame
        self._seen = 0
        self._power = np.zeros(COLUMNS)
        self._recent = np.zeros((3 * self._settled, COLUMNS), dtype=np.float32)
        self._past = np.zeros((round(SPAN_S * frame_rate_hz), 2), dtype=np.float32)
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
            Shape (frames,): where silence stands for sound, nothing speaks for or against a beat.
        """
        beats = []
        for start in range(0, len(curves), MOST_FRAMES):
            beats += self._step(curves[start : start + MOST_FRAMES], missing[start : start + MOST_FRAMES])
        return beats

    def _step(self, curves: FloatArray, missing: NDArray[np.bool_]) -> list[Beat]:
        count = len(curves)
        self._recent = np.concatenate([self._recent[count:], self._against_usual(curves)])
        self._next += count
        self._seen += count
        salience = self._salience(count)
        evidence = np.clip(salience + SALIENCE_OFFSET, LOWEST_SALIENCE, HIGHEST_SALIENCE)
        self._bank.settle(evidence[:count])
        likely = np.logaddexp(0.0, salience[:count] + 3.0)
        settled = np.stack([likely, self._recent[-self._settled - count : -self._settled, 0]], axis=1)
        self._past = np.concatenate([self._past[count:], settled.astype(np.float16).astype(np.float32)])
        self._decide(count)
        return [] if missing[-1] else self._told(evidence[count:])

    def _against_usual(self, curves: FloatArray) -> np.ndarray:
        """Return curves divided by their root mean square of the last six seconds, frame by frame."""
        count = len(curves)
        keep = (1.0 - self._memory) ** np.arange(count + 1)
        squared = np.square(curves, dtype=np.float64) / keep[1:, None]
        power = (self._power + self._memory * np.cumsum(squared, axis=0)) * keep[1:, None]
        self._power = power[-1]
        filled = 1.0 - (1.0 - self._memory) ** (self._seen + 1.0 + np.arange(count))
        return np.asarray(curves / np.sqrt(power / filled[:, None] + 1e-12), dtype=np.float32)

    def _salience(self, count: int) -> np.ndarray:
        """Return the log odds of a beat in the last frames: those settled now, and those whose future is unknown."""
        recent, span = self._recent, self._settled + count
        begun = recent[-span - 2 :, : len(CURVES)] @ OF_CURVES
        smooth = np.convolve(np.concatenate([begun, begun[-1:], begun[-1:]]), KERNEL, mode="valid")
        full = recent[:, 0]
        usual = max(
            float(self._past[:, 1].mean(dtype=np.float64)) * len(self._past) / max(1, min(self._seen, len(self._past))),
            1e-3,
        )
        sums = np.concatenate([[0.0], np.cumsum(full), float(full.sum()) + usual * np.arange(1, self._settled + 1)])
        at = len(full) - span + np.arange(span)
        width = (self._settled - self._near) * usual
        following = (sums[at + self._settled] - sums[at + self._near]) / width
        preceding = (sums[at - self._near] - sums[at - self._settled]) / width
        louder = np.concatenate([recent[-span:, len(CURVES)], np.zeros(STRENGTH_FRAMES - 1)])
        strength = sliding_window_view(louder, STRENGTH_FRAMES).max(axis=1)
        salience = smooth + WEIGHTS["strength"] * strength + LIVE_BIAS
        return np.asarray(salience + WEIGHTS["following"] * following + WEIGHTS["preceding"] * preceding)

    def _decide(self, count: int) -> None:
        """Choose the interval that is the beat, twice a second."""
        self._undecided += count
        if self._undecided < CHOICE_S * self._rate_hz or self._seen < LEAST_SPAN_S * self._rate_hz:
            return
        self._undecided = 0
        past = self._past[-min(self._seen, len(self._past)) :].astype(np.float64)
        full = past[:, 1]
        tops = (full[1:-1] >= full[:-2]) & (full[1:-1] > full[2:]) & (full[1:-1] > EVENT_FULL)
        events_per_s = float(tops.sum()) / len(full) * self._rate_hz
        chances, alike = self._bank.chances(past[:, 0], full, events_per_s)
        self._chances = STEADINESS * self._chances + (1.0 - STEADINESS) * chances
        self._chosen = int(self._chances.argmax())
        self._alike = float(alike[self._chosen])

    def _told(self, unsettled: np.ndarray) -> list[Beat]:
        """Return the beat of the last interval, if it was not told yet and something is beating."""
        if self._chosen < 0 or self._alike < LEAST_ALIKE or not self._is_sounding():
            return []
        chosen, interval = self._chosen, int(self._bank.intervals[self._chosen])
        among = slice(max(0, chosen - NEIGHBOURS), chosen + NEIGHBOURS + 1)
        newest = self._bank.reached(unsettled, among).max(axis=1)
        earlier = self._bank.onward(chosen)[len(newest) - interval :] if interval > len(newest) else newest[:0]
        scores = np.concatenate([earlier, newest[-interval:]])
        place = int(scores.argmax())
        frame = self._next - len(scores) + place
        if place > len(scores) - 1 - UNSURE_FRAMES or (
            len(self._beats) and frame - self._beats[-1] < LEAST_GAP * interval
        ):
            return []
        self._beats = np.append(self._beats[-REMEMBERED:], float(frame))
        return [self._beat(frame, interval)]

    def _is_sounding(self) -> bool:
        """Return whether anything began in the last seconds."""
        return float(self._past[-round(SILENT_S * self._rate_hz) :, 1].max()) > EVENT_FULL

    def _beat(self, frame: int, interval: int) -> Beat:
        """Return a beat with what is expected next."""
        steps = np.diff(self._beats)
        steady = steps[np.abs(steps / interval - 1.0) < STEADY_SHARE]
        step = float(steady.mean()) if len(steady) else float(interval)
        marks = self._recent[max(0, frame - self._next - AROUND + len(self._recent)) :][: 2 * AROUND + 1].max(axis=0)
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
        tracker._bank.restore(state["bank"])
        tracker._bars.restore(state["bars"])
        return tracker
