"""The embedding that the analysis makes, behind the port of the others: no weights, no model."""

import numpy as np

from grym.domain.chroma import chroma
from grym.domain.embedding import EMBEDDING_DIM, embed
from grym.domain.embedding_checks import checked_embedding, pooled
from grym.domain.onset import onset_envelope
from grym.domain.signal import FloatArray, Signal
from grym.domain.spectral import describe
from grym.domain.stft import framing_for
from grym.errors import InvalidAudioError
from grym.ports.embedding import OWN_EMBEDDING, Embedded

WINDOW_S = 10.0
"""Some bars: the embedding holds how pitch and timbre vary and what repeats up to two seconds later."""


class OwnExtractor:
    """Windows of ten seconds that overlap by half, by `grym.domain.embedding`."""

    name = OWN_EMBEDDING
    dim = EMBEDDING_DIM
    rate_hz: int | None = None
    pretrained = False

    def extract(self, signal: Signal) -> Embedded:
        """Embed a sound (see `grym.ports.embedding.FeatureExtractor.extract`)."""
        rate_hz, mono = signal.sample_rate_hz, signal.mono()
        needed = framing_for(rate_hz).n_fft
        if len(mono) < needed:
            raise InvalidAudioError(f"{len(mono)} samples are too short; {needed} are needed", code="audio.too_short")
        size = round(WINDOW_S * rate_hz)
        last = max(0, len(mono) - size)
        starts = np.array([*range(0, last, size // 2), last])
        frames = np.stack([_vector(mono[start : start + size], rate_hz) for start in starts])
        checked_embedding(frames, dim=self.dim, name=self.name)
        return Embedded(
            name=self.name,
            pretrained=self.pretrained,
            frames=frames,
            times_s=(starts + min(size, len(mono)) / 2.0) / rate_hz,
            pooled=pooled(frames),
        )


def _vector(mono: FloatArray, rate_hz: int) -> FloatArray:
    """Embed one window, shape (96,)."""
    framing = framing_for(rate_hz)
    spectra = describe(mono, framing)
    envelope = onset_envelope(spectra.mel_power, frame_rate_hz=framing.frame_rate_hz)
    pitch = chroma(mono, rate_hz).weights
    return embed(spectra.mfcc(), pitch, envelope, duration_s=len(mono) / rate_hz).vector
