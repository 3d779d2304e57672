"""Spectra of a window, for several streams in one pass: what `grym.domain.spectral` makes of each, bit for bit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grym.domain.live.company import by_kind, stacked
from grym.domain.signal import FloatArray
from grym.domain.spectral import SpectralFrames, flux_of, mel_power, silent_frames
from grym.domain.spectral_shape import shape_of
from grym.domain.stft import Framing, power_of_spans


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Span:
    """The samples under consecutive frames.

    Parameters
    ----------
    samples
        Shape ((frames − 1) · hop + n_fft,); empty for no frames.
    framing
        Window and hop.
    first_frame
        Number of the first frame.
    before
        Mel magnitudes of the frame before, shape (128,); None where there is none.
    """

    samples: FloatArray
    framing: Framing
    first_frame: int = 0
    before: FloatArray | None = None


def described(spans: Sequence[Span]) -> list[SpectralFrames]:
    """Return what `describe_span` does of each, without contrast, zero crossings and level."""
    return by_kind(spans, _kind, _described)


def powers(spans: Sequence[Span]) -> list[FloatArray]:
    """Return the power spectra of each, shape (frames, bins)."""
    return by_kind(spans, _kind, _powers)


def _kind(span: Span) -> tuple[Framing, int]:
    """Return what spans have in common that are transformed at once; silence is not transformed."""
    return span.framing, len(span.samples) if span.samples.any() else -len(span.samples)


def _described(spans: Sequence[Span]) -> Sequence[SpectralFrames]:
    first = spans[0]
    if not first.samples.any():
        return [silent_frames(span.samples, span.framing, first_frame=span.first_frame, full=False) for span in spans]
    power = power_of_spans([span.samples for span in spans], first.framing)
    mel = mel_power(power, first.framing)
    shapes = shape_of(power, first.framing)
    earlier = [np.sqrt(own[0]) if span.before is None else span.before for own, span in zip(mel, spans, strict=True)]
    flux = flux_of(mel, stacked(earlier))
    nothing = np.empty((mel.shape[1], 0), dtype=np.float32)
    return [
        SpectralFrames(
            framing=span.framing,
            first_frame=span.first_frame,
            mel_power=mel[place],
            centroid_hz=shapes[0, place],
            bandwidth_hz=shapes[1, place],
            rolloff_hz=shapes[2, place],
            flatness=shapes[3, place],
            flux=flux[place],
            contrast_db=nothing,
            zero_crossing_rate=nothing,
            rms=nothing,
        )
        for place, span in enumerate(spans)
    ]


def _powers(spans: Sequence[Span]) -> Sequence[FloatArray]:
    first = spans[0]
    if not first.samples.any():
        count = max(0, 1 + (len(first.samples) - first.framing.n_fft) // first.framing.hop_length)
        return [np.zeros((count, first.framing.n_fft // 2 + 1), dtype=np.float32) for _ in spans]
    return list(power_of_spans([span.samples for span in spans], first.framing))
