"""Declicking: short disturbances that neither the past nor the future of the music predicts are filled in.

An attack surprises whoever comes from the past, its echo in a predictor that runs backwards lies before it; a click
surprises both at the same samples. What lasts longer than a millisecond and a half is no click.

References: Godsill and Rayner (1998), "Digital audio restoration", chapters 5 and 9.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from grym.domain.enhancing.autoregression import Vector, filled, model_of
from grym.domain.enhancing.sound import Clean, Repair, Sound
from grym.domain.enhancing.stretches import frame_samples, refilled
from grym.domain.reels import Progress, blocks_of, nobody_asks
from grym.domain.signal import FloatArray

ORDER = 32
SURPRISE, STARTLING = 20.0, 50.0
"""How many times the usual error both predictors must miss by: to be filled in, and to count as a fault. Of 24
recordings the sharpest moments reach 6 to 29, a chip tune of square waves 45."""
LONGEST_S = 0.0015
MARGIN_SAMPLES = 2
LOCAL_PARTS = 8
"""What is usual is told for eighths of a frame: six milliseconds, so that a drum is measured by its own noise."""
QUIET = 1e-5
"""−100 dBFS: an error below one step of 16 bits surprises nobody."""
MASKED = 0.004
"""Of the level around: what is made by machines is predicted so well that any end of a note would be a surprise. With
this, a click that is filled in reaches 8 % of the level around it, and one that counts 20 %."""
NORMAL = 1.4826
"""Standard deviation over median magnitude of a normal distribution."""
LEAST_PER_S = 0.2
LEAST_CLICKS = 3
MOST_PER_S = 200.0
"""Beyond that they are no longer apart from the music, which is made of them, or clipped."""
FILL_ORDER = 64
SLOWEST_TONE_S, EVEN = 0.03, 0.04
"""Three surprises in a row as far apart, to one in twenty-five, are pulses of a tone above 33 Hz: a synthesiser's."""

