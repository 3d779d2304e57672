"""Spectral denoising: every cell of the spectrogram keeps what noise does not explain of it.

The gain of a cell is that of Wiener, from the power of its neighbourhood, so that no lone cell is left to ring; a
second pass measures the neighbourhood as the first has left it. Frames lie on a grid from the beginning of the sound,
and a gain depends on the frames around it only.

References: Wiener (1949); Cohen (2004), "Speech enhancement using a noncausal a priori SNR estimator", IEEE SPL 11(9);
Yu, Mallat and Bacry (2008), "Audio denoising by time-frequency block thresholding", IEEE TSP 56(5).
"""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import uniform_filter

from grym.domain.enhancing.noise import Matrix, Noise, noise_of
from grym.domain.enhancing.sound import Clean, Repair, Sound
from grym.domain.reels import Progress, nobody_asks
from grym.domain.signal import FloatArray
from grym.domain.stft import HOPS_PER_WINDOW, Framing, framing_for, hann_window

STRETCH_S = 20.0
LEAST_S = 3.0
"""Shorter sounds do not tell what is steady."""
FIRST, SECOND = (9, 3), (5, 3)
"""Frames and bins of a neighbourhood: wider first, since the raw power strays."""
AROUND_FRAMES = FIRST[0] // 2 + SECOND[0] // 2
LEAST_GAIN = 0.15
"""−16 dB: some noise is left as a floor, which hides what the gains do to it."""
OVERLAP = 1.5
"""What squared Hann windows add up to at four hops a window."""
LEAST_NOISE_DB = -32.0
LEAST_NOISE_DBFS = -80.0
ALL_NOISE_DB = -3.0
QUIETEST_DB = -120.0
LEAST_SHARE = 0.5
"""Of the stretches, how many must hold noise."""
FLOOR = 1e-20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hiss:
    """The noise of each channel, and where its stretches lie.

    Parameters
    ----------
    power
        For each channel, shape (stretches, bins): noise in the middle of each stretch; zeros where there is none.
    swell
        For each channel, shape (frames,).
    centres
        Middle frame of each stretch.
    """

    power: tuple[Matrix, ...]
    swell: tuple[NDArray[np.float64], ...]
    centres: NDArray[np.float64]
    framing: Framing
    found: dict[str, float] = field(default_factory=dict)

    @property
    def reach_samples(self) -> int:
        """A window, and the frames whose power counts for a gain."""
        return self.framing.n_fft + AROUND_FRAMES * self.framing.hop_length

    def apply(self, around: FloatArray, *, start: int) -> FloatArray:
        """Return the block with less noise (see `grym.domain.enhancing.sound.Repair`)."""
        length = around.shape[1] - 2 * self.reach_samples
        grid = first_frame(start, self.framing)
        lead = grid * self.framing.hop_length - (start - self.reach_samples)
        channels = []
        for samples, power, swell in zip(around, self.power, self.swell, strict=True):
            if not power.any():
                channels.append(samples[self.reach_samples : self.reach_samples + length])
                continue
            spectra = spectra_of(samples[lead:], self.framing)
            gains = gains_of(np.square(np.abs(spectra)), self._noise_at(power, swell, grid, len(spectra)))
            added = added_up(spectra * gains, self.framing)
            at = self.reach_samples - lead
            channels.append(added[at : at + length].astype(np.float32))
        return np.stack(channels)

    def _noise_at(self, power: Matrix, swell: NDArray[np.float64], first: int, count: int) -> Matrix:
        """Return the noise in so many frames from `first` on, straight between the middles of stretches."""
        frames = np.clip(np.arange(first, first + count), 0, len(swell) - 1)
        place = np.interp(frames, self.centres, np.arange(len(self.centres)))
        low = np.minimum(place.astype(np.intp), len(power) - 1)
        high, share = np.minimum(low + 1, len(power) - 1), (place - low)[:, None]
        noise: Matrix = ((1.0 - share) * power[low] + share * power[high]) * swell[frames][:, None]
        return noise


def first_frame(start: int, framing: Framing) -> int:
    """Return the first frame of the grid that a block's gains look at; frame k begins at sample k · hop."""
    return start // framing.hop_length - HOPS_PER_WINDOW - AROUND_FRAMES + 1


