"""Encoders of the shape of wav2vec 2.0: HuBERT, WavLM, data2vec, SEW, UniSpeech-SAT, MERT; with a CTC head, words too.

A convolution turns the waveform into a frame every 20 ms or so, a transformer lets the frames of a window look at each
other. Long sound goes through in windows (`grym.domain.overlapping`); loudness is normalised over the whole sound
first, so that it does not depend on the windows.

References: Baevski et al. (2020), "wav2vec 2.0"; Hsu et al. (2021), "HuBERT"; Graves et al. (2006), "Connectionist
temporal classification", section 3.2 (best path decoding).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import soxr

from grym.adapters.models.folders import SavedModel, refused
from grym.adapters.models.saved import SavedExtractor
from grym.adapters.models.torch_home import Place, loaded_torch
from grym.adapters.models.weights import loaded
from grym.domain.embedding_checks import checked_embedding, pooled
from grym.domain.overlapping import Windowing
from grym.domain.signal import FloatArray, Signal
from grym.errors import InvalidAudioError
from grym.ports.embedding import Embedded, Spoken

# ruff: noqa: PLC0415  (transformers is loaded when a model is)

DEFAULT_RATE_HZ = 16_000
WINDOW_S = 20.0
OVERLAP_S = 2.0
"""Attention grows with the square of the window; utterances that such models were trained on last 15 to 25 s."""
BATCH_WINDOWS = 4
"""More at once gain nothing on a processor and take 0.3 GB each at base size."""
_TINY = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Convolution:
    """The front of the encoder: kernel and stride of each layer."""

    kernels: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def hop(self) -> int:
        """Samples from one frame to the next."""
        return int(np.prod(self.strides))

    @property
    def field(self) -> int:
        """Samples that one frame sees.

        >>> Convolution(kernels=(10, 3, 3, 3, 3, 2, 2), strides=(5, 2, 2, 2, 2, 2, 2)).field
        400
        """
        seen, step = 1, 1
        for kernel, stride in zip(self.kernels, self.strides, strict=True):
            seen += (kernel - 1) * step
            step *= stride
        return seen

    def frames(self, samples: int) -> int:
        """Return how many frames a sound gives."""
        return (samples - self.field) // self.hop + 1 if samples >= self.field else 0

    def samples(self, frames: int) -> int:
        """Return how many samples so many frames see."""
        return (frames - 1) * self.hop + self.field


class SpeechExtractor(SavedExtractor):
    """A saved encoder (see `grym.ports.embedding.FeatureExtractor`); loads its weights with the first sound.

    Parameters
    ----------
    place
        Device and number format; None takes what is there.
    window_s, overlap_s
        How long sound is cut.
    batch
        Windows at once.
    """

    def __init__(
        self,
        saved: SavedModel,
        *,
        place: Place | None = None,
        window_s: float = WINDOW_S,
        overlap_s: float = OVERLAP_S,
        batch: int = BATCH_WINDOWS,
    ) -> None:
        super().__init__(saved, place=place)
        self._batch = batch
        config = saved.config
        self._front = Convolution(
            kernels=tuple(config.get("conv_kernel", (10, 3, 3, 3, 3, 2, 2))),
            strides=tuple(config.get("conv_stride", (5, 2, 2, 2, 2, 2, 2))),
        )
        per_s = self.rate_hz / self._front.hop
        overlap = max(0, round(overlap_s * per_s))
        self._windows = Windowing(size=max(overlap + 1, round(window_s * per_s)), overlap=overlap)

    @property
    def dim(self) -> int:
        """Width of the last layer."""
        return int(self._saved.config.get("hidden_size", 768))

    @property
    def rate_hz(self) -> int:
        """The sample rate it was made for."""
        return int(self._listening.get("sampling_rate") or self._saved.config.get("sample_rate") or DEFAULT_RATE_HZ)

    def extract(self, signal: Signal) -> Embedded:
        """Embed a sound (see `grym.ports.embedding.FeatureExtractor.extract`)."""
        samples = self._prepared(signal)
        count = self._front.frames(len(samples))
        if count == 0:
            raise _too_short(len(samples), self._front.field)
        frames, spellings = self._through(samples, count)
        checked_embedding(frames, dim=self.dim, name=self.name)
        return Embedded(
            name=self.name,
            pretrained=self.pretrained,
            frames=frames,
            times_s=(np.arange(count) * self._front.hop + self._front.field / 2.0) / self.rate_hz,
            pooled=pooled(frames),
            provenance=self._provenance(),
            spoken=None if spellings is None else Spoken(text=self._words(spellings), model=self.name),
        )

    def _prepared(self, signal: Signal) -> FloatArray:
        """Return the sound as the model knows it: one channel, its rate, zero mean, unit variance."""
        mono = signal.mono().astype(np.float64)
        if signal.sample_rate_hz != self.rate_hz:
            mono = soxr.resample(mono, signal.sample_rate_hz, self.rate_hz, quality="HQ")
        if len(mono) and self._listening.get("do_normalize", True):
            mono = (mono - mono.mean()) / np.sqrt(mono.var() + _TINY)
        return mono.astype(np.float32)

    def _through(self, samples: FloatArray, count: int) -> tuple[FloatArray, FloatArray | None]:
        """Return frames, shape (count, dim), and with a CTC head the scores of characters, shape (count, letters)."""
        fitted = self._windows.fitted(count)
        starts = fitted.starts(count)
        length = self._front.samples(min(count, fitted.size))
        windows = [samples[start * self._front.hop :][:length] for start in starts]
        frames: list[FloatArray] = []
        scores: list[FloatArray] = []
        for first in range(0, len(windows), self._batch):
            hidden, logits = self._forward(np.stack(windows[first : first + self._batch]))
            frames += [*hidden]
            scores += [] if logits is None else [*logits]
        spelt = fitted.joined(scores, count) if scores else None
        return fitted.joined(frames, count), spelt

    def _forward(self, batch: FloatArray) -> tuple[FloatArray, FloatArray | None]:
        """Ask the model about windows of one length, shape (windows, samples)."""
        torch, place = loaded_torch(), self._place
        with torch.inference_mode():
            waves = torch.from_numpy(batch).to(device=place.device, dtype=place.dtype)
            if not self._saved.writes_words:
                return _floats(self._model(waves).last_hidden_state), None
            hidden = getattr(self._model, self._model.base_model_prefix)(waves).last_hidden_state
            return _floats(hidden), _floats(torch.log_softmax(self._model.lm_head(hidden).float(), dim=-1))

    @cached_property
    def _model(self) -> Any:
        loaded_torch()
        import transformers

        if self._saved.config["model_type"] == "mert_model":
            if self._saved.config.get("feature_extractor_cqt"):
                raise refused(
                    self.name, "its constant-Q input is not supported", "Use a MERT without feature_extractor_cqt."
                )
            known = transformers.HubertConfig.from_dict({**self._saved.config, "model_type": "hubert"})
            return loaded(transformers.HubertModel, self._saved, self._place, config=known)
        kind = transformers.AutoModelForCTC if self._saved.writes_words else transformers.AutoModel
        return loaded(kind, self._saved, self._place)

    def _words(self, scores: FloatArray) -> str:
        """Spell the best path: runs become one character, blanks fall out, the delimiter becomes a space."""
        vocabulary = {int(number): str(letter) for letter, number in self._saved.beside("vocab.json").items()}
        about = self._saved.beside("tokenizer_config.json")
        silent = {_text(about.get(name), usual) for name, usual in _SPECIAL.items()}
        delimiter = _text(about.get("word_delimiter_token"), "|")
        return spelt(scores.argmax(axis=1).tolist(), vocabulary, silent=silent, delimiter=delimiter)


_SPECIAL = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}


def spelt(path: Sequence[int], vocabulary: dict[int, str], *, silent: set[str], delimiter: str) -> str:
    """Return the words of a path through the vocabulary.

    >>> spelt([1, 1, 0, 1, 2, 1], {0: "<pad>", 1: "a", 2: "|"}, silent={"<pad>"}, delimiter="|")
    'aa a'
    """
    changes = [number for number, before in zip(path, [None, *path], strict=False) if number != before]
    letters = [vocabulary.get(number, "") for number in changes]
    joined = "".join(" " if letter == delimiter else letter for letter in letters if letter not in silent)
    return " ".join(joined.split())


def _text(value: Any, usual: str) -> str:
    """Return a token of a tokeniser's configuration, which may be written as an object."""
    if isinstance(value, dict):
        value = value.get("content")
    return value if isinstance(value, str) else usual


def _floats(tensor: Any) -> FloatArray:
    return np.asarray(tensor.float().cpu().numpy(), dtype=np.float32)


def _too_short(length: int, needed: int) -> InvalidAudioError:
    return InvalidAudioError(
        f"{length} samples are too short for this embedding; {needed} give one frame",
        code="audio.too_short",
        hint="Send at least a tenth of a second of sound.",
        details={"length_samples": length, "needed_samples": needed},
    )
