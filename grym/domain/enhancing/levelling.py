"""Level: a recording that is far too soft is raised to the loudness of broadcasts, its peaks held by the limiter.

Recordings differ in loudness because their makers wanted it; only what is softer than any of them is raised. After
other repairs tops may stand above full scale, where no file holds them: then all is lowered by as much.
"""

from dataclasses import dataclass, field

import numpy as np

from grym.domain.enhancing.sound import Clean, Repair, Sound
from grym.domain.limiter import (
    CONTROL_SAMPLES,
    FILTER_REACH_SAMPLES,
    Curve,
    PeakFinder,
    edges_of,
    gain_of,
    reduction_db,
)
from grym.domain.metering import LoudnessMeter
from grym.domain.reels import Progress, blocks_of, nobody_asks
from grym.domain.signal import FloatArray

SOFTEST_LUFS = -33.0
"""Below what any of 24 recordings has, and below the −31 LUFS of the softest speech that films carry."""
TARGET_LUFS = -23.0
"""EBU R 128."""
CEILING_DBTP = -1.0
MARGIN_DB = 0.1
SILENT_LUFS = -69.0
"""What is hardly above the gate of the measurement is no recording of anything."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Level:
    """A gain, and what the limiter takes from it over time."""

    gain_db: float
    reduction: Curve
    found: dict[str, float] = field(default_factory=dict)

    @property
    def reach_samples(self) -> int:
        """A control step: the curve has its edges on multiples of it."""
        return CONTROL_SAMPLES

    def apply(self, around: FloatArray, *, start: int) -> FloatArray:
        """Return the block at its level (see `grym.domain.enhancing.sound.Repair`)."""
        block = around[:, CONTROL_SAMPLES:-CONTROL_SAMPLES]
        late = start % CONTROL_SAMPLES
        first = start // CONTROL_SAMPLES
        length = block.shape[1] + late
        edges = self.reduction[first : first + edges_of(length)] - np.float32(self.gain_db)
        raised: FloatArray = block * gain_of(edges, length_samples=length)[late:]
        return raised


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Headroom:
    """One gain for all."""

    gain_db: float
    reach_samples: int = 0
    found: dict[str, float] = field(default_factory=dict)

    def apply(self, around: FloatArray, *, start: int) -> FloatArray:  # noqa: ARG002 (one gain is the same everywhere)
        """Return the block lowered (see `grym.domain.enhancing.sound.Repair`)."""
        lowered: FloatArray = around * np.float32(10.0 ** (self.gain_db / 20.0))
        return lowered


def survey_level(sound: Sound, progress: Progress = nobody_asks) -> Repair | Clean:
    """Measure loudness, and say by how much a sound is to be raised."""
    meter, finder = LoudnessMeter(sound.sample_rate_hz, sides=sound.channels), PeakFinder(sound.length_samples)
    for start, end in blocks_of(sound.length_samples):
        around = sound.reel.read(start - FILTER_REACH_SAMPLES, end + FILTER_REACH_SAMPLES)
        meter.hear(around[:, FILTER_REACH_SAMPLES:-FILTER_REACH_SAMPLES])
        finder.look(around, start=start)
        progress(end / sound.length_samples)
    loudness = meter.integrated_lufs()
    if loudness is None or loudness < SILENT_LUFS:
        return Clean(why="Silence has no loudness to be raised.", found={"softness_db": 0.0})
    found = {"softness_db": max(0.0, SOFTEST_LUFS - loudness)}
    if not found["softness_db"]:
        return Clean(why="It is as loud as recordings are.", found=found)
    gain_db = TARGET_LUFS - loudness
    reduction = reduction_db(
        finder.peaks(), ceiling_db=CEILING_DBTP - MARGIN_DB - gain_db, sample_rate_hz=sound.sample_rate_hz
    )
    return Level(gain_db=gain_db, reduction=reduction, found=found | {"gain_db": gain_db})


def headroom_for(sound: Sound) -> Headroom | None:
    """Return what brings a sound back below full scale; None where it is."""
    peak = 0.0
    for start, end in blocks_of(sound.length_samples):
        peak = max(peak, float(np.abs(sound.reel.read(start, end)).max(initial=0.0)))
    if peak <= 1.0:
        return None
    gain_db = -20.0 * float(np.log10(peak)) - MARGIN_DB
    return Headroom(gain_db=gain_db, found={"gain_db": gain_db})
