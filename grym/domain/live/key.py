"""Follows the key of a stream: pitch classes of the last seconds, judged twice a second, told with reluctance.

A key is told when it is certain, when another one has led for some time, and when nothing has had pitch for the whole
span. The beginning of the sound speaks for its tonic as in `grym.domain.harmony.evidence`, less and less as time goes
by. Every frame also tells its pitch classes.

References: Chuan and Chew (2005), "Polyphonic audio key finding using the spiral array CEG algorithm" (keys of a
sliding window); `grym.domain.harmony.keys` for the profiles.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grym.domain.chroma import Chroma
from grym.domain.harmony.evidence import OPENING_S, OPENING_WEIGHT, tonic_likeness
from grym.domain.harmony.keys import key_of
from grym.domain.harmony.partials import notes_of_partials
from grym.domain.harmony.peaks import Peaks, cents_of, spectral_peaks
from grym.domain.live.company import Company, Working, by_kind, stacked
from grym.domain.live.facts import Followed, Harmony, KeyHeard
from grym.domain.live.following import FollowerKind, FollowerState, FrameBlock
from grym.domain.signal import FloatArray
from grym.domain.stft import Framing
from grym.domain.tonality import FRAME_SHARE, Key, key_scores

SPAN_S = 20.0
"""Two or three phrases: long enough for a key, short enough to follow a modulation."""

JUDGED_EVERY_S = 0.5
FIRST_S = 4.0
"""No key is told of less sound with pitch."""

CERTAIN_LEAD = 0.05
SURE_AFTER_S = 10.0
"""The first key must lead by as much, or have been heard as long."""

LEAD, HELD_S = 0.08, 3.0
"""Another key is told once it has led by so much for so long."""

MOVED = 0.4
"""The same key is told again when its confidence has moved by so much."""

OPENING_LASTS_S = 60.0
TUNING_SPAN_S = 20.0


class KeyFollower:
    """Follows the key of a stream.

    Parameters
    ----------
    long
        Framing of the long window.
    """

    def __init__(self, long: Framing) -> None:
        self._framing = long
        self._rate_hz = long.frame_rate_hz
        self._judged_every = self._frames(JUDGED_EVERY_S)
        self._opening_lasts = self._frames(OPENING_S)
        self._rows: FloatArray = np.zeros((round(SPAN_S * self._rate_hz), 12), dtype=np.float32)
        self._opening = np.zeros(12)
        self._sounding = 0
        self._quiet = 0
        self._direction, self._weight = 0j, 0.0
        self._told: int | None = None
        self._told_confidence = 0.0
        self._rival, self._rival_since = -1, 0

    def follow(self, block: FrameBlock, company: Company) -> Working[Sequence[Followed]]:
        """Take the next block; tell the pitch classes of each frame of the long window, and the key when it changes."""
        pitch = block.pitch
        if not len(pitch.power):
            return ()
        said: list[Followed] = []
        rows = yield from self._pitch_classes(pitch.power, company)
        for number, weights in enumerate(rows, start=pitch.first_frame):
            self._take(number, weights)
            said.append(Harmony(at_s=number / self._rate_hz, weights=tuple(weights.tolist())))
            if number % self._judged_every == 0:
                said += self._judged(number)
        return said

    def _pitch_classes(self, power: FloatArray, company: Company) -> Working[FloatArray]:
        """Return the pitch classes of frames, tuned as the last seconds were, shape (frames, 12)."""
        found = company.ask(peaks_of, PitchPower(power=power, framing=self._framing))
        yield
        peaks = found.get()
        if not len(peaks.pitch):
            return np.zeros((len(power), 12), dtype=np.float32)
        self._tune(peaks)
        notes = company.ask(notes_of, peaks.on_semitones(cents_of(self._direction, self._weight)))
        yield
        return Chroma.folded(notes.get())

    def _tune(self, peaks: Peaks) -> None:
        """Move the tuning towards that of these peaks; older ones fade within twenty seconds."""
        kept = float(np.exp(-peaks.frames / (TUNING_SPAN_S * self._rate_hz)))
        self._direction = kept * self._direction + peaks.direction()
        self._weight = kept * self._weight + float(peaks.magnitude.sum())

    def _take(self, number: int, weights: FloatArray) -> None:
        """Remember a frame, loud ones held back."""
        loudness = float(weights.sum())
        self._rows[number % len(self._rows)] = weights * loudness ** (FRAME_SHARE - 1.0) if loudness else 0.0
        if not loudness:
            self._quiet += 1
            return
        self._quiet = 0
        if self._sounding < self._opening_lasts:
            self._opening += weights
        self._sounding += 1

    def _judged(self, number: int) -> Sequence[KeyHeard]:
        """Return what is to be told of the key after a frame."""
        if self._quiet >= len(self._rows):
            return self._fallen_silent(number)
        if self._quiet or self._sounding < self._frames(FIRST_S):
            return ()
        scores = key_scores(self._rows.sum(axis=0, dtype=np.float64))
        if not scores.any():
            return ()
        faded = max(0.0, 1.0 - self._sounding / self._frames(OPENING_LASTS_S))
        scores = scores + OPENING_WEIGHT * faded * tonic_likeness(self._opening)
        best = int(scores.argmax())
        if self._told is None:
            certain = (
                self._sounding >= self._frames(SURE_AFTER_S) or np.ptp(np.partition(scores, -2)[-2:]) > CERTAIN_LEAD
            )
            return self._tell(number, best, scores) if certain else ()
        if best != self._told and scores[best] - scores[self._told] > LEAD:
            return self._rivalled(number, best, scores)
        self._rival = -1
        moved = best == self._told and abs(key_of(best, scores).confidence - self._told_confidence) > MOVED
        return self._tell(number, best, scores) if moved else ()

    def _rivalled(self, number: int, best: int, scores: np.ndarray) -> Sequence[KeyHeard]:
        """Tell another key once it has led for some time."""
        if best != self._rival:
            self._rival, self._rival_since = best, number
        return self._tell(number, best, scores) if number - self._rival_since >= self._frames(HELD_S) else ()

    def _tell(self, number: int, best: int, scores: np.ndarray) -> Sequence[KeyHeard]:
        key = key_of(best, scores)
        self._told, self._told_confidence, self._rival = best, key.confidence, -1
        return (self._heard(number, key),)

    def _fallen_silent(self, number: int) -> Sequence[KeyHeard]:
        """Forget everything but the tuning; say so if a key was told."""
        told, self._told = self._told, None
        self._opening[:], self._sounding = 0.0, 0
        return () if told is None else (self._heard(number, None),)

    def _heard(self, number: int, key: Key | None) -> KeyHeard:
        end_s = number / self._rate_hz + 0.5 * self._framing.n_fft / self._framing.sample_rate_hz
        return KeyHeard(
            at_s=end_s,
            span_s=min(SPAN_S, end_s),
            key=key,
            tuning_cents=cents_of(self._direction, self._weight),
        )

    def _frames(self, seconds: float) -> int:
        return max(1, round(seconds * self._rate_hz))

    def state(self) -> FollowerState:
        """Return everything that `restored` needs to go on, bit for bit."""
        return {
            "rows": self._rows,
            "opening": self._opening,
            "sounding": self._sounding,
            "quiet": self._quiet,
            "direction": [self._direction.real, self._direction.imag],
            "weight": self._weight,
            "told": self._told,
            "told_confidence": self._told_confidence,
            "rival": self._rival,
            "rival_since": self._rival_since,
        }

    @classmethod
    def restored(cls, long: Framing, state: FollowerState) -> "KeyFollower":
        """Return a follower that goes on where `state` was taken."""
        follower = cls(long)
        follower._rows = np.array(state["rows"], dtype=np.float32)
        follower._opening = np.array(state["opening"], dtype=np.float64)
        follower._sounding, follower._quiet = state["sounding"], state["quiet"]
        follower._direction, follower._weight = complex(*state["direction"]), state["weight"]
        follower._told, follower._told_confidence = state["told"], state["told_confidence"]
        follower._rival, follower._rival_since = state["rival"], state["rival_since"]
        return follower


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PitchPower:
    """Frames of the long window in which peaks are looked for, shape (frames, bins)."""

    power: FloatArray
    framing: Framing


def peaks_of(asked: Sequence[PitchPower]) -> list[Peaks]:
    """Return the spectral peaks of several streams' frames: each frame is looked at by itself."""
    return by_kind(asked, lambda one: one.framing, _peaks_of)


def _peaks_of(asked: Sequence[PitchPower]) -> Sequence[Peaks]:
    if len(asked) == 1:
        return [spectral_peaks(asked[0].power, asked[0].framing)]
    powers = [one.power for one in asked]
    together = spectral_peaks(np.concatenate(powers), asked[0].framing)
    return together.split([len(power) for power in powers])


def notes_of(partials: Sequence[FloatArray]) -> list[FloatArray]:
    """Return the notes that explain the partials of several streams."""
    return by_kind(partials, len, lambda alike: list(notes_of_partials(stacked(alike))))


KEY_FOLLOWER = FollowerKind(
    name="key",
    begun=lambda _short, long: KeyFollower(long),
    restored=lambda _short, long, state: KeyFollower.restored(long, state),
)
"""How a stream begins to follow its key."""
