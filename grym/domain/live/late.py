"""Features of sound that came too late: the windows it lies in, each with only the samples that came late.

Frames of such a window are those that ended in it, as always, with silence where the late samples do not reach.
"""

from collections.abc import Iterator

import numpy as np

from grym.domain.live.extractor import first_frame_ending_after
from grym.domain.live.facts import Features
from grym.domain.live.frame import Frame, StreamFormat
from grym.domain.live.gaps import Span
from grym.domain.live.meters import REACH, interpolated_peak
from grym.domain.live.telling import features
from grym.domain.signal import FloatArray
from grym.domain.spectral import SpectralFrames, describe_span
from grym.domain.stft import Framing, framing_for


def late_features(
    frame: Frame, parts: tuple[Span, ...], stream_format: StreamFormat
) -> Iterator[tuple[Features, float]]:
    """Yield what is told of each window that a late frame belongs to, with the window's true peak as a magnitude.

    Parameters
    ----------
    frame
        Its samples finite.
    parts
        The spans of the sample clock in which it fills gaps.
    stream_format
        Of the stream.
    """
    step = stream_format.window_samples
    kept = _only(frame, parts)
    for number in range(parts[0][0] // step, (parts[-1][1] - 1) // step + 1):
        first, end = number * step, (number + 1) * step
        late = sum(max(0, min(end, high) - max(first, low)) for low, high in parts)
        if late:
            yield _window(frame, kept, number, stream_format, late_samples=late)


def _only(frame: Frame, parts: tuple[Span, ...]) -> FloatArray:
    """Return the frame's samples with silence where they fill no gap."""
    wanted = np.zeros(frame.length_samples, dtype=bool)
    for low, high in parts:
        wanted[low - frame.first_sample : high - frame.first_sample] = True
    return np.where(wanted, frame.samples, np.float32(0.0))


def _window(
    frame: Frame, kept: FloatArray, number: int, stream_format: StreamFormat, *, late_samples: int
) -> tuple[Features, float]:
    step, framing = stream_format.window_samples, framing_for(stream_format.sample_rate_hz)
    first, end = number * step, (number + 1) * step
    inside = _between(kept, first - frame.first_sample - REACH, end - frame.first_sample)
    peak = interpolated_peak(inside)
    told = features(
        window=number,
        at_s=stream_format.seconds(first),
        end_s=stream_format.seconds(end),
        mono=inside[:, REACH:].mean(axis=0, dtype=np.float32),
        frames=_frames(kept.mean(axis=0, dtype=np.float32), frame.first_sample, first, end, framing),
        momentary_lufs=None,
        true_peak=peak,
        missing_share=1.0 - late_samples / step,
        late_sequence=frame.sequence,
    )
    return told, peak


def _frames(mono: FloatArray, first_sample: int, first: int, end: int, framing: Framing) -> SpectralFrames:
    """Return the frames that end in a window, of sound that begins at `first_sample` of the clock."""
    low, high = first_frame_ending_after(first, framing), first_frame_ending_after(end, framing)
    start = low * framing.hop_length - framing.n_fft // 2 - first_sample
    stop = start + (high - low - 1) * framing.hop_length + framing.n_fft
    span = _between(mono[None], start, stop)[0]
    return describe_span(span, framing, first_frame=low, before=None, sample_before=0.0, full=False)


def _between(samples: FloatArray, low: int, high: int) -> FloatArray:
    """Return samples from `low` to `high` along the last axis, silence outside."""
    inside = samples[:, max(0, low) : max(0, high)]
    before = min(max(0, -low), high - low)
    after = high - low - before - inside.shape[1]
    return np.pad(inside, ((0, 0), (before, after)))