def spectra_of(samples: FloatArray, framing: Framing) -> NDArray[np.complex128]:
    """Return the spectra of all whole frames, shape (frames, bins)."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, framing.n_fft)[:: framing.hop_length]
    return np.asarray(fft.rfft(frames * hann_window(framing.n_fft).astype(np.float64), axis=1), dtype=np.complex128)


def added_up(spectra: NDArray[np.complex128], framing: Framing) -> NDArray[np.float64]:
    """Return the samples of overlapping frames."""
    hop = framing.hop_length
    frames = fft.irfft(spectra, framing.n_fft, axis=1) * (hann_window(framing.n_fft) / OVERLAP)
    added = np.zeros((len(frames) + HOPS_PER_WINDOW - 1, hop))
    for part in range(HOPS_PER_WINDOW):
        added[part : part + len(frames)] += frames[:, part * hop : (part + 1) * hop]
    return added.reshape(-1)


def gains_of(power: Matrix, noise: Matrix) -> Matrix:
    """Return the gain of each cell, `LEAST_GAIN` to 1."""
    noise = noise + FLOOR
    above = np.maximum(uniform_filter(power, FIRST, mode="nearest") / noise - 1.0, 0.0)
    kept = np.square(above / (1.0 + above)) * power
    above = np.maximum(uniform_filter(kept, SECOND, mode="nearest"), 0.0) / noise
    gains: Matrix = np.maximum(above / (1.0 + above), LEAST_GAIN)
    return gains


def survey_noise(sound: Sound, progress: Progress = nobody_asks) -> Repair | Clean:
    """Look for noise in stretches of twenty seconds, and say whether there is enough of it in most of them."""
    framing = framing_for(sound.sample_rate_hz)
    if sound.duration_s < LEAST_S:
        return Clean(why="Too short to tell noise from music.")
    stretches = _stretches(sound, framing)
    heard: list[list[Noise | None]] = [[] for _ in range(sound.channels)]
    total = np.zeros(sound.channels)
    for number, (first, count) in enumerate(stretches):
        begin = first * framing.hop_length
        block = sound.reel.read(begin, begin + (count - 1) * framing.hop_length + framing.n_fft)
        for channel, samples in enumerate(block):
            power = np.square(np.abs(spectra_of(samples, framing)))
            heard[channel].append(noise_of(power, sample_rate_hz=sound.sample_rate_hz))
            total[channel] += power.sum() / len(power)
        progress((number + 1) / len(stretches))
    return _judged(heard, total / len(stretches), stretches, framing)


def _stretches(sound: Sound, framing: Framing) -> list[tuple[int, int]]:
    """Return first frame and number of frames of each stretch; the last one is never much shorter."""
    frames = max(1, (sound.length_samples - framing.n_fft) // framing.hop_length + 1)
    many = max(1, round(frames / (STRETCH_S * framing.frame_rate_hz)))
    bounds = np.linspace(0, frames, many + 1).astype(int)
    return [(int(a), int(b - a)) for a, b in pairwise(bounds)]


def _judged(
    heard: list[list[Noise | None]],
    total: NDArray[np.float64],
    stretches: list[tuple[int, int]],
    framing: Framing,
) -> Repair | Clean:
    noise = np.array([np.mean([one.mean_power if one else 0.0 for one in channel]) for channel in heard])
    share = np.array([np.mean([one is not None for one in channel]) for channel in heard])
    # Power of a Hann-windowed frame over both halves of the spectrum, against the mean square of its samples.
    scale = framing.n_fft * float(np.square(hann_window(framing.n_fft)).sum()) / 2.0
    noisy = (share >= LEAST_SHARE) & (noise > 0.0)
    level = float((noise * noisy).sum())
    found = {
        "noise_dbfs": _db(level / scale / len(heard)),
        "noise_db": max(QUIETEST_DB, _db(level) - _db(float(total.sum()))),
        "noise_share": float(share.max()),
    }
    if found["noise_db"] < LEAST_NOISE_DB or found["noise_dbfs"] < LEAST_NOISE_DBFS:
        return Clean(why="Nothing steady lies under the music.", found=found)
    if found["noise_db"] > ALL_NOISE_DB:
        return Clean(why="There is nothing but noise, and it may be meant.", found=found)
    bins = framing.n_fft // 2 + 1
    return Hiss(
        power=tuple(
            _filled(channel, bins) if noisy[n] else np.zeros((len(channel), bins)) for n, channel in enumerate(heard)
        ),
        swell=tuple(
            np.concatenate([one.swell if one else np.ones(c) for one, (_, c) in zip(channel, stretches, strict=True)])
            for channel in heard
        ),
        centres=np.array([first + count / 2.0 for first, count in stretches]),
        framing=framing,
        found=found,
    )


def _filled(stretches: list[Noise | None], bins: int) -> Matrix:
    """Return the noise of each stretch; where none was heard, that of the nearest ones before and after."""
    known = [number for number, one in enumerate(stretches) if one is not None]
    power = np.zeros((len(stretches), bins))
    for number in range(len(stretches)):
        nearest = min(known, key=lambda other: abs(other - number))
        one = stretches[nearest]
        assert one is not None
        power[number] = one.power
    return power


def _db(power: float) -> float:
    return max(QUIETEST_DB, float(10.0 * np.log10(max(power, FLOOR))))
