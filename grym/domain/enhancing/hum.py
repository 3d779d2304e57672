"""Taking mains hum away: its exact waves are found and subtracted, so that no hole is left in the bass.

The frequency of the mains is found between 49.5 and 50.5 or 59.5 and 60.5 Hz and followed through the sound. Turned
back by that phase, each partial of the hum stands still while music turns on or comes and goes: the running median
over twelve seconds is the hum alone. What is subtracted is a handful of slowly moving sines, whatever is played.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter
from scipy.signal import firwin, oaconvolve

from grym.domain.enhancing.mains import FRAME_S, HOP_S, Mains, frames_of, mains_of
from grym.domain.enhancing.sound import Clean, Repair, Sound
from grym.domain.reels import Progress, blocks_of, nobody_asks
from grym.domain.signal import FloatArray

SLOW_RATE_HZ = 4_000.0
TAPS_PER_STEP = 16
PARTIALS = 24
"""Up to 1,200 and 1,440 Hz: beyond, hum of transformers is buried."""
MEDIAN_FRAMES = 25
LEAST_STEADINESS, SURE_STEADINESS = 1.5, 1.8
"""Median length of a partial over how far it strays: what counts, and what is subtracted."""
LOW_PARTIALS, LOWEST_PARTIALS = 8, 3
MOST_COUNTED = 6.0
LEAST_EVIDENCE, LONG_FRAMES, SHORT_FRAME_EVIDENCE, ALONE = 4.0, 27, 0.5, 3.0
"""What the steadiness of the first eight partials beyond the least must add up to, for fifteen seconds; so much more
for every frame less; and how much more where not two of the first three are steady. Of 24 recordings of fifteen
seconds, 18 reach 0.7 at most, and those that reach more than 9 do hum."""
LEAST_HUM_DBFS = -72.0
LEAST_HUM_DB = -55.0
"""Against the whole sound; below it is masked by almost anything."""
LEAST_PARTIAL = 10.0 ** (-95.0 / 20.0)
LEAST_FRAMES = 8
SILENT_DB = -120.0
FLOOR = 1e-12

Complex = NDArray[np.complex128]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hum:
    """The waves of a hum.

    Parameters
    ----------
    mains
        The phase of the mains over time.
    partials
        Which multiples of it sound.
    amplitudes
        Shape (channels, partials, knots): half of each wave as a complex number, at `knots_s`.
    """

    mains: Mains
    partials: NDArray[np.intp]
    amplitudes: Complex
    knots_s: NDArray[np.float64]
    sample_rate_hz: int
    found: dict[str, float] = field(default_factory=dict)

    @property
    def reach_samples(self) -> int:
        """Nothing around a block matters."""
        return 0

    def apply(self, around: FloatArray, *, start: int) -> FloatArray:
        """Return the block without the hum (see `grym.domain.enhancing.sound.Repair`)."""
        times_s = (start + np.arange(around.shape[1])) / self.sample_rate_hz
        turn = np.exp(1j * self.mains.phase(times_s))
        hum, wave, reached = np.zeros(around.shape), np.ones_like(turn), 0
        for column, partial in enumerate(self.partials):
            wave = wave * turn ** int(partial - reached)
            reached = int(partial)
            for channel, amplitudes in enumerate(self.amplitudes[:, column]):
                real = np.interp(times_s, self.knots_s, amplitudes.real)
                imaginary = np.interp(times_s, self.knots_s, amplitudes.imag)
                hum[channel] += 2.0 * (real * wave.real - imaginary * wave.imag)
        return (around - hum).astype(np.float32)


def survey_hum(sound: Sound, progress: Progress = nobody_asks) -> Repair | Clean:
    """Look for the partials of 50 and 60 Hz that stand still, and say whether they are loud enough to be heard."""
    slow, rate_hz, power = _slowed(sound, progress)
    if slow.shape[1] < (FRAME_S + LEAST_FRAMES * HOP_S) * rate_hz:
        return Clean(why="Too short to tell hum from music.")
    candidates = [_heard(slow, rate_hz, near_hz=near_hz) for near_hz in (50.0, 60.0)]
    mains, partials, amplitudes, steadiness = max(candidates, key=lambda one: evidence_of(one[3]))
    level = _power(amplitudes)
    found = {
        "hum_hz": mains.mean_hz if len(partials) else 0.0,
        "hum_dbfs": float(10.0 * np.log10(level + FLOOR)),
        "hum_db": float(10.0 * np.log10((level + FLOOR) / (power + FLOOR))),
        "hum_partials": float(len(partials)),
    }
    if (
        evidence_of(steadiness) < needed_evidence(steadiness, frames_of(slow.shape[1], rate_hz).count)
        or found["hum_dbfs"] < LEAST_HUM_DBFS
        or found["hum_db"] < LEAST_HUM_DB
    ):
        found |= {"hum_hz": 0.0, "hum_dbfs": SILENT_DB, "hum_db": SILENT_DB, "hum_partials": 0.0}
        return Clean(why="Nothing stands still at the frequencies of the mains.", found=found)
    return Hum(
        mains=mains,
        partials=partials,
        amplitudes=amplitudes,
        knots_s=frames_of(slow.shape[1], rate_hz).centres_s,
        sample_rate_hz=sound.sample_rate_hz,
        found=found,
    )


def evidence_of(steadiness: NDArray[np.float64]) -> float:
    """Return how sure the low partials make it that there is hum, ≥ 0."""
    low = steadiness[:, :LOW_PARTIALS].max(axis=0)
    return float((low - LEAST_STEADINESS).clip(0.0, MOST_COUNTED).sum())


def needed_evidence(steadiness: NDArray[np.float64], frames: int) -> float:
    """Return how much evidence is enough: more in a short sound, and where the lowest partials say nothing."""
    needed = LEAST_EVIDENCE + SHORT_FRAME_EVIDENCE * max(0, LONG_FRAMES - frames)
    steady = int((steadiness[:, :LOWEST_PARTIALS].max(axis=0) > SURE_STEADINESS).sum())
    return needed if steady >= LOWEST_PARTIALS - 1 else ALONE * needed


def _heard(
    slow: FloatArray, rate_hz: float, *, near_hz: float
) -> tuple[Mains, NDArray[np.intp], Complex, NDArray[np.float64]]:
    """Return the mains near a frequency, which partials stand still, their amplitudes, and how steady all are."""
    mains = mains_of(slow, rate_hz, near_hz=near_hz, partials=PARTIALS)
    turned = frames_of(slow.shape[1], rate_hz).turned(slow, mains, partials=PARTIALS)
    size = (1, 1, min(MEDIAN_FRAMES, turned.shape[2]))
    steady = median_filter(turned.real, size, mode="nearest") + 1j * median_filter(turned.imag, size, mode="nearest")
    length = np.median(np.abs(steady), axis=2)
    steadiness = length / (np.median(np.abs(turned - steady), axis=2) + FLOOR)
    kept = (steadiness > SURE_STEADINESS) & (length > LEAST_PARTIAL)
    partials = np.flatnonzero(kept.any(axis=0))
    amplitudes = np.where(kept[:, :, None], steady, 0.0)[:, partials]
    return mains, partials + 1, amplitudes, steadiness


def _power(amplitudes: Complex) -> float:
    """Return the mean power of waves over channels and time."""
    if not amplitudes.size:
        return 0.0
    return float(2.0 * np.square(np.abs(amplitudes)).sum(axis=1).mean())


def _slowed(sound: Sound, progress: Progress) -> tuple[FloatArray, float, float]:
    """Return the sound at some 4 kHz, 16 kB a second and channel, its rate, and the mean power of the whole."""
    step = max(1, int(sound.sample_rate_hz / SLOW_RATE_HZ))
    taps = firwin(2 * TAPS_PER_STEP * step + 1, 0.8 / step) if step > 1 else np.ones(1)
    reach, parts, power = len(taps) // 2, [], 0.0
    for start, end in blocks_of(sound.length_samples, block_samples=step * 32_768):
        around = sound.reel.read(start - reach, end + reach)
        low = oaconvolve(around.astype(np.float64), taps[None, :], mode="valid", axes=1)
        parts.append(low[:, ::step].astype(np.float32))
        power += float(np.square(around[:, reach : around.shape[1] - reach], dtype=np.float64).sum())
        progress(end / sound.length_samples)
    slow = np.concatenate(parts, axis=1)
    return slow, sound.sample_rate_hz / step, power / (sound.length_samples * sound.channels)
