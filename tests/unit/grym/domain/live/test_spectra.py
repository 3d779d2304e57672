"""Spectra of several streams in one pass."""

from dataclasses import fields

import numpy as np

from grym.domain.live.spectra import Span, described, powers
from grym.domain.signal import FloatArray
from grym.domain.spectral import SpectralFrames, describe_span
from grym.domain.stft import framing_for, power_of_span
from tests.support.live import MONO, music

FRAMING = framing_for(44_100)
SOUNDS = [music(MONO, seconds=0.2, seed=seed)[0] for seed in range(5)]
SILENCE = np.zeros(6_144, dtype=np.float32)
EARLIER = np.linspace(0.0, 1.0, 128, dtype=np.float32)


def spans() -> list[Span]:
    """Spans of two lengths, one of silence, one of nothing, some with a frame before."""
    cuts = [SOUNDS[0][:6_144], SOUNDS[1][:6_144], SILENCE, SOUNDS[2][:6_656], SOUNDS[3][:6_144], SOUNDS[4][:0]]
    befores = [None, EARLIER, EARLIER, EARLIER, None, None]
    return [
        Span(samples=cut, framing=FRAMING, first_frame=number, before=before)
        for number, (cut, before) in enumerate(zip(cuts, befores, strict=True))
    ]


def arrays(frames: SpectralFrames) -> list[FloatArray]:
    """The features of frames."""
    return [getattr(frames, field.name) for field in fields(frames) if field.name not in {"framing", "first_frame"}]


def test_each_is_described_as_alone_bit_for_bit() -> None:
    """Whatever it is described beside."""
    for span, found in zip(spans(), described(spans()), strict=True):
        (alone,) = described([span])
        assert found.first_frame == span.first_frame
        for together, apart in zip(arrays(found), arrays(alone), strict=True):
            np.testing.assert_array_equal(together, apart)


def test_they_are_those_of_whole_sounds() -> None:
    """As `describe_span` gives them, to single precision."""
    for span, found in zip(spans(), described(spans()), strict=True):
        alone = describe_span(
            span.samples, FRAMING, first_frame=span.first_frame, before=span.before, sample_before=0.0, full=False
        )
        for together, apart in zip(arrays(found), arrays(alone), strict=True):
            np.testing.assert_allclose(together, apart, rtol=1e-5, atol=1e-5)


def test_powers_are_those_of_spans() -> None:
    """Silence included."""
    for span, found in zip(spans(), powers(spans()), strict=True):
        expected = power_of_span(span.samples, FRAMING) if len(span.samples) else np.zeros((0, 1_025))
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-8)
