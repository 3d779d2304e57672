"""CLAP: sounds and sentences as points of one space, so that a sentence finds the sounds it speaks of.

The audio tower hears ten seconds at 48 kHz; longer sound is heard in windows that overlap by half, each one frame of
the embedding.

References: Wu et al. (2023), "Large-scale contrastive language-audio pretraining with feature fusion and
keyword-to-caption augmentation".
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import soxr

from grym.adapters.models.saved import SavedExtractor
from grym.adapters.models.torch_home import loaded_torch
from grym.adapters.models.weights import loaded
from grym.domain.embedding_checks import checked_embedding, pooled
from grym.domain.signal import FloatArray, Signal
from grym.errors import InvalidAudioError
from grym.ports.embedding import Embedded

# ruff: noqa: PLC0415  (transformers is loaded when a model is)

DEFAULT_RATE_HZ = 48_000
DEFAULT_WINDOW_S = 10.0
BATCH_WINDOWS = 4


class ClapExtractor(SavedExtractor):
    """A saved CLAP model (see `grym.ports.embedding.FeatureExtractor`); loads its weights when first asked."""

    @property
    def dim(self) -> int:
        """Width of the common space."""
        return int(self._saved.config.get("projection_dim", 512))

    @property
    def rate_hz(self) -> int:
        """The sample rate it was made for."""
        return int(self._listening.get("sampling_rate") or DEFAULT_RATE_HZ)

    def extract(self, signal: Signal) -> Embedded:
        """Embed a sound (see `grym.ports.embedding.FeatureExtractor.extract`)."""
        mono = signal.mono()
        if signal.sample_rate_hz != self.rate_hz:
            mono = np.asarray(soxr.resample(mono, signal.sample_rate_hz, self.rate_hz, quality="HQ"), dtype=np.float32)
        if len(mono) == 0:
            raise InvalidAudioError("the sound is empty", code="audio.too_short", hint="Send some sound.")
        windows, times_s = self._windows(mono)
        frames = np.concatenate(
            [self._heard(windows[first : first + BATCH_WINDOWS]) for first in range(0, len(windows), BATCH_WINDOWS)]
        )
        checked_embedding(frames, dim=self.dim, name=self.name)
        return Embedded(
            name=self.name,
            pretrained=self.pretrained,
            frames=frames,
            times_s=times_s,
            pooled=pooled(frames),
            provenance=self._provenance(),
        )

    def embed_texts(self, texts: Sequence[str]) -> FloatArray:
        """Return sentences as unit vectors of the same space, shape (texts, dim)."""
        torch = loaded_torch()
        words = self._tokeniser(list(texts), padding=True, truncation=True, return_tensors="pt")
        with torch.inference_mode():
            found = self._model.get_text_features(**{name: part.to(self._place.device) for name, part in words.items()})
        return checked_embedding(_unit_rows(found), dim=self.dim, name=self.name)

    def _windows(self, mono: FloatArray) -> tuple[list[FloatArray], np.ndarray]:
        """Return windows of the model's length, the last one ending with the sound, and their middles in seconds."""
        size = round(float(self._listening.get("max_length_s") or DEFAULT_WINDOW_S) * self.rate_hz)
        last = max(0, len(mono) - size)
        starts = [*range(0, last, size // 2), last]
        middles = [start + min(size, len(mono)) / 2.0 for start in starts]
        return [mono[start : start + size] for start in starts], np.asarray(middles) / self.rate_hz

    def _heard(self, windows: Sequence[FloatArray]) -> FloatArray:
        """Return windows as unit vectors, shape (windows, dim)."""
        torch, place = loaded_torch(), self._place
        # The class asks for fused views of long sound by default, whatever the model was made for.
        heard = self._ears(
            list(windows),
            sampling_rate=self.rate_hz,
            truncation="rand_trunc",
            padding="repeatpad",
            return_tensors="pt",
        )
        with torch.inference_mode():
            mel = heard["input_features"].to(device=place.device, dtype=place.dtype)
            return _unit_rows(self._model.get_audio_features(input_features=mel))

    @cached_property
    def _model(self) -> Any:
        loaded_torch()
        import transformers

        return loaded(transformers.ClapModel, self._saved, self._place)

    @cached_property
    def _ears(self) -> Any:
        loaded_torch()
        import transformers

        return transformers.ClapFeatureExtractor.from_pretrained(str(self._saved.folder), local_files_only=True)

    @cached_property
    def _tokeniser(self) -> Any:
        loaded_torch()
        import transformers

        return transformers.RobertaTokenizer.from_pretrained(str(self._saved.folder), local_files_only=True)


def _unit_rows(found: Any) -> FloatArray:
    """Return what a tower says as unit vectors; newer versions wrap it."""
    tensor = getattr(found, "pooler_output", found)
    rows = np.asarray(tensor.float().cpu().numpy(), dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, np.finfo(np.float32).tiny), dtype=np.float32)
