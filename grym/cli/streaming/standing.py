"""How a stream stands: what its answers came to so far, for whoever draws it and for the summary at the end."""

from collections import Counter, deque
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import msgspec

from producers.frames import SentSound
from producers.frames.answers import Answer
from schemas.events import RequestRejected
from schemas.live import (
    AlertRaised,
    BeatHeard,
    FeaturesHeard,
    KeyHeard,
    LoudnessHeard,
    PatternHeard,
    StreamEnded,
)
from schemas.music import KeyFact

REMEMBERED_LATENCIES = 100_000
"""Nearly three hours of windows."""
RECENT_LATENCIES = 600
"""A minute of windows: what a picture that is drawn twelve times a second can sort."""


@dataclass(slots=True, kw_only=True)
class Standing:
    """What is known of a stream.

    Attributes
    ----------
    bar
        Number of the bar that sounds, from 1; 0 while no bar was found.
    patterns
        Those that sound now, by id.
    recognised
        Names of all that sounded, in their order, each once.
    """

    bar: int = 0
    beat: BeatHeard | None = None
    beats: int = 0
    key: KeyFact | None = None
    loudness: LoudnessHeard | None = None
    window: FeaturesHeard | None = None
    patterns: dict[str, PatternHeard] = field(default_factory=dict)
    recognised: list[str] = field(default_factory=list)
    alerts: Counter[str] = field(default_factory=Counter)
    alert: AlertRaised | None = None
    ended: StreamEnded | None = None
    outcome: str = "pending"
    fault: dict[str, str] | None = None
    latencies_s: "deque[float]" = field(default_factory=lambda: deque(maxlen=REMEMBERED_LATENCIES))
    recent_s: "deque[float]" = field(default_factory=lambda: deque(maxlen=RECENT_LATENCIES))

    def take(self, answer: Answer) -> None:
        """Take in an answer."""
        body = answer.envelope.body
        if isinstance(body, FeaturesHeard):
            self._take_window(body, answer.latency_s)
        elif isinstance(body, BeatHeard):
            self._take_beat(body)
        elif isinstance(body, KeyHeard):
            self.key = body.key
        elif isinstance(body, LoudnessHeard):
            self.loudness = body
        elif isinstance(body, PatternHeard):
            self._take_pattern(body)
        elif isinstance(body, AlertRaised):
            self._take_alert(body)
        elif isinstance(body, StreamEnded):
            self.ended = body
        elif answer.is_last:
            self.outcome = answer.kind
            self.fault = msgspec.to_builtins(body.fault) if isinstance(body, RequestRejected) else None

    def _take_window(self, body: FeaturesHeard, latency_s: float | None) -> None:
        if body.late:
            return
        self.window = body
        if latency_s is not None:
            self.latencies_s.append(latency_s)
            self.recent_s.append(latency_s)

    def _take_beat(self, body: BeatHeard) -> None:
        self.beats += 1
        if body.in_bar == 0:
            self.bar = 0
        elif body.in_bar == 1 or self.bar == 0:
            self.bar += 1
        self.beat = body

    def _take_pattern(self, body: PatternHeard) -> None:
        match = body.match
        if body.state == "ended":
            self.patterns.pop(match.pattern_id, None)
            return
        self.patterns[match.pattern_id] = body
        name = match.name or match.pattern_id
        if name not in self.recognised:
            self.recognised.append(name)

    def _take_alert(self, body: AlertRaised) -> None:
        self.alert = body
        self.alerts[body.name] = max(self.alerts[body.name], body.count)


def quantile_ms(latencies_s: Collection[float], share: float) -> float | None:
    """Return the latency in milliseconds below which that share of them lies; None where there is none."""
    if not latencies_s:
        return None
    ordered = sorted(latencies_s)
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


def summary(standing: Standing, sent: SentSound, *, stream_id: str, rate_hz: int, wall_s: float) -> dict[str, Any]:
    """Return what a stream came to: what was sent, what was heard of it, and how long answers took."""
    ended = standing.ended
    beats = standing.beats if ended is None else ended.beats
    tempo = _tempo_bpm(standing)
    return {
        "kind": "summary",
        "stream_id": stream_id,
        "outcome": standing.outcome,
        "reason": None if ended is None else ended.reason,
        "fault": standing.fault,
        "sent_s": round(sent.samples / rate_hz, 3),
        "wall_s": round(wall_s, 3),
        "frames_sent": sent.frames,
        "frames_unsent": sent.unsent_frames,
        "left_over_bytes": sent.left_over_bytes,
        "frames_heard": None if ended is None else ended.frames,
        "heard_s": None if ended is None else ended.heard_s,
        "missing_s": None if ended is None else ended.missing_s,
        "late_s": None if ended is None else ended.late_s,
        "beats": beats,
        "tempo_bpm": tempo,
        "key": None if standing.key is None else msgspec.to_builtins(standing.key),
        "loudness_lufs": _integrated_lufs(standing),
        "true_peak_dbtp": _true_peak_dbtp(standing),
        "patterns": list(standing.recognised),
        "alerts": dict(standing.alerts) if ended is None else dict(ended.counts),
        "latency_p50_ms": quantile_ms(standing.latencies_s, 0.50),
        "latency_p95_ms": quantile_ms(standing.latencies_s, 0.95),
    }


def _tempo_bpm(standing: Standing) -> float | None:
    ended = standing.ended
    if ended is not None:
        return ended.tempo_bpm
    return None if standing.beat is None else standing.beat.tempo_bpm


def _integrated_lufs(standing: Standing) -> float | None:
    found = standing.ended or standing.loudness
    return None if found is None else found.integrated_lufs


def _true_peak_dbtp(standing: Standing) -> float | None:
    found = standing.ended or standing.loudness
    return None if found is None else found.true_peak_dbtp
