"""What a stream has come to so far: numbers that only grow, and the last of what was heard."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from grym.domain.live.facts import AlertName, Beat, Ended, EndReason, KeyHeard
from grym.domain.live.meters import Meters
from grym.domain.tonality import Key

MOST_TEMPI = 256
"""Beats whose tempi are remembered: two minutes at 128 BPM."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """Running totals of a stream; samples are per channel."""

    frames: int = 0
    sequence: int | None = None
    heard_samples: int = 0
    missing_samples: int = 0
    late_samples: int = 0
    windows: int = 0
    beats: int = 0
    keys: int = 0
    tempi: list[float] = field(default_factory=list)
    key: Key | None = None

    def count(self, sequence: int) -> None:
        """Count a frame; further parts of the same one carry its sequence number again."""
        if sequence != self.sequence:
            self.frames += 1
            self.sequence = sequence

    def number_of(self, fact: Beat | KeyHeard) -> int:
        """Count a beat or a key and return its number in the stream."""
        if isinstance(fact, Beat):
            self.beats += 1
            self.tempi = [*self.tempi[1 - MOST_TEMPI :], fact.tempo_bpm]
            return self.beats - 1
        self.keys += 1
        self.key = fact.key or self.key
        return self.keys - 1

    @property
    def tempo_bpm(self) -> float | None:
        """The median tempo of the last minutes: the last beat alone may be a slowing end, or an accident."""
        return median(self.tempi) if self.tempi else None

    def ended(
        self,
        reason: EndReason,
        *,
        sample_rate_hz: int,
        position: int,
        counts: Mapping[AlertName, int],
        meters: Meters,
    ) -> Ended:
        """Return the summary of a stream that ends at a position of its sample clock."""
        return Ended(
            reason=reason,
            duration_s=position / sample_rate_hz,
            heard_s=self.heard_samples / sample_rate_hz,
            missing_s=self.missing_samples / sample_rate_hz,
            late_s=self.late_samples / sample_rate_hz,
            frames=self.frames,
            windows=self.windows,
            beats=self.beats,
            counts=dict(counts),
            integrated_lufs=meters.integrated_lufs,
            loudness_range_lu=meters.range_lu,
            true_peak_dbtp=meters.true_peak_dbtp,
            tempo_bpm=self.tempo_bpm,
            key=self.key,
        )

    def state(self) -> dict[str, Any]:
        """Return what `restored` needs."""
        return asdict(self)

    @classmethod
    def restored(cls, state: dict[str, Any]) -> "Tally":
        """Return the tally that `state` was taken of."""
        key = state["key"]
        return cls(**{**state, "tempi": list(state["tempi"]), "key": None if key is None else Key(**key)})