Click = tuple[int, int, float]
"""Where it begins and ends, in samples of the whole, and how many times the usual error it is."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clicks:
    """Where each channel clicks: sorted samples in the whole."""

    places: tuple[NDArray[np.intp], ...]
    sample_rate_hz: int
    found: dict[str, float] = field(default_factory=dict)

    @property
    def reach_samples(self) -> int:
        """Two frames: those that a sample lies in reach less than one to either side."""
        return 2 * frame_samples(self.sample_rate_hz)

    def apply(self, around: FloatArray, *, start: int) -> FloatArray:
        """Return the block without its clicks (see `grym.domain.enhancing.sound.Repair`)."""
        first, frame = start - self.reach_samples, frame_samples(self.sample_rate_hz)
        inside = slice(self.reach_samples, around.shape[1] - self.reach_samples)
        channels = []
        for samples, places in zip(around, self.places, strict=True):
            missing = np.zeros(len(samples), dtype=bool)
            low, high = np.searchsorted(places, (first, first + len(samples)))
            missing[places[low:high] - first] = True
            channels.append(refilled(samples, missing, first=first, inside=inside, frame=frame, fill=_fill))
        return np.stack(channels)


def _fill(samples: Vector, missing: NDArray[np.intp]) -> Vector:
    """Return a frame with its clicks filled in, by a model that has not heard them."""
    if not len(missing) or len(missing) > len(samples) // 2:
        return samples
    known = np.ones(len(samples), dtype=bool)
    known[missing] = False
    places = np.flatnonzero(known)
    quiet = samples.copy()
    quiet[missing] = np.interp(missing, places, samples[places])
    first = filled(samples, missing, model_of(quiet, order=FILL_ORDER))
    return filled(samples, missing, model_of(first, order=FILL_ORDER))


def survey_clicks(sound: Sound, progress: Progress = nobody_asks) -> Repair | Clean:
    """Find every click, and say whether there are enough of them to be a fault."""
    frame = frame_samples(sound.sample_rate_hz)
    hop, longest_samples = frame // 2, round(LONGEST_S * sound.sample_rate_hz)
    heard: list[list[Click]] = [[] for _ in range(sound.channels)]
    for start, end in blocks_of(sound.length_samples, block_samples=hop * 256):
        around = sound.reel.read(start - hop // 2, end + hop + hop // 2)
        for channel, samples in enumerate(around):
            for offset, surprise in _surprising(samples.astype(np.float64), frame=frame):
                heard[channel] += [
                    (a + start + offset, b + start + offset, float(surprise[max(0, a) : b].max()))
                    for a, b in _regions(surprise, longest_samples=longest_samples)
                ]
        progress(end / sound.length_samples)
    apart = [_irregular(clicks, longest_samples=round(SLOWEST_TONE_S * sound.sample_rate_hz)) for clicks in heard]
    places = tuple(_sorted(clicks, length=sound.length_samples) for clicks in apart)
    count = sum(size > STARTLING for clicks in apart for _, _, size in clicks)
    per_s = count / max(sound.duration_s, 1e-9)
    found = {"clicks_per_s": per_s}
    if count < LEAST_CLICKS or per_s < LEAST_PER_S:
        return Clean(why="No clicks stand out.", found=found)
    if per_s > MOST_PER_S:
        return Clean(why="Clicks are so many that the music is made of them.", found=found)
    return Clicks(places=places, sample_rate_hz=sound.sample_rate_hz, found=found)


def _surprising(samples: Vector, *, frame: int) -> Iterator[tuple[int, Vector]]:
    """Yield for the middle half of each frame that holds a surprise where the frame begins, and how large each is."""
    quarter = frame // 4
    for first in range(0, len(samples) - frame + 1, frame // 2):
        surprise = surprise_of(samples[first : first + frame])
        if surprise is None:
            continue
        middle = surprise[quarter:-quarter]
        if middle.max() > SURPRISE:
            yield first, middle


def surprise_of(samples: Vector) -> Vector | None:
    """Return how far beyond the usual both predictors miss each sample of a frame; None where it is silent."""
    if float(np.abs(samples).max(initial=0.0)) < QUIET:
        return None
    model = model_of(samples, order=ORDER)
    errors = np.minimum(_missed(samples, model), _missed(samples[::-1], model)[::-1])
    least = max(QUIET, MASKED * float(np.sqrt(np.square(samples).mean())))
    both: Vector = errors / _usual(errors, least=least)
    return both


def _missed(samples: Vector, model: Vector) -> Vector:
    """Return by how much a model misses each sample, from those before it."""
    missed: Vector = np.abs(np.convolve(samples, model)[: len(samples)])
    return missed


def _usual(errors: Vector, *, least: float) -> Vector:
    """Return the usual error around each sample: the largest of the neighbouring parts of a frame."""
    parts = errors.reshape(LOCAL_PARTS, -1)
    local = maximum_filter1d(NORMAL * np.median(parts, axis=1), 3, mode="nearest")
    usual: Vector = np.repeat(np.maximum(local, least), parts.shape[1])
    return usual


def _regions(surprise: Vector, *, longest_samples: int) -> list[tuple[int, int]]:
    """Return start and end of every click: surprising samples that lie close together, and a margin."""
    places = np.flatnonzero(surprise > SURPRISE)
    breaks = np.flatnonzero(np.diff(places) > 2 * MARGIN_SAMPLES + 4)
    starts, ends = places[np.r_[0, breaks + 1]], places[np.r_[breaks, len(places) - 1]] + 1
    return [
        (int(a) - MARGIN_SAMPLES, int(b) + MARGIN_SAMPLES)
        for a, b in zip(starts, ends, strict=True)
        if b - a <= longest_samples
    ]


def _irregular(clicks: list[Click], *, longest_samples: int) -> list[Click]:
    """Return the clicks without those that follow each other as evenly as the pulses of a tone."""
    starts = np.array([start for start, _, _ in clicks])
    steps = np.diff(starts)
    even = (np.abs(np.diff(steps)) <= np.maximum(2, EVEN * steps[1:])) & (steps[1:] < longest_samples)
    tone = np.zeros(len(clicks), dtype=bool)
    for shift in range(3):
        tone[shift : len(even) + shift] |= even
    return [click for click, is_tone in zip(clicks, tone, strict=True) if not is_tone]


def _sorted(clicks: list[Click], *, length: int) -> NDArray[np.intp]:
    """Return the samples of all clicks in order."""
    parts = [np.arange(start, end) for start, end, _ in clicks]
    places = np.unique(np.concatenate([np.zeros(0, dtype=np.intp), *parts]))
    return places[(places >= 0) & (places < length)]
